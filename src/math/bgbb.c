/*
 * bgbb.c
 *		The BG/BB model of purchases at opportunities that can be counted.
 *
 * At every opportunity a customer who is still there buys with a probability
 * that is Beta(alpha, beta) among customers, after having left before it for
 * good with one that is Beta(gamma, delta) [1].  Of n opportunities she used
 * x, the last one being the t-th.  If she is there to the end,
 *
 *	L0 = B(alpha + x, beta + n - x) / B(alpha, beta) *
 *		 B(gamma, delta + n) / B(gamma, delta),
 *
 * and if she left after the opportunity t + i, 0 <= i < n - t,
 *
 *	M(i) = B(alpha + x, beta + t - x + i) / B(alpha, beta) *
 *		   B(gamma + 1, delta + t + i) / B(gamma, delta).
 *
 * The likelihood is the sum of all these.  Each M(i) is the one before times
 * a ratio below 1, and customers with the same x and t share them.  Q is the
 * sum of M(i) / L0, the odds of having left.
 *
 * [1] P. S. Fader, B. G. S. Hardie, J. Shang: Customer-base analysis in a
 *     discrete-time noncontractual setting. Marketing Science 29, 2010.
 */
#include "math/bgbb.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "math/beta_ratio.h"
#include "math/special.h"

/* The sum of M(i) / M(0), and with digamma functions as weights. */
typedef struct Departures
{
	double		x;
	double		t;
	double		i;				/* terms so far */
	double		term;			/* M(i) / M(0) */
	double		sum;

	/*
	 * psi(z + ...) - psi(z) at i, z = alpha + beta, beta, gamma + delta,
	 * delta
	 */
	double		rise[4];
	double		sum_rise[4];	/* each times M(i) / M(0), summed */
} Departures;

static void
departures_begin(Departures *d, const double *p, double x, double t)
{
	memset(d, 0, sizeof(Departures));
	d->x = x;
	d->t = t;
	d->term = 1;
	d->rise[0] = digamma_rise(p[0] + p[1], t);
	d->rise[1] = digamma_rise(p[1], t - x);
	d->rise[2] = digamma_rise(p[2] + p[3], t + 1);
	d->rise[3] = digamma_rise(p[3], t);
}

/* Go on to so many terms. */
static void
departures_to(Departures *d, const double *p, double n)
{
	for (; d->i < n && (n - d->i) * d->term > 1e-18 * d->sum; d->i++)
	{
		double		all = p[0] + p[1] + d->t + d->i;
		double		not = p[1] + d->t - d->x + d->i;
		double		end = p[2] + p[3] + d->t + d->i + 1;
		double		stay = p[3] + d->t + d->i;

		d->sum += d->term;
		for (int j = 0; j < 4; j++)
			d->sum_rise[j] += d->term * d->rise[j];
		d->term *= not / all * (stay / end);
		d->rise[0] += 1 / all;
		d->rise[1] += 1 / not;
		d->rise[2] += 1 / end;
		d->rise[3] += 1 / stay;
	}
}

/* ln(M(0) / L0) */
static double
log_first(const double *p, const History *h)
{
	double		t = h->recency;
	double		n = h->age - t;

	return log(p[2] / (p[2] + p[3] + t)) -
		log_beta_ratio(p[0] + h->frequency, p[1] + t - h->frequency, n) -
		log_beta_ratio(p[2], p[3] + t, n);
}

/* What is the matter with a history, or NULL. */
const char *
bgbb_fault(const History *h)
{
	if (h->recency != floor(h->recency) || h->age != floor(h->age))
		return "opportunities are not whole numbers";
	if (h->age > BGBB_MOST)
		return "opportunities are more than 10000";
	if (h->recency < h->frequency)
		return "last purchase comes before there can be so many";
	return NULL;
}

/*
 * The likelihood
 */

/* ln L0 and its gradient */
static double
log_stayed(const double *p, const History *h, double *gradient)
{
	double		x = h->frequency;
	double		n = h->age;
	double		all = digamma_rise(p[0] + p[1], n);
	double		end = digamma_rise(p[2] + p[3], n);

	gradient[0] = digamma_rise(p[0], x) - all;
	gradient[1] = digamma_rise(p[1], n - x) - all;
	gradient[2] = -end;
	gradient[3] = digamma_rise(p[3], n) - end;
	return log_rising(p[0], x) + log_rising(p[1], n - x) -
		log_rising(p[0] + p[1], n) + log_beta_ratio(p[2], p[3], n);
}

/*
 * The log-likelihood of customers by weight, fastest in the order of
 * frequency, recency and age; the gradient is added to what is there.
 */
double
bgbb_log_likelihood(const double *p, const History *h, int n, double *gradient)
{
	Departures	d = {.x = -1};
	double		sum = 0;

	for (; n > 0; n--, h++)
	{
		double		stayed[4];
		double		left[4];
		double		value = log_stayed(p, h, stayed);
		double		q = 0;

		if (h->age > h->recency)
		{
			if (d.x != h->frequency || d.t != h->recency ||
				d.i > h->age - h->recency)
				departures_begin(&d, p, h->frequency, h->recency);
			departures_to(&d, p, h->age - h->recency);
			value += softplus(log_first(p, h) + log(d.sum), &q);
			for (int j = 0; j < 4; j++)
				left[j] = d.sum_rise[j] / d.sum;
			left[3] -= left[2];
			left[2] = 1 / p[2] - left[2];
			left[1] -= left[0];
			left[0] = digamma_rise(p[0], h->frequency) - left[0];
		}
		sum += h->weight * value;
		for (int j = 0; j < 4; j++)
			gradient[j] += h->weight *
				(stayed[j] + (q > 0 ? q * (left[j] - stayed[j]) : 0));
	}
	return sum;
}

/*
 * What is to come
 */

/* The probability to have been there at the last opportunity. */
static double
was_alive(const double *p, const History *h)
{
	Departures	d;

	if (h->age <= h->recency)
		return 1;
	departures_begin(&d, p, h->frequency, h->recency);
	departures_to(&d, p, h->age - h->recency);
	return 1 / (1 + exp(log_first(p, h) + log(d.sum)));
}

/* To be there at the next opportunity. */
double
bgbb_p_alive(const double *p, const History *h)
{
	return was_alive(p, h) * (p[3] + h->age) / (p[2] + p[3] + h->age);
}

/* For one who was there at the last: to buy at an opportunity, if there. */
static double
mean_rate(const double *p, const History *h)
{
	return (p[0] + h->frequency) / (p[0] + p[1] + h->age);
}

/*
 * Expected purchases at the next opportunities.  Between whole numbers of
 * them the expectation goes on smoothly.
 */
double
bgbb_purchases(const double *p, const History *h, double horizon)
{
	return was_alive(p, h) * mean_rate(p, h) *
		beta_ratio_sum(p[2], p[3] + h->age, horizon);
}

double
bgbb_purchases_new(const double *p, double horizon)
{
	return p[0] / (p[0] + p[1]) * beta_ratio_sum(p[2], p[3], horizon);
}

/* To the pole of the gamma function that opportunities to come bring in. */
double
bgbb_reach(const double *p, const History *h)
{
	return p[3] + h->age + 1;
}

/* Expected purchases, discounted to now by a continuous rate. */
double
bgbb_residual(const double *p, const History *h, double rate)
{
	return was_alive(p, h) * mean_rate(p, h) * exp(-rate) *
		beta_ratio_present(p[2], p[3] + h->age, rate);
}

/*
 * The probability of k purchases at the next opportunities, for one who was
 * there at the last: she stays to their end, or leaves after the i-th.
 */
static double
probability_alive(const double *p, const History *h, double k, double horizon)
{
	double		a = p[0] + h->frequency;
	double		b = p[1] + h->age - h->frequency;
	double		d = p[3] + h->age;
	double		log_first = log_rising(a, k) - log_rising(a + b, k) +
	log_beta_ratio(p[2], d, k) + log(p[2] / (p[2] + d + k));
	double		stays = log_rising(a, k) + log_rising(b, horizon - k) -
	log_rising(a + b, horizon) + log_beta_ratio(p[2], d, horizon) +
	lgamma(horizon + 1) - lgamma(horizon - k + 1) - lgamma(k + 1);
	double		term = 1;
	double		sum = 0;

	for (double i = k; i < horizon; i++)
	{
		sum += term;
		term *= (i + 1) / (i + 1 - k) * ((b + i - k) / (a + b + i)) *
			((d + i) / (p[2] + d + i + 1));
		if (term > 1e250)
		{
			term *= 1e-250;
			sum *= 1e-250;
			log_first += 250 * M_LN10;
		}
	}
	return exp(stays) + exp(log_first + log(sum));
}

double
bgbb_probability(const double *p, const History *h, double n, double horizon)
{
	double		alive = was_alive(p, h);

	horizon = floor(horizon);
	if (n > horizon)
		return 0;
	if (horizon > 100 * BGBB_MOST)
		return NAN;
	return (n == 0 ? 1 - alive : 0) +
		alive * probability_alive(p, h, n, horizon);
}
