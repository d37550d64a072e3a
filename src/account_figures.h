/*
 * account_figures.h
 *		What the journey of one account says of its engagement.
 */
#ifndef ABM_ACCOUNT_FIGURES_H
#define ABM_ACCOUNT_FIGURES_H

#include "engagement.h"
#include "journeys.h"
#include "surges.h"

#define NO_CELL (-1)

typedef struct ListQuestion
{
	TimestampTz as_of;
	TimestampTz recent_from;	/* events after it are recent */
	TimestampTz baseline_from;	/* those after it and not recent, before */
	int64		half_life;
	Spans		spans;
	double		fdr;
	const double *cap;			/* of each label, -1: none; NULL: of no label */
} ListQuestion;

/* Events of one time. */
typedef struct Window
{
	int32		n;
	int32		known;			/* of them with points */
	double		points;
} Window;

/* What is known of one account. */
typedef struct AccountFigures
{
	int64		entity;
	double		score;			/* NaN: unknown */
	double		previous;		/* that when recent events began; likewise */
	TimestampTz newest;
	int32		events;
	int32		cell;			/* or NO_CELL */
	Window		recent;
	Window		baseline;
} AccountFigures;

typedef struct Meter Meter;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern Meter *meter_make(const ListQuestion *q);
extern AccountFigures account_figures(const Population *p, Meter *m);

#pragma GCC visibility pop

#endif							/* ABM_ACCOUNT_FIGURES_H */
