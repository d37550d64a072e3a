/*
 * funnel.h
 *		How far one entity came through the steps of a funnel.
 */
#ifndef ABM_MATH_FUNNEL_H
#define ABM_MATH_FUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#define FUNNEL_MAX_STEPS 32
#define FUNNEL_NO_LIMIT UINT64_MAX
#define FUNNEL_PAUSE 65536		/* events between two calls of pause */

typedef enum FunnelMode
{
	FUNNEL_ORDERED,
	FUNNEL_INCREASING,
	FUNNEL_STRICT,
	FUNNEL_ANY_ORDER
} FunnelMode;

typedef enum FunnelState
{
	FUNNEL_NOT_ENTERED,
	FUNNEL_IN_PROGRESS,
	FUNNEL_DROPPED,
	FUNNEL_CONVERTED
} FunnelState;

/*
 * An event that serves no step and is not excluded may be left out; if it is
 * there it changes nothing.  An excluded event serves no step.
 */
typedef struct FunnelEvent
{
	int64_t		at;				/* microseconds */
	uint32_t	steps;			/* bit i: it can serve step i, from 0 */
	bool		excluded;		/* no chain may contain it */
} FunnelEvent;

typedef struct FunnelRule
{
	int			nsteps;			/* 1 .. FUNNEL_MAX_STEPS */
	FunnelMode	mode;
	uint64_t	within;			/* first step to last, microseconds */
	const uint64_t *gap;		/* gap[i]: from step i - 1 to step i, gap[0]
								 * not used; NULL: no limits, and so it must
								 * be in any order */
	void		(*pause) (void);	/* called at times in long work, and may
									 * jump out of it; NULL: not called */
} FunnelRule;

typedef struct FunnelMatch
{
	int			reached;		/* steps of the longest chain */
	FunnelState state;
} FunnelMatch;

extern FunnelMatch funnel_match(const FunnelRule *rule,
								const FunnelEvent *events, int64_t n,
								int64_t as_of, int64_t *times);

/* The parts of funnel_match that its two ways of matching share. */
extern FunnelMatch funnel_match_any(const FunnelRule *rule,
									const FunnelEvent *events, int64_t n,
									int64_t as_of, int64_t *times);

/* How much later; right for all times, though their range exceeds int64. */
static inline uint64_t
funnel_since(int64_t at, int64_t earlier)
{
	return (uint64_t) at - (uint64_t) earlier;
}

/* The earliest first event of a chain that goes on until then. */
static inline int64_t
funnel_floor(int64_t until, uint64_t within, int64_t cut)
{
	int64_t		floor = funnel_since(until, INT64_MIN) <= within ? INT64_MIN :
	(int64_t) ((uint64_t) until - within);

	return floor < cut ? cut : floor;
}

/* The steps that a rule has, as bits. */
static inline uint32_t
funnel_known(const FunnelRule *rule)
{
	return UINT32_MAX >> (FUNNEL_MAX_STEPS - rule->nsteps);
}

#endif							/* ABM_MATH_FUNNEL_H */
