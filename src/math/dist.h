/*
 * dist.h
 *		Distribution functions for intervals and comparisons.
 */
#ifndef ABM_DIST_H
#define ABM_DIST_H

extern double normal_quantile(double p);
extern double beta_cdf(double a, double b, double x, double y);
extern double beta_quantile(double a, double b, double p);
extern double beta_greater(double a1, double b1, double a2, double b2);
extern double student_quantile(double df, double p);
extern void jeffreys_interval(double k, double n, double level,
							  double *lower, double *upper);
extern void wilson_interval(double k, double n, double level,
							double *lower, double *upper);

#endif							/* ABM_DIST_H */
