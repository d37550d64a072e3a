/*
 * bgbb.h
 *		The BG/BB model of purchases at opportunities that can be counted.
 *
 * Parameters: alpha, beta, gamma, delta.
 *
 * A history has the number of opportunities used, the number of the last one
 * used, and the number of all, as frequency, recency and age.
 */
#ifndef ABM_BGBB_H
#define ABM_BGBB_H

#include "math/history.h"

#define BGBB_MOST 10000			/* opportunities */

extern const char *bgbb_fault(const History *h);
extern double bgbb_log_likelihood(const double *p, const History *h, int n,
								  double *gradient);
extern double bgbb_p_alive(const double *p, const History *h);
extern double bgbb_purchases(const double *p, const History *h,
							 double horizon);
extern double bgbb_purchases_new(const double *p, double horizon);
extern double bgbb_probability(const double *p, const History *h, double n,
							   double horizon);
extern double bgbb_reach(const double *p, const History *h);
extern double bgbb_residual(const double *p, const History *h, double rate);

#endif							/* ABM_BGBB_H */
