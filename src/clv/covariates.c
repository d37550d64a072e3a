/*
 * covariates.c
 *		Models of purchases whose parameters depend on what is known of the
 *		customer: evidence and fits.
 *
 * A covariate of purchases multiplies alpha by exp(-gamma z), so that with
 * gamma > 0 a greater z means more purchases; a covariate of life multiplies
 * beta by exp(-gamma z) in the Pareto/NBD, and a and b by exp(gamma z) in the
 * BG/NBD and MBG/NBD.
 *
 * The search goes over standardised covariates, whatever their units are; its
 * result is turned back by a linear map of the logarithms of the parameters.
 */
#include "clv/rfm_counts.h"

typedef struct CovariateCount
{
	RfmCount	c;
	double		z[2 * MAX_COVARIATES];	/* of purchases, then of life */
} CovariateCount;

typedef struct RfmCovariates
{
	StateHead	head;
	int32		ntransaction;
	int32		nlifetime;
	int32		padding;
	CovariateCount item[FLEXIBLE_ARRAY_MEMBER];
} RfmCovariates;

static const StateField covariates_fields[] = {
	{"transaction_covariates", FIELD_INT32, offsetof(RfmCovariates, ntransaction), false, NULL},
	{"lifetime_covariates", FIELD_INT32, offsetof(RfmCovariates, nlifetime), false, NULL},
	{NULL, 0, 0, false, NULL}
};

#define COVARIATE(name, i) \
	{name, FIELD_FLOAT8, offsetof(CovariateCount, z) + (i) * sizeof(double), \
	false, NULL}

static const StateField item_fields[] = {
	{"frequency", FIELD_COUNT, offsetof(CovariateCount, c.frequency), false, NULL},
	{"recency", FIELD_FLOAT8, offsetof(CovariateCount, c.recency), false, NULL},
	{"age", FIELD_FLOAT8, offsetof(CovariateCount, c.age), false, NULL},
	{"weight", FIELD_WEIGHT, offsetof(CovariateCount, c.weight), false, NULL},
	COVARIATE("transaction_1", 0), COVARIATE("transaction_2", 1),
	COVARIATE("transaction_3", 2), COVARIATE("transaction_4", 3),
	COVARIATE("transaction_5", 4), COVARIATE("transaction_6", 5),
	COVARIATE("transaction_7", 6), COVARIATE("transaction_8", 7),
	COVARIATE("lifetime_1", 8), COVARIATE("lifetime_2", 9),
	COVARIATE("lifetime_3", 10), COVARIATE("lifetime_4", 11),
	COVARIATE("lifetime_5", 12), COVARIATE("lifetime_6", 13),
	COVARIATE("lifetime_7", 14), COVARIATE("lifetime_8", 15),
	{NULL, 0, 0, false, NULL}
};

StaticAssertDecl(MAX_COVARIATES == 8, "as many names as covariates");

/* By covariates, then as without them. */
static int
item_compare(const void *a, const void *b, void *arg)
{
	const CovariateCount *x = a;
	const CovariateCount *y = b;

	for (int i = 0; i < 2 * MAX_COVARIATES; i++)
		if (x->z[i] != y->z[i])
			return x->z[i] < y->z[i] ? -1 : 1;
	return rfm_counts_type.compare(&x->c, &y->c, NULL);
}

static int
items_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(CovariateCount), offsetof(CovariateCount, c.weight),
							  item_compare);
}

static void
must_agree(const RfmCovariates *s, int ntransaction, int nlifetime)
{
	if (s->ntransaction != ntransaction || s->nlifetime != nlifetime)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customers must have equally many covariates"),
				 errdetail("Some have %d of purchases and %d of life, some %d and %d.",
						   s->ntransaction, s->nlifetime, ntransaction,
						   nlifetime)));
}

static void
covariates_absorb(void *a, const void *b)
{
	const RfmCovariates *y = b;

	must_agree(a, y->ntransaction, y->nlifetime);
}

static const char *
covariates_fault(const void *state)
{
	const RfmCovariates *s = state;

	if (s->ntransaction < 0 || s->ntransaction > MAX_COVARIATES ||
		s->nlifetime < 0 || s->nlifetime > MAX_COVARIATES)
		return "its number of covariates is out of range";
	for (int i = 0; i < s->head.nitems; i++)
	{
		const CovariateCount *item = &s->item[i];

		if (history_fault(item->c.frequency, item->c.recency,
						  item->c.age) != NULL)
			return "a history is none";
		for (int k = 0; k < 2 * MAX_COVARIATES; k++)
			if (item->z[k] != 0 && k % MAX_COVARIATES >=
				(k < MAX_COVARIATES ? s->ntransaction : s->nlifetime))
				return "a covariate is there that must not be";
	}
	return NULL;
}

static const StateType rfm_covariates_type = {
	.name = "rfm_covariates",.kind = 23,.version = 1,
	.fixed_size = offsetof(RfmCovariates, item),
	.item_size = sizeof(CovariateCount),.max_items = 3000000,
	.fields = covariates_fields,.items_name = "histories",
	.item_fields = item_fields,.compare = item_compare,
	.fold = items_fold,.absorb = covariates_absorb,.fault = covariates_fault
};

/*
 * Standardised covariates
 */
typedef struct Standard
{
	double		mean[2 * MAX_COVARIATES];
	double		spread[2 * MAX_COVARIATES];
} Standard;

/* Mean and standard deviation of a covariate; spread 1 if it does not vary. */
static void
describe(const Customers *c, const double *z, int k, int i, Standard *s)
{
	double		weight = 0;
	double		sum = 0;
	double		squares = 0;

	for (int row = 0; row < c->n; row++)
	{
		weight += c->row[row].weight;
		sum += c->row[row].weight * z[(Size) row * k + i];
	}
	s->mean[i] = sum / weight;
	for (int row = 0; row < c->n; row++)
	{
		double		d = z[(Size) row * k + i] - s->mean[i];

		squares += c->row[row].weight * d * d;
	}
	s->spread[i] = sqrt(squares / weight);
	if (!(s->spread[i] > 1e-12 * fabs(s->mean[i])))
	{
		s->mean[i] = z[i];
		s->spread[i] = 1;
	}
}

/* The customers of a state, their covariates standardised. */
static Customers
covariate_customers(const RfmCovariates *s, Standard *standard)
{
	int			k = s->ntransaction + s->nlifetime;
	Customers	c = {
		.n = s->head.nitems,.ntransaction = s->ntransaction,
		.nlifetime = s->nlifetime
	};
	double	   *z = palloc_extended(sizeof(double) * Max(k, 1) * Max(c.n, 1),
									MCXT_ALLOC_HUGE);

	c.row = palloc_extended(sizeof(History) * Max(c.n, 1), MCXT_ALLOC_HUGE);
	c.covariate = z;
	for (int i = 0; i < c.n; i++)
	{
		const CovariateCount *item = &s->item[i];

		CHECK_EVERY(i, 0xFFFF);
		c.row[i] = (History)
		{
			item->c.frequency, item->c.recency, item->c.age,
				(double) item->c.weight / WEIGHT_ONE
		};
		c.scale = Max(c.scale, item->c.age);
		memcpy(z + (Size) i * k, item->z, s->ntransaction * sizeof(double));
		memcpy(z + (Size) i * k + s->ntransaction, item->z + MAX_COVARIATES,
			   s->nlifetime * sizeof(double));
	}
	for (int i = 0; i < k && c.n > 0; i++)
	{
		describe(&c, z, k, i, standard);
		for (int row = 0; row < c.n; row++)
			z[(Size) row * k + i] = (z[(Size) row * k + i] -
									 standard->mean[i]) / standard->spread[i];
	}
	return c;
}

/*
 * A row of the linear map from the parameters found to those meant, the
 * positive ones as logarithms.
 */
static double
map_element(const ClvKind *kind, const Customers *c, const Standard *s,
			int i, int j)
{
	int			np = kind->nparameters;
	int			k = j - np;

	if (i >= np || k < 0)
		return i == j ? (k < 0 ? 1 : 1 / s->spread[k]) : 0;
	return -(k < c->ntransaction ? kind->transaction[i] : kind->lifetime[i]) *
		s->mean[k] / s->spread[k];
}

/* From standardised covariates to those that were given. */
static void
destandardise(const ClvKind *kind, const Customers *c, const Standard *s,
			  Fit *fit)
{
	int			np = kind->nparameters;
	int			n = np + c->ntransaction + c->nlifetime;
	Fit			old = *fit;
	double		map[FIT_MAX][FIT_MAX];

	if (n == np)
		return;
	for (int i = 0; i < n; i++)
	{
		double		sum = 0;

		for (int j = 0; j < n; j++)
		{
			map[i][j] = map_element(kind, c, s, i, j);
			sum += map[i][j] * (j < np ? log(old.p[j]) : old.p[j]);
		}
		fit->p[i] = i < np ? exp(sum) : sum;
	}
	for (int a = 0; a < n; a++)
		for (int b = 0; b < n; b++)
		{
			double		sum = 0;

			for (int i = 0; i < n; i++)
				for (int j = 0; j < n; j++)
					sum += map[a][i] * map[b][j] *
						old.covariance[i * FIT_MAX + j] /
						(i < np ? old.p[i] : 1) / (j < np ? old.p[j] : 1);
			fit->covariance[a * FIT_MAX + b] = sum *
				(a < np ? fit->p[a] : 1) * (b < np ? fit->p[b] : 1);
		}
	for (int i = 0; i < np; i++)
		if (!isfinite(fit->p[i]) || fit->p[i] <= 0)
			fit->status = FIT_NOT_CONVERGED;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(rfm_covariates, rfm_covariates_type);

/* Covariates of one sort into a record; how many they are. */
static int
covariates_arg(FunctionCallInfo fcinfo, int argno, const char *what, double *z)
{
	int			n;
	double	   *values = arg_float8s(PG_GETARG_ARRAYTYPE_P(argno), what, &n);

	if (n > MAX_COVARIATES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s must have at most %d elements, not %d", what,
						MAX_COVARIATES, n)));
	for (int i = 0; i < n; i++)
		z[i] = values[i] == 0 ? 0 : values[i];
	return n;
}

/* (frequency, recency, age, transaction, lifetime), with weight */
PG_FUNCTION_INFO_V1(abm_rfm_covariates_accum);
Datum
abm_rfm_covariates_accum(PG_FUNCTION_ARGS)
{
	CovariateCount item = {.z = {0}};
	RfmCovariates *s;
	History		h;
	int			ntransaction,
				nlifetime;

	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return state_leave_out(fcinfo, &rfm_covariates_type);
	h = arg_history(PG_GETARG_INT64(1), PG_GETARG_FLOAT8(2),
					PG_GETARG_FLOAT8(3));
	ntransaction = covariates_arg(fcinfo, 4, "transaction", item.z);
	nlifetime = covariates_arg(fcinfo, 5, "lifetime",
							   item.z + MAX_COVARIATES);
	item.c = rfm_count(fcinfo, &h, 6);
	s = state_begin(fcinfo, &rfm_covariates_type);
	if (PG_ARGISNULL(0))
	{
		s->ntransaction = ntransaction;
		s->nlifetime = nlifetime;
	}
	must_agree(s, ntransaction, nlifetime);
	s = state_append(s, &rfm_covariates_type, &item);
	return state_end(fcinfo, &rfm_covariates_type, s);
}

static Datum
covariates_fit(FunctionCallInfo fcinfo, ClvKindCode kind)
{
	const RfmCovariates *s = state_arg(fcinfo, 0, &rfm_covariates_type);
	Standard	standard = {.mean = {0},.spread = {0}};
	Customers	c = covariate_customers(s, &standard);
	double		weight;
	Fit			fit;

	if (!customers_suffice(&c, &weight))
		return model_result(model_make(kind, NULL, weight, c.ntransaction,
									   c.nlifetime));
	customers_fit(&clv_kinds[kind], &c, weight, &fit);
	destandardise(&clv_kinds[kind], &c, &standard, &fit);
	return model_result(model_make(kind, &fit, weight, c.ntransaction,
								   c.nlifetime));
}

PG_FUNCTION_INFO_V1(abm_bgnbd_fit_covariates);
Datum
abm_bgnbd_fit_covariates(PG_FUNCTION_ARGS)
{
	return covariates_fit(fcinfo, CLV_BGNBD);
}

PG_FUNCTION_INFO_V1(abm_mbgnbd_fit_covariates);
Datum
abm_mbgnbd_fit_covariates(PG_FUNCTION_ARGS)
{
	return covariates_fit(fcinfo, CLV_MBGNBD);
}

PG_FUNCTION_INFO_V1(abm_pareto_nbd_fit_covariates);
Datum
abm_pareto_nbd_fit_covariates(PG_FUNCTION_ARGS)
{
	return covariates_fit(fcinfo, CLV_PARETO_NBD);
}
