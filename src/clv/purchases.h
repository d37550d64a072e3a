/*
 * purchases.h
 *		A customer's order lines, and purchases as periods of a calendar.
 */
#ifndef ABM_PURCHASES_H
#define ABM_PURCHASES_H

#include "state.h"

/* orders that have no number */
#define ORDER_NOT_ASKED (-1)	/* gathered without order_id */
#define ORDER_UNKNOWN (-2)		/* order_id was NULL */

typedef struct PurchaseLine
{
	TimestampTz at;
	int64		order;			/* 0 or more, or ORDER_... */
	Wide		amount;			/* in units of 10^-scale; a refund is negative */
} PurchaseLine;

typedef struct Purchases
{
	StateHead	head;
	int32		scale;			/* decimal digits of the amounts */
	PurchaseLine line[FLEXIBLE_ARRAY_MEMBER];	/* sealed: in time order */
} Purchases;

extern const StateType purchases_type;

/* the forms of a line, see purchases.c */
enum LineForm
{
	LINE_FULL, LINE_PACKED, LINE_PLAIN, LINE_KEYED, LINE_SMALL
};

/* a line whose amount fits 64 bits */
typedef struct PackedLine
{
	TimestampTz at;
	int64		amount;
	int64		order;
} PackedLine;

/* the same without an order */
typedef struct PlainLine
{
	TimestampTz at;
	int64		amount;
} PlainLine;

/* a small line, see below, with its order */
typedef struct KeyedLine
{
	StateKey	key;
	int64		order;
} KeyedLine;

/*
 * A line at a full second near the year 2000, whose amount fits 32 bits: the
 * seconds, as timestamptz counts, above the amount, both with the sign bit
 * turned so that they sort without a sign.
 */
#define SMALL_SIGN 0x80000000
#define SMALL_UNKNOWN PG_INT32_MIN

static inline PurchaseLine
small_line(StateKey key, int64 order)
{
	int32		seconds = (int32) ((uint32) (key.bits >> 32) ^ SMALL_SIGN);
	int32		amount = (int32) ((uint32) key.bits ^ SMALL_SIGN);

	PurchaseLine line = {seconds * USECS_PER_SEC, order, MONEY_UNKNOWN};

	if (amount != SMALL_UNKNOWN)
		line.amount = wide_from(amount);
	return line;
}

static inline PurchaseLine
line_of_form(const void *lines, int i, int form)
{
	const PackedLine *packed = (const PackedLine *) lines + i;
	const PlainLine *plain = (const PlainLine *) lines + i;
	const KeyedLine *keyed = (const KeyedLine *) lines + i;

	switch (form)
	{
		case LINE_FULL:
			return ((const PurchaseLine *) lines)[i];
		case LINE_PACKED:
			return (PurchaseLine)
			{
				packed->at, packed->order, money_unpack(packed->amount)
			};
		case LINE_PLAIN:
			return (PurchaseLine)
			{
				plain->at, ORDER_NOT_ASKED, money_unpack(plain->amount)
			};
		case LINE_KEYED:
			return small_line(keyed->key, keyed->order);
		default:
			return small_line(((const StateKey *) lines)[i], ORDER_NOT_ASKED);
	}
}

/* A line of a state that may be packed: see state_raw_arg. */
static inline PurchaseLine
purchase_line(const Purchases *p, int i)
{
	return line_of_form(p->line, i, state_form(&p->head));
}

/* what counts as one purchase: all lines in the same period */
typedef enum Grain
{
	GRAIN_NONE, GRAIN_HOUR, GRAIN_DAY, GRAIN_WEEK, GRAIN_MONTH
} Grain;

/* where a refund is booked */
typedef enum RefundPolicy
{
	REFUNDS_NET_PER_PERIOD,		/* when it was paid */
	REFUNDS_NET_TO_ORDER,		/* when what it takes back was ordered */
	REFUNDS_IGNORE				/* nowhere */
} RefundPolicy;

typedef struct Calendar
{
	Grain		grain;
	struct pg_tz *zone;			/* NULL: UTC */
} Calendar;

/* what makes order lines purchases */
typedef struct PurchaseRule
{
	Calendar	calendar;
	RefundPolicy refunds;
} PurchaseRule;

/* the lines of one order, or of one period, netted */
typedef struct Purchase
{
	int64		when;			/* a moment, or the start of a period */
	int			nlines;
	int			unknown;		/* lines whose amount is not known */
	int			refunds;		/* lines below zero */
	int128		net;			/* of the known amounts */
} Purchase;

/* walks through the periods of a customer up to a moment */
typedef struct PurchaseScan
{
	const Purchases *p;
	PurchaseRule rule;
	const Purchase *order;		/* NULL: the lines as they are */
	int			next;			/* line, or order, to be read */
	int			end;			/* first one after the moment */
} PurchaseScan;

extern Calendar calendar_arg(const text *grain, const text *zone);
extern PurchaseRule purchase_rule_arg(const text *grain, const text *zone,
									  const text *refunds);
extern int64 calendar_period(const Calendar *c, TimestampTz at);
extern int	purchases_end(const Purchases *p, TimestampTz as_of);
extern PurchaseScan purchases_scan(const Purchases *p, PurchaseRule rule,
								   TimestampTz as_of);
extern void purchases_skip(PurchaseScan *scan, TimestampTz until);
extern bool purchases_next(PurchaseScan *scan, Purchase *purchase);

/*
 * A period, or an order, is a purchase unless refunds took all of it back.  A
 * free order is one too.
 */
static inline bool
purchase_counts(const Purchase *p)
{
	return p->unknown > 0 || p->net > 0 || p->refunds == 0;
}

#endif							/* ABM_PURCHASES_H */
