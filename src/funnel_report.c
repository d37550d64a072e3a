/*
 * funnel_report.c
 *		How many came how far through a funnel, and how fast.
 *
 * With reached(0) = all journeys that have begun,
 *
 *		conversion(k) = reached(k) / (reached(k-1) - in_progress(k-1))
 *		from_start(k) = reached(k) / (reached(1) - sum of in_progress(i), 0 < i < k)
 *
 * for who stands at a step and still has time is neither lost nor converted.
 * The interval of the conversion is Jeffreys'.
 */
#include "estimate.h"
#include "funnel.h"

static int64
tally_all(const Tally *tally)
{
	int64		n = 0;

	for (int what = 0; what < MAX_WHATS; what++)
		n += tally->count[what];
	return n;
}

/* The label of a step; in any order the k-th step is no certain one. */
static Datum
step_label(text *const *label, int step, bool any_order)
{
	return any_order ? CStringGetTextDatum(psprintf("any %d", step)) :
		PointerGetDatum(label[step - 1]);
}

static void
report_steps(FunctionCallInfo fcinfo, Tally *tally, text *const *label,
			 int nsteps, bool any_order, double level)
{
	int64	   *reached = palloc((nsteps + 2) * sizeof(int64));
	int64		undecided = 0;	/* among those who entered */

	reached[nsteps + 1] = 0;
	for (int step = nsteps; step >= 0; step--)
		reached[step] = reached[step + 1] + tally_all(&tally[step]) -
			tally[step].count[MARK_PASSED];
	for (int step = 1; step <= nsteps; step++)
	{
		int64		waiting = tally[step - 1].count[MARK_IN_PROGRESS];
		int64		base = reached[step - 1] - waiting;
		Estimate	e = estimate_rate(reached[step], base, level, RATE_JEFFREYS);
		Datum		values[11];
		bool		nulls[11] = {false};

		if (step > 1)
			undecided += waiting;
		values[0] = Int32GetDatum(step);
		values[1] = step_label(label, step, any_order);
		values[2] = Int64GetDatum(reached[step]);
		values[3] = Int64GetDatum(tally[step].count[MARK_IN_PROGRESS]);
		values[4] = Int64GetDatum(tally[step].count[MARK_DROPPED]);
		values[5] = Float8GetDatum(e.value);
		values[6] = Float8GetDatum(e.lower);
		values[7] = Float8GetDatum(e.upper);
		nulls[5] = nulls[6] = nulls[7] = base == 0;
		nulls[8] = reached[1] == undecided;
		values[8] = Float8GetDatum(nulls[8] ? 0 :
								   (double) reached[step] / (reached[1] - undecided));
		nulls[9] = nulls[10] = tally[step].took.n == 0;
		values[9] = Float8GetDatum(durations_days(&tally[step].took, 50));
		values[10] = Float8GetDatum(durations_days(&tally[step].took, 90));
		abm_put_row(fcinfo, values, nulls);
	}
}

PG_FUNCTION_INFO_V1(abm_funnel_report);
Datum
abm_funnel_report(PG_FUNCTION_ARGS)
{
	const Marks *marks = state_arg(fcinfo, 0, &funnel_type);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	int			len;
	const char *plan = marks_plan(marks, &funnel_type, &len);
	int			nsteps;
	text	  **label = plan_read_texts(plan, len, "steps", &nsteps);

	abm_begin_rows(fcinfo);
	report_steps(fcinfo, marks_tally(marks, nsteps), label, nsteps,
				 strcmp(plan_read_text(plan, len, "mode"),
						funnel_modes[FUNNEL_ANY_ORDER]) == 0, level);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abm_journeys_funnel_report);
Datum
abm_journeys_funnel_report(PG_FUNCTION_ARGS)
{
	double		level;
	FunnelPlan	plan;
	FunnelPass	pass;
	Population	population;
	Tally	   *tally;

	abm_begin_rows(fcinfo);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(7) ||
		!funnel_plan_arg(fcinfo, 1, true, &plan))
		return (Datum) 0;
	level = arg_level(PG_GETARG_FLOAT8(7));
	population = population_arg(fcinfo, 0, plan.as_of);
	funnel_population(&plan, &population);
	tally = palloc0((plan.rule.nsteps + 1) * sizeof(Tally));
	while (population_next(&population))
	{
		funnel_pass(&plan, &population, &pass);
		funnel_tally(&pass, tally);
	}
	report_steps(fcinfo, tally, plan.step, plan.rule.nsteps,
				 plan.rule.mode == FUNNEL_ANY_ORDER, level);
	return (Datum) 0;
}
