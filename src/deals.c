/*
 * deals.c
 *		Win rate, deal size, sales cycle and pipeline velocity.
 *
 * The state keeps one record a deal: outcome, amount and the time from
 * opening to closing.  Sealed, records are sorted by outcome and cycle, so
 * that counts are binary searches and the quantiles of a cycle are look-ups.
 * Questions are asked in deals_report.c.
 */
#include "deals.h"

#include "catalog/pg_type.h"

static const StateField deals_fields[] = {
	{"scale", FIELD_INT32, offsetof(Deals, scale), false, NULL},
	{"invalid", FIELD_COUNT, offsetof(Deals, n_invalid), false, NULL},
	{"currency", FIELD_CHARS, offsetof(Deals, currency), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField deal_fields[] = {
	{"outcome", FIELD_CODE, offsetof(Deal, outcome), false, deal_outcome_labels},
	{"amount", FIELD_MONEY, offsetof(Deal, amount), true, NULL},
	{"cycle_days", FIELD_DURATION, offsetof(Deal, cycle), true, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By outcome, cycle, amount: a total order. */
static int
deal_compare(const void *a, const void *b, void *arg)
{
	const Deal *x = a;
	const Deal *y = b;

	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->cycle != y->cycle)
		return x->cycle < y->cycle ? -1 : 1;
	if (x->amount.high != y->amount.high)
		return x->amount.high < y->amount.high ? -1 : 1;
	if (x->amount.low != y->amount.low)
		return x->amount.low < y->amount.low ? -1 : 1;
	return 0;
}

static const char *
currency_shown(const char *currency)
{
	return currency[0] == '\0' ? "no currency given" : currency;
}

/* The one currency of a state. */
static void
deals_check_currency(const char *a, const char *b)
{
	if (memcmp(a, b, CURRENCY_SIZE) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("deals in different currencies cannot be summed up: %s and %s",
						currency_shown(a), currency_shown(b)),
				 errhint("Group by currency, or convert the amounts first.")));
}

static void
deals_absorb(void *a, const void *b)
{
	Deals	   *x = a;
	const Deals *y = b;

	deals_check_currency(x->currency, y->currency);
	state_add_count(&x->n_invalid, y->n_invalid);
}

/* Three capital letters, or nothing at all. */
static bool
good_currency(const char *currency)
{
	int			len = strnlen(currency, CURRENCY_SIZE);

	return len == 0 ||
		(len == 3 && strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3);
}

/* A deal that is not closed has no cycle. */
static const char *
deals_fault(const void *state)
{
	const Deals *d = state;

	if (!good_currency(d->currency))
		return "its currency is not three letters";
	for (int i = 0; i < d->head.nitems; i++)
		if (d->deal[i].outcome == DEAL_OPEN && d->deal[i].cycle != -1)
			return "an open deal has a cycle";
	return NULL;
}

/*
 * The packed form
 */
typedef struct PackedDeal
{
	int64		cycle;
	int64		amount;
	uint8		outcome;
	uint8		padding[7];
} PackedDeal;

static bool
deal_pack(void *packed, const void *item)
{
	PackedDeal *to = packed;
	const Deal *from = item;

	memset(to, 0, sizeof(*to));
	to->cycle = from->cycle;
	to->outcome = from->outcome;
	return money_pack(from->amount, &to->amount);
}

static void
deal_unpack(void *item, const void *packed)
{
	Deal	   *to = item;
	const PackedDeal *from = packed;

	memset(to, 0, sizeof(*to));
	to->cycle = from->cycle;
	to->outcome = from->outcome;
	to->amount = money_unpack(from->amount);
}

static int
deal_compare_packed(const void *a, const void *b, void *arg)
{
	const PackedDeal *x = a;
	const PackedDeal *y = b;

	if (x->outcome != y->outcome)
		return x->outcome < y->outcome ? -1 : 1;
	if (x->cycle != y->cycle)
		return x->cycle < y->cycle ? -1 : 1;
	return (x->amount > y->amount) - (x->amount < y->amount);
}

static const StatePacking deal_packing = {
	.size = sizeof(PackedDeal),.pack = deal_pack,.unpack = deal_unpack,
	.compare = deal_compare_packed
};

const StateType deals_type = {
	.name = "deals",.kind = 1,.version = 1,
	.fixed_size = offsetof(Deals, deal),.item_size = sizeof(Deal),
	.scale_offset = offsetof(Deals, scale),.max_items = 10000000,
	.fields = deals_fields,.items_name = "deals",.item_fields = deal_fields,
	.compare = deal_compare,.absorb = deals_absorb,.fault = deals_fault,
	.packings = &deal_packing,.npackings = 1
};

/*
 * The cycle in microseconds, -1 when it is not known, -2 when the deal closed
 * before it opened.  What an open deal has for a close does not matter: some
 * systems write 'infinity' there.
 */
static int64
deal_cycle(int outcome, NullableDatum opened, NullableDatum closed)
{
	int64		cycle;

	if (!opened.isnull)
		arg_time(DatumGetTimestampTz(opened.value), "time of opening");
	if (outcome == DEAL_OPEN)
		return -1;
	if (!closed.isnull)
		arg_time(DatumGetTimestampTz(closed.value), "time of closing");
	if (opened.isnull || closed.isnull)
		return -1;
	if (pg_sub_s64_overflow(DatumGetTimestampTz(closed.value),
							DatumGetTimestampTz(opened.value), &cycle))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the time from opening to close is out of range")));
	return cycle < 0 ? -2 : cycle;
}

/* Three letters, whatever their case, zero padded. */
static void
currency_code(const text *code, char *result)
{
	int			len = VARSIZE_ANY_EXHDR(code);

	memset(result, 0, CURRENCY_SIZE);
	for (int i = 0; i < len && i < 3; i++)
		result[i] = pg_ascii_toupper((unsigned char) VARDATA_ANY(code)[i]);
	for (int i = 0; i < 3; i++)
		if (len != 3 || result[i] < 'A' || result[i] > 'Z')
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("currency must be three letters"),
					 errhint("Write it as ISO 4217 does, for example EUR.")));
}

/* One deal into the state: the one transition behind all forms. */
static Datum
deals_add(FunctionCallInfo fcinfo, NullableDatum opened, NullableDatum closed,
		  const char *currency)
{
	Deals	   *d;
	Deal		deal;
	bool		first = PG_ARGISNULL(0);

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &deals_type);
	memset(&deal, 0, sizeof(deal));
	deal.outcome = enum_code(&deal_outcome_kind, PG_GETARG_DATUM(1));
	deal.cycle = deal_cycle(deal.outcome, opened, closed);
	d = state_begin(fcinfo, &deals_type);
	if (currency != NULL)
	{
		if (first)
			memcpy(d->currency, currency, CURRENCY_SIZE);
		deals_check_currency(d->currency, currency);
	}
	if (deal.cycle == -2)
		state_add_count(&d->n_invalid, 1);
	else
	{
		deal.amount = state_amount((void **) &d, &deals_type, fcinfo->args[2], "amount");
		d = state_append(d, &deals_type, &deal);
	}
	return state_end(fcinfo, &deals_type, d);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(deals, deals_type);

PG_FUNCTION_INFO_V1(abm_deals_accum);
Datum
abm_deals_accum(PG_FUNCTION_ARGS)
{
	return deals_add(fcinfo, fcinfo->args[3], fcinfo->args[4], NULL);
}

PG_FUNCTION_INFO_V1(abm_deals_accum_date);
Datum
abm_deals_accum_date(PG_FUNCTION_ARGS)
{
	return deals_add(fcinfo, arg_midnight(fcinfo->args[3]),
					 arg_midnight(fcinfo->args[4]), NULL);
}

/* The forms with a currency: a row without one is left out. */
PG_FUNCTION_INFO_V1(abm_deals_accum_currency);
Datum
abm_deals_accum_currency(PG_FUNCTION_ARGS)
{
	char		currency[CURRENCY_SIZE];

	if (PG_ARGISNULL(5))
		return state_leave_out(fcinfo, &deals_type);
	currency_code(PG_GETARG_TEXT_PP(5), currency);
	return deals_add(fcinfo, fcinfo->args[3], fcinfo->args[4], currency);
}

PG_FUNCTION_INFO_V1(abm_deals_accum_date_currency);
Datum
abm_deals_accum_date_currency(PG_FUNCTION_ARGS)
{
	char		currency[CURRENCY_SIZE];

	if (PG_ARGISNULL(5))
		return state_leave_out(fcinfo, &deals_type);
	currency_code(PG_GETARG_TEXT_PP(5), currency);
	return deals_add(fcinfo, arg_midnight(fcinfo->args[3]),
					 arg_midnight(fcinfo->args[4]), currency);
}
