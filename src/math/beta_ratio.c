/*
 * beta_ratio.c
 *		Ratios of beta functions, and sums of them over time.
 *
 * ln S(u) = ln B(a, b + u) - ln B(a, b) as a difference of lgamma() loses all
 * its digits when b is large or S near 1.  It is symmetric in a and u, and
 *
 *	S(u; a, b) = S(u; a, b + 1) (1 - a u / ((b + u) (a + b)))
 *
 * brings b to where Stirling's series holds; there, with s the smaller and l
 * the larger of a and u, what would cancel is taken out by hand:
 *
 *	ln S = -s ln(1 + l/b) + b e(s/b) - (b + l) e(s/(b + l))
 *		   - ln(1 + s l / (b (b + s + l))) / 2 + ...,
 *	e(w) = (1 + w) ln(1 + w) - w
 *
 * The sum of S over time telescopes [1]; discounted, it is a hypergeometric
 * function with a continued fraction of positive terms [2], or, where that
 * is slow, a sum of some terms and an integral of the others [2].
 *
 * [1] P. S. Fader, B. G. S. Hardie, J. Shang: Customer-base analysis in a
 *     discrete-time noncontractual setting. Marketing Science 29, 2010.
 * [2] NIST handbook of mathematical functions. 2010, 15.7.5 and 2.10.1.
 */
#include "math/beta_ratio.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "math/special.h"

#define LARGE 16				/* from where on Stirling's series is exact */
#define TERMS 256				/* of a sum before its integral */

/* ln z - psi(z) - 1 / (2 z) for large z */
static double
digamma_error(double z)
{
	double		q = 1 / (z * z);

	return q * (1.0 / 12 - q * (1.0 / 120 - q * (1.0 / 252 - q * (1.0 / 240 -
																  q * (1.0 / 132 - q * 691.0 / 32760)))));
}

/* psi(z + u) - psi(z) */
double
digamma_rise(double z, double u)
{
	double		sum = 0;

	for (; z < LARGE; z++)
		sum += u / (z * (z + u));
	return sum + log1p(u / z) + u / (2 * z * (z + u)) +
		digamma_error(z) - digamma_error(z + u);
}

/* Stirling's error of ln Gamma(z) for large z, but for 1 / (12 z) */
static double
stirling_rest(double z)
{
	double		q = 1 / (z * z);

	return -q / z * (1.0 / 360 - q * (1.0 / 1260 - q * (1.0 / 1680 -
														q * (1.0 / 1188 - q * 691.0 / 360360))));
}

/* Its rise from z to z + u, which may be very small. */
static double
stirling_rise(double z, double u)
{
	double		q;

	if (fabs(u) > 1e-4 * z)
		return stirling_rest(z + u) - stirling_rest(z);
	z += u / 2;
	q = 1 / (z * z);
	return u * q * q * (1.0 / 120 - q * (1.0 / 252 - q * (1.0 / 240 -
														  q * (1.0 / 132 - q * 691.0 / 32760))));
}

/* (1 + w) ln(1 + w) - w without cancellation near w = 0 */
static double
excess(double w)
{
	double		sum = 0;
	double		power = w;

	if (fabs(w) > 0.1)
		return (1 + w) * log1p(w) - w;
	for (int k = 2; k < 40; k++)
	{
		double		next;

		power *= -w;
		next = sum - power / (k * (k - 1.0));
		if (next == sum)
			break;
		sum = next;
	}
	return sum;
}

/* ln Gamma(z + u) - ln Gamma(z) */
double
log_rising(double z, double u)
{
	double		product = 1;
	double		sum = 0;

	if (u <= 64 && u == floor(u))
	{
		for (double i = 0; i < u; i++)
		{
			product *= z + i;
			if (product > 1e250 || product < 1e-250)
			{
				sum += log(product);
				product = 1;
			}
		}
		return sum + log(product);
	}
	for (; z < LARGE; z++)
		sum -= log1p(u / z);
	return sum + u * log(z) + z * excess(u / z) - log1p(u / z) / 2 -
		u / (12 * z * (z + u)) + stirling_rise(z, u);
}

/* ln B(a, b + u) - ln B(a, b); a may be negative down to -b */
double
log_beta_ratio(double a, double b, double u)
{
	double		s = fabs(a) < fabs(u) ? a : u;
	double		l = fabs(a) < fabs(u) ? u : a;
	double		sum = 0;

	if (a == 0 || u == 0)
		return 0;
	for (; b < LARGE || b + l < LARGE || b + s < LARGE; b++)
	{
		double		loss = a / (a + b) * (u / (b + u));

		sum += loss < 0.5 ? log1p(-loss) :
			log(b / (a + b)) + log((a + b + u) / (b + u));
	}
	sum += -s * log1p(l / b) + b * excess(s / b) -
		(b + l) * excess(s / (b + l));
	sum -= log1p(s / b * (l / (b + s + l))) / 2;
	sum -= s / b * (l / (b + l)) * ((2 * b + s + l) / (b + s)) /
		(12 * (b + s + l));
	return sum + stirling_rise(b, s) - stirling_rise(b + l, s);
}

/* S(1) + ... + S(n); n may be infinite if a > 1 */
double
beta_ratio_sum(double a, double b, double n)
{
	if (isinf(n))
		return a > 1 ? b / (a - 1) : INFINITY;

	/* b + 1 and a - 1 must not lose what they are added to */
	if (b < 1)
		return n == 0 ? 0 : b / (a + b) * (1 + beta_ratio_sum(a, b + 1, n - 1));
	if (a == 1)
		return b * digamma_rise(b + 1, n);
	return b * expm1(log_beta_ratio(a - 1, b + 1, n)) / (1 - a);
}

/* 2F1(1, a; c; -w), w > 0 */
static double
hypergeometric(double a, double c, double w)
{
	double		f = 1;
	double		d = 0;
	double		r = 1;

	for (double m = 0; m < 1e5; m++)
	{
		double		even = (a + m) * (m == 0 ? 1 / c : (c + m - 1) /
									  ((c + 2 * m - 1) * (c + 2 * m)));
		double		odd = (m + 1) * (c - a + m) /
		((c + 2 * m) * (c + 2 * m + 1));
		double		before = f;

		/* two steps of Lentz's method, whose terms are all positive */
		d = 1 / (1 + even * w * d);
		r = 1 + even * w / r;
		f *= r * d;
		d = 1 / (1 + odd * w * d);
		r = 1 + odd * w / r;
		f *= r * d;
		if (fabs(f - before) <= DBL_EPSILON * f)
			break;
	}
	return 1 / f;
}

/*
 * A sum over k = 1, 2, ... of terms that are smooth in k: the first ones as
 * they are, the others as an integral with the corrections of Euler and
 * Maclaurin, derivatives being differences.  The integral goes to e^end;
 * beyond, the terms fall as k^-power, or are nothing if power is 0.
 */
double
smooth_sum(double (*log_term) (double k, const void *arg), const void *arg,
		   double end, double power)
{
	double		sum = 0;
	double		near[5];
	double		y = log(TERMS);
	double		length = (end - y) / ceil(fmax(end - y, 1));

	for (double k = 1; k < TERMS; k++)
	{
		double		term = exp(log_term(k, arg));

		sum += term;
		if (term < 1e-20 * sum)
			return sum;
	}
	for (int i = 0; i < 5; i++)
		near[i] = exp(log_term(TERMS + i - 2, arg));
	sum += near[2] / 2 - (near[3] - near[1]) / 24 +
		(near[4] - 2 * near[3] + 2 * near[1] - near[0]) * 11 / 1440;
	for (; y < end - length / 2; y += length)
	{
		double		part = 0;

		for (int i = 0; i < GAUSS_NODES; i++)
		{
			double		x = y + length * gauss_rule.node[i];

			part += gauss_rule.weight[i] * exp(x + log_term(exp(x), arg));
		}
		sum += part * length;
		if (power == 0 && part < 1e-18 * sum)
			break;
	}
	if (power > 0)
		sum += exp(end + log_term(exp(end), arg)) / (power - 1);
	return sum;
}

typedef struct Present
{
	double		a;
	double		b;
	double		rate;
} Present;

static double
present_term(double k, const void *arg)
{
	const Present *p = arg;

	return log_beta_ratio(p->a, p->b, k) - p->rate * (k - 1);
}

/* S(1) + S(2) e^-rate + S(3) e^-(2 rate) + ... */
double
beta_ratio_present(double a, double b, double rate)
{
	Present		p = {a, b, rate};

	if (rate == 0)
		return beta_ratio_sum(a, b, INFINITY);
	if (rate < 1e-4)
		return smooth_sum(present_term, &p, log(750 / rate), 0);
	return b / (a + b) / -expm1(-rate) *
		hypergeometric(a, a + b + 1, 1 / expm1(rate));
}
