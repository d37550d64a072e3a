/*
 * special.h
 *		Special functions and quadrature that the customer models need.
 */
#ifndef ABM_SPECIAL_H
#define ABM_SPECIAL_H

#include <math.h>

#define GAUSS_NODES 16
#define GAUSS_FEW 8

/* Gauss and Legendre's rule on 0 .. 1: nodes and weights */
typedef struct GaussRule
{
	int			n;
	double		node[GAUSS_NODES];
	double		weight[GAUSS_NODES];
} GaussRule;

extern const GaussRule gauss_rule;
extern const GaussRule gauss_rule_few;

/*
 * ln ((base)(base + 1) ... (base + x - 1)) and its derivative by base, for one
 * x after another.
 */
typedef struct Rising
{
	double		base;
	double		x;
	double		log;
	double		slope;
} Rising;

extern double digamma(double x);
extern void rising_to(Rising *r, double x);
extern double exp_integral(double n, double y);
extern double beta_mean(double a, double b,
						double (*f) (double p, const void *arg),
						const void *arg);

/* ln(1 + e^d), and its derivative in *slope */
static inline double
softplus(double d, double *slope)
{
	double		e = exp(-fabs(d));

	*slope = (d >= 0 ? 1 : e) / (1 + e);
	return fmax(d, 0) + log1p(e);
}

#endif							/* ABM_SPECIAL_H */
