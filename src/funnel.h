/*
 * funnel.h
 *		A funnel as it is asked about: its steps, windows and mode.
 */
#ifndef ABM_FUNNEL_H
#define ABM_FUNNEL_H

#include "journeys.h"
#include "marks.h"
#include "math/funnel.h"

/* what was marked at a step; at step 0 those who did not enter */
typedef enum FunnelMark
{
	MARK_PASSED,				/* the step after it was reached too */
	MARK_IN_PROGRESS,
	MARK_DROPPED,
	MARK_CONVERTED,
	MARK_NOT_ENTERED
} FunnelMark;

typedef struct FunnelPlan
{
	FunnelRule	rule;
	text	  **step;			/* as the caller wrote them */
	text	  **excluded;
	int			nexcluded;
	TimestampTz as_of;
	uint64		gap[FUNNEL_MAX_STEPS];
} FunnelPlan;

/* What a label means to a funnel; 0: nothing. */
typedef union FunnelMeaning
{
	uint64		bits;
	struct
	{
		uint32		steps;		/* as in FunnelEvent */
		bool		excluded;
	}			label;
} FunnelMeaning;

StaticAssertDecl(sizeof(Event) == sizeof(FunnelEvent) &&
				 offsetof(Event, at) == offsetof(FunnelEvent, at) &&
				 offsetof(Event, label) == offsetof(FunnelEvent, steps) &&
				 offsetof(FunnelEvent, excluded) == offsetof(FunnelEvent, steps) + 4,
				 "a meaning takes the place of a label");

/* How far one entity came. */
typedef struct FunnelPass
{
	FunnelMatch match;
	int64		times[FUNNEL_MAX_STEPS];
} FunnelPass;

extern const StateType funnel_type;
extern const char *const funnel_modes[];

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern bool funnel_plan_arg(FunctionCallInfo fcinfo, int argno, bool timed,
							FunnelPlan *plan);
extern void funnel_population(const FunnelPlan *plan, Population *p);
extern void funnel_pass(const FunnelPlan *plan, const Population *p,
						FunnelPass *pass);
extern void funnel_journey(const FunnelPlan *plan, const Journey *j,
						   FunnelPass *pass, bool times);
extern void funnel_tally(const FunnelPass *pass, Tally *tally);

#pragma GCC visibility pop

#endif							/* ABM_FUNNEL_H */
