/*
 * survival_curve.c
 *		Walking a state in the order of time, and curves kept from call to
 *		call.
 *
 * At age t with n[t] at risk and d[t] events, d[t,k] of them of cause k,
 *
 *	S(t) = prod over u <= t of (1 - d[u] / n[u])			[1]
 *	F(k, t) = sum over u <= t of S(u-) d[u,k] / n[u]		[2]
 *
 * At risk is what was seen before t and has not ended before t: what is
 * still open at t itself counts, what enters at t does not yet [3].
 *
 * [1] E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete
 *     observations. JASA 53, 1958.
 * [2] O. O. Aalen, S. Johansen: An empirical transition matrix for
 *     non-homogeneous Markov chains based on censored observations.
 *     Scandinavian Journal of Statistics 5, 1978.
 * [3] J. P. Klein, M. L. Moeschberger: Survival analysis. 2nd ed. 2003, 4.6.
 */
#include "survival.h"

#include <math.h>

#include "estimate.h"

/* what is kept with a call site */
#define CURVES 16
#define CURVE_STEPS 4000000		/* in all, 96 MB */

typedef struct CurveCache
{
	int			n;
	int64		steps;
	Curve	   *curve[CURVES];	/* the latest first */
} CurveCache;

/*
 * The walk
 */
static int
entry_compare(const void *a, const void *b, void *arg)
{
	const Entry *x = a;
	const Entry *y = b;

	return (x->time > y->time) - (x->time < y->time);
}

/* What enters after the start, in the order of time. */
static void
walk_gather_entries(Walk *walk, int n)
{
	const Survival *s = walk->s;
	Entry	   *entry = palloc(n * sizeof(Entry));

	for (int i = 0; i < s->head.nitems; i++)
		if (s->spell[i].entry > 0)
		{
			entry[walk->nentries].time = s->spell[i].entry;
			entry[walk->nentries++].weight = s->spell[i].weight;
		}
	qsort_interruptible(entry, n, sizeof(Entry), entry_compare, NULL);
	walk->entry = entry;
}

/* Stand before the first age; the sum of all weights must be a number. */
Walk
walk_begin(const Survival *s, int cause)
{
	Walk		walk = {.s = s,.cause = cause};
	int64		total = 0;
	int			late = 0;

	for (int i = 0; i < s->head.nitems; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		state_add_weight(&total, s->spell[i].weight);
		if (s->spell[i].entry > 0)
			late++;
		else
			walk.at_risk += s->spell[i].weight;
	}
	if (late > 0)
		walk_gather_entries(&walk, late);
	return walk;
}

/*
 * Go to an age, at which something may end or not.  It must not be beyond the
 * next one at which something does.
 */
Moment
walk_to(Walk *walk, int64 time)
{
	const Survival *s = walk->s;
	Moment		m = {.time = time};
	int			i = walk->next;

	CHECK_FOR_INTERRUPTS();
	while (walk->next_entry < walk->nentries &&
		   walk->entry[walk->next_entry].time < time)
		walk->at_risk += walk->entry[walk->next_entry++].weight;
	m.at_risk = walk->at_risk;
	for (; i < s->head.nitems && s->spell[i].duration == time; i++)
	{
		int64		weight = s->spell[i].weight;

		if (s->spell[i].cause == 0)
			m.censored += weight;
		else
			m.events += weight;
		if (s->spell[i].cause == walk->cause)
			m.of_cause += weight;
	}
	walk->next = i;
	walk->at_risk -= m.events + m.censored;
	return m;
}

/*
 * Curves
 */
static int
curve_count_steps(const Survival *s)
{
	int			n = 0;
	int64		last = -1;

	for (int i = 0; i < s->head.nitems; i++)
		if (s->spell[i].cause != 0 && s->spell[i].duration != last)
		{
			last = s->spell[i].duration;
			n++;
		}
	return n;
}

static Curve *
curve_draw(const Survival *s, int cause, MemoryContext context)
{
	int			n = curve_count_steps(s);
	Curve	   *curve = MemoryContextAlloc(context, offsetof(Curve, step) +
										   n * sizeof(Step));
	Walk		walk = walk_begin(s, cause);
	Step		now = {-1, 1, 0};

	curve->digest = s->digest;
	curve->cause = cause;
	curve->n = 0;
	curve->last = -1;
	while (walk_goes_on(&walk))
	{
		Moment		m = walk_to(&walk, walk_next_time(&walk));

		curve->last = now.time = m.time;
		if (m.events == 0)
			continue;
		now.incidence = Min(now.incidence +
							now.survival * m.of_cause / m.at_risk, 1);
		now.survival *= (double) (m.at_risk - m.events) / m.at_risk;
		curve->step[curve->n++] = now;
	}
	return curve;
}

/* Keep a curve as the latest, and drop the oldest that have no room. */
static void
curve_keep(CurveCache *cache, Curve *curve)
{
	while (cache->n > 0 &&
		   (cache->n == CURVES || cache->steps + curve->n > CURVE_STEPS))
	{
		Curve	   *oldest = cache->curve[--cache->n];

		cache->steps -= oldest->n;
		pfree(oldest);
	}
	memmove(cache->curve + 1, cache->curve, cache->n * sizeof(Curve *));
	cache->curve[0] = curve;
	cache->n++;
	cache->steps += curve->n;
}

/*
 * The curves of the state in the first argument, drawn once for many calls.
 */
const Curve *
curve_arg(FunctionCallInfo fcinfo, int cause)
{
	CurveCache *cache = fcinfo->flinfo->fn_extra;
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	uint64		digest = state_digest_arg(fcinfo, 0, &survival_type);
	Curve	   *curve;

	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(context, sizeof(CurveCache));
	for (int i = 0; i < cache->n; i++)
	{
		curve = cache->curve[i];
		if (curve->digest != digest || curve->cause != cause)
			continue;
		memmove(cache->curve + 1, cache->curve, i * sizeof(Curve *));
		cache->curve[0] = curve;
		return curve;
	}
	curve = curve_draw(state_arg(fcinfo, 0, &survival_type), cause, context);
	curve_keep(cache, curve);
	return curve;
}

/* The step that holds at an age. */
static const Step *
curve_at(const Curve *curve, int64 time)
{
	static const Step start = {-1, 1, 0};
	int			low = 0;
	int			high = curve->n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (curve->step[middle].time <= time)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &curve->step[low - 1] : &start;
}

const Step *
curve_end(const Curve *curve)
{
	return curve_at(curve, PG_INT64_MAX);
}

/*
 * NaN before the start, and beyond the last age seen unless nothing was left
 * by then.
 */
static double
curve_survival(const Curve *curve, int64 age)
{
	double		survival = curve_at(curve, age)->survival;

	if (age < 0 || curve->last < 0 || (age > curve->last && survival > 0))
		return NAN;
	return survival;
}

/*
 * The chance of a cause from an age to a later one, of what is open at the
 * first.  NaN before the start, and where nothing was seen to go on.
 */
static double
curve_chance(const Curve *curve, int64 age, int64 horizon)
{
	const Step *now = curve_at(curve, age);
	int64		end;
	double		p;

	if (age < 0 || age >= curve->last || now->survival == 0)
		return NAN;
	if (pg_add_s64_overflow(age, horizon, &end))
		end = PG_INT64_MAX;
	p = (curve_at(curve, end)->incidence - now->incidence) / now->survival;
	return open_probability(p);
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_survival_at);
Datum
abm_survival_at(PG_FUNCTION_ARGS)
{
	int64		age = arg_span(PG_GETARG_INTERVAL_P(1), "age");

	return float_or_null(fcinfo, curve_survival(curve_arg(fcinfo, NO_CAUSE), age));
}

PG_FUNCTION_INFO_V1(abm_survival_at_days);
Datum
abm_survival_at_days(PG_FUNCTION_ARGS)
{
	int64		age = arg_days(PG_GETARG_FLOAT8(1), "age_days");

	return float_or_null(fcinfo, curve_survival(curve_arg(fcinfo, NO_CAUSE), age));
}

PG_FUNCTION_INFO_V1(abm_win_probability);
Datum
abm_win_probability(PG_FUNCTION_ARGS)
{
	int64		age = arg_span(PG_GETARG_INTERVAL_P(1), "age");
	int64		horizon = arg_length(PG_GETARG_INTERVAL_P(2), "horizon");
	int			cause = arg_cause(PG_GETARG_INT32(3), 1);

	return float_or_null(fcinfo, curve_chance(curve_arg(fcinfo, cause), age,
											  horizon));
}

PG_FUNCTION_INFO_V1(abm_win_probability_days);
Datum
abm_win_probability_days(PG_FUNCTION_ARGS)
{
	int64		age = arg_days(PG_GETARG_FLOAT8(1), "age_days");
	int64		horizon = arg_length_days(PG_GETARG_FLOAT8(2), "horizon_days");
	int			cause = arg_cause(PG_GETARG_INT32(3), 1);

	return float_or_null(fcinfo, curve_chance(curve_arg(fcinfo, cause), age,
											  horizon));
}
