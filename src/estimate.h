/*
 * estimate.h
 *		Figures with their intervals, and how a report shows them.
 */
#ifndef ABM_ESTIMATE_H
#define ABM_ESTIMATE_H

#include "abm.h"

/* Something measured on some things. */
typedef struct Sample
{
	double	   *value;			/* sorted once described */
	int64		n;
	double		mean;
	double		variance;		/* with n - 1; 0 for a single one */
} Sample;

typedef struct Estimate
{
	double		value;			/* NaN: not known, as the bounds may be */
	double		lower;
	double		upper;
	int64		n;
} Estimate;

typedef enum RateMethod
{
	RATE_JEFFREYS, RATE_WILSON
} RateMethod;

/* what is still open is never quite certain, nor quite impossible */
#define LEAST_PROBABILITY 1e-12

static inline double
open_probability(double p)
{
	return p < LEAST_PROBABILITY ? LEAST_PROBABILITY :
		p > 1 - LEAST_PROBABILITY ? 1 - LEAST_PROBABILITY : p;
}

#define NO_ESTIMATE ((Estimate) {NAN, NAN, NAN, 0})

extern void sample_describe(Sample *s);
extern double normal_width(double level);
extern double sample_percentile(const Sample *s, int percent);
extern Estimate estimate_mean(const Sample *s, double level);
extern Estimate estimate_median(const Sample *s, double level);
extern Estimate estimate_rate(int64 k, int64 n, double level,
							  RateMethod method);

extern Datum float_or_null(FunctionCallInfo fcinfo, double value);
extern Datum single_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls);
extern Datum rate_row(FunctionCallInfo fcinfo, int64 k, int64 n);
extern void report_estimate(FunctionCallInfo fcinfo, const char *metric,
							Estimate e);

#endif							/* ABM_ESTIMATE_H */
