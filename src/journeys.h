/*
 * journeys.h
 *		What happened to every entity of a population, in one state.
 */
#ifndef ABM_JOURNEYS_H
#define ABM_JOURNEYS_H

#include "happenings.h"
#include "journey.h"

typedef struct Journeys
{
	StateHead	head;
	int32		dict_bytes[STATE_DICTS];	/* labels, keys */
	uint8		kind;			/* KeyKind */
	uint8		expect;			/* see StateType.expect_offset */
	uint8		padding[2];
	Happening	happening[FLEXIBLE_ARRAY_MEMBER];
} Journeys;

/*
 * Goes from entity to entity, past those whose events are all after as_of.
 * With a meaning of labels the events have that in the place of label and
 * padding, and those without one are left out.
 */
typedef struct Population
{
	const uint64 *meaning;		/* of each label; NULL: the label itself */
	const Journeys *js;
	const Dict *keys;
	int			first;			/* record of the entity */
	int			next;			/* record behind those of the entity */
	int64		entity;			/* the one it stands at */
	Events		events;			/* up to as_of */
	Event	   *buffer;
	int			room;
	TimestampTz as_of;
} Population;

extern const StateType journeys_type;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern Population population_arg(FunctionCallInfo fcinfo, int argno,
								 TimestampTz as_of);
extern bool population_next(Population *p);
extern Datum population_entity(const Population *p);

#pragma GCC visibility pop

#endif							/* ABM_JOURNEYS_H */
