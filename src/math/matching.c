/*
 * matching.c
 *		Steps served by distinct events.
 *
 * An event can serve some of the steps, and serves at most one.  The sets of
 * events that can all be placed at once are the independent sets of a
 * transversal matroid [1].  Events come one by one, none earlier than the one
 * before, and the matching holds a basis of all events so far in which the
 * latest are preferred: a new event is placed along a path of events that
 * move over; if there is no room, the oldest event that could make room for
 * it leaves.  As with every matroid, such a basis has, for every moment, as
 * many events since that moment as can be placed at all, so that one matching
 * answers for every window that ends now.
 *
 * [1] J. Edmonds, D. R. Fulkerson: Transversals and matroid partition.
 *     Journal of Research of the NBS 69B, 1965.
 */
#include "math/matching.h"

#define NOBODY (-1)

/* The step among some whose event is the oldest. */
static int
matching_oldest(const Matching *matching, uint32_t among)
{
	int			oldest = __builtin_ctz(among);

	for (; among != 0; among &= among - 1)
	{
		int			step = __builtin_ctz(among);

		if (matching->at[step] < matching->at[oldest])
			oldest = step;
	}
	return oldest;
}

/*
 * The step that ends the way of an event with these steps: an empty one if
 * any can be reached, else that of the oldest event on the ways.  mover[i]
 * is the step whose event could move to step i.
 */
static int
matching_search(const Matching *matching, uint32_t steps, int8_t *mover)
{
	uint32_t	seen = steps;
	uint32_t	asked = 0;

	for (uint32_t set = steps; set != 0; set &= set - 1)
		mover[__builtin_ctz(set)] = NOBODY;
	while ((seen & ~matching->filled) == 0)
	{
		uint32_t	open = seen & ~asked;
		int			step;

		if (open == 0)
			return matching_oldest(matching, seen);
		step = __builtin_ctz(open);
		asked |= UINT32_C(1) << step;
		for (uint32_t set = matching->steps[step] & ~seen; set != 0;
			 set &= set - 1)
			mover[__builtin_ctz(set)] = step;
		seen |= matching->steps[step];
	}
	return __builtin_ctz(seen & ~matching->filled);
}

/* Place an event, which is not earlier than those before. */
void
matching_add(Matching *matching, uint32_t steps, int64_t at)
{
	int8_t		mover[MATCHING_MAX];
	int			step;

	if (steps == 0)
		return;
	step = matching_search(matching, steps, mover);
	matching->filled |= UINT32_C(1) << step;
	for (; mover[step] != NOBODY; step = mover[step])
	{
		matching->steps[step] = matching->steps[mover[step]];
		matching->at[step] = matching->at[mover[step]];
	}
	matching->steps[step] = steps;
	matching->at[step] = at;
}

/* Take the events before a moment out; how many remain? */
int
matching_expire(Matching *matching, int64_t before)
{
	for (uint32_t set = matching->filled; set != 0; set &= set - 1)
	{
		int			step = __builtin_ctz(set);

		if (matching->at[step] < before)
			matching->filled &= ~(UINT32_C(1) << step);
	}
	return matching_size(matching);
}
