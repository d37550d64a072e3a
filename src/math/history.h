/*
 * history.h
 *		What the models of customers know of one: how often, when, how long.
 */
#ifndef ABM_HISTORY_H
#define ABM_HISTORY_H

typedef struct History
{
	double		frequency;		/* repeat purchases, whole */
	double		recency;		/* from the first to the last purchase */
	double		age;			/* from the first purchase to the question */
	double		weight;			/* how many customers have this history */
} History;

#endif							/* ABM_HISTORY_H */
