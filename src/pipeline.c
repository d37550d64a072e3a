/*
 * pipeline.c
 *		How far a journey went through the stages of a pipeline.
 *
 * The stages are labels in the order in which they should come.  What happens
 * at the same microsecond is taken in that order; labels that are no stage
 * come after the stages and are passed over.
 */
#include "journey.h"

#include "catalog/pg_type.h"

/* The stages of a pipeline. */
Pipeline
pipeline_arg(FunctionCallInfo fcinfo, int argno)
{
	Pipeline	p;

	p.stage = arg_names(PG_GETARG_ARRAYTYPE_P(argno), "stages", MAX_STAGES,
						&p.nstages);
	return p;
}

/* The place of each label of a dictionary in the pipeline, or OUTSIDE. */
int *
pipeline_places(const Pipeline *p, const Dict *labels)
{
	int			n = labels == NULL ? 0 : labels->nentries;
	int		   *place = palloc(Max(n, 1) * sizeof(int));

	for (int i = 0; i < n; i++)
		place[i] = OUTSIDE;
	for (int i = 0; i < p->nstages; i++)
	{
		int			label = labels == NULL ? -1 :
		dict_find(labels, VARDATA_ANY(p->stage[i]), VARSIZE_ANY_EXHDR(p->stage[i]));

		if (label >= 0)
			place[label] = i;
	}
	return place;
}

/* By stage; labels that are no stage come last, and stay in order. */
static int
stage_compare(const void *a, const void *b, void *arg)
{
	const int  *place = arg;
	int			x = ((const Event *) a)->label;
	int			y = ((const Event *) b)->label;

	if (place[x] != place[y])
		return (unsigned) place[x] < (unsigned) place[y] ? -1 : 1;
	return (x > y) - (x < y);
}

/* Bring events of the same moment into the order of the stages. */
void
events_by_stage(Event *event, int n, const int *place)
{
	int			first = 0;

	for (int i = 1; i <= n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (i < n && event[i].at == event[first].at)
			continue;
		if (i - first > 1)
			qsort_interruptible(event + first, i - first, sizeof(Event),
								stage_compare, unconstify(int *, place));
		first = i;
	}
}

/* A journey as the stages it visited, one after the other. */
typedef struct Course
{
	Pipeline	pipeline;
	int		   *stage;
	int			n;
} Course;

static Course
course_arg(FunctionCallInfo fcinfo)
{
	Events		events = journey_arg(fcinfo, 0);
	Course		c;
	Event	   *event = palloc_extended(Max(events.n, 1) * sizeof(Event),
										MCXT_ALLOC_HUGE);
	int		   *place;

	c.pipeline = pipeline_arg(fcinfo, 1);
	place = pipeline_places(&c.pipeline, events.labels);
	memcpy(event, events.event, events.n * sizeof(Event));
	events_by_stage(event, events.n, place);
	c.stage = palloc_extended(Max(events.n, 1) * sizeof(int), MCXT_ALLOC_HUGE);
	c.n = 0;
	for (int i = 0; i < events.n; i++)
	{
		int			stage = place[event[i].label];

		if (stage != OUTSIDE && (c.n == 0 || stage != c.stage[c.n - 1]))
			c.stage[c.n++] = stage;
	}
	pfree(event);
	return c;
}

static int
course_furthest(const Course *c)
{
	int			furthest = OUTSIDE;

	for (int i = 0; i < c->n; i++)
		furthest = Max(furthest, c->stage[i]);
	return furthest;
}

/*
 * The SQL side
 */

/* NULL when no stage was entered. */
PG_FUNCTION_INFO_V1(abm_furthest);
Datum
abm_furthest(PG_FUNCTION_ARGS)
{
	Course		c = course_arg(fcinfo);
	int			furthest = course_furthest(&c);

	if (furthest == OUTSIDE)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PointerGetDatum(c.pipeline.stage[furthest]));
}

PG_FUNCTION_INFO_V1(abm_regressions);
Datum
abm_regressions(PG_FUNCTION_ARGS)
{
	Course		c = course_arg(fcinfo);
	int64		n = 0;

	for (int i = 1; i < c.n; i++)
		n += c.stage[i] < c.stage[i - 1];
	PG_RETURN_INT64(n);
}

/* Stages before the furthest that were never entered. */
PG_FUNCTION_INFO_V1(abm_skips);
Datum
abm_skips(PG_FUNCTION_ARGS)
{
	Course		c = course_arg(fcinfo);
	bool		entered[MAX_STAGES] = {false};
	int64		n = 0;

	for (int i = 0; i < c.n; i++)
		entered[c.stage[i]] = true;
	for (int i = 0; i < course_furthest(&c); i++)
		n += !entered[i];
	PG_RETURN_INT64(n);
}

/*
 * From the first entry into one label to the first entry into the other that
 * is not earlier; into the same label: that is later.
 */
PG_FUNCTION_INFO_V1(abm_days_between);
Datum
abm_days_between(PG_FUNCTION_ARGS)
{
	Events		events = journey_arg(fcinfo, 0);
	int			from = events_label(&events, PG_GETARG_TEXT_PP(1));
	int			to = events_label(&events, PG_GETARG_TEXT_PP(2));
	const Event *start = NULL;

	if (from < 0 || to < 0)
		PG_RETURN_NULL();
	for (int i = 0; i < events.n && start == NULL; i++)
		if (events.event[i].label == from)
			start = &events.event[i];
	/* a label that came from outside may be that of no event */
	for (int i = 0; i < events.n && start != NULL; i++)
	{
		const Event *e = &events.event[i];

		CHECK_EVERY(i, 0xFFFF);
		if (e->label != to || e->at < start->at)
			continue;
		if (from != to ||
			(e > start && (e[-1].label != to)))
			PG_RETURN_FLOAT8(days(elapsed(start->at, e->at)));
	}
	PG_RETURN_NULL();
}

/*
 * The labels of a journey in order, perhaps without repetitions.
 */
typedef enum Transform
{
	PATH_NONE, PATH_UNIQUE, PATH_EXPOSURE, PATH_FIRST
} Transform;

static const char *const transforms[] = {
	"none", "unique", "exposure", "first", NULL
};

PG_FUNCTION_INFO_V1(abm_journey_path);
Datum
abm_journey_path(PG_FUNCTION_ARGS)
{
	Events		events = journey_arg(fcinfo, 0);
	Transform	transform = arg_choice(PG_GETARG_TEXT_PP(1), "transform", transforms);
	bool	   *seen = palloc0(MAX_LABELS);
	Datum	   *label = palloc_extended(Max(events.n, 1) * sizeof(Datum),
										MCXT_ALLOC_HUGE);
	Datum	   *text_of = palloc0(MAX_LABELS * sizeof(Datum));
	int			n = 0;

	for (int i = 0; i < events.n; i++)
	{
		int			code = events.event[i].label;

		CHECK_EVERY(i, 0xFFFF);
		if (transform == PATH_EXPOSURE && i > 0 && code == events.event[i - 1].label)
			continue;
		if (transform == PATH_FIRST && seen[code])
			continue;
		if (!seen[code])
			text_of[code] = label_datum(events.labels, code);
		seen[code] = true;
		label[n++] = text_of[code];
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(label, n, TEXTOID, -1, false,
										  TYPALIGN_INT));
}
