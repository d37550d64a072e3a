/*
 * capped_engagement.c
 *		Decaying points of which no class of events earns more than its cap in
 *		a day.
 *
 * The state has a record for each day (of UTC) and class: the sum of its
 * points, and the sum of what they would have been worth when the day began.
 * A day that earned more than its cap counts by the share that the cap
 * allows: all its events alike, so that their order does not matter.
 */
#include "state.h"

#include <math.h>

#include "engagement.h"

#define MAX_DAYS 1000000
#define MAX_CLASSES 1000
#define MAX_CLASS_BYTES 256
#define NEAR_RECORDS 8			/* looked through before one is added */

typedef struct CappedEngagement
{
	StateHead	head;
	int32		scale;			/* POINT_SCALE */
	int64		half_life;
	TimestampTz newest;			/* event */
	int64		n;				/* events */
	int64		known;			/* of them with points */
	int32		labels;			/* bytes of the names of the classes */
	int32		padding;
	ClassDay	day[FLEXIBLE_ARRAY_MEMBER];
} CappedEngagement;

static const StateField capped_fields[] = {
	{"scale", FIELD_INT32, offsetof(CappedEngagement, scale), false, NULL},
	{"half_life_days", FIELD_DURATION, offsetof(CappedEngagement, half_life), false, NULL},
	{"newest", FIELD_TIME, offsetof(CappedEngagement, newest), false, NULL},
	{"n", FIELD_COUNT, offsetof(CappedEngagement, n), false, NULL},
	{"known", FIELD_COUNT, offsetof(CappedEngagement, known), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField day_fields[] = {
	{"day", FIELD_TIME, offsetof(ClassDay, day), false, NULL},
	{"class", FIELD_LABEL, offsetof(ClassDay, class), false, NULL},
	{"daily_cap", FIELD_FLOAT8, offsetof(ClassDay, cap), true, NULL},
	{"points", FIELD_MONEY, offsetof(ClassDay, points), false, NULL},
	{"decayed", FIELD_MONEY, offsetof(ClassDay, decayed), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
day_compare(const void *a, const void *b, void *arg)
{
	const ClassDay *x = a;
	const ClassDay *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return (x->class > y->class) - (x->class < y->class);
}

static inline bool
same_day(const ClassDay *a, const ClassDay *b)
{
	return a->day == b->day && a->class == b->class;
}

void
day_add(ClassDay *a, const ClassDay *b)
{
	if (unlikely(a->cap != b->cap))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("daily_cap must be the same for all events of a class in a day"),
				 errhint("Join the caps from a table with one row for each class.")));
	a->points = points_add(a->points, b->points);
	a->decayed = points_add(a->decayed, b->decayed);
}

/* Add up what is one class in one day. */
static int
days_fold(void *items, int n)
{
	ClassDay   *day = items;
	int			kept = 0;

	for (int i = 0; i < n; i++)
	{
		if (kept > 0 && same_day(&day[kept - 1], &day[i]))
			day_add(&day[kept - 1], &day[i]);
		else
			day[kept++] = day[i];
	}
	return kept;
}

static void
capped_absorb(void *a, const void *b)
{
	CappedEngagement *x = a;
	const CappedEngagement *y = b;

	check_half_life(x->half_life, y->half_life);
	x->newest = Max(x->newest, y->newest);
	state_add_count(&x->n, y->n);
	state_add_count(&x->known, y->known);
}

/* The beginning of the day that a moment lies in. */
static TimestampTz
day_of(TimestampTz at)
{
	return decay_periods(at, USECS_PER_DAY) * USECS_PER_DAY;
}

static const char *
capped_fault(const void *state)
{
	const CappedEngagement *e = state;
	int			n = e->head.nitems;

	if (e->scale != POINT_SCALE || e->half_life < USECS_PER_HOUR)
		return "its scale or half-life is out of range";
	if (e->n < 1 || e->known > e->n || n > e->known ||
		(n == 0) != (e->known == 0))
		return "its counts do not agree";
	for (int i = 0; i < n; i++)
		if (e->day[i].day != day_of(e->day[i].day) ||
			e->day[i].day > e->newest ||
			(e->day[i].cap < 0 && e->day[i].cap != -1))
			return "its days or caps are out of range";
	return NULL;
}

static const StateType capped_engagement_type = {
	.name = "capped_engagement",.kind = 61,.version = 1,
	.fixed_size = offsetof(CappedEngagement, day),
	.item_size = sizeof(ClassDay),
	.scale_offset = offsetof(CappedEngagement, scale),
	.dicts_offset = offsetof(CappedEngagement, labels),.ndicts = 1,
	.max_labels = MAX_CLASSES,.max_items = MAX_DAYS,
	.fields = capped_fields,.items_name = "days",.item_fields = day_fields,
	.compare = day_compare,.fold = days_fold,.absorb = capped_absorb,
	.fault = capped_fault
};

/* ----------
 * The arithmetic
 * ----------
 */

/* A record into the state, which may move. */
static CappedEngagement *
capped_add(CappedEngagement *e, const ClassDay *one)
{
	int			n = e->head.nitems;
	ClassDay   *day = (ClassDay *) state_items(&e->head, &capped_engagement_type);

	for (int i = n - 1; i >= 0 && i >= n - NEAR_RECORDS; i--)
		if (same_day(&day[i], one))
		{
			day_add(&day[i], one);
			return e;
		}
	return state_append(e, &capped_engagement_type, one);
}

/* The share of the points of a day that its cap allows. */
double
day_share(const ClassDay *d)
{
	double		points = (double) wide_value(d->points) / POINT_UNITS;

	return d->cap < 0 || points <= d->cap ? 1 : d->cap / points;
}

/* What is left of a day by a later moment. */
double
day_value(const ClassDay *d, TimestampTz as_of, int64 half_life)
{
	return day_share(d) * decay_value((double) wide_value(d->decayed), d->day,
									  as_of, half_life);
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(capped_engagement, capped_engagement_type);

/* The code of a class in the state, which may move. */
static int
class_arg(FunctionCallInfo fcinfo, CappedEngagement **e)
{
	const text *class = PG_GETARG_TEXT_PP(2);

	if (VARSIZE_ANY_EXHDR(class) > MAX_CLASS_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("class must have at most %d bytes", MAX_CLASS_BYTES)));
	return state_label((void **) e, &capped_engagement_type, 0,
					   VARDATA_ANY(class), VARSIZE_ANY_EXHDR(class));
}

/* At an hour or more, a day is at most 24 doublings. */
int64
capped_half_life_arg(FunctionCallInfo fcinfo, int argno)
{
	int64		half_life = half_life_arg(fcinfo, argno);

	if (half_life < USECS_PER_HOUR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half_life must be at least one hour where points are capped by day"),
				 errhint("Use engagement_agg, which has no caps, for shorter ones.")));
	return half_life;
}

PG_FUNCTION_INFO_V1(abm_capped_engagement_accum);
Datum
abm_capped_engagement_accum(PG_FUNCTION_ARGS)
{
	bool		first = PG_ARGISNULL(0);
	TimestampTz at;
	int64		half_life;
	double		cap;
	CappedEngagement *e;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &capped_engagement_type);
	at = arg_time(PG_GETARG_TIMESTAMPTZ(1), "at");
	half_life = capped_half_life_arg(fcinfo, 5);
	cap = PG_ARGISNULL(4) ? -1 :
		arg_not_negative(PG_GETARG_FLOAT8(4), "daily_cap");
	e = state_begin(fcinfo, &capped_engagement_type);
	if (first)
	{
		e->scale = POINT_SCALE;
		e->half_life = half_life;
		e->newest = at;
	}
	check_half_life(e->half_life, half_life);
	e->newest = Max(e->newest, at);
	e->n++;
	if (!PG_ARGISNULL(3))
	{
		double		points = arg_points(PG_GETARG_FLOAT8(3));
		ClassDay	one = day_of_event(at, class_arg(fcinfo, &e), cap, points,
									   half_life);

		e->known++;
		e = capped_add(e, &one);
	}
	return state_end(fcinfo, &capped_engagement_type, e);
}

/* NULL when no event has known points. */
PG_FUNCTION_INFO_V1(abm_capped_engagement_score);
Datum
abm_capped_engagement_score(PG_FUNCTION_ARGS)
{
	const CappedEngagement *e = state_arg(fcinfo, 0, &capped_engagement_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	double		sum = 0;

	check_as_of(as_of, e->newest);
	if (e->known == 0)
		PG_RETURN_NULL();
	for (int i = 0; i < e->head.nitems; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		sum += day_value(&e->day[i], as_of, e->half_life);
	}
	PG_RETURN_FLOAT8(sum);
}

/* What the days of one class come to. */
typedef struct ClassSum
{
	int64		days;
	int64		capped;			/* days that earned more than their cap */
	double		points;
	double		counted;		/* points within the caps */
	double		score;
} ClassSum;

static void
put_class(FunctionCallInfo fcinfo, const Dict *dict, int code,
		  const ClassSum *sum)
{
	Datum		values[6] = {
		PointerGetDatum(cstring_to_text_with_len(dict_text(dict, code),
												 dict_len(dict, code))),
		Int64GetDatum(sum->days), Int64GetDatum(sum->capped),
		Float8GetDatum(sum->points), Float8GetDatum(sum->counted),
		Float8GetDatum(sum->score)
	};
	bool		nulls[6] = {false};

	abm_put_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(abm_engagement_by_class);
Datum
abm_engagement_by_class(PG_FUNCTION_ARGS)
{
	const CappedEngagement *e = state_arg(fcinfo, 0, &capped_engagement_type);
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	const Dict *dict = state_dict(e, &capped_engagement_type, 0);
	int			nclasses = dict == NULL ? 0 : dict->nentries;
	ClassSum   *sums = palloc0(sizeof(ClassSum) * Max(nclasses, 1));

	check_as_of(as_of, e->newest);
	abm_begin_rows(fcinfo);
	for (int i = 0; i < e->head.nitems; i++)
	{
		const ClassDay *d = &e->day[i];
		ClassSum   *sum = &sums[d->class];
		double		points = (double) wide_value(d->points) / POINT_UNITS;

		CHECK_EVERY(i, 0xFFFF);
		sum->days++;
		sum->capped += day_share(d) < 1;
		sum->points += points;
		sum->counted += day_share(d) * points;
		sum->score += day_value(d, as_of, e->half_life);
	}
	for (int code = 0; code < nclasses; code++)
		put_class(fcinfo, dict, code, &sums[code]);
	return (Datum) 0;
}
