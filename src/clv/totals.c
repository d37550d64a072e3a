/*
 * totals.c
 *		First and last purchase, order lines and revenue of a customer.
 *
 * What marketing scores customers by (recency, frequency, money) without the
 * lines themselves: 64 bytes a customer however much she buys.
 */
#include "state.h"

typedef struct PurchaseTotals
{
	StateHead	head;
	int32		scale;			/* decimal digits of the revenue */
	TimestampTz first;
	TimestampTz last;
	int64		lines;
	int64		valued;			/* lines whose amount is known */
	Wide		revenue;		/* of those, in units of 10^-scale */
} PurchaseTotals;

StaticAssertDecl(sizeof(PurchaseTotals) == 64, "a power of two wastes nothing");

static const StateField totals_fields[] = {
	{"scale", FIELD_INT32, offsetof(PurchaseTotals, scale), false, NULL},
	{"first", FIELD_TIME, offsetof(PurchaseTotals, first), false, NULL},
	{"last", FIELD_TIME, offsetof(PurchaseTotals, last), false, NULL},
	{"lines", FIELD_COUNT, offsetof(PurchaseTotals, lines), false, NULL},
	{"valued", FIELD_COUNT, offsetof(PurchaseTotals, valued), false, NULL},
	{"revenue", FIELD_MONEY, offsetof(PurchaseTotals, revenue), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static void
totals_absorb(void *a, const void *b)
{
	PurchaseTotals *x = a;
	const PurchaseTotals *y = b;

	x->first = Min(x->first, y->first);
	x->last = Max(x->last, y->last);
	state_add_count(&x->lines, y->lines);
	state_add_count(&x->valued, y->valued);
	x->revenue = wide_from(money_add(wide_value(x->revenue),
									 wide_value(y->revenue)));
}

static const char *
totals_fault(const void *state)
{
	const PurchaseTotals *t = state;

	if (t->lines < 1 || t->valued > t->lines || t->first > t->last)
		return "its counts or times do not fit together";
	if (t->valued == 0 && wide_value(t->revenue) != 0)
		return "it has revenue of no line";
	return NULL;
}

static const StateType purchase_totals_type = {
	.name = "purchase_totals",.kind = 6,.version = 1,
	.fixed_size = sizeof(PurchaseTotals),
	.scale_offset = offsetof(PurchaseTotals, scale),
	.fields = totals_fields,.items_name = "records",
	.absorb = totals_absorb,.fault = totals_fault
};

/*
 * The SQL side
 */
STATE_FUNCTIONS(purchase_totals, purchase_totals_type);

PG_FUNCTION_INFO_V1(abm_purchase_totals_accum);
Datum
abm_purchase_totals_accum(PG_FUNCTION_ARGS)
{
	PurchaseTotals *t;
	TimestampTz at;
	Wide		amount;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &purchase_totals_type);
	at = arg_time(PG_GETARG_TIMESTAMPTZ(1), "at");
	t = state_begin(fcinfo, &purchase_totals_type);
	amount = state_amount((void **) &t, &purchase_totals_type,
						  fcinfo->args[2], "amount");
	if (t->lines == 0)
		t->first = t->last = at;
	t->first = Min(t->first, at);
	t->last = Max(t->last, at);
	t->lines++;
	if (!money_unknown(amount))
	{
		t->valued++;
		t->revenue = wide_from(money_add(wide_value(t->revenue),
										 wide_value(amount)));
	}
	return state_end(fcinfo, &purchase_totals_type, t);
}

static const PurchaseTotals *
totals_arg(FunctionCallInfo fcinfo)
{
	return state_raw_arg(fcinfo, 0, &purchase_totals_type);
}

PG_FUNCTION_INFO_V1(abm_purchase_totals_first);
Datum
abm_purchase_totals_first(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(totals_arg(fcinfo)->first);
}

PG_FUNCTION_INFO_V1(abm_purchase_totals_last);
Datum
abm_purchase_totals_last(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(totals_arg(fcinfo)->last);
}

PG_FUNCTION_INFO_V1(abm_purchase_totals_lines);
Datum
abm_purchase_totals_lines(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(totals_arg(fcinfo)->lines);
}

/* NULL when no amount is known. */
PG_FUNCTION_INFO_V1(abm_purchase_totals_revenue);
Datum
abm_purchase_totals_revenue(PG_FUNCTION_ARGS)
{
	const PurchaseTotals *t = totals_arg(fcinfo);

	if (t->valued == 0)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(money_numeric(wide_value(t->revenue), t->scale));
}
