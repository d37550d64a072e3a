/*
 * models_test.c
 *		The customer models without a server: gradients against differences,
 *		identities between quantities that are computed in different ways,
 *		special functions, and the search for a maximum.
 */
#include <string.h>

#include "math/bgnbd.h"
#include "math/discount.h"
#include "math/fit.h"
#include "math/gamma_gamma.h"
#include "math/pareto_nbd.h"
#include "math/special.h"

#include "tap.h"

typedef double (*LogLikelihood) (const double *p, const History *h, int n,
								 double *gradient);

static double
error_of(double got, double want)
{
	return fabs(got - want) / fmax(1e-300, fabs(want));
}

static double
log_uniform(double low, double high)
{
	return low * pow(high / low, uniform());
}

/*
 * Gradients
 */
static double
gradient_error(LogLikelihood f, int np, int money)
{
	double		worst = 0;

	for (int i = 0; i < 2000; i++)
	{
		double		p[4];
		double		g[4] = {0};
		double		unused[4];
		double		size = 0;
		History		h;

		h.frequency = floor(log_uniform(1, 200)) - !money;
		h.age = log_uniform(1, 500);
		h.recency = h.frequency == 0 ? 0 : h.age * uniform();
		h.weight = 1 + uniform();
		for (int k = 0; k < np; k++)
			p[k] = log_uniform(0.05, 20);
		f(p, &h, 1, g);
		for (int k = 0; k < np; k++)
			size = fmax(size, fabs(p[k] * g[k]));
		for (int k = 0; k < np; k++)
		{
			double		q[4];
			double		step = 1e-4;
			double		d;

			memcpy(q, p, sizeof(q));
			q[k] = p[k] * exp(step);
			d = f(q, &h, 1, unused);
			q[k] = p[k] * exp(-step);
			d -= f(q, &h, 1, unused);
			worst = fmax(worst, fabs(d / (2 * step) - p[k] * g[k]) /
						 fmax(size, 1));
		}
	}
	return worst;
}

/*
 * Identities
 */
typedef struct Model
{
	double		(*p_alive) (const double *p, const History *h);
	double		(*purchases) (const double *p, const History *h, double t);
	double		(*purchases_new) (const double *p, double t);
	double		(*probability) (const double *p, const History *h, double n,
								double t);
	double		(*residual) (const double *p, const History *h, double rate);
} Model;

static const Model models[] = {
	{bgnbd_p_alive, bgnbd_purchases, bgnbd_purchases_new, bgnbd_probability, bgnbd_residual},
	{mbgnbd_p_alive, mbgnbd_purchases, mbgnbd_purchases_new, mbgnbd_probability, mbgnbd_residual},
	{pareto_nbd_p_alive, pareto_nbd_purchases, pareto_nbd_purchases_new, pareto_nbd_probability, pareto_nbd_residual}
};

typedef struct Asked
{
	const Model *m;
	const double *p;
	const History *h;
} Asked;

static double
until(double t, const void *arg)
{
	const Asked *a = arg;

	return a->m->purchases(a->p, a->h, t);
}

static void
random_customer(double *p, History *h)
{
	for (int k = 0; k < 4; k++)
		p[k] = log_uniform(0.2, 8);
	p[1] *= 5;
	h->frequency = floor(log_uniform(1, 30)) - 1;
	h->age = log_uniform(1, 100);
	h->recency = h->frequency == 0 ? 0 : h->age * uniform();
	h->weight = 1;
}

static void
test_identities(const Model *m, const char *name)
{
	double		all = 0,
				mean = 0,
				discounted = 0;
	char		line[100];

	for (int i = 0; i < 200; i++)
	{
		double		p[4];
		History		h;
		double		sum = 0;
		double		purchases = 0;
		double		t = log_uniform(0.1, 10);
		Asked		a = {m, p, &h};

		random_customer(p, &h);
		for (int n = 0; n < 4000; n++)
		{
			double		q = m->probability(p, &h, n, t);

			sum += q;
			purchases += n * q;
			if (sum > 0.5 && q < 1e-17)
				break;
		}
		all = fmax(all, fabs(sum - 1));
		mean = fmax(mean, fabs(purchases - m->purchases(p, &h, t)) /
					fmax(1e-3, purchases));

		/* a horizon so far away that nothing is left behind it */
		discounted = fmax(discounted, error_of(discounted_until(until, &a, 100 / 0.3, 0.3, fmin(p[1], p[3]) + h.age),
											   m->residual(p, &h, 0.3)));
	}
	snprintf(line, sizeof(line), "%s: probabilities sum to 1", name);
	report_worst(all, 1e-9, line);
	snprintf(line, sizeof(line), "%s: their mean is what is expected", name);
	report_worst(mean, 1e-9, line);
	snprintf(line, sizeof(line), "%s: discounted for ever = discounted to a far horizon", name);
	report_worst(discounted, 1e-9, line);
}

/*
 * Special functions
 */
static double
power_of(double p, const void *arg)
{
	return pow(p, *(const double *) arg);
}

static void
test_special(void)
{
	double		worst = 0;

	report_worst(error_of(digamma(1), -0.57721566490153286061), 1e-14,
				 "digamma(1)");
	report_worst(error_of(digamma(0.001), -1000.5755719318103), 1e-14,
				 "digamma(0.001)");
	for (int i = 0; i < 2000; i++)
	{
		double		n = log_uniform(0.05, 300);
		double		y = log_uniform(1e-8, 1e4);
		double		next = exp_integral(n + 1, y) * n;

		/* n E_(n+1) = e^-y - y E_n, where that does not cancel */
		worst = fmax(worst, fabs(next + y * exp_integral(n, y) - 1));
	}
	report_worst(worst, 1e-12, "exponential integrals: recurrence");
	report_worst(error_of(exp_integral(1, 1), 0.59634736232319407434), 1e-14,
				 "exponential integral: e E_1(1)");
	worst = 0;
	for (int i = 0; i < 500; i++)
	{
		double		a = log_uniform(0.01, 50);
		double		b = log_uniform(0.05, 200);
		double		power = 1 + floor(uniform() * 3);
		double		want = 1;

		for (int k = 0; k < power; k++)
			want *= (a + k) / (a + b + k);
		worst = fmax(worst, error_of(beta_mean(a, b, power_of, &power), want));
	}
	report_worst(worst, 1e-10, "mean under a beta distribution");
	worst = 0;
	for (int i = 0; i < 500; i++)
	{
		double		base = log_uniform(0.01, 100);
		Rising		r = {.base = base};
		double		x = floor(log_uniform(1, 1000));

		rising_to(&r, floor(x / 3));
		rising_to(&r, x);
		worst = fmax(worst, fabs(r.log - (lgamma(base + x) - lgamma(base))) /
					 fmax(1, fabs(r.log)));
		worst = fmax(worst, fabs(r.slope - (digamma(base + x) - digamma(base))) /
					 fmax(1, r.slope));
	}
	report_worst(worst, 1e-11, "rising factorials");
}

/*
 * Where the usual formulas fail: values of 40-digit arithmetic
 */
static void
test_known(void)
{
	static const double half[4] = {0.11, 2.24, 0.31, 0.5};
	static const double one[4] = {0.25, 4, 0.4, 0.6};
	static const double paper[4] = {0.243, 4.414, 0.793, 2.426};
	static const double modified[4] = {0.525, 6.183, 0.891, 1.614};
	static const double btyd[4] = {0.5534, 10.5802, 0.6061, 11.6562};
	History		new = {0, 0, 0, 1};
	History		none = {0, 0, 1, 1};
	History		ten = {0, 0, 10, 1};
	History		two = {2, 30.43, 38.86, 1};
	History		many = {26, 30.86, 31, 1};

	report_worst(error_of(bgnbd_purchases(half, &none, 30), 0.564588615532785),
				 1e-13, "BG/NBD where a + b < 1");
	report_worst(error_of(bgnbd_purchases(one, &ten, 30), 0.3899119327844),
				 1e-12, "BG/NBD where a + b = 1");
	report_worst(error_of(bgnbd_purchases(paper, &two, 39), 1.22602817476714),
				 1e-13, "BG/NBD: the example of the paper's note");
	report_worst(error_of(bgnbd_probability(paper, &new, 10, 2), 1.07868964e-07),
				 1e-8, "BG/NBD: P(10 purchases of a new customer in 2 weeks)");
	report_worst(error_of(bgnbd_residual(paper, &two, 0.0027), 5.156379826154),
				 1e-10, "BG/NBD: residual purchases at 0.0027");
	report_worst(error_of(bgnbd_residual(paper, &two, 0.15), 0.23480404561878),
				 1e-10, "BG/NBD: residual purchases at 0.15");
	report_worst(error_of(mbgnbd_residual(modified, &two, 0.0027), 4.913027319128),
				 1e-10, "MBG/NBD: residual purchases at 0.0027");
	report_worst(error_of(pareto_nbd_p_alive(btyd, &many), 0.997917766551907),
				 1e-13, "Pareto/NBD: P(alive) of BTYD's walkthrough");
	report_worst(error_of(pareto_nbd_purchases(btyd, &many, 52), 25.4549135114998),
				 1e-13, "Pareto/NBD: expected purchases of BTYD's walkthrough");
	report_worst(error_of(pareto_nbd_residual(btyd, &many, 0.15), 3.91990470908822),
				 1e-10, "Pareto/NBD: residual purchases of BTYD's walkthrough");
}

/*
 * The search
 */

/* -(ln x - 3)^4 - (ln x - ln y)^2 - (z + 2)^2: flat, coupled, with a sign */
static double
hill(void *data, const double *p, double *g)
{
	double		a = log(p[0]) - 3;
	double		b = log(p[0]) - log(p[1]);
	double		c = p[2] + 2;

	(void) data;
	g[0] = (-4 * a * a * a - 2 * a - 2 * b) / p[0];
	g[1] = 2 * b / p[1];
	g[2] = -2 * c;
	return -a * a * a * a - a * a - b * b - c * c;
}

/* grows for ever */
static double
slope(void *data, const double *p, double *g)
{
	(void) data;
	g[0] = 1 / (p[0] * p[0]);
	return -1 / p[0];
}

static void
test_search(void)
{
	FitProblem	problem = {3, 2, 1, false, hill, NULL};
	Fit			fit = {.p = {1, 100, 10}};

	fit_maximise(&problem, &fit);
	report(fit.status == FIT_OK && fabs(log(fit.p[0]) - 3) < 1e-9 &&
		   fabs(fit.p[1] - fit.p[0]) < 1e-7 && fabs(fit.p[2] + 2) < 1e-9,
		   "the top of a hill is found");
	report(fabs(fit.covariance[2 * FIT_MAX + 2] - 0.5) < 1e-6,
		   "with its curvature");
	problem = (FitProblem)
	{
		1, 1, 1, false, slope, NULL
	};
	fit = (Fit)
	{
		.p =
		{
			1
		}
	};
	fit_maximise(&problem, &fit);
	report(fit.status == FIT_BOUNDARY && isfinite(fit.p[0]),
		   "what has no top is at the boundary");
}

int
main(void)
{
	report_worst(gradient_error(bgnbd_log_likelihood, 4, 0), 1e-6, "BG/NBD: gradient");
	report_worst(gradient_error(mbgnbd_log_likelihood, 4, 0), 1e-6, "MBG/NBD: gradient");
	report_worst(gradient_error(pareto_nbd_log_likelihood, 4, 0), 1e-6, "Pareto/NBD: gradient");
	report_worst(gradient_error(gamma_gamma_log_likelihood, 3, 1), 1e-6, "Gamma-Gamma: gradient");
	test_special();
	test_known();
	test_identities(&models[0], "BG/NBD");
	test_identities(&models[1], "MBG/NBD");
	test_identities(&models[2], "Pareto/NBD");
	test_search();
	return report_end();
}
