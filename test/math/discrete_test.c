/*
 * discrete_test.c
 *		The models in discrete time: sBG, BdW, BG/BB, and what they are made
 *		of, against reference values and published figures.
 */
#include <string.h>

#include "math/beta_ratio.h"
#include "math/bgbb.h"
#include "math/contract.h"
#include "math/fit.h"

#include "discrete_table.h"
#include "tap.h"

/* The greatest error of several values, relative. */
static void
worst_add(double *worst, double value, double reference)
{
	double		error = fabs(value - reference) / fabs(reference);

	if (!(error <= *worst))
		*worst = error;
}

static void
check_ratios(void)
{
	double		worst = 0;

	for (int i = 0; i < lengthof(ratio_table); i++)
	{
		const double *r = ratio_table[i];

		worst_add(&worst, log_beta_ratio(r[0], r[1], r[2]), r[3]);
	}
	report_worst(worst, 1e-13, "ratios of beta functions");
	worst = 0;
	for (int i = 0; i < lengthof(sum_table); i++)
	{
		const double *r = sum_table[i];

		worst_add(&worst, beta_ratio_sum(r[0], r[1], r[2]), r[3]);
	}
	report_worst(worst, 1e-12, "their sums");
	worst = 0;
	for (int i = 0; i < lengthof(present_table); i++)
	{
		const double *r = present_table[i];

		worst_add(&worst, beta_ratio_present(r[0], r[1], r[2]), r[3]);
	}
	report_worst(worst, 1e-11, "their discounted sums");
	report(fabs(digamma_rise(1, 1) - 1) < 1e-15 &&
		   fabs(digamma_rise(0.5, 0.5) - 2 * M_LN2) < 1e-15 &&
		   fabs(digamma_rise(1e8, 1) - 1e-8) < 1e-23,
		   "differences of digamma");
	report(fabs(log_rising(0.5, 3) - log(1.875)) < 1e-15 &&
		   fabs(log_rising(2, 98) - lgamma(100)) < 1e-13 * lgamma(100) &&
		   fabs(log_rising(1e-300, 4) - log(6e-300)) < 1e-12 &&
		   fabs(log_rising(3.25, 1000.5) - lgamma(1003.75) + lgamma(3.25)) <
		   1e-11, "rising factorials");
}

/* a gradient by differences */
typedef double (*LogLikelihood) (const double *p, const History *h, int n,
								 double *gradient);

static double
gradient_error(LogLikelihood f, const double *p, int np, const History *h,
			   int n)
{
	double		g[4] = {0};
	double		value = f(p, h, n, g);
	double		worst = 0;

	for (int i = 0; i < np; i++)
	{
		double		q[4] = {p[0], p[1], p[2], p[3]};
		double		step = 1e-5 * p[i];
		double		up,
					down;
		double		ignored[4] = {0};

		q[i] = p[i] + step;
		up = f(q, h, n, ignored);
		q[i] = p[i] - step;
		down = f(q, h, n, ignored);
		worst = fmax(worst, fabs((up - down) / (2 * step) - g[i]) * p[i] /
					 (1 + fabs(value)));
	}
	return worst;
}

/* Customers of a cohort by the number that are left after each renewal. */
static int
cohort(const double *left, int renewals, History *h)
{
	for (int i = 0; i < renewals; i++)
		h[i] = (History)
	{
		1, 0, i + 1, left[i] - left[i + 1]
	};

	h[renewals] = (History)
	{
		0, 0, renewals, left[renewals]
	};
	return renewals + 1;
}

typedef struct Sample
{
	LogLikelihood f;
	const History *h;
	int			n;
} Sample;

static double
sample_log_likelihood(void *data, const double *p, double *gradient)
{
	const Sample *s = data;

	memset(gradient, 0, 4 * sizeof(double));
	return s->f(p, s->h, s->n, gradient);
}

typedef struct Expected
{
	const char *what;
	LogLikelihood f;
	int			np;
	double		p[4];
	double		log_likelihood;
	double		std_err[4];
} Expected;

static void
check_fit(const Expected *e, const History *h, int n)
{
	Sample		s = {e->f, h, n};
	FitProblem	problem = {
		.n = e->np,.npositive = e->np,.log_likelihood = sample_log_likelihood,
		.data = &s
	};
	Fit			fit = {.p = {1, 1, 1, 1}};
	int			good;
	char		line[200];

	for (int i = 0; i < n; i++)
		problem.weight += h[i].weight;
	fit_maximise(&problem, &fit);
	good = fit.status == FIT_OK &&
		fabs(fit.log_likelihood - e->log_likelihood) < 1e-5;
	for (int i = 0; i < e->np; i++)
		good = good && fabs(fit.p[i] / e->p[i] - 1) < 1e-8 &&
			fabs(sqrt(fit.covariance[i * FIT_MAX + i]) / e->std_err[i] - 1) < 1e-4;
	snprintf(line, sizeof(line), "%s: %.10g %.10g %.10g %.10g, ln L %.6f, %d evaluations",
			 e->what, fit.p[0], fit.p[1], fit.p[2], fit.p[3],
			 fit.log_likelihood, fit.evaluations);
	report(good, line);
}

/* Fader, Hardie 2007 (table 1), and 2018 with their coauthors. */
static const Expected regular_sbg = {
	"sBG, regular", sbg_log_likelihood, 2, {0.7040772985, 1.182043026},
	-1680.265189, {0.065599, 0.152476}
};
static const Expected regular_bdw = {
	"BdW, regular", bdw_log_likelihood, 3,
	{0.4556139894, 0.7793255084, 1.283451286},
	-1679.602833, {0.167041, 0.28271, 0.298095}
};
static const Expected high_sbg = {
	"sBG, high end", sbg_log_likelihood, 2, {0.6680883511, 3.806094964},
	-1611.158147, {0.103735, 0.785532}
};
static const Expected high_bdw = {
	"BdW, high end", bdw_log_likelihood, 3,
	{0.2142533393, 1.426574875, 1.723564849},
	-1605.314213, {0.0595797, 0.381409, 0.301043}
};
static const Expected high_bdw_4 = {
	"BdW, high end, four renewals", bdw_log_likelihood, 3,
	{0.2593357315, 1.722551488, 1.584361515},
	-1222.749318, {0.120169, 0.776942, 0.353023}
};

static void
check_contracts(void)
{
	static const double regular[] = {1000, 631, 468, 382, 326, 289, 262, 241};
	static const double high[] = {1000, 869, 743, 653, 593, 551, 517, 491};
	History		h[8];
	double		worst = 0;
	const double q[4] = {0.6, 1.3, 1.2, 0};

	cohort(regular, 7, h);
	check_fit(&regular_sbg, h, 8);
	check_fit(&regular_bdw, h, 8);
	cohort(high, 7, h);
	check_fit(&high_sbg, h, 8);
	check_fit(&high_bdw, h, 8);
	cohort(high, 4, h);
	check_fit(&high_bdw_4, h, 5);
	report(gradient_error(sbg_log_likelihood, q, 2, h, 5) < 1e-9 &&
		   gradient_error(bdw_log_likelihood, q, 3, h, 5) < 1e-9,
		   "gradients are those of the likelihood");
	for (int i = 0; i < lengthof(residual_table); i++)
	{
		const double *r = residual_table[i];

		worst_add(&worst, contract_residual(r, r[3], r[4]), r[5]);
	}
	report_worst(worst, 1e-11, "BdW, periods to come");
}

/* 74 % of the customers renew, and those who do not stay six years more. */
static void
check_folklore(void)
{
	const double p[3] = {1.9024390243902436, 5.414634146341462, 1};
	const double geometric[3] = {0.9, 2, 1};
	const double weibull[3] = {0.5, 2, 2};
	double		g[3];

	report(fabs(exp(contract_log_survival(p, 1, g)) - 0.74) < 1e-15,
		   "sBG (1.902439, 5.414634): 74 % renew");
	report(fabs(contract_residual(p, 0, 0) - 6) < 1e-14,
		   "and six more years are expected");
	report(isinf(contract_residual(geometric, 0, 0)) &&
		   isinf(contract_residual(weibull, 0, 0)),
		   "an infinite mean is infinite");
}

/* Extremes stay finite. */
static void
check_extremes(void)
{
	int			good = 1;

	for (double a = 1e-9; a < 1e10; a *= 10)
		for (double b = 1e-9; b < 1e10; b *= 10)
			for (double c = 0.01; c < 20; c *= 2)
			{
				double		p[3] = {a, b, c};
				double		g[3];

				for (double t = 1; t < 2.2e9; t *= 37)
				{
					double		s = contract_log_survival(p, t, g);
					double		r = contract_log_retention(p, t, g);

					good &= isfinite(s) && isfinite(r) && s <= 0 && r <= 0 &&
						r >= s * (1 + 1e-9) && isfinite(g[0]) && isfinite(g[1]) &&
						isfinite(g[2]);
				}
			}
	report(good, "survival and retention: finite, and not above 1");
}

static const History donations[] = {
	{0, 0, 6, 3464}, {1, 1, 6, 1091}, {1, 2, 6, 277}, {1, 3, 6, 129},
	{1, 4, 6, 78}, {1, 5, 6, 119}, {1, 6, 6, 129}, {2, 2, 6, 613},
	{2, 3, 6, 255}, {2, 4, 6, 155}, {2, 5, 6, 173}, {2, 6, 6, 234},
	{3, 3, 6, 322}, {3, 4, 6, 181}, {3, 5, 6, 225}, {3, 6, 6, 357},
	{4, 4, 6, 240}, {4, 5, 6, 284}, {4, 6, 6, 512}, {5, 5, 6, 335},
	{5, 6, 6, 728}, {6, 6, 6, 1203}
};

/* Fader, Hardie, Shang 2010: 11104 donors, six years. */
static const Expected donations_bgbb = {
	"BG/BB, donations", bgbb_log_likelihood, 4,
	{1.203522352, 0.7497163582, 0.6567182084, 2.783442233},
	-33225.581274, {0.0693914, 0.0294477, 0.0510099, 0.320819}
};

static void
check_bgbb(void)
{
	double		worst[4] = {0};
	const double p[4] = {1.3, 0.8, 0.6, 2.5};
	const double paper[4] = {1.20352, 0.749716, 0.656718, 2.78344};
	double		total = 0;
	History		mixed[9];

	check_fit(&donations_bgbb, donations, lengthof(donations));
	for (int i = 0; i < 9; i++)
		mixed[i] = (History)
	{
		i / 3, i / 3 + i % 2, 3 + i * i % 11, 1 + i
	};

	mixed[1].recency = 0;
	report(gradient_error(bgbb_log_likelihood, p, 4, donations, 22) < 1e-9 &&
		   gradient_error(bgbb_log_likelihood, p, 4, mixed, 9) < 1e-9,
		   "gradient is that of the likelihood");
	for (int i = 0; i < lengthof(bgbb_table); i++)
	{
		const double *r = bgbb_table[i];
		History		h = {r[4], r[5], r[6], 1};
		double		g[4] = {0};

		worst_add(&worst[0], bgbb_log_likelihood(r, &h, 1, g), r[7]);
		worst_add(&worst[1], bgbb_p_alive(r, &h) *
				  ((r[2] + r[3] + r[6]) / (r[3] + r[6])), r[8]);
		worst_add(&worst[2], bgbb_purchases(r, &h, 10), r[9]);
		worst_add(&worst[3], bgbb_probability(r, &h, 2, 10), r[10]);
	}
	report_worst(worst[0], 1e-12, "BG/BB, likelihood");
	report_worst(worst[1], 1e-11, "BG/BB, to have been there");
	report_worst(worst[2], 1e-11, "BG/BB, purchases to come");
	report_worst(worst[3], 1e-11, "BG/BB, probability of two purchases");
	for (int i = 0; i < lengthof(donations); i++)
		total += donations[i].weight * bgbb_purchases(paper, &donations[i], 5);
	report(fabs(total - 12884.156) < 1e-3, "12884 donations in the next five years");
	report(fabs(bgbb_residual(paper, &donations[21], log(1.1)) -
				5.90989463317) < 1e-10, "discounted donations to come");
}

/* Probabilities add up to 1, and to the expectation. */
static void
check_probabilities(void)
{
	static const double p[][4] = {
		{1.2, 0.75, 0.66, 2.8}, {1, 1e6, 1, 1e6}, {1e6, 1e6, 1e-3, 10},
		{0.01, 0.01, 5, 0.5}
	};
	int			good = 1;

	for (int i = 0; i < lengthof(p); i++)
		for (int n = 1; n < 3000; n = n * 5 + 2)
		{
			History		h = {n / 2, n - n / 3, n, 1};
			double		sum = 0;
			double		mean = 0;
			double		expected = bgbb_purchases(p[i], &h, 2 * n);

			for (int k = 0; k <= 2 * n; k++)
			{
				double		q = bgbb_probability(p[i], &h, k, 2 * n);

				sum += q;
				mean += k * q;
			}
			good &= fabs(sum - 1) < 1e-9 &&
				fabs(mean - expected) <= 1e-8 * (1e-9 + expected);
		}
	report(good, "probabilities add up to 1, and to the expectation");
}

int
main(void)
{
	check_ratios();
	check_contracts();
	check_folklore();
	check_extremes();
	check_bgbb();
	check_probabilities();
	return report_end();
}
