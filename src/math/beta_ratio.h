/*
 * beta_ratio.h
 *		Ratios of beta functions, and sums of them over time.
 *
 * S(u) = B(a, b + u) / B(a, b) is the chance to survive u periods for one
 * whose chance to end in a period is Beta(a, b).
 */
#ifndef ABM_BETA_RATIO_H
#define ABM_BETA_RATIO_H

extern double digamma_rise(double z, double u);
extern double log_rising(double z, double u);
extern double log_beta_ratio(double a, double b, double u);
extern double beta_ratio_sum(double a, double b, double n);
extern double beta_ratio_present(double a, double b, double rate);
extern double smooth_sum(double (*log_term) (double k, const void *arg),
						 const void *arg, double end, double power);

#endif							/* ABM_BETA_RATIO_H */
