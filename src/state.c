/*
 * state.c
 *		The state kit: transitions, merging and sealing.
 *
 * A transition changes its state in place when it runs inside an aggregate,
 * and works on a copy otherwise.  The first state and every grown one lie in
 * the caller's short-lived context: nodeAgg copies a state once and frees the
 * one it replaces, so that a state pointer must never be repalloc'd here.
 */
#include "state.h"

#define SMALLEST_STATE 64

static inline StateHead *
head_of(void *state)
{
	return (StateHead *) state;
}

static inline Size
state_stride(const StateHead *head, const StateType *type)
{
	return head->flags & STATE_PACKED ? type->packed_size : type->item_size;
}

static inline int
state_capacity(const StateHead *head, const StateType *type)
{
	return (int) ((VARSIZE(head) - type->fixed_size) /
				  state_stride(head, type));
}

/*
 * While an aggregate works, records that fold may stand twice; the limit is
 * for what is left when the state is sealed.
 */
static int64
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

static inline Size
state_used(const StateHead *head, const StateType *type)
{
	return type->fixed_size + head->nitems * state_stride(head, type);
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

/* An open state without records, in full form unless the flags say packed. */
void *
state_new(const StateType *type, int capacity, int flags)
{
	Size		stride = flags & STATE_PACKED ? type->packed_size :
	type->item_size;
	Size		size = state_size(type, capacity, stride);
	StateHead  *head = palloc0(size);

	SET_VARSIZE(head, size);
	head->kind = type->kind;
	head->version = type->version;
	head->flags = STATE_OPEN | flags;
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
static void *
state_open_copy(const void *state, const StateType *type, int extra)
{
	const StateHead *from = (const StateHead *) state;
	int64		capacity = (int64) from->nitems + extra;

	state_check_limit(type, capacity, state_working_limit(type));
	return state_copy(from, type,
					  state_size(type, capacity, state_stride(from, type)),
					  from->flags | STATE_OPEN);
}

/* A copy with its records in full form, and room for further ones. */
static void *
state_widened(const void *state, const StateType *type, int extra)
{
	const StateHead *from = (const StateHead *) state;
	const char *packed = STATE_ITEMS(state, type);
	StateHead  *to;
	char	   *item;

	if (!(from->flags & STATE_PACKED))
		return state_open_copy(state, type, extra);
	state_check_limit(type, (int64) from->nitems + extra,
					  state_working_limit(type));
	to = state_new(type, from->nitems + extra, 0);
	memcpy((char *) to + sizeof(StateHead),
		   (const char *) from + sizeof(StateHead),
		   type->fixed_size - sizeof(StateHead));
	to->nitems = from->nitems;
	item = STATE_ITEMS(to, type);
	for (int i = 0; i < from->nitems; i++)
		type->unpack(item + (Size) i * type->item_size,
					 packed + (Size) i * type->packed_size);
	return to;
}

/*
 * Pack the records of a state in full form where they stand, if all of them
 * can be; length and slack are the caller's business.
 */
void *
state_packed(void *state, const StateType *type)
{
	StateHead  *head = head_of(state);
	char	   *items = STATE_ITEMS(state, type);
	char		packed[64];

	if (type->packed_size == 0 || head->flags & STATE_PACKED)
		return state;
	for (int i = 0; i < head->nitems; i++)
		if (!type->pack(packed, items + (Size) i * type->item_size))
			return state;
	for (int i = 0; i < head->nitems; i++)
	{
		type->pack(packed, items + (Size) i * type->item_size);
		memcpy(items + (Size) i * type->packed_size, packed,
			   type->packed_size);
	}
	head->flags |= STATE_PACKED;
	return state;
}

/* Sort the records and fold those that are one thing, where they stand. */
static void
state_tidy(void *state, const StateType *type)
{
	StateHead  *head = head_of(state);
	char	   *items = STATE_ITEMS(state, type);
	int			n = head->nitems;

	if (type->item_size == 0 || n == 0)
		return;
	qsort_interruptible(items, n, state_stride(head, type),
						head->flags & STATE_PACKED ? type->compare_packed :
						type->compare, NULL);
	if (type->fold == NULL)
		return;
	head->nitems = type->fold(items, n);
}

/* The canonical form: a trimmed copy, sorted and folded. */
void *
state_sealed(const void *state, const StateType *type)
{
	const StateHead *from = (const StateHead *) state;
	StateHead  *to = state_copy(from, type, state_used(from, type),
								from->flags & STATE_PACKED);

	if (from->flags & STATE_OPEN)
		state_tidy(to, type);
	state_check_limit(type, to->nitems, type->max_items);
	state_packed(to, type);
	SET_VARSIZE(to, state_used(to, type));
	return to;
}

/* A detoasted state that is of the type and whole. */
static void *
state_detoasted(Datum datum, const StateType *type)
{
	StateHead  *head = (StateHead *) PG_DETOAST_DATUM(datum);
	Size		size = VARSIZE(head);

	if (size < type->fixed_size || head->kind != type->kind ||
		head->version != type->version || head->nitems < 0 ||
		head->nitems > (size - type->fixed_size) /
		Max(state_stride(head, type), 1))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored %s state is damaged", type->name)));
	return head;
}

/*
 * An argument to be read as it lies: in order, but perhaps packed.
 */
const void *
state_raw_arg(FunctionCallInfo fcinfo, int argno, const StateType *type)
{
	StateHead  *head = state_detoasted(PG_GETARG_DATUM(argno), type);

	return head->flags & STATE_OPEN ? state_sealed(head, type) : head;
}

/* An argument to be read: in order, its records in full form. */
const void *
state_arg(FunctionCallInfo fcinfo, int argno, const StateType *type)
{
	const StateHead *head = state_raw_arg(fcinfo, argno, type);

	return head->flags & STATE_PACKED ? state_widened(head, type, 0) : head;
}

/* The first argument of a transition, to be changed. */
void *
state_begin(FunctionCallInfo fcinfo, const StateType *type)
{
	StateHead  *head;

	if (PG_ARGISNULL(0))
		return state_new(type, 1, type->packed_size > 0 ? STATE_PACKED : 0);
	head = (StateHead *) PG_GETARG_POINTER(0);
	if (likely(VARATT_IS_4B_U(head) && (head->flags & STATE_OPEN) &&
			   AggCheckCallContext(fcinfo, NULL)))
		return head;
	head = state_detoasted(PG_GETARG_DATUM(0), type);
	return state_open_copy(head, type, 0);
}

/*
 * Room for one more record: the smallest state grows to four times its size,
 * since most groups have more than a few records, others double.  A state whose records fold
 * is folded first, and grows only if that does not free half of it.
 */
static void *
state_grow(void *state, const StateType *type)
{
	StateHead  *head = head_of(state);
	int			capacity = state_capacity(head, type);
	int64		room;

	if (type->fold != NULL)
	{
		state_tidy(state, type);
		if (head->nitems <= capacity / 2)
			return state;
	}
	room = state_working_limit(type) - head->nitems;
	if (VARSIZE(head) == SMALLEST_STATE)
		capacity = 3 * capacity + 1;
	return state_open_copy(state, type, Max(1, Min(capacity, room)));
}

/* Put a record at the end; the state may move. */
void *
state_append(void *state, const StateType *type, const void *item)
{
	StateHead  *head = head_of(state);
	char	   *place;

	if (unlikely(head->nitems >= state_capacity(head, type)))
		head = state_grow(head, type);
	place = (char *) STATE_ITEMS(head, type) +
		head->nitems * state_stride(head, type);
	if (!(head->flags & STATE_PACKED))
		memcpy(place, item, type->item_size);
	else if (unlikely(!type->pack(place, item)))
	{
		head = state_widened(head, type, 1);
		memcpy((char *) STATE_ITEMS(head, type) +
			   (Size) head->nitems * type->item_size, item, type->item_size);
	}
	head->nitems++;
	return head;
}

/*
 * The result of a transition.  Called by hand rather than by an aggregate,
 * its state may be stored, so it leaves sealed.
 */
Datum
state_end(FunctionCallInfo fcinfo, const StateType *type, void *state)
{
	if (likely(AggCheckCallContext(fcinfo, NULL)))
		PG_RETURN_POINTER(state);
	PG_RETURN_POINTER(state_sealed(state, type));
}

/* The result of a transition whose row says nothing. */
Datum
state_leave_out(FunctionCallInfo fcinfo, const StateType *type)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (AggCheckCallContext(fcinfo, NULL))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return state_seal(fcinfo, type);
}

/* Express every amount of records in full form in units of 10^-to. */
static void
state_rescale(void *state, const StateType *type, int first, int from, int to)
{
	StateHead  *head = head_of(state);
	char	   *item = (char *) STATE_ITEMS(state, type) +
	(Size) first * type->item_size;

	if (from >= to)
		return;
	for (int i = first; i < head->nitems; i++, item += type->item_size)
		for (const StateField *f = type->item_fields; f->name != NULL; f++)
		{
			Wide	   *w = (Wide *) (item + f->offset);

			if (f->type == FIELD_MONEY && !money_unknown(*w))
				*w = wide_from(money_rescale(wide_value(*w), from, to));
		}
}

static inline int32 *
state_scale(void *state, const StateType *type)
{
	return (int32 *) ((char *) state + type->scale_offset);
}

/*
 * Give all amounts a greater scale.  The state may move, and its records are
 * packed again if they can be.
 */
static void *
state_set_scale(void *state, const StateType *type, int scale)
{
	StateHead  *head = head_of(state);
	int32	   *old = state_scale(state, type);

	if (head->nitems > 0 && *old < scale)
	{
		head = state_widened(head, type, 1);
		old = state_scale(head, type);
		state_rescale(head, type, 0, *old, scale);
		state_packed(head, type);
	}
	*old = scale;
	return head;
}

/*
 * An amount for a record: in units of 10^-scale of the state, whose scale
 * grows with the amounts that it sees.  The state may move.
 */
Wide
state_amount(void **state, const StateType *type, NullableDatum amount,
			 const char *what)
{
	int			scale;
	int128		value;

	if (amount.isnull)
		return MONEY_UNKNOWN;
	value = money_read(amount.value, &scale, what);
	if (unlikely(scale > *state_scale(*state, type)))
		*state = state_set_scale(*state, type, scale);
	if (unlikely(scale < *state_scale(*state, type)))
		value = money_rescale(value, scale, *state_scale(*state, type));
	return wide_from(value);
}

/* The records of b behind those of a, which have room; both in one form. */
static void
state_concatenate(StateHead *a, const StateHead *b, const StateType *type)
{
	Size		stride = state_stride(a, type);

	memcpy((char *) STATE_ITEMS(a, type) + a->nitems * stride,
		   STATE_ITEMS(b, type), b->nitems * stride);
	a->nitems += b->nitems;
}

/* Bring both states to the greater scale, and to one form of records. */
static void
state_join_scales(StateHead **a, const StateHead **b, const StateType *type)
{
	int32		x = *state_scale(*a, type);
	int32		y = *state_scale(unconstify(StateHead *, *b), type);

	if (x < y)
		*a = state_set_scale(*a, type, y);
	else if (y < x)
		*b = state_set_scale(state_open_copy(*b, type, 0), type, x);
	if (((*a)->flags ^ (*b)->flags) & STATE_PACKED)
	{
		*a = state_widened(*a, type, 0);
		*b = state_widened(*b, type, 0);
	}
}

/*
 * Two states into one: combine function, transition of rollup() and the SQL
 * function merge().  NULL is neutral.
 */
Datum
state_merge(FunctionCallInfo fcinfo, const StateType *type)
{
	StateHead  *a;
	const StateHead *b;
	int64		room;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, type);
	b = state_detoasted(PG_GETARG_DATUM(1), type);
	if (PG_ARGISNULL(0))
		return state_end(fcinfo, type, state_open_copy(b, type, 0));
	a = state_begin(fcinfo, type);
	if (type->scale_offset > 0)
		state_join_scales(&a, &b, type);
	if (type->item_size > 0 && b->nitems > state_capacity(a, type) - a->nitems)
	{
		if (type->fold != NULL)
			state_tidy(a, type);
		room = state_working_limit(type) - a->nitems;
		a = state_open_copy(a, type, Max(b->nitems, Min(a->nitems, room)));
	}
	state_concatenate(a, b, type);
	if (type->absorb != NULL)
		type->absorb(a, b);
	return state_end(fcinfo, type, a);
}

/* The final function: what leaves an aggregate is sealed. */
Datum
state_seal(FunctionCallInfo fcinfo, const StateType *type)
{
	PG_RETURN_POINTER(state_sealed(state_detoasted(PG_GETARG_DATUM(0), type),
								   type));
}
