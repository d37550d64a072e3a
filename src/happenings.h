/*
 * happenings.h
 *		Records of journeys: an entity and an event, perhaps with a value.
 */
#ifndef ABM_HAPPENINGS_H
#define ABM_HAPPENINGS_H

#include "entities.h"
#include "utils/float.h"

/* The full form of a record. */
typedef struct Happening
{
	int64		entity;			/* or the code of its key */
	TimestampTz at;
	int32		label;
	int32		padding;
	double		value;			/* NaN: unknown */
} Happening;

/* Packed forms, and their numbers. */
typedef struct pg_attribute_packed ()
ValuedRecord
{
	uint32		entity;
	StateKey	key;
	double		value;
} ValuedRecord;

typedef struct pg_attribute_packed ()
WideRecord
{
	int64		entity;
	StateKey	key;
} WideRecord;

/* points are small numbers more often than not */
typedef struct pg_attribute_packed ()
PointsRecord
{
	uint32		entity;
	StateKey	key;
	float		value;
} PointsRecord;

typedef struct pg_attribute_packed ()
SmallRecord
{
	uint32		entity;
	StateKey	key;
} SmallRecord;

enum HappeningForm
{
	FORM_FULL, FORM_VALUED, FORM_WIDE, FORM_POINTS, FORM_SMALL
};

#define HAPPENING_FORMS 4		/* beside the full one */

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern const StateField happening_fields[];
extern const StatePacking happening_packings[HAPPENING_FORMS];
extern int	happening_compare(const void *a, const void *b, void *arg);

#pragma GCC visibility pop

/* What stands at some place among records of a form. */
static inline int64
happening_entity(const void *items, int i, int form)
{
	switch (form)
	{
		case FORM_SMALL:
			return ((const SmallRecord *) items)[i].entity;
		case FORM_POINTS:
			return ((const PointsRecord *) items)[i].entity;
		case FORM_VALUED:
			return ((const ValuedRecord *) items)[i].entity;
		case FORM_WIDE:
			return ((const WideRecord *) items)[i].entity;
		default:
			return ((const Happening *) items)[i].entity;
	}
}

static inline Event
happening_event(const void *items, int i, int form)
{
	const Happening *h = items;

	switch (form)
	{
		case FORM_SMALL:
			return event_unpack(((const SmallRecord *) items)[i].key);
		case FORM_POINTS:
			return event_unpack(((const PointsRecord *) items)[i].key);
		case FORM_VALUED:
			return event_unpack(((const ValuedRecord *) items)[i].key);
		case FORM_WIDE:
			return event_unpack(((const WideRecord *) items)[i].key);
		default:
			return (Event)
			{
				h[i].at, h[i].label, 0
			};
	}
}

/* NaN: unknown */
static inline double
happening_value(const void *items, int i, int form)
{
	switch (form)
	{
		case FORM_POINTS:
			return ((const PointsRecord *) items)[i].value;
		case FORM_VALUED:
			return ((const ValuedRecord *) items)[i].value;
		case FORM_FULL:
			return ((const Happening *) items)[i].value;
		default:
			return get_float8_nan();
	}
}

static inline Happening
happening_at(const void *items, int i, int form)
{
	Happening	h;

	if (form == FORM_FULL)
		return ((const Happening *) items)[i];
	happening_packings[form - 1].unpack(&h, (const char *) items +
										(Size) i * happening_packings[form - 1].size);
	return h;
}

#endif							/* ABM_HAPPENINGS_H */
