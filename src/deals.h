/*
 * deals.h
 *		The state of room deals, shared by its gathering and its reporting.
 */
#ifndef ABM_DEALS_H
#define ABM_DEALS_H

#include "enums.h"
#include "state.h"

#define CURRENCY_SIZE 8

typedef struct Deal
{
	int64		cycle;			/* microseconds from opening to close, or -1 */
	Wide		amount;			/* in units of 10^-scale */
	uint8		outcome;		/* DealOutcome */
	uint8		padding[7];
} Deal;

typedef struct Deals
{
	StateHead	head;
	int32		scale;			/* decimal digits of the amounts */
	int64		n_invalid;		/* rows that closed before they opened */
	char		currency[CURRENCY_SIZE];	/* three letters, or empty */
	Deal		deal[FLEXIBLE_ARRAY_MEMBER];
} Deals;

extern const StateType deals_type;

#endif							/* ABM_DEALS_H */
