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

static inline StateHead *
head_of(void *state)
{
	return (StateHead *) state;
}

static inline int
state_capacity(const StateHead *head, const StateType *type)
{
	return (int) ((VARSIZE(head) - type->fixed_size) / type->item_size);
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

void
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
	return type->fixed_size + (Size) head->nitems * type->item_size;
}

/*
 * The size of a state with room for at least so many records: a power of two,
 * as the allocator would round it up anyway.
 */
static Size
state_size(const StateType *type, int64 capacity)
{
	Size		need = type->fixed_size + (Size) capacity * type->item_size;
	Size		size = 64;

	if (type->item_size == 0)
		return type->fixed_size;
	while (size < need)
		size *= 2;
	return Min(size, MaxAllocSize / 8 * 8);
}

/* An open state without records. */
void *
state_new(const StateType *type, int capacity)
{
	Size		size = state_size(type, capacity);
	StateHead  *head = palloc0(size);

	SET_VARSIZE(head, size);
	head->kind = type->kind;
	head->version = type->version;
	head->flags = STATE_OPEN;
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
	return state_copy(from, type, state_size(type, capacity), STATE_OPEN);
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
	qsort_interruptible(items, n, type->item_size, type->compare, NULL);
	if (type->fold == NULL)
		return;
	head->nitems = type->fold(items, n);
}

/* The canonical form: a trimmed copy, sorted and folded. */
void *
state_sealed(const void *state, const StateType *type)
{
	const StateHead *from = (const StateHead *) state;
	StateHead  *to = state_copy(from, type, state_used(from, type), 0);

	if (from->flags & STATE_OPEN)
		state_tidy(to, type);
	state_check_limit(type, to->nitems, type->max_items);
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
		head->nitems > (size - type->fixed_size) / Max(type->item_size, 1))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored %s state is damaged", type->name)));
	return head;
}

/* An argument to be read: sealed, with its head checked. */
const void *
state_arg(FunctionCallInfo fcinfo, int argno, const StateType *type)
{
	StateHead  *head = state_detoasted(PG_GETARG_DATUM(argno), type);

	return head->flags & STATE_OPEN ? state_sealed(head, type) : head;
}

/* The first argument of a transition, to be changed. */
void *
state_begin(FunctionCallInfo fcinfo, const StateType *type)
{
	StateHead  *head;

	if (PG_ARGISNULL(0))
		return state_new(type, 1);
	head = (StateHead *) PG_GETARG_POINTER(0);
	if (likely(VARATT_IS_4B_U(head) && (head->flags & STATE_OPEN) &&
			   AggCheckCallContext(fcinfo, NULL)))
		return head;
	head = state_detoasted(PG_GETARG_DATUM(0), type);
	return state_open_copy(head, type, 0);
}

/*
 * Room for one more record, doubling when full.  A state whose records fold
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
	return state_open_copy(state, type, Max(1, Min(capacity, room)));
}

/* Put a record at the end; the state may move. */
void *
state_append(void *state, const StateType *type, const void *item)
{
	StateHead  *head = head_of(state);

	if (unlikely(head->nitems >= state_capacity(head, type)))
	{
		state = state_grow(state, type);
		head = head_of(state);
	}
	memcpy((char *) STATE_ITEMS(state, type) +
		   (Size) head->nitems * type->item_size, item, type->item_size);
	head->nitems++;
	return state;
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
	PG_RETURN_POINTER(state_arg(fcinfo, 0, type));
}

/* Express every amount of the records from one on in units of 10^-to. */
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
 * An amount for a record: in units of 10^-scale of the state, whose scale
 * grows with the amounts that it sees.
 */
Wide
state_amount(void *state, const StateType *type, NullableDatum amount,
			 const char *what)
{
	int32	   *scale = state_scale(state, type);
	int			own;
	int128		value;

	if (amount.isnull)
		return MONEY_UNKNOWN;
	value = money_read(amount.value, &own, what);
	if (unlikely(own > *scale))
	{
		state_rescale(state, type, 0, *scale, own);
		*scale = own;
	}
	return wide_from(money_rescale(value, own, *scale));
}

/* Bring all amounts to the greater scale after records were put together. */
static void
state_join_scales(void *a, const void *b, const StateType *type, int from)
{
	int32	   *x = state_scale(a, type);
	int32		y = *state_scale(unconstify(void *, b), type);

	if (y > *x)
	{
		StateHead  *head = head_of(a);
		int			n = head->nitems;

		head->nitems = from;
		state_rescale(a, type, 0, *x, y);
		head->nitems = n;
		*x = y;
	}
	else
		state_rescale(a, type, from, y, *x);
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
	int			from;
	int64		room;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, type);
	b = state_detoasted(PG_GETARG_DATUM(1), type);
	if (PG_ARGISNULL(0))
		return state_end(fcinfo, type,
						 state_open_copy(b, type, 0));
	a = state_begin(fcinfo, type);
	from = a->nitems;
	if (type->item_size > 0 && b->nitems > state_capacity(a, type) - from)
	{
		if (type->fold != NULL)
			state_tidy(a, type);
		from = a->nitems;
		room = state_working_limit(type) - from;
		a = state_open_copy(a, type, Max(b->nitems, Min(from, room)));
	}
	memcpy((char *) STATE_ITEMS(a, type) + (Size) from * type->item_size,
		   STATE_ITEMS(b, type), (Size) b->nitems * type->item_size);
	a->nitems = from + b->nitems;
	if (type->scale_offset > 0)
		state_join_scales(a, b, type, from);
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
