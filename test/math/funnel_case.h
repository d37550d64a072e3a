/*
 * funnel_case.h
 *		What the tests of funnels have in common.
 */
#ifndef FUNNEL_CASE_H
#define FUNNEL_CASE_H

#include <stdio.h>
#include <string.h>

#include "math/funnel.h"

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

static int	tests = 0;
static int	faults = 0;
static uint64_t seed = 42;

static inline void
report(int good, const char *what)
{
	tests++;
	faults += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, what);
}

/* xorshift64*, its higher bits, below a limit */
static inline int
random_below(int limit)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (int) ((seed * UINT64_C(2685821657736338717) >> 33) %
				  (uint64_t) limit);
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
