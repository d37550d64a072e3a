/*
 * purchases.h
 *		A customer's order lines, and purchases as periods of a calendar.
 */
#ifndef ABM_PURCHASES_H
#define ABM_PURCHASES_H

#include "state.h"

typedef struct PurchaseLine
{
	TimestampTz at;
	Wide		amount;			/* in units of 10^-scale; a refund is negative */
} PurchaseLine;

typedef struct Purchases
{
	StateHead	head;
	int32		scale;			/* decimal digits of the amounts */
	PurchaseLine line[FLEXIBLE_ARRAY_MEMBER];	/* sealed: in time order */
} Purchases;

extern const StateType purchases_type;

/* a line whose amount fits 64 bits */
typedef struct PackedLine
{
	TimestampTz at;
	int64		amount;
} PackedLine;

static inline PurchaseLine
packed_line(const PackedLine *line)
{
	return (PurchaseLine)
	{
		line->at, money_unpack(line->amount)
	};
}

/*
 * A line at a full second near the year 2000, whose amount fits 32 bits: the
 * seconds, as timestamptz counts, above the amount, both with the sign bit
 * turned so that they sort without a sign.
 */
#define SMALL_SIGN 0x80000000
#define SMALL_UNKNOWN PG_INT32_MIN

static inline PurchaseLine
small_line(StateKey key)
{
	int32		seconds = (int32) ((uint32) (key.bits >> 32) ^ SMALL_SIGN);
	int32		amount = (int32) ((uint32) key.bits ^ SMALL_SIGN);

	PurchaseLine line = {seconds * USECS_PER_SEC, MONEY_UNKNOWN};

	if (amount != SMALL_UNKNOWN)
		line.amount = wide_from(amount);
	return line;
}

/* A line of a state that may be packed: see state_raw_arg. */
static inline PurchaseLine
purchase_line(const Purchases *p, int i)
{
	switch (state_form(&p->head))
	{
		case 0:
			return p->line[i];
		case 1:
			return packed_line((const PackedLine *) p->line + i);
		default:
			return small_line(((const StateKey *) p->line)[i]);
	}
}

/* what counts as one purchase: all lines in the same period */
typedef enum Grain
{
	GRAIN_NONE, GRAIN_HOUR, GRAIN_DAY, GRAIN_WEEK, GRAIN_MONTH
} Grain;

typedef struct Calendar
{
	Grain		grain;
	struct pg_tz *zone;			/* NULL: UTC */
} Calendar;

/* the lines of one period, netted */
typedef struct Purchase
{
	int64		period;			/* its start, see calendar_period */
	int			nlines;
	int			unknown;		/* lines whose amount is not known */
	int			refunds;		/* lines below zero */
	int128		net;			/* of the known amounts */
} Purchase;

/* walks through the periods of a customer up to a moment */
typedef struct PurchaseScan
{
	const Purchases *p;
	Calendar	calendar;
	int			next;			/* line to be read */
	int			end;			/* first line after the moment */
} PurchaseScan;

extern Calendar calendar_arg(const text *grain, const text *zone);
extern int64 calendar_period(const Calendar *c, TimestampTz at);
extern int	purchases_end(const Purchases *p, TimestampTz as_of);
extern PurchaseScan purchases_scan(const Purchases *p, Calendar c,
								   TimestampTz as_of);
extern bool purchases_next(PurchaseScan *scan, Purchase *purchase);

/*
 * A period is a purchase unless refunds took all of it back.  A free order is
 * one too.
 */
static inline bool
purchase_counts(const Purchase *p)
{
	return p->unknown > 0 || p->net > 0 || p->refunds == 0;
}

#endif							/* ABM_PURCHASES_H */
