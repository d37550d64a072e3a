/*
 * decay.c
 *		Points that lose half of their worth in every half-life.
 *
 *		worth at as_of = points 2^(-(as_of - at) / half_life)
 *
 * States keep points as of a moment that does not depend on the other events:
 * the latest landmark before them.  There they are whole units of 10^-18, so
 * that sums are exact.
 */
#include "decay.h"

#include <math.h>

/* One event has too many. */
void
refuse_points_of(double points)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("points must be between -1e9 and 1e9, not %.15g",
					points)));
}

void
refuse_points(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("points are out of range"),
			 errdetail("Points of an account, or of a class and day, are kept in billionths of a billionth, as they were worth at an earlier time."),
			 errhint("Give smaller points, or a longer half-life.")));
}

/* A half-life in microseconds. */
int64
half_life_arg(FunctionCallInfo fcinfo, int argno)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("half_life must not be NULL"),
				 errhint("Give the time in which points lose half of their worth: interval '14 days'.")));
	return arg_length(PG_GETARG_INTERVAL_P(argno), "half_life");
}

/* What is added up must decay alike. */
void
check_half_life(int64 half_life, int64 other)
{
	if (unlikely(half_life != other))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half-lives of %g and %g days cannot be mixed",
						half_life / USECS_PER_DAY_F, other / USECS_PER_DAY_F),
				 errhint("Group by the half-life, or aggregate the events again with one.")));
}

/* What units at a moment are worth at a later one. */
double
decay_value(double units, TimestampTz at, TimestampTz as_of, int64 half_life)
{
	int64		age;
	int128		halvings;
	int64		rest;

	if (likely(!pg_sub_s64_overflow(as_of, at, &age)))
	{
		halvings = age / half_life;
		rest = age % half_life;
	}
	else
	{
		halvings = ((int128) as_of - at) / half_life;
		rest = (int64) (((int128) as_of - at) % half_life);
	}

	return ldexp(units / POINT_UNITS * exp2(-((double) rest / half_life)),
				 -(int) Min(halvings, 10000));
}

/* A score looks back; it does not forget what has happened since. */
void
check_as_of(TimestampTz as_of, TimestampTz newest)
{
	if (unlikely(as_of < newest))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of must not be before the newest event"),
				 errdetail("The newest event was at %s.",
						   timestamptz_to_str(newest)),
				 errhint("Aggregate only the events until as_of: FILTER (WHERE at <= as_of).")));
}

/* ----------
 * The SQL side
 * ----------
 */

PG_FUNCTION_INFO_V1(abm_decay_factor);
Datum
abm_decay_factor(PG_FUNCTION_ARGS)
{
	int64		age = arg_span(PG_GETARG_INTERVAL_P(0), "age");
	int64		half_life = half_life_arg(fcinfo, 1);

	if (age < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("age must be greater than or equal to zero")));
	PG_RETURN_FLOAT8(decay_value(POINT_UNITS, 0, age, half_life));
}
