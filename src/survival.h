/*
 * survival.h
 *		The state of room survival, and the walk over it in time.
 */
#ifndef ABM_SURVIVAL_H
#define ABM_SURVIVAL_H

#include "state.h"

#define MAX_CAUSE 255
#define NO_CAUSE (-1)

/* Things that were seen from the same age to the same end. */
typedef struct Spell
{
	int64		duration;		/* microseconds from the start to the end */
	int64		entry;			/* seen only after this age; 0: from the start */
	int64		weight;			/* how many, in billionths */
	int32		cause;			/* 0: still open at the end */
	int32		padding;
} Spell;

typedef struct Survival
{
	StateHead	head;
	int32		padding;
	uint64		digest;
	int64		n_invalid;		/* rows that ended before they began */
	Spell		spell[FLEXIBLE_ARRAY_MEMBER];
} Survival;

/* What happens at one age; weights in billionths. */
typedef struct Moment
{
	int64		time;
	int64		at_risk;		/* seen and open just before */
	int64		events;
	int64		of_cause;		/* events of the cause that the walk is about */
	int64		censored;
} Moment;

/* A weight that enters after the start. */
typedef struct Entry
{
	int64		time;
	int64		weight;
} Entry;

/* The state in the order of time; may be copied to walk again. */
typedef struct Walk
{
	const Survival *s;
	int			next;			/* spell */
	int			cause;
	int64		at_risk;
	const Entry *entry;
	int			nentries;
	int			next_entry;
} Walk;

/* A step of the curves: values from this age up to that of the next step. */
typedef struct Step
{
	int64		time;
	double		survival;
	double		incidence;		/* of one cause */
} Step;

typedef struct Curve
{
	uint64		digest;			/* of the state */
	int			cause;
	int			n;
	int64		last;			/* age up to which anything was seen, or -1 */
	Step		step[FLEXIBLE_ARRAY_MEMBER];
} Curve;

extern const StateType survival_type;

extern int	arg_cause(int cause, int least);
extern Walk walk_begin(const Survival *s, int cause);
extern Moment walk_to(Walk *walk, int64 time);

extern const Curve *curve_arg(FunctionCallInfo fcinfo, int cause);
extern const Step *curve_end(const Curve *curve);

/* Is there another age at which something ends? */
static inline bool
walk_goes_on(const Walk *walk)
{
	return walk->next < walk->s->head.nitems;
}

static inline int64
walk_next_time(const Walk *walk)
{
	return walk->s->spell[walk->next].duration;
}

#endif							/* ABM_SURVIVAL_H */
