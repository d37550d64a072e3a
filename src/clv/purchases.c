/*
 * purchases.c
 *		A customer's order lines, and purchases as periods of a calendar.
 *
 * The state keeps the lines, because what counts as one purchase is a matter
 * of the question: all lines of a day, say, in the customer's time zone, with
 * refunds netted.  Sealed, the lines stand in time order, so that a question
 * is one pass.
 */
#include "clv/purchases.h"

#include "mb/pg_wchar.h"
#include "pgtime.h"
#include "utils/datetime.h"

static const StateField purchases_fields[] = {
	{"scale", FIELD_INT32, offsetof(Purchases, scale), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField line_fields[] = {
	{"at", FIELD_TIME, offsetof(PurchaseLine, at), false, NULL},
	{"amount", FIELD_MONEY, offsetof(PurchaseLine, amount), true, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By time, then amount: a total order. */
static int
line_compare(const void *a, const void *b, void *arg)
{
	const PurchaseLine *x = a;
	const PurchaseLine *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->amount.high != y->amount.high)
		return x->amount.high < y->amount.high ? -1 : 1;
	if (x->amount.low != y->amount.low)
		return x->amount.low < y->amount.low ? -1 : 1;
	return 0;
}

/*
 * The packed forms
 */
static bool
line_pack(void *packed, const void *item)
{
	PackedLine *to = packed;
	const PurchaseLine *from = item;

	to->at = from->at;
	return money_pack(from->amount, &to->amount);
}

static void
line_unpack(void *item, const void *packed)
{
	*(PurchaseLine *) item = packed_line(packed);
}

static int
line_compare_packed(const void *a, const void *b, void *arg)
{
	const PackedLine *x = a;
	const PackedLine *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->amount > y->amount) - (x->amount < y->amount);
}

static bool
line_shrink(void *packed, const void *item)
{
	StateKey   *to = packed;
	const PurchaseLine *from = item;
	int32		seconds = (int32) (from->at / USECS_PER_SEC);
	int64		amount;

	if (seconds * USECS_PER_SEC != from->at ||
		!money_pack(from->amount, &amount))
		return false;
	if (amount == MONEY_PACKED_UNKNOWN)
		amount = SMALL_UNKNOWN;
	else if (amount != (int32) amount || amount == SMALL_UNKNOWN)
		return false;
	to->bits = (uint64) ((uint32) seconds ^ SMALL_SIGN) << 32 |
		((uint32) amount ^ SMALL_SIGN);
	return true;
}

static void
line_unshrink(void *item, const void *packed)
{
	*(PurchaseLine *) item = small_line(*(const StateKey *) packed);
}

static const StatePacking line_packings[] = {
	{.size = sizeof(PackedLine),.pack = line_pack,.unpack = line_unpack,
	.compare = line_compare_packed},
	{.size = sizeof(StateKey),.pack = line_shrink,.unpack = line_unshrink}
};

const StateType purchases_type = {
	.name = "purchases",.kind = 2,.version = 1,
	.fixed_size = offsetof(Purchases, line),
	.item_size = sizeof(PurchaseLine),
	.scale_offset = offsetof(Purchases, scale),.max_items = 10000000,
	.fields = purchases_fields,.items_name = "lines",
	.item_fields = line_fields,.compare = line_compare,
	.packings = line_packings,.npackings = lengthof(line_packings)
};

/*
 * The calendar
 */
static const char *const grain_names[] = {
	"none", "hour", "day", "week", "month", NULL
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
 * Periods
 */

/* The first line after a moment. */
int
purchases_end(const Purchases *p, TimestampTz as_of)
{
	int			low = 0;
	int			high = p->head.nitems;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (purchase_line(p, mid).at <= as_of)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

PurchaseScan
purchases_scan(const Purchases *p, Calendar c, TimestampTz as_of)
{
	return (PurchaseScan)
	{
		p, c, 0, purchases_end(p, as_of)
	};
}

/* The next period that has lines; false after the last one. */
bool
purchases_next(PurchaseScan *scan, Purchase *purchase)
{
	const PurchaseLine *line = scan->p->line;
	int			first = scan->next;

	if (first >= scan->end)
		return false;
	memset(purchase, 0, sizeof(Purchase));
	purchase->period = calendar_period(&scan->calendar, line[first].at);
	while (scan->next < scan->end &&
		   (scan->next == first ||
			line[scan->next].at == line[scan->next - 1].at ||
			calendar_period(&scan->calendar,
							line[scan->next].at) == purchase->period))
	{
		CHECK_EVERY(scan->next, 0xFFFF);
		if (money_unknown(line[scan->next].amount))
			purchase->unknown++;
		else
		{
			purchase->refunds += wide_value(line[scan->next].amount) < 0;
			purchase->net = money_add(purchase->net,
									  wide_value(line[scan->next].amount));
		}
		purchase->nlines++;
		scan->next++;
	}
	return true;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(purchases, purchases_type);

PG_FUNCTION_INFO_V1(abm_purchases_accum);
Datum
abm_purchases_accum(PG_FUNCTION_ARGS)
{
	PurchaseLine line;
	Purchases  *p;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &purchases_type);
	line.at = arg_time(PG_GETARG_TIMESTAMPTZ(1), "at");
	p = state_begin(fcinfo, &purchases_type);
	line.amount = state_amount((void **) &p, &purchases_type, fcinfo->args[2], "amount");
	p = state_append(p, &purchases_type, &line);
	return state_end(fcinfo, &purchases_type, p);
}
