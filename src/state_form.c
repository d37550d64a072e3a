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

#include "large.h"

/*
 * While an aggregate works, records that fold may stand twice; the limit is
 * for what is left when the state is sealed.
 */
int64
state_working_limit(const StateType *type)
{
	return type->fold == NULL ? type->max_items : (int64) type->max_items * 2;
}

void
state_check_limit(const StateType *type, int64 nitems, int64 limit)
{
	if (unlikely(nitems > limit))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s state exceeds its limit of %d %s",
						type->name, type->max_items, type->items_name),
				 errhint("%s", type->remedy ? type->remedy :
						 "Group the rows by something finer.")));
}

/* As much memory as a state may take. */
static Size
state_check_size(const StateType *type, Size need)
{
	Size		limit = MaxAllocSize / 8 * 8;

	if (type->max_kilobytes != NULL)
		limit = Min(limit, (Size) *type->max_kilobytes * 1024);
	if (unlikely(need > limit))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s state exceeds its limit of %zu kB", type->name,
						limit / 1024),
				 errhint("%s", type->remedy ? type->remedy :
						 "Group the rows by something finer.")));
	return limit;
}

/*
 * The size of a state with room for at least so many records, and for more if
 * it may be so large: a power of two, as the allocator would round a smaller
 * one up anyway.
 */
static Size
state_size(const StateType *type, int64 least, int64 wanted, Size stride,
		   Size tail)
{
	Size		fixed = type->fixed_size + tail;
	Size		size = SMALLEST_STATE;
	Size		limit;

	if (stride == 0)
		return type->fixed_size;
	limit = state_check_size(type, fixed + (Size) least * stride);
	wanted = fixed + (Size) wanted * stride;
	if (wanted > LARGE_STATE)
		return Min(MAXALIGN(wanted), limit);
	while (size < wanted)
		size *= 2;
	return Min(size, limit);
}

static inline void *
state_memory(Size size)
{
	return size > LARGE_STATE ? palloc_large(size) : palloc(size);
}

/*
 * A state without records, open or not, with so many bytes left for
 * dictionaries.  What is not used yet is not touched: it may never be needed.
 */
static StateHead *
state_blank(const StateType *type, int capacity, int form, Size tail,
			int flags)
{
	Size		size = state_size(type, capacity, capacity,
								  form_size(type, form), tail);
	StateHead  *head = state_memory(size);

	memset(head, 0, type->fixed_size);
	SET_VARSIZE(head, size);
	head->kind = type->kind;
	head->version = type->version;
	head->flags = flags | form << STATE_FORM_SHIFT;
	return head;
}

/* An open state without records. */
void *
state_new(const StateType *type, int capacity, int form)
{
	return state_blank(type, capacity, form, 0, STATE_OPEN);
}

/* The dictionaries of a state, which has room for them, as they are. */
static void
copy_dicts(StateHead *to, const StateHead *from, const StateType *type)
{
	for (int i = 0; i < type->ndicts; i++)
		if (state_dict(from, type, i) != NULL)
			memcpy_large(state_dict(to, type, i), state_dict(from, type, i),
						 dict_bytes(to, type)[i]);
}

/*
 * A copy of head and fixed fields in so many bytes, for the records and
 * dictionaries to be copied too; what is not used stays undefined.
 */
StateHead *
state_copy_fixed(const StateHead *from, const StateType *type, Size size,
				 int flags)
{
	StateHead  *to = state_memory(size);

	memcpy(to, from, type->fixed_size);
	SET_VARSIZE(to, size);
	to->flags = flags & ~STATE_LARGE;
	return to;
}

void
state_copy_items(StateHead *to, const StateHead *from, const StateType *type)
{
	memcpy_large(state_items(to, type), state_items(from, type),
				 from->nitems * state_stride(from, type));
}

/* The size with room for so many further records, or for as many as wanted. */
static Size
state_wider_size(const StateHead *from, const StateType *type, int extra,
				 int wanted)
{
	int64		least = (int64) from->nitems + extra;
	int64		limit = state_working_limit(type);

	state_check_limit(type, least, limit);
	return state_size(type, least,
					  Max(least, Min((int64) from->nitems + wanted, limit)),
					  state_stride(from, type), state_tail(from, type));
}

/*
 * An open copy of a state, with room for so many further records, and for as
 * many as are wanted if the limits allow.
 */
void *
state_open_copy(const void *state, const StateType *type, int extra,
				int wanted)
{
	const StateHead *from = (const StateHead *) state;
	StateHead  *to = state_copy_fixed(from, type,
									  state_wider_size(from, type, extra, wanted),
									  from->flags | STATE_OPEN);

	copy_dicts(to, from, type);
	state_copy_items(to, from, type);
	return to;
}

/* The same for a state that is not needed any more. */
void *
state_widened(StateHead *head, const StateType *type, int extra, int wanted)
{
	Size		size;

	if (!(head->flags & STATE_LARGE))
		return state_open_copy(head, type, extra, wanted);
	size = state_wider_size(head, type, extra, wanted);
	head = repalloc_large(head, size);
	SET_VARSIZE(head, size);
	return head;
}

/* An open copy of a state, with room for one more text in a dictionary. */
void *
state_wider_dict(const StateHead *from, const StateType *type, int dict,
				 int len)
{
	const Dict *dict_now = state_dict(from, type, dict);
	bool		last = dict == 0 &&
	(dict_now == NULL ? 0 : dict_now->nentries) + 1 >= type->max_labels;
	Size		bytes = dict_grown_size(dict_now, len, last);
	Size		tail = state_tail(from, type) + bytes -
	(dict_now == NULL ? 0 : dict_now->size);
	StateHead  *to;

	to = state_copy_fixed(from, type,
						  state_size(type, (int64) from->nitems + 1,
									 (int64) from->nitems + 1,
									 state_stride(from, type), tail),
						  from->flags | STATE_OPEN);
	dict_bytes(to, type)[dict] = (int32) bytes;
	for (int i = 0; i < type->ndicts; i++)
	{
		const Dict *old = state_dict(from, type, i);

		if (i == dict)
			dict_copy(state_dict(to, type, i), bytes, old);
		else if (old != NULL)
			memcpy_large(state_dict(to, type, i), old, old->size);
	}
	state_copy_items(to, from, type);
	return to;
}

/*
 * A copy, open or not, with its records in another form, which they must fit,
 * and room for further ones.
 */
void *
state_reformed(const StateHead *from, const StateType *type, int form,
			   int extra, int flags)
{
	StateHead  *to;
	char	   *item;
	int64		full[STATE_ITEM_WORDS];

	Assert(type->item_size <= sizeof(full));
	state_check_limit(type, (int64) from->nitems + extra,
					  state_working_limit(type));
	to = state_blank(type, from->nitems + extra, form, state_tail(from, type),
					 flags);
	memcpy((char *) to + sizeof(StateHead),
		   (const char *) from + sizeof(StateHead),
		   type->fixed_size - sizeof(StateHead));
	copy_dicts(to, from, type);
	to->nitems = from->nitems;
	item = state_items(to, type);
	for (int i = 0; i < from->nitems; i++, item += form_size(type, form))
	{
		CHECK_EVERY(i, 0xFFFF);
		state_unpack(from, type, i, form == 0 ? (void *) item : full);
		if (form > 0)
			type->packings[form - 1].pack(item, full);
	}
	return to;
}

/*
 * The smallest form that all records of a state fit and one more does that
 * does not fit theirs.
 */
int
state_larger_form(const StateHead *head, const StateType *type,
				  const void *item)
{
	int			form = state_form(head);
	int64		full[STATE_ITEM_WORDS];
	int64		packed[STATE_ITEM_WORDS];

	Assert(type->item_size <= sizeof(full));
	while (--form > 0)
	{
		const StatePacking *packing = &type->packings[form - 1];
		int			i = 0;

		if (!packing->pack(packed, item))
			continue;
		while (i < head->nitems)
		{
			CHECK_EVERY(i, 0xFFFF);
			state_unpack(head, type, i, full);
			if (!packing->pack(packed, full))
				break;
			i++;
		}
		if (i == head->nitems)
			break;
	}
	return form;
}

/* Exchange the codes of a record in full form. */
void
state_recode_item(const StateType *type, char *item, const StateCodes *codes)
{
	for (const StateField *f = type->item_fields; f->name != NULL; f++)
	{
		char	   *p = item + f->offset;

		if (f->type == FIELD_LABEL && codes->of[0] != NULL)
			*(int32 *) p = codes->of[0][*(int32 *) p];
		else if (f->type == FIELD_KEY && codes->of[1] != NULL)
			*(int64 *) p = codes->of[1][*(int64 *) p];
	}
}

/* Exchange the codes of the records from the first one on. */
void
state_recode(StateHead *head, const StateType *type, int first,
			 const StateCodes *codes)
{
	int			form = state_form(head);
	char	   *item = state_items(head, type) +
	(Size) first * form_size(type, form);

	if (codes->of[0] == NULL && codes->of[1] == NULL)
		return;
	if (form > 0)
		type->packings[form - 1].recode(item, head->nitems - first, codes);
	else
		for (int i = first; i < head->nitems; i++, item += type->item_size)
		{
			CHECK_EVERY(i, 0xFFFF);
			state_recode_item(type, item, codes);
		}
}

/* Does every record of a state in full form fit a smaller one? */
static bool
state_fits(const StateHead *head, const StateType *type,
		   const StatePacking *packing)
{
	const char *item = state_items(head, type);
	int64		packed[STATE_ITEM_WORDS];

	Assert(packing->size <= sizeof(packed));
	for (int i = 0; i < head->nitems; i++, item += type->item_size)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (!packing->pack(packed, item))
			return false;
	}
	return true;
}

/*
 * Bring the records of a state in full form to the smallest form that all of
 * them fit, where they stand; length and slack are the caller's business.
 */
void
state_pack(StateHead *head, const StateType *type)
{
	char	   *items = state_items(head, type);

	for (int form = type->npackings; form > 0 && state_form(head) == 0; form--)
	{
		const StatePacking *packing = &type->packings[form - 1];
		int64		packed[STATE_ITEM_WORDS];

		if (!state_fits(head, type, packing))
			continue;
		for (int i = 0; i < head->nitems; i++)
		{
			CHECK_EVERY(i, 0xFFFF);
			packing->pack(packed, items + (Size) i * type->item_size);
			memcpy(items + (Size) i * packing->size, packed, packing->size);
		}
		head->flags |= form << STATE_FORM_SHIFT;
	}
}
