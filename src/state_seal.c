/*
 * state_seal.c
 *		The state kit: the canonical form of a state.
 *
 * Equal content is to be equal bytes: records are sorted, those that are one
 * thing are folded, dictionaries stand in byte order, nothing is left over.
 */
#include "state_form.h"

#include "common/hashfn.h"

#include "large.h"

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE StateKey
#define ST_COMPARE(a, b) (((a)->bits > (b)->bits) - ((a)->bits < (b)->bits))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static const StatePacking *
state_packing(const StateHead *head, const StateType *type)
{
	int			form = state_form(head);

	return form == 0 ? NULL : &type->packings[form - 1];
}

static void
state_fold(StateHead *head, const StateType *type)
{
	const StatePacking *packing = state_packing(head, type);

	if (type->fold != NULL)
		head->nitems = (packing ? packing->fold : type->fold) (state_items(head, type),
															   head->nitems);
}

/* Sort the records and fold those that are one thing, where they stand. */
void
state_tidy(void *state, const StateType *type)
{
	StateHead  *head = head_of(state);
	void	   *items = state_items(head, type);
	const StatePacking *packing = state_packing(head, type);

	if (type->item_size == 0 || head->nitems <= 1)
		return;
	if (packing != NULL && packing->sort != NULL)
		packing->sort(items, NULL, head->nitems, NULL);
	else if (packing != NULL && packing->compare == NULL)
		sort_keys(items, head->nitems);
	else
		qsort_interruptible(items, head->nitems, state_stride(head, type),
							packing ? packing->compare : type->compare, NULL);
	state_fold(head, type);
}

/*
 * A number that stands for the content of a sealed state: states with the
 * same one are taken to be the same.  It is not part of the wire form.
 */
static void
state_digest(StateHead *head, const StateType *type)
{
	uint64	   *digest = (uint64 *) ((char *) head + type->digest_offset);
	const unsigned char *p = (unsigned char *) head + VARHDRSZ;
	int			left = VARSIZE(head) - VARHDRSZ;
	uint64		hash = 0;

	*digest = 0;
	for (; left > LARGE_PIECE; p += LARGE_PIECE, left -= LARGE_PIECE)
	{
		hash = hash_bytes_extended(p, LARGE_PIECE, hash);
		CHECK_FOR_INTERRUPTS();
	}
	*digest = hash_bytes_extended(p, left, hash);
	if (*digest == 0)
		*digest = 1;
}

/*
 * A copy without slack, its dictionaries in byte order, that has no records
 * yet.  What takes the place of their codes.
 */
static StateHead *
state_trimmed(const StateHead *from, const StateType *type, StateCodes *ranks)
{
	Size		used = state_used(from, type);
	Size		size = type->ndicts > 0 ? MAXALIGN(used) : used;
	StateHead  *to;

	for (int i = 0; i < type->ndicts; i++)
		if (state_dict(from, type, i) != NULL)
			size += dict_sealed_size(state_dict(from, type, i));
	to = state_copy_fixed(from, type, size, from->flags & ~STATE_OPEN);
	memset((char *) to + used, 0, size - used);
	if (type->expect_offset > 0)
		*((uint8 *) to + type->expect_offset) = 0;
	for (int i = 0; i < type->ndicts; i++)
	{
		const Dict *dict = state_dict(from, type, i);

		if (dict != NULL)
			dict_bytes(to, type)[i] = (int32) dict_sealed_size(dict);
	}
	for (int i = 0; i < type->ndicts; i++)
	{
		const Dict *dict = state_dict(from, type, i);

		if (dict == NULL)
			continue;
		ranks->of[i] = dict_ranks(dict);
		dict_seal(state_dict(to, type, i), dict, ranks->of[i]);
	}
	return to;
}

/* The records in order, folded; those of a sealed state are. */
static void
state_settle(StateHead *to, const StateHead *from, const StateType *type,
			 const StateCodes *ranks)
{
	const StatePacking *packing = state_packing(from, type);

	if ((from->flags & STATE_OPEN) && packing != NULL && packing->sort != NULL)
	{
		packing->sort(state_items(to, type), state_items(from, type),
					  from->nitems, ranks);
		state_fold(to, type);
		return;
	}
	state_copy_items(to, from, type);
	state_recode(to, type, 0, ranks);
	if (from->flags & STATE_OPEN)
		state_tidy(to, type);
}

/* The length that the records need, dictionaries behind them. */
static void
state_close_up(StateHead *head, const StateType *type)
{
	Size		used = state_used(head, type);
	Size		tail = state_tail(head, type);
	Size		start = type->ndicts > 0 ? MAXALIGN(used) : used;

	memmove((char *) head + start,
			(char *) head + VARSIZE(head) - tail, tail);
	memset((char *) head + used, 0, start - used);
	SET_VARSIZE(head, start + tail);
}

/* The canonical form: a trimmed copy, sorted and folded. */
void *
state_sealed(const void *state, const StateType *type)
{
	const StateHead *from = state;
	StateCodes	ranks = {{NULL, NULL}};
	StateHead  *to = state_trimmed(from, type, &ranks);

	state_settle(to, from, type, &ranks);
	state_check_limit(type, to->nitems, type->max_items);
	state_pack(to, type);
	state_close_up(to, type);
	if (type->digest_offset > 0)
		state_digest(to, type);
	return to;
}

/*
 * The final function: what leaves an aggregate is sealed.  An aggregate's
 * state may be asked again, or go on.
 */
Datum
state_seal(FunctionCallInfo fcinfo, const StateType *type)
{
	StateHead  *head = state_detoasted(PG_GETARG_DATUM(0), type);

	PG_RETURN_POINTER(state_sealed(head, type));
}
