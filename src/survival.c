/*
 * survival.c
 *		Times to an event, those that are still going on among them.
 *
 * The state keeps how long each thing lasted and what ended it; things that
 * lasted equally long and ended alike are one record with their weight.
 * Durations and weights are integers (microseconds and billionths), so that
 * sums do not depend on the order of rows.  Curves are drawn from the state
 * in survival_curve.c, questions are asked in survival_report.c.
 */
#include "survival.h"

#include <math.h>

#include "enums.h"

#define MAX_WEIGHT 1e9

static const StateField survival_fields[] = {
	{"invalid", FIELD_COUNT, offsetof(Survival, n_invalid), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField spell_fields[] = {
	{"duration_days", FIELD_DURATION, offsetof(Spell, duration), false, NULL},
	{"cause", FIELD_INT32, offsetof(Spell, cause), false, NULL},
	{"entry_days", FIELD_DURATION, offsetof(Spell, entry), false, NULL},
	{"weight", FIELD_WEIGHT, offsetof(Spell, weight), false, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By duration, cause, entry; what is equal in these is one record. */
static int
spell_compare(const void *a, const void *b, void *arg)
{
	const Spell *x = a;
	const Spell *y = b;

	if (x->duration != y->duration)
		return x->duration < y->duration ? -1 : 1;
	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	return (x->entry > y->entry) - (x->entry < y->entry);
}

static int
spells_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(Spell), offsetof(Spell, weight),
							  spell_compare);
}

static void
survival_absorb(void *a, const void *b)
{
	state_add_count(&((Survival *) a)->n_invalid,
					((const Survival *) b)->n_invalid);
}

static const char *
survival_fault(const void *state)
{
	const Survival *s = state;

	for (int i = 0; i < s->head.nitems; i++)
	{
		const Spell *spell = &s->spell[i];

		if (spell->cause < 0 || spell->cause > MAX_CAUSE)
			return "its cause is out of range";
		if (spell->entry > 0 && spell->entry >= spell->duration)
			return "an entry is not before the end";
	}
	return NULL;
}

const StateType survival_type = {
	.name = "survival",.kind = 4,.version = 1,
	.fixed_size = offsetof(Survival, spell),.item_size = sizeof(Spell),
	.digest_offset = offsetof(Survival, digest),.max_items = 10000000,
	.fields = survival_fields,.items_name = "spells",
	.item_fields = spell_fields,.compare = spell_compare,
	.fold = spells_fold,.absorb = survival_absorb,.fault = survival_fault
};

/*
 * Arguments
 */

/* A cause of an end, from a least number on. */
int
arg_cause(int cause, int least)
{
	if (unlikely(cause < least || cause > MAX_CAUSE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cause must be between %d and %d, not %d", least,
						MAX_CAUSE, cause),
				 least == 0 ? errhint("0 stands for what is still open.") : 0));
	return cause;
}

/* A weight in billionths. */
static int64
arg_weight(double weight)
{
	arg_finite(weight, "weight");
	if (!(weight * WEIGHT_ONE >= 1 && weight <= MAX_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be between 1e-9 and 1e9, not %.15g", weight),
				 errhint("A row that must not count is left out by FILTER (WHERE ...).")));
	return (int64) rint(weight * WEIGHT_ONE);
}

/* The time between two moments, both given and finite. */
static int64
time_between(TimestampTz from, TimestampTz to)
{
	int64		span;

	if (pg_sub_s64_overflow(to, from, &span))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time between two moments is out of range")));
	return span;
}

/*
 * Transitions
 */

/* Any argument from the second on is NULL. */
static bool
row_is_unknown(FunctionCallInfo fcinfo)
{
	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return true;
	return false;
}

/* One row into the state: the one transition behind all forms. */
static Datum
survival_add(FunctionCallInfo fcinfo, const Spell *spell)
{
	Survival   *s = state_begin(fcinfo, &survival_type);

	if (spell->duration < 0 ||
		(spell->entry > 0 && spell->entry >= spell->duration))
		state_add_count(&s->n_invalid, 1);
	else
		s = state_append(s, &survival_type, spell);
	return state_end(fcinfo, &survival_type, s);
}

/* What opened at a moment, as it stood at another one. */
static Datum
survival_add_deal(FunctionCallInfo fcinfo, NullableDatum opened_at,
				  NullableDatum closed_at, NullableDatum as_of_at,
				  NullableDatum entered_at)
{
	Spell		spell = {.weight = WEIGHT_ONE};
	TimestampTz opened,
				as_of,
				end,
				entered;

	if (PG_ARGISNULL(1) || opened_at.isnull || as_of_at.isnull ||
		entered_at.isnull)
		return state_leave_out(fcinfo, &survival_type);
	spell.cause = enum_code(&deal_outcome_kind, PG_GETARG_DATUM(1));
	opened = arg_time(DatumGetTimestampTz(opened_at.value), "time of opening");
	as_of = arg_time(DatumGetTimestampTz(as_of_at.value), "as_of");
	entered = arg_time(DatumGetTimestampTz(entered_at.value), "time of entry");
	end = as_of;
	if (spell.cause != DEAL_OPEN)
	{
		if (closed_at.isnull)
			return state_leave_out(fcinfo, &survival_type);
		end = arg_time(DatumGetTimestampTz(closed_at.value),
					   "time of closing");
	}
	if (opened > as_of || entered > as_of)
		return state_leave_out(fcinfo, &survival_type);
	if (end > as_of)
	{
		spell.cause = DEAL_OPEN;
		end = as_of;
	}
	spell.duration = time_between(opened, end);
	spell.entry = Max(time_between(opened, entered), 0);
	return survival_add(fcinfo, &spell);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(survival, survival_type);

/* (duration, cause), with weight, with weight and entry */
PG_FUNCTION_INFO_V1(abm_survival_accum);
Datum
abm_survival_accum(PG_FUNCTION_ARGS)
{
	Spell		spell = {.weight = WEIGHT_ONE};

	if (row_is_unknown(fcinfo))
		return state_leave_out(fcinfo, &survival_type);
	spell.duration = arg_span(PG_GETARG_INTERVAL_P(1), "duration");
	spell.cause = arg_cause(PG_GETARG_INT32(2), 0);
	if (PG_NARGS() > 3)
		spell.weight = arg_weight(PG_GETARG_FLOAT8(3));
	if (PG_NARGS() > 4)
		spell.entry = Max(arg_span(PG_GETARG_INTERVAL_P(4), "entry"), 0);
	return survival_add(fcinfo, &spell);
}

PG_FUNCTION_INFO_V1(abm_survival_accum_days);
Datum
abm_survival_accum_days(PG_FUNCTION_ARGS)
{
	Spell		spell = {.weight = WEIGHT_ONE};

	if (row_is_unknown(fcinfo))
		return state_leave_out(fcinfo, &survival_type);
	spell.duration = arg_days(PG_GETARG_FLOAT8(1), "duration_days");
	spell.cause = arg_cause(PG_GETARG_INT32(2), 0);
	if (PG_NARGS() > 3)
		spell.weight = arg_weight(PG_GETARG_FLOAT8(3));
	if (PG_NARGS() > 4)
		spell.entry = Max(arg_days(PG_GETARG_FLOAT8(4), "entry_days"), 0);
	return survival_add(fcinfo, &spell);
}

/* (outcome, opened, closed, as_of), with entry */
PG_FUNCTION_INFO_V1(abm_survival_accum_deal);
Datum
abm_survival_accum_deal(PG_FUNCTION_ARGS)
{
	NullableDatum *args = fcinfo->args;

	return survival_add_deal(fcinfo, args[2], args[3], args[4],
							 PG_NARGS() > 5 ? args[5] : args[2]);
}

PG_FUNCTION_INFO_V1(abm_survival_accum_deal_date);
Datum
abm_survival_accum_deal_date(PG_FUNCTION_ARGS)
{
	NullableDatum *args = fcinfo->args;

	return survival_add_deal(fcinfo, arg_midnight(args[2]),
							 arg_midnight(args[3]), arg_midnight(args[4]),
							 arg_midnight(PG_NARGS() > 5 ? args[5] : args[2]));
}
