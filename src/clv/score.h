/*
 * score.h
 *		A fitted model at work, and what customers are asked about.
 */
#ifndef ABM_SCORE_H
#define ABM_SCORE_H

#include "clv/model.h"

/* of a contract or a forecast, in one question */
#define MAX_PERIODS 10000

/* What of a model stays the same from customer to customer. */
typedef struct Scorer
{
	uint64		digest;			/* of the model; 0: none yet */
	const ClvKind *kind;
	bool		usable;			/* are there parameters? */
	bool		covariance;
	double		unit_days;		/* -1: not told */
	double		p[MAX_OWN];
	double		log_covariance[MAX_OWN][MAX_OWN];	/* of ln p */
} Scorer;

/* Purchases of a customer until a time, with other parameters than a model's. */
typedef struct Forecast
{
	const ClvKind *kind;
	const double *p;
	const History *h;
} Forecast;

static inline double
forecast_until(double time, const void *arg)
{
	const Forecast *f = arg;

	CHECK_FOR_INTERRUPTS();
	return f->kind->purchases(f->p, f->h, time);
}

/* a figure under other parameters than the model's */
typedef double (*ScorerFigure) (const double *p, const void *arg);

extern const Scorer *scorer_arg(FunctionCallInfo fcinfo, int argno);
extern const Scorer *spender_arg(FunctionCallInfo fcinfo, int argno);
extern double scorer_horizon(const Scorer *m, const Interval *horizon);
extern void scorer_must(const Scorer *m, bool can);
extern void scorer_must_forecast(const Scorer *m);
extern double slope_variance(const Scorer *m, const double *slope);
extern double log_variance(const Scorer *m, ScorerFigure figure,
						   const void *arg);
extern int	arg_periods(int periods, const char *what, int least, int most);
extern double arg_rate(double rate, const char *what, bool zero);
extern History history_args(FunctionCallInfo fcinfo, const Scorer *m,
							int first);
extern Datum score(FunctionCallInfo fcinfo, double value);
extern Datum estimate_row(FunctionCallInfo fcinfo, double value,
						  double log_error, double level);

#endif							/* ABM_SCORE_H */
