/*
 * dist_test.c
 *		Distribution functions against a table of reference values.
 */
#include <string.h>

#include "math/dist.h"

#include "dist_table.h"
#include "tap.h"

static double
computed(int i)
{
	const char *what = dist_table[i].what;
	double		a = dist_table[i].a;
	double		b = dist_table[i].b;

	if (strcmp(what, "beta_cdf") == 0)
		return beta_cdf(a, b, dist_table[i].c, 1 - dist_table[i].c);
	if (strcmp(what, "normal") == 0)
		return normal_quantile(a);
	if (strcmp(what, "student") == 0)
		return student_quantile(a, b);
	return beta_greater(a, b, dist_table[i].c, dist_table[i].d);
}

/* Relative error, but absolute where the value itself is near 0. */
static double
error_of(double value, double reference)
{
	double		error = fabs(value - reference);

	return fabs(reference) > 1e-300 ? error / fabs(reference) : error;
}

static void
check_table(const char *what, double tolerance)
{
	double		worst = 0;

	for (int i = 0; i < lengthof(dist_table); i++)
		if (strcmp(dist_table[i].what, what) == 0)
			worst = fmax(worst, error_of(computed(i),
										 dist_table[i].value));
	report_worst(worst, tolerance, what);
}

/* The quantile undoes the distribution function. */
static void
check_inverse(void)
{
	double		worst = 0;

	for (double a = 0.5; a < 1e5; a *= 3.7)
		for (double b = 0.5; b < 1e5; b *= 4.1)
			for (double p = 0.001; p < 1; p += 0.0499)
			{
				double		x = beta_quantile(a, b, p);

				if (x < 0.9)	/* nearer to 1 the rounding of x decides */
					worst = fmax(worst, fabs(beta_cdf(a, b, x, 1 - x) - p));
			}
	report_worst(worst, 1e-11, "beta_cdf(beta_quantile(p)) = p");
}

/* Figures published or computed elsewhere. */
static void
check_known(void)
{
	double		lower,
				upper;
	double		worst = 0;

	jeffreys_interval(7, 20, 0.95, &lower, &upper);
	worst = fmax(fabs(lower - .172276213632), fabs(upper - .567766093841));
	jeffreys_interval(0, 4, 0.95, &lower, &upper);
	worst = fmax(worst, fmax(lower, fabs(upper - .444762617658)));
	worst = fmax(worst, fabs(beta_quantile(.5, 4.5, .025) - .000115332788));
	report_worst(worst, 1e-12, "Jeffreys 7/20 and 0/4");
	wilson_interval(7, 20, 0.95, &lower, &upper);
	worst = fmax(fabs(lower - .181191824101), fabs(upper - .567145723315));
	wilson_interval(0, 4, 0.95, &lower, &upper);
	worst = fmax(worst, fmax(lower, fabs(upper - .489890836455)));
	report_worst(worst, 1e-12, "Wilson 7/20 and 0/4");
	worst = fabs(beta_greater(19, 83, 11, 91) - .946363720709);
	report_worst(worst, 1e-12, "P(Beta(19,83) > Beta(11,91))");
}

int
main(void)
{
	check_table("beta_cdf", 1e-11);
	check_table("normal", 1e-14);
	check_table("student", 1e-12);
	check_table("greater", 1e-12);
	check_inverse();
	check_known();
	return report_end();
}
