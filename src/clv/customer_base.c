/*
 * customer_base.c
 *		What a base of customers earns, and from how many of them.
 *
 * The state keeps one record a customer, sorted by revenue once sealed.
 *
 *	repeat rate		customers with two or more purchases / with one or more
 *	top share		revenue of the best customers / revenue of all
 *	Gini			2 sum(i x[i]) / (n sum(x)) - (n + 1) / n, x ascending [1]
 *
 * [1] C. Dagum: The generation and distribution of income, the Lorenz curve
 *     and the Gini ratio. Economie appliquee 33, 1980.
 */
#include "state.h"

#include <math.h>

#include "estimate.h"

typedef struct Customer
{
	Wide		revenue;		/* in units of 10^-scale */
	int64		purchases;		/* -1: not known */
} Customer;

typedef struct CustomerBase
{
	StateHead	head;
	int32		scale;			/* decimal digits of the revenues */
	Customer	customer[FLEXIBLE_ARRAY_MEMBER];
} CustomerBase;

static const StateField base_fields[] = {
	{"scale", FIELD_INT32, offsetof(CustomerBase, scale), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField customer_fields[] = {
	{"revenue", FIELD_MONEY, offsetof(Customer, revenue), true, NULL},
	{"purchases", FIELD_COUNT, offsetof(Customer, purchases), true, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By revenue, the unknown first, then purchases: a total order. */
static int
customer_compare(const void *a, const void *b, void *arg)
{
	const Customer *x = a;
	const Customer *y = b;

	if (x->revenue.high != y->revenue.high)
		return x->revenue.high < y->revenue.high ? -1 : 1;
	if (x->revenue.low != y->revenue.low)
		return x->revenue.low < y->revenue.low ? -1 : 1;
	return (x->purchases > y->purchases) - (x->purchases < y->purchases);
}

/*
 * The packed form
 */
typedef struct PackedCustomer
{
	int64		revenue;
	int64		purchases;
} PackedCustomer;

static bool
customer_pack(void *packed, const void *item)
{
	PackedCustomer *to = packed;
	const Customer *from = item;

	to->purchases = from->purchases;
	return money_pack(from->revenue, &to->revenue);
}

static void
customer_unpack(void *item, const void *packed)
{
	Customer   *to = item;
	const PackedCustomer *from = packed;

	to->purchases = from->purchases;
	to->revenue = money_unpack(from->revenue);
}

static int
customer_compare_packed(const void *a, const void *b, void *arg)
{
	const PackedCustomer *x = a;
	const PackedCustomer *y = b;

	if (x->revenue != y->revenue)
		return x->revenue < y->revenue ? -1 : 1;
	return (x->purchases > y->purchases) - (x->purchases < y->purchases);
}

static const StatePacking customer_packing = {
	.size = sizeof(PackedCustomer),.pack = customer_pack,
	.unpack = customer_unpack,.compare = customer_compare_packed
};

static const StateType customer_base_type = {
	.name = "customer_base",.kind = 3,.version = 1,
	.fixed_size = offsetof(CustomerBase, customer),
	.item_size = sizeof(Customer),
	.scale_offset = offsetof(CustomerBase, scale),.max_items = 20000000,
	.fields = base_fields,.items_name = "customers",
	.item_fields = customer_fields,.compare = customer_compare,
	.packings = &customer_packing,.npackings = 1
};

/*
 * The arithmetic
 */

/* The customers whose revenue is known, ascending, and their total. */
typedef struct Ranking
{
	const Customer *customer;
	int			n;
	int			scale;
	int128		total;
} Ranking;

static int128
revenue_of(const Customer *customer, int from, int to)
{
	int128		sum = 0;

	for (int i = from; i < to; i++)
		sum = money_add(sum, wide_value(customer[i].revenue));
	return sum;
}

static Ranking
base_ranking(const CustomerBase *b)
{
	Ranking		r = {b->customer, b->head.nitems, b->scale, 0};

	while (r.n > 0 && money_unknown(r.customer[0].revenue))
	{
		r.customer++;
		r.n--;
	}
	r.total = revenue_of(r.customer, 0, r.n);
	return r;
}

/* Shares of a total mean nothing when a part is negative. */
static Ranking
base_shares(const CustomerBase *b)
{
	Ranking		r = base_ranking(b);

	if (r.n > 0 && wide_value(r.customer[0].revenue) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("revenue must not be negative here"),
				 errhint("Leave customers out whose refunds exceed their orders: FILTER (WHERE revenue >= 0).")));
	return r;
}

static double
ranking_share(const Ranking *r, int128 revenue)
{
	return money_double(revenue, r->scale) / money_double(r->total, r->scale);
}

/*
 * How many customers a fraction is, rounded up, at least one.  The factor
 * keeps 0.07 of 100, in doubles a little more than 7, from being eight.
 */
static int
ranking_head(const Ranking *r, double fraction)
{
	return Max(1, (int) ceil(fraction * r->n * (1 - 1e-12)));
}

static double
ranking_gini(const Ranking *r)
{
	int128		weighted = 0;

	for (int i = 0; i < r->n; i++)
	{
		int128		term;

		CHECK_EVERY(i, 0xFFFF);
		if (__builtin_mul_overflow(wide_value(r->customer[i].revenue),
								   (int128) (2 * (int64) i - r->n + 1), &term))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("revenue out of range")));
		weighted = money_add(weighted, term);
	}
	return money_double(weighted, r->scale) /
		(r->n * money_double(r->total, r->scale));
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(customer_base, customer_base_type);

PG_FUNCTION_INFO_V1(abm_customer_base_accum);
Datum
abm_customer_base_accum(PG_FUNCTION_ARGS)
{
	CustomerBase *b;
	Customer	customer;

	if (PG_ARGISNULL(1) && PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &customer_base_type);
	customer.purchases = PG_ARGISNULL(2) ? -1 : PG_GETARG_INT64(2);
	if (customer.purchases < 0 && !PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("purchases must be greater than or equal to zero, not %lld",
						(long long) customer.purchases)));
	b = state_begin(fcinfo, &customer_base_type);
	customer.revenue = state_amount((void **) &b, &customer_base_type, fcinfo->args[1],
									"revenue");
	b = state_append(b, &customer_base_type, &customer);
	return state_end(fcinfo, &customer_base_type, b);
}

PG_FUNCTION_INFO_V1(abm_customers);
Datum
abm_customers(PG_FUNCTION_ARGS)
{
	const CustomerBase *b = state_raw_arg(fcinfo, 0, &customer_base_type);

	PG_RETURN_INT64(b->head.nitems);
}

/* NULL when no revenue is known. */
PG_FUNCTION_INFO_V1(abm_base_revenue);
Datum
abm_base_revenue(PG_FUNCTION_ARGS)
{
	Ranking		r = base_ranking(state_arg(fcinfo, 0, &customer_base_type));

	if (r.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_numeric(r.total, r.scale));
}

/* The rate is NULL when nobody has bought. */
PG_FUNCTION_INFO_V1(abm_repeat_rate_interval);
Datum
abm_repeat_rate_interval(PG_FUNCTION_ARGS)
{
	const CustomerBase *b = state_arg(fcinfo, 0, &customer_base_type);
	int64		n = 0;
	int64		repeat = 0;

	for (int i = 0; i < b->head.nitems; i++)
	{
		n += b->customer[i].purchases >= 1;
		repeat += b->customer[i].purchases >= 2;
	}
	return rate_row(fcinfo, repeat, n);
}

/* NULL when there is no revenue. */
PG_FUNCTION_INFO_V1(abm_top_share);
Datum
abm_top_share(PG_FUNCTION_ARGS)
{
	Ranking		r = base_shares(state_arg(fcinfo, 0, &customer_base_type));
	double		fraction = PG_GETARG_FLOAT8(1);

	if (!(fraction > 0 && fraction <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fraction must be greater than 0 and at most 1, not %g",
						fraction),
				 errhint("For the best fifth of the customers write 0.2.")));
	if (r.total <= 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ranking_share(&r, revenue_of(r.customer,
												  r.n - ranking_head(&r, fraction),
												  r.n)));
}

/* NULL when there is no revenue. */
PG_FUNCTION_INFO_V1(abm_gini);
Datum
abm_gini(PG_FUNCTION_ARGS)
{
	Ranking		r = base_shares(state_arg(fcinfo, 0, &customer_base_type));

	if (r.total <= 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(ranking_gini(&r));
}

/*
 * The customers in groups of equal size, the best first.  Sizes are those of
 * ntile(): the first groups have one more when it does not work out evenly.
 */
PG_FUNCTION_INFO_V1(abm_revenue_concentration);
Datum
abm_revenue_concentration(PG_FUNCTION_ARGS)
{
	Ranking		r = base_shares(state_arg(fcinfo, 0, &customer_base_type));
	int			bins = PG_GETARG_INT32(1);
	int			to = r.n;
	int128		cumulative = 0;

	if (bins < 1 || bins > 1000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be between 1 and 1000, not %d", bins)));
	bins = Min(bins, r.n);
	abm_begin_rows(fcinfo);
	for (int bin = 1; bin <= bins; bin++)
	{
		int			from = to - r.n / bins - (bin <= r.n % bins);
		int128		revenue = revenue_of(r.customer, from, to);
		Datum		values[5] = {
			Int32GetDatum(bin), Int64GetDatum(to - from),
			NumericGetDatum(money_numeric(revenue, r.scale)), 0, 0
		};
		bool		nulls[5] = {false, false, false, true, true};

		cumulative = money_add(cumulative, revenue);
		if (r.total > 0)
		{
			values[3] = Float8GetDatum(ranking_share(&r, revenue));
			values[4] = Float8GetDatum(ranking_share(&r, cumulative));
			nulls[3] = nulls[4] = false;
		}
		abm_put_row(fcinfo, values, nulls);
		to = from;
	}
	return (Datum) 0;
}
