/*
 * engagement.c
 *		Points of events that decay exponentially, in any order of events.
 *
 * Time is cut by landmarks, a half-life apart and the same for all states.
 * The state has one exact sum for each piece of time with events: the points
 * as they would have been worth at the landmark before them.  From one
 * landmark to another is a power of two, so that the parts are the whole to
 * the last bit, and a score is a sum over at most DECAY_HORIZON + 1 pieces.
 */
#include "state.h"

#include <math.h>

#include "engagement.h"

typedef struct Engagement
{
	StateHead	head;
	int32		scale;			/* POINT_SCALE */
	int64		half_life;
	TimestampTz newest;			/* event */
	int64		n;				/* events */
	int64		known;			/* of them with points */
	Piece		piece[FLEXIBLE_ARRAY_MEMBER];	/* sealed: in time order */
} Engagement;

static const StateField engagement_fields[] = {
	{"scale", FIELD_INT32, offsetof(Engagement, scale), false, NULL},
	{"half_life_days", FIELD_DURATION, offsetof(Engagement, half_life), false, NULL},
	{"newest", FIELD_TIME, offsetof(Engagement, newest), false, NULL},
	{"n", FIELD_COUNT, offsetof(Engagement, n), false, NULL},
	{"known", FIELD_COUNT, offsetof(Engagement, known), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField piece_fields[] = {
	{"half_lives", FIELD_INT64, offsetof(Piece, landmark), false, NULL},
	{"points", FIELD_MONEY, offsetof(Piece, points), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
piece_compare(const void *a, const void *b, void *arg)
{
	const Piece *x = a;
	const Piece *y = b;

	return (x->landmark > y->landmark) - (x->landmark < y->landmark);
}

/*
 * Add up what has one landmark, and forget what is beyond the horizon: it is
 * beyond that of every state that this one may become a part of.
 */
int
pieces_fold(void *items, int n)
{
	Piece	   *piece = items;
	int			kept = 0;

	for (int i = 0; i < n; i++)
	{
		if ((uint64) piece[n - 1].landmark - (uint64) piece[i].landmark >
			DECAY_HORIZON)
			continue;
		if (kept > 0 && piece[kept - 1].landmark == piece[i].landmark)
			piece_add(&piece[kept - 1], piece[i].points);
		else
			piece[kept++] = piece[i];
	}
	return kept;
}

static void
engagement_absorb(void *a, const void *b)
{
	Engagement *x = a;
	const Engagement *y = b;

	check_half_life(x->half_life, y->half_life);
	x->newest = Max(x->newest, y->newest);
	state_add_count(&x->n, y->n);
	state_add_count(&x->known, y->known);
}

static const char *
engagement_fault(const void *state)
{
	const Engagement *e = state;
	int			n = e->head.nitems;

	if (e->scale != POINT_SCALE || e->half_life <= 0)
		return "its scale or half-life is out of range";
	if (e->n < 1 || e->known > e->n || n > e->known || (n == 0) != (e->known == 0))
		return "its counts do not agree";
	if (n > 0 &&
		(e->piece[n - 1].landmark > decay_periods(e->newest, e->half_life) ||
		 e->piece[0].landmark < decay_periods(MIN_TIMESTAMP, e->half_life)))
		return "its landmarks are out of range";
	return NULL;
}

static const StateType engagement_type = {
	.name = "engagement",.kind = 60,.version = 1,
	.fixed_size = offsetof(Engagement, piece),.item_size = sizeof(Piece),
	.scale_offset = offsetof(Engagement, scale),
	.max_items = DECAY_HORIZON + 1,.fields = engagement_fields,
	.items_name = "pieces",.item_fields = piece_fields,
	.compare = piece_compare,.fold = pieces_fold,
	.absorb = engagement_absorb,.fault = engagement_fault
};

/* ----------
 * The arithmetic
 * ----------
 */

/* Points into their piece; the state may move. */
static Engagement *
engagement_add(Engagement *e, TimestampTz at, double points)
{
	Piece		one;

	one.landmark = decay_periods(at, e->half_life);
	one.points = piece_points(at, points, one.landmark, e->half_life);
	for (int i = e->head.nitems - 1; i >= 0; i--)
		if (e->piece[i].landmark == one.landmark)
		{
			piece_add(&e->piece[i], one.points);
			return e;
		}
	return state_append(e, &engagement_type, &one);
}

/* What is left of some pieces, one at least, in time order. */
double
pieces_value(const Piece *piece, int n, TimestampTz as_of, int64 half_life)
{
	int64		landmark = piece[n - 1].landmark;
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += (double) wide_value(piece[i].points) *
			half_to_the((int) (landmark - piece[i].landmark));
	return decay_value(sum, landmark * half_life, as_of, half_life);
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(engagement, engagement_type);

PG_FUNCTION_INFO_V1(abm_engagement_accum);
Datum
abm_engagement_accum(PG_FUNCTION_ARGS)
{
	bool		first = PG_ARGISNULL(0);
	TimestampTz at;
	int64		half_life;
	Engagement *e;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &engagement_type);
	at = arg_time(PG_GETARG_TIMESTAMPTZ(1), "at");
	half_life = half_life_arg(fcinfo, 3);
	e = state_begin(fcinfo, &engagement_type);
	if (first)
	{
		e->scale = POINT_SCALE;
		e->half_life = half_life;
		e->newest = at;
	}
	check_half_life(e->half_life, half_life);
	e->newest = Max(e->newest, at);
	e->n++;
	if (!PG_ARGISNULL(2))
	{
		double		points = arg_points(PG_GETARG_FLOAT8(2));

		e->known++;
		e = engagement_add(e, at, points);
	}
	return state_end(fcinfo, &engagement_type, e);
}

/* NULL when no event has known points. */
PG_FUNCTION_INFO_V1(abm_engagement_score);
Datum
abm_engagement_score(PG_FUNCTION_ARGS)
{
	const Engagement *e = state_arg(fcinfo, 0, &engagement_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");

	check_as_of(as_of, e->newest);
	if (e->known == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(pieces_value(e->piece, e->head.nitems, as_of,
								  e->half_life));
}

PG_FUNCTION_INFO_V1(abm_engagement_events);
Datum
abm_engagement_events(PG_FUNCTION_ARGS)
{
	const Engagement *e = state_raw_arg(fcinfo, 0, &engagement_type);

	PG_RETURN_INT64(e->n);
}

PG_FUNCTION_INFO_V1(abm_last_engaged);
Datum
abm_last_engaged(PG_FUNCTION_ARGS)
{
	const Engagement *e = state_raw_arg(fcinfo, 0, &engagement_type);

	PG_RETURN_TIMESTAMPTZ(e->newest);
}

/* The same events, each worth so many times its points. */
PG_FUNCTION_INFO_V1(abm_engagement_weighted);
Datum
abm_engagement_weighted(PG_FUNCTION_ARGS)
{
	const Engagement *e = state_arg(fcinfo, 0, &engagement_type);
	double		weight = arg_not_negative(PG_GETARG_FLOAT8(1), "weight");
	Engagement *to = (Engagement *) palloc(VARSIZE(e));

	memcpy(to, e, VARSIZE(e));
	for (int i = 0; i < to->head.nitems && weight != 1; i++)
	{
		double		points = (double) wide_value(e->piece[i].points) * weight;

		if (fabs(points) >= 1e38)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("weighted points are out of range")));
		to->piece[i].points = wide_from((int128) rint(points));
	}
	PG_RETURN_POINTER(to);
}
