/*
 * stages.c
 *		How a population moved through the stages of a pipeline.
 *
 * For each entity and stage there is a mark that says whether the entity
 * entered the stage, later reached a later one, is there now, passed it over,
 * or went back from it; and one for each visit that ended, with how long it
 * took.  Counts of marks are the report:
 *
 *		conversion = entities that moved on / entities that entered
 *
 * with Jeffreys' interval; from the last stage there is nowhere to go, so that
 * it has none.  An entity that skipped a stage did not enter it.
 */
#include "estimate.h"
#include "journeys.h"
#include "marks.h"

#define ENTERED 1
#define MOVED_ON 2
#define IS_THERE 4
#define SKIPPED 8
#define WENT_BACK 16
#define STAYED 32				/* a visit that ended, with its length */

static const StateType stages_type = MARKS_TYPE("stages", 14);

/* Where marks go: to a tally, or to a state. */
typedef struct Sink
{
	Tally	   *tally;			/* NULL: to the state */
	void	   *marks;
} Sink;

static inline void
sink_put(Sink *sink, int stage, int what, int64 usecs)
{
	if (sink->tally != NULL)
		tally_add(sink->tally, stage, what, usecs);
	else
		sink->marks = marks_add(sink->marks, &stages_type, stage, what, usecs);
}

/* What one entity did, visit by visit. */
typedef struct Walkthrough
{
	int			nstages;
	int		   *first;			/* visit of each stage, or -1 */
	int		   *last;
	bool	   *went_back;
} Walkthrough;

static Walkthrough
walk_make(int nstages)
{
	return (Walkthrough)
	{
		nstages, palloc(nstages * sizeof(int)), palloc(nstages * sizeof(int)),
			palloc(nstages * sizeof(bool))
	};
}

/*
 * Walk through the visits of an entity; lengths go to the sink at once.
 * Returns the stage it is in, or OUTSIDE.
 */
static int
walk_visits(Walkthrough *w, const Events *events, const int *place, Sink *sink)
{
	const Event *event = events->event;
	int			before = OUTSIDE;	/* the last stage, others passed over */
	int			stage = OUTSIDE;
	int			start = 0;

	for (int s = 0; s < w->nstages; s++)
	{
		w->first[s] = w->last[s] = -1;
		w->went_back[s] = false;
	}
	for (int i = 0; i < events->n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (i > 0 && event[i].label == event[i - 1].label)
			continue;
		if (stage != OUTSIDE)
			sink_put(sink, stage, STAYED,
					 elapsed(event[start].at, event[i].at));
		start = i;
		stage = place[event[i].label];
		if (stage == OUTSIDE)
			continue;
		if (w->first[stage] < 0)
			w->first[stage] = i;
		w->last[stage] = i;
		if (before > stage)
			w->went_back[before] = true;
		before = stage;
	}
	return stage;
}

/* The marks of one entity. */
static void
walk_mark(Walkthrough *w, const Events *events, const int *place, Sink *sink)
{
	int			now = walk_visits(w, events, place, sink);
	int			later = -1;		/* the last visit of any later stage */

	for (int s = w->nstages - 1; s >= 0; s--)
	{
		int			what = 0;

		if (w->first[s] >= 0)
			what = ENTERED | (later > w->first[s] ? MOVED_ON : 0) |
				(now == s ? IS_THERE : 0) | (w->went_back[s] ? WENT_BACK : 0);
		else if (later >= 0)
			what = SKIPPED;
		if (what != 0)
			sink_put(sink, s, what, -1);
		later = Max(later, w->last[s]);
	}
}

/* The plan of a state: what its marks depend on. */
static StringInfoData
stages_plan(const Pipeline *p, TimestampTz as_of)
{
	StringInfoData plan;

	initStringInfo(&plan);
	plan_texts(&plan, "stages", p->stage, p->nstages);
	plan_time(&plan, "as_of", as_of);
	appendStringInfoChar(&plan, '}');
	return plan;
}

/* All entities of a population. */
static void
population_walk(Population *population, const Pipeline *p, Sink *sink)
{
	Walkthrough w = walk_make(p->nstages);
	int		   *place = pipeline_places(p, population->events.labels);

	while (population_next(population))
	{
		events_by_stage(population->buffer, population->events.n, place);
		walk_mark(&w, &population->events, place, sink);
	}
}

/*
 * The report
 */
static int64
tally_count(const Tally *tally, int flag)
{
	int64		n = 0;

	for (int what = 0; what < MAX_WHATS; what++)
		if (what & flag)
			n += tally->count[what];
	return n;
}

static void
report_stage(FunctionCallInfo fcinfo, int stage, text *label, bool last,
			 Tally *tally, double level)
{
	int64		entered = tally_count(tally, ENTERED);
	int64		moved_on = tally_count(tally, MOVED_ON);
	Estimate	e = estimate_rate(moved_on, entered, level, RATE_JEFFREYS);
	double		figures[5] = {e.value, e.lower, e.upper,
		durations_days(&tally->took, 50), durations_days(&tally->took, 90)
	};
	Datum		values[13];
	bool		nulls[13] = {false};

	values[0] = Int32GetDatum(stage + 1);
	values[1] = PointerGetDatum(label);
	values[2] = Int64GetDatum(entered);
	values[3] = Int64GetDatum(moved_on);
	values[4] = Int64GetDatum(tally_count(tally, IS_THERE));
	values[5] = Int64GetDatum(tally_count(tally, SKIPPED));
	values[6] = Int64GetDatum(tally_count(tally, WENT_BACK));
	for (int i = 0; i < 3; i++)
		values[7 + i] = Float8GetDatum(figures[i]);
	values[10] = Int64GetDatum(tally->took.n);
	for (int i = 3; i < 5; i++)
		values[8 + i] = Float8GetDatum(figures[i]);
	nulls[7] = nulls[8] = nulls[9] = last || entered == 0;
	nulls[11] = nulls[12] = tally->took.n == 0;
	abm_put_row(fcinfo, values, nulls);
}

static void
report_stages(FunctionCallInfo fcinfo, text **label, int nstages,
			  Tally *tally, double level)
{
	for (int s = 0; s < nstages; s++)
		report_stage(fcinfo, s, label[s], s == nstages - 1, &tally[s], level);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(stages, stages_type);

PG_FUNCTION_INFO_V1(abm_stages_accum);
Datum
abm_stages_accum(PG_FUNCTION_ARGS)
{
	Events		events;
	Event	   *event;
	Pipeline	p;
	StringInfoData plan;
	Sink		sink = {NULL, NULL};
	Walkthrough w;
	int		   *place;
	TimestampTz as_of;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return state_leave_out(fcinfo, &stages_type);
	as_of = arg_time(PG_GETARG_TIMESTAMPTZ(3), "as_of");
	events = events_until(journey_arg(fcinfo, 1), as_of);
	p = pipeline_arg(fcinfo, 2);
	place = pipeline_places(&p, events.labels);
	event = palloc_extended(Max(events.n, 1) * sizeof(Event), MCXT_ALLOC_HUGE);
	memcpy(event, events.event, events.n * sizeof(Event));
	events_by_stage(event, events.n, place);
	events.event = event;
	plan = stages_plan(&p, as_of);
	w = walk_make(p.nstages);
	sink.marks = marks_begin(fcinfo, &stages_type, &plan);
	walk_mark(&w, &events, place, &sink);
	return state_end(fcinfo, &stages_type, sink.marks);
}

/* The marks of a whole population; they merge with those of another. */
PG_FUNCTION_INFO_V1(abm_stages);
Datum
abm_stages(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(2), "as_of");
	Population	population = population_arg(fcinfo, 0, as_of);
	Pipeline	p = pipeline_arg(fcinfo, 1);
	StringInfoData plan = stages_plan(&p, as_of);
	Sink		sink = {NULL, marks_start(&stages_type, &plan)};

	population_walk(&population, &p, &sink);
	return state_finish(sink.marks, &stages_type);
}

PG_FUNCTION_INFO_V1(abm_journeys_stage_report);
Datum
abm_journeys_stage_report(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(2), "as_of");
	double		level = arg_level(PG_GETARG_FLOAT8(3));
	Population	population = population_arg(fcinfo, 0, as_of);
	Pipeline	p = pipeline_arg(fcinfo, 1);
	Sink		sink = {palloc0(p.nstages * sizeof(Tally)), NULL};

	population_walk(&population, &p, &sink);
	abm_begin_rows(fcinfo);
	report_stages(fcinfo, p.stage, p.nstages, sink.tally, level);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abm_stage_report);
Datum
abm_stage_report(PG_FUNCTION_ARGS)
{
	const Marks *marks = state_arg(fcinfo, 0, &stages_type);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	int			len;
	const char *plan = marks_plan(marks, &stages_type, &len);
	int			nstages;
	text	  **label = plan_read_texts(plan, len, "stages", &nstages);

	abm_begin_rows(fcinfo);
	report_stages(fcinfo, label, nstages, marks_tally(marks, nstages), level);
	return (Datum) 0;
}
