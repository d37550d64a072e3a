/*
 * model.h
 *		Fitted models of customers as values: clv_model.
 *
 * A kind of model is one entry of the table clv_kinds.  What it cannot answer
 * is NULL there, and an error when asked.
 */
#ifndef ABM_MODEL_H
#define ABM_MODEL_H

#include "state.h"

#include <float.h>
#include <math.h>

#include "math/fit.h"
#include "math/history.h"

#define MAX_OWN 4				/* parameters without those of covariates */
#define MAX_COVARIATES 8		/* of purchases, and again of life */
#define MODEL_STARTS 3
#define MAX_PARAMETERS (MAX_OWN + 2 * MAX_COVARIATES)

StaticAssertDecl(MAX_PARAMETERS <= FIT_MAX, "a fit has room for a model");

/* stored: never renumbered */
typedef enum ClvKindCode
{
	CLV_BGNBD, CLV_MBGNBD, CLV_PARETO_NBD, CLV_GAMMA_GAMMA, CLV_BGBB,
	CLV_SBG, CLV_BDW
} ClvKindCode;

typedef enum ClvStatus
{
	CLV_OK,
	CLV_BOUNDARY,				/* some parameter is not determined */
	CLV_MEAN_UNDEFINED,			/* Gamma-Gamma: the mean is infinite */
	CLV_NOT_CONVERGED,
	CLV_TOO_FEW,				/* no parameters at all */
	CLV_GIVEN					/* not fitted: parameters from elsewhere */
} ClvStatus;

typedef struct ClvModel
{
	StateHead	head;			/* nitems: how many numbers */
	uint8		kind;			/* ClvKindCode */
	uint8		status;			/* ClvStatus */
	uint8		padding[2];
	uint64		digest;
	double		n;				/* customers, by weight */
	int64		left_out;		/* rows that could not serve */
	double		log_likelihood;
	double		gradient;		/* greatest at the optimum, log scale */
	double		unit_days;		/* of time; -1: not told */
	double		association;	/* Gamma-Gamma: rank correlation of frequency
								 * and money; 0 otherwise */
	int32		evaluations;
	int32		ntransaction;	/* covariates of purchases */
	int32		nlifetime;		/* covariates of life */
	int32		covariance;		/* 1: known */

	/* the parameters; then the lower triangle of their covariance */
	double		number[FLEXIBLE_ARRAY_MEMBER];
} ClvModel;

extern const StateType clv_model_type;

/*
 * A kind of model.  p are its own parameters, those of the customer where
 * there are covariates.
 */
typedef struct ClvKind
{
	const char *name;			/* in SQL: bgnbd */
	const char *title;			/* for people: BG/NBD */
	int			nparameters;
	const char *parameter[MAX_OWN];

	/*
	 * With covariates z, a parameter is multiplied by exp(sign * gamma' z):
	 * those of purchases, and those of life.
	 */
	int8		transaction[MAX_OWN];
	int8		lifetime[MAX_OWN];

	/* where fits start, and which of these are in units of the data */
	double		start[MODEL_STARTS][MAX_OWN];
	bool		scaled[MAX_OWN];

	/*
	 * The log-likelihood of customers sorted by frequency, by weight; the
	 * gradient is added to what is there.
	 */
	double		(*log_likelihood) (const double *p, const History *h, int n,
								   double *gradient);

	/* what is the matter with a history that others may have, or NULL */
	const char *(*fault) (const History *h);

	double		(*p_alive) (const double *p, const History *h);
	double		(*purchases) (const double *p, const History *h,
							  double horizon);
	double		(*purchases_new) (const double *p, double horizon);
	double		(*probability) (const double *p, const History *h, double n,
								double horizon);

	/*
	 * how far before now expected purchases are no smooth function of time;
	 * NULL: as far as the least scaled parameter and the age
	 */
	double		(*reach) (const double *p, const History *h);

	/* expected purchases from now on, discounted at a continuous rate > 0 */
	double		(*residual) (const double *p, const History *h, double rate);
} ClvKind;

#define CLV_KINDS 7

extern const ClvKind clv_kinds[CLV_KINDS];

static inline int
model_parameters(const ClvModel *m)
{
	return clv_kinds[m->kind].nparameters + m->ntransaction + m->nlifetime;
}

/* Was it fitted, so that there is a likelihood? */
static inline bool
model_fitted(const ClvModel *m)
{
	return m->status != CLV_TOO_FEW && m->status != CLV_GIVEN;
}

/* NaN: there is none, or it could not be computed. */
static inline double
model_log_likelihood(const ClvModel *m)
{
	return model_fitted(m) && m->log_likelihood > -DBL_MAX ? m->log_likelihood :
		NAN;
}

/* Are there parameters to score with? */
static inline bool
model_usable(const ClvModel *m)
{
	return m->status != CLV_TOO_FEW && m->status != CLV_NOT_CONVERGED;
}

/* Customers to fit a model to. */
typedef struct Customers
{
	int			n;				/* rows */
	History    *row;			/* sorted by covariates, then frequency */
	int			ntransaction;
	int			nlifetime;
	const double *covariate;	/* ntransaction + nlifetime for every row */
	double		scale;			/* a typical time or amount */
} Customers;

extern bool customers_suffice(const Customers *customers, double *weight);
extern void customers_fit(const ClvKind *kind, const Customers *customers,
						  double weight, Fit *fit);
extern ClvModel *model_fit(ClvKindCode kind, const Customers *customers);
extern double model_evidence(const ClvModel *m, const Customers *customers);
extern ClvModel *model_make(ClvKindCode kind, const Fit *fit, double n,
							int ntransaction, int nlifetime);
extern Datum model_status_text(const ClvModel *m);
extern Datum model_result(const ClvModel *m);
extern double model_covariance(const ClvModel *m, int i, int j);
extern const char *model_parameter_name(const ClvModel *m, int i);

#endif							/* ABM_MODEL_H */
