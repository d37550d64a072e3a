/*
 * dist.c
 *		Distribution functions for intervals and comparisons.
 *
 * The incomplete beta function I_x(a, b) is a continued fraction [1] times
 * x^a y^b / (a B(a, b)), y = 1 - x.  That factor is computed from the
 * saddle point [2], which keeps its digits when a and b are large:
 *
 *	x^a y^b / B(a, b) = sqrt(a b / (2 pi n)) exp(-D(a, n x) - D(b, n y)
 *						  + s(n) - s(a) - s(b)),	n = a + b
 *
 * with D(k, m) = k ln(k / m) + m - k and Stirling's error s.
 *
 * [1] A. R. DiDonato, A. H. Morris: Significant digit computation of the
 *     incomplete beta function ratios. ACM TOMS 18, 1992, equation (9).
 * [2] C. Loader: Fast and accurate computation of binomial probabilities.
 *     2000.
 * [3] L. D. Brown, T. T. Cai, A. DasGupta: Interval estimation for a binomial
 *     proportion. Statistical Science 16, 2001.
 * [4] M. Abramowitz, I. A. Stegun: Handbook of mathematical functions. 1964,
 *     26.2.23 and 26.7.1.
 */
#include "math/dist.h"

#include <float.h>
#include <math.h>

#define LN_SQRT_2PI 0.918938533204672741780329736406

/* ln Gamma(z) - ((z - 1/2) ln z - z + ln sqrt(2 pi)) */
static double
stirling_error(double z)
{
	double		z2 = z * z;

	if (z < 16)
		return lgamma(z) - ((z - 0.5) * log(z) - z + LN_SQRT_2PI);
	return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 -
												   (1.0 / 1188 - 691.0 / 360360 / z2) / z2) / z2) / z2) / z2) / z;
}

/* k ln(k / m) + m - k without cancellation near k = m */
static double
deviance(double k, double m)
{
	double		d = k - m;
	double		v = d / (k + m);
	double		sum = d * v;
	double		term = 2 * k * v;

	if (fabs(d) >= 0.1 * (k + m))
		return k * log(k / m) + m - k;
	for (int j = 1; j < 1000; j++)
	{
		double		next;

		term *= v * v;
		next = sum + term / (2 * j + 1);
		if (next == sum)
			break;
		sum = next;
	}
	return sum;
}

/* x^a y^b / B(a, b) */
static double
beta_power(double a, double b, double x, double y)
{
	double		n = a + b;

	if (x <= 0 || y <= 0)
		return 0;
	return sqrt(a / n * b / (2 * M_PI)) *
		exp(-deviance(a, n * x) - deviance(b, n * y) +
			stirling_error(n) - stirling_error(a) - stirling_error(b));
}

/*
 * The continued fraction of [1], for x <= a / (a + b), by Lentz's method:
 * terms a(m) and b(m), m = 0, 1, ..., where a(0) is left to the caller.
 */
static double
beta_fraction(double a, double b, double x, double y)
{
	double		f = a * (a * y - b * x + 1) / (a + 1);
	double		c = f;
	double		d = 0;

	for (double m = 1; m < 1e6; m++)
	{
		double		k = a + 2 * m;
		double		num = (a + m - 1) / (k - 1) * (a + b + m - 1) / (k - 1) *
		m * (b - m) * x * x;
		double		den = m + m * (b - m) * x / (k - 1) +
		(a + m) * (a * y - b * x + 1 + m * (1 + y)) / (k + 1);
		double		delta;

		d = 1 / (den + num * d);
		c = den + num / c;
		delta = c * d;
		f *= delta;
		if (!(fabs(delta - 1) > 2 * DBL_EPSILON))
			break;				/* of what is no number too */
	}
	return f;
}

/* I_x(a, b), where y = 1 - x is given too because x may be near 1 */
double
beta_cdf(double a, double b, double x, double y)
{
	if (x <= 0)
		return 0;
	if (y <= 0)
		return 1;
	if (x > a / (a + b))
		return 1 - beta_power(b, a, y, x) / beta_fraction(b, a, y, x);
	return beta_power(a, b, x, y) / beta_fraction(a, b, x, y);
}

/* x and 1 - x from the logit of x, both with all their digits */
static void
from_logit(double t, double *x, double *y)
{
	double		e = exp(-fabs(t));
	double		small = e / (1 + e);
	double		large = 1 / (1 + e);

	*x = t < 0 ? small : large;
	*y = t < 0 ? large : small;
}

/*
 * The logit of the p-quantile.  d I / d logit(x) = x^a y^b / B(a, b), so that
 * Newton's step costs one evaluation; a bracket keeps it honest.
 */
static double
beta_quantile_logit(double a, double b, double p)
{
	double		low = -740;
	double		high = 740;
	double		t = log(a / b);

	for (int i = 0; i < 200; i++)
	{
		double		x,
					y,
					error,
					next;

		from_logit(t, &x, &y);
		error = beta_cdf(a, b, x, y) - p;
		if (error == 0)
			break;
		if (error > 0)
			high = t;
		else
			low = t;
		next = t - error / beta_power(a, b, x, y);
		if (!(next > low && next < high))
			next = (low + high) / 2;
		if (fabs(next - t) <= DBL_EPSILON * fmax(1, fabs(t)))
			break;
		t = next;
	}
	return t;
}

/* x with I_x(a, b) = p */
double
beta_quantile(double a, double b, double p)
{
	double		x,
				y;

	from_logit(beta_quantile_logit(a, b, p), &x, &y);
	return x;
}

/*
 * P(X > Y), X ~ Beta(a1, b1), Y ~ Beta(a2, b2) independent: the integral of
 * the other's distribution function over the density of the narrower one, as
 * the step must be fine for both.  On the scale of logits the integrand is
 * analytic in a strip and dies off exponentially on both sides, where the
 * trapezoidal rule converges geometrically.
 */
double
beta_greater(double a1, double b1, double a2, double b2)
{
	int			over_y = 1 / a2 + 1 / b2 < 1 / a1 + 1 / b1;
	double		a = over_y ? a2 : a1;
	double		b = over_y ? b2 : b1;
	double		centre = log(a / b);
	double		step = fmin(sqrt(1 / a + 1 / b) / 4, 0.2);
	double		sum = 0;
	double		mass = 0;

	for (int side = -1; side <= 1; side += 2)
		for (int i = side < 0; i < 100000; i++)
		{
			double		x,
						y,
						weight;

			from_logit(centre + side * i * step, &x, &y);
			weight = beta_power(a, b, x, y);
			mass += weight;
			sum += weight * (over_y ? beta_cdf(b1, a1, y, x) :
							 beta_cdf(a2, b2, x, y));
			if (weight <= mass * 1e-18)
				break;
		}
	return sum / mass;
}

/* z with Phi(z) = p: a rational start [4], then Halley's steps on erfc */
double
normal_quantile(double p)
{
	double		tail = fmin(p, 1 - p);
	double		t = sqrt(-2 * log(tail));
	double		z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
	(1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));

	for (int i = 0; i < 4; i++)
	{
		double		error = 0.5 * erfc(z / M_SQRT2) - tail;
		double		step = error / (exp(-z * z / 2) / sqrt(2 * M_PI));

		z += step / (1 - z * step / 2);
	}
	return p < 0.5 ? -z : z;
}

/* t with F(t) = p for Student's distribution: t^2 = df (1 - x) / x [4] */
double
student_quantile(double df, double p)
{
	double		tail = 2 * fmin(p, 1 - p);
	double		t;

	if (tail == 1)
		return 0;
	t = sqrt(df) * exp(-beta_quantile_logit(df / 2, 0.5, tail) / 2);
	return p < 0.5 ? -t : t;
}

/*
 * Jeffreys' interval for k successes among n: quantiles of
 * Beta(k + 1/2, n - k + 1/2), from 0 when k = 0 and up to 1 when k = n [3].
 */
void
jeffreys_interval(double k, double n, double level,
				  double *lower, double *upper)
{
	double		tail = (1 - level) / 2;

	*lower = k <= 0 ? 0 : beta_quantile(k + 0.5, n - k + 0.5, tail);
	*upper = k >= n ? 1 : 1 - beta_quantile(n - k + 0.5, k + 0.5, tail);
}

/* Wilson's score interval for k successes among n [3]. */
void
wilson_interval(double k, double n, double level,
				double *lower, double *upper)
{
	double		z = -normal_quantile((1 - level) / 2);
	double		p = k / n;
	double		z2 = z * z / n;
	double		centre = (p + z2 / 2) / (1 + z2);
	double		half = z / (1 + z2) * sqrt(p * (1 - p) / n + z2 / (4 * n));

	*lower = k <= 0 ? 0 : centre - half;
	*upper = k >= n ? 1 : centre + half;
}
