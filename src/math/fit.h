/*
 * fit.h
 *		The maximum of a log-likelihood whose gradient is known.
 */
#ifndef ABM_FIT_H
#define ABM_FIT_H

#include <stdbool.h>

#define FIT_MAX 20				/* parameters */

typedef enum FitStatus
{
	FIT_OK,
	FIT_BOUNDARY,				/* the data do not determine some parameter */
	FIT_NOT_CONVERGED
} FitStatus;

typedef struct FitProblem
{
	int			n;				/* parameters */
	int			npositive;		/* the first so many are above 0 */
	double		weight;			/* of all rows: sums are divided by it */
	bool		draft;			/* near the optimum will do */

	/* the log-likelihood and its gradient by the parameters */
	double		(*log_likelihood) (void *data, const double *p,
								   double *gradient);
	void	   *data;
} FitProblem;

typedef struct Fit
{
	double		p[FIT_MAX];		/* where to start; then the optimum */
	double		log_likelihood;
	double		gradient;		/* greatest element, on the search scale */
	int			evaluations;
	FitStatus	status;

	/* of the parameters, row by row; known if the status is FIT_OK */
	double		covariance[FIT_MAX * FIT_MAX];

	/* inverse Hessian of the mean on the search scale, to start from */
	bool		has_metric;
	double		metric[FIT_MAX * FIT_MAX];
} Fit;

extern void fit_maximise(const FitProblem *problem, Fit *fit);

#endif							/* ABM_FIT_H */
