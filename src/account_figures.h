/*
 * account_figures.h
 *		What the journey of one account says of its engagement.
 */
#ifndef ABM_ACCOUNT_FIGURES_H
#define ABM_ACCOUNT_FIGURES_H

#include "engagement.h"
#include "journeys.h"
#include "surges.h"

typedef struct ListQuestion
{
	TimestampTz as_of;
	TimestampTz recent_from;	/* events after it are recent */
	TimestampTz baseline_from;	/* those after it and not recent, before */
	int64		half_life;
	Spans		spans;
	bool		tests;			/* are surges asked for? */
	double		fdr;
	const double *cap;			/* of each label, -1: none; NULL: of no label */
} ListQuestion;

/* Events of one time. */
typedef struct Window
{
	int32		n;
	int32		unknown;		/* of them without points */
	double		points;
} Window;

static inline int32
window_known(const Window *w)
{
	return w->n - w->unknown;
}

/* What is known of one account. */
typedef struct AccountFigures
{
	int64		entity;
	double		score;			/* NaN: unknown */
	double		previous;		/* that when recent events began; likewise */
	TimestampTz newest;
	int64		events;
	Window		recent;
	Window		baseline;
} AccountFigures;

typedef struct Meter Meter;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern bool account_windows(Population *p, const ListQuestion *q,
							int32 *recent, int32 *baseline);
extern Meter *meter_make(const ListQuestion *q);
extern bool account_next(Population *p, Meter *m, AccountFigures *f);

#pragma GCC visibility pop

#endif							/* ABM_ACCOUNT_FIGURES_H */
