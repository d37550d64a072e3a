/*
 * funnel.c
 *		How entities come through the steps of a funnel.
 *
 * Matching is in math/funnel.c.  Here are the questions to one journey, the
 * state in which many journeys are counted, and the answers for each entity
 * of a population.
 */
#include "funnel.h"

#include "catalog/pg_type.h"
#include "enums.h"
#include "rows.h"

const StateType funnel_type = MARKS_TYPE("funnel", 13);

/*
 * Marks
 */
static inline int
furthest_mark(const FunnelPass *pass)
{
	switch (pass->match.state)
	{
		case FUNNEL_NOT_ENTERED:
			return MARK_NOT_ENTERED;
		case FUNNEL_IN_PROGRESS:
			return MARK_IN_PROGRESS;
		case FUNNEL_DROPPED:
			return MARK_DROPPED;
		default:
			return MARK_CONVERTED;
	}
}

/* From the step before, or -1 at the first. */
static inline int64
step_took(const FunnelPass *pass, int step)
{
	return step < 2 ? -1 : elapsed(pass->times[step - 2], pass->times[step - 1]);
}

void
funnel_tally(const FunnelPass *pass, Tally *tally)
{
	int			reached = pass->match.reached;

	for (int step = 1; step < reached; step++)
		tally_add(tally, step, MARK_PASSED, step_took(pass, step));
	tally_add(tally, reached, furthest_mark(pass), step_took(pass, reached));
}

static void *
funnel_mark(const FunnelPass *pass, void *marks)
{
	int			reached = pass->match.reached;

	for (int step = 1; step < reached; step++)
		marks = marks_add(marks, &funnel_type, step, MARK_PASSED,
						  step_took(pass, step));
	return marks_add(marks, &funnel_type, reached, furthest_mark(pass),
					 step_took(pass, reached));
}

/* What the marks of a state depend on. */
static StringInfoData
funnel_plan_text(const FunnelPlan *plan)
{
	StringInfoData text;
	const FunnelRule *rule = &plan->rule;

	initStringInfo(&text);
	plan_texts(&text, "steps", plan->step, rule->nsteps);
	plan_time(&text, "as_of", plan->as_of);
	appendStringInfo(&text, ", \"mode\": \"%s\"", funnel_modes[rule->mode]);
	if (rule->within != FUNNEL_NO_LIMIT)
		appendStringInfo(&text, ", \"within_us\": " UINT64_FORMAT, rule->within);
	for (int i = 1; rule->gap != NULL && i < rule->nsteps; i++)
		if (rule->gap[i] != FUNNEL_NO_LIMIT)
			appendStringInfo(&text, ", \"gap_%d_us\": " UINT64_FORMAT, i,
							 rule->gap[i]);
	if (plan->nexcluded > 0)
		plan_texts(&text, "excluded", plan->excluded, plan->nexcluded);
	appendStringInfoChar(&text, '}');
	return text;
}

/*
 * One journey
 */

/* The funnel of a call site, for as long as its arguments stay the same. */
typedef struct FunnelCache
{
	MemoryContext context;		/* of the plan and of what it points to */
	StringInfoData key;			/* the bytes of the arguments */
	StringInfoData asked;		/* those of this call */
	bool		made;
	const FunnelPlan *plan;		/* NULL: an argument that is needed is */
} FunnelCache;

#define PLAN_ARGS 6				/* steps to excluded */

/* The length of each of them; -1: it tells itself. */
static const int plan_arg_length[PLAN_ARGS] = {
	-1, sizeof(TimestampTz), sizeof(Interval), -1, -1, -1
};

static int
plan_arg_typlen(int i, bool timed)
{
	return plan_arg_length[i == 0 || timed ? i : i + 1];
}

/* All arguments but the first as bytes. */
static void
plan_key(FunctionCallInfo fcinfo, bool timed, StringInfo key)
{
	resetStringInfo(key);
	for (int i = 0; i < PG_NARGS() - 1; i++)
	{
		NullableDatum arg = fcinfo->args[i + 1];
		int			length = plan_arg_typlen(i, timed);
		const char *bytes = (const char *) &arg.value;

		appendStringInfoChar(key, arg.isnull);
		if (arg.isnull)
			continue;
		if (length < 0)
		{
			bytes = (const char *) PG_DETOAST_DATUM_PACKED(arg.value);
			length = VARSIZE_ANY(bytes);
		}
		else if (length > sizeof(Datum))
			bytes = DatumGetPointer(arg.value);
		appendBinaryStringInfo(key, bytes, length);
	}
}

/* The plan, made from copies of the arguments that live as long as it does. */
static const FunnelPlan *
plan_make(FunctionCallInfo fcinfo, bool timed)
{
	LOCAL_FCINFO(own, PLAN_ARGS + 1);
	FunnelPlan *plan = palloc(sizeof(FunnelPlan));

	memcpy(own, fcinfo, SizeForFunctionCallInfo(PG_NARGS()));
	for (int i = 0; i < PG_NARGS() - 1; i++)
	{
		NullableDatum *arg = &own->args[i + 1];

		if (!arg->isnull && plan_arg_typlen(i, timed) < 0)
			arg->value = PointerGetDatum(PG_DETOAST_DATUM_COPY(arg->value));
	}
	return funnel_plan_arg(own, 1, timed, plan) ? plan : NULL;
}

/* The funnel of a call; NULL when an argument that is needed is. */
static const FunnelPlan *
journey_plan(FunctionCallInfo fcinfo, bool timed)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	FunnelCache *cache = flinfo->fn_extra;
	MemoryContext caller = MemoryContextSwitchTo(flinfo->fn_mcxt);

	if (cache == NULL)
	{
		cache = palloc0(sizeof(FunnelCache));
		initStringInfo(&cache->key);
		initStringInfo(&cache->asked);
		cache->context = AllocSetContextCreate(flinfo->fn_mcxt, "funnel",
											   ALLOCSET_SMALL_SIZES);
		flinfo->fn_extra = cache;
	}
	MemoryContextSwitchTo(caller);
	plan_key(fcinfo, timed, &cache->asked);
	if (!cache->made || cache->asked.len != cache->key.len ||
		memcmp(cache->asked.data, cache->key.data, cache->key.len) != 0)
	{
		StringInfoData asked = cache->asked;

		cache->made = false;
		MemoryContextReset(cache->context);
		MemoryContextSwitchTo(cache->context);
		cache->plan = plan_make(fcinfo, timed);
		MemoryContextSwitchTo(caller);
		cache->asked = cache->key;
		cache->key = asked;
		cache->made = true;
	}
	return cache->plan;
}

/* NULL when an argument that is needed is NULL. */
static const FunnelPlan *
journey_pass(FunctionCallInfo fcinfo, bool timed, bool times,
			 FunnelPass *pass)
{
	const FunnelPlan *plan;

	if (PG_ARGISNULL(0))
		return NULL;
	plan = journey_plan(fcinfo, timed);
	if (plan != NULL)
		funnel_journey(plan, state_raw_arg(fcinfo, 0, &journey_type), pass, times);
	return plan;
}

PG_FUNCTION_INFO_V1(abm_funnel_steps);
Datum
abm_funnel_steps(PG_FUNCTION_ARGS)
{
	FunnelPass	pass;

	if (journey_pass(fcinfo, false, false, &pass) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(pass.match.reached);
}

PG_FUNCTION_INFO_V1(abm_funnel_state);
Datum
abm_funnel_state(PG_FUNCTION_ARGS)
{
	FunnelPass	pass;

	if (journey_pass(fcinfo, true, false, &pass) == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(enum_datum(&funnel_status_kind, pass.match.state));
}

/* One element for each step; NULL where it was not reached. */
static Datum
times_datum(const FunnelPlan *plan, const FunnelPass *pass)
{
	Datum		elements[FUNNEL_MAX_STEPS];
	bool		nulls[FUNNEL_MAX_STEPS];
	int			dim = plan->rule.nsteps;
	int			bound = 1;

	for (int i = 0; i < plan->rule.nsteps; i++)
	{
		nulls[i] = i >= pass->match.reached;
		elements[i] = TimestampTzGetDatum(nulls[i] ? 0 : pass->times[i]);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, 1, &dim, &bound,
											  TIMESTAMPTZOID, 8, FLOAT8PASSBYVAL,
											  TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(abm_funnel_times);
Datum
abm_funnel_times(PG_FUNCTION_ARGS)
{
	FunnelPass	pass;
	const FunnelPlan *plan = journey_pass(fcinfo, false, true, &pass);

	if (plan == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(times_datum(plan, &pass));
}

/*
 * Many journeys
 */
STATE_FUNCTIONS(funnel, funnel_type);

PG_FUNCTION_INFO_V1(abm_funnel_accum);
Datum
abm_funnel_accum(PG_FUNCTION_ARGS)
{
	const Journey *j;
	FunnelPlan	plan;
	FunnelPass	pass;
	StringInfoData text;
	void	   *marks;

	if (PG_ARGISNULL(1) || !funnel_plan_arg(fcinfo, 2, true, &plan))
		return state_leave_out(fcinfo, &funnel_type);
	j = state_raw_arg(fcinfo, 1, &journey_type);
	funnel_journey(&plan, j, &pass, true);
	text = funnel_plan_text(&plan);

	marks = marks_begin(fcinfo, &funnel_type, &text);
	/* a journey that begins later is none as yet */
	if (j->head.nitems > 0 && journey_event(j, 0).at <= plan.as_of)
		marks = funnel_mark(&pass, marks);
	return state_end(fcinfo, &funnel_type, marks);
}

/* The marks of a whole population; they merge with those of another. */
PG_FUNCTION_INFO_V1(abm_funnel);
Datum
abm_funnel(PG_FUNCTION_ARGS)
{
	FunnelPlan	plan;
	FunnelPass	pass;
	Population	population;
	StringInfoData text;
	void	   *marks;

	if (PG_ARGISNULL(0) || !funnel_plan_arg(fcinfo, 1, true, &plan))
		PG_RETURN_NULL();
	population = population_arg(fcinfo, 0, plan.as_of);
	funnel_population(&plan, &population);
	text = funnel_plan_text(&plan);

	marks = marks_start(&funnel_type, &text);
	while (population_next(&population))
	{
		funnel_pass(&plan, &population, &pass);
		marks = funnel_mark(&pass, marks);
	}
	return state_finish(marks, &funnel_type);
}

/* What each entity did. */
typedef struct FunnelStates
{
	FunnelPlan	plan;
	Population	population;
} FunnelStates;

static void *
states_begin(FunctionCallInfo fcinfo, int64 *most)
{
	FunnelStates *states = palloc(sizeof(FunnelStates));
	FunnelPlan *plan = &states->plan;
	Population *population = &states->population;

	if (PG_ARGISNULL(0) || !funnel_plan_arg(fcinfo, 1, true, plan))
		return NULL;
	*population = population_arg(fcinfo, 0, plan->as_of);
	entity_expect(fcinfo, 7, population->js->kind);
	funnel_population(plan, population);
	return states;
}

static bool
states_next(void *from, Datum *values, bool *nulls)
{
	FunnelStates *states = from;
	FunnelPass	pass;
	int			reached;

	if (!population_next(&states->population))
		return false;
	funnel_pass(&states->plan, &states->population, &pass);
	reached = pass.match.reached;
	values[0] = population_entity(&states->population);
	values[1] = Int32GetDatum(reached);
	values[2] = enum_datum(&funnel_status_kind, pass.match.state);
	nulls[3] = nulls[4] = reached == 0;
	values[3] = TimestampTzGetDatum(reached == 0 ? 0 : pass.times[0]);
	values[4] = TimestampTzGetDatum(reached == 0 ? 0 : pass.times[reached - 1]);
	values[5] = times_datum(&states->plan, &pass);
	return true;
}

static const RowSource states_rows = {states_begin, states_next};

ROWS_FUNCTION(abm_funnel_states, states_rows);
