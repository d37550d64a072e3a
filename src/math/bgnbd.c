/*
 * bgnbd.c
 *		The BG/NBD model of purchases, and the MBG/NBD model: likelihood.
 *
 * A customer buys at a rate that is Gamma(r, alpha) among customers, and
 * leaves after a purchase with a probability that is Beta(a, b): in the
 * BG/NBD after any repeat purchase [1], in the MBG/NBD after the first one
 * too [2].  With R = r + x and k = 0 or 1 (MBG),
 *
 *	ln L = ln (r)_x - R ln(1 + T/alpha) - x ln alpha
 *		   + ln (b)_(x+k) - ln (a+b)_(x+k) + ln(1 + e^d),
 *	d = ln a - ln(b + x + k - 1) + R ln((alpha + T) / (alpha + t_x)),
 *
 * the last term only if x + k > 0.  (r)_x are rising factorials; e^d is the
 * odds of having left.
 *
 * [1] P. S. Fader, B. G. S. Hardie, K. L. Lee: "Counting your customers" the
 *     easy way. Marketing Science 24, 2005.
 * [2] E. P. Batislam, M. Denizel, A. Filiztekin: Empirical validation and
 *     comparison of models for customer base analysis. International Journal
 *     of Research in Marketing 24, 2007.
 */
#include "math/bgnbd.h"

#include <stdbool.h>

#include "math/special.h"

/* What depends on the frequency alone. */
typedef struct Frequency
{
	double		x;
	double		r;				/* R */
	bool		active;			/* may the customer have left? */
	double		left;			/* b + x + k - 1 */
	double		log_odds;		/* ln a - ln left */
	double		constant;		/* the terms of ln L without T and t_x */
	double		by_r;
	double		by_a;
	double		by_b;
	Rising		purchases;
	Rising		stays;
	Rising		chances;
} Frequency;

static void
frequency_set(Frequency *f, const double *p, double x, int k)
{
	f->x = x;
	f->r = p[0] + x;
	f->active = x + k > 0;
	f->left = p[3] + x + k - 1;
	f->log_odds = f->active ? log(p[2]) - log(f->left) : 0;
	rising_to(&f->purchases, x);
	rising_to(&f->stays, x + k);
	rising_to(&f->chances, x + k);
	f->constant = f->purchases.log - x * log(p[1]) +
		f->stays.log - f->chances.log;
	f->by_r = f->purchases.slope;
	f->by_a = -f->chances.slope;
	f->by_b = f->stays.slope - f->chances.slope;
}

/*
 * The log-likelihood of customers in the order of frequency, by weight; the
 * gradient is added to what is there.
 */
static double
log_likelihood(const double *p, const History *h, int n, double *gradient,
			   int k)
{
	Frequency	f = {
		.x = -1,.purchases = {.base = p[0]},.stays = {.base = p[3]},
		.chances = {.base = p[2] + p[3]}
	};
	double		alpha = p[1];
	double		sum = 0;
	double		g[4] = {0};

	for (; n > 0; n--, h++)
	{
		double		age = alpha + h->age;
		double		grown = log1p(h->age / alpha);
		double		w = h->weight;
		double		value,
					by_alpha;

		if (h->frequency != f.x)
			frequency_set(&f, p, h->frequency, k);
		value = f.constant - f.r * grown;
		by_alpha = (p[0] * h->age / alpha - f.x) / age;
		g[0] += w * (f.by_r - grown);
		g[2] += w * f.by_a;
		g[3] += w * f.by_b;
		if (f.active)
		{
			double		since = (h->age - h->recency) / (alpha + h->recency);
			double		u = log1p(since);
			double		q;

			value += softplus(f.log_odds + f.r * u, &q);
			by_alpha -= q * f.r * since / age;
			g[0] += w * q * u;
			g[2] += w * q / p[2];
			g[3] -= w * q / f.left;
		}
		sum += w * value;
		g[1] += w * by_alpha;
	}
	for (int i = 0; i < 4; i++)
		gradient[i] += g[i];
	return sum;
}

double
bgnbd_log_likelihood(const double *p, const History *h, int n,
					 double *gradient)
{
	return log_likelihood(p, h, n, gradient, 0);
}

double
mbgnbd_log_likelihood(const double *p, const History *h, int n,
					  double *gradient)
{
	return log_likelihood(p, h, n, gradient, 1);
}
