/*
 * calibration_report.c
 *		How good predicted probabilities were.
 *
 * The area under the ROC curve is the probability that something won had been
 * given more than something lost, ties counting half; it is a ratio of whole
 * numbers here.  Its interval holds the areas t that the data do not
 * contradict, |area - t| <= z sqrt(V(t)), with [1]
 *
 *	V(t) = t (1 - t) (1 + k (1 - t) / (2 - t) + k t / (1 + t)) / (won lost),
 *	k = (won + lost) / 2 - 1
 *
 * so that it lies within 0..1 and has a width where the area is 0 or 1.
 *
 * [1] R. G. Newcombe: Confidence intervals for an effect size measure based
 *     on the Mann-Whitney statistic, part 2. Statistics in Medicine 25, 2006,
 *     method 5.
 * [2] D. R. Cox: Two further applications of a model for binary regression.
 *     Biometrika 45, 1958.
 */
#include "calibration.h"

#include <math.h>

#include "estimate.h"
#include "math/exact.h"
#include "math/logistic.h"

/*
 * The arithmetic
 */

/* Pairs of won and lost that stand in the right order, ties half; doubled. */
static int128
pairs_in_order(const Calibration *c)
{
	int64		lost = 0;
	int128		twice = 0;

	for (int i = 0; i < c->head.nitems; i++)
	{
		const Forecast *f = &c->forecast[i];

		CHECK_EVERY(i, 0xFFFF);
		twice += f->won * (2 * (int128) lost + f->lost);
		lost += f->lost;
	}
	return twice;
}

/* NaN unless there are both won and lost. */
static double
area(const Calibration *c, const Bin *all)
{
	if (all->won == 0 || all->lost == 0)
		return NAN;
	return (double) pairs_in_order(c) / 2 / all->won / all->lost;
}

static double
area_variance(double t, const Bin *all)
{
	double		k = ((double) all->won + all->lost) / 2 - 1;

	return t * (1 - t) * (1 + k * (1 - t) / (2 - t) + k * t / (1 + t)) /
		all->won / all->lost;
}

/* The last t between the area and an end that the data do not contradict. */
static double
area_bound(double value, double end, double z, const Bin *all)
{
	double		inside = value;
	double		outside = end;

	for (int i = 0; i < 60; i++)
	{
		double		t = (inside + outside) / 2;

		if (fabs(value - t) <= z * sqrt(area_variance(t, all)))
			inside = t;
		else
			outside = t;
	}
	return (inside + outside) / 2;
}

static Estimate
area_estimate(const Calibration *c, const Bin *all, double level)
{
	Estimate	e = {area(c, all), NAN, NAN, bin_size(all)};
	double		z = normal_width(level);

	if (!isnan(e.value))
	{
		e.lower = e.value == 0 ? 0 : area_bound(e.value, 0, z, all);
		e.upper = e.value == 1 ? 1 : area_bound(e.value, 1, z, all);
	}
	return e;
}

/* What is lost where what happened had been given hit, and the rest miss. */
typedef double (*Loss) (double hit, double miss);

static double
square_loss(double hit, double miss)
{
	return miss * miss;
}

static double
log_loss(double hit, double miss)
{
	return -log(Max(hit, LEAST_PROBABILITY));
}

/* The mean over all outcomes; NaN when there is none. */
static double
mean_loss(const Calibration *c, const Bin *all, Loss loss)
{
	ExactSum	sum;

	exact_clear(&sum);
	for (int i = 0; i < c->head.nitems; i++)
	{
		const Forecast *f = &c->forecast[i];
		double		p = f->predicted;

		CHECK_EVERY(i, 0xFFFF);
		if (f->won > 0)
			exact_add_product(&sum, f->won, loss(p, 1 - p));
		if (f->lost > 0)
			exact_add_product(&sum, f->lost, loss(1 - p, p));
	}
	return exact_value(&sum) / bin_size(all);
}

double
brier_score(const Calibration *c)
{
	Bin			all = bin_all(c);

	return mean_loss(c, &all, square_loss);
}

/* The mean log loss of predicting the base rate for everything. */
static double
entropy(const Bin *all)
{
	double		p = (double) all->won / bin_size(all);

	return all->won == 0 || all->lost == 0 ? 0 :
		-p * log(p) - (1 - p) * log1p(-p);
}

/*
 * What would have been right: intercept and slope of the logistic regression
 * of the outcomes on the predicted log-odds, 0 and 1 where predictions are
 * good [2].  Not known where that has no maximum.
 */
static void
recalibrate(const Calibration *c, double z, Estimate *intercept,
			Estimate *slope)
{
	double		room[16];
	double		scratch[2];
	Estimate   *result[2] = {intercept, slope};
	LogisticStatus status;
	Logistic	fit;

	Assert(logistic_room(2) == lengthof(room));
	logistic_begin(&fit, 2, 0, room);
	do
	{
		logistic_clear(&fit);
		for (int i = 0; i < c->head.nitems; i++)
		{
			const Forecast *f = &c->forecast[i];
			double		p = open_probability(f->predicted);
			double		x[2] = {1, log(p) - log1p(-p)};

			CHECK_EVERY(i, 0xFFFF);
			logistic_add(&fit, x, f->won, f->lost);
		}
		status = logistic_step(&fit);
	} while (status == LOGISTIC_GOES_ON);
	for (int i = 0; i < 2; i++)
	{
		double		half;

		*result[i] = NO_ESTIMATE;
		if (status != LOGISTIC_DONE)
			continue;
		half = z * sqrt(logistic_variance(&fit, i, scratch));
		result[i]->value = fit.beta[i];
		result[i]->lower = fit.beta[i] - half;
		result[i]->upper = fit.beta[i] + half;
	}
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_calibration_unscored);
Datum
abm_calibration_unscored(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(calibration_arg(fcinfo)->n_unscored);
}

/* NULL without won or without lost */
PG_FUNCTION_INFO_V1(abm_auc);
Datum
abm_auc(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	Bin			all = bin_all(c);

	return float_or_null(fcinfo, area(c, &all));
}

PG_FUNCTION_INFO_V1(abm_brier_score);
Datum
abm_brier_score(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, brier_score(calibration_arg(fcinfo)));
}

PG_FUNCTION_INFO_V1(abm_log_loss);
Datum
abm_log_loss(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	Bin			all = bin_all(c);

	return float_or_null(fcinfo, mean_loss(c, &all, log_loss));
}

/* auc, lower, upper, n_won, n_lost */
PG_FUNCTION_INFO_V1(abm_auc_interval);
Datum
abm_auc_interval(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	Bin			all = bin_all(c);
	Estimate	e = area_estimate(c, &all, PG_GETARG_FLOAT8(1));
	Datum		values[5] = {
		Float8GetDatum(e.value), Float8GetDatum(e.lower),
		Float8GetDatum(e.upper), Int64GetDatum(all.won),
		Int64GetDatum(all.lost)
	};
	bool		unknown = isnan(e.value);
	bool		nulls[5] = {unknown, unknown, unknown, false, false};

	return single_row(fcinfo, values, nulls);
}

/* A part of what knowing only the base rate costs; NaN when that is 0. */
static double
skill(double loss, double base)
{
	return base > 0 ? 1 - loss / base : NAN;
}

static void
report_value(FunctionCallInfo fcinfo, const char *metric, double value,
			 int64 n)
{
	Estimate	e = {value, NAN, NAN, n};

	report_estimate(fcinfo, metric, e);
}

/* metric, value, lower, upper, n */
PG_FUNCTION_INFO_V1(abm_calibration_report);
Datum
abm_calibration_report(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	Bin			all = bin_all(c);
	int64		n = bin_size(&all);
	double		base = (double) all.won / n;
	double		brier = brier_score(c);
	double		loss = mean_loss(c, &all, log_loss);
	Estimate	intercept;
	Estimate	slope;

	recalibrate(c, normal_width(level), &intercept, &slope);
	intercept.n = slope.n = n;
	abm_begin_rows(fcinfo);
	report_estimate(fcinfo, "won_rate",
					estimate_rate(all.won, n, level, RATE_JEFFREYS));
	report_value(fcinfo, "mean_predicted", n > 0 ? all.predicted : NAN, n);
	report_estimate(fcinfo, "auc", area_estimate(c, &all, level));
	report_value(fcinfo, "brier_score", brier, n);
	report_value(fcinfo, "brier_skill", skill(brier, base * (1 - base)), n);
	report_value(fcinfo, "log_loss", loss, n);
	report_value(fcinfo, "log_loss_skill", skill(loss, entropy(&all)), n);
	report_estimate(fcinfo, "calibration_intercept", intercept);
	report_estimate(fcinfo, "calibration_slope", slope);
	return (Datum) 0;
}
