/*
 * decay.h
 *		Points that lose half of their worth in every half-life.
 */
#ifndef ABM_DECAY_H
#define ABM_DECAY_H

#include <math.h>

#include "abm.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

#define POINT_SCALE 18			/* decimal digits of points in a state */
#define POINT_UNITS 1e18
#define POINT_LIMIT 1e9			/* the most points that one event can have */

/* what is older than so many half-lives before the newest is worth nothing */
#define DECAY_HORIZON 128

pg_noreturn extern void refuse_points_of(double points);
pg_noreturn extern void refuse_points(void);
extern int64 half_life_arg(FunctionCallInfo fcinfo, int argno);
extern void check_half_life(int64 half_life, int64 other);
extern double decay_value(double units, TimestampTz at, TimestampTz as_of,
						  int64 half_life);
extern void check_as_of(TimestampTz as_of, TimestampTz newest);

#pragma GCC visibility pop

/* Points of one event. */
static inline double
arg_points(double points)
{
	points = arg_finite(points, "points");
	if (unlikely(fabs(points) > POINT_LIMIT))
		refuse_points_of(points);
	return points;
}

/* How many whole lengths lie before a moment, counted from 2000 on. */
static inline int64
decay_periods(int64 time, int64 length)
{
	int64		n = time / length;

	return n - (n * length > time);
}

/*
 * The nearest whole number.  From 2^52 on a double is one: its 53 digits are
 * shifted.  The compiler's own conversions are calls.
 */
static inline int128
nearest_whole(double x)
{
	uint64		bits;
	int128		whole;

	if (fabs(x) < (double) (INT64CONST(1) << 52))
		return (int64) rint(x);
	memcpy(&bits, &x, sizeof(bits));
	whole = (int128) ((bits & UINT64CONST(0xFFFFFFFFFFFFF)) |
					  UINT64CONST(0x10000000000000)) <<
		((bits >> 52 & 0x7FF) - 1075);
	return x < 0 ? -whole : whole;
}

/* Points as they were worth some part of a half-life before. */
static inline int128
decay_units(double points, double half_lives)
{
	return nearest_whole(points * exp2(half_lives) * POINT_UNITS);
}

/* 2^-n, n not being greater than DECAY_HORIZON */
static inline double
half_to_the(int n)
{
	uint64		bits = (uint64) (1023 - n) << 52;
	double		power;

	memcpy(&power, &bits, sizeof(power));
	return power;
}

#endif							/* ABM_DECAY_H */
