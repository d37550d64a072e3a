/*
 * bant_tally.c
 *		How many deals stand where, and which letters they have.
 *
 * The state counts deals by status and pattern of letters: at most 64
 * records, whatever the number of rows.  Scores are summed in whole units of
 * 10^-9, so that their order does not matter.  The demands are part of the
 * question that the counts answer; states with other demands do not merge.
 */
#include "bant.h"

#include <math.h>

#include "enums.h"
#include "money.h"
#include "state.h"

#define SCORE_SCALE 9
#define SCORE_UNITS 1e9

typedef struct BantPattern
{
	int64		n;				/* deals */
	int64		scored;			/* of them with a score */
	Wide		score;			/* their sum, in units of 10^-9 */
	uint8		status;			/* BantStatus */
	uint8		mask;			/* letters that reach the threshold */
	uint8		padding[6];
} BantPattern;

typedef struct BantTally
{
	StateHead	head;
	int32		scale;			/* SCORE_SCALE */
	BantDemands demands;
	BantPattern pattern[FLEXIBLE_ARRAY_MEMBER];
} BantTally;

static const char *const patterns[] = {
	"-", "B", "A", "BA", "N", "BN", "AN", "BAN", "T", "BT", "AT", "BAT", "NT",
	"BNT", "ANT", "BANT", NULL
};

static const StateField tally_fields[] = {
	{"scale", FIELD_INT32, offsetof(BantTally, scale), false, NULL},
	{"budget_weight", FIELD_FLOAT8, offsetof(BantTally, demands.weights[0]), false, NULL},
	{"authority_weight", FIELD_FLOAT8, offsetof(BantTally, demands.weights[1]), false, NULL},
	{"need_weight", FIELD_FLOAT8, offsetof(BantTally, demands.weights[2]), false, NULL},
	{"timeline_weight", FIELD_FLOAT8, offsetof(BantTally, demands.weights[3]), false, NULL},
	{"qualify_at", FIELD_FLOAT8, offsetof(BantTally, demands.qualify_at), false, NULL},
	{"threshold", FIELD_FLOAT8, offsetof(BantTally, demands.threshold), false, NULL},
	{"min_letters", FIELD_INT32, offsetof(BantTally, demands.min_letters), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField pattern_fields[] = {
	{"status", FIELD_CODE, offsetof(BantPattern, status), false, bant_statuses},
	{"letters", FIELD_CODE, offsetof(BantPattern, mask), false, patterns},
	{"n", FIELD_COUNT, offsetof(BantPattern, n), false, NULL},
	{"scored", FIELD_COUNT, offsetof(BantPattern, scored), false, NULL},
	{"score", FIELD_MONEY, offsetof(BantPattern, score), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
pattern_compare(const void *a, const void *b, void *arg)
{
	const BantPattern *x = a;
	const BantPattern *y = b;

	if (x->status != y->status)
		return x->status < y->status ? -1 : 1;
	return (int) x->mask - (int) y->mask;
}

static void
pattern_merge(BantPattern *a, const BantPattern *b)
{
	state_add_count(&a->n, b->n);
	state_add_count(&a->scored, b->scored);
	a->score = wide_from(money_add(wide_value(a->score), wide_value(b->score)));
}

static int
patterns_fold(void *items, int n)
{
	BantPattern *pattern = items;
	int			kept = 1;

	for (int i = 1; i < n; i++)
		if (pattern_compare(&pattern[i], &pattern[kept - 1], NULL) == 0)
			pattern_merge(&pattern[kept - 1], &pattern[i]);
		else
			pattern[kept++] = pattern[i];
	return n == 0 ? 0 : kept;
}

static void
tally_check_demands(const BantTally *t, const BantDemands *d)
{
	if (memcmp(t->demands.weights, d->weights, sizeof(d->weights)) != 0 ||
		t->demands.qualify_at != d->qualify_at ||
		t->demands.threshold != d->threshold ||
		t->demands.min_letters != d->min_letters)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("deals tallied with different demands cannot be counted together"),
				 errhint("Group by the demands.")));
}

static void
tally_absorb(void *a, const void *b)
{
	tally_check_demands(a, &((const BantTally *) b)->demands);
}

static const char *
tally_fault(const void *state)
{
	const BantTally *t = state;
	const BantDemands *d = &t->demands;
	double		sum = 0;

	for (int i = 0; i < BANT_LETTERS; i++)
	{
		if (d->weights[i] < 0)
			return "a weight is negative";
		sum += d->weights[i];
	}
	if (!(sum > 0) || isinf(sum))
		return "its weights have no finite sum greater than zero";
	if (d->qualify_at < 0 || d->qualify_at > 100 || d->threshold < 0 ||
		d->threshold > 1 || d->min_letters < 0 ||
		d->min_letters > BANT_LETTERS || t->scale != SCORE_SCALE)
		return "its demands are out of range";
	for (int i = 0; i < t->head.nitems; i++)
	{
		const BantPattern *p = &t->pattern[i];
		int128		score = wide_value(p->score);

		if (p->n < 1 || p->scored > p->n || score < 0 ||
			score > (int128) p->scored * (int64) (100 * SCORE_UNITS))
			return "its counts do not agree";
	}
	return NULL;
}

static const StateType bant_tally_type = {
	.name = "bant_tally",.kind = 31,.version = 1,
	.fixed_size = offsetof(BantTally, pattern),
	.item_size = sizeof(BantPattern),
	.scale_offset = offsetof(BantTally, scale),.max_items = 64,
	.fields = tally_fields,.items_name = "patterns",
	.item_fields = pattern_fields,.compare = pattern_compare,
	.fold = patterns_fold,.absorb = tally_absorb,.fault = tally_fault
};

/* Count one deal; the state may move. */
static BantTally *
tally_add(BantTally *t, const BantJudgement *j)
{
	BantPattern one;

	memset(&one, 0, sizeof(one));
	one.n = 1;
	one.status = j->status;
	one.mask = j->mask;
	one.scored = j->scored;
	if (j->scored)
		one.score = wide_from((int64) rint(j->score * SCORE_UNITS));
	for (int i = 0; i < t->head.nitems; i++)
		if (t->pattern[i].mask == one.mask &&
			t->pattern[i].status == one.status)
		{
			pattern_merge(&t->pattern[i], &one);
			return t;
		}
	return state_append(t, &bant_tally_type, &one);
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(bant_tally, bant_tally_type);

/* A row that knows neither gates nor letters is no deal. */
static bool
tally_knows_nothing(FunctionCallInfo fcinfo)
{
	for (int i = 1; i <= 1 + BANT_LETTERS; i++)
		if (!PG_ARGISNULL(i))
			return false;
	return true;
}

/* The demands in the last four arguments; none of them may be unknown. */
static BantDemands
tally_demands(FunctionCallInfo fcinfo)
{
	BantDemands d;

	memset(&d, 0, sizeof(d));	/* padding goes into the state */
	for (int i = 6; i < 10; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weights, qualify_at, threshold and min_letters must not be NULL")));
	memcpy(d.weights, bant_weights(PG_GETARG_ARRAYTYPE_P(6)), sizeof(d.weights));
	for (int i = 0; i < BANT_LETTERS; i++)
		d.weights[i] = arg_finite(d.weights[i], "weights");
	d.qualify_at = arg_finite(PG_GETARG_FLOAT8(7), "qualify_at");
	d.threshold = arg_finite(PG_GETARG_FLOAT8(8), "threshold");
	d.min_letters = PG_GETARG_INT32(9);
	bant_check_demands(&d);
	return d;
}

static Datum
tally_accum(FunctionCallInfo fcinfo, const BantDemands *demands)
{
	static const BantDemands usual = {{1, 1, 1, 1}, 60, 0.5, 3};
	bool		first = PG_ARGISNULL(0);
	Bant		b;
	BantTally  *t;
	BantJudgement j;

	bant_args(fcinfo, 2, &b);
	t = state_begin(fcinfo, &bant_tally_type);
	if (first)
	{
		t->scale = SCORE_SCALE;
		t->demands = demands ? *demands : usual;
	}
	else if (demands)
		tally_check_demands(t, demands);
	j = bant_judge(bant_gates(fcinfo, 1), &b, &t->demands);
	return state_end(fcinfo, &bant_tally_type, tally_add(t, &j));
}

PG_FUNCTION_INFO_V1(abm_bant_tally_accum);
Datum
abm_bant_tally_accum(PG_FUNCTION_ARGS)
{
	if (tally_knows_nothing(fcinfo))
		return state_leave_out(fcinfo, &bant_tally_type);
	return tally_accum(fcinfo, NULL);
}

PG_FUNCTION_INFO_V1(abm_bant_tally_accum_demands);
Datum
abm_bant_tally_accum_demands(PG_FUNCTION_ARGS)
{
	BantDemands demands;

	if (tally_knows_nothing(fcinfo))
		return state_leave_out(fcinfo, &bant_tally_type);
	demands = tally_demands(fcinfo);
	return tally_accum(fcinfo, &demands);
}

PG_FUNCTION_INFO_V1(abm_bant_patterns);
Datum
abm_bant_patterns(PG_FUNCTION_ARGS)
{
	const BantTally *t;

	abm_begin_rows(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	t = state_arg(fcinfo, 0, &bant_tally_type);
	for (int i = t->head.nitems - 1; i >= 0; i--)
	{
		const BantPattern *p = &t->pattern[i];
		double		total = money_double(wide_value(p->score), SCORE_SCALE);
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = CStringGetTextDatum(bant_statuses[p->status]);
		values[1] = CStringGetTextDatum(patterns[p->mask]);
		values[2] = Int32GetDatum(p->mask);
		values[3] = Int64GetDatum(p->n);
		values[4] = Int64GetDatum(p->scored);
		values[5] = Float8GetDatum(total);
		values[6] = Float8GetDatum(p->scored > 0 ? total / p->scored : 0);
		nulls[5] = nulls[6] = p->scored == 0;
		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}
