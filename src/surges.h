/*
 * surges.h
 *		How likely it is that an account is more active now than it used to be.
 */
#ifndef ABM_SURGES_H
#define ABM_SURGES_H

#include "abm.h"

/* How long the two times are. */
typedef struct Spans
{
	double		recent;			/* days */
	double		baseline;
} Spans;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern Spans surge_spans_arg(FunctionCallInfo fcinfo, int recent, int baseline);
extern double surge_fdr_arg(FunctionCallInfo fcinfo, int argno);
extern double surge_probability(int64 recent, int64 baseline, const Spans *s);
extern double surge_p_value(int64 recent, int64 baseline, const Spans *s);

#pragma GCC visibility pop

/* The rate now by the rate before, that is not 0. */
static inline double
surge_lift(int64 recent, int64 baseline, const Spans *s)
{
	double		before = baseline / s->baseline;

	return before > 0 ? recent / s->recent / before : 0;
}

#endif							/* ABM_SURGES_H */
