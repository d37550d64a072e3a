/*
 * funnel_chains_test.c
 *		Funnels against brute force, which tries every chain.
 *
 * The brute force takes the definitions literally: it builds every sequence
 * of different events, and asks of every other event whether some place in
 * the order of events, allowed by the times, does the sequence no harm.
 */
#include "funnel_case.h"

#define ROUNDS 400000
#define SMALL 9

/* The search of the brute force and the best that it has found. */
typedef struct Search
{
	const Case *a;
	int			chain[FUNNEL_MAX_STEPS];	/* events, in the chain's order */
	bool		used[SMALL];
	Answer		best;
	bool		best_open;
	bool		any_open;
} Search;

static int
compare_times(const int64_t *a, const int64_t *b, int n)
{
	for (int i = 0; i < n; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static void
sort_times(int64_t *times, int n)
{
	for (int i = 1; i < n; i++)
		for (int j = i; j > 0 && times[j] < times[j - 1]; j--)
		{
			int64_t		t = times[j];

			times[j] = times[j - 1];
			times[j - 1] = t;
		}
}

/*
 * Does an event that stands after d of the chain's events do no harm there?
 * An open chain goes on after the last.
 */
static bool
harmless(const Search *s, const FunnelEvent *e, int after, int d, bool open)
{
	uint32_t	near = (UINT32_C(1) << after) >> 1 | UINT32_C(1) << after;

	if (after == 0 || (after == d && !open))
		return true;
	if (e->excluded)
		return false;
	return s->a->rule.mode != FUNNEL_STRICT || e->steps == 0 ||
		(e->steps & near) != 0;
}

/* Is there a place among the chain's events for one that is not of it? */
static bool
has_place(const Search *s, const FunnelEvent *e, int d, bool open)
{
	const FunnelEvent *all = s->a->events;

	for (int after = 0; after <= d; after++)
		if ((after == 0 || all[s->chain[after - 1]].at <= e->at) &&
			(after == d || e->at <= all[s->chain[after]].at) &&
			harmless(s, e, after, d, open))
			return true;
	return false;
}

/* The rule of any order: an exclusion inside, by time alone. */
static bool
excluded_between(const Case *a, int64_t low, int64_t high, bool open)
{
	for (int i = 0; i < a->n; i++)
		if (a->events[i].excluded && a->events[i].at > low &&
			a->events[i].at <= a->as_of && (open || a->events[i].at < high))
			return true;
	return false;
}

/* Could a chain that ends with that event go on at as_of? */
static bool
may_go_on(const Case *a, const FunnelEvent *end, int d)
{
	return d < a->rule.nsteps &&
		(a->rule.gap == NULL ||
		 (uint64_t) (a->as_of - end->at) <= a->rule.gap[d]);
}

/* Is this a chain of d steps, which goes on if it is to be open? */
static bool
is_chain(const Search *s, int d, bool open)
{
	const Case *a = s->a;
	const FunnelEvent *first = &a->events[s->chain[0]];
	const FunnelEvent *end = &a->events[s->chain[d - 1]];
	int64_t		last = open ? a->as_of : end->at;

	if ((uint64_t) (last - first->at) > a->rule.within ||
		(open && !may_go_on(a, end, d)))
		return false;
	for (int i = 0; i < a->n; i++)
		if (!s->used[i] && a->events[i].at <= a->as_of &&
			!has_place(s, &a->events[i], d, open))
			return false;
	return true;
}

/* The same for d steps in any order, whose times are sorted. */
static bool
is_tour(const Search *s, const int64_t *times, int d, bool open)
{
	int64_t		last = open ? s->a->as_of : times[d - 1];

	return (uint64_t) (last - times[0]) <= s->a->rule.within &&
		(!open || d < s->a->rule.nsteps) &&
		!excluded_between(s->a, times[0], last, open);
}

/* A chain has been found: is it the best? */
static void
consider(Search *s, const int64_t *times, int d, bool open)
{
	Answer	   *best = &s->best;

	s->any_open |= open;
	if (d < best->match.reached)
		return;
	if (d == best->match.reached &&
		(open < s->best_open ||
		 (open == s->best_open && compare_times(times, best->times, d) >= 0)))
		return;
	best->match.reached = d;
	s->best_open = open;
	memcpy(best->times, times, d * sizeof(*times));
}

static void
try_chain(Search *s, int d)
{
	int64_t		times[FUNNEL_MAX_STEPS];
	bool		any = s->a->rule.mode == FUNNEL_ANY_ORDER;

	for (int i = 0; i < d; i++)
		times[i] = s->a->events[s->chain[i]].at;
	if (any)
		sort_times(times, d);
	if (any ? is_tour(s, times, d, false) : is_chain(s, d, false))
		consider(s, times, d, any ? is_tour(s, times, d, true) :
				 is_chain(s, d, true));
}

/* May event i follow as the chain's event number d, from 0? */
static bool
may_follow(const Search *s, int i, int d)
{
	const FunnelRule *rule = &s->a->rule;
	int64_t		at = s->a->events[i].at;
	int64_t		before = d == 0 ? at : s->a->events[s->chain[d - 1]].at;

	if (rule->mode == FUNNEL_ANY_ORDER || d == 0)
		return true;
	return at >= before && (rule->mode != FUNNEL_INCREASING || at > before) &&
		(rule->gap == NULL || (uint64_t) (at - before) <= rule->gap[d]);
}

/* Try every chain: step number "step" from any event, after d others. */
static void
try_step(Search *s, int step, int d)
{
	if (d > 0)
		try_chain(s, d);
	if (step == s->a->rule.nsteps)
		return;
	for (int i = 0; i < s->a->n; i++)
	{
		const FunnelEvent *e = &s->a->events[i];

		if (s->used[i] || e->excluded || e->at > s->a->as_of ||
			(e->steps >> step & 1) == 0 || !may_follow(s, i, d))
			continue;
		s->used[i] = true;
		s->chain[d] = i;
		try_step(s, step + 1, d + 1);
		s->used[i] = false;
	}
	if (s->a->rule.mode == FUNNEL_ANY_ORDER)
		try_step(s, step + 1, d);
}

static Answer
brute_force(const Case *a)
{
	Search		s = {.a = a};

	try_step(&s, 0, 0);
	if (s.best.match.reached == 0)
		s.best.match.state = FUNNEL_NOT_ENTERED;
	else if (s.best.match.reached == a->rule.nsteps)
		s.best.match.state = FUNNEL_CONVERTED;
	else
		s.best.match.state = s.any_open ? FUNNEL_IN_PROGRESS : FUNNEL_DROPPED;
	return s.best;
}

static bool
same_answer(const Answer *a, const Answer *b)
{
	return a->match.reached == b->match.reached &&
		a->match.state == b->match.state &&
		compare_times(a->times, b->times, a->match.reached) == 0;
}

static void
show_case(const Case *a, const char *who, const Answer *answer)
{
	printf("# mode %d steps %d within %lld as_of %lld", a->rule.mode,
		   a->rule.nsteps, (long long) a->rule.within, (long long) a->as_of);
	for (int i = 1; a->rule.gap && i < a->rule.nsteps; i++)
		printf(" gap%d %lld", i, (long long) a->gap[i]);
	for (int i = 0; i < a->n; i++)
		printf(" %lld:%x%s", (long long) a->events[i].at, a->events[i].steps,
			   a->events[i].excluded ? "x" : "");
	printf("\n# %s: reached %d state %d at", who, answer->match.reached,
		   answer->match.state);
	for (int i = 0; i < answer->match.reached; i++)
		printf(" %lld", (long long) answer->times[i]);
	printf("\n");
}

/*
 * What labels serve: mostly one step each, sometimes one label in several
 * steps, sometimes one that the caller should have left out.
 */
static void
random_steps(Case *a)
{
	int			several = random_below(3);

	for (int i = 0; i < a->n; i++)
	{
		FunnelEvent *e = &a->events[i];

		e->steps = UINT32_C(1) << random_below(a->rule.nsteps);
		if (several > 0 && random_below(several == 1 ? 4 : 2) == 0)
			e->steps |= UINT32_C(1) << random_below(a->rule.nsteps);
		if (several == 2 && random_below(3) == 0)
			e->steps |= UINT32_C(1) << random_below(a->rule.nsteps);
		e->excluded = false;
		if (random_below(40) == 0)
			e->steps = 0;
	}
}

static void
random_limits(Case *a, int moments)
{
	a->rule.within = random_below(4) == 0 ? FUNNEL_NO_LIMIT :
		(uint64_t) random_below(moments + 1);
	a->rule.gap = NULL;
	if (a->rule.mode == FUNNEL_ANY_ORDER || random_below(3) != 0)
		return;
	a->rule.gap = a->gap;
	for (int i = 0; i < a->rule.nsteps; i++)
		a->gap[i] = random_below(3) == 0 ? FUNNEL_NO_LIMIT :
			(uint64_t) random_below(moments);
}

static void
random_case(Case *a, FunnelMode mode, int n, int moments)
{
	int64_t		times[LARGE];

	a->rule.mode = mode;
	a->rule.nsteps = 2 + random_below(4);
	a->rule.pause = NULL;
	a->n = n;
	for (int i = 0; i < n; i++)
		times[i] = random_below(moments);
	sort_times(times, n);
	random_steps(a);
	for (int i = 0; i < n; i++)
		a->events[i].at = times[i];
	if (random_below(3) == 0)
		for (int k = 1 + random_below(2); k > 0; k--)
			a->events[random_below(n)].excluded = true;
	random_limits(a, moments);
	a->as_of = random_below(moments + 4) - 1;
}

/* The answers to random questions are those of the brute force. */
static void
check_brute_force(FunnelMode mode, const char *name)
{
	int			wrong = 0;
	int			states[4] = {0};
	char		what[200];

	for (int round = 0; round < ROUNDS; round++)
	{
		Case		a;
		Answer		found;
		Answer		truth;

		random_case(&a, mode, 5 + random_below(5), 2 + random_below(6));
		found = kernel(&a);
		truth = brute_force(&a);
		states[truth.match.state]++;
		if (same_answer(&found, &truth))
			continue;
		if (wrong++ < 3)
		{
			show_case(&a, "kernel", &found);
			show_case(&a, "truth", &truth);
		}
	}
	snprintf(what, sizeof(what), "%s: %d differences in %d (%d not entered, "
			 "%d in progress, %d dropped, %d converted)", name, wrong, ROUNDS,
			 states[0], states[1], states[2], states[3]);
	report(wrong == 0, what);
}

/* Tied events in another order give the same answer. */
static void
check_ties(void)
{
	int			good = 1;

	for (int round = 0; round < 100000; round++)
	{
		Case		a;
		Answer		one;
		Answer		other;

		random_case(&a, round % 4, LARGE, 2 + random_below(30));
		one = kernel(&a);
		for (int i = 0; i < 200; i++)
		{
			int			k = random_below(a.n - 1);
			FunnelEvent e = a.events[k];

			if (e.at != a.events[k + 1].at)
				continue;
			a.events[k] = a.events[k + 1];
			a.events[k + 1] = e;
		}
		other = kernel(&a);
		good &= same_answer(&one, &other);
	}
	report(good, "events of one moment in any order: the same answer");
}

static int	pauses;

static void
count_pause(void)
{
	pauses++;
}

/*
 * A pause in the midst of the events changes nothing: events that serve no
 * step are put before or after, so many that the others are around a pause.
 */
static void
check_pause(void)
{
	static FunnelEvent events[FUNNEL_PAUSE + SMALL];
	int			good = 1;

	for (int round = 0; round < 400; round++)
	{
		Case		a;
		Answer		found = {{0, 0}, {0}};
		Answer		truth;
		int			pad = FUNNEL_PAUSE - random_below(SMALL);
		bool		before = random_below(2);

		random_case(&a, round % 4, SMALL, 2 + random_below(6));
		a.as_of += 6;
		a.rule.pause = count_pause;
		memset(events, 0, sizeof(events));
		for (int i = 0; i < pad; i++)
			if (before)
				events[i].at = i - FUNNEL_PAUSE;
			else
				events[i + SMALL].at = i + 6;
		memcpy(&events[before ? pad : 0], a.events,
			   SMALL * sizeof(FunnelEvent));
		if (!before)
			a.as_of += FUNNEL_PAUSE;
		truth = kernel(&a);
		found.match = funnel_match(&a.rule, events, pad + SMALL, a.as_of,
								   found.times);
		good &= same_answer(&found, &truth);
	}
	report(good && pauses > 0, "the same answer with a pause on the way");
}


int
main(void)
{
	check_brute_force(FUNNEL_ORDERED, "ordered");
	check_brute_force(FUNNEL_INCREASING, "increasing");
	check_brute_force(FUNNEL_STRICT, "strict");
	check_brute_force(FUNNEL_ANY_ORDER, "any order");
	check_ties();
	check_pause();
	return report_end();
}
