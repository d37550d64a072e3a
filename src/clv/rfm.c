/*
 * rfm.c
 *		Recency, frequency and money of a customer, and revenue over time.
 *
 * The customer models' definitions [1]: frequency counts repeat purchases,
 * recency is the time from the first to the last purchase, age the time from
 * the first purchase to the moment of the question, monetary the mean net
 * value of the repeat purchases, total the value of all.  A purchase is a
 * period of the calendar that refunds did not take back.
 *
 * [1] P. S. Fader, B. G. S. Hardie: RFM and CLV: using iso-value curves for
 *     customer base analysis. Journal of Marketing Research 42, 2005.
 */
#include "clv/rfm.h"

#include "estimate.h"
#include "utils/date.h"

#define NO_RFM ((Rfm) {-1, 0, 0, 0, 0, 0, 0})

/*
 * The arithmetic
 */

static void
rfm_add(Rfm *r, const Purchase *purchase)
{
	if (r->frequency < 0)
		r->first = purchase->when;
	else if (purchase->unknown == 0)
	{
		r->value = money_add(r->value, purchase->net);
		r->valued++;
	}
	if (purchase->unknown < purchase->nlines)
	{
		r->total = money_add(r->total, purchase->net);
		r->parts++;
	}
	r->last = purchase->when;
	r->frequency++;
}

/* The purchases up to a moment. */
Rfm
lines_rfm(const Lines *lines, PurchaseRule rule, TimestampTz as_of)
{
	PurchaseScan scan = purchases_scan(lines, rule, as_of);
	Purchase	purchase;
	Rfm			r = NO_RFM;

	while (purchases_next(&scan, &purchase))
		if (purchase_counts(&purchase))
			rfm_add(&r, &purchase);
	purchases_close(&scan);
	return r;
}

/*
 * The purchases after a calibration and up to a moment, all of them repeats.
 * A period that the calibration ends in the midst of is not counted again.
 */
static Rfm
lines_holdout(const Lines *lines, const RfmQuestion *q, const Rfm *calibration)
{
	PurchaseScan scan = purchases_scan(lines, q->rule, q->until);
	Purchase	purchase;
	Rfm			r = {0, 0, 0, 0, 0, 0, 0};

	purchases_skip(&scan, q->as_of);
	while (purchases_next(&scan, &purchase))
		if (purchase_counts(&purchase) &&
			(calibration->frequency < 0 || purchase.when > calibration->last))
			rfm_add(&r, &purchase);
	purchases_close(&scan);
	return r;
}

/* The exact sum of the first lines' known amounts, and how many they are. */
int128
lines_value(const Lines *lines, int end, int64 *known)
{
	int128		sum = 0;

	*known = 0;
	for (int i = 0; i < end; i++)
	{
		PurchaseLine line = line_at(lines, i);

		if (money_unknown(line.amount))
			continue;
		sum = money_add(sum, wide_value(line.amount));
		++*known;
	}
	return sum;
}

/*
 * The SQL side
 */

/* A mean or a sum of money into a column; NULL when it is of nothing. */
static void
put_money(Datum *value, bool *null, int128 sum, int scale, int64 n)
{
	*null = n == 0;
	if (n > 0)
		*value = NumericGetDatum(money_average(sum, scale, n));
}

/* frequency, recency, age, monetary, total; NULL without a purchase */
static Rfm
put_figures(Datum *values, bool *nulls, const Lines *lines,
			const RfmQuestion *q)
{
	Rfm			r = lines_rfm(lines, q->rule, q->as_of);

	memset(nulls, r.frequency < 0, 3 * sizeof(bool));
	values[0] = Int64GetDatum(r.frequency);

	/* in doubles, as the whole range of times is longer than an int64 */
	values[1] = Float8GetDatum(((double) r.last - r.first) / q->unit);
	values[2] = Float8GetDatum(((double) Max(q->now, r.last) - r.first) / q->unit);
	put_money(&values[3], &nulls[3], r.value, lines->scale, r.valued);
	nulls[4] = r.parts == 0;
	if (r.parts > 0)
		values[4] = NumericGetDatum(money_numeric(r.total, lines->scale));
	return r;
}

void
put_rfm(Datum *values, bool *nulls, const Lines *lines, const RfmQuestion *q)
{
	put_figures(values, nulls, lines, q);
}

/* The hold-out is NULL, too, for one who had not bought before. */
void
put_holdout(Datum *values, bool *nulls, const Lines *lines,
			const RfmQuestion *q)
{
	Rfm			r = put_figures(values, nulls, lines, q);
	Rfm			later;
	int64		end = calendar_period(&q->rule.calendar, q->until);

	memset(nulls + RFM_COLUMNS, true, 3 * sizeof(bool));
	if (r.frequency < 0)
		return;
	later = lines_holdout(lines, q, &r);
	values[5] = Int64GetDatum(later.frequency);
	values[6] = Float8GetDatum(((double) Max(end, q->now) - q->now) / q->unit);
	put_money(&values[7], &nulls[7], later.value, lines->scale, later.valued);
	nulls[5] = nulls[6] = false;
}

/* as_of; and in a row grain, zone, refunds.  Lengths are in days. */
RfmQuestion
rfm_rule_arg(FunctionCallInfo fcinfo, int as_of, int rule)
{
	RfmQuestion q = {.unit = USECS_PER_DAY};

	q.as_of = arg_time(PG_GETARG_TIMESTAMPTZ(as_of), "as_of");
	q.rule = purchase_rule_arg(fcinfo, rule);
	q.now = calendar_period(&q.rule.calendar, q.as_of);
	return q;
}

/* In a row: as_of, unit, grain, zone, refunds. */
RfmQuestion
rfm_question_arg(FunctionCallInfo fcinfo, int argno)
{
	double		unit = arg_length(PG_GETARG_INTERVAL_P(argno + 1), "unit");
	RfmQuestion q = rfm_rule_arg(fcinfo, argno, argno + 2);

	q.unit = unit;
	return q;
}

/* calibration_end, holdout_end, unit, grain, zone, refunds */
RfmQuestion
holdout_question_arg(FunctionCallInfo fcinfo, int argno)
{
	RfmQuestion q = {0};

	q.as_of = arg_time(PG_GETARG_TIMESTAMPTZ(argno), "calibration_end");
	q.until = arg_time(PG_GETARG_TIMESTAMPTZ(argno + 1), "holdout_end");
	q.unit = arg_length(PG_GETARG_INTERVAL_P(argno + 2), "unit");
	q.rule = purchase_rule_arg(fcinfo, argno + 3);
	q.now = calendar_period(&q.rule.calendar, q.as_of);
	if (q.until <= q.as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("holdout_end must be after calibration_end")));
	return q;
}

static const Purchases *
purchases_arg(FunctionCallInfo fcinfo)
{
	return state_raw_arg(fcinfo, 0, &purchases_type);
}

static Lines
lines_arg(FunctionCallInfo fcinfo)
{
	return purchases_lines(purchases_arg(fcinfo));
}

PG_FUNCTION_INFO_V1(abm_rfm);
Datum
abm_rfm(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);
	RfmQuestion q = rfm_question_arg(fcinfo, 1);
	Datum		values[RFM_COLUMNS];
	bool		nulls[RFM_COLUMNS];

	put_rfm(values, nulls, &lines, &q);
	return single_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(abm_rfm_holdout);
Datum
abm_rfm_holdout(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);
	RfmQuestion q = holdout_question_arg(fcinfo, 1);
	Datum		values[HOLDOUT_COLUMNS];
	bool		nulls[HOLDOUT_COLUMNS];

	put_holdout(values, nulls, &lines, &q);
	return single_row(fcinfo, values, nulls);
}

/* NULL when no amount is known. */
PG_FUNCTION_INFO_V1(abm_revenue);
Datum
abm_revenue(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);
	int			end = lines.n;
	int64		known;
	int128		sum;

	if (PG_NARGS() > 1)
		end = lines_end(&lines, arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of"));
	sum = lines_value(&lines, end, &known);
	if (known == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_numeric(sum, lines.scale));
}

PG_FUNCTION_INFO_V1(abm_purchase_lines);
Datum
abm_purchase_lines(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(purchases_arg(fcinfo)->head.nitems);
}

PG_FUNCTION_INFO_V1(abm_purchase_count);
Datum
abm_purchase_count(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	PurchaseRule rule = purchase_rule_arg(fcinfo, 2);

	PG_RETURN_INT64(lines_rfm(&lines, rule, as_of).frequency + 1);
}

PG_FUNCTION_INFO_V1(abm_first_purchase);
Datum
abm_first_purchase(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);

	if (lines.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(line_at(&lines, 0).at);
}

PG_FUNCTION_INFO_V1(abm_last_purchase);
Datum
abm_last_purchase(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);

	if (lines.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(line_at(&lines, lines.n - 1).at);
}

/* One row a period: net revenue, and revenue up to then, if any is known. */
PG_FUNCTION_INFO_V1(abm_revenue_history);
Datum
abm_revenue_history(PG_FUNCTION_ARGS)
{
	Lines		lines = lines_arg(fcinfo);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	Calendar	c = calendar_arg(PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3));
	PurchaseRule rule = {c, REFUNDS_NET_PER_PERIOD};
	PurchaseScan scan = purchases_scan(&lines, rule, as_of);
	Purchase	purchase;
	int128		total = 0;
	bool		unknown = true;

	if (c.grain < GRAIN_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grain must be one of day, week, month here")));
	abm_begin_rows(fcinfo);
	while (purchases_next(&scan, &purchase))
	{
		Datum		values[4];
		bool		nulls[4] = {0};

		total = money_add(total, purchase.net);
		values[0] = DateADTGetDatum((DateADT) (purchase.when / USECS_PER_DAY));
		values[1] = Int64GetDatum(purchase.nlines);
		values[2] = NumericGetDatum(money_numeric(purchase.net, lines.scale));
		values[3] = NumericGetDatum(money_numeric(total, lines.scale));
		nulls[2] = purchase.unknown == purchase.nlines;
		nulls[3] = unknown = unknown && nulls[2];
		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}
