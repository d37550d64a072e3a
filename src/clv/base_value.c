/*
 * base_value.c
 *		What all customers together are worth, and how sure that is.
 *
 * The value of the base is a sum of products of two models' answers.  Its
 * standard error needs the derivatives of the sum, not of its parts, as the
 * parameters are wrong for all customers alike; so customers are kept, those
 * with the same history and the same spending as one record.
 */
#include "clv/rfm_counts.h"
#include "clv/score.h"

#include "estimate.h"
#include "math/discount.h"
#include "math/gamma_gamma.h"

#define UNKNOWN (-1)

/* Customers with one history and one mean value. */
typedef struct RfmSpendCount
{
	RfmCount	c;
	double		monetary;		/* UNKNOWN if it is not, or there is none */
} RfmSpendCount;

typedef struct RfmSpend
{
	StateHead	head;
	int32		padding;
	RfmSpendCount item[FLEXIBLE_ARRAY_MEMBER];
} RfmSpend;

static const StateField spend_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField item_fields[] = {
	{"frequency", FIELD_COUNT, offsetof(RfmSpendCount, c.frequency), false, NULL},
	{"recency", FIELD_FLOAT8, offsetof(RfmSpendCount, c.recency), false, NULL},
	{"age", FIELD_FLOAT8, offsetof(RfmSpendCount, c.age), false, NULL},
	{"monetary", FIELD_FLOAT8, offsetof(RfmSpendCount, monetary), true, NULL},
	{"weight", FIELD_WEIGHT, offsetof(RfmSpendCount, c.weight), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
item_compare(const void *a, const void *b, void *arg)
{
	const RfmSpendCount *x = a;
	const RfmSpendCount *y = b;
	int			order = rfm_counts_type.compare(&x->c, &y->c, NULL);

	return order != 0 ? order :
		(x->monetary > y->monetary) - (x->monetary < y->monetary);
}

static int
items_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(RfmSpendCount), offsetof(RfmSpendCount, c.weight),
							  item_compare);
}

static const char *
spend_fault(const void *state)
{
	const RfmSpend *s = state;

	for (int i = 0; i < s->head.nitems; i++)
	{
		const RfmSpendCount *item = &s->item[i];

		if (history_fault(item->c.frequency, item->c.recency,
						  item->c.age) != NULL)
			return "a history is none";
		if (item->monetary < 0 && item->monetary != UNKNOWN)
			return "a mean value is less than zero";
		if (item->c.frequency == 0 && item->monetary != UNKNOWN)
			return "there is a mean value of no repeat purchase";
	}
	return NULL;
}

static const StateType rfm_spend_type = {
	.name = "rfm_spend",.kind = 20,.version = 1,
	.fixed_size = offsetof(RfmSpend, item),.item_size = sizeof(RfmSpendCount),
	.max_items = 10000000,
	.fields = spend_fields,.items_name = "customers",
	.item_fields = item_fields,.compare = item_compare,
	.fold = items_fold,.fault = spend_fault
};

/*
 * The arithmetic
 */
typedef struct Base
{
	const Scorer *m;
	const Scorer *g;
	const RfmSpend *s;
	int			periods;
	double		length;
	double		rate;
	double	   *purchases;		/* of each record, discounted */
} Base;

static inline bool
same_history(const RfmSpendCount *a, const RfmSpendCount *b)
{
	return a->c.frequency == b->c.frequency &&
		a->c.recency == b->c.recency && a->c.age == b->c.age;
}

/* Discounted purchases of every record; each history is asked once. */
static void
base_forecast(const Base *b, const double *p)
{
	for (int i = 0; i < b->s->head.nitems; i++)
	{
		const RfmSpendCount *item = &b->s->item[i];
		History		h = {
			item->c.frequency, item->c.recency, item->c.age, 1
		};
		Forecast	f = {b->m->kind, p, &h};

		CHECK_EVERY(i, 0xFF);
		check_history(b->m->kind, &h);
		b->purchases[i] = i > 0 && same_history(item - 1, item) ?
			b->purchases[i - 1] :
			discounted_by_period(forecast_until, &f, b->periods, b->length,
								 b->rate);
	}
}

/* The value with other parameters of spending, purchases being forecast. */
static double
base_value(const double *g, const void *arg)
{
	const Base *b = arg;
	double		sum = 0;

	for (int i = 0; i < b->s->head.nitems; i++)
	{
		const RfmSpendCount *item = &b->s->item[i];
		double		spend = item->monetary == UNKNOWN ?
		gamma_gamma_mean(g, 0, 0) :
		gamma_gamma_mean(g, item->c.frequency, item->monetary);

		sum += (double) item->c.weight / WEIGHT_ONE * b->purchases[i] * spend;
	}
	return sum;
}

/* The value with other parameters of purchases. */
static double
value_of_purchases(const double *p, const void *arg)
{
	const Base *b = arg;

	base_forecast(b, p);
	return base_value(b->g->p, b);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(rfm_spend, rfm_spend_type);

/* (frequency, recency, age, monetary), with weight */
PG_FUNCTION_INFO_V1(abm_rfm_spend_accum);
Datum
abm_rfm_spend_accum(PG_FUNCTION_ARGS)
{
	RfmSpendCount item = {.monetary = UNKNOWN};
	History		h;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		(PG_NARGS() > 5 && PG_ARGISNULL(5)))
		return state_leave_out(fcinfo, &rfm_spend_type);
	h = arg_history(PG_GETARG_INT64(1), PG_GETARG_FLOAT8(2),
					PG_GETARG_FLOAT8(3));
	if (h.frequency > 0 && !PG_ARGISNULL(4))
		item.monetary = arg_not_negative(PG_GETARG_FLOAT8(4), "monetary");
	item.c = rfm_count(fcinfo, &h, 5);
	return state_take(fcinfo, &rfm_spend_type, &item);
}

/* (m, g, e, periods, period_length, discount, level) */
PG_FUNCTION_INFO_V1(abm_base_clv);
Datum
abm_base_clv(PG_FUNCTION_ARGS)
{
	const Scorer *m = scorer_arg(fcinfo, 0);
	const Scorer *g = spender_arg(fcinfo, 1);
	Base		b = {
		m, g, state_arg(fcinfo, 2, &rfm_spend_type),
		arg_periods(PG_GETARG_INT32(3), "periods", 1, MAX_PERIODS),
		arg_not_negative(PG_GETARG_FLOAT8(4), "period_length"),
		arg_rate(PG_GETARG_FLOAT8(5), "discount", true), NULL
	};
	double		level = arg_level(PG_GETARG_FLOAT8(6));
	double		value = NAN;
	double		error = NAN;

	scorer_must_forecast(m);
	if (m->usable && g->usable)
	{
		b.purchases = palloc_extended(sizeof(double) *
									  Max(b.s->head.nitems, 1), MCXT_ALLOC_HUGE);
		base_forecast(&b, m->p);
		value = base_value(g->p, &b);
	}
	if (m->covariance && g->covariance && value > 0)
	{
		/* spending first, while the forecast is that of the model */
		error = log_variance(g, base_value, &b);
		error = sqrt(error + log_variance(m, value_of_purchases, &b));
	}
	return estimate_row(fcinfo, value, error, level);
}
