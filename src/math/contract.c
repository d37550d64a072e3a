/*
 * contract.c
 *		Customers under contract, who stay or leave at every renewal: the
 *		sBG and the BdW model.
 *
 * In the shifted beta-geometric model [1] a customer leaves at any renewal
 * with a probability of her own, which is Beta(a, b) among customers.  In the
 * beta discrete Weibull model [2] that probability changes with time:
 *
 *	S(t) = B(a, b + t^c) / B(a, b),
 *
 * growing for c > 1 and falling for c < 1; c = 1 is the sBG.  Retention among
 * all who are left grows with time either way, as those who leave easily
 * leave first.
 *
 * [1] P. S. Fader, B. G. S. Hardie: How to project customer retention.
 *     Journal of Interactive Marketing 21, 2007.
 * [2] P. S. Fader, B. G. S. Hardie, Y. Liu, J. Davin, T. Steenburgh: "How to
 *     project customer retention" revisited: the role of duration
 *     dependence. Journal of Interactive Marketing 43, 2018.
 * [3] P. S. Fader, B. G. S. Hardie: Customer-base valuation in a contractual
 *     setting: the perils of ignoring heterogeneity. Marketing Science 29,
 *     2010.
 */
#include "math/contract.h"

#include <math.h>
#include <stddef.h>

#include "math/beta_ratio.h"

/* t^c, which must stay finite */
static double
stretched(const double *p, double t)
{
	return fmin(p[2] == 1 ? t : pow(t, p[2]), 1e300);
}

/* (t + k)^c - t^c without cancellation */
static double
stretch(const double *p, double t, double k)
{
	if (p[2] == 1)
		return k;
	if (t == 0)
		return stretched(p, k);
	return fmin(stretched(p, t) * expm1(p[2] * log1p(k / t)), 1e300);
}

/* ln S(t + k) - ln S(t) */
static double
log_survival_from(const double *p, double t, double k)
{
	return log_beta_ratio(p[0], p[1] + stretched(p, t), stretch(p, t, k));
}

/* d/dc of S(t) is d/du of it, u = t^c, times this */
static double
by_exponent(double t, double u)
{
	return t > 1 ? u * log(t) : 0;
}

/* ln S(t) and its gradient, which may be NULL */
double
contract_log_survival(const double *p, double t, double *gradient)
{
	double		u = stretched(p, t);

	if (gradient != NULL)
	{
		gradient[0] = -digamma_rise(p[0] + p[1], u);
		gradient[1] = digamma_rise(p[1], u) + gradient[0];
		gradient[2] = -digamma_rise(p[1] + u, p[0]) * by_exponent(t, u);
	}
	return log_beta_ratio(p[0], p[1], u);
}

/* ln S(t) - ln S(t - 1) and its gradient, which may be NULL */
double
contract_log_retention(const double *p, double t, double *gradient)
{
	double		before = stretched(p, t - 1);
	double		more = stretch(p, t - 1, 1);

	if (gradient != NULL)
	{
		gradient[0] = -digamma_rise(p[0] + p[1] + before, more);
		gradient[1] = digamma_rise(p[1] + before, more) + gradient[0];
		gradient[2] =
			digamma_rise(p[1] + before, p[0]) * by_exponent(t - 1, before) -
			digamma_rise(p[1] + before + more, p[0]) *
			by_exponent(t, before + more);
	}
	return log_beta_ratio(p[0], p[1] + before, more);
}

/* One customer's log-likelihood; the gradient is added by weight. */
static double
customer_log_likelihood(const double *p, const History *h, double *gradient)
{
	double		survived[CONTRACT_PARAMETERS];
	double		stayed[CONTRACT_PARAMETERS];
	double		value = contract_log_survival(p, h->age - (h->frequency > 0),
											  survived);
	double		odds = 0;

	if (h->frequency > 0)
	{
		double		log_retention = contract_log_retention(p, h->age, stayed);

		value += log(-expm1(log_retention));
		odds = -1 / expm1(-log_retention);
	}
	for (int i = 0; i < CONTRACT_PARAMETERS; i++)
		gradient[i] += h->weight * (survived[i] +
									(h->frequency > 0 ? odds * stayed[i] : 0));
	return h->weight * value;
}

double
bdw_log_likelihood(const double *p, const History *h, int n, double *gradient)
{
	double		sum = 0;

	for (; n > 0; n--, h++)
		sum += customer_log_likelihood(p, h, gradient);
	return sum;
}

double
sbg_log_likelihood(const double *p, const History *h, int n, double *gradient)
{
	double		q[CONTRACT_PARAMETERS] = {p[0], p[1], 1};
	double		g[CONTRACT_PARAMETERS] = {0};
	double		value = bdw_log_likelihood(q, h, n, g);

	gradient[0] += g[0];
	gradient[1] += g[1];
	return value;
}

/*
 * What is to come
 */
typedef struct Residual
{
	const double *p;
	double		age;
	double		rate;
} Residual;

static double
residual_term(double k, const void *arg)
{
	const Residual *r = arg;

	return log_survival_from(r->p, r->age, k) -
		(r->rate > 0 ? r->rate * (k - 1) : 0);
}

/*
 * Expected periods after the next renewal, which the customer may or may not
 * make, each discounted to that renewal by a continuous rate [3].  Infinite
 * where nothing is discounted and the mean is infinite.
 */
double
contract_residual(const double *p, double age, double rate)
{
	Residual	r = {p, age, rate};
	double		power = p[0] * p[2];
	double		end;

	if (p[2] == 1)
		return beta_ratio_present(p[0], p[1] + age, rate);
	if (rate > 0)
		return smooth_sum(residual_term, &r, log(750 / rate), 0);
	if (power <= 1)
		return INFINITY;

	/* where t^c and t are all that counts, terms are a power of t */
	end = fmax(log1p(age), log1p(p[0] + p[1]) / p[2]) + 42 / fmin(p[2], 1);
	return smooth_sum(residual_term, &r, fmin(end, 700), power);
}
