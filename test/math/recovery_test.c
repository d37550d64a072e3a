/*
 * recovery_test.c
 *		Models fitted to simulated customers find the parameters again: in 200
 *		runs each, intervals of 95 % cover them in 90 to 98 % of the runs.
 */
#include <stdlib.h>
#include <string.h>

#include "math/bgnbd.h"
#include "math/fit.h"
#include "math/gamma_gamma.h"
#include "math/pareto_nbd.h"

#include "tap.h"

#define MOST 2000
#define RUNS 200

typedef double (*LogLikelihood) (const double *p, const History *h, int n,
								 double *gradient);

/*
 * Random numbers
 */
static double
exponential(void)
{
	return -log(uniform());
}

static double
normal(void)
{
	return sqrt(2 * exponential()) * cos(2 * M_PI * uniform());
}

static double
gamma_variate(double shape)
{
	double		d = shape - 1.0 / 3;
	double		c = 1 / sqrt(9 * d);

	if (shape < 1)
		return gamma_variate(shape + 1) * pow(uniform(), 1 / shape);
	for (;;)
	{
		double		x = normal();
		double		v = 1 + c * x;

		v = v * v * v;
		if (v > 0 && log(uniform()) < x * x / 2 + d - d * v + d * log(v))
			return d * v;
	}
}

/*
 * Recovery
 */
static History customer[MOST];
static int	ncustomers;
static LogLikelihood likelihood;

static double
all_customers(void *data, const double *p, double *g)
{
	(void) data;
	memset(g, 0, 4 * sizeof(double));
	return likelihood(p, customer, ncustomers, g);
}

static int
by_frequency(const void *a, const void *b)
{
	double		x = ((const History *) a)->frequency;
	double		y = ((const History *) b)->frequency;

	return (x > y) - (x < y);
}

/* kind 0 BG/NBD, 1 MBG/NBD, 2 Pareto/NBD */
static History
simulate(int kind, const double *p)
{
	History		h = {0, 0, 30 + 30 * uniform(), 1};
	double		rate = gamma_variate(p[0]) / p[1];
	double		c = gamma_variate(p[2]);
	double		leave = kind == 2 ? 0 : c / (c + gamma_variate(p[3]));
	double		death = kind == 2 ? exponential() * p[3] / c : INFINITY;
	double		t = 0;

	if (kind == 1 && uniform() < leave)
		return h;
	for (;;)
	{
		t += exponential() / rate;
		if (t > h.age || t > death)
			return h;
		h.frequency++;
		h.recency = t;
		if (uniform() < leave)
			return h;
	}
}

static History
simulate_spending(const double *p)
{
	History		h = {1 + floor(4 * uniform()), 0, 0, 1};

	h.recency = gamma_variate(p[0] * h.frequency) /
		(gamma_variate(p[1]) / p[2]) / h.frequency;
	return h;
}

static void
test_recovery(const char *name, int kind, int np, int n, const double *truth,
			  LogLikelihood f)
{
	int			covered[4] = {0};
	int			determined = 0;

	likelihood = f;
	ncustomers = n;
	for (int run = 0; run < RUNS; run++)
	{
		FitProblem	problem = {np, np, n, false, all_customers, NULL};
		Fit			fit = {.p = {1, 10, 1, 3}};

		for (int i = 0; i < n; i++)
			customer[i] = kind == 3 ? simulate_spending(truth) :
				simulate(kind, truth);
		qsort(customer, n, sizeof(History), by_frequency);
		fit_maximise(&problem, &fit);
		if (fit.status != FIT_OK)
			continue;
		determined++;
		for (int i = 0; i < np; i++)
		{
			double		error = sqrt(fit.covariance[i * FIT_MAX + i]) / fit.p[i];

			covered[i] += fabs(log(fit.p[i] / truth[i])) < 1.959963985 * error;
		}
	}
	for (int i = 0; i < np; i++)
	{
		char		line[200];
		double		share = (double) covered[i] / determined;

		snprintf(line, sizeof(line), "%s: %d of %d intervals of 95 %% cover parameter %d",
				 name, covered[i], determined, i + 1);
		report(determined > RUNS * 0.97 && share >= 0.90 && share <= 0.98 + 1e-9, line);
	}
}

int
main(void)
{
	static const double bg[] = {0.8, 6, 1.2, 3};
	static const double mbg[] = {0.9, 6, 0.8, 2};
	static const double pareto[] = {0.9, 6, 0.8, 12};
	static const double spending[] = {5, 3.5, 16};

	seed = 4242;
	test_recovery("BG/NBD", 0, 4, 2000, bg, bgnbd_log_likelihood);
	test_recovery("MBG/NBD", 1, 4, 2000, mbg, mbgnbd_log_likelihood);
	test_recovery("Pareto/NBD", 2, 4, 2000, pareto, pareto_nbd_log_likelihood);
	test_recovery("Gamma-Gamma", 3, 3, 2000, spending, gamma_gamma_log_likelihood);
	return report_end();
}
