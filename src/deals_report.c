/*
 * deals_report.c
 *		The questions that a state of deals answers.
 *
 *	win rate			won / (won + lost + no decision)
 *	deal size			mean amount of won deals whose amount is known
 *	cycle				mean or quantile of closing less opening, won deals
 *	velocity			deals * win rate * deal size / mean cycle, a day
 *
 * Intervals of rates, means and medians are those of estimate.c; that of the
 * velocity is the delta method on its logarithm: the relative variances of
 * win rate, mean size and mean cycle add up, less twice the relative
 * covariance of the two means.
 */
#include "deals.h"

#include <math.h>

#include "estimate.h"
#include "math/dist.h"
#include "math/exact.h"

/* Deals of neighbouring outcomes. */
typedef struct Span
{
	const Deal *deal;
	int			n;
} Span;

/*
 * Which deals a question is about.  As outcomes are sorted open, won, lost,
 * no_decision, each is a range of them.
 */
static const char *const population_names[] = {
	"closed", "decided", "created", "open", "won", "lost", "no_decision", NULL
};
static const struct
{
	int			first;
	int			last;
}			populations[] = {
	{DEAL_WON, DEAL_NO_DECISION}, {DEAL_WON, DEAL_LOST},
	{DEAL_OPEN, DEAL_NO_DECISION}, {DEAL_OPEN, DEAL_OPEN},
	{DEAL_WON, DEAL_WON}, {DEAL_LOST, DEAL_LOST},
	{DEAL_NO_DECISION, DEAL_NO_DECISION}
};

typedef enum Population
{
	OF_CLOSED, OF_DECIDED, OF_CREATED, OF_OPEN, OF_WON, OF_LOST,
	OF_NO_DECISION
} Population;

static const char *const basis_names[] = {
	"closed", "decided", "created", "amount", NULL
};
#define BASIS_AMOUNT 3
static const char *const rate_basis_names[] = {
	"closed", "decided", "created", NULL
};
static const char *const velocity_basis_names[] = {
	"closed", "created", "open", NULL
};
static const Population velocity_basis[] = {OF_CLOSED, OF_CREATED, OF_OPEN};
static const char *const how_names[] = {
	"mean", "median", "p10", "p25", "p75", "p90", NULL
};
static const int how_percent[] = {0, 50, 10, 25, 75, 90};

/*
 * The arithmetic
 */

/* The first deal whose outcome is at least this one. */
static int
deals_lower_bound(const Deals *d, int outcome)
{
	int			low = 0;
	int			high = d->head.nitems;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (d->deal[mid].outcome < outcome)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static Span
deals_of(const Deals *d, Population of)
{
	int			from = deals_lower_bound(d, populations[of].first);
	int			to = deals_lower_bound(d, populations[of].last + 1);

	return (Span)
	{
		d->deal + from, to - from
	};
}

/* The exact sum of the known amounts, and how many they are. */
static int128
span_amount(Span s, int64 *n)
{
	int128		sum = 0;

	*n = 0;
	for (int i = 0; i < s.n; i++)
		if (!money_unknown(s.deal[i].amount))
		{
			sum = money_add(sum, wide_value(s.deal[i].amount));
			++*n;
		}
	return sum;
}

static int
compare_wide(const void *a, const void *b, void *arg)
{
	int128		x = wide_value(*(const Wide *) a);
	int128		y = wide_value(*(const Wide *) b);

	return (x > y) - (x < y);
}

/* The known amounts, sorted. */
static Wide *
span_amounts(Span s, int64 *n)
{
	Wide	   *amounts = palloc(Max(s.n, 1) * sizeof(Wide));

	*n = 0;
	for (int i = 0; i < s.n; i++)
		if (!money_unknown(s.deal[i].amount))
			amounts[(*n)++] = s.deal[i].amount;
	qsort_interruptible(amounts, *n, sizeof(Wide), compare_wide, NULL);
	return amounts;
}

/*
 * A percentile with linear interpolation, as percentile_cont: exact, two
 * decimals finer than the amounts.
 */
static Numeric
amount_percentile(const Wide *amounts, int64 n, int percent, int scale)
{
	int64		position = (n - 1) * percent;
	int64		i = position / 100;
	int64		part = position % 100;
	int128		low = money_rescale(wide_value(amounts[i]), 0, 2);
	int128		high = money_rescale(wide_value(amounts[Min(i + 1, n - 1)]),
									 0, 2);

	return money_numeric(money_add(low, money_add(high, -low) / 100 * part),
						 scale + 2);
}

/* The known cycles, in days. */
static Sample
sample_cycles(Span span)
{
	Sample		s = {palloc(Max(span.n, 1) * sizeof(double)), 0, 0, 0};

	for (int i = 0; i < span.n; i++)
		if (span.deal[i].cycle >= 0)
			s.value[s.n++] = span.deal[i].cycle / USECS_PER_DAY_F;
	sample_describe(&s);
	return s;
}

static Sample
sample_amounts(Span span, int scale)
{
	Sample		s = {palloc(Max(span.n, 1) * sizeof(double)), 0, 0, 0};

	for (int i = 0; i < span.n; i++)
		if (!money_unknown(span.deal[i].amount))
			s.value[s.n++] = money_double(wide_value(span.deal[i].amount), scale);
	sample_describe(&s);
	return s;
}

static Estimate
win_rate_estimate(const Deals *d, Population of, double level)
{
	return estimate_rate(deals_of(d, OF_WON).n, deals_of(d, of).n, level,
						 RATE_JEFFREYS);
}

/*
 * Won value by closed value, of the deals whose amount is known.  NaN when
 * nothing of value has closed, or negative amounts make it no share.
 */
static double
win_rate_by_amount(const Deals *d, int64 *n)
{
	int64		won_n;
	int128		won = span_amount(deals_of(d, OF_WON), &won_n);
	int128		closed = span_amount(deals_of(d, OF_CLOSED), n);

	if (closed <= 0 || won < 0 || won > closed)
		return NAN;
	return money_double(won, d->scale) / money_double(closed, d->scale);
}

/*
 * Covariance of the mean amount and the mean cycle of won deals: that of one
 * deal, over the m deals that know both, times m / (n_size * n_cycle).
 */
static double
won_covariance(const Deals *d, const Sample *size, const Sample *cycle)
{
	Span		won = deals_of(d, OF_WON);
	ExactSum	sum;
	int64		n = 0;

	exact_clear(&sum);
	for (int i = 0; i < won.n; i++)
		if (won.deal[i].cycle >= 0 && !money_unknown(won.deal[i].amount))
		{
			exact_add_product(&sum,
							  won.deal[i].cycle / USECS_PER_DAY_F - cycle->mean,
							  money_double(wide_value(won.deal[i].amount),
										   d->scale) - size->mean);
			n++;
		}
	if (n < 2)
		return 0;
	return exact_value(&sum) / (n - 1) * n / size->n / cycle->n;
}

/*
 * Deals of the basis * win rate * deal size / cycle, in money a day.  The
 * interval is exp(ln velocity -+ z * se), and none when the mean size is so
 * near to 0 that its upper end would be infinite.
 */
static Estimate
velocity_estimate(const Deals *d, Population of, double level)
{
	Estimate	e = NO_ESTIMATE;
	Span		won = deals_of(d, OF_WON);
	int64		closed = deals_of(d, OF_CLOSED).n;
	Sample		size = sample_amounts(won, d->scale);
	Sample		cycle = sample_cycles(won);
	double		rate = (double) won.n / closed;

	e.n = deals_of(d, of).n;
	if (closed == 0 || size.n == 0 || cycle.n == 0 || cycle.mean <= 0)
		return e;
	e.value = e.n * rate * size.mean / cycle.mean;
	if (size.n > 1 && cycle.n > 1 && size.mean > 0)
	{
		double		relative = (1 - rate) / won.n +
		size.variance / size.n / (size.mean * size.mean) +
		cycle.variance / cycle.n / (cycle.mean * cycle.mean) -
		2 * won_covariance(d, &size, &cycle) / (size.mean * cycle.mean);
		double		spread = exp(-normal_quantile((1 - level) / 2) *
								 sqrt(Max(relative, 0)));

		if (isfinite(e.value * spread))
		{
			e.lower = e.value / spread;
			e.upper = e.value * spread;
		}
	}
	return e;
}

/*
 * The SQL side
 */
static Population
arg_population(FunctionCallInfo fcinfo, int argno)
{
	return (Population) arg_choice(PG_GETARG_TEXT_PP(argno), "population",
								   population_names);
}

PG_FUNCTION_INFO_V1(abm_deals_invalid);
Datum
abm_deals_invalid(PG_FUNCTION_ARGS)
{
	const Deals *d = state_raw_arg(fcinfo, 0, &deals_type);

	PG_RETURN_INT64(d->n_invalid);
}

PG_FUNCTION_INFO_V1(abm_deal_count);
Datum
abm_deal_count(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);

	PG_RETURN_INT64(deals_of(d, arg_population(fcinfo, 1)).n);
}

/* NULL when no deal of the population has an amount. */
PG_FUNCTION_INFO_V1(abm_deal_value);
Datum
abm_deal_value(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	int64		n;
	int128		sum = span_amount(deals_of(d, arg_population(fcinfo, 1)), &n);

	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_numeric(sum, d->scale));
}

/* NULL when nothing has closed; by amount, when there is no share of value. */
PG_FUNCTION_INFO_V1(abm_win_rate);
Datum
abm_win_rate(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	int			basis = arg_choice(PG_GETARG_TEXT_PP(1), "basis", basis_names);
	int64		n;

	if (basis == BASIS_AMOUNT)
		return float_or_null(fcinfo, win_rate_by_amount(d, &n));
	n = deals_of(d, (Population) basis).n;
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) deals_of(d, OF_WON).n / n);
}

PG_FUNCTION_INFO_V1(abm_win_rate_interval);
Datum
abm_win_rate_interval(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	Population	of = arg_choice(PG_GETARG_TEXT_PP(3), "basis",
								rate_basis_names);

	return rate_row(fcinfo, deals_of(d, OF_WON).n, deals_of(d, of).n);
}

/* NULL when no deal of the population has an amount. */
PG_FUNCTION_INFO_V1(abm_deal_size);
Datum
abm_deal_size(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	int			how = arg_choice(PG_GETARG_TEXT_PP(1), "how", how_names);
	Span		span = deals_of(d, arg_population(fcinfo, 2));
	int64		n;
	Wide	   *amounts;

	if (how == 0)
	{
		int128		sum = span_amount(span, &n);

		if (n == 0)
			PG_RETURN_NULL();
		PG_RETURN_NUMERIC(money_average(sum, d->scale, n));
	}
	amounts = span_amounts(span, &n);
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(amount_percentile(amounts, n, how_percent[how],
										d->scale));
}

/* NULL when no deal of the population has a cycle. */
PG_FUNCTION_INFO_V1(abm_sales_cycle_days);
Datum
abm_sales_cycle_days(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	int			how = arg_choice(PG_GETARG_TEXT_PP(1), "how", how_names);
	Sample		s = sample_cycles(deals_of(d, arg_population(fcinfo, 2)));

	if (s.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(how == 0 ? s.mean :
					 sample_percentile(&s, how_percent[how]));
}

/* NULL when nothing has closed, or no won deal has an amount or a cycle. */
PG_FUNCTION_INFO_V1(abm_pipeline_velocity);
Datum
abm_pipeline_velocity(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	int			basis = arg_choice(PG_GETARG_TEXT_PP(1), "basis",
								   velocity_basis_names);

	return float_or_null(fcinfo,
						 velocity_estimate(d, velocity_basis[basis], 0.95).value);
}

/*
 * P(win rate of a > win rate of b), Jeffreys' prior on both.  NULL when
 * nothing has closed on one side: the prior alone is no answer.
 */
PG_FUNCTION_INFO_V1(abm_probability_better);
Datum
abm_probability_better(PG_FUNCTION_ARGS)
{
	const Deals *a = state_arg(fcinfo, 0, &deals_type);
	const Deals *b = state_arg(fcinfo, 1, &deals_type);
	double		won_a = deals_of(a, OF_WON).n;
	double		won_b = deals_of(b, OF_WON).n;
	double		lost_a = deals_of(a, OF_CLOSED).n - won_a;
	double		lost_b = deals_of(b, OF_CLOSED).n - won_b;
	double		p;

	if (won_a + lost_a == 0 || won_b + lost_b == 0)
		PG_RETURN_NULL();
	p = beta_greater(won_a + 0.5, lost_a + 0.5, won_b + 0.5, lost_b + 0.5);
	PG_RETURN_FLOAT8(open_probability(p));
}

static void
report_counts(FunctionCallInfo fcinfo, const Deals *d)
{
	static const Population order[] = {
		OF_CREATED, OF_OPEN, OF_CLOSED, OF_WON, OF_LOST, OF_NO_DECISION
	};
	Estimate	e = {0, NAN, NAN, d->head.nitems};

	for (int i = 0; i < (int) lengthof(order); i++)
	{
		e.value = deals_of(d, order[i]).n;
		report_estimate(fcinfo, population_names[order[i]], e);
	}
	e.value = d->n_invalid;
	e.n += d->n_invalid;
	report_estimate(fcinfo, "invalid", e);
}

PG_FUNCTION_INFO_V1(abm_velocity_report);
Datum
abm_velocity_report(PG_FUNCTION_ARGS)
{
	const Deals *d = state_arg(fcinfo, 0, &deals_type);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	Span		won = deals_of(d, OF_WON);
	Sample		size = sample_amounts(won, d->scale);
	Sample		cycle = sample_cycles(won);
	Sample		lost = sample_cycles(deals_of(d, OF_LOST));
	Sample		closed = sample_cycles(deals_of(d, OF_CLOSED));
	Estimate	e = NO_ESTIMATE;
	int64		n;

	abm_begin_rows(fcinfo);
	report_counts(fcinfo, d);
	report_estimate(fcinfo, "win_rate",
					win_rate_estimate(d, OF_CLOSED, level));
	report_estimate(fcinfo, "win_rate_decided",
					win_rate_estimate(d, OF_DECIDED, level));
	e.value = win_rate_by_amount(d, &e.n);
	report_estimate(fcinfo, "win_rate_by_amount", e);
	e.value = money_double(span_amount(won, &n), d->scale);
	e.n = n;
	report_estimate(fcinfo, "won_value", n > 0 ? e : NO_ESTIMATE);
	report_estimate(fcinfo, "average_deal_size", estimate_mean(&size, level));
	report_estimate(fcinfo, "median_deal_size", estimate_median(&size, level));
	report_estimate(fcinfo, "won_cycle_mean_days", estimate_mean(&cycle, level));
	report_estimate(fcinfo, "won_cycle_median_days",
					estimate_median(&cycle, level));
	report_estimate(fcinfo, "lost_cycle_mean_days", estimate_mean(&lost, level));
	report_estimate(fcinfo, "closed_cycle_mean_days",
					estimate_mean(&closed, level));
	report_estimate(fcinfo, "velocity_per_day",
					velocity_estimate(d, OF_CLOSED, level));
	report_estimate(fcinfo, "open_velocity_per_day",
					velocity_estimate(d, OF_OPEN, level));
	return (Datum) 0;
}
