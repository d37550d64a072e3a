/*
 * bgnbd_forecast.c
 *		The BG/NBD and MBG/NBD models: what a customer will do.
 *
 * With R = r + x, A = alpha + T and B = b + x (MBG: b + x + 1), and given
 * that she is still there, the purchases that she would make in a time t if
 * she never left are negative binomial with P(K = k) = w_k, and the chance
 * that she stays through j of them is g_j = E (1 - p)^j.  So the expected
 * number of purchases is
 *
 *	S = sum over k >= 1 of w_k (g_0 + ... + g_(k-1))
 *	  = E (1 - (1 + p t / A)^-R) / p,	p ~ Beta(a, B):
 *
 * a sum of positive terms, where the usual form [1] has a 2F1 and
 * singularities at a = 1 and a + b = 1.
 *
 * Discounted at a continuous rate d without end, purchases are worth
 * R E_p (1/p) e^y E_(R+1)(y), y = d A / p.
 *
 * [1] P. S. Fader, B. G. S. Hardie, K. L. Lee: "Counting your customers" the
 *     easy way. Marketing Science 24, 2005, equation (10).
 */
#include "math/bgnbd.h"

#include "math/beta_ratio.h"
#include "math/dist.h"
#include "math/special.h"

#define MOST_TERMS 3000

/* A customer who is still there. */
typedef struct Buyer
{
	double		r;				/* R */
	double		alpha;			/* A */
	double		a;
	double		b;				/* B */
	double		time;
	double		rate;
} Buyer;

static Buyer
buyer_of(const double *p, const History *h, int k)
{
	return (Buyer)
	{
		p[0] + h->frequency, p[1] + h->age, p[2], p[3] + h->frequency + k,
			0, 0
	};
}

/* P(alive), k = 1 for MBG */
static double
p_alive(const double *p, const History *h, int k)
{
	double		since = (h->age - h->recency) / (p[1] + h->recency);
	double		stays;

	if (h->frequency + k == 0)
		return 1;
	softplus(log(p[3] + h->frequency + k - 1) - log(p[2]) -
			 (p[0] + h->frequency) * log1p(since), &stays);
	return stays;
}

/* (1 - (1 + p t / A)^-R) / p */
static double
purchases_until(double p, const void *arg)
{
	const Buyer *c = arg;

	return -expm1(-c->r * log1p(p * c->time / c->alpha)) / p;
}

/* S */
static double
purchases_alive(const Buyer *c)
{
	double		log_none = -c->r * log1p(c->time / c->alpha);
	double		z = c->time / (c->alpha + c->time);
	double		w = exp(log_none);
	double		stay = 1;
	double		stayed = 0;
	double		sum = 0;

	if (c->time <= 0)
		return 0;
	if (log_none < -600 || c->r * (c->time / c->alpha) +
		45 / log1p(c->alpha / c->time) > MOST_TERMS)
		return beta_mean(c->a, c->b, purchases_until, c);
	for (double k = 1; k < 1e6; k++)
	{
		double		ratio = z * (c->r + k) / k;
		double		term;

		w *= z * (c->r + k - 1) / k;
		stayed += stay;
		stay *= (c->b + k - 1) / (c->a + c->b + k - 1);
		term = w * stayed;
		sum += term;
		if (ratio < 1 && term <= 1e-17 * (1 - ratio) * sum)
			break;
	}
	return sum;
}

static double
purchases(const double *p, const History *h, double horizon, int k)
{
	Buyer		c = buyer_of(p, h, k);

	c.time = horizon;
	return p_alive(p, h, k) * purchases_alive(&c);
}

/*
 * P(exactly n purchases in a time): either she would have made n and stayed
 * through all of them, or at least n and left with the n-th.
 */
static double
probability_alive(const Buyer *c, double n)
{
	double		log_none = -c->r * log1p(c->time / c->alpha);
	double		log_z = log(c->time) - log(c->alpha + c->time);
	double		z = exp(log_z);
	double		w,
				stay,
				leave;

	if (c->time <= 0)
		return n == 0;
	if (n == 0)
		return exp(log_none);
	stay = exp(log_beta_ratio(c->a, c->b, n));
	leave = exp(log_beta_ratio(c->a, c->b, n - 1)) * c->a /
		(c->a + c->b + n - 1);
	w = exp(log_none + log_rising(c->r, n) - lgamma(n + 1) + n * log_z);
	return w * stay + beta_cdf(n, c->r, z, c->alpha / (c->alpha + c->time)) *
		leave;
}

static double
probability(const double *p, const History *h, double n, double horizon,
			int k)
{
	Buyer		c = buyer_of(p, h, k);
	double		alive = p_alive(p, h, k);

	c.time = horizon;
	return alive * probability_alive(&c, n) + (n == 0 ? 1 - alive : 0);
}

/* (1/p) e^y E_(R+1)(y), y = d A / p */
static double
discounted(double p, const void *arg)
{
	const Buyer *c = arg;

	return exp_integral(c->r + 1, c->rate * c->alpha / p) / p;
}

static double
residual(const double *p, const History *h, double rate, int k)
{
	Buyer		c = buyer_of(p, h, k);

	c.rate = rate;
	return p_alive(p, h, k) * c.r * beta_mean(c.a, c.b, discounted, &c);
}

static double
purchases_new(const double *p, double horizon, int k)
{
	static const History none = {0, 0, 0, 1};
	Buyer		c = buyer_of(p, &none, k);

	c.time = horizon;
	return (k == 0 ? 1 : p[3] / (p[2] + p[3])) * purchases_alive(&c);
}

/*
 * Both models
 */
double
bgnbd_p_alive(const double *p, const History *h)
{
	return p_alive(p, h, 0);
}

double
bgnbd_purchases(const double *p, const History *h, double horizon)
{
	return purchases(p, h, horizon, 0);
}

double
bgnbd_purchases_new(const double *p, double horizon)
{
	return purchases_new(p, horizon, 0);
}

double
bgnbd_probability(const double *p, const History *h, double n, double horizon)
{
	return probability(p, h, n, horizon, 0);
}

double
bgnbd_residual(const double *p, const History *h, double rate)
{
	return residual(p, h, rate, 0);
}

double
mbgnbd_p_alive(const double *p, const History *h)
{
	return p_alive(p, h, 1);
}

double
mbgnbd_purchases(const double *p, const History *h, double horizon)
{
	return purchases(p, h, horizon, 1);
}

double
mbgnbd_purchases_new(const double *p, double horizon)
{
	return purchases_new(p, horizon, 1);
}

double
mbgnbd_probability(const double *p, const History *h, double n, double horizon)
{
	return probability(p, h, n, horizon, 1);
}

double
mbgnbd_residual(const double *p, const History *h, double rate)
{
	return residual(p, h, rate, 1);
}
