/*
 * discount.c
 *		Future purchases, discounted.
 */
#include "math/discount.h"

#include "math/special.h"

/*
 * Purchases of so many periods, each discounted to now from the end of its
 * period, at a rate a period.
 */
double
discounted_by_period(PurchasesUntil f, const void *arg, int periods,
					 double length, double rate)
{
	double		before = 0;
	double		sum = 0;

	for (int k = 1; k <= periods; k++)
	{
		double		now = f(k * length, arg);

		sum += (now - before) * exp(-k * log1p(rate));
		before = now;
	}
	return sum;
}

/*----------
 * Purchases up to a horizon, discounted continuously.  By parts,
 *
 *		int e^(-dt) dF(t) = e^(-dh) F(h) + d int e^(-dt) F(t) dt,
 *
 * which has positive terms only.  F is analytic but for what lies left of
 * -scale: panels whose ends are thrice as far each keep away from that.
 *----------
 */
double
discounted_until(PurchasesUntil f, const void *arg, double horizon,
				 double rate, double scale)
{
	double		sum = 0;
	double		from = 0;
	double		to = fmin(horizon, scale);

	while (from < horizon && rate > 0)
	{
		double		length = fmin(to - from, 12 / rate);

		for (int i = 0; i < GAUSS_NODES; i++)
		{
			double		t = from + length * gauss_rule.node[i];

			sum += gauss_rule.weight[i] * length * rate * exp(-rate * t) *
				f(t, arg);
		}
		from += length;
		if (rate * from > 700)
			return sum;
		to = fmin(horizon, 3 * from + scale);
	}
	return sum + exp(-rate * horizon) * f(horizon, arg);
}
