/*
 * special.c
 *		Special functions and quadrature that the customer models need.
 *
 * [1] M. Abramowitz, I. A. Stegun: Handbook of mathematical functions. 1964,
 *     5.1.22, 6.3.5 and 6.3.18.
 * [2] H. Takahasi, M. Mori: Double exponential formulas for numerical
 *     integration. Publications RIMS Kyoto 9, 1974.
 */
#include "math/special.h"

#include <float.h>

#define LEAST 1e-200			/* for p / y to be a number */

const GaussRule gauss_rule = {
	16,
	{
		0.0052995325041750337019, 0.027712488463383711961,
		0.06718439880608412806, 0.12229779582249848305,
		0.19106187779867812578, 0.27099161117138630683,
		0.35919822461037054338, 0.45249374508118127991,
		0.54750625491881872009, 0.64080177538962945662,
		0.72900838882861369317, 0.80893812220132187422,
		0.87770220417750151695, 0.93281560119391587194,
		0.97228751153661628804, 0.9947004674958249663
	},
	{
		0.013576229705877047426, 0.031126761969323946431,
		0.047579255841246392405, 0.062314485627766936026,
		0.074797994408288366041, 0.084578259697501269095,
		0.091301707522461794433, 0.094725305227534248143,
		0.094725305227534248143, 0.091301707522461794433,
		0.084578259697501269095, 0.074797994408288366041,
		0.062314485627766936026, 0.047579255841246392405,
		0.031126761969323946431, 0.013576229705877047426
	}
};

const GaussRule gauss_rule_few = {
	8,
	{
		0.019855071751231884158, 0.1016667612931866302,
		0.23723379504183550709, 0.40828267875217509753,
		0.59171732124782490247, 0.76276620495816449291,
		0.8983332387068133698, 0.98014492824876811584
	},
	{
		0.050614268145188129576, 0.11119051722668723527,
		0.15685332293894364367, 0.18134189168918099148,
		0.18134189168918099148, 0.15685332293894364367,
		0.11119051722668723527, 0.050614268145188129576
	}
};

/* The derivative of lgamma, for x > 0 [1]. */
double
digamma(double x)
{
	double		sum = 0;
	double		z;

	for (; x < 10; x++)
		sum -= 1 / x;
	z = 1 / (x * x);
	return sum + log(x) - 0.5 / x -
		z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 -
															   z * (1.0 / 132 - z * (691.0 / 32760 - z / 12))))));
}

/* Go on to x, which is not below what it was. */
void
rising_to(Rising *r, double x)
{
	if (x - r->x > 64)
	{
		r->log += lgamma(r->base + x) - lgamma(r->base + r->x);
		r->slope += digamma(r->base + x) - digamma(r->base + r->x);
		r->x = x;
	}
	for (; r->x < x; r->x++)
	{
		r->log += log(r->base + r->x);
		r->slope += 1 / (r->base + r->x);
	}
}

/*
 * e^y E_n(y) for y < 1, as the integral of exp(-y (e^w - 1) - (n - 1) w)
 * over w > 0.
 */
static double
exp_integral_small(double n, double y)
{
	double		end = log1p(50 / y);
	double		sum = 0;
	double		w = 0;

	for (int panel = 0; w < end && panel < 10000; panel++)
	{
		double		rate = n - 1 + y * exp(w);
		double		length = fmin(end - w, fmin(3, 10 / fmax(rate, 1)));
		double		part = 0;

		for (int i = 0; i < GAUSS_NODES; i++)
		{
			double		u = w + length * gauss_rule.node[i];

			part += gauss_rule.weight[i] * exp(-y * expm1(u) - (n - 1) * u);
		}
		sum += part * length;
		if (n >= 1 && part * length < 1e-18 * sum)
			break;
		w += length;
	}
	return sum;
}

/* e^y E_n(y), n > 0, y > 0: otherwise Lentz's continued fraction [1]. */
double
exp_integral(double n, double y)
{
	double		b = y + n;
	double		c = 1 / DBL_MIN;
	double		d = 1 / b;
	double		f = d;

	if (y < 1)
		return exp_integral_small(n, y);
	if (y > 1e17 * n)
		return 1 / y;
	for (double i = 1; i < 10000; i++)
	{
		double		a = -i * (n - 1 + i);
		double		delta;

		b += 2;
		d = 1 / (a * d + b);
		c = b + a / c;
		delta = c * d;
		f *= delta;
		if (fabs(delta - 1) <= 4 * DBL_EPSILON)
			break;
	}
	return f;
}

/*
 * The mean of f(p) where p is Beta(a, b).  On the scale of logits the density
 * dies off exponentially on both sides; the sinh makes that doubly so [2].
 */
double
beta_mean(double a, double b, double (*f) (double p, const void *arg),
		  const void *arg)
{
	double		centre = log(a / b);
	double		scale = fmin(sqrt(1 / a + 1 / b), 4);
	double		step = 0.1 / fmax(scale, 1);
	double		mean;
	double		top = a * centre - (a + b) * softplus(centre, &mean);
	double		mass = 0;
	double		sum = 0;

	for (int side = -1; side <= 1; side += 2)
		for (int i = side < 0; i < 10000; i++)
		{
			double		v = side * i * step;
			double		y = centre + scale * sinh(v);
			double		p;
			double		log_odds = softplus(y, &p);
			double		weight = exp(a * y - (a + b) * log_odds - top) *
			cosh(v);

			mass += weight;
			sum += weight * f(fmax(p, LEAST), arg);
			if (weight < 1e-18 * mass)
				break;
		}
	return sum / mass;
}
