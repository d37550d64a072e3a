/*
 * discount.h
 *		Future purchases, discounted.
 */
#ifndef ABM_DISCOUNT_H
#define ABM_DISCOUNT_H

/* expected purchases up to a time from now */
typedef double (*PurchasesUntil) (double time, const void *arg);

extern double discounted_by_period(PurchasesUntil f, const void *arg,
								   int periods, double length, double rate);
extern double discounted_until(PurchasesUntil f, const void *arg,
							   double horizon, double rate, double scale);

#endif							/* ABM_DISCOUNT_H */
