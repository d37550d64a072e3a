/*
 * logistic.h
 *		Penalised logistic regression by Newton's method.
 */
#ifndef ABM_LOGISTIC_H
#define ABM_LOGISTIC_H

#include <stddef.h>

typedef enum LogisticStatus
{
	LOGISTIC_GOES_ON,
	LOGISTIC_DONE,
	LOGISTIC_SINGULAR,			/* the data do not settle all coefficients */
	LOGISTIC_STUCK				/* no maximum in sight: separated outcomes */
} LogisticStatus;

/* A fit in progress; vectors and the matrix lie in the caller's room. */
typedef struct Logistic
{
	int			n;				/* coefficients, the intercept first */
	double		ridge;			/* of all but the intercept */
	double	   *beta;
	double	   *accepted;		/* the best beta so far */
	double	   *step;			/* that led from it to beta */
	double	   *gradient;
	double	   *hessian;		/* negated; its lower triangle */
	double	   *factor;			/* of the one at accepted, by Cholesky */
	double		value;			/* log likelihood less the penalty, at beta */
	double		best;			/* the same at accepted */
	int			iterations;
	int			halvings;		/* of the present step */
} Logistic;

extern size_t logistic_room(int n);
extern void logistic_begin(Logistic *l, int n, double ridge, double *room);
extern void logistic_clear(Logistic *l);
extern void logistic_add(Logistic *l, const double *x, double won,
						 double lost);
extern LogisticStatus logistic_step(Logistic *l);
extern double logistic_gradient_norm(const Logistic *l);
extern double logistic_variance(const Logistic *l, int i, double *room);
extern double logistic_probability(double logit);

#endif							/* ABM_LOGISTIC_H */
