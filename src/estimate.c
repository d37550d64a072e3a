/*
 * estimate.c
 *		Figures with their intervals, and how a report shows them.
 *
 * Rates have Jeffreys' or Wilson's interval (math/dist.c), means Student's,
 * medians the one between two order statistics [1].  Sums are exact, so that
 * a figure does not depend on the order of rows.
 *
 * [1] H. A. David, H. N. Nagaraja: Order statistics. 3rd ed. 2003, 7.1.
 */
#include "estimate.h"

#include <math.h>

#include "math/dist.h"
#include "math/exact.h"

static const char *const method_names[] = {"jeffreys", "wilson", NULL};

static int
compare_double(const void *a, const void *b, void *arg)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Mean and variance of a sample, sorted on the way. */
void
sample_describe(Sample *s)
{
	ExactSum	sum;

	qsort_interruptible(s->value, s->n, sizeof(double), compare_double, NULL);
	s->mean = s->variance = 0;
	if (s->n == 0)
		return;
	exact_clear(&sum);
	for (int64 i = 0; i < s->n; i++)
		exact_add(&sum, s->value[i]);
	s->mean = exact_value(&sum) / s->n;
	if (s->n == 1)
		return;
	exact_clear(&sum);
	for (int64 i = 0; i < s->n; i++)
		exact_add_product(&sum, s->value[i] - s->mean, s->value[i] - s->mean);
	s->variance = exact_value(&sum) / (s->n - 1);
}

/* Half a two-sided interval of a standard normal. */
double
normal_width(double level)
{
	return -normal_quantile((1 - arg_level(level)) / 2);
}

/* Linear interpolation between order statistics, as percentile_cont. */
double
sample_percentile(const Sample *s, int percent)
{
	double		position = (s->n - 1) * (percent / 100.0);
	int64		i = (int64) position;
	double		low = s->value[i];
	double		high = s->value[Min(i + 1, s->n - 1)];

	return low + (position - i) * (high - low);
}

/* The mean with Student's interval. */
Estimate
estimate_mean(const Sample *s, double level)
{
	Estimate	e = {s->mean, NAN, NAN, s->n};

	if (s->n == 0)
		return NO_ESTIMATE;
	if (s->n > 1)
	{
		double		half = -student_quantile(s->n - 1, (1 - level) / 2) *
		sqrt(s->variance / s->n);

		e.lower = s->mean - half;
		e.upper = s->mean + half;
	}
	return e;
}

/*
 * The median with an interval between two order statistics: the k-th from
 * either end, k the greatest with P(Binomial(n, 1/2) < k) <= (1 - level) / 2.
 */
Estimate
estimate_median(const Sample *s, double level)
{
	Estimate	e = {0, NAN, NAN, s->n};
	int64		low = 0;
	int64		high = s->n / 2;

	if (s->n == 0)
		return NO_ESTIMATE;
	e.value = sample_percentile(s, 50);
	while (low < high)
	{
		int64		k = low + (high - low + 1) / 2;

		if (beta_cdf(s->n - k + 1, k, 0.5, 0.5) <= (1 - level) / 2)
			low = k;
		else
			high = k - 1;
	}
	if (low > 0)
	{
		e.lower = s->value[low - 1];
		e.upper = s->value[s->n - low];
	}
	return e;
}

/* k of n with a binomial interval. */
Estimate
estimate_rate(int64 k, int64 n, double level, RateMethod method)
{
	Estimate	e = {(double) k / n, NAN, NAN, n};

	if (n == 0)
		return NO_ESTIMATE;
	if (method == RATE_JEFFREYS)
		jeffreys_interval(k, n, level, &e.lower, &e.upper);
	else
		wilson_interval(k, n, level, &e.lower, &e.upper);
	return e;
}

/* NaN inside means not known. */
Datum
float_or_null(FunctionCallInfo fcinfo, double value)
{
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* The result of a function that returns one row. */
Datum
single_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * A single row (n, k, rate, lower, upper), where level and method are the
 * second and the third argument of the question.
 */
Datum
rate_row(FunctionCallInfo fcinfo, int64 k, int64 n)
{
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	RateMethod	method = arg_choice(PG_GETARG_TEXT_PP(2), "method",
									method_names);
	Estimate	e = estimate_rate(k, n, level, method);
	Datum		values[5] = {
		Int64GetDatum(n), Int64GetDatum(k), Float8GetDatum(e.value),
		Float8GetDatum(e.lower), Float8GetDatum(e.upper)
	};
	bool		nulls[5] = {
		false, false, isnan(e.value), isnan(e.lower), isnan(e.upper)
	};

	return single_row(fcinfo, values, nulls);
}

/* A row (metric, value, lower, upper, n) of a report. */
void
report_estimate(FunctionCallInfo fcinfo, const char *metric, Estimate e)
{
	Datum		values[5] = {
		CStringGetTextDatum(metric), Float8GetDatum(e.value),
		Float8GetDatum(e.lower), Float8GetDatum(e.upper), Int64GetDatum(e.n)
	};
	bool		nulls[5] = {
		false, isnan(e.value), isnan(e.lower), isnan(e.upper), false
	};

	abm_put_row(fcinfo, values, nulls);
}
