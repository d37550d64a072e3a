/*
 * gamma_gamma.h
 *		The Gamma-Gamma model of spending.
 *
 * Parameters: p, q, v.  A history's recency is the mean value of its repeat
 * purchases here.
 */
#ifndef ABM_GAMMA_GAMMA_H
#define ABM_GAMMA_GAMMA_H

#include "math/history.h"

extern double gamma_gamma_log_likelihood(const double *p, const History *h,
										 int n, double *gradient);
extern double gamma_gamma_mean(const double *p, double x, double m);

#endif							/* ABM_GAMMA_GAMMA_H */
