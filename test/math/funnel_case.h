/*
 * funnel_case.h
 *		What the tests of funnels have in common.
 */
#ifndef FUNNEL_CASE_H
#define FUNNEL_CASE_H

#include <string.h>

#include "math/funnel.h"

#include "tap.h"

#define LARGE 60

typedef struct Case
{
	FunnelRule	rule;
	uint64_t	gap[FUNNEL_MAX_STEPS];
	FunnelEvent events[LARGE];
	int			n;
	int64_t		as_of;
} Case;

typedef struct Answer
{
	FunnelMatch match;
	int64_t		times[FUNNEL_MAX_STEPS];
} Answer;

/* the higher bits of a random number, below a limit */
static inline int
random_below(int limit)
{
	return (int) ((random_bits() >> 33) % (uint64_t) limit);
}

static inline Answer
kernel(const Case *a)
{
	Answer		answer = {{0, 0}, {0}};

	answer.match = funnel_match(&a->rule, a->events, a->n, a->as_of,
								answer.times);
	return answer;
}

#endif							/* FUNNEL_CASE_H */
