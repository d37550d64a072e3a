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
		sum += day_value(&m->day[i], as_of, m->q->half_life);
	return sum;
}

/*
 * The figures of one account
 */

static inline void
window_add(Window *w, double points)
{
	w->n++;
	if (!isnan(points))
	{
		w->known++;
		w->points += points;
	}
}

/* What points of a time are worth at a later one. */
static inline double
worth(double points, double at, double then, double half_life)
{
	return points * exp2((at - then) / half_life);
}

/*
 * Without caps: what events were worth when recent ones began, and what the
 * recent ones add.  They stand in order, so that the sum is always the same.
 */
static void
score_events(const Population *p, const ListQuestion *q, AccountFigures *f)
{
	const Event *event = p->events.event;
	int			form = state_form(&p->js->head);
	double		before = 0;
	double		since = 0;
	int			known = 0;

	for (int i = 0; i < f->events; i++)
	{
		double		points = happening_value(p->js->happening, p->first + i, form);
		TimestampTz at = event[i].at;

		CHECK_EVERY(i, 0xFFFF);
		if (at > q->recent_from)
			window_add(&f->recent, points);
		else if (at > q->baseline_from)
			window_add(&f->baseline, points);
		if (isnan(points))
			continue;
		known++;
		points = arg_points(points);
		if (at > q->recent_from)
			since += worth(points, at, q->as_of, q->half_life);
		else
			before += worth(points, at, q->recent_from, q->half_life);
	}
	if (known > f->recent.known)
		f->previous = before;
	if (known > 0)
		f->score = worth(before, q->recent_from, q->as_of, q->half_life) + since;
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

/* An account that has an event up to as_of, one at least. */
AccountFigures
account_figures(const Population *p, Meter *m)
{
	int			n = p->events.n;
	AccountFigures f = {
		.entity = p->entity,.score = get_float8_nan(),
		.previous = get_float8_nan(),.newest = p->events.event[n - 1].at,
		.events = n,.cell = NO_CELL
	};

	if (m->q->cap == NULL)
		score_events(p, m->q, &f);
	else
		score_days(p, m, &f);
	return f;
}
