/*
 * funnel_plan.c
 *		A funnel as it is asked about: its steps, windows and mode.
 */
#include "funnel.h"

#include "catalog/pg_type.h"

/* labels that one funnel may exclude */
#define MAX_EXCLUDED 256

const char *const funnel_modes[] = {
	"ordered", "increasing", "strict", "any_order", NULL
};

/* A window: NULL is none. */
static uint64
window_arg(NullableDatum window, const char *what)
{
	int64		usecs;

	if (window.isnull)
		return FUNNEL_NO_LIMIT;
	usecs = arg_span(DatumGetIntervalP(window.value), what);
	if (usecs < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than or equal to zero", what)));
	return usecs;
}

/* The longest times from each step to the next. */
static void
gaps_arg(ArrayType *array, FunnelPlan *plan)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	if (plan->rule.mode == FUNNEL_ANY_ORDER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a funnel in any order has no gaps between its steps")));
	if (ARR_ELEMTYPE(array) != INTERVALOID)
		elog(ERROR, "gaps must be an array of interval");
	deconstruct_array(array, INTERVALOID, sizeof(Interval), false,
					  TYPALIGN_DOUBLE, &elements, &nulls, &n);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("gaps must be a one-dimensional array")));
	if (n != plan->rule.nsteps - 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("gaps must have %d elements, not %d",
						plan->rule.nsteps - 1, n),
				 errhint("One from each step to the next; NULL for no limit.")));
	plan->gap[0] = FUNNEL_NO_LIMIT;
	for (int i = 0; i < n; i++)
	{
		NullableDatum gap = {elements[i], nulls[i]};

		plan->gap[i + 1] = window_arg(gap, "gaps");
	}
	plan->rule.gap = plan->gap;
}

/*
 * The next alternative of a step, behind *at: text up to a bar, in which a
 * backslash takes the meaning from a bar or a backslash.  False when there is
 * none left.
 */
static bool
next_alternative(const text *step, int *at, char *label, int *len)
{
	const char *p = VARDATA_ANY(step);
	int			n = VARSIZE_ANY_EXHDR(step);
	int			i = *at;

	if (i > n)
		return false;
	*len = 0;
	for (; i < n && p[i] != '|'; i++)
	{
		if (p[i] == '\\' && i + 1 < n && (p[i + 1] == '|' || p[i + 1] == '\\'))
			i++;
		label[(*len)++] = p[i];
	}
	*at = i + 1;
	return true;
}

/* Is a label one of a step's alternatives? */
static bool
step_takes(const text *step, const text *label)
{
	char	   *alternative = palloc(VARSIZE_ANY(step));
	int			at = 0;
	int			len;
	bool		takes = false;

	CHECK_FOR_INTERRUPTS();
	while (!takes && next_alternative(step, &at, alternative, &len))
		takes = len == VARSIZE_ANY_EXHDR(label) &&
			memcmp(alternative, VARDATA_ANY(label), len) == 0;
	pfree(alternative);
	return takes;
}

/* Labels that may not come between the steps; none of them is one itself. */
static void
excluded_arg(ArrayType *array, FunnelPlan *plan)
{
	if (ARR_NDIM(array) == 0)
		return;
	plan->excluded = arg_texts(array, "excluded", MAX_EXCLUDED,
							   &plan->nexcluded);
	for (int i = 0; i < plan->nexcluded; i++)
		for (int s = 0; s < plan->rule.nsteps; s++)
			if (step_takes(plan->step[s], plan->excluded[i]))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("label \"%s\" is excluded and a step of the funnel",
								text_to_cstring(plan->excluded[i]))));
}

static void
funnel_pause(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * The arguments from argno on: steps, perhaps as_of, within, mode, perhaps
 * gaps and excluded.  Without as_of all events count.  False when one that is
 * needed is NULL.
 */
bool
funnel_plan_arg(FunctionCallInfo fcinfo, int argno, bool timed,
				FunnelPlan *plan)
{
	NullableDatum *args = fcinfo->args + argno;
	NullableDatum *rest = args + (timed ? 2 : 1);
	int			nrest = PG_NARGS() - (int) (rest - fcinfo->args);

	if (args[0].isnull || (timed && args[1].isnull) || rest[1].isnull)
		return false;
	memset(plan, 0, sizeof(FunnelPlan));
	plan->step = arg_texts(DatumGetArrayTypeP(args[0].value), "steps",
						   FUNNEL_MAX_STEPS, &plan->rule.nsteps);
	plan->as_of = timed ?
		arg_time(DatumGetTimestampTz(args[1].value), "as_of") : DT_NOEND;
	plan->rule.within = window_arg(rest[0], "within");
	plan->rule.mode = arg_choice(DatumGetTextPP(rest[1].value), "mode",
								 funnel_modes);
	plan->rule.pause = funnel_pause;
	if (nrest < 4)
		return true;
	if (!rest[2].isnull)
		gaps_arg(DatumGetArrayTypeP(rest[2].value), plan);
	if (!rest[3].isnull)
		excluded_arg(DatumGetArrayTypeP(rest[3].value), plan);
	return true;
}

/* What each label of some journeys means to a funnel. */
static FunnelMeaning *
funnel_meaning(const FunnelPlan *plan, const Dict *labels)
{
	int			n = labels == NULL ? 0 : labels->nentries;
	FunnelMeaning *f = palloc0(Max(n, 1) * sizeof(FunnelMeaning));

	for (int s = 0; s < plan->rule.nsteps && n > 0; s++)
	{
		char	   *label = palloc(VARSIZE_ANY(plan->step[s]));
		int			at = 0;
		int			len;

		while (next_alternative(plan->step[s], &at, label, &len))
		{
			int			code = dict_find(labels, label, len);

			if (code >= 0)
				f[code].label.steps |= (uint32) 1 << s;
		}
		pfree(label);
	}
	for (int i = 0; i < plan->nexcluded && n > 0; i++)
	{
		int			code = dict_find(labels, VARDATA_ANY(plan->excluded[i]),
									 VARSIZE_ANY_EXHDR(plan->excluded[i]));

		if (code >= 0)
			f[code].label.excluded = true;
	}
	return f;
}

/* A population gives its events the meaning that they have for a funnel. */
void
funnel_population(const FunnelPlan *plan, Population *p)
{
	p->meaning = &funnel_meaning(plan, p->events.labels)->bits;
}

/* How far the entity came that such a population stands at. */
void
funnel_pass(const FunnelPlan *plan, const Population *p, FunnelPass *pass)
{
	pass->match = funnel_match(&plan->rule, (const FunnelEvent *) p->events.event,
							   p->events.n, plan->as_of, pass->times);
}

/* The same of one journey, packed or not. */
void
funnel_journey(const FunnelPlan *plan, const Journey *j, FunnelPass *pass,
			   bool times)
{
	FunnelMeaning *meaning = funnel_meaning(plan, state_dict(j, &journey_type, 0));
	FunnelEvent few[64];
	FunnelEvent *event = few;
	int64		n = 0;

	if (j->head.nitems > lengthof(few))
		event = palloc_extended(j->head.nitems * sizeof(FunnelEvent),
								MCXT_ALLOC_HUGE);
	for (int i = 0; i < j->head.nitems; i++)
	{
		Event		e = journey_event(j, i);

		CHECK_EVERY(i, 0xFFFF);
		event[n].at = e.at;
		event[n].steps = meaning[e.label].label.steps;
		event[n].excluded = meaning[e.label].label.excluded;
		n += meaning[e.label].bits != 0;
	}
	pass->match = funnel_match(&plan->rule, event, n, plan->as_of,
							   times ? pass->times : NULL);
	if (event != few)
		pfree(event);
	pfree(meaning);
}
