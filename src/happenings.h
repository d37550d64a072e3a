/*
 * happenings.h
 *		Records of journeys: an entity and an event, perhaps with a value.
 */
#ifndef ABM_HAPPENINGS_H
#define ABM_HAPPENINGS_H

#include <float.h>
#include <math.h>

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

/*
 * The smallest has the entity in 32 bits and all else in 64.  A record with
 * a value that is not known has there the moment and the label; one with a
 * value, in another form, the second that it is, the label, and the value in
 * sixteenths.
 */
enum HappeningForm
{
	FORM_FULL, FORM_VALUED, FORM_WIDE, FORM_POINTS, FORM_SMALL, FORM_SECONDS
};

#define HAPPENING_FORMS 5		/* beside the full one */
#define PART_BITS 20			/* of a value */
#define PARTS 16.0				/* in one */

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern const StateField happening_fields[];
extern const StatePacking happening_packings[HAPPENING_FORMS];
extern int	happening_compare(const void *a, const void *b, void *arg);

#pragma GCC visibility pop

/* Is nothing lost when a value has 4 bytes? */
static inline bool
value_small(double value)
{
	return isnan(value) ||
		(fabs(value) <= FLT_MAX && (double) (float) value == value);
}

/* Seconds and sixteenths; false if they are not whole, or too many. */
static inline bool
seconds_pack(TimestampTz at, int32 label, double value, StateKey *key)
{
	int64		seconds = at / USECS_PER_SEC;
	double		parts = value * PARTS;

	if (seconds * USECS_PER_SEC != at || seconds != (int32) seconds ||
		!(fabs(parts) < 1 << (PART_BITS - 1)) || (int32) parts != parts)
		return false;
	key->bits = (uint64) ((uint32) seconds ^ 0x80000000) << 32 |
		(uint64) label << PART_BITS |
		(uint32) ((int32) parts + (1 << (PART_BITS - 1)));
	return true;
}

static inline Event
seconds_event(StateKey key)
{
	return (Event)
	{
		(int64) (int32) ((uint32) (key.bits >> 32) ^ 0x80000000) * USECS_PER_SEC,
			(int32) (key.bits >> PART_BITS) & (MAX_LABELS - 1), 0
	};
}

static inline void
seconds_recode(StateKey *key, const int32 *codes)
{
	const uint64 labels = (uint64) (MAX_LABELS - 1) << PART_BITS;

	key->bits = (key->bits & ~labels) |
		(uint64) codes[seconds_event(*key).label] << PART_BITS;
}

static inline double
seconds_value(StateKey key)
{
	return ((int32) (key.bits & ((1 << PART_BITS) - 1)) - (1 << (PART_BITS - 1))) / PARTS;
}

/* What stands at some place among records of a form. */
static inline int64
happening_entity(const void *items, int i, int form)
{
	switch (form)
	{
		case FORM_SMALL:
		case FORM_SECONDS:
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
		case FORM_SECONDS:
			return seconds_event(((const SmallRecord *) items)[i].key);
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
		case FORM_SECONDS:
			return seconds_value(((const SmallRecord *) items)[i].key);
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
