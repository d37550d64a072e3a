/*
 * journey.h
 *		What happened to one entity, in the order of time.
 */
#ifndef ABM_JOURNEY_H
#define ABM_JOURNEY_H

#include "event.h"

typedef struct Journey
{
	StateHead	head;
	int32		dict_bytes;		/* of the labels */
	Event		event[FLEXIBLE_ARRAY_MEMBER];	/* sealed: in time order */
} Journey;

/* An event of a journey that may be packed: see state_raw_arg. */
static inline Event
journey_event(const Journey *j, int i)
{
	return state_form(&j->head) == 0 ? j->event[i] :
		event_unpack(((const StateKey *) j->event)[i]);
}

/* Events in time order, of a journey or of one entity among journeys. */
typedef struct Events
{
	const Event *event;
	int			n;
	const Dict *labels;
} Events;

/* Consecutive events with one label. */
typedef struct Visit
{
	int32		label;
	TimestampTz from;
	TimestampTz to;				/* when the next began, or as_of */
	bool		last;
} Visit;

extern const StateType journey_type;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern Events journey_arg(FunctionCallInfo fcinfo, int argno);
extern Datum journey_datum(const Events *events);
extern Events events_until(Events events, TimestampTz as_of);
extern bool events_visit(const Events *events, int *next, TimestampTz as_of,
						 Visit *visit);
extern Datum label_datum(const Dict *labels, int code);
extern int	events_label(const Events *events, const text *label);

/* From one moment to a later one; all of time does not fit 64 bits. */
static inline int64
elapsed(TimestampTz from, TimestampTz to)
{
	int64		usecs;

	return pg_sub_s64_overflow(to, from, &usecs) ? PG_INT64_MAX : usecs;
}

static inline double
days(double usecs)
{
	return usecs / USECS_PER_DAY_F;
}

/* Where each label stands in a pipeline; the labels of one journey. */
typedef struct Pipeline
{
	int			nstages;
	text	  **stage;
} Pipeline;

#define OUTSIDE (-1)			/* a label that is no stage */
#define MAX_STAGES 256

extern Pipeline pipeline_arg(FunctionCallInfo fcinfo, int argno);
extern int *pipeline_places(const Pipeline *p, const Dict *labels);
extern void events_by_stage(Event *event, int n, const int *place);

#pragma GCC visibility pop

#endif							/* ABM_JOURNEY_H */
