/*
 * account_figures.c
 *		What the journey of one account says of its engagement.
 *
 * The values of events are points, their labels classes that may have a daily
 * cap.  Events of an account stand in time order, so that its score some days
 * ago is met on the way to the score now, and sums of floats are the same
 * whatever order the rows came in.
 */
#include "account_figures.h"

#include <math.h>

#include "common/int.h"
#include "utils/float.h"

/*
 * The score of one account with caps, event by event
 */
struct Meter
{
	const ListQuestion *q;
	int			known;			/* events with points */
	ClassDay   *day;			/* by day, then class */
	int			ndays;
	int			room;
};

Meter *
meter_make(const ListQuestion *q)
{
	Meter	   *m = palloc0(sizeof(Meter));

	m->q = q;
	m->room = 64;
	m->day = palloc(m->room * sizeof(ClassDay));
	return m;
}

/* The points of one event into its day and class. */
static void
meter_add(Meter *m, TimestampTz at, int label, double points)
{
	ClassDay	one = day_of_event(at, label, m->q->cap[label], points,
								   m->q->half_life);
	int			i = m->ndays;

	CHECK_FOR_INTERRUPTS();
	m->known++;
	while (i > 0 && m->day[i - 1].day == one.day && m->day[i - 1].class > label)
		i--;
	if (i > 0 && m->day[i - 1].day == one.day && m->day[i - 1].class == label)
	{
		day_add(&m->day[i - 1], &one);
		return;
	}
	if (m->ndays == m->room)
	{
		m->room *= 2;
		m->day = repalloc_huge(m->day, (Size) m->room * sizeof(ClassDay));
	}
	memmove(&m->day[i + 1], &m->day[i], (m->ndays - i) * sizeof(ClassDay));
	m->day[i] = one;
	m->ndays++;
}

/* NaN when no event has known points. */
static double
meter_value(Meter *m, TimestampTz as_of)
{
	double		sum = 0;

	if (m->known == 0)
		return get_float8_nan();
	for (int i = 0; i < m->ndays; i++)
	{
		CHECK_EVERY(i, 0xFFF);
		sum += day_value(&m->day[i], as_of, m->q->half_life);
	}
	return sum;
}

/*
 * The figures of one account
 */

/* The time that an event is of: before the baseline, in it, recent. */
enum
{
	OLDER, BASELINE, RECENT, TIMES
};

/* Count the events of the next account by the time they are of. */
static pg_attribute_always_inline void
count_events(Population *p, const ListQuestion *q, int form, int32 *recent,
			 int32 *baseline)
{
	const Happening *happening = p->js->happening;
	const TimestampTz baseline_from = q->baseline_from;
	const TimestampTz recent_from = q->recent_from;
	const TimestampTz as_of = q->as_of;
	int			n = p->js->head.nitems;
	int			i = p->next;
	int64		entity = happening_entity(happening, i, form);
	int32		since_baseline = 0;
	int32		since_recent = 0;
	int32		later = 0;

	do
	{
		TimestampTz at = happening_event(happening, i, form).at;

		CHECK_EVERY(i, 0xFFFF);
		since_baseline += at > baseline_from;
		since_recent += at > recent_from;
		later += at > as_of;
	} while (++i < n && happening_entity(happening, i, form) == entity);
	p->next = i;
	*recent = since_recent - later;
	*baseline = since_baseline - since_recent;
}

/* Nothing but what a surge is told by; false after the last account. */
bool
account_windows(Population *p, const ListQuestion *q, int32 *recent,
				int32 *baseline)
{
	int			form = state_form(&p->js->head);

	if (p->next >= p->js->head.nitems)
		return false;
	if (form == FORM_SECONDS)
		count_events(p, q, FORM_SECONDS, recent, baseline);
	else if (form == FORM_POINTS)
		count_events(p, q, FORM_POINTS, recent, baseline);
	else
		count_events(p, q, form, recent, baseline);
	return true;
}

static inline void
window_add(Window *w, double points)
{
	w->n++;
	if (unlikely(isnan(points)))
		w->unknown++;
	else
		w->points += points;
}

/* What points of a time are worth at a later one. */
static inline double
worth(double points, TimestampTz at, TimestampTz then, double half_life)
{
	int64		age;

	if (unlikely(pg_sub_s64_overflow(then, at, &age)))
		return points * exp2(((double) at - (double) then) / half_life);
	return points * exp2(-(age / half_life));
}

/*
 * The events of one account where they stand; the form is a constant to the
 * compiler.  Without caps: what events were worth when recent ones began, and
 * what the recent ones add.  They stand in order, so that the sum is always
 * the same.  How many there are is the answer's f->events.
 *
 * Which time an event is of cannot be foreseen, so that nothing waits for it.
 */
static pg_attribute_always_inline void
score_events(Population *p, const ListQuestion *q, int form,
			 AccountFigures *f)
{
	const Happening *happening = p->js->happening;
	const TimestampTz baseline_from = q->baseline_from;
	const TimestampTz recent_from = q->recent_from;
	const TimestampTz as_of = q->as_of;
	const double half_life = q->half_life;
	Window		window[TIMES] = {{0, 0, 0}};
	double		value[2] = {0, 0};	/* at recent_from, and since */
	int			n = p->js->head.nitems;
	int			i = p->next;
	int64		entity = happening_entity(happening, i, form);
	int			known;			/* before recent ones */
	TimestampTz newest = 0;

	do
	{
		TimestampTz at = happening_event(happening, i, form).at;
		double		points = happening_value(happening, i, form);
		bool		recent = at > recent_from;

		CHECK_EVERY(i, 0xFFFF);
		if (at > as_of)
			continue;
		newest = at;
		window_add(&window[recent + (at > baseline_from)], points);
		if (!isnan(points))
			value[recent] += worth(arg_points(points), at,
								   recent ? as_of : recent_from, half_life);
	} while (++i < n && happening_entity(happening, i, form) == entity);
	p->next = i;
	f->entity = entity;
	f->newest = newest;
	f->events = window[OLDER].n + window[BASELINE].n + window[RECENT].n;
	f->recent = window[RECENT];
	f->baseline = window[BASELINE];
	known = window_known(&window[OLDER]) + window_known(&window[BASELINE]);
	if (known > 0)
		f->previous = value[0];
	if (known + window_known(&window[RECENT]) > 0)
		f->score = worth(value[0], recent_from, as_of, half_life) + value[1];
}

static void
score_account(Population *p, const ListQuestion *q, AccountFigures *f)
{
	switch (state_form(&p->js->head))
	{
		case FORM_SECONDS:
			score_events(p, q, FORM_SECONDS, f);
			break;
		case FORM_POINTS:
			score_events(p, q, FORM_POINTS, f);
			break;
		case FORM_VALUED:
			score_events(p, q, FORM_VALUED, f);
			break;
		default:
			score_events(p, q, state_form(&p->js->head), f);
	}
}

/* With caps: days, asked twice. */
static void
score_days(const Population *p, Meter *m, AccountFigures *f)
{
	const ListQuestion *q = m->q;
	const Event *event = p->events.event;
	int			form = state_form(&p->js->head);
	bool		past = true;

	m->known = m->ndays = 0;
	for (int i = 0; i < f->events; i++)
	{
		double		points = happening_value(p->js->happening, p->first + i, form);

		if (event[i].at > q->recent_from)
		{
			if (past)
				f->previous = meter_value(m, q->recent_from);
			past = false;
			window_add(&f->recent, points);
		}
		else if (event[i].at > q->baseline_from)
			window_add(&f->baseline, points);
		if (!isnan(points))
			meter_add(m, event[i].at, event[i].label, arg_points(points));
	}
	if (past)
		f->previous = meter_value(m, q->recent_from);
	f->score = meter_value(m, q->as_of);
}

/* The next account that has an event up to as_of; false after the last. */
bool
account_next(Population *p, Meter *m, AccountFigures *f)
{
	const AccountFigures unknown = {
		.score = get_float8_nan(),.previous = get_float8_nan()
	};

	*f = unknown;
	if (m->q->cap != NULL)
	{
		if (!population_next(p))
			return false;
		f->entity = p->entity;
		f->events = p->events.n;
		f->newest = p->events.event[f->events - 1].at;
		score_days(p, m, f);
		return true;
	}
	while (f->events == 0 && p->next < p->js->head.nitems)
		score_account(p, m->q, f);
	return f->events > 0;
}
