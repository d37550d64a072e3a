/*
 * score.c
 *		What a fitted model expects of a customer's purchases.
 *
 * A function that is called for a million customers takes its model out of
 * its argument once, and looks at the digest afterwards.
 */
#include "clv/score.h"

#include "clv/rfm_counts.h"
#include "estimate.h"

#define MAX_MODELS 2			/* among the arguments of one function */
#define DELTA 1e-4				/* of the logarithm of a parameter */

/*
 * Models
 */
static void
scorer_fill(Scorer *s, const ClvModel *m)
{
	const ClvKind *kind = &clv_kinds[m->kind];

	if (m->ntransaction + m->nlifetime > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s model has covariates", kind->title),
				 errhint("Give the customer's with abm.with_covariates(model, ...).")));
	s->kind = kind;
	s->usable = model_usable(m);
	s->covariance = m->covariance;
	s->unit_days = m->unit_days;
	for (int i = 0; i < kind->nparameters && s->usable; i++)
		s->p[i] = m->number[i];
	for (int i = 0; i < kind->nparameters && s->covariance; i++)
		for (int j = 0; j < kind->nparameters; j++)
			s->log_covariance[i][j] = model_covariance(m, i, j) /
				(s->p[i] * s->p[j]);
	s->digest = m->digest;
}

/* A model among the arguments, the first or the second of the function's. */
const Scorer *
scorer_arg(FunctionCallInfo fcinfo, int argno)
{
	Scorer	   *kept = fcinfo->flinfo->fn_extra;
	uint64		digest = state_digest_arg(fcinfo, argno, &clv_model_type);

	if (unlikely(kept == NULL))
		kept = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
								   MAX_MODELS * sizeof(Scorer));
	kept += argno;
	if (unlikely(kept->digest != digest || digest == 0))
	{
		kept->digest = 0;
		scorer_fill(kept, state_arg(fcinfo, argno, &clv_model_type));
	}
	return kept;
}

/* A model of spending among the arguments. */
const Scorer *
spender_arg(FunctionCallInfo fcinfo, int argno)
{
	const Scorer *g = scorer_arg(fcinfo, argno);

	if (unlikely(g->kind != &clv_kinds[CLV_GAMMA_GAMMA]))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is no model of spending", g->kind->title),
				 errhint("Use the model of abm.gamma_gamma_fit.")));
	return g;
}

/* A question that not every kind of model can answer. */
void
scorer_must(const Scorer *m, bool can)
{
	if (unlikely(!can))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s model does not answer this question",
						m->kind->title),
				 errhint("Use a model of purchases, such as that of abm.mbgnbd_fit.")));
}

/* A model that tells how often a customer will buy. */
void
scorer_must_forecast(const Scorer *m)
{
	if (unlikely(m->kind->purchases == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is no model of purchases", m->kind->title),
				 errhint("Use one such as that of abm.mbgnbd_fit.")));
}

/* An interval in the model's units of time. */
double
scorer_horizon(const Scorer *m, const Interval *horizon)
{
	int64		length = arg_span(horizon, "horizon");

	if (m->unit_days < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit of time of the model is not known"),
				 errhint("Tell it with abm.in_units(model, unit), or give the horizon as a number of units.")));
	return arg_not_negative(length / USECS_PER_DAY_F / m->unit_days,
							"horizon");
}

/*
 * The delta method
 */

/* The variance of something whose gradient by ln p is known. */
double
slope_variance(const Scorer *m, const double *slope)
{
	double		sum = 0;

	for (int i = 0; i < m->kind->nparameters; i++)
		for (int j = 0; j < m->kind->nparameters; j++)
			sum += slope[i] * slope[j] * m->log_covariance[i][j];
	return sum;
}

/* The part of the variance of ln(figure) that comes from one model. */
double
log_variance(const Scorer *m, ScorerFigure figure, const void *arg)
{
	double		slope[MAX_OWN];

	for (int i = 0; i < m->kind->nparameters; i++)
	{
		double		p[MAX_OWN];
		double		up;

		memcpy(p, m->p, sizeof(p));
		p[i] = m->p[i] * exp(DELTA);
		up = log(figure(p, arg));
		p[i] = m->p[i] * exp(-DELTA);
		slope[i] = (up - log(figure(p, arg))) / (2 * DELTA);
	}
	return slope_variance(m, slope);
}

/*
 * Arguments and results
 */

/* A number of periods between two bounds. */
int
arg_periods(int periods, const char *what, int least, int most)
{
	if (periods < least || periods > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between %d and %d, not %d", what, least,
						most, periods)));
	return periods;
}

/* A rate of discount, 0 or more; or more than 0. */
double
arg_rate(double rate, const char *what, bool zero)
{
	rate = arg_not_negative(rate, what);
	if (rate == 0 && !zero)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than zero", what),
				 errdetail("Without a horizon, undiscounted purchases may have no end.")));
	return rate;
}

/* (frequency, recency, age) of a model's customer from an argument on */
History
history_args(FunctionCallInfo fcinfo, const Scorer *m, int first)
{
	History		h = arg_history(PG_GETARG_INT64(first), PG_GETARG_FLOAT8(first + 1),
								PG_GETARG_FLOAT8(first + 2));

	check_history(m->kind, &h);
	return h;
}

/* NULL when it is not known, or beyond all numbers. */
Datum
score(FunctionCallInfo fcinfo, double value)
{
	return float_or_null(fcinfo, isfinite(value) ? value : NAN);
}

/*
 * A row (value, std_err, lower, upper), the interval being normal on the
 * scale of the logarithm.
 */
Datum
estimate_row(FunctionCallInfo fcinfo, double value, double log_error,
			 double level)
{
	double		factor = exp(normal_width(level) * log_error);
	Datum		values[4] = {
		Float8GetDatum(value), Float8GetDatum(value * log_error),
		Float8GetDatum(value / factor), Float8GetDatum(value * factor)
	};
	bool		nulls[4];

	for (int i = 0; i < 4; i++)
		nulls[i] = !isfinite(DatumGetFloat8(values[i]));
	return single_row(fcinfo, values, nulls);
}

/*
 * The SQL side
 */

/* (m, frequency, recency, age) */
PG_FUNCTION_INFO_V1(abm_p_alive);
Datum
abm_p_alive(PG_FUNCTION_ARGS)
{
	const Scorer *m = scorer_arg(fcinfo, 0);
	History		h = history_args(fcinfo, m, 1);

	scorer_must(m, m->kind->p_alive != NULL);
	return score(fcinfo, m->usable ? m->kind->p_alive(m->p, &h) : NAN);
}

static Datum
expected_purchases(FunctionCallInfo fcinfo, const Scorer *m, double horizon)
{
	History		h = history_args(fcinfo, m, 2);

	scorer_must(m, m->kind->purchases != NULL);
	return score(fcinfo, m->usable ? m->kind->purchases(m->p, &h, horizon) :
				 NAN);
}

/* (m, horizon, frequency, recency, age) */
PG_FUNCTION_INFO_V1(abm_expected_purchases);
Datum
abm_expected_purchases(PG_FUNCTION_ARGS)
{
	return expected_purchases(fcinfo, scorer_arg(fcinfo, 0),
							  arg_not_negative(PG_GETARG_FLOAT8(1), "horizon"));
}

PG_FUNCTION_INFO_V1(abm_expected_purchases_interval);
Datum
abm_expected_purchases_interval(PG_FUNCTION_ARGS)
{
	const Scorer *m = scorer_arg(fcinfo, 0);

	return expected_purchases(fcinfo, m,
							  scorer_horizon(m, PG_GETARG_INTERVAL_P(1)));
}

/* (m, horizon) */
PG_FUNCTION_INFO_V1(abm_expected_purchases_new);
Datum
abm_expected_purchases_new(PG_FUNCTION_ARGS)
{
	const Scorer *m = scorer_arg(fcinfo, 0);
	double		horizon = arg_not_negative(PG_GETARG_FLOAT8(1), "horizon");

	scorer_must(m, m->kind->purchases_new != NULL);
	return score(fcinfo, m->usable ? m->kind->purchases_new(m->p, horizon) :
				 NAN);
}

/* (m, purchases, horizon, frequency, recency, age) */
PG_FUNCTION_INFO_V1(abm_purchase_probability);
Datum
abm_purchase_probability(PG_FUNCTION_ARGS)
{
	const Scorer *m = scorer_arg(fcinfo, 0);
	double		n = arg_frequency(PG_GETARG_INT64(1), "purchases");
	double		horizon = arg_not_negative(PG_GETARG_FLOAT8(2), "horizon");
	History		h = history_args(fcinfo, m, 3);

	scorer_must(m, m->kind->probability != NULL);
	return score(fcinfo, m->usable ?
				 m->kind->probability(m->p, &h, n, horizon) : NAN);
}

/* (m, rate, frequency, recency, age): without a horizon */
PG_FUNCTION_INFO_V1(abm_residual_purchases);
Datum
abm_residual_purchases(PG_FUNCTION_ARGS)
{
	const Scorer *m = scorer_arg(fcinfo, 0);
	double		rate = arg_rate(PG_GETARG_FLOAT8(1), "rate", false);
	History		h = history_args(fcinfo, m, 2);

	scorer_must(m, m->kind->residual != NULL);
	return score(fcinfo, m->usable ? m->kind->residual(m->p, &h, rate) : NAN);
}
