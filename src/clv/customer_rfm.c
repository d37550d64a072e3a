/*
 * customer_rfm.c
 *		Recency, frequency and money of every customer, in one call.
 *
 * What is asked of one customer's lines (rfm.c), asked of the lines of each
 * customer of a population.
 */
#include "clv/customer_purchases.h"
#include "clv/rfm.h"
#include "clv/rfm_counts.h"
#include "rows.h"

/*
 * A row for each customer
 */
typedef struct CustomerRows
{
	CustomerScan scan;
	RfmQuestion question;
} CustomerRows;

/*
 * The first arguments must be known; another one may be there to say the type
 * of the entities.  NULL if there are no rows.
 */
static CustomerRows *
customer_rows_arg(FunctionCallInfo fcinfo, int nargs, int type_argno)
{
	CustomerRows *rows = palloc0(sizeof(CustomerRows));

	return customer_scan_rows(fcinfo, nargs, type_argno, &rows->scan) ? rows : NULL;
}

/* The columns of one customer but for the first. */
typedef void (*CustomerRow) (Datum *values, bool *nulls, const Lines *lines,
							 const RfmQuestion *q);

static inline bool
customer_row(void *from, CustomerRow row, Datum *values, bool *nulls)
{
	CustomerRows *rows = from;
	CustomerScan *scan = &rows->scan;

	if (!customer_next(scan))
		return false;
	values[0] = entity_datum(scan->ps->kind, scan->keys, scan->customer);
	row(values + 1, nulls + 1, &scan->lines, &rows->question);
	return true;
}

/* A function of such rows; their beginning has the name and _begin. */
#define CUSTOMER_ROWS(function, name, row) \
	static bool \
	name##_next(void *from, Datum *values, bool *nulls) \
	{ \
		return customer_row(from, row, values, nulls); \
	} \
	static const RowSource name##_rows = {name##_begin, name##_next}; \
	ROWS_FUNCTION(function, name##_rows)

/* Those of a question, which is behind the state. */
static void *
question_begin(FunctionCallInfo fcinfo, int nargs,
			   RfmQuestion (*question) (FunctionCallInfo fcinfo, int argno))
{
	CustomerRows *rows = customer_rows_arg(fcinfo, nargs, nargs);

	if (rows != NULL)
		rows->question = question(fcinfo, 1);
	return rows;
}

static void *
rfm_begin(FunctionCallInfo fcinfo, int64 *most)
{
	return question_begin(fcinfo, 6, rfm_question_arg);
}

CUSTOMER_ROWS(abm_customers_rfm, rfm, put_rfm);

static void *
holdout_begin(FunctionCallInfo fcinfo, int64 *most)
{
	return question_begin(fcinfo, 7, holdout_question_arg);
}

CUSTOMER_ROWS(abm_customers_rfm_holdout, holdout, put_holdout);

/* first_at, last_at, lines, revenue up to a moment */
static void
put_totals(Datum *values, bool *nulls, const Lines *lines,
		   const RfmQuestion *q)
{
	int			end = lines_end(lines, q->as_of);
	int64		known;
	int128		revenue = lines_value(lines, end, &known);

	nulls[0] = nulls[1] = end == 0;
	values[0] = TimestampTzGetDatum(line_at(lines, 0).at);
	values[1] = TimestampTzGetDatum(line_at(lines, Max(end, 1) - 1).at);
	values[2] = Int64GetDatum(end);
	nulls[3] = known == 0;
	if (known > 0)
		values[3] = NumericGetDatum(money_numeric(revenue, lines->scale));
}

/* An as_of that is NULL is no limit. */
static void *
totals_begin(FunctionCallInfo fcinfo, int64 *most)
{
	CustomerRows *rows = customer_rows_arg(fcinfo, 1, 2);

	if (rows != NULL)
		rows->question.as_of = PG_ARGISNULL(1) ? DT_NOEND :
			arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	return rows;
}

CUSTOMER_ROWS(abm_customers_totals, totals, put_totals);

/* The state of one customer. */
static Datum
lines_datum(const Lines *lines)
{
	Purchases  *p = state_start(&purchases_type);

	p->scale = lines->scale;
	for (int i = 0; i < lines->n; i++)
	{
		PurchaseLine line = line_at(lines, i);

		p = state_append(p, &purchases_type, &line);
	}
	return state_finish(p, &purchases_type);
}

static void
put_purchases(Datum *values, bool *nulls, const Lines *lines,
			  const RfmQuestion *q)
{
	values[0] = lines_datum(lines);
}

static void *
unnest_begin(FunctionCallInfo fcinfo, int64 *most)
{
	return customer_rows_arg(fcinfo, 1, 1);
}

CUSTOMER_ROWS(abm_purchases_unnest, unnest, put_purchases);

/*
 * The population as a whole
 */

/* NULL for an entity that has no line. */
PG_FUNCTION_INFO_V1(abm_purchases_of);
Datum
abm_purchases_of(PG_FUNCTION_ARGS)
{
	CustomerScan scan = customer_scan_arg(fcinfo, 0);
	int64		customer;

	entity_expect(fcinfo, 1, scan.ps->kind);
	if (!entity_find(fcinfo, 1, scan.keys, &customer) ||
		!customer_find(&scan, customer))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(lines_datum(&scan.lines));
}

/* The evidence behind models; NULL when nobody has bought. */
PG_FUNCTION_INFO_V1(abm_customers_rfm_counts);
Datum
abm_customers_rfm_counts(PG_FUNCTION_ARGS)
{
	CustomerScan scan = customer_scan_arg(fcinfo, 0);
	RfmQuestion q = rfm_question_arg(fcinfo, 1);
	RfmCounts  *counts = state_start(&rfm_counts_type);

	while (customer_next(&scan))
	{
		Rfm			r = lines_rfm(&scan.lines, q.rule, q.as_of);
		RfmCount	count = {.frequency = r.frequency,.weight = WEIGHT_ONE};

		if (r.frequency < 0)
			continue;
		count.recency = ((double) r.last - r.first) / q.unit;
		count.age = ((double) Max(q.now, r.last) - r.first) / q.unit;
		counts = state_append(counts, &rfm_counts_type, &count);
	}
	if (counts->head.nitems == 0)
		PG_RETURN_NULL();
	return state_finish(counts, &rfm_counts_type);
}

PG_FUNCTION_INFO_V1(abm_customers_entities);
Datum
abm_customers_entities(PG_FUNCTION_ARGS)
{
	CustomerScan scan = customer_scan_arg(fcinfo, 0);
	int64		n = 0;

	while (customer_next(&scan))
		n++;
	PG_RETURN_INT64(n);
}

PG_FUNCTION_INFO_V1(abm_customers_purchase_lines);
Datum
abm_customers_purchase_lines(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(customer_scan_arg(fcinfo, 0).ps->head.nitems);
}

/* NULL when no amount is known. */
PG_FUNCTION_INFO_V1(abm_customers_revenue);
Datum
abm_customers_revenue(PG_FUNCTION_ARGS)
{
	CustomerScan scan = customer_scan_arg(fcinfo, 0);
	int128		sum = 0;
	int64		known = 0;

	while (customer_next(&scan))
	{
		int64		here;

		sum = money_add(sum, lines_value(&scan.lines, scan.lines.n, &here));
		known += here;
	}
	if (known == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_numeric(sum, scan.lines.scale));
}
