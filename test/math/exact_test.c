/*
 * exact_test.c
 *		The exact accumulator: order, split, extremes, rounding.
 */
#include <float.h>
#include <string.h>

#include "math/exact.h"

#include "tap.h"

#define N 4000

/* any finite double: random bits */
static double
any_double(void)
{
	uint64_t	bits;
	double		x;

	do
	{
		bits = random_bits();
		memcpy(&x, &bits, sizeof(x));
	} while (isnan(x) || isinf(x));
	return x;
}

static double
sum_of(const double *x, int n)
{
	ExactSum	s;

	exact_clear(&s);
	for (int i = 0; i < n; i++)
		exact_add(&s, x[i]);
	return exact_value(&s);
}

static int
same(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

/* Any order and any split give the same bits. */
static void
check_order(void)
{
	static double x[N];
	int			good = 1;

	for (int round = 0; round < 50; round++)
	{
		ExactSum	part[3];
		double		whole;

		for (int i = 0; i < N; i++)
			x[i] = any_double();
		whole = sum_of(x, N);
		for (int k = 0; k < 3; k++)
			exact_clear(&part[k]);
		for (int i = N - 1; i > 0; i--)
		{
			int			j = (int) (random_bits() % (uint64_t) (i + 1));
			double		t = x[i];

			x[i] = x[j];
			x[j] = t;
		}
		for (int i = 0; i < N; i++)
			exact_add(&part[random_bits() % 3], x[i]);
		exact_merge(&part[1], &part[2]);
		exact_merge(&part[0], &part[1]);
		good &= same(whole, sum_of(x, N)) && same(whole, exact_value(&part[0]));
	}
	report(good, "any order, any split: the same bits");
}

/* One double alone comes back as it is, and x - x is nothing. */
static void
check_identity(void)
{
	int			good = 1;

	for (int i = 0; i < 200000; i++)
	{
		double		x = any_double();
		double		pair[2] = {x, -x};

		if (i % 3 == 0)
			x = ldexp(x > 0 ? 1 : -1, -1074 + i % 60);	/* subnormal */
		good &= same(x, sum_of(&x, 1));
		good &= same(0, sum_of(pair, 2));
	}
	report(good, "x alone is x, x - x is 0, subnormals too");
}

/* Two doubles: the sum is what the processor rounds to. */
static void
check_rounding(void)
{
	int			good = 1;

	for (int i = 0; i < 300000; i++)
	{
		double		x = any_double();
		double		y = ldexp(any_double() > 0 ? 1 : -1.5,
							  ilogb(x) - (int) (random_bits() % 60));
		double		pair[2] = {x, y};

		if (x + y != 0)
			good &= same(x + y, sum_of(pair, 2));
	}
	report(good, "two terms round as IEEE 754 does, ties to even");
}

/* Where long double is exact, it must agree. */
static void
check_long_double(void)
{
	int			good = 1;

	for (int round = 0; round < 2000; round++)
	{
		double		x[500];
		long double reference = 0;

		for (int i = 0; i < 500; i++)
		{
			x[i] = (double) (int32_t) random_bits() / 1024;
			reference += x[i];
		}
		good &= same((double) reference, sum_of(x, 500));
	}
	report(good, "500 terms equal long double where that is exact");
}

static void
check_extremes(void)
{
	double		huge[] = {1e308, 1e308, -1e308, -1e308, 1e-300, 5e-324};
	double		tiny[] = {1, 1e-300, -1};
	double		over[] = {DBL_MAX, DBL_MAX};
	ExactSum	squares;

	report(sum_of(huge, 6) == 1e-300, "1e308 + 1e308 - 1e308 - 1e308 + 1e-300");
	report(sum_of(tiny, 3) == 1e-300, "1 + 1e-300 - 1");
	report(isinf(sum_of(over, 2)), "beyond the greatest double: infinite");
	report(same(sum_of(huge, 0), 0), "nothing: 0");
	exact_clear(&squares);
	exact_add_product(&squares, 1 + DBL_EPSILON, 1 + DBL_EPSILON);
	exact_add(&squares, -1 - 2 * DBL_EPSILON);
	report(exact_value(&squares) == DBL_EPSILON * DBL_EPSILON,
		   "products are not rounded");
}

int
main(void)
{
	check_order();
	check_identity();
	check_rounding();
	check_long_double();
	check_extremes();
	return report_end();
}
