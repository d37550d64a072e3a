/*
 * bgnbd.h
 *		The BG/NBD model of purchases, and the MBG/NBD model.
 *
 * Parameters: r, alpha, a, b.
 */
#ifndef ABM_BGNBD_H
#define ABM_BGNBD_H

#include "math/history.h"

extern double bgnbd_log_likelihood(const double *p, const History *h, int n,
								   double *gradient);
extern double bgnbd_p_alive(const double *p, const History *h);
extern double bgnbd_purchases(const double *p, const History *h,
							  double horizon);
extern double bgnbd_purchases_new(const double *p, double horizon);
extern double bgnbd_probability(const double *p, const History *h, double n,
								double horizon);
extern double bgnbd_residual(const double *p, const History *h, double rate);

extern double mbgnbd_log_likelihood(const double *p, const History *h, int n,
									double *gradient);
extern double mbgnbd_p_alive(const double *p, const History *h);
extern double mbgnbd_purchases(const double *p, const History *h,
							   double horizon);
extern double mbgnbd_purchases_new(const double *p, double horizon);
extern double mbgnbd_probability(const double *p, const History *h, double n,
								 double horizon);
extern double mbgnbd_residual(const double *p, const History *h, double rate);

#endif							/* ABM_BGNBD_H */
