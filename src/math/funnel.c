/*
 * funnel.c
 *		How far one entity came through the steps of a funnel.
 *
 * A chain of d steps is d different events of one entity, the first of which
 * serves step 1, the second step 2 and so on, such that
 *
 *	- time never runs back along the chain; in mode increasing every event is
 *	  later than the one before.  Events of one moment are a set, to be used
 *	  in any order;
 *	- the last event is no more than "within" after the first, and the event
 *	  of step i no more than gap[i] after that of step i - 1;
 *	- no excluded event is strictly between the times of the first event and
 *	  the last: one at either moment could stand outside;
 *	- in mode strict, between the events of steps i and i + 1 stands no event
 *	  of the funnel's other steps, that is none which can serve neither.
 *	  Events of a chain's moment may stand before, between or after the
 *	  chain's events of that moment, wherever they do no harm: they break the
 *	  chain only if it comes into the moment at step p > 1, leaves it after
 *	  step q, goes on, and they can serve none of the steps p - 1 .. q + 1.
 *
 * Reached is the length of the longest chain.  A chain is open when an event
 * of its next step, coming at as_of after all others, would make it longer;
 * so no exclusion may have come since its first event.  The entity has
 * converted if the longest chain has all the steps, else it is in progress if
 * any chain is open, else it has dropped out.  Events after as_of do not
 * exist.
 *
 * Of several longest chains an open one is reported if there is any, and of
 * these the one with the earliest first step, then the earliest second step
 * and so on: without windows, the first time that each step was reached.
 *
 * In any order (funnel_any.c) the events may serve any different steps;
 * reached is how many, and the times are in order of time.
 */
#include "math/funnel.h"

#include <stddef.h>

#include "math/sweep.h"

/* Could an event of the next step, after all others, go on the chain to j? */
static bool
funnel_open(const Sweep *sweep, int j, int64_t as_of)
{
	return j < sweep->rule->nsteps && sweep_passes(sweep, j + 1, as_of);
}

static FunnelState
funnel_state(const Sweep *sweep, int64_t as_of)
{
	if (sweep->reached == 0)
		return FUNNEL_NOT_ENTERED;
	if (sweep->reached == sweep->rule->nsteps)
		return FUNNEL_CONVERTED;
	for (int j = 1; j <= sweep->reached; j++)
		if (funnel_open(sweep, j, as_of))
			return FUNNEL_IN_PROGRESS;
	return FUNNEL_DROPPED;
}

/* How many events are earlier? */
static int64_t
funnel_before(const FunnelEvent *events, int64_t n, int64_t at)
{
	int64_t		low = 0;

	while (low < n)
	{
		int64_t		middle = low + (n - low) / 2;

		if (events[middle].at < at)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/*
 * The earliest of the longest chains among n events that start no sooner than
 * floor; only of the open ones, if one is open.
 */
static void
funnel_earliest(const Sweep *forth, const FunnelEvent *events, int64_t n,
				int64_t floor, bool open, int64_t as_of, int64_t *times)
{
	int64_t		chain[SLOTS][SLOTS];
	Sweep		back;

	sweep_begin(&back, forth->rule, forth->reached + open);
	back.back = true;
	back.plain = false;
	back.edge = &events[n - 1];
	back.count = n - funnel_before(events, n, floor);
	back.chain = chain;
	if (open)
	{
		back.alive |= BIT(1);
		back.start[1] = back.last[1] = chain[1][1] = ~as_of;
	}
	sweep_run(&back);
	for (int i = 0; i < forth->reached; i++)
		times[i] = ~chain[back.depth][back.depth - i];
}

/* The times of the chain that is reported. */
static void
funnel_times(const Sweep *forth, const FunnelEvent *events, int64_t as_of,
			 int64_t *times)
{
	bool		open = funnel_open(forth, forth->reached, as_of);
	int64_t		n = open ? forth->count : forth->first_count;
	int64_t		until = open ? as_of : forth->first[forth->reached];
	int64_t		floor = funnel_floor(until, forth->rule->within,
									 open ? forth->cut : forth->first_cut);

	if (!forth->plain || forth->first[1] < floor)
		funnel_earliest(forth, events, n, floor, open, as_of, times);
	else
		/* no window has ended a chain: the first times are one chain */
		for (int i = 0; i < forth->reached; i++)
			times[i] = forth->first[i + 1];
}

/*
 * Match events, which are in order of time, with the steps.  If times is not
 * NULL, times[0 .. reached - 1] are set to those of the chain reported.
 */
FunnelMatch
funnel_match(const FunnelRule *rule, const FunnelEvent *events, int64_t n,
			 int64_t as_of, int64_t *times)
{
	Sweep		sweep;
	FunnelMatch match;

	if (n > 0 && events[n - 1].at > as_of)
		n = funnel_before(events, n, as_of + 1);
	if (rule->mode == FUNNEL_ANY_ORDER)
		return funnel_match_any(rule, events, n, as_of, times);
	sweep_begin(&sweep, rule, rule->nsteps);
	sweep.edge = events;
	sweep.count = n;
	sweep_run(&sweep);
	match.reached = sweep.reached;
	match.state = funnel_state(&sweep, as_of);
	if (times != NULL && match.reached > 0)
		funnel_times(&sweep, events, as_of, times);
	return match;
}
