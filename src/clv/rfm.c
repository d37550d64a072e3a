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
#include "clv/purchases.h"

#include "estimate.h"
#include "utils/date.h"

typedef struct Rfm
{
	int64		frequency;		/* repeat purchases; -1: no purchase at all */
	int64		first;			/* periods */
	int64		last;
	int64		valued;			/* repeat purchases whose value is known */
	int128		value;			/* of those */
	int64		parts;			/* purchases of whose lines some are known */
	int128		total;			/* of those */
} Rfm;

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
static Rfm
purchases_rfm(const Purchases *p, PurchaseRule rule, TimestampTz as_of)
{
	PurchaseScan scan = purchases_scan(p, rule, as_of);
	Purchase	purchase;
	Rfm			r = NO_RFM;

	while (purchases_next(&scan, &purchase))
		if (purchase_counts(&purchase))
			rfm_add(&r, &purchase);
	return r;
}

/*
 * The purchases after a calibration and up to a moment, all of them repeats.
 * A period that the calibration ends in the midst of is not counted again.
 */
static Rfm
purchases_holdout(const Purchases *p, PurchaseRule rule, const Rfm *calibration,
				  TimestampTz from, TimestampTz to)
{
	PurchaseScan scan = purchases_scan(p, rule, to);
	Purchase	purchase;
	Rfm			r = {0, 0, 0, 0, 0, 0, 0};

	purchases_skip(&scan, from);
	while (purchases_next(&scan, &purchase))
		if (purchase_counts(&purchase) && purchase.when != calibration->last)
			rfm_add(&r, &purchase);
	return r;
}

/* The exact sum of the first lines' known amounts, and how many they are. */
static int128
lines_value(const Purchases *p, int end, int64 *known)
{
	int128		sum = 0;

	*known = 0;
	for (int i = 0; i < end; i++)
	{
		PurchaseLine line = purchase_line(p, i);

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
static void
put_rfm(Datum *values, bool *nulls, const Rfm *r, int64 now, double unit,
		int scale)
{
	memset(nulls, r->frequency < 0, 3 * sizeof(bool));
	values[0] = Int64GetDatum(r->frequency);

	/* in doubles, as the whole range of times is longer than an int64 */
	values[1] = Float8GetDatum(((double) r->last - r->first) / unit);
	values[2] = Float8GetDatum(((double) now - r->first) / unit);
	put_money(&values[3], &nulls[3], r->value, scale, r->valued);
	nulls[4] = r->parts == 0;
	if (r->parts > 0)
		values[4] = NumericGetDatum(money_numeric(r->total, scale));
}

/* The rule of a question whose last three arguments are its parts. */
static PurchaseRule
rule_args(FunctionCallInfo fcinfo)
{
	int			n = PG_NARGS();

	return purchase_rule_arg(PG_GETARG_TEXT_PP(n - 3), PG_GETARG_TEXT_PP(n - 2),
							 PG_GETARG_TEXT_PP(n - 1));
}

PG_FUNCTION_INFO_V1(abm_rfm);
Datum
abm_rfm(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	double		unit = arg_length(PG_GETARG_INTERVAL_P(2), "unit");
	PurchaseRule rule = rule_args(fcinfo);
	Rfm			r = purchases_rfm(p, rule, as_of);
	Datum		values[5];
	bool		nulls[5];

	put_rfm(values, nulls, &r, calendar_period(&rule.calendar, as_of), unit,
			p->scale);
	return single_row(fcinfo, values, nulls);
}

/* The hold-out is NULL, too, for one who had not bought before. */
PG_FUNCTION_INFO_V1(abm_rfm_holdout);
Datum
abm_rfm_holdout(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);
	TimestampTz from = arg_time(PG_GETARG_TIMESTAMPTZ(1), "calibration_end");
	TimestampTz to = arg_time(PG_GETARG_TIMESTAMPTZ(2), "holdout_end");
	double		unit = arg_length(PG_GETARG_INTERVAL_P(3), "unit");
	PurchaseRule rule = rule_args(fcinfo);
	Rfm			r,
				later;
	Datum		values[8];
	bool		nulls[8];
	int64		now = calendar_period(&rule.calendar, from);

	if (to <= from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("holdout_end must be after calibration_end")));
	r = purchases_rfm(p, rule, from);
	put_rfm(values, nulls, &r, now, unit, p->scale);
	memset(nulls + 5, true, 3 * sizeof(bool));
	if (r.frequency >= 0)
	{
		later = purchases_holdout(p, rule, &r, from, to);
		values[5] = Int64GetDatum(later.frequency);
		values[6] = Float8GetDatum(((double) calendar_period(&rule.calendar, to) -
									now) / unit);
		put_money(&values[7], &nulls[7], later.value, p->scale, later.valued);
		nulls[5] = nulls[6] = false;
	}
	return single_row(fcinfo, values, nulls);
}

/* NULL when no amount is known. */
PG_FUNCTION_INFO_V1(abm_revenue);
Datum
abm_revenue(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);
	int			end = p->head.nitems;
	int64		known;
	int128		sum;

	if (PG_NARGS() > 1)
		end = purchases_end(p, arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of"));
	sum = lines_value(p, end, &known);
	if (known == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_numeric(sum, p->scale));
}

PG_FUNCTION_INFO_V1(abm_purchase_lines);
Datum
abm_purchase_lines(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);

	PG_RETURN_INT64(p->head.nitems);
}

PG_FUNCTION_INFO_V1(abm_purchase_count);
Datum
abm_purchase_count(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");

	PG_RETURN_INT64(purchases_rfm(p, rule_args(fcinfo), as_of).frequency + 1);
}

PG_FUNCTION_INFO_V1(abm_first_purchase);
Datum
abm_first_purchase(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);

	if (p->head.nitems == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(purchase_line(p, 0).at);
}

PG_FUNCTION_INFO_V1(abm_last_purchase);
Datum
abm_last_purchase(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);

	if (p->head.nitems == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(purchase_line(p, p->head.nitems - 1).at);
}

/* One row a period: net revenue, and revenue up to then, if any is known. */
PG_FUNCTION_INFO_V1(abm_revenue_history);
Datum
abm_revenue_history(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_raw_arg(fcinfo, 0, &purchases_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	Calendar	c = calendar_arg(PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3));
	PurchaseRule rule = {c, REFUNDS_NET_PER_PERIOD};
	PurchaseScan scan = purchases_scan(p, rule, as_of);
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
		values[2] = NumericGetDatum(money_numeric(purchase.net, p->scale));
		values[3] = NumericGetDatum(money_numeric(total, p->scale));
		nulls[2] = purchase.unknown == purchase.nlines;
		nulls[3] = unknown = unknown && nulls[2];
		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}
