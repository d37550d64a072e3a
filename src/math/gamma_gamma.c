/*
 * gamma_gamma.c
 *		The Gamma-Gamma model of spending.
 *
 * The value of a purchase is Gamma(p, n), and the customer's n is
 * Gamma(q, v) [1].  The mean m of x purchases then has
 *
 *	ln L = ln Gamma(px + q) - ln Gamma(px) - ln Gamma(q) - ln m
 *		   - q ln(1 + xm/v) - px ln(1 + v/(xm)).
 *
 * [1] P. S. Fader, B. G. S. Hardie: The Gamma-Gamma model of monetary value.
 *     2013.
 */
#include "math/gamma_gamma.h"

#include "math/special.h"

double
gamma_gamma_log_likelihood(const double *p, const History *h, int n,
						   double *gradient)
{
	double		x = -1;
	double		constant = 0;
	double		by_p = 0;
	double		by_q = 0;
	double		sum = 0;
	double		g[3] = {0};

	for (; n > 0; n--, h++)
	{
		double		w = h->weight;
		double		spent = h->frequency * h->recency;
		double		log_q = log1p(spent / p[2]);
		double		log_p = log1p(p[2] / spent);

		if (h->frequency != x)
		{
			double		px,
						both;

			x = h->frequency;
			px = p[0] * x;
			both = digamma(px + p[1]);
			constant = lgamma(px + p[1]) - lgamma(px) - lgamma(p[1]);
			by_p = both - digamma(px);
			by_q = both - digamma(p[1]);
		}
		sum += w * (constant - log(h->recency) - p[1] * log_q -
					p[0] * x * log_p);
		g[0] += w * x * (by_p - log_p);
		g[1] += w * (by_q - log_q);
		g[2] += w * (p[1] / p[2] - (p[0] * x + p[1]) / (spent + p[2]));
	}
	for (int i = 0; i < 3; i++)
		gradient[i] += g[i];
	return sum;
}

/*
 * The expected value of a purchase of one who made x at a mean of m; x = 0
 * is the mean of all customers.  NAN when it is infinite.
 */
double
gamma_gamma_mean(const double *p, double x, double m)
{
	double		shape = p[0] * x + p[1] - 1;

	return shape > 0 ? p[0] * (p[2] + x * m) / shape : NAN;
}
