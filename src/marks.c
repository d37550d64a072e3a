/*
 * marks.c
 *		What many journeys did at the steps of a plan: marks, and their tally.
 */
#include "marks.h"

#include "catalog/pg_type.h"
#include "math/select.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/json.h"
#include "utils/jsonb.h"

/*
 * The state
 */
const StateField marks_fields[] = {
	{NULL, 0, 0, false, NULL}
};

const StateField mark_fields[] = {
	{"step", FIELD_INT32, offsetof(Mark, step), false, NULL},
	{"mark", FIELD_INT32, offsetof(Mark, what), false, NULL},
	{"days", FIELD_DURATION, offsetof(Mark, usecs), true, NULL},
	{NULL, 0, 0, false, NULL}
};

int
mark_compare(const void *a, const void *b, void *arg)
{
	const Mark *x = a;
	const Mark *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->what != y->what)
		return x->what < y->what ? -1 : 1;
	return (x->usecs > y->usecs) - (x->usecs < y->usecs);
}

/* In 64 bits: the step, what, and up to eight years. */
#define WHAT_SHIFT 48
#define STEP_SHIFT 54

static bool
mark_pack(void *packed, const void *item)
{
	const Mark *mark = item;
	StateKey   *key = packed;

	if (mark->usecs >= (INT64CONST(1) << WHAT_SHIFT) - 1)
		return false;
	key->bits = (uint64) mark->step << STEP_SHIFT |
		(uint64) mark->what << WHAT_SHIFT | (uint64) (mark->usecs + 1);
	return true;
}

static void
mark_unpack(void *item, const void *packed)
{
	uint64		bits = ((const StateKey *) packed)->bits;

	*(Mark *) item = (Mark)
	{
		(int32) (bits >> STEP_SHIFT),
			(int32) (bits >> WHAT_SHIFT) & (MAX_WHATS - 1),
			(int64) (bits & ((UINT64CONST(1) << WHAT_SHIFT) - 1)) - 1
	};
}

static void
marks_recode(void *items, int n, const StateCodes *codes)
{
	/* the plan is not named by the marks */
}

const StatePacking marks_packing = {
	.size = sizeof(StateKey),.pack = mark_pack,.unpack = mark_unpack,
	.recode = marks_recode
};

/* There is but one plan, so that a second one is another. */
void
marks_refuse_plan(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot merge what was asked in different ways"),
			 errdetail("Steps, moment, window and mode must be the same."),
			 errhint("Group by what differs.")));
}

/*
 * A state from outside has one plan, and marks that it may have.
 */
const char *
marks_fault(const void *state)
{
	const Marks *m = state;

	if (m->dict_bytes == 0)
		return "it has no plan";
	for (int i = 0; i < m->head.nitems; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (m->mark[i].step < 0 || m->mark[i].step > MAX_STEPS ||
			m->mark[i].what < 0 || m->mark[i].what >= MAX_WHATS)
			return "a mark is out of range";
	}
	return NULL;
}

/*
 * Building
 */
static void *
marks_with_plan(void *marks, const StateType *type, const StringInfoData *plan)
{
	state_label(&marks, type, 0, plan->data, plan->len);
	return marks;
}

/* The first argument of a transition, whose plan must be this one. */
void *
marks_begin(FunctionCallInfo fcinfo, const StateType *type,
			const StringInfoData *plan)
{
	return marks_with_plan(state_begin(fcinfo, type), type, plan);
}

/* Marks outside of an aggregate. */
void *
marks_start(const StateType *type, const StringInfoData *plan)
{
	return marks_with_plan(state_start(type), type, plan);
}

void *
marks_add(void *marks, const StateType *type, int step, int what, int64 usecs)
{
	Mark		mark = {step, what, usecs};

	return state_append(marks, type, &mark);
}

/*
 * The plan
 */
void
plan_time(StringInfo plan, const char *key, TimestampTz at)
{
	char		buf[MAXDATELEN + 1];
	int			utc = 0;

	appendStringInfo(plan, ", \"%s\": \"%s\"", key,
					 JsonEncodeDateTime(buf, at, TIMESTAMPTZOID, &utc));
}

void
plan_texts(StringInfo plan, const char *key, text **texts, int n)
{
	appendStringInfo(plan, "%s\"%s\": [", plan->len == 0 ? "{" : ", ", key);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(plan, ", ");
		escape_json(plan, text_to_cstring(texts[i]));
	}
	appendStringInfoChar(plan, ']');
}

const char *
marks_plan(const Marks *marks, const StateType *type, int *len)
{
	const Dict *d = state_dict(marks, type, 0);

	*len = dict_len(d, 0);
	return dict_text(d, 0);
}

static void
plan_refuse(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("the plan of a state is damaged")));
}

/* What a plan says of a key; it may come from outside. */
static JsonbValue
plan_value(const char *plan, int len, const char *key)
{
	Datum		json = DirectFunctionCall1(jsonb_in,
										   CStringGetDatum(pnstrdup(plan, len)));
	JsonbContainer *root = &DatumGetJsonbP(json)->root;
	JsonbValue	found;

	if (!JsonContainerIsObject(root) ||
		getKeyJsonValueFromContainer(root, key, strlen(key), &found) == NULL)
		plan_refuse();
	return found;
}

/* The texts that plan_texts wrote. */
text	  **
plan_read_texts(const char *plan, int len, const char *key, int *n)
{
	JsonbValue	list = plan_value(plan, len, key);
	text	  **texts;

	if (list.type != jbvBinary ||
		!JsonContainerIsArray(list.val.binary.data) ||
		JsonContainerSize(list.val.binary.data) < 1 ||
		JsonContainerSize(list.val.binary.data) > MAX_STEPS)
		plan_refuse();
	*n = JsonContainerSize(list.val.binary.data);
	texts = palloc(*n * sizeof(text *));
	for (int i = 0; i < *n; i++)
	{
		JsonbValue *v = getIthJsonbValueFromContainer(list.val.binary.data, i);

		if (v->type != jbvString)
			plan_refuse();
		texts[i] = cstring_to_text_with_len(v->val.string.val, v->val.string.len);
	}
	return texts;
}

/* A text of the plan. */
char *
plan_read_text(const char *plan, int len, const char *key)
{
	JsonbValue	v = plan_value(plan, len, key);

	if (v.type != jbvString)
		plan_refuse();
	return pnstrdup(v.val.string.val, v.val.string.len);
}

/*
 * Tallies
 */

/* What was marked at each step, from 0 up to and including the last. */
Tally *
marks_tally(const Marks *marks, int nsteps)
{
	Tally	   *tally = palloc0((nsteps + 1) * sizeof(Tally));

	for (int i = 0; i < marks->head.nitems; i++)
	{
		const Mark *mark = &marks->mark[i];

		CHECK_EVERY(i, 0xFFFF);
		if (mark->step <= nsteps)
			tally_add(tally, mark->step, mark->what, mark->usecs);
	}
	return tally;
}

void
durations_add(Durations *d, int64 usecs)
{
	if (unlikely(d->n == d->room))
	{
		d->room = d->room == 0 ? 256 : d->room * 2;
		d->usecs = d->usecs == NULL ? palloc(d->room * sizeof(int64)) :
			repalloc_huge(d->usecs, d->room * sizeof(int64));
	}
	d->usecs[d->n++] = usecs;
}

/*
 * A percentile in days, with linear interpolation between two durations as
 * percentile_cont has it; NaN without any.
 */
double
durations_days(Durations *d, int percent)
{
	double		position = (d->n - 1) * (percent / 100.0);
	int64		i = (int64) position;
	double		low;
	double		high;

	if (d->n == 0)
		return get_float8_nan();
	low = select_least(d->usecs, d->n, i) / 1e6 / 86400;
	if (i + 1 >= d->n)
		return low;
	high = select_least(d->usecs + i + 1, d->n - i - 1, 0) / 1e6 / 86400;
	return low + (position - i) * (high - low);
}
