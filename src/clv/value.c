/*
 * value.c
 *		What a customer is worth: expected purchases times expected spending.
 *
 * Frequency and spending are independent in the Gamma-Gamma model, so that
 * the value is a product.  Its standard error comes from the covariance of
 * the parameters of both models by the delta method, on the scale of their
 * logarithms.
 */
#include "clv/score.h"

#include "clv/rfm_counts.h"
#include "estimate.h"
#include "math/discount.h"
#include "math/gamma_gamma.h"

#define DAYS_PER_YEAR_F 365.25

typedef enum Discounting
{
	BY_PERIOD, CONTINUOUS, FOR_EVER
} Discounting;

/* A question about a customer's value. */
typedef struct Worth
{
	const Scorer *m;
	const Scorer *g;
	Discounting how;
	int			periods;
	double		length;			/* of a period, or the horizon */
	double		rate;			/* a period, or continuous */
	History		h;
	bool		valued;			/* is money known? */
	double		money;			/* mean of the repeat purchases */
} Worth;

/*
 * The arithmetic
 */
static double
worth_purchases(const double *p, const void *arg)
{
	const Worth *w = arg;
	const ClvKind *kind = w->m->kind;
	Forecast	f = {kind, p, &w->h};
	double		scale = INFINITY;

	if (w->how == BY_PERIOD)
		return discounted_by_period(forecast_until, &f, w->periods, w->length,
									w->rate);
	if (w->how == FOR_EVER)
		return kind->residual(p, &w->h, w->rate);
	if (kind->reach != NULL)
		scale = kind->reach(p, &w->h);
	for (int i = 0; i < kind->nparameters; i++)
		if (kind->scaled[i])
			scale = fmin(scale, p[i] + w->h.age);
	return discounted_until(forecast_until, &f, w->length, w->rate, scale);
}

static double
worth_spend(const double *p, const void *arg)
{
	const Worth *w = arg;

	return w->valued ? gamma_gamma_mean(p, w->h.frequency, w->money) :
		gamma_gamma_mean(p, 0, 0);
}

/* The value; NAN when a model has no answer. */
static double
worth_value(const Worth *w)
{
	double		purchases;

	if (!w->m->usable || !w->g->usable)
		return NAN;
	purchases = worth_purchases(w->m->p, w);
	return purchases * worth_spend(w->g->p, w);
}

/*
 * Arguments
 */

/*
 * Two models; further arguments from here on: frequency, recency, age, and
 * the mean value of repeat purchases, which only those who made one have.
 * False when one of these is NULL.
 */
static bool
worth_args(FunctionCallInfo fcinfo, Worth *w, int first)
{
	for (int i = 0; i < first + 3; i++)
		if (PG_ARGISNULL(i))
			return false;
	w->m = scorer_arg(fcinfo, 0);
	w->g = spender_arg(fcinfo, 1);
	scorer_must_forecast(w->m);
	w->h = history_args(fcinfo, w->m, first);
	w->valued = w->h.frequency > 0 && !PG_ARGISNULL(first + 3);
	if (w->valued)
		w->money = arg_not_negative(PG_GETARG_FLOAT8(first + 3), "monetary");
	return true;
}

/* (m, g, periods, period_length, discount, ...) */
static bool
periodic_args(FunctionCallInfo fcinfo, Worth *w)
{
	if (!worth_args(fcinfo, w, 5))
		return false;
	w->how = BY_PERIOD;
	w->periods = arg_periods(PG_GETARG_INT32(2), "periods", 1, MAX_PERIODS);
	w->length = arg_not_negative(PG_GETARG_FLOAT8(3), "period_length");
	w->rate = arg_rate(PG_GETARG_FLOAT8(4), "discount", true);
	return true;
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_clv);
Datum
abm_clv(PG_FUNCTION_ARGS)
{
	Worth		w = {0};

	if (!periodic_args(fcinfo, &w))
		PG_RETURN_NULL();
	return score(fcinfo, worth_value(&w));
}

/* The same, with the standard error and an interval of a level. */
PG_FUNCTION_INFO_V1(abm_clv_interval);
Datum
abm_clv_interval(PG_FUNCTION_ARGS)
{
	Worth		w = {0};
	double		level;
	double		value;
	double		error = NAN;

	if (PG_ARGISNULL(9) || !periodic_args(fcinfo, &w))
		return estimate_row(fcinfo, NAN, NAN, 0.5);
	level = arg_level(PG_GETARG_FLOAT8(9));
	value = worth_value(&w);
	if (w.m->covariance && w.g->covariance && value > 0)
		error = sqrt(log_variance(w.m, worth_purchases, &w) +
					 log_variance(w.g, worth_spend, &w));
	return estimate_row(fcinfo, value, error, level);
}

/* (m, g, horizon, rate, ...), continuous */
PG_FUNCTION_INFO_V1(abm_clv_continuous);
Datum
abm_clv_continuous(PG_FUNCTION_ARGS)
{
	Worth		w = {.how = CONTINUOUS};

	if (!worth_args(fcinfo, &w, 4))
		PG_RETURN_NULL();
	w.length = arg_not_negative(PG_GETARG_FLOAT8(2), "horizon");
	w.rate = arg_rate(PG_GETARG_FLOAT8(3), "rate", true);
	return score(fcinfo, worth_value(&w));
}

/* (m, g, horizon, annual_rate, ...): the same in units of the calendar */
PG_FUNCTION_INFO_V1(abm_clv_calendar);
Datum
abm_clv_calendar(PG_FUNCTION_ARGS)
{
	Worth		w = {.how = CONTINUOUS};
	double		annual;

	if (!worth_args(fcinfo, &w, 4))
		PG_RETURN_NULL();
	w.length = scorer_horizon(w.m, PG_GETARG_INTERVAL_P(2));
	annual = arg_rate(PG_GETARG_FLOAT8(3), "annual_rate", true);
	w.rate = log1p(annual) / DAYS_PER_YEAR_F * w.m->unit_days;
	return score(fcinfo, worth_value(&w));
}

/* (m, g, rate, ...): without a horizon */
PG_FUNCTION_INFO_V1(abm_residual_clv);
Datum
abm_residual_clv(PG_FUNCTION_ARGS)
{
	Worth		w = {.how = FOR_EVER};

	if (!worth_args(fcinfo, &w, 3))
		PG_RETURN_NULL();
	scorer_must(w.m, w.m->kind->residual != NULL);
	w.rate = arg_rate(PG_GETARG_FLOAT8(2), "rate", false);
	return score(fcinfo, worth_value(&w));
}

/* (g, frequency, monetary) */
PG_FUNCTION_INFO_V1(abm_expected_spend);
Datum
abm_expected_spend(PG_FUNCTION_ARGS)
{
	const Scorer *g;
	int64		frequency;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	g = spender_arg(fcinfo, 0);
	frequency = arg_frequency(PG_GETARG_INT64(1), "frequency");
	if (!g->usable)
		PG_RETURN_NULL();
	if (frequency == 0 || PG_ARGISNULL(2))
		return score(fcinfo, gamma_gamma_mean(g->p, 0, 0));
	return score(fcinfo, gamma_gamma_mean(g->p, frequency,
										  arg_not_negative(PG_GETARG_FLOAT8(2),
														   "monetary")));
}
