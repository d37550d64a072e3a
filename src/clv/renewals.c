/*
 * renewals.c
 *		Customers under contract: how many renewals each has made, and whether
 *		she then left.  The evidence behind the sBG and the BdW model.
 *
 * Customers with the same number of periods and the same end are one record
 * with their weight.
 */
#include "clv/rfm_counts.h"

#include "estimate.h"
#include "math/dist.h"

typedef struct Renewal
{
	int64		weight;			/* how many, in billionths */
	int32		periods;
	uint8		left;			/* 0: still there after so many renewals; 1:
								 * left at the renewal number periods */
	uint8		padding[3];
} Renewal;

typedef struct RenewalCounts
{
	StateHead	head;
	int32		padding;
	Renewal		item[FLEXIBLE_ARRAY_MEMBER];
} RenewalCounts;

static const char *const end_labels[] = {"still_there", "left", NULL};

static const StateField counts_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField renewal_fields[] = {
	{"periods", FIELD_INT32, offsetof(Renewal, periods), false, NULL},
	{"end", FIELD_CODE, offsetof(Renewal, left), false, end_labels},
	{"weight", FIELD_WEIGHT, offsetof(Renewal, weight), false, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By periods, those who left first. */
static int
renewal_compare(const void *a, const void *b, void *arg)
{
	const Renewal *x = a;
	const Renewal *y = b;

	if (x->periods != y->periods)
		return x->periods < y->periods ? -1 : 1;
	return (x->left < y->left) - (x->left > y->left);
}

static int
renewals_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(Renewal), offsetof(Renewal, weight),
							  renewal_compare);
}

static const char *
renewals_fault(const void *state)
{
	const RenewalCounts *c = state;

	for (int i = 0; i < c->head.nitems; i++)
		if (c->item[i].periods < c->item[i].left)
			return "its number of periods is out of range";
	return NULL;
}

static const StateType renewal_counts_type = {
	.name = "renewal_counts",.kind = 25,.version = 1,
	.fixed_size = offsetof(RenewalCounts, item),.item_size = sizeof(Renewal),
	.max_items = 10000000,
	.fields = counts_fields,.items_name = "renewals",
	.item_fields = renewal_fields,.compare = renewal_compare,
	.fold = renewals_fold,.fault = renewals_fault
};

/*
 * The arithmetic
 */

/*
 * The customers as fits read them.  Those who have not come to their first
 * renewal say nothing and are left out.
 */
static Customers
renewal_customers(const RenewalCounts *r, double *left_out, double *leavers)
{
	Customers	c = {.scale = 1};

	c.row = palloc_extended((Size) Max(r->head.nitems, 1) * sizeof(History),
							MCXT_ALLOC_HUGE);
	*left_out = *leavers = 0;
	for (int i = 0; i < r->head.nitems; i++)
	{
		const Renewal *item = &r->item[i];
		double		weight = (double) item->weight / WEIGHT_ONE;

		CHECK_EVERY(i, 0xFFFF);
		if (item->periods == 0)
			*left_out += weight;
		else
			c.row[c.n++] = (History)
		{
			item->left, 0, item->periods, weight
		};

		*leavers += item->left * weight;
	}
	return c;
}

/* A model; where nobody has left, or all are alike, there is none. */
static Datum
renewals_fit(FunctionCallInfo fcinfo, ClvKindCode kind)
{
	const RenewalCounts *r = state_arg(fcinfo, 0, &renewal_counts_type);
	double		left_out,
				leavers;
	double		weight = 0;
	Customers	c = renewal_customers(r, &left_out, &leavers);
	ClvModel   *m;

	for (int i = 0; i < c.n; i++)
		weight += c.row[i].weight;
	if (c.n < 2 || leavers == 0)
		m = model_make(kind, NULL, weight, 0, 0);
	else
		m = model_fit(kind, &c);
	m->left_out = (int64) rint(left_out);
	return model_result(m);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(renewal_counts, renewal_counts_type);

/* (periods, churned), with weight */
PG_FUNCTION_INFO_V1(abm_renewal_counts_accum);
Datum
abm_renewal_counts_accum(PG_FUNCTION_ARGS)
{
	Renewal		item = {.weight = WEIGHT_ONE};

	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return state_leave_out(fcinfo, &renewal_counts_type);
	item.periods = PG_GETARG_INT32(1);
	item.left = PG_GETARG_BOOL(2);
	if (item.periods < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("periods must be greater than or equal to zero, not %d",
						item.periods)));
	if (item.periods < item.left)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("periods of a customer who has left must be at least 1"),
				 errhint("Who left at the first renewal has 1; who has just begun and is still there has 0.")));
	if (PG_NARGS() > 3)
		item.weight = arg_customers(PG_GETARG_FLOAT8(3));
	return state_take(fcinfo, &renewal_counts_type, &item);
}

PG_FUNCTION_INFO_V1(abm_sbg_fit);
Datum
abm_sbg_fit(PG_FUNCTION_ARGS)
{
	return renewals_fit(fcinfo, CLV_SBG);
}

PG_FUNCTION_INFO_V1(abm_bdw_fit);
Datum
abm_bdw_fit(PG_FUNCTION_ARGS)
{
	return renewals_fit(fcinfo, CLV_BDW);
}

/* A row of customers, of whom so many left, in billionths. */
static void
put_observed(FunctionCallInfo fcinfo, int period, int64 customers, int64 left,
			 double survival, double level)
{
	double		n = (double) customers / WEIGHT_ONE;
	double		stayed = (double) (customers - left) / WEIGHT_ONE;
	double		lower,
				upper;
	Datum		values[7] = {
		Int32GetDatum(period), Float8GetDatum(n),
		Float8GetDatum((double) left / WEIGHT_ONE), Float8GetDatum(stayed / n)
	};
	bool		nulls[7] = {0};

	jeffreys_interval(stayed, n, level, &lower, &upper);
	values[4] = Float8GetDatum(lower);
	values[5] = Float8GetDatum(upper);
	values[6] = Float8GetDatum(survival);
	abm_put_row(fcinfo, values, nulls);
}

/*
 * One row a period in which a renewal was due for somebody: what was seen,
 * to hold a model's curve against.
 */
PG_FUNCTION_INFO_V1(abm_observed_retention);
Datum
abm_observed_retention(PG_FUNCTION_ARGS)
{
	const RenewalCounts *r = state_arg(fcinfo, 0, &renewal_counts_type);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	int64		there = 0;
	double		survival = 1;

	for (int i = 0; i < r->head.nitems; i++)
		if (r->item[i].periods > 0)
			state_add_weight(&there, r->item[i].weight);
	abm_begin_rows(fcinfo);
	for (int i = 0; i < r->head.nitems;)
	{
		int32		period = r->item[i].periods;
		int64		end[2] = {0, 0};

		for (; i < r->head.nitems && r->item[i].periods == period; i++)
			end[r->item[i].left] = r->item[i].weight;
		if (period == 0)
			continue;
		survival *= (double) (there - end[1]) / there;
		put_observed(fcinfo, period, there, end[1], survival, level);
		there -= end[0] + end[1];
	}
	PG_RETURN_NULL();
}
