/*
 * sweep.c
 *		A walk over the events of a funnel, forward or back.
 *
 * Chains are defined in funnel.c.
 *
 * Why one pass is enough.  Let two chains lead to step j, one ending at t,
 * the other starting later but ending at an earlier moment u < t.  Somewhere
 * the second falls back behind the first, and where it does it can change
 * over to the first's events: a step that waits less than the first's did,
 * inside the first's window, with nothing between that was not between
 * before.  So there is a chain that ends at t and starts as late as the
 * second, the chain to step j that ends last can be taken to be the one that
 * starts last as well, and what any chain can do next, this one can.  Within
 * one moment a chain takes steps p .. j if these can be served by different
 * events of the moment, the lower p the better, for chains to lower steps
 * start later.  So a sweep keeps, for every step, one chain.
 *
 * The same sweep from the end, with time and steps reversed, keeps for every
 * step the chain to the longest chain's end that starts first, hence the
 * earliest chain.  An open chain is one step longer, by a thought event at
 * as_of after all others.
 */
#include "math/sweep.h"

#include <stddef.h>

#include "math/matching.h"

/* The events of one moment. */
typedef struct Moment
{
	int64_t		from;			/* first and after the last on the way */
	int64_t		to;
	int64_t		at;
	uint64_t	steps;			/* that any of them can serve */
	uint64_t	calm;			/* i: all of them can serve i or i + 1 */
	int64_t		serving;		/* how many can be used, at most */
	bool		simple;			/* each can serve one step only */
	bool		excluded;		/* one of them is excluded */
} Moment;

/* The n lowest bits in reverse order. */
static uint32_t
sweep_reverse(uint32_t bits, int n)
{
	bits = (bits >> 1 & 0x55555555) | (bits & 0x55555555) << 1;
	bits = (bits >> 2 & 0x33333333) | (bits & 0x33333333) << 2;
	bits = (bits >> 4 & 0x0F0F0F0F) | (bits & 0x0F0F0F0F) << 4;
	return __builtin_bswap32(bits) >> (FUNNEL_MAX_STEPS - n);
}

static const FunnelEvent *
sweep_event(const Sweep *sweep, int64_t place)
{
	return sweep->back ? sweep->edge - place : sweep->edge + place;
}

/* The steps that an event can serve, by the rule's numbers, from bit 0. */
static uint32_t
sweep_serves(const Sweep *sweep, const FunnelEvent *event)
{
	return event->excluded ? 0 : event->steps & funnel_known(sweep->rule);
}

/* The same by the sweep's numbers, from bit 1. */
static uint64_t
sweep_steps(const Sweep *sweep, uint32_t serves)
{
	return (uint64_t) (sweep->back ? sweep_reverse(serves, sweep->depth) :
					   serves) << 1;
}

/* May the chain to step p - 1 go on to step p at that time? */
bool
sweep_passes(const Sweep *sweep, int p, int64_t at)
{
	const uint64_t *gap = sweep->rule->gap;

	if ((sweep->alive & BIT(p - 1)) == 0 ||
		funnel_since(at, sweep->start[p - 1]) > sweep->rule->within)
		return false;
	return gap == NULL || p == 1 || funnel_since(at, sweep->last[p - 1]) <=
		gap[sweep->back ? sweep->depth + 1 - p : p - 1];
}

/* Read the events of the next moment. */
static Moment
moment_read(const Sweep *sweep, int64_t place)
{
	const FunnelEvent *event = sweep_event(sweep, place);
	int64_t		at = event->at;
	Moment		moment = {place, place, sweep->back ? ~at : at, 0, UINT64_MAX,
	0, true, false};

	do
	{
		uint32_t	serves = sweep_serves(sweep, event);
		uint64_t	steps = sweep_steps(sweep, serves);

		moment.excluded |= event->excluded;
		moment.steps |= steps;
		moment.simple &= (steps & (steps - 1)) == 0;
		moment.serving += steps != 0;
		/* what serves steps beyond the sweep's depth is in the way as well */
		if (serves != 0)
			moment.calm &= steps | steps >> 1;
		if (++moment.to == sweep->count)
			break;
		event = sweep_event(sweep, moment.to);
	} while (event->at == at);
	/* one step a moment is as if the moment had one event */
	if (sweep->rule->mode == FUNNEL_INCREASING && moment.serving > 1)
		moment.serving = 1;
	return moment;
}

/* Can different events serve steps p .. j, all of which have some event? */
static bool
moment_serves(const Sweep *sweep, const Moment *moment, int p, int j)
{
	uint64_t	range = BIT(j + 1) - BIT(p);
	Matching	matching;

	if (moment->simple)
		return true;
	matching.filled = 0;
	for (int64_t i = moment->from; i < moment->to; i++)
	{
		uint32_t	serves = sweep_serves(sweep, sweep_event(sweep, i));
		uint64_t	steps = sweep_steps(sweep, serves) & range;

		matching_add(&matching, (uint32_t) (steps >> 1), 0);
		if (matching_size(&matching) > j - p)
			return true;
		if (i % FUNNEL_PAUSE == FUNNEL_PAUSE - 1 && sweep->rule->pause)
			sweep->rule->pause();
	}
	return false;
}

/*
 * Is there room for the moment's other events outside of a chain that takes
 * steps p .. j and goes on?
 */
static bool
moment_leaves(const Sweep *sweep, const Moment *moment, int p, int j)
{
	uint64_t	range = BIT(j + 2) - BIT(p - 1);

	if (sweep->rule->mode != FUNNEL_STRICT || p == 1)
		return true;
	for (int64_t i = moment->from; i < moment->to; i++)
	{
		uint32_t	serves = sweep_serves(sweep, sweep_event(sweep, i));

		if (serves != 0 && (sweep_steps(sweep, serves) & range) == 0)
			return false;
	}
	return true;
}

/* The chain to step j is now the one to step p - 1 and p .. j at once. */
static void
sweep_extend(Sweep *sweep, int p, int j, int64_t at)
{
	sweep->start[j] = p == 1 ? at : sweep->start[p - 1];
	sweep->last[j] = at;
	if (sweep->chain == NULL)
		return;
	for (int i = 1; i <= j; i++)
		sweep->chain[j][i] = i < p ? sweep->chain[p - 1][i] : at;
}

/* Note that steps up to j have been reached. */
static void
sweep_reach(Sweep *sweep, int j, int64_t at, int64_t count)
{
	while (sweep->reached < j)
		sweep->first[++sweep->reached] = at;
	sweep->first_count = count;
	sweep->first_cut = sweep->cut;
}

/* No chain that has started before an exclusion goes on after it. */
static void
sweep_exclude(Sweep *sweep, int64_t at)
{
	sweep->cut = at;
	for (int j = 1; j <= sweep->depth; j++)
		if (sweep->start[j] < at)
			sweep->alive &= ~BIT(j);
}

/* For every step j the lowest p such that p .. j can all be served. */
static void
moment_lowest(const Sweep *sweep, const Moment *moment, uint8_t *lowest)
{
	int			p = 1;

	for (int j = 1; j <= sweep->depth; j++)
	{
		if ((moment->steps & BIT(j)) == 0)
			p = j + 1;
		while (p < j && !moment_serves(sweep, moment, p, j))
			p++;
		lowest[j] = p;
	}
}

/* Make the best chain to step j that ends at this moment, if there is one. */
static void
sweep_serve(Sweep *sweep, const Moment *moment, int p, int j)
{
	while (p <= j && !sweep_passes(sweep, p, moment->at))
		p++;
	if (p > j)
		return;
	sweep_extend(sweep, p, j, moment->at);
	if (j > sweep->reached)
		sweep_reach(sweep, j, moment->at, moment->to);
	/* where this one cannot go on, the moment is not calm for the last one */
	if (moment_leaves(sweep, moment, p, j))
		sweep->fresh |= BIT(j);
}

/*
 * Take the events of one moment.  The higher steps go first, as they build on
 * the chains from before the moment.
 */
static int64_t
sweep_moment(Sweep *sweep, int64_t place)
{
	Moment		moment = moment_read(sweep, place);
	uint8_t		lowest[SLOTS];
	int			j;

	if (moment.serving > 1)
		moment_lowest(sweep, &moment, lowest);
	sweep->start[0] = moment.at;
	sweep->fresh = BIT(0);
	for (uint64_t set = moment.steps; set != 0; set &= ~BIT(j))
	{
		j = 63 - __builtin_clzll(set);
		sweep_serve(sweep, &moment, moment.serving > 1 ? lowest[j] : j, j);
	}
	if (sweep->rule->mode == FUNNEL_STRICT)
		sweep->alive &= moment.calm;
	sweep->alive |= sweep->fresh;
	if (moment.excluded && !sweep->back)
		sweep_exclude(sweep, moment.at);
	return moment.to;
}

/*
 * Take events, as long as each is alone in its moment and can serve one step
 * only; where it stops, sweep_moment goes on.
 */
static int64_t
sweep_plain(Sweep *sweep, int64_t place, int64_t stop)
{
	const FunnelEvent *events = sweep->edge;
	uint32_t	known = funnel_known(sweep->rule);
	uint64_t	within = sweep->rule->within;
	uint64_t	alive = sweep->alive;

	for (; place < stop; place++)
	{
		int64_t		at = events[place].at;
		uint32_t	steps = events[place].steps & known;
		int			j;
		uint64_t	passes;

		if (steps == 0 || (steps & (steps - 1)) != 0 ||
			events[place].excluded ||
			(place + 1 < sweep->count && events[place + 1].at == at))
			break;
		j = __builtin_ctz(steps) + 1;
		sweep->start[0] = at;
		passes = alive >> (j - 1) & 1 &
			(funnel_since(at, sweep->start[j - 1]) <= within);
		sweep->start[j] = sweep->start[passes ? j - 1 : j];
		alive |= passes << j;
		if (passes && j > sweep->reached)
		{
			sweep_reach(sweep, j, at, place + 1);
			if (j == sweep->depth)
				break;
		}
	}
	sweep->alive = alive;
	return place;
}

/* Forward, the rest is of no interest once the whole funnel is passed. */
static bool
sweep_goes_on(const Sweep *sweep, int64_t place)
{
	return place < sweep->count &&
		(sweep->back || sweep->reached < sweep->depth);
}

void
sweep_run(Sweep *sweep)
{
	int64_t		place = 0;
	int64_t		stop = FUNNEL_PAUSE;

	while (sweep_goes_on(sweep, place))
	{
		if (place >= stop)
		{
			if (sweep->rule->pause)
				sweep->rule->pause();
			stop = place + FUNNEL_PAUSE;
		}
		if (sweep->plain)
			place = sweep_plain(sweep, place,
								stop < sweep->count ? stop : sweep->count);
		if (sweep_goes_on(sweep, place))
			place = sweep_moment(sweep, place);
	}
}

/* Set out, field by field: much of a Sweep need not be cleared. */
void
sweep_begin(Sweep *sweep, const FunnelRule *rule, int depth)
{
	sweep->rule = rule;
	sweep->depth = depth;
	sweep->plain = rule->gap == NULL && rule->mode != FUNNEL_STRICT;
	sweep->back = false;
	sweep->alive = 1;
	sweep->cut = INT64_MIN;
	sweep->reached = 0;
	sweep->chain = NULL;
	for (int i = 0; i <= depth; i++)
		sweep->start[i] = 0;
}
