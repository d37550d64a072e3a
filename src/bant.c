/*
 * bant.c
 *		Budget, authority, need, timeline: the letters and their score.
 *
 * Gates come first (gates.c): no score until they pass.  A letter is 0..1 or
 * unknown; unknown letters are neutral, the score is the weighted average
 * over the known ones:
 *
 *		score = 100 * sum(w[i] * x[i]) / sum(w[i]), over known i
 */
#include "bant.h"

#include <math.h>

#include "enums.h"
#include "money.h"
#include "utils/numeric.h"

const char *const bant_names[] = {
	"budget", "authority", "need", "timeline"
};

const char *const bant_statuses[] = {
	"disqualified", "unknown", "nurture", "qualified", NULL
};

/* ----------
 * The arithmetic
 * ----------
 */

/* Refuse a value that is not between 0 and 1. */
double
bant_not_share(double value, const char *what)
{
	arg_finite(value, what);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be between 0 and 1, not %.15g", what, value),
			 errhint("Unknown is NULL.")));
	return value;				/* not reached */
}

/* Four weights, 0 or more, that do not sum to 0. */
const double *
bant_weights(ArrayType *weights)
{
	int			n;
	double	   *w = arg_float8s(weights, "weights", &n);

	if (n != BANT_LETTERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weights must be %d numbers, not %d", BANT_LETTERS, n),
				 errdetail("They weigh budget, authority, need and timeline.")));
	arg_weights(w, n, "weights");
	return w;
}

/* The average over the known letters; false when none has a weight. */
bool
bant_average(const Bant *b, const double *weights, double *average)
{
	double		sum = 0;
	double		known = 0;

	for (int i = 0; i < BANT_LETTERS; i++)
		if (b->known[i])
		{
			sum += weights[i] * b->value[i];
			known += weights[i];
		}
	*average = known > 0 ? sum / known : 0;
	return known > 0;
}

/* The share of the weights whose letters are known. */
double
bant_coverage(const Bant *b, const double *weights)
{
	double		known = 0;
	double		all = 0;

	for (int i = 0; i < BANT_LETTERS; i++)
	{
		all += weights[i];
		known += b->known[i] ? weights[i] : 0;
	}
	return known / all;
}

/* The letters that reach the threshold, as bits. */
int
bant_reached(const Bant *b, double threshold)
{
	int			mask = 0;

	for (int i = 0; i < BANT_LETTERS; i++)
		if (b->known[i] && b->value[i] >= threshold)
			mask |= 1 << i;
	return mask;
}

/* The letters with everything unknown set to one value. */
Bant
bant_assuming(const Bant *b, double value)
{
	Bant		full = *b;

	for (int i = 0; i < BANT_LETTERS; i++)
		if (!b->known[i])
		{
			full.known[i] = true;
			full.value[i] = value;
		}
	return full;
}

/* Demands that can be met; weights are checked apart. */
void
bant_check_demands(const BantDemands *d)
{
	arg_finite(d->qualify_at, "qualify_at");
	bant_share(d->threshold, "threshold");
	if (d->qualify_at < 0 || d->qualify_at > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("qualify_at must be between 0 and 100, not %.15g",
						d->qualify_at)));
	if (d->min_letters < 0 || d->min_letters > BANT_LETTERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_letters must be between 0 and %d, not %d",
						BANT_LETTERS, d->min_letters)));
}

/* Do these letters, as far as they are known, meet the demands? */
static bool
bant_meets(const Bant *b, const BantDemands *d, double *score, bool *scored,
		   int *mask)
{
	double		average;

	*scored = bant_average(b, d->weights, &average);
	*score = 100 * average;
	*mask = bant_reached(b, d->threshold);
	return *scored && *score >= d->qualify_at &&
		(*mask & 1) + (*mask >> 1 & 1) + (*mask >> 2 & 1) + (*mask >> 3) >=
		d->min_letters;
}

/*
 * Qualified as far as is known; unknown when a missing answer could still
 * qualify it; nurture when none could.
 */
BantJudgement
bant_judge(int gates, const Bant *b, const BantDemands *d)
{
	BantJudgement j;
	bool		all_known = true;
	bool		met = bant_meets(b, d, &j.score, &j.scored, &j.mask);

	for (int i = 0; i < BANT_LETTERS; i++)
		all_known = all_known && b->known[i];
	if (gates != VERDICT_PASS)
	{
		j.scored = false;
		j.status = gates == VERDICT_FAIL ? BANT_DISQUALIFIED : BANT_UNKNOWN;
	}
	else if (met)
		j.status = BANT_QUALIFIED;
	else if (all_known)
		j.status = BANT_NURTURE;
	else
	{
		Bant		best = bant_assuming(b, 1);
		double		score;
		bool		scored;
		int			mask;

		j.status = bant_meets(&best, d, &score, &scored, &mask) ?
			BANT_UNKNOWN : BANT_NURTURE;
	}
	return j;
}

/* The part of the price that the budget covers. */
static double
budget_share(double price, double budget, double more)
{
	if (price <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("price must be greater than zero, not %g", price)));
	if (budget < 0 || more < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than or equal to zero, not %g",
						budget < 0 ? "budget" : "reallocatable",
						budget < 0 ? budget : more),
				 errhint("Unknown is NULL.")));
	return Min(1, (budget + more) / price);
}

/* Rounding alone must not make a sufficient budget fall short. */
static bool
budget_suffices(Datum price, Datum budget, Datum more)
{
	Datum		sum = DirectFunctionCall2(numeric_add, budget, more);

	return DatumGetBool(DirectFunctionCall2(numeric_ge, sum, price));
}

/* A moment plus an interval, by the UTC calendar. */
static TimestampTz
timeline_after(TimestampTz at, Interval *span, const char *what)
{
	Datum		after = DirectFunctionCall2(timestamp_pl_interval,
											TimestampGetDatum(at),
											IntervalPGetDatum(span));

	if (arg_time(DatumGetTimestamp(after), what) < at)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than or equal to zero", what)));
	return DatumGetTimestamp(after);
}

/* ----------
 * The SQL side
 * ----------
 */

/* Gates of which nothing is said are unknown. */
int
bant_gates(FunctionCallInfo fcinfo, int argno)
{
	return PG_ARGISNULL(argno) ? VERDICT_UNKNOWN :
		enum_code(&verdict_kind, PG_GETARG_DATUM(argno));
}

/* The letters from four float8 arguments. */
void
bant_args(FunctionCallInfo fcinfo, int first, Bant *b)
{
	for (int i = 0; i < BANT_LETTERS; i++)
	{
		b->known[i] = !PG_ARGISNULL(first + i);
		b->value[i] = b->known[i] ?
			bant_share(PG_GETARG_FLOAT8(first + i), bant_names[i]) : 0;
	}
}

/*
 * NULL when price or budget is not known, or when what could be reallocated
 * is not known and the budget alone does not suffice.
 */
PG_FUNCTION_INFO_V1(abm_bant_budget);
Datum
abm_bant_budget(PG_FUNCTION_ARGS)
{
	double		price;
	double		budget;
	double		more = 0;
	double		share;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	price = numeric_double(PG_GETARG_DATUM(0));
	budget = numeric_double(PG_GETARG_DATUM(1));
	if (!PG_ARGISNULL(2))
		more = numeric_double(PG_GETARG_DATUM(2));
	if (unlikely(!isfinite(price + budget + more)))
	{
		arg_finite(price, "price");
		arg_finite(budget, "budget");
		arg_finite(more, "reallocatable");
	}
	share = budget_share(price, budget, more);
	if (share < 1 && PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (share < 1 && share > 1 - 1e-12 &&
		budget_suffices(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1),
						PG_GETARG_DATUM(2)))
		share = 1;
	PG_RETURN_FLOAT8(share);
}

/* NULL when the fit is not known, or none of the four questions was asked. */
PG_FUNCTION_INFO_V1(abm_bant_need);
Datum
abm_bant_need(PG_FUNCTION_ARGS)
{
	int			asked = 0;
	int			answered = 0;

	for (int i = 0; i < 4; i++)
		if (!PG_ARGISNULL(i))
		{
			asked++;
			answered += PG_GETARG_BOOL(i);
		}
	if (PG_ARGISNULL(4))
		PG_RETURN_NULL();
	if (asked == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(bant_share(PG_GETARG_FLOAT8(4), "product_fit") *
					 answered / 4);
}

PG_FUNCTION_INFO_V1(abm_bant_timeline);
Datum
abm_bant_timeline(PG_FUNCTION_ARGS)
{
	TimestampTz as_of;
	TimestampTz needed_by;
	int			status = TIMELINE_DELIBERATING;

	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_DATUM(enum_datum(&timeline_status_kind, TIMELINE_UNKNOWN));
	as_of = arg_time(PG_GETARG_TIMESTAMPTZ(0), "as_of");
	needed_by = arg_time(PG_GETARG_TIMESTAMPTZ(1), "needed_by");
	if (needed_by <= timeline_after(as_of, PG_GETARG_INTERVAL_P(3), "horizon"))
		status = TIMELINE_READY;
	if (needed_by < timeline_after(as_of, PG_GETARG_INTERVAL_P(2),
								   "implementation"))
		status = TIMELINE_INFEASIBLE;
	PG_RETURN_DATUM(enum_datum(&timeline_status_kind, status));
}

/* NULL until the gates pass, and when no letter is known. */
PG_FUNCTION_INFO_V1(abm_bant_score);
Datum
abm_bant_score(PG_FUNCTION_ARGS)
{
	Bant		b;
	double		average;
	const double *weights;

	if (PG_ARGISNULL(5))
		PG_RETURN_NULL();
	bant_args(fcinfo, 1, &b);
	weights = bant_weights(PG_GETARG_ARRAYTYPE_P(5));
	if (bant_gates(fcinfo, 0) != VERDICT_PASS)
		PG_RETURN_NULL();
	if (!bant_average(&b, weights, &average))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(100 * average);
}

PG_FUNCTION_INFO_V1(abm_bant_mask);
Datum
abm_bant_mask(PG_FUNCTION_ARGS)
{
	Bant		b;

	bant_args(fcinfo, 0, &b);
	if (PG_ARGISNULL(4))
		PG_RETURN_NULL();
	PG_RETURN_INT32(bant_reached(&b, bant_share(PG_GETARG_FLOAT8(4),
												"threshold")));
}
