/*
 * matching.h
 *		Steps served by distinct events.
 */
#ifndef ABM_MATH_MATCHING_H
#define ABM_MATH_MATCHING_H

#include <stdint.h>

#define MATCHING_MAX 32

typedef struct Matching
{
	uint32_t	filled;			/* steps that have an event */
	uint32_t	steps[MATCHING_MAX];	/* what the step's event can serve */
	int64_t		at[MATCHING_MAX];	/* when the step's event was */
} Matching;

extern void matching_add(Matching *matching, uint32_t steps, int64_t at);
extern int	matching_expire(Matching *matching, int64_t before);

/* How many steps have an event. */
static inline int
matching_size(const Matching *matching)
{
	return __builtin_popcount(matching->filled);
}

#endif							/* ABM_MATH_MATCHING_H */
