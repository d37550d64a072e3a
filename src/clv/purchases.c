/*
 * purchases.c
 *		A customer's order lines.
 *
 * The state keeps the lines, because what counts as one purchase is a matter
 * of the question (purchase_scan.c).  Sealed, the lines stand in time order,
 * so that a question is one pass.
 *
 * Lines are kept as small as they can be: with their order or, where nobody
 * gave one, without; with a moment and an amount of 64 bits each, or, as
 * nearly all need no more, of 32.
 */
#include "clv/purchases.h"

#include "common/hashfn.h"

static const StateField purchases_fields[] = {
	{"scale", FIELD_INT32, offsetof(Purchases, scale), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField line_fields[] = {
	{"at", FIELD_TIME, offsetof(PurchaseLine, at), false, NULL},
	{"amount", FIELD_MONEY, offsetof(PurchaseLine, amount), true, NULL},
	{"order", FIELD_INT64, offsetof(PurchaseLine, order), true, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By time, amount, order: a total order. */
int
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
	return (x->order > y->order) - (x->order < y->order);
}

/*
 * The packed forms
 */
static bool
line_pack(void *packed, const void *item)
{
	PackedLine *to = packed;
	const PurchaseLine *from = item;

	int64		amount;
	bool		fits = money_pack(from->amount, &amount);

	to->at = from->at;
	to->order = from->order;
	to->amount = amount;
	return fits;
}

static void
line_unpack(void *item, const void *packed)
{
	*(PurchaseLine *) item = line_of_form(packed, LINE_PACKED);
}

static int
line_compare_packed(const void *a, const void *b, void *arg)
{
	const PackedLine *x = a;
	const PackedLine *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->amount != y->amount)
		return x->amount < y->amount ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static bool
line_pack_plain(void *packed, const void *item)
{
	PlainLine  *to = packed;
	const PurchaseLine *from = item;

	int64		amount;
	bool		fits = money_pack(from->amount, &amount);

	to->at = from->at;
	to->amount = amount;
	return fits && from->order == ORDER_NOT_ASKED;
}

static void
line_unpack_plain(void *item, const void *packed)
{
	*(PurchaseLine *) item = line_of_form(packed, LINE_PLAIN);
}

static int
line_compare_plain(const void *a, const void *b, void *arg)
{
	const PlainLine *x = a;
	const PlainLine *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->amount > y->amount) - (x->amount < y->amount);
}

static bool
line_pack_keyed(void *packed, const void *item)
{
	KeyedLine  *to = packed;
	const PurchaseLine *from = item;

	to->order = from->order;
	return line_key(&to->key, from);
}

static void
line_unpack_keyed(void *item, const void *packed)
{
	*(PurchaseLine *) item = line_of_form(packed, LINE_KEYED);
}

static int
line_compare_keyed(const void *a, const void *b, void *arg)
{
	const KeyedLine *x = a;
	const KeyedLine *y = b;

	if (x->key.bits != y->key.bits)
		return x->key.bits < y->key.bits ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static bool
line_shrink(void *packed, const void *item)
{
	const PurchaseLine *from = item;

	return from->order == ORDER_NOT_ASKED && line_key(packed, from);
}

static void
line_unshrink(void *item, const void *packed)
{
	*(PurchaseLine *) item = line_of_form(packed, LINE_SMALL);
}

/* in the order of LineForm, which starts with the full one */
const StatePacking line_packings[] = {
	{.size = sizeof(PackedLine),.pack = line_pack,.unpack = line_unpack,
	.compare = line_compare_packed},
	{.size = sizeof(PlainLine),.pack = line_pack_plain,
	.unpack = line_unpack_plain,.compare = line_compare_plain},
	{.size = sizeof(KeyedLine),.pack = line_pack_keyed,
	.unpack = line_unpack_keyed,.compare = line_compare_keyed},
	{.size = sizeof(StateKey),.pack = line_shrink,.unpack = line_unshrink}
};

/* What is wrong with an order that came from outside, or NULL. */
const char *
order_fault(int64 order)
{
	return order < ORDER_UNKNOWN ? "its order is out of range" : NULL;
}

static const char *
purchases_fault(const void *state)
{
	const Purchases *p = state;
	const char *fault = NULL;

	for (int i = 0; i < p->head.nitems && fault == NULL; i++)
		fault = order_fault(p->line[i].order);
	return fault;
}

const StateType purchases_type = {
	.name = "purchases",.kind = 2,.version = 1,
	.fixed_size = offsetof(Purchases, line),
	.item_size = sizeof(PurchaseLine),
	.scale_offset = offsetof(Purchases, scale),.max_items = 10000000,
	.fields = purchases_fields,.items_name = "lines",
	.item_fields = line_fields,.compare = line_compare,
	.packings = line_packings,.npackings = lengthof(line_packings),
	.fault = purchases_fault
};

/* The lines of a state that may be packed: see state_raw_arg. */
Lines
purchases_lines(const Purchases *p)
{
	int			form = state_form(&p->head);

	return (Lines)
	{
		(const char *) p->line, p->head.nitems,
			form == LINE_FULL ? (int) sizeof(PurchaseLine) :
			line_packings[form - 1].size,
			form, p->scale
	};
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(purchases, purchases_type);

/* One row into the state: the one transition behind all forms. */
static Datum
purchases_add(FunctionCallInfo fcinfo, int64 order)
{
	PurchaseLine line = {0, order, MONEY_UNKNOWN};
	Purchases  *p;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &purchases_type);
	line.at = arg_time(PG_GETARG_TIMESTAMPTZ(1), "at");
	p = state_begin(fcinfo, &purchases_type);
	line.amount = state_amount((void **) &p, &purchases_type, fcinfo->args[2], "amount");
	p = state_append(p, &purchases_type, &line);
	return state_end(fcinfo, &purchases_type, p);
}

PG_FUNCTION_INFO_V1(abm_purchases_accum);
Datum
abm_purchases_accum(PG_FUNCTION_ARGS)
{
	return purchases_add(fcinfo, ORDER_NOT_ASKED);
}

/* The order of a line by number. */
int64
purchase_order_arg(FunctionCallInfo fcinfo, int argno)
{
	int64		order = PG_ARGISNULL(argno) ? ORDER_UNKNOWN : PG_GETARG_INT64(argno);

	if (order < 0 && !PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("order_id must be greater than or equal to zero, not %lld",
						(long long) order)));
	return order;
}

/* Texts that name orders of one customer differ in 63 bits of their hash. */
int64
purchase_order_text_arg(FunctionCallInfo fcinfo, int argno)
{
	const text *name;

	if (PG_ARGISNULL(argno))
		return ORDER_UNKNOWN;
	name = PG_GETARG_TEXT_PP(argno);
	return hash_bytes_extended((unsigned char *) VARDATA_ANY(name),
							   VARSIZE_ANY_EXHDR(name), 0) >> 1;
}

PG_FUNCTION_INFO_V1(abm_purchases_accum_order);
Datum
abm_purchases_accum_order(PG_FUNCTION_ARGS)
{
	return purchases_add(fcinfo, purchase_order_arg(fcinfo, 3));
}

PG_FUNCTION_INFO_V1(abm_purchases_accum_order_text);
Datum
abm_purchases_accum_order_text(PG_FUNCTION_ARGS)
{
	return purchases_add(fcinfo, purchase_order_text_arg(fcinfo, 3));
}
