/*
 * pareto_nbd.c
 *		The Pareto/NBD model of purchases.
 *
 * A customer buys at a rate that is Gamma(r, alpha) among customers, and
 * leaves at a rate that is Gamma(s, beta) [1].  With R = r + x the odds of
 * having left are
 *
 *	I = s int_tx^T ((alpha+T)/(alpha+u))^R ((beta+T)/(beta+u))^s du/(beta+u),
 *
 * and ln L = ln (r)_x - R ln(1 + T/alpha) - x ln alpha - s ln(1 + T/beta)
 *		   + ln(1 + I).
 *
 * The usual form of I is a difference of two 2F1, which overflows and loses
 * its digits.  Substituting y = ln(m + u), m the smaller of alpha and beta,
 * the integrand is analytic wherever |Im y| < pi, so that few nodes of Gauss
 * and Legendre's rule give I to rounding; and the same nodes give the means
 * under the integrand of which the gradient is made.
 *
 * [1] P. S. Fader, B. G. S. Hardie: A note on deriving the Pareto/NBD model
 *     and related expressions. 2005.
 */
#include "math/pareto_nbd.h"

#include "math/beta_ratio.h"
#include "math/special.h"

#define LONGEST_PANEL 3.5
#define STEEPEST_PANEL 14		/* rate of decay times length */
#define MOST_PANELS 100000		/* whatever the parameters are, it ends */

/* ln I, and means of what the gradient needs under its integrand. */
typedef struct Death
{
	double		log_odds;		/* ln I; -INFINITY if there was no time */
	double		log_alpha;		/* ln((alpha + T) / (alpha + u)) */
	double		log_beta;
	double		by_alpha;		/* 1 / (alpha + u) */
	double		by_beta;
} Death;

/* Sums over the nodes of panels, relative to the value at t_x. */
typedef struct Panels
{
	double		r;				/* R */
	double		s;
	double		a0;				/* alpha + t_x */
	double		b0;				/* beta + t_x */
	double		m0;				/* the smaller of the two */
	double		sum;
	double		log_a;			/* ln((alpha + u) / (alpha + t_x)) */
	double		log_b;
	double		by_a;
	double		by_b;
} Panels;

static double
panel_add(Panels *q, double from, double length, const GaussRule *rule)
{
	double		before = q->sum;

	for (int i = 0; i < rule->n; i++)
	{
		double		y = from + length * rule->node[i];
		double		since = q->m0 * expm1(y);
		double		a = q->a0 + since;
		double		b = q->b0 + since;
		double		log_a = q->m0 == q->a0 ? y : log1p(since / q->a0);
		double		log_b = q->m0 == q->b0 ? y : log1p(since / q->b0);
		double		w = rule->weight[i] * length * (q->m0 + since) / b *
		exp(-q->r * log_a - q->s * log_b);

		q->sum += w;
		q->log_a += w * log_a;
		q->log_b += w * log_b;
		q->by_a += w / a;
		q->by_b += w / b;
	}
	return q->sum - before;
}

static Death
death(const double *p, const History *h, double r)
{
	Panels		q = {
		.r = r,.s = p[2],.a0 = p[1] + h->recency,.b0 = p[3] + h->recency
	};
	double		time = h->age - h->recency;
	double		whole_a = log1p(time / q.a0);
	double		whole_b = log1p(time / q.b0);
	double		y = 0;
	double		end;

	if (time <= 0)
		return (Death)
	{
		.log_odds = -INFINITY
	};
	q.m0 = fmin(q.a0, q.b0);
	end = fmax(whole_a, whole_b);
	for (int panel = 0; y < end && panel < MOST_PANELS; panel++)
	{
		double		since = q.m0 * expm1(y);
		double		rate = r * ((q.m0 + since) / (q.a0 + since)) +
		(p[2] + 1) * ((q.m0 + since) / (q.b0 + since));
		double		length = fmin(fmin(end - y, LONGEST_PANEL),
								  STEEPEST_PANEL / rate);
		double		added;

		added = panel_add(&q, y, length, length < 1.2 && rate * length < 2.5 ?
						  &gauss_rule_few : &gauss_rule);
		if (added < 1e-17 * q.sum)
			break;
		y += length;
	}
	return (Death)
	{
		log(p[2]) + r * whole_a + p[2] * whole_b + log(q.sum),
			whole_a - q.log_a / q.sum, whole_b - q.log_b / q.sum,
			q.by_a / q.sum, q.by_b / q.sum
	};
}

double
pareto_nbd_log_likelihood(const double *p, const History *h, int n,
						  double *gradient)
{
	Rising		rising = {.base = p[0]};
	double		sum = 0;
	double		g[4] = {0};

	for (; n > 0; n--, h++)
	{
		double		r = p[0] + h->frequency;
		double		w = h->weight;
		double		grown_a = log1p(h->age / p[1]);
		double		grown_b = log1p(h->age / p[3]);
		Death		d = death(p, h, r);
		double		q;

		rising_to(&rising, h->frequency);
		sum += w * (rising.log - r * grown_a - h->frequency * log(p[1]) -
					p[2] * grown_b + softplus(d.log_odds, &q));
		g[0] += w * (rising.slope - grown_a + q * d.log_alpha);
		g[1] += w * ((p[0] * h->age / p[1] - h->frequency) / (p[1] + h->age) +
					 q * r * (1 / (p[1] + h->age) - d.by_alpha));
		g[2] += w * (q * (1 / p[2] + d.log_beta) - grown_b);
		g[3] += w * (p[2] * h->age / p[3] / (p[3] + h->age) +
					 q * (p[2] / (p[3] + h->age) - (p[2] + 1) * d.by_beta));
	}
	for (int i = 0; i < 4; i++)
		gradient[i] += g[i];
	return sum;
}

/*
 * What a customer will do
 */
double
pareto_nbd_p_alive(const double *p, const History *h)
{
	double		left;

	softplus(-death(p, h, p[0] + h->frequency).log_odds, &left);
	return left;
}

/* (1 - e^(-e v)) / e, also near e = 0 */
static double
saturating(double e, double v)
{
	return fabs(e * v) < 1e-8 ? v * (1 - e * v / 2) : -expm1(-e * v) / e;
}

double
pareto_nbd_purchases(const double *p, const History *h, double horizon)
{
	double		beta = p[3] + h->age;

	return pareto_nbd_p_alive(p, h) *
		(p[0] + h->frequency) * beta / (p[1] + h->age) *
		saturating(p[2] - 1, log1p(horizon / beta));
}

double
pareto_nbd_purchases_new(const double *p, double horizon)
{
	return p[0] * p[3] / p[1] * saturating(p[2] - 1, log1p(horizon / p[3]));
}

/*
 * P(exactly n purchases in a time) of one who is there: she stays to the end,
 * or leaves at a time u in between, which is integrated over.
 */
static double
probability_alive(double r, double alpha, double s, double beta, double n,
				  double time)
{
	double		ways = log_rising(r, n) - lgamma(n + 1);
	double		m = fmin(alpha, beta);
	double		end = log1p(time / m);
	double		before = 0;
	double		sum = 0;
	double		y = 0;

	if (time <= 0)
		return n == 0;

	/* panels that the negative binomial term cannot be too narrow for */
	for (int panel = 0; y < end && panel < MOST_PANELS; panel++)
	{
		double		grown = m * exp(y);
		double		steep = sqrt(n) + r * (grown / (alpha - m + grown)) +
		(s + 1) * (grown / (beta - m + grown));
		double		length = fmin(end - y, fmin(1, 6 / steep));
		double		part = 0;

		for (int i = 0; i < GAUSS_NODES; i++)
		{
			double		e = y + length * gauss_rule.node[i];
			double		u = m * expm1(e);
			double		log_p = ways - r * log1p(u / alpha) +
			n * log(u / (alpha + u)) - (s + 1) * log1p(u / beta);

			part += gauss_rule.weight[i] * length * (m + u) * s / beta *
				exp(log_p);
		}
		sum += part;
		if (part < before && part < 1e-18 * sum)
			break;
		before = part;
		y += length;
	}
	return sum + exp(ways - r * log1p(time / alpha) +
					 n * log(time / (alpha + time)) -
					 s * log1p(time / beta));
}

double
pareto_nbd_probability(const double *p, const History *h, double n,
					   double horizon)
{
	double		alive = pareto_nbd_p_alive(p, h);

	return alive * probability_alive(p[0] + h->frequency, p[1] + h->age, p[2],
									 p[3] + h->age, n, horizon) +
		(n == 0 ? 1 - alive : 0);
}

double
pareto_nbd_residual(const double *p, const History *h, double rate)
{
	double		beta = p[3] + h->age;

	return pareto_nbd_p_alive(p, h) * (p[0] + h->frequency) / (p[1] + h->age) *
		beta * exp_integral(p[2], rate * beta);
}
