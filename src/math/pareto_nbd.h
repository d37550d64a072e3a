/*
 * pareto_nbd.h
 *		The Pareto/NBD model of purchases.
 *
 * Parameters: r, alpha, s, beta.
 */
#ifndef ABM_PARETO_NBD_H
#define ABM_PARETO_NBD_H

#include "math/history.h"

extern double pareto_nbd_log_likelihood(const double *p, const History *h,
										int n, double *gradient);
extern double pareto_nbd_p_alive(const double *p, const History *h);
extern double pareto_nbd_purchases(const double *p, const History *h,
								   double horizon);
extern double pareto_nbd_purchases_new(const double *p, double horizon);
extern double pareto_nbd_probability(const double *p, const History *h,
									 double n, double horizon);
extern double pareto_nbd_residual(const double *p, const History *h,
								  double rate);

#endif							/* ABM_PARETO_NBD_H */
