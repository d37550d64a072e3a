/*
 * purchase_scan.c
 *		What counts as one purchase: order lines as periods of a calendar.
 *
 * All lines of a day, say, in the customer's time zone, are one purchase.
 * Refunds are netted when they were paid, or with the order that they take
 * back, or not at all.
 */
#include "clv/purchases.h"

#include "mb/pg_wchar.h"
#include "pgtime.h"
#include "utils/datetime.h"

/*
 * The calendar
 */
static const char *const grain_names[] = {
	"line", "none", "hour", "day", "week", "month", NULL
};

static const char *const refund_names[] = {
	"net_per_period", "net_to_order", "ignore", NULL
};

/* A grain and a time zone by name. */
Calendar
calendar_arg(const text *grain, const text *zone)
{
	Calendar	c = {arg_choice(grain, "grain", grain_names), NULL};
	char		name[TZ_STRLEN_MAX + 1];
	int			len = pg_mbcliplen(VARDATA_ANY(zone), VARSIZE_ANY_EXHDR(zone),
								   TZ_STRLEN_MAX);

	if (len == 3 && memcmp(VARDATA_ANY(zone), "UTC", 3) == 0)
		return c;
	memcpy(name, VARDATA_ANY(zone), len);
	name[len] = '\0';
	c.zone = pg_tzset(name);
	if (c.zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", name),
				 errhint("Use a name such as Europe/Berlin, see pg_timezone_names.")));
	return c;
}

/* Three arguments in a row: grain, zone, refunds. */
PurchaseRule
purchase_rule_arg(FunctionCallInfo fcinfo, int argno)
{
	return (PurchaseRule)
	{
		calendar_arg(PG_GETARG_TEXT_PP(argno), PG_GETARG_TEXT_PP(argno + 1)),
			arg_choice(PG_GETARG_TEXT_PP(argno + 2), "refunds", refund_names)
	};
}

/* The greatest multiple of a length that is not above a moment. */
static int64
floor_to(int64 at, int64 length)
{
	int64		rest = at % length;

	return at - (rest < 0 ? rest + length : rest);
}

/* The start of the month, as local microseconds. */
static int64
month_start(int64 local)
{
	int			year,
				month,
				day;
	int64		days = floor_to(local, USECS_PER_DAY) / USECS_PER_DAY;

	j2date((int) days + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return (date2j(year, month, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/*
 * The start of the period that a moment lies in.  Days and longer periods are
 * local microseconds: from one midnight to the next are 24 hours, whatever
 * the clock does in between.  Hours and moments stay in UTC, or the hour that
 * comes twice in autumn would run backwards.
 */
int64
calendar_period(const Calendar *c, TimestampTz at)
{
	int64		local = at;

	/* Monday, 27 December 1999, is five days before the epoch */
	const int64 monday = -5 * USECS_PER_DAY;

	if (c->zone != NULL)
	{
		struct pg_tm tm;
		fsec_t		fsec;
		int			west;

		if (timestamp2tm(at, &west, &tm, &fsec, NULL, c->zone) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		local -= west * USECS_PER_SEC;
	}
	switch (c->grain)
	{
		case GRAIN_LINE:
		case GRAIN_NONE:
			return at;
		case GRAIN_HOUR:
			return floor_to(local, USECS_PER_HOUR) - local + at;
		case GRAIN_DAY:
			return floor_to(local, USECS_PER_DAY);
		case GRAIN_WEEK:
			return floor_to(local - monday, 7 * USECS_PER_DAY) + monday;
		default:
			return month_start(local);
	}
}

/*
 * Orders
 */

/* One more line into an order or a period. */
static inline void
purchase_add(Purchase *purchase, const PurchaseLine *line)
{
	if (money_unknown(line->amount))
		purchase->unknown++;
	else
	{
		purchase->refunds += wide_value(line->amount) < 0;
		purchase->net = money_add(purchase->net, wide_value(line->amount));
	}
	purchase->nlines++;
}

/* By order, refunds last, then time: what comes first has the order's time. */
static int
compare_in_order(const void *a, const void *b, void *arg)
{
	const PurchaseLine *x = a;
	const PurchaseLine *y = b;
	bool		refund_x = x->amount.high < 0 && !money_unknown(x->amount);
	bool		refund_y = y->amount.high < 0 && !money_unknown(y->amount);

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (refund_x != refund_y)
		return refund_x ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int
compare_when(const void *a, const void *b, void *arg)
{
	const Purchase *x = a;
	const Purchase *y = b;

	return (x->when > y->when) - (x->when < y->when);
}

static void
refuse_refund_of_nothing(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("order lines have no order to net refunds to"),
			 errhint("Gather them with order_id, where a refund has the order_id of what it takes back.")));
}

/*
 * The first lines as orders, each at the time of its first line, in time
 * order.  Orders that refunds took back are left out; those that are left
 * have no refunds any more.  A line whose order is not known stands alone, a
 * refund as the line that it is.
 */
static Purchase *
purchase_orders(const Lines *lines, int nlines, int *norders)
{
	PurchaseLine *line = palloc_extended((Size) Max(nlines, 1) * sizeof(PurchaseLine), MCXT_ALLOC_HUGE);
	Purchase   *order = palloc_extended((Size) Max(nlines, 1) * sizeof(Purchase), MCXT_ALLOC_HUGE);
	int			n = 0;

	for (int i = 0; i < nlines; i++)
	{
		line[i] = line_at(lines, i);
		if (line[i].order == ORDER_NOT_ASKED && line[i].amount.high < 0 &&
			!money_unknown(line[i].amount))
			refuse_refund_of_nothing();
	}
	qsort_interruptible(line, nlines, sizeof(PurchaseLine), compare_in_order,
						NULL);
	for (int i = 0; i < nlines;)
	{
		Purchase   *o = &order[n];
		int64		number = line[i].order;

		memset(o, 0, sizeof(Purchase));
		o->when = line[i].at;
		do
		{
			CHECK_EVERY(i, 0xFFFF);
			purchase_add(o, &line[i++]);
		} while (number >= 0 && i < nlines && line[i].order == number);
		if (number >= 0 && !purchase_counts(o))
			continue;
		if (number >= 0)
			o->refunds = 0;
		n++;
	}
	pfree(line);
	qsort_interruptible(order, n, sizeof(Purchase), compare_when, NULL);
	*norders = n;
	return order;
}

/*
 * Periods
 */

/* The first line after a moment. */
int
lines_end(const Lines *lines, TimestampTz as_of)
{
	int			low = 0;
	int			high = lines->n;

	if (high > 0 && line_at(lines, high - 1).at <= as_of)
		return high;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (line_at(lines, mid).at <= as_of)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

PurchaseScan
purchases_scan(const Lines *lines, PurchaseRule rule, TimestampTz as_of)
{
	PurchaseScan scan = {*lines, rule, NULL, 0, lines_end(lines, as_of)};

	if (rule.refunds == REFUNDS_NET_TO_ORDER)
		scan.order = purchase_orders(lines, scan.end, &scan.end);
	return scan;
}

static inline TimestampTz
scan_moment(const PurchaseScan *scan, int i)
{
	return scan->order != NULL ? scan->order[i].when :
		line_at(&scan->lines, i).at;
}

/* Leave out what was up to a moment. */
void
purchases_skip(PurchaseScan *scan, TimestampTz until)
{
	while (scan->next < scan->end && scan_moment(scan, scan->next) <= until)
		scan->next++;
}

/* What stands at one place of the scan, into a period. */
static inline void
scan_add(const PurchaseScan *scan, int i, Purchase *purchase)
{
	PurchaseLine line;

	if (scan->order != NULL)
	{
		purchase->nlines += scan->order[i].nlines;
		purchase->unknown += scan->order[i].unknown;
		purchase->refunds += scan->order[i].refunds;
		purchase->net = money_add(purchase->net, scan->order[i].net);
		return;
	}
	line = line_at(&scan->lines, i);
	if (scan->rule.refunds != REFUNDS_IGNORE || line.amount.high >= 0 ||
		money_unknown(line.amount))
		purchase_add(purchase, &line);
}

/*
 * The next period that has lines, refunds that are ignored being none; false
 * after the last one.  A clock that goes back over midnight brings the day
 * before again: its lines are of the period that has begun.
 */
bool
purchases_next(PurchaseScan *scan, Purchase *purchase)
{
	do
	{
		TimestampTz first,
					at;

		if (scan->next >= scan->end)
			return false;
		memset(purchase, 0, sizeof(Purchase));
		first = at = scan_moment(scan, scan->next);
		purchase->when = calendar_period(&scan->rule.calendar, first);
		do
		{
			CHECK_EVERY(scan->next, 0xFFFF);
			scan_add(scan, scan->next++, purchase);
			if (scan->next >= scan->end)
				break;
			at = scan_moment(scan, scan->next);
		} while (scan->rule.calendar.grain != GRAIN_LINE &&
				 (at == first ||
				  calendar_period(&scan->rule.calendar, at) <= purchase->when));
	} while (purchase->nlines == 0);
	return true;
}

/* Free what a scan has taken. */
void
purchases_close(PurchaseScan *scan)
{
	if (scan->order != NULL)
		pfree(unconstify(Purchase *, scan->order));
	scan->order = NULL;
}
