/*
 * fit.c
 *		Fitting a kind of model to customers.
 *
 * With very many different customers the way to the optimum is first gone on
 * a sample, drawn with equal steps through their weights: what it finds, the
 * curvature included, is a start from which the whole needs few steps.  The
 * optimum is that of the whole, whatever the sample was.
 */
#include "clv/model.h"

#define BLOCK 4096				/* rows between looks for an interrupt */
#define SAMPLE 4096
#define SAMPLED_FROM (4 * SAMPLE)

typedef struct Evidence
{
	const ClvKind *kind;
	const Customers *c;
} Evidence;

/*
 * Covariates
 */
static inline int
ncovariates(const Customers *c)
{
	return c->ntransaction + c->nlifetime;
}

/* The parameters of a row's customer, and its two factors' exponents. */
static void
own_parameters(const Evidence *e, const double *p, const double *z, double *own)
{
	const Customers *c = e->c;
	const double *gamma = p + e->kind->nparameters;
	double		transaction = 0;
	double		lifetime = 0;

	for (int i = 0; i < c->ntransaction; i++)
		transaction += gamma[i] * z[i];
	for (int i = c->ntransaction; i < ncovariates(c); i++)
		lifetime += gamma[i] * z[i];
	for (int i = 0; i < e->kind->nparameters; i++)
		own[i] = p[i] * exp(e->kind->transaction[i] * transaction +
							e->kind->lifetime[i] * lifetime);
}

/* The gradient by the common parameters from that by a row's own ones. */
static void
common_gradient(const Evidence *e, const double *p, const double *own,
				const double *z, const double *by_own, double *gradient)
{
	const Customers *c = e->c;
	int			np = e->kind->nparameters;
	double		transaction = 0;
	double		lifetime = 0;

	for (int i = 0; i < np; i++)
	{
		double		scaled = by_own[i] * own[i];

		gradient[i] += scaled / p[i];
		transaction += scaled * e->kind->transaction[i];
		lifetime += scaled * e->kind->lifetime[i];
	}
	for (int i = 0; i < ncovariates(c); i++)
		gradient[np + i] += z[i] *
			(i < c->ntransaction ? transaction : lifetime);
}

/* The first row whose covariates differ from those of a row. */
static int
same_covariates(const Customers *c, int i)
{
	int			k = ncovariates(c);
	int			end = i + 1;

	while (end < c->n && end - i < BLOCK &&
		   memcmp(c->covariate + (Size) i * k, c->covariate + (Size) end * k,
				  k * sizeof(double)) == 0)
		end++;
	return end;
}

/* FitProblem.log_likelihood */
static double
evidence_log_likelihood(void *data, const double *p, double *gradient)
{
	const Evidence *e = data;
	const Customers *c = e->c;
	int			k = ncovariates(c);
	double		sum = 0;
	int			end;

	memset(gradient, 0, sizeof(double) * (e->kind->nparameters + k));
	for (int i = 0; i < c->n; i = end)
	{
		CHECK_FOR_INTERRUPTS();
		end = Min(c->n, i + BLOCK);
		if (k == 0)
			sum += e->kind->log_likelihood(p, c->row + i, end - i, gradient);
		else
		{
			const double *z = c->covariate + (Size) i * k;
			double		own[MAX_OWN];
			double		by_own[MAX_OWN] = {0};

			end = same_covariates(c, i);
			own_parameters(e, p, z, own);
			sum += e->kind->log_likelihood(own, c->row + i, end - i, by_own);
			common_gradient(e, p, own, z, by_own, gradient);
		}
	}
	return sum;
}

/* The log-likelihood of customers under a model with or without a fit. */
double
model_evidence(const ClvModel *m, const Customers *c)
{
	Evidence	e = {&clv_kinds[m->kind], c};
	double		gradient[FIT_MAX];

	return evidence_log_likelihood(&e, m->number, gradient);
}

static double
customers_weight(const Customers *c)
{
	double		sum = 0;

	for (int i = 0; i < c->n; i++)
		sum += c->row[i].weight;
	return sum;
}

/* Rows at equal steps through the weights, each with what it stands for. */
static Customers
customers_sample(const Customers *c, double weight)
{
	Customers	s = *c;
	int			k = ncovariates(c);
	double		step = weight / SAMPLE;
	double		next = step / 2;
	double		passed = 0;
	double	   *z = palloc(sizeof(double) * Max(k, 1) * (SAMPLE + 1));

	s.row = palloc(sizeof(History) * (SAMPLE + 1));
	s.covariate = z;
	s.n = 0;
	for (int i = 0; i < c->n && s.n <= SAMPLE; i++)
	{
		double		hits = 0;

		passed += c->row[i].weight;
		if (passed < next)
			continue;
		hits = floor((passed - next) / step) + 1;
		next += hits * step;
		s.row[s.n] = c->row[i];
		s.row[s.n].weight = hits * step;
		if (k > 0)
			memcpy(z + s.n * k, c->covariate + (Size) i * k, k * sizeof(double));
		s.n++;
	}
	return s;
}

static void
fit_evidence(const ClvKind *kind, const Customers *c, double weight,
			 bool draft, Fit *fit)
{
	Evidence	e = {kind, c};
	int			n = kind->nparameters + ncovariates(c);
	FitProblem	problem = {
		n, kind->nparameters, weight, draft, evidence_log_likelihood, &e
	};

	fit_maximise(&problem, fit);
}

/* Is one fit better than another, which perhaps did not get anywhere? */
static bool
fit_better(const Fit *a, const Fit *b)
{
	return isfinite(a->log_likelihood) &&
		!(b->log_likelihood >= a->log_likelihood - 1e-6);
}

/*
 * The best of fits from several starts, as a likelihood may have more than
 * one summit: from two of them always, from all when none is well determined.
 */
static void
fit_from_starts(const ClvKind *kind, const Customers *c, double weight,
				Fit *fit)
{
	for (int k = 0; k < MODEL_STARTS; k++)
	{
		Fit			rival = {.evaluations = k > 0 ? fit->evaluations : 0};

		if (k > 1 && fit->status == FIT_OK)
			break;
		for (int i = 0; i < kind->nparameters; i++)
			rival.p[i] = kind->start[k][i] * (kind->scaled[i] ? c->scale : 1);
		fit_evidence(kind, c, weight, k > 0, &rival);
		if (k > 0)
			fit->evaluations = rival.evaluations;
		if (k > 0 && fit_better(&rival, fit))
			fit_evidence(kind, c, weight, false, &rival);
		if (k == 0 || fit_better(&rival, fit))
			*fit = rival;
	}
}

/* Is there a repeat purchase, and more than one history?  Their weight. */
bool
customers_suffice(const Customers *c, double *weight)
{
	bool		buyer = false;

	for (int i = 0; i < c->n; i++)
		buyer = buyer || c->row[i].frequency > 0;
	*weight = customers_weight(c);
	return buyer && c->n > 1 && c->scale > 0;
}

void
customers_fit(const ClvKind *kind, const Customers *c, double weight, Fit *fit)
{
	fit->status = FIT_NOT_CONVERGED;
	if (c->n > SAMPLED_FROM)
	{
		Customers	s = customers_sample(c, weight);

		fit_from_starts(kind, &s, weight, fit);
		if (fit->status == FIT_OK)
			fit_evidence(kind, c, weight, false, fit);
	}

	/* few customers, or a sample that says too little */
	if (fit->status != FIT_OK)
		fit_from_starts(kind, c, weight, fit);
}

ClvModel *
model_fit(ClvKindCode kind, const Customers *c)
{
	double		weight = customers_weight(c);
	Fit			fit;

	customers_fit(&clv_kinds[kind], c, weight, &fit);
	return model_make(kind, &fit, weight, c->ntransaction, c->nlifetime);
}
