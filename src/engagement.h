/*
 * engagement.h
 *		Points of the events of one account, kept so that they can be asked for
 *		at any later time.
 */
#ifndef ABM_ENGAGEMENT_H
#define ABM_ENGAGEMENT_H

#include "decay.h"
#include "money.h"

/* The points of one half-life. */
typedef struct Piece
{
	int64		landmark;		/* half-lives since 2000 */
	Wide		points;			/* as of the landmark, in units of 10^-18 */
} Piece;

/* The points of one class of events in one day of UTC. */
typedef struct ClassDay
{
	TimestampTz day;			/* its beginning */
	int32		class;			/* a code */
	int32		padding;
	double		cap;			/* -1: none */
	Wide		points;			/* in units of 10^-18 */
	Wide		decayed;		/* as of the beginning of the day */
} ClassDay;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern double pieces_value(const Piece *piece, int n, TimestampTz as_of,
						   int64 half_life);
extern int	pieces_fold(void *items, int n);

extern int64 capped_half_life_arg(FunctionCallInfo fcinfo, int argno);
extern void day_add(ClassDay *a, const ClassDay *b);
extern double day_share(const ClassDay *d);
extern double day_value(const ClassDay *d, TimestampTz as_of,
						int64 half_life);

#pragma GCC visibility pop

/* The points of one event as of the landmark before it. */
static inline Wide
piece_points(TimestampTz at, double points, int64 landmark, int64 half_life)
{
	int64		rest = at - landmark * half_life;

	return wide_from(decay_units(points, (double) rest / half_life));
}

/* Points together; so many are out of all reason. */
static inline Wide
points_add(Wide a, Wide b)
{
	int128		sum;

	if (unlikely(__builtin_add_overflow(wide_value(a), wide_value(b), &sum)))
		refuse_points();
	return wide_from(sum);
}

static inline void
piece_add(Piece *piece, Wide points)
{
	piece->points = points_add(piece->points, points);
}

/* What one event adds to its class and day. */
static inline ClassDay
day_of_event(TimestampTz at, int class, double cap, double points,
			 int64 half_life)
{
	ClassDay	one;

	memset(&one, 0, sizeof(one));
	one.day = decay_periods(at, USECS_PER_DAY) * USECS_PER_DAY;
	one.class = class;
	one.cap = cap;
	one.points = wide_from(decay_units(points, 0));
	one.decayed = wide_from(decay_units(points, (double) (at - one.day) / half_life));
	return one;
}

#endif							/* ABM_ENGAGEMENT_H */
