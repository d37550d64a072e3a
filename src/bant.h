/*
 * bant.h
 *		The four letters, shared by their scoring and their reports.
 */
#ifndef ABM_BANT_H
#define ABM_BANT_H

#include "abm.h"

typedef enum BantLetter
{
	BANT_BUDGET, BANT_AUTHORITY, BANT_NEED, BANT_TIMELINE
} BantLetter;

#define BANT_LETTERS (BANT_TIMELINE + 1)

typedef struct Bant
{
	double		value[BANT_LETTERS];	/* 0..1 where known */
	bool		known[BANT_LETTERS];
} Bant;

extern const char *const bant_names[];

extern double bant_share(double value, const char *what);
extern void bant_args(FunctionCallInfo fcinfo, int first, Bant *b);
extern const double *bant_weights(ArrayType *weights);
extern bool bant_average(const Bant *b, const double *weights, double *average,
						 double *coverage);
extern int	bant_reached(const Bant *b, double threshold);

#endif							/* ABM_BANT_H */
