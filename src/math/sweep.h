/*
 * sweep.h
 *		A walk over the events of a funnel, forward or back.
 */
#ifndef ABM_MATH_SWEEP_H
#define ABM_MATH_SWEEP_H

#include "math/funnel.h"

/* bits and arrays of a sweep count steps from 1; 0 is before the first */
#define SLOTS (FUNNEL_MAX_STEPS + 1)
#define BIT(step) (UINT64_C(1) << (step))

/* A walk over the events, forward or back. */
typedef struct Sweep
{
	const FunnelRule *rule;
	const FunnelEvent *edge;	/* the first event on the way */
	int64_t		count;			/* of events on the way */
	int			depth;			/* steps of the chains looked for */
	bool		back;			/* time and steps are reversed */
	bool		plain;			/* neither gaps nor strict */
	uint64_t	alive;			/* steps whose chain can go on */
	uint64_t	fresh;			/* those of them that are of this moment */
	int64_t		start[SLOTS];	/* the first time of the chain to a step */
	int64_t		last[SLOTS];	/* its last time; not kept when plain */
	int64_t		cut;			/* the last exclusion */
	int			reached;
	int64_t		first[SLOTS];	/* when each step was first reached */
	int64_t		first_count;	/* events up to the last of these */
	int64_t		first_cut;		/* the last exclusion before it */
	int64_t		(*chain)[SLOTS];	/* the whole chains, if wanted */
} Sweep;

extern void sweep_begin(Sweep *sweep, const FunnelRule *rule, int depth);
extern void sweep_run(Sweep *sweep);
extern bool sweep_passes(const Sweep *sweep, int p, int64_t at);

#endif							/* ABM_MATH_SWEEP_H */
