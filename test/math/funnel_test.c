/*
 * funnel_test.c
 *		Funnels whose answers are known, and their limits.
 */
#include <setjmp.h>
#include <stdlib.h>

#include "funnel_case.h"

#define MANY 2000000

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
	check_many();
	return report_end();
}
