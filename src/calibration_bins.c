/*
 * calibration_bins.c
 *		Predicted probabilities beside what came of them, bin by bin.
 *
 * Brier's score is the mean of (p - outcome)^2.  With bins of n things whose
 * predictions have the mean m and whose outcomes have the mean o, and b the
 * mean of all outcomes, N of them [1, 2],
 *
 *	reliability = sum(n (m - o)^2) / N,  resolution = sum(n (o - b)^2) / N,
 *	uncertainty = b (1 - b)
 *
 * and score = reliability - resolution + uncertainty + what the differences
 * within bins leave.
 *
 *
 * [1] A. H. Murphy: A new vector partition of the probability score. Journal
 *     of Applied Meteorology 12, 1973.
 * [2] D. B. Stephenson, C. A. S. Coelho, I. T. Jolliffe: Two extra components
 *     in the Brier score decomposition. Weather and Forecasting 23, 2008.
 */
#include "calibration.h"

#include "estimate.h"
#include "math/exact.h"

#define MAX_BINS 1000

typedef enum BinRule
{
	BIN_COUNT, BIN_WIDTH
} BinRule;

static const char *const bin_rules[] = {"count", "width", NULL};

typedef struct BrierParts
{
	double		brier;
	double		reliability;
	double		resolution;
	double		uncertainty;
} BrierParts;

/*
 * The arithmetic
 */

/* The outcomes of some records; int64 is enough for each, or an error. */
static Bin
bin_sum(const Forecast *f, int n)
{
	Bin			b = {.won = 0};
	ExactSum	sum;
	int64		all = 0;

	exact_clear(&sum);
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		state_add_count(&b.won, f[i].won);
		state_add_count(&b.lost, f[i].lost);
		exact_add_product(&sum, f[i].predicted,
						  (double) f[i].won + (double) f[i].lost);
	}
	state_add_count(&all, b.won);
	state_add_count(&all, b.lost);
	if (n > 0)
	{
		b.lowest = f[0].predicted;
		b.highest = f[n - 1].predicted;
		b.predicted = Min(exact_value(&sum) / all, b.highest);
	}
	return b;
}

Bin
bin_all(const Calibration *c)
{
	return bin_sum(c->forecast, c->head.nitems);
}

/* The bin of a record: equal predictions are never parted. */
static int
bin_number(const Forecast *f, int64 below, int64 all, int bins, BinRule rule)
{
	if (rule == BIN_WIDTH)
		return Min((int) (f->predicted * bins), bins - 1);
	/* where the middle of its ranks lies */
	return (int) ((2 * (int128) below + f->won + f->lost) * bins /
				  (2 * (int128) all));
}

/* Cut the records into bins, empty ones left out; returns their number. */
static int
bins_make(const Calibration *c, int bins, BinRule rule, Bin *result)
{
	const Forecast *f = c->forecast;
	Bin			whole = bin_all(c);
	int64		below = 0;
	int			n = 0;
	int			start = 0;
	int			last = -1;

	for (int i = 0; i < c->head.nitems; i++)
	{
		int			bin = bin_number(&f[i], below, bin_size(&whole), bins, rule);

		CHECK_EVERY(i, 0xFFFF);
		below += f[i].won + f[i].lost;
		if (i > 0 && bin != last)
		{
			result[n] = bin_sum(f + start, i - start);
			result[n++].place = last;
			start = i;
		}
		last = bin;
	}
	if (start < c->head.nitems)
	{
		result[n] = bin_sum(f + start, c->head.nitems - start);
		result[n++].place = last;
	}
	return n;
}

static double
square(double x)
{
	return x * x;
}

static BrierParts
brier_parts(const Calibration *c, int bins, BinRule rule)
{
	Bin		   *bin = palloc(bins * sizeof(Bin));
	int			n = bins_make(c, bins, rule, bin);
	Bin			all = bin_all(c);
	double		base = (double) all.won / bin_size(&all);
	BrierParts	p = {brier_score(c), 0, 0, base * (1 - base)};

	for (int i = 0; i < n; i++)
	{
		double		rate = (double) bin[i].won / bin_size(&bin[i]);
		double		share = (double) bin_size(&bin[i]) / bin_size(&all);

		p.reliability += share * square(bin[i].predicted - rate);
		p.resolution += share * square(rate - base);
	}
	return p;
}

/*
 * The SQL side
 */
static int
bins_arg(FunctionCallInfo fcinfo, int argno)
{
	int			bins = PG_GETARG_INT32(argno);

	if (bins < 1 || bins > MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be between 1 and %d, not %d", MAX_BINS,
						bins)));
	return bins;
}

static BinRule
rule_arg(FunctionCallInfo fcinfo, int argno)
{
	return arg_choice(PG_GETARG_TEXT_PP(argno), "rule", bin_rules);
}

/* brier, reliability, resolution, uncertainty, within_bins */
PG_FUNCTION_INFO_V1(abm_brier_parts);
Datum
abm_brier_parts(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	BrierParts	p = brier_parts(c, bins_arg(fcinfo, 1), rule_arg(fcinfo, 2));
	Datum		values[5] = {
		Float8GetDatum(p.brier), Float8GetDatum(p.reliability),
		Float8GetDatum(p.resolution), Float8GetDatum(p.uncertainty),
		Float8GetDatum(p.brier - (p.reliability - p.resolution + p.uncertainty))
	};
	bool		nothing = c->head.nitems == 0;
	bool		nulls[5] = {nothing, nothing, nothing, nothing, nothing};

	return single_row(fcinfo, values, nulls);
}

/* bin, n, won, lowest, highest, predicted, observed, lower, upper */
PG_FUNCTION_INFO_V1(abm_calibration_curve);
Datum
abm_calibration_curve(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	int			bins = bins_arg(fcinfo, 1);
	BinRule		rule = rule_arg(fcinfo, 2);
	double		level = arg_level(PG_GETARG_FLOAT8(3));
	Bin		   *bin = palloc(bins * sizeof(Bin));
	int			n = bins_make(c, bins, rule, bin);

	abm_begin_rows(fcinfo);
	for (int i = 0; i < n; i++)
	{
		Estimate	e = estimate_rate(bin[i].won, bin_size(&bin[i]), level,
									  RATE_JEFFREYS);
		Datum		values[9] = {
			Int32GetDatum((rule == BIN_WIDTH ? bin[i].place : i) + 1),
			Int64GetDatum(e.n), Int64GetDatum(bin[i].won),
			Float8GetDatum(bin[i].lowest), Float8GetDatum(bin[i].highest),
			Float8GetDatum(bin[i].predicted), Float8GetDatum(e.value),
			Float8GetDatum(e.lower), Float8GetDatum(e.upper)
		};
		bool		nulls[9] = {false};

		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

/*
 * bin, least_predicted, n, won, rate, lower, upper, lift, reached, captured,
 * cumulative_lift; from the highest predictions down
 */
PG_FUNCTION_INFO_V1(abm_gains);
Datum
abm_gains(PG_FUNCTION_ARGS)
{
	const Calibration *c = calibration_arg(fcinfo);
	int			bins = bins_arg(fcinfo, 1);
	double		level = arg_level(PG_GETARG_FLOAT8(2));
	Bin		   *bin = palloc(bins * sizeof(Bin));
	int			n = bins_make(c, bins, BIN_COUNT, bin);
	Bin			all = bin_all(c);
	double		base = (double) all.won / bin_size(&all);
	int64		size = 0;
	int64		won = 0;

	abm_begin_rows(fcinfo);
	for (int i = n - 1; i >= 0; i--)
	{
		Estimate	e = estimate_rate(bin[i].won, bin_size(&bin[i]), level,
									  RATE_JEFFREYS);
		Datum		values[11];
		bool		nulls[11] = {false};

		size += e.n;
		won += bin[i].won;
		values[0] = Int32GetDatum(n - i);
		values[1] = Float8GetDatum(bin[i].lowest);
		values[2] = Int64GetDatum(e.n);
		values[3] = Int64GetDatum(bin[i].won);
		values[4] = Float8GetDatum(e.value);
		values[5] = Float8GetDatum(e.lower);
		values[6] = Float8GetDatum(e.upper);
		values[7] = Float8GetDatum(e.value / base);
		values[8] = Float8GetDatum((double) size / bin_size(&all));
		values[9] = Float8GetDatum((double) won / all.won);
		values[10] = Float8GetDatum((double) won / size / base);
		nulls[7] = nulls[9] = nulls[10] = all.won == 0;
		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}
