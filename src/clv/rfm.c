/*
 * rfm.c
 *		Recency, frequency and money of a customer, and revenue over time.
 *
 * The customer models' definitions [1]: frequency counts repeat purchases,
 * recency is the time from the first to the last purchase, age the time from
 * the first purchase to the moment of the question, monetary the mean net
 * value of the repeat purchases.  A purchase is a period of the calendar
 * that refunds did not take back.
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
} Rfm;

/*
 * The arithmetic
 */
static Rfm
purchases_rfm(const Purchases *p, Calendar c, TimestampTz as_of)
{
	PurchaseScan scan = purchases_scan(p, c, as_of);
	Purchase	purchase;
	Rfm			r = {-1, 0, 0, 0, 0};

	while (purchases_next(&scan, &purchase))
	{
		if (!purchase_counts(&purchase))
			continue;
		if (r.frequency < 0)
			r.first = purchase.period;
		else if (purchase.unknown == 0)
		{
			r.value = money_add(r.value, purchase.net);
			r.valued++;
		}
		r.last = purchase.period;
		r.frequency++;
	}
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
PG_FUNCTION_INFO_V1(abm_rfm);
Datum
abm_rfm(PG_FUNCTION_ARGS)
{
	const Purchases *p = state_arg(fcinfo, 0, &purchases_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	double		unit = arg_length(PG_GETARG_INTERVAL_P(2), "unit");
	Calendar	c = calendar_arg(PG_GETARG_TEXT_PP(3), PG_GETARG_TEXT_PP(4));
	Rfm			r = purchases_rfm(p, c, as_of);
	Datum		values[4] = {0};
	bool		nulls[4] = {true, true, true, true};

	if (r.frequency >= 0)
	{
		values[0] = Int64GetDatum(r.frequency);

		/* in doubles, as the whole range of times is longer than an int64 */
		values[1] = Float8GetDatum(((double) r.last - r.first) / unit);
		values[2] = Float8GetDatum(((double) calendar_period(&c, as_of) -
									r.first) / unit);
		nulls[0] = nulls[1] = nulls[2] = false;
	}
	if (r.valued > 0)
	{
		values[3] = NumericGetDatum(money_average(r.value, p->scale, r.valued));
		nulls[3] = false;
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
	const Purchases *p = state_arg(fcinfo, 0, &purchases_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	Calendar	c = calendar_arg(PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3));

	PG_RETURN_INT64(purchases_rfm(p, c, as_of).frequency + 1);
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
	const Purchases *p = state_arg(fcinfo, 0, &purchases_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	Calendar	c = calendar_arg(PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3));
	PurchaseScan scan = purchases_scan(p, c, as_of);
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
		values[0] = DateADTGetDatum((DateADT) (purchase.period / USECS_PER_DAY));
		values[1] = Int64GetDatum(purchase.nlines);
		values[2] = NumericGetDatum(money_numeric(purchase.net, p->scale));
		values[3] = NumericGetDatum(money_numeric(total, p->scale));
		nulls[2] = purchase.unknown == purchase.nlines;
		nulls[3] = unknown = unknown && nulls[2];
		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}
