/*
 * state.c
 *		The state kit: transitions, merging and sealing.
 *
 * A transition changes its state in place when it runs inside an aggregate,
 * and works on a copy otherwise.  The first state and every grown one lie in
 * the caller's short-lived context: nodeAgg copies a state once and frees the
 * one it replaces, so that a state pointer must never be repalloc'd here.
 */
#include "state_form.h"

#include "access/detoast.h"
#include "nodes/execnodes.h"
#include "nodes/plannodes.h"

/* Expected rows: a logarithm, taken at its word once there are some. */
#define EXPECT_SCALE 8.0
#define EXPECT_BYTES (32 * 1024 * 1024.0)

/* Do the dictionaries lie within the state? */
static bool
dicts_whole(const StateHead *head, const StateType *type)
{
	const int32 *bytes = (const int32 *) ((const char *) head + type->dicts_offset);
	int64		left = (int64) VARSIZE(head) - type->fixed_size;

	for (int i = 0; i < type->ndicts; i++)
	{
		left -= bytes[i];
		if (bytes[i] < 0 || left < 0)
			return false;
	}
	for (int i = 0; i < type->ndicts; i++)
		if (bytes[i] > 0 && !dict_whole(state_dict(head, type, i), bytes[i]))
			return false;
	return true;
}

/* A detoasted state that is of the type and whole. */
void *
state_detoasted(Datum datum, const StateType *type)
{
	const LargeState *large = large_find(DatumGetPointer(datum));
	StateHead  *head = large != NULL ? large->head :
	(StateHead *) PG_DETOAST_DATUM(datum);
	Size		size = VARSIZE(head);

	if (size < type->fixed_size || head->kind != type->kind ||
		head->version != type->version ||
		state_form(head) > type->npackings || !dicts_whole(head, type) ||
		head->nitems < 0 ||
		head->nitems > (size - type->fixed_size - state_tail(head, type)) /
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

	return state_form(head) == 0 ? head : state_reformed(head, type, 0, 0, 0);
}

/*
 * The digest of an argument, read without fetching all of it: a key under
 * which to keep what was made of the state.  0 for a state that is still
 * open, or damaged.
 */
uint64
state_digest_arg(FunctionCallInfo fcinfo, int argno, const StateType *type)
{
	const struct varlena *datum = (struct varlena *) PG_GETARG_POINTER(argno);
	const StateHead *head = (const StateHead *) datum;

	if (VARATT_IS_EXTENDED(datum))
		head = (const StateHead *)
			PG_DETOAST_DATUM_SLICE(PG_GETARG_DATUM(argno), 0,
								   type->fixed_size - VARHDRSZ);
	if (VARSIZE(head) < type->fixed_size || head->kind != type->kind ||
		head->version != type->version || (head->flags & STATE_OPEN))
		return 0;
	return *(const uint64 *) ((const char *) head + type->digest_offset);
}

/*
 * Is an argument the state of the call before?  One that is stored out of
 * line is known by where it is stored, so that not even its beginning is
 * fetched: while a call site lives, no other value comes to stand there.
 */
bool
state_unchanged(FunctionCallInfo fcinfo, int argno, const StateType *type,
				StateKept *kept)
{
	struct varlena *datum = (struct varlena *) PG_GETARG_POINTER(argno);
	struct varatt_external stored;
	uint64		digest;
	bool		same;

	memset(&stored, 0, sizeof(stored));
	if (VARATT_IS_EXTERNAL_ONDISK(datum))
	{
		VARATT_EXTERNAL_GET_POINTER(stored, datum);
		if (memcmp(&stored, &kept->stored, sizeof(stored)) == 0)
			return true;
	}
	digest = state_digest_arg(fcinfo, argno, type);
	same = digest != 0 && digest == kept->digest;
	kept->digest = digest;
	kept->stored = stored;
	return same;
}

/* A state that is made outside of any aggregate. */
void *
state_start(const StateType *type)
{
	return state_new(type, 1, type->npackings);
}

/* The same when it is done. */
Datum
state_finish(void *state, const StateType *type)
{
	return PointerGetDatum(state_sealed(state, type));
}

/*
 * A state for a whole population, with the planner's guess of how many rows
 * there will be.
 */
static void *
state_expecting(FunctionCallInfo fcinfo, const StateType *type)
{
	const AggState *agg = (const AggState *) fcinfo->context;
	char	   *state = state_start(type);

	if (agg != NULL && IsA(agg, AggState) && agg->aggstrategy == AGG_PLAIN)
	{
		double		rows = outerPlan(agg->ss.ps.plan)->plan_rows;

		*(uint8 *) (state + type->expect_offset) =
			(uint8) Min(rint(EXPECT_SCALE * log2(Max(rows, 1)) + 1), PG_UINT8_MAX);
	}
	return state;
}

/* The same where there is none that can be changed in place. */
void *
state_begin_new(FunctionCallInfo fcinfo, const StateType *type)
{
	if (PG_ARGISNULL(0))
		return type->expect_offset == 0 ? state_start(type) :
			state_expecting(fcinfo, type);
	return state_open_copy(state_detoasted(PG_GETARG_DATUM(0), type), type, 0, 0);
}

/*
 * How many records are expected in all; 1 when that is not known, and before
 * a state is large: room for them would have to be found twice.
 */
static int
state_expected(const StateHead *head, const StateType *type)
{
	uint8		expect;

	if (type->expect_offset == 0 || !(head->flags & STATE_LARGE))
		return 1;
	expect = *(const uint8 *) ((const char *) head + type->expect_offset);
	return (int) Min(exp2(expect / EXPECT_SCALE),
					 EXPECT_BYTES / state_stride(head, type));
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

	if (type->fold != NULL)
	{
		state_tidy(state, type);
		state_check_limit(type, head->nitems, type->max_items);
		if (head->nitems <= capacity / 2)
			return state;
	}
	return state_widened(state, type, 1,
						 Max(capacity, state_expected(head, type) - capacity));
}

/*
 * Something takes the place of a state: the memory where it is to be, and
 * what is to be done when it is there.
 */
static MemoryContext
state_enter(StateHead *head)
{
	return MemoryContextSwitchTo(head->flags & STATE_LARGE ?
								 GetMemoryChunkContext(head) :
								 CurrentMemoryContext);
}

static void *
state_leave(StateHead *head, StateHead *other, MemoryContext caller)
{
	MemoryContextSwitchTo(caller);
	if (head->flags & STATE_LARGE)
	{
		other->flags |= STATE_LARGE;
		pfree(head);
	}
	return other;
}

/* The records of a state in another form. */
static void *
state_to_form(StateHead *head, const StateType *type, int form, int extra)
{
	MemoryContext caller = state_enter(head);

	return state_leave(head, state_reformed(head, type, form, extra, STATE_OPEN),
					   caller);
}

/*
 * Put a record at the end; the state may move.  One that does not fit the
 * form of the others brings all of them to a larger form; that happens once
 * or twice in the life of a state.
 */
void *
state_append(void *state, const StateType *type, const void *item)
{
	StateHead  *head = head_of(state);
	int			form = state_form(head);
	char	   *place;

	if (unlikely(state_full(head, type)))
		head = state_grow(head, type);
	place = state_items(head, type) + head->nitems * form_size(type, form);
	if (form == 0)
		memcpy(place, item, type->item_size);
	else if (unlikely(!type->packings[form - 1].pack(place, item)))
		return state_append(state_to_form(head, type,
										  state_larger_form(head, type, item), 1),
							type, item);
	head->nitems++;
	return head;
}

/* One label too many. */
static void
state_refuse_label(const StateType *type)
{
	if (type->refuse_label != NULL)
		type->refuse_label();
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("%s state exceeds its limit of %d labels",
					type->name, type->max_labels),
			 errhint("Labels are the names of a few kinds of event; put what is rare under one name.")));
}

/* A text that a dictionary has not. */
int
state_label_new(void **state, const StateType *type, int dict,
				const char *text, int len)
{
	Dict	   *d = state_dict(*state, type, dict);

	if (unlikely(len > DICT_LONGEST))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text for a %s state is too long", type->name)));
	if (d == NULL || !dict_has_room(d, len))
	{
		MemoryContext caller = state_enter(*state);

		*state = state_leave(*state, state_wider_dict(*state, type, dict, len),
							 caller);
		d = state_dict(*state, type, dict);
	}
	if (unlikely(dict == 0 && d->nentries >= type->max_labels))
		state_refuse_label(type);
	return dict_add(d, text, len);
}

/* The result of a transition whose row says nothing. */
Datum
state_leave_out(FunctionCallInfo fcinfo, const StateType *type)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	if (in_aggregate(fcinfo))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	return state_seal(fcinfo, type);
}

/* Express every amount among some fields in units of 10^-to. */
static void
fields_rescale(const StateField *fields, char *base, int from, int to)
{
	for (const StateField *f = fields; f != NULL && f->name != NULL; f++)
	{
		Wide	   *w = (Wide *) (base + f->offset);

		if (f->type == FIELD_MONEY && !money_unknown(*w))
			*w = wide_from(money_rescale(wide_value(*w), from, to));
	}
}

/* Express every amount of a state in full form in units of 10^-to. */
static void
state_rescale(StateHead *head, const StateType *type, int from, int to)
{
	char	   *item = state_items(head, type);

	fields_rescale(type->fields, (char *) head, from, to);
	for (int i = 0; i < head->nitems; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		fields_rescale(type->item_fields, item + (Size) i * type->item_size, from, to);
	}
}

/*
 * Give all amounts a greater scale.  The state may move, and its records are
 * packed again if they can be.
 */
void *
state_set_scale(void *state, const StateType *type, int scale)
{
	StateHead  *head = head_of(state);
	int32	   *old = state_scale(state, type);

	if (*old < scale)
	{
		head = state_to_form(head, type, 0, type->item_size > 0);
		old = state_scale(head, type);
		state_rescale(head, type, *old, scale);
		state_pack(head, type);
		*old = scale;
	}
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
