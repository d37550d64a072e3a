/*
 * funnel_test.c
 *		Funnels against brute force, which tries every chain.
 *
 * The brute force takes the definitions literally: it builds every sequence
 * of different events, and asks of every other event whether some place in
 * the order of events, allowed by the times, does the sequence no harm.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/funnel.h"

#define ROUNDS 400000
#define SMALL 9
#define LARGE 60
#define MANY 2000000

typedef struct Case
{
	FunnelRule	rule;
	uint64_t	gap[FUNNEL_MAX_STEPS];
	FunnelEvent events[LARGE];
	int			n;
	int64_t		as_of;
} Case;

typedef struct Answer
{
	FunnelMatch match;
	int64_t		times[FUNNEL_MAX_STEPS];
} Answer;

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

static int	tests = 0;
static int	faults = 0;
static uint64_t seed = 42;

static void
report(int good, const char *what)
{
	tests++;
	faults += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, what);
}

/* xorshift64*, its higher bits, below a limit */
static int
random_below(int limit)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (int) ((seed * UINT64_C(2685821657736338717) >> 33) %
				  (uint64_t) limit);
}

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

static Answer
kernel(const Case *a)
{
	Answer		answer = {{0, 0}, {0}};

	answer.match = funnel_match(&a->rule, a->events, a->n, a->as_of,
								answer.times);
	return answer;
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

/* Letters are steps, times are given, one event each: "ab" serves two. */
static Answer
ask(FunnelMode mode, int nsteps, uint64_t within, int64_t as_of,
	const char *const *letters, const int64_t *at, int n)
{
	Case		a = {.rule = {nsteps, mode, within, NULL, NULL},.n = n};

	a.as_of = as_of;
	for (int i = 0; i < n; i++)
	{
		a.events[i].at = at[i];
		for (const char *c = letters[i]; *c; c++)
			if (*c == 'x')
				a.events[i].excluded = true;
			else
				a.events[i].steps |= UINT32_C(1) << (*c - 'a');
	}
	return kernel(&a);
}

/* One event a letter, one a second. */
static Answer
ask_string(FunnelMode mode, int nsteps, uint64_t within, int64_t as_of,
		   const char *string)
{
	char text[	LARGE][2];
	const char *letters[LARGE];
	int64_t		at[LARGE];
	int			n = (int) strlen(string);

	for (int i = 0; i < n; i++)
	{
		text[		i][0] = string[i];
		text[		i][1] = 0;
		letters[i] = text[i];

		at[i] = i;
	}
	return ask(mode, nsteps, within, as_of, letters, at, n);
}

static bool
is_answer(Answer a, int reached, FunnelState state)
{
	return a.match.reached == reached && a.match.state == state;
}

/* Cases that other programs have been found to miscount (goldens, G16). */
static void
check_known(void)
{
	static const char *const two[] = {"a", "b", "b", "c"};
	static const int64_t two_at[] = {0, 1, 2, 2};
	static const char *const one[] = {"a", "a", "b"};
	static const int64_t one_at[] = {1, 4, 4};
	static const char *const both[] = {"ab"};
	static const char *const start[] = {"a", "b", "c", "a", "b", "a", "b",
	"c", "d"};
	static const int64_t start_at[] = {0, 5, 10, 15, 20, 25, 30, 35, 40};
	Answer		a;

	report(is_answer(ask(FUNNEL_INCREASING, 3, 10, 50, two, two_at, 4), 3,
					 FUNNEL_CONVERTED),
		   "G16: a@0 b@1 b@2 c@2, increasing within 10: 3");
	report(is_answer(ask(FUNNEL_INCREASING, 2, 4, 50, one, one_at, 3), 2,
					 FUNNEL_CONVERTED),
		   "G16: a@1 a@4 b@4, increasing within 4: 2");
	for (FunnelMode mode = FUNNEL_ORDERED; mode <= FUNNEL_ANY_ORDER; mode++)
		report(is_answer(ask(mode, 2, 4, 50, both, two_at, 1), 1,
						 FUNNEL_DROPPED),
			   "G16: one event for steps 1 and 2: 1");
	a = ask(FUNNEL_ORDERED, 4, 60, 40, start, start_at, 9);
	report(is_answer(a, 4, FUNNEL_CONVERTED) && a.times[0] == 0 &&
		   a.times[1] == 5 && a.times[2] == 10 && a.times[3] == 40,
		   "G16: install, start, login, ..., end within 60 s: 4");
	a = ask(FUNNEL_ORDERED, 4, 20, 40, start, start_at, 9);
	report(is_answer(a, 4, FUNNEL_CONVERTED) && a.times[0] == 25,
		   "the same within 20 s: the last install starts it");
	a = ask(FUNNEL_ORDERED, 4, 14, 40, start, start_at, 9);
	report(is_answer(a, 3, FUNNEL_DROPPED) && a.times[0] == 0,
		   "the same within 14 s: 3 and dropped, at 40 both are over");
	a = ask(FUNNEL_ORDERED, 4, 14, 38, start, start_at, 8);
	report(is_answer(a, 3, FUNNEL_IN_PROGRESS) && a.times[0] == 25,
		   "the same at 38: the later three are still going on");
}

/*
 * The sample of the TimescaleDB Toolkit's issue 475, in hours since its first
 * event: login, search, buy.
 */
static void
check_sample(void)
{
	static const char *const first[] = {"a", "a", "b", "c"};
	static const int64_t first_at[] = {0, 24, 25, 27};
	static const char *const second[] = {"a", "b", "c", "a"};
	static const int64_t second_at[] = {48, 49, 50, 456};
	static const char *const third[] = {"b", "c"};
	static const int64_t third_at[] = {745, 1058};
	static const char *const fourth[] = {"a", "a"};
	static const int64_t fourth_at[] = {1080, 1392};
	Answer		a = ask(FUNNEL_ORDERED, 3, 24, 2000, first, first_at, 4);

	report(is_answer(a, 3, FUNNEL_CONVERTED) && a.times[0] == 24 &&
		   a.times[1] == 25 && a.times[2] == 27, "sample, user 1");
	report(is_answer(ask(FUNNEL_ORDERED, 3, 24, 2000, second, second_at, 4),
					 3, FUNNEL_CONVERTED), "sample, user 2");
	report(is_answer(ask(FUNNEL_ORDERED, 3, 24, 2000, third, third_at, 2),
					 0, FUNNEL_NOT_ENTERED), "sample, user 3");
	report(is_answer(ask(FUNNEL_ORDERED, 3, 24, 2000, fourth, fourth_at, 2),
					 1, FUNNEL_DROPPED), "sample, user 4");
	report(is_answer(ask(FUNNEL_ORDERED, 3, 24, 1416, fourth, fourth_at, 2),
					 1, FUNNEL_IN_PROGRESS), "sample, user 4 in time");
}

/* Nothing of the funnel's other steps between: ClickHouse 9773's table. */
static void
check_strict(void)
{
	static const struct
	{
		const char *events;
		int			reached;
		FunnelState state;
	}			table[] =
	{
		{"abc", 3, FUNNEL_IN_PROGRESS},
		{"adbc", 1, FUNNEL_DROPPED},
		{"aabbcc", 3, FUNNEL_IN_PROGRESS},
		{"aaaabbcc", 3, FUNNEL_IN_PROGRESS},
		{"aabbdcc", 2, FUNNEL_DROPPED},
		{"bbccaa", 1, FUNNEL_IN_PROGRESS},
		{"adbcabc", 3, FUNNEL_IN_PROGRESS},
		{"ab", 2, FUNNEL_IN_PROGRESS},
		{"aba", 2, FUNNEL_IN_PROGRESS},
		{"abd", 2, FUNNEL_DROPPED},
		{"abxc", 2, FUNNEL_DROPPED},
		{"xabc", 3, FUNNEL_IN_PROGRESS}
	};

	for (int i = 0; i < (int) (sizeof(table) / sizeof(*table)); i++)
	{
		/* d is a fourth step */
		Answer		a = ask_string(FUNNEL_STRICT, 4, FUNNEL_NO_LIMIT, 50,
								   table[i].events);
		char		what[80];

		snprintf(what, sizeof(what), "strict %s: %d", table[i].events,
				 table[i].reached);
		report(is_answer(a, table[i].reached, table[i].state), what);
	}
}

static void
check_limits(void)
{
	static const char *const ab[] = {"a", "b"};
	static const int64_t day[] = {0, 90};
	static const int64_t ends[] = {INT64_MIN, INT64_MAX};
	Answer		a;

	report(is_answer(ask(FUNNEL_ORDERED, 2, 90, 90, ab, day, 2), 2,
					 FUNNEL_CONVERTED), "a window includes its end");
	report(is_answer(ask(FUNNEL_ORDERED, 2, 89, 90, ab, day, 2), 1,
					 FUNNEL_DROPPED), "and nothing after it");
	report(is_answer(ask(FUNNEL_ORDERED, 2, 90, 89, ab, day, 2), 1,
					 FUNNEL_IN_PROGRESS), "events after as_of are not there");
	report(is_answer(ask(FUNNEL_ORDERED, 2, 90, -1, ab, day, 2), 0,
					 FUNNEL_NOT_ENTERED), "no event before as_of");
	report(is_answer(ask(FUNNEL_ORDERED, 2, 90, 0, ab, day, 0), 0,
					 FUNNEL_NOT_ENTERED), "no event at all");
	for (FunnelMode mode = FUNNEL_ORDERED; mode <= FUNNEL_ANY_ORDER; mode++)
	{
		a = ask(mode, 2, FUNNEL_NO_LIMIT, INT64_MAX, ab, ends, 2);
		report(is_answer(a, 2, FUNNEL_CONVERTED) && a.times[0] == INT64_MIN &&
			   a.times[1] == INT64_MAX, "the whole range of times");
		report(is_answer(ask(mode, 2, INT64_MAX, INT64_MAX, ab, ends, 2), 1,
						 mode == FUNNEL_ANY_ORDER ? FUNNEL_IN_PROGRESS :
						 FUNNEL_DROPPED), "half of it as a window");
	}
}

/* 32 steps, forwards, all at once, and one label for all. */
static void
check_steps(void)
{
	FunnelRule	rule = {32, 0, FUNNEL_NO_LIMIT, NULL, NULL};
	FunnelEvent events[64];
	int64_t		times[32];
	int			good = 1;

	for (rule.mode = 0; rule.mode <= FUNNEL_ANY_ORDER; rule.mode++)
		for (int moments = 1; moments <= 64; moments *= 2)
			for (int all = 0; all <= 1; all++)
			{
				FunnelMatch match;
				int			most = rule.mode != FUNNEL_INCREASING ||
				moments >= 32 ? 32 : all ? moments : 1;

				for (int i = 0; i < 64; i++)
				{
					events[i].at = i * moments / 64;
					events[i].steps = all ? UINT32_MAX : UINT32_C(1) << i / 2;
					events[i].excluded = false;
				}
				match = funnel_match(&rule, events, 64, 100, times);
				good &= match.reached == most &&
					match.state == (most == 32 ? FUNNEL_CONVERTED :
									FUNNEL_IN_PROGRESS);
			}
	report(good, "32 steps, in 1 to 64 moments, a label each or for all");
}

static jmp_buf interrupted;
static int	pauses;

static void
count_pause(void)
{
	pauses++;
}

static void
jump_out(void)
{
	longjmp(interrupted, 1);
}

/* Many events of one entity: apart, at once, with and without windows. */
static void
check_many(void)
{
	FunnelEvent *events = malloc(MANY * sizeof(FunnelEvent));
	FunnelRule	rule = {32, 0, FUNNEL_NO_LIMIT, NULL, count_pause};
	int64_t		times[32];
	FunnelMatch match;
	static int	good = 1;		/* survives the jump */

	if (events == NULL)
		return;
	for (rule.mode = 0; rule.mode <= FUNNEL_ANY_ORDER; rule.mode++)
		for (int tied = 0; tied <= 1; tied++)
		{
			/* step 32 has no event, and two labels serve two steps each */
			for (int i = 0; i < MANY; i++)
			{
				events[i].at = tied ? 0 : i;
				events[i].steps = random_below(2) ?
					UINT32_C(1) << random_below(31) : UINT32_C(3) << 4;
				events[i].excluded = false;
			}
			pauses = 0;
			match = funnel_match(&rule, events, MANY, MANY, times);
			good &= match.reached <= 31 &&
				(tied || pauses >= MANY / FUNNEL_PAUSE - 1);
		}
	rule.pause = jump_out;
	rule.mode = FUNNEL_ANY_ORDER;
	if (setjmp(interrupted) == 0)
	{
		funnel_match(&rule, events, MANY, MANY, times);
		good = 0;
	}
	free(events);
	report(good, "two million events, with pauses, one of which jumps out");
}

int
main(void)
{
	check_known();
	check_sample();
	check_strict();
	check_limits();
	check_steps();
	check_brute_force(FUNNEL_ORDERED, "ordered");
	check_brute_force(FUNNEL_INCREASING, "increasing");
	check_brute_force(FUNNEL_STRICT, "strict");
	check_brute_force(FUNNEL_ANY_ORDER, "any order");
	check_ties();
	check_many();
	printf("1..%d\n", tests);
	return faults > 0;
}
