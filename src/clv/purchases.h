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

/* the forms of a line, see purchases.c; the last one for populations only */
enum LineForm
{
	LINE_FULL, LINE_PACKED, LINE_PLAIN, LINE_KEYED, LINE_SMALL, LINE_TIMED
};

/* a line whose amount fits 64 bits */
typedef struct pg_attribute_packed ()
PackedLine
{
	TimestampTz at;
	int64		amount;
	int64		order;
} PackedLine;

/* the same without an order */
typedef struct pg_attribute_packed ()
PlainLine
{
	TimestampTz at;
	int64		amount;
} PlainLine;

/* a small line, see below, with its order */
typedef struct pg_attribute_packed ()
KeyedLine
{
	StateKey	key;
	int64		order;
} KeyedLine;

/* a line whose amount fits 32 bits, without an order */
typedef struct pg_attribute_packed ()
TimedLine
{
	TimestampTz at;
	int32		amount;
} TimedLine;

/*
 * A line at a full second near the year 2000, whose amount fits 32 bits: the
 * seconds, as timestamptz counts, above the amount, both with the sign bit
 * turned so that they sort without a sign.
 */
#define SMALL_SIGN 0x80000000
#define SMALL_UNKNOWN PG_INT32_MIN

static inline Wide
small_amount(int32 amount)
{
	return amount == SMALL_UNKNOWN ? MONEY_UNKNOWN : wide_from(amount);
}

static inline PurchaseLine
small_line(StateKey key, int64 order)
{
	int32		seconds = (int32) ((uint32) (key.bits >> 32) ^ SMALL_SIGN);
	int32		amount = (int32) ((uint32) key.bits ^ SMALL_SIGN);

	return (PurchaseLine)
	{
		seconds    *USECS_PER_SEC,
					order,
					small_amount(amount)
	};
}

/* Has the amount of a line 32 bits? */
static inline bool
line_small(const PurchaseLine *line, int32 *small)
{
	int64		amount;

	if (!money_pack(line->amount, &amount))
		return false;
	if (amount == MONEY_PACKED_UNKNOWN)
		amount = SMALL_UNKNOWN;
	else if (amount != (int32) amount || amount == SMALL_UNKNOWN)
		return false;
	*small = (int32) amount;
	return true;
}

/* The moment and the amount in one number, if they fit. */
static inline bool
line_key(StateKey *key, const PurchaseLine *line)
{
	int32		seconds = (int32) (line->at / USECS_PER_SEC);
	int32		amount;

	if (seconds * USECS_PER_SEC != line->at || !line_small(line, &amount))
		return false;
	key->bits = (uint64) ((uint32) seconds ^ SMALL_SIGN) << 32 |
		((uint32) amount ^ SMALL_SIGN);
	return true;
}

/* The line that stands somewhere, aligned or not. */
static inline PurchaseLine
line_of_form(const char *at, int form)
{
	const PackedLine *packed = (const PackedLine *) at;
	const PlainLine *plain = (const PlainLine *) at;
	const KeyedLine *keyed = (const KeyedLine *) at;
	const TimedLine *timed = (const TimedLine *) at;
	PurchaseLine full;

	switch (form)
	{
		case LINE_FULL:
			memcpy(&full, at, sizeof(full));
			return full;
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
		case LINE_TIMED:
			return (PurchaseLine)
			{
				timed->at, ORDER_NOT_ASKED, small_amount(timed->amount)
			};
		case LINE_KEYED:
			return small_line(keyed->key, keyed->order);
		default:
			return small_line(*(const StateKey *) at, ORDER_NOT_ASKED);
	}
}

/* The lines of one customer in time order, wherever they stand. */
typedef struct Lines
{
	const char *first;
	int			n;
	int			stride;			/* bytes from one to the next */
	int			form;			/* LineForm */
	int			scale;			/* decimal digits of the amounts */
} Lines;

static inline PurchaseLine
line_at(const Lines *lines, int i)
{
	return line_of_form(lines->first + (Size) i * lines->stride, lines->form);
}

/* what counts as one purchase: a line, or all lines in the same period */
typedef enum Grain
{
	GRAIN_LINE, GRAIN_NONE, GRAIN_HOUR, GRAIN_DAY, GRAIN_WEEK, GRAIN_MONTH
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
	Lines		lines;
	PurchaseRule rule;
	const Purchase *order;		/* NULL: the lines as they are */
	int			next;			/* line, or order, to be read */
	int			end;			/* first one after the moment */
} PurchaseScan;

extern const StatePacking line_packings[];	/* of LineForm - 1 */

extern int	line_compare(const void *a, const void *b, void *arg);
extern const char *order_fault(int64 order);
extern Lines purchases_lines(const Purchases *p);
extern int64 purchase_order_arg(FunctionCallInfo fcinfo, int argno);
extern int64 purchase_order_text_arg(FunctionCallInfo fcinfo, int argno);

extern Calendar calendar_arg(const text *grain, const text *zone);
extern PurchaseRule purchase_rule_arg(FunctionCallInfo fcinfo, int argno);
extern int64 calendar_period(const Calendar *c, TimestampTz at);
extern int	lines_end(const Lines *lines, TimestampTz as_of);
extern PurchaseScan purchases_scan(const Lines *lines, PurchaseRule rule,
								   TimestampTz as_of);
extern void purchases_skip(PurchaseScan *scan, TimestampTz until);
extern bool purchases_next(PurchaseScan *scan, Purchase *purchase);
extern void purchases_close(PurchaseScan *scan);

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
