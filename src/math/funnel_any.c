/*
 * funnel_any.c
 *		A funnel whose steps may come in any order.
 *
 * How many different steps can be served by distinct events of one window?
 * The latest events that can be placed (matching.c) answer for all windows
 * that end now.  The greatest number is first reached at some moment T.  The
 * earliest window with that many ends at T, for a later start never ends
 * sooner, so it is [max(T - within, the last exclusion before T), T]; and the
 * earliest events in it are found by the same matching with time reversed.
 */
#include "math/funnel.h"

#include <stddef.h>

#include "math/matching.h"

typedef struct Window
{
	int64_t		floor;			/* it starts here */
	int64_t		count;			/* and ends with this many events */
	int			steps;			/* which can serve so many steps */
} Window;

typedef struct Tour
{
	Matching	matching;
	int64_t		at;				/* the moment the events are at */
	int64_t		cut;			/* the last exclusion before it */
	int64_t		excluded;		/* the last exclusion up to it */
	Window		best;
} Tour;

/*
 * Take event number i.  Steps are counted at once, not when all events of the
 * moment are in: the others can only add to them.
 */
static void
tour_add(Tour *tour, const FunnelRule *rule, const FunnelEvent *events,
		 int64_t i)
{
	const FunnelEvent *event = &events[i];
	Window		window;

	if (event->at != tour->at)
		tour->cut = tour->excluded;
	tour->at = event->at;
	if (event->excluded)
	{
		tour->excluded = event->at;
		return;
	}
	matching_add(&tour->matching, event->steps & funnel_known(rule),
				 event->at);
	if (matching_size(&tour->matching) <= tour->best.steps)
		return;
	window.floor = funnel_floor(event->at, rule->within, tour->cut);
	window.count = i + 1;
	window.steps = matching_expire(&tour->matching, window.floor);
	if (window.steps > tour->best.steps)
		tour->best = window;
}

/* The earliest times of a window's steps, in order. */
static void
tour_times(const FunnelRule *rule, const FunnelEvent *events, Window window,
		   int64_t *times)
{
	Matching	matching = {0};
	int			n = 0;

	/* with every bit turned the order is reversed, and nothing overflows */
	for (int64_t i = window.count; i > 0; i--)
	{
		const FunnelEvent *event = &events[i - 1];

		if (event->at < window.floor)
			break;
		if (!event->excluded)
			matching_add(&matching, event->steps & funnel_known(rule),
						 ~event->at);
		if (i % FUNNEL_PAUSE == 0 && rule->pause)
			rule->pause();
	}
	for (; matching.filled != 0; matching.filled &= matching.filled - 1)
	{
		int64_t		at = ~matching.at[__builtin_ctz(matching.filled)];
		int			place = n++;

		for (; place > 0 && times[place - 1] > at; place--)
			times[place] = times[place - 1];
		times[place] = at;
	}
}

/* funnel_match in any order, of events none of which is after as_of. */
FunnelMatch
funnel_match_any(const FunnelRule *rule, const FunnelEvent *events, int64_t n,
				 int64_t as_of, int64_t *times)
{
	Tour		tour = {{0}, INT64_MIN, INT64_MIN, INT64_MIN, {0, 0, 0}};
	FunnelMatch match = {0, FUNNEL_NOT_ENTERED};
	Window		open = {INT64_MIN, n, 0};

	for (int64_t i = 0; i < n && tour.best.steps < rule->nsteps; i++)
	{
		tour_add(&tour, rule, events, i);
		if (i % FUNNEL_PAUSE == FUNNEL_PAUSE - 1 && rule->pause)
			rule->pause();
	}
	match.reached = tour.best.steps;
	if (match.reached == rule->nsteps)
		match.state = FUNNEL_CONVERTED;
	else if (match.reached > 0)
	{
		open.floor = funnel_floor(as_of, rule->within, tour.excluded);
		open.steps = matching_expire(&tour.matching, open.floor);
		match.state = open.steps > 0 ? FUNNEL_IN_PROGRESS : FUNNEL_DROPPED;
	}
	if (times != NULL && match.reached > 0)
		tour_times(rule, events,
				   open.steps == match.reached ? open : tour.best, times);
	return match;
}
