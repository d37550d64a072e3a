/*
 * state_form.c
 *		The state kit: the memory of a state.
 *
 * Records have one of a few forms, the full one and smaller ones that not
 * every record fits; all records of a state have the same.  A state starts
 * in the smallest form, goes to a larger one when a record asks for it, and
 * is sealed in the smallest that all its records fit: that is part of being
 * canonical.
 */
#include "state_form.h"

#include "common/hashfn.h"

/*
 * While an aggregate works, records that fold may stand twice; the limit is
 * for what is left when the state is sealed.
 */
int64
state_working_limit(const StateType *type)
{
	return type->fold == NULL ? type->max_items : (int64) type->max_items * 2;
}

static void
state_check_limit(const StateType *type, int64 nitems, int64 limit)
{
	if (unlikely(nitems > limit))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s state exceeds its limit of %d %s",
						type->name, type->max_items, type->items_name),
				 errhint("Group the rows by something finer.")));
}

/*
 * The size of a state with room for at least so many records: a power of two,
 * as the allocator would round it up anyway.
 */
static Size
state_size(const StateType *type, int64 capacity, Size stride)
{
	Size		need = type->fixed_size + (Size) capacity * stride;
	Size		size = SMALLEST_STATE;

	if (stride == 0)
		return type->fixed_size;
	while (size < need)
		size *= 2;
	return Min(size, MaxAllocSize / 8 * 8);
}

/* An open state without records. */
void *
state_new(const StateType *type, int capacity, int form)
{
	Size		size = state_size(type, capacity, form_size(type, form));
	StateHead  *head = palloc0(size);

	SET_VARSIZE(head, size);
	head->kind = type->kind;
	head->version = type->version;
	head->flags = STATE_OPEN | form << STATE_FORM_SHIFT;
	return head;
}

/* A copy of a state in so many bytes; what is not used stays undefined. */
static void *
state_copy(const StateHead *from, const StateType *type, Size size, int flags)
{
	StateHead  *to = palloc(size);

	memcpy(to, from, state_used(from, type));
	SET_VARSIZE(to, size);
	to->flags = flags;
	return to;
}

/* An open copy of a state, with room for further records. */
void *
state_open_copy(const void *state, const StateType *type, int extra)
{
	const StateHead *from = (const StateHead *) state;
	int64		capacity = (int64) from->nitems + extra;

	state_check_limit(type, capacity, state_working_limit(type));
	return state_copy(from, type,
					  state_size(type, capacity, state_stride(from, type)),
					  from->flags | STATE_OPEN);
}

/* An open copy with its records in full form, and room for further ones. */
void *
state_unpacked(const StateHead *from, const StateType *type, int extra)
{
	StateHead  *to;
	char	   *item;

	state_check_limit(type, (int64) from->nitems + extra,
					  state_working_limit(type));
	to = state_new(type, from->nitems + extra, 0);
	memcpy((char *) to + sizeof(StateHead),
		   (const char *) from + sizeof(StateHead),
		   type->fixed_size - sizeof(StateHead));
	to->nitems = from->nitems;
	item = STATE_ITEMS(to, type);
	for (int i = 0; i < from->nitems; i++, item += type->item_size)
		state_unpack(from, type, i, item);
	return to;
}

/* Does every record of a state in full form fit a smaller one? */
static bool
state_fits(const StateHead *head, const StateType *type,
		   const StatePacking *packing)
{
	const char *item = STATE_ITEMS(head, type);
	int64		packed[8];

	Assert(packing->size <= sizeof(packed));
	for (int i = 0; i < head->nitems; i++, item += type->item_size)
		if (!packing->pack(packed, item))
			return false;
	return true;
}

/*
 * Bring the records of a state in full form to the smallest form that all of
 * them fit, where they stand; length and slack are the caller's business.
 */
void
state_pack(StateHead *head, const StateType *type)
{
	char	   *items = STATE_ITEMS(head, type);

	for (int form = type->npackings; form > 0 && state_form(head) == 0; form--)
	{
		const StatePacking *packing = &type->packings[form - 1];
		int64		packed[8];

		if (!state_fits(head, type, packing))
			continue;
		for (int i = 0; i < head->nitems; i++)
		{
			packing->pack(packed, items + (Size) i * type->item_size);
			memcpy(items + (Size) i * packing->size, packed, packing->size);
		}
		head->flags |= form << STATE_FORM_SHIFT;
	}
}

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE StateKey
#define ST_COMPARE(a, b) (((a)->bits > (b)->bits) - ((a)->bits < (b)->bits))
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* Sort the records and fold those that are one thing, where they stand. */
void
state_tidy(void *state, const StateType *type)
{
	StateHead  *head = head_of(state);
	void	   *items = STATE_ITEMS(state, type);
	int			form = state_form(head);
	const StatePacking *packing = form == 0 ? NULL : &type->packings[form - 1];

	if (type->item_size == 0 || head->nitems <= 1)
		return;
	if (packing != NULL && packing->compare == NULL)
		sort_keys(items, head->nitems);
	else
		qsort_interruptible(items, head->nitems, form_size(type, form),
							packing ? packing->compare : type->compare, NULL);
	if (type->fold != NULL)
		head->nitems = (packing ? packing->fold : type->fold) (items, head->nitems);
}

/*
 * A number that stands for the content of a sealed state: states with the
 * same one are taken to be the same.  It is not part of the wire form.
 */
static void
state_digest(StateHead *head, const StateType *type)
{
	uint64	   *digest = (uint64 *) ((char *) head + type->digest_offset);

	*digest = 0;
	*digest = hash_bytes_extended((unsigned char *) head + VARHDRSZ,
								  VARSIZE(head) - VARHDRSZ, 0);
	if (*digest == 0)
		*digest = 1;
}

/* The canonical form: a trimmed copy, sorted and folded. */
void *
state_sealed(const void *state, const StateType *type)
{
	const StateHead *from = (const StateHead *) state;
	StateHead  *to = state_copy(from, type, state_used(from, type),
								from->flags & ~STATE_OPEN);

	if (from->flags & STATE_OPEN)
		state_tidy(to, type);
	state_check_limit(type, to->nitems, type->max_items);
	state_pack(to, type);
	SET_VARSIZE(to, state_used(to, type));
	if (type->digest_offset > 0)
		state_digest(to, type);
	return to;
}
