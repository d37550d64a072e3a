/*
 * spend_counts.c
 *		The evidence behind the Gamma-Gamma model of spending.
 *
 * Only customers with a repeat purchase of a value above 0 say something
 * about spending; the others are counted.  The model takes frequency and
 * spending to be independent: how far that holds is looked at when it is
 * fitted.
 */
#include "clv/rfm_counts.h"

#include "estimate.h"
#include "math/dist.h"

#define WORRYING 0.3			/* rank correlation */

/* Customers with one frequency and one mean value. */
typedef struct SpendCount
{
	int64		frequency;
	double		monetary;
	int64		weight;			/* how many, in billionths */
} SpendCount;

typedef struct SpendCounts
{
	StateHead	head;
	int32		padding;
	int64		left_out;		/* rows without a repeat purchase of value */
	SpendCount	item[FLEXIBLE_ARRAY_MEMBER];
} SpendCounts;

static const StateField spend_fields[] = {
	{"left_out", FIELD_COUNT, offsetof(SpendCounts, left_out), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField count_fields[] = {
	{"frequency", FIELD_COUNT, offsetof(SpendCount, frequency), false, NULL},
	{"monetary", FIELD_FLOAT8, offsetof(SpendCount, monetary), false, NULL},
	{"weight", FIELD_WEIGHT, offsetof(SpendCount, weight), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
count_compare(const void *a, const void *b, void *arg)
{
	const SpendCount *x = a;
	const SpendCount *y = b;

	if (x->frequency != y->frequency)
		return x->frequency < y->frequency ? -1 : 1;
	return (x->monetary > y->monetary) - (x->monetary < y->monetary);
}

static int
counts_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(SpendCount), offsetof(SpendCount, weight),
							  count_compare);
}

static void
counts_absorb(void *a, const void *b)
{
	state_add_count(&((SpendCounts *) a)->left_out,
					((const SpendCounts *) b)->left_out);
}

static const char *
counts_fault(const void *state)
{
	const SpendCounts *s = state;

	for (int i = 0; i < s->head.nitems; i++)
		if (s->item[i].frequency < 1 || !(s->item[i].monetary > 0))
			return "a customer has no repeat purchase of value";
	return NULL;
}

static const StateType spend_counts_type = {
	.name = "spend_counts",.kind = 22,.version = 1,
	.fixed_size = offsetof(SpendCounts, item),.item_size = sizeof(SpendCount),
	.max_items = 10000000,
	.fields = spend_fields,.items_name = "customers",
	.item_fields = count_fields,.compare = count_compare,
	.fold = counts_fold,.absorb = counts_absorb,.fault = counts_fault
};

/*
 * Frequency and spending
 */
typedef struct Ranked
{
	double		value;
	double		weight;
	double	   *rank;			/* where the mean rank goes */
} Ranked;

static int
ranked_compare(const void *a, const void *b, void *arg)
{
	double		x = ((const Ranked *) a)->value;
	double		y = ((const Ranked *) b)->value;

	return (x > y) - (x < y);
}

/* Mean ranks, those of equal values alike. */
static void
rank_all(Ranked *r, int n)
{
	double		passed = 0;
	int			end;

	qsort_interruptible(r, n, sizeof(Ranked), ranked_compare, NULL);
	for (int i = 0; i < n; i = end)
	{
		double		weight = 0;

		for (end = i; end < n && r[end].value == r[i].value; end++)
			weight += r[end].weight;
		for (int k = i; k < end; k++)
			*r[k].rank = passed + weight / 2;
		passed += weight;
	}
}

/* Pearson's correlation by weight; NAN when one does not vary. */
static double
correlation(const double *x, const double *y, const History *h, int n)
{
	double		w = 0,
				mx = 0,
				my = 0,
				xx = 0,
				yy = 0,
				xy = 0;

	for (int i = 0; i < n; i++)
	{
		w += h[i].weight;
		mx += h[i].weight * x[i];
		my += h[i].weight * y[i];
	}
	mx /= w;
	my /= w;
	for (int i = 0; i < n; i++)
	{
		double		dx = x[i] - mx;
		double		dy = y[i] - my;

		xx += h[i].weight * dx * dx;
		yy += h[i].weight * dy * dy;
		xy += h[i].weight * dx * dy;
	}
	if (!(xx > 0) || !(yy > 0))
		return NAN;
	return Max(-1, Min(1, xy / sqrt(xx) / sqrt(yy)));
}

/* Correlation of frequency and money, and of their ranks. */
static void
association(const Customers *c, double *pearson, double *spearman)
{
	double	   *x = palloc_extended(sizeof(double) * Max(c->n, 1),
									MCXT_ALLOC_HUGE);
	double	   *y = palloc_extended(sizeof(double) * Max(c->n, 1),
									MCXT_ALLOC_HUGE);
	Ranked	   *r = palloc_extended(sizeof(Ranked) * Max(c->n, 1),
									MCXT_ALLOC_HUGE);

	for (int i = 0; i < c->n; i++)
	{
		x[i] = c->row[i].frequency;
		y[i] = c->row[i].recency;
	}
	*pearson = correlation(x, y, c->row, c->n);
	for (int i = 0; i < c->n; i++)
		r[i] = (Ranked)
	{
		c->row[i].frequency, c->row[i].weight, &x[i]
	};
	rank_all(r, c->n);
	for (int i = 0; i < c->n; i++)
		r[i] = (Ranked)
	{
		c->row[i].recency, c->row[i].weight, &y[i]
	};
	rank_all(r, c->n);
	*spearman = correlation(x, y, c->row, c->n);
	pfree(x);
	pfree(y);
	pfree(r);
}

/*
 * An interval for a rank correlation: Fisher's transformation with the
 * variance (1 + rho^2 / 2) / (n - 3) of D. G. Bonett, T. A. Wright, Sample
 * size requirements for estimating Pearson, Kendall and Spearman
 * correlations, Psychometrika 65, 2000.
 */
static void
rank_interval(double rho, double n, double level, double *lower, double *upper)
{
	double		half = -normal_quantile((1 - level) / 2) *
	sqrt((1 + rho * rho / 2) / (n - 3));

	*lower = n > 3 && fabs(rho) < 1 ? tanh(atanh(rho) - half) : NAN;
	*upper = n > 3 && fabs(rho) < 1 ? tanh(atanh(rho) + half) : NAN;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(spend_counts, spend_counts_type);

/* (frequency, monetary), with weight */
PG_FUNCTION_INFO_V1(abm_spend_counts_accum);
Datum
abm_spend_counts_accum(PG_FUNCTION_ARGS)
{
	SpendCount	item = {.weight = WEIGHT_ONE};
	SpendCounts *s;

	if (PG_ARGISNULL(1) || (PG_NARGS() > 3 && PG_ARGISNULL(3)))
		return state_leave_out(fcinfo, &spend_counts_type);
	item.frequency = arg_frequency(PG_GETARG_INT64(1), "frequency");
	if (!PG_ARGISNULL(2))
		item.monetary = arg_finite(PG_GETARG_FLOAT8(2), "monetary");
	if (PG_NARGS() > 3)
		item.weight = arg_customers(PG_GETARG_FLOAT8(3));
	s = state_begin(fcinfo, &spend_counts_type);
	if (item.frequency == 0 || !(item.monetary > 0))
		state_add_count(&s->left_out, 1);
	else
		s = state_append(s, &spend_counts_type, &item);
	return state_end(fcinfo, &spend_counts_type, s);
}

/* The customers of a state, as fits read them. */
static Customers
spend_customers(const SpendCounts *s, double *weight)
{
	Customers	c = {.n = s->head.nitems};
	double		spent = 0;

	*weight = 0;
	c.row = palloc_extended((Size) Max(c.n, 1) * sizeof(History),
							MCXT_ALLOC_HUGE);
	for (int i = 0; i < c.n; i++)
	{
		double		w = (double) s->item[i].weight / WEIGHT_ONE;

		CHECK_EVERY(i, 0xFFFF);
		c.row[i] = (History)
		{
			s->item[i].frequency, s->item[i].monetary, 0, w
		};
		*weight += w;
		spent += w * s->item[i].monetary;
	}
	if (c.n > 0)
		c.scale = spent / *weight;
	return c;
}

PG_FUNCTION_INFO_V1(abm_gamma_gamma_fit);
Datum
abm_gamma_gamma_fit(PG_FUNCTION_ARGS)
{
	const SpendCounts *s = state_arg(fcinfo, 0, &spend_counts_type);
	double		weight;
	double		pearson = NAN;
	double		spearman = NAN;
	Customers	c = spend_customers(s, &weight);
	ClvModel   *m;

	if (c.n < 2 || !isfinite(c.scale))
		m = model_make(CLV_GAMMA_GAMMA, NULL, weight, 0, 0);
	else
	{
		m = model_fit(CLV_GAMMA_GAMMA, &c);
		association(&c, &pearson, &spearman);
		if (m->status == CLV_OK && m->number[1] <= 1)
			m->status = CLV_MEAN_UNDEFINED;
	}
	m->left_out = s->left_out;
	m->association = isnan(spearman) || spearman == 0 ? 0 : spearman;
	if (fabs(m->association) >= WORRYING)
	{
		double		lower,
					upper;

		rank_interval(spearman, weight, 0.95, &lower, &upper);
		if (lower * upper > 0)
			ereport(NOTICE,
					(errmsg("customers who buy more often spend %s a purchase: rank correlation %.2f",
							spearman > 0 ? "more" : "less", spearman),
					 errdetail("The Gamma-Gamma model takes frequency and spending to be independent."),
					 errhint("Fit segments in which they are, or read its values as approximate.")));
	}
	return model_result(m);
}

PG_FUNCTION_INFO_V1(abm_spend_association);
Datum
abm_spend_association(PG_FUNCTION_ARGS)
{
	const SpendCounts *s = state_arg(fcinfo, 0, &spend_counts_type);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	double		weight;
	double		figure[4] = {NAN, NAN, NAN, NAN};
	Customers	c = spend_customers(s, &weight);
	Datum		values[6];
	bool		nulls[6] = {false, false};

	if (c.n > 1)
		association(&c, &figure[0], &figure[1]);
	rank_interval(figure[1], weight, level, &figure[2], &figure[3]);
	values[0] = Float8GetDatum(weight);
	values[1] = Int64GetDatum(s->left_out);
	for (int i = 0; i < 4; i++)
	{
		values[i + 2] = Float8GetDatum(figure[i]);
		nulls[i + 2] = isnan(figure[i]);
	}
	return single_row(fcinfo, values, nulls);
}
