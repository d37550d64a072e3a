/*
 * customer_purchases.c
 *		The order lines of every customer of a population, in one state.
 *
 * A record is a customer and an order line in one of the forms that the lines
 * of a single customer have (purchases.c); nearly all fit 12 or 16 bytes.
 * Sealed, records stand by customer, then as the lines of a customer do, so
 * that whatever is asked of one customer's lines can be asked of all in one
 * pass.
 */
#include "clv/customer_purchases.h"

#include "records.h"

static const StateField purchases_fields[] = {
	{"entities", FIELD_CODE, offsetof(CustomerPurchases, kind), false, key_kinds},
	{"scale", FIELD_INT32, offsetof(CustomerPurchases, scale), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField record_fields[] = {
	{"entity", FIELD_KEY, offsetof(CustomerLine, customer), false, NULL},
	{"at", FIELD_TIME, offsetof(CustomerLine, line.at), false, NULL},
	{"amount", FIELD_MONEY, offsetof(CustomerLine, line.amount), true, NULL},
	{"order", FIELD_INT64, offsetof(CustomerLine, line.order), true, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By customer, then as lines are. */
static int
record_compare(const void *a, const void *b, void *arg)
{
	const CustomerLine *x = a;
	const CustomerLine *y = b;

	if (x->customer != y->customer)
		return x->customer < y->customer ? -1 : 1;
	return line_compare(&x->line, &y->line, NULL);
}

/*
 * Forms: a customer in 4 or 8 bytes, and a form of the line
 */
enum Form
{
	FORM_FULL, FORM_PACKED, FORM_PLAIN, FORM_KEYED, FORM_TIMED, FORM_SMALL
};

static const struct
{
	int			key_size;
	int			line_form;
}			form_parts[] = {
	{8, LINE_FULL}, {8, LINE_PACKED}, {8, LINE_PLAIN}, {4, LINE_KEYED},
	{4, LINE_TIMED}, {4, LINE_SMALL}
};

static bool
timed_pack(void *packed, const void *item)
{
	TimedLine  *to = packed;
	const PurchaseLine *from = item;
	int32		amount;

	if (from->order != ORDER_NOT_ASKED || !line_small(from, &amount))
		return false;
	to->at = from->at;
	to->amount = amount;
	return true;
}

static int
timed_compare(const void *a, const void *b, void *arg)
{
	const TimedLine *x = a;
	const TimedLine *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->amount > y->amount) - (x->amount < y->amount);
}

static int
small_compare(const void *a, const void *b, void *arg)
{
	const StateKey *x = a;
	const StateKey *y = b;

	return (x->bits > y->bits) - (x->bits < y->bits);
}

/* False if the customer does not fit. */
static inline bool
key_write(char *record, int key_size, int64 customer)
{
	uint32		small = (uint32) customer;

	if (key_size == 4)
		memcpy(record, &small, sizeof(small));
	else
		memcpy(record, &customer, sizeof(customer));
	return key_size == 8 || small == customer;
}

static inline void
keys_recode(char *record, int n, int size, int key_size, const int32 *codes)
{
	if (codes == NULL)
		return;
	for (int i = 0; i < n; i++, record += size)
	{
		CHECK_EVERY(i, 0xFFFF);
		key_write(record, key_size, codes[entity_read(record, key_size)]);
	}
}

#define PACKED_FORM(name, key_size, line_size, line_form, pack_line, compare_line) \
	static bool \
	pack_##name(void *packed, const void *item) \
	{ \
		const CustomerLine *from = item; \
		\
		return key_write(packed, key_size, from->customer) && \
			pack_line((char *) packed + (key_size), &from->line); \
	} \
	static void \
	unpack_##name(void *item, const void *packed) \
	{ \
		CustomerLine *to = item; \
		\
		to->customer = entity_read(packed, key_size); \
		to->line = line_of_form((const char *) packed + (key_size), line_form); \
	} \
	static int \
	compare_##name(const void *a, const void *b, void *arg) \
	{ \
		return compare_line((const char *) a + (key_size), \
							(const char *) b + (key_size), NULL); \
	} \
	static void \
	recode_##name(void *items, int n, const StateCodes *codes) \
	{ \
		keys_recode(items, n, (key_size) + (line_size), key_size, codes->of[KEY_DICT]); \
	} \
	static void \
	sort_##name(void *items, const void *from, int n, const StateCodes *codes) \
	{ \
		const RecordShape shape = { \
			.size = (key_size) + (line_size),.entity_size = key_size, \
			.compare = compare_##name, \
			.key_first = (line_form) == LINE_KEYED || (line_form) == LINE_SMALL, \
			.key_decides = (line_form) == LINE_SMALL, \
			.recode = recode_##name \
		}; \
		\
		records_sort(items, from, n, codes, &shape); \
	}

#define OF_LINES(line_form, verb) line_packings[(line_form) - 1].verb

PACKED_FORM(packed, 8, sizeof(PackedLine), LINE_PACKED,
			OF_LINES(LINE_PACKED, pack), OF_LINES(LINE_PACKED, compare))
PACKED_FORM(plain, 8, sizeof(PlainLine), LINE_PLAIN,
			OF_LINES(LINE_PLAIN, pack), OF_LINES(LINE_PLAIN, compare))
PACKED_FORM(keyed, 4, sizeof(KeyedLine), LINE_KEYED,
			OF_LINES(LINE_KEYED, pack), OF_LINES(LINE_KEYED, compare))
PACKED_FORM(timed, 4, sizeof(TimedLine), LINE_TIMED, timed_pack, timed_compare)
PACKED_FORM(small, 4, sizeof(StateKey), LINE_SMALL,
			OF_LINES(LINE_SMALL, pack), small_compare)

#define PACKING(name, key_size, line_size) \
	{ \
		.size = (key_size) + (line_size),.pack = pack_##name, \
		.unpack = unpack_##name,.sort = sort_##name,.recode = recode_##name \
	}

/* in the order of Form, which starts with the full one */
static const StatePacking record_packings[] = {
	PACKING(packed, 8, sizeof(PackedLine)),
	PACKING(plain, 8, sizeof(PlainLine)),
	PACKING(keyed, 4, sizeof(KeyedLine)),
	PACKING(timed, 4, sizeof(TimedLine)),
	PACKING(small, 4, sizeof(StateKey))
};

/*
 * The state
 */
static void
purchases_absorb(void *a, const void *b)
{
	entities_check_kinds(((const CustomerPurchases *) a)->kind,
						 ((const CustomerPurchases *) b)->kind, "purchases");
}

static const char *
purchases_show(const void *state, int64 customer)
{
	const CustomerPurchases *ps = state;

	return entity_show(ps->kind,
					   state_dict(ps, &customer_purchases_type, KEY_DICT),
					   customer);
}

static const char *
purchases_fault(const void *state)
{
	const CustomerPurchases *ps = state;

	return entity_fault(ps->kind,
						state_dict(ps, &customer_purchases_type, KEY_DICT));
}

static const char *
record_fault(const void *item)
{
	return order_fault(((const CustomerLine *) item)->line.order);
}

static bool
purchases_text_keys(const void *state)
{
	return ((const CustomerPurchases *) state)->kind == KEY_TEXT;
}

const StateType customer_purchases_type = {
	.name = "customer_purchases",.kind = 7,.version = 1,
	.fixed_size = offsetof(CustomerPurchases, record),
	.item_size = sizeof(CustomerLine),
	.scale_offset = offsetof(CustomerPurchases, scale),
	.dicts_offset = offsetof(CustomerPurchases, dict_bytes),
	.ndicts = STATE_DICTS,.max_items = 100000000,
	.expect_offset = offsetof(CustomerPurchases, expect),
	.max_kilobytes = &population_memory,
	.remedy = "Raise abm.population_memory, or make buckets by a hash of the entity, GROUP BY hashint8(entity) & 15 say; their rows together are those of all, and their rfm_counts roll up.",
	.fields = purchases_fields,.items_name = "lines",
	.item_fields = record_fields,.compare = record_compare,
	.packings = record_packings,.npackings = lengthof(record_packings),
	.absorb = purchases_absorb,.show_key = purchases_show,
	.text_keys = purchases_text_keys,.item_fault = record_fault,
	.fault = purchases_fault,.fault_of_keys = true
};

/*
 * What nearly all rows need of state_append: a small record where there is
 * room for one.  False if there is not.
 */
static inline bool
purchases_put(CustomerPurchases *ps, const CustomerLine *from)
{
	const Size	size = sizeof(uint32) + sizeof(StateKey);
	Size		place = offsetof(CustomerPurchases, record) + ps->dict_bytes[1] +
	(Size) ps->head.nitems * size;
	char	   *record = (char *) ps + place;

	if (state_form(&ps->head) != FORM_SMALL || place + size > VARSIZE(ps) ||
		from->line.order != ORDER_NOT_ASKED ||
		!key_write(record, sizeof(uint32), from->customer) ||
		!line_key((StateKey *) (record + sizeof(uint32)), &from->line))
		return false;
	ps->head.nitems++;
	return true;
}

/* One row into the state: the one transition behind all forms. */
static Datum
purchases_add(FunctionCallInfo fcinfo, KeyKind kind, int64 order)
{
	CustomerLine record = {0, {0, order, MONEY_UNKNOWN}};
	void	   *state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &customer_purchases_type);
	record.line.at = arg_time(PG_GETARG_TIMESTAMPTZ(2), "at");
	state = state_begin(fcinfo, &customer_purchases_type);
	if (unlikely(((CustomerPurchases *) state)->kind != kind))
	{
		CustomerPurchases other = {.kind = kind};

		if (((CustomerPurchases *) state)->head.nitems > 0)
			purchases_absorb(state, &other);
		((CustomerPurchases *) state)->kind = kind;
	}
	record.customer = entity_arg(fcinfo, 1, kind, &state,
								 &customer_purchases_type);
	record.line.amount = state_amount(&state, &customer_purchases_type,
									  fcinfo->args[3], "amount");
	if (unlikely(!purchases_put(state, &record)))
		state = state_append(state, &customer_purchases_type, &record);
	return state_end(fcinfo, &customer_purchases_type, state);
}

/*
 * From customer to customer
 */
CustomerScan
customer_scan_arg(FunctionCallInfo fcinfo, int argno)
{
	const CustomerPurchases *ps = state_raw_arg(fcinfo, argno,
												&customer_purchases_type);
	int			form = state_form(&ps->head);
	CustomerScan scan = {0};

	scan.ps = ps;
	scan.keys = state_dict(ps, &customer_purchases_type, KEY_DICT);
	scan.key_size = form_parts[form].key_size;
	scan.lines.form = form_parts[form].line_form;
	scan.lines.stride = form == FORM_FULL ? (int) sizeof(CustomerLine) :
		record_packings[form - 1].size;
	scan.lines.scale = ps->scale;
	scan.next = (const char *) ps->record;
	scan.end = scan.next + (Size) ps->head.nitems * scan.lines.stride;
	return scan;
}

/*
 * The customers of a call that returns rows.  Its first arguments must be
 * known; another one may be there to say the type of the entities.  False if
 * there are no rows.
 */
bool
customer_scan_rows(FunctionCallInfo fcinfo, int nargs, int type_argno,
				   CustomerScan *scan)
{
	for (int i = 0; i < nargs; i++)
		if (PG_ARGISNULL(i))
			return false;
	*scan = customer_scan_arg(fcinfo, 0);
	entity_expect(fcinfo, type_argno, scan->ps->kind);
	return true;
}

/* The next customer; false after the last. */
bool
customer_next(CustomerScan *scan)
{
	const char *record = scan->next;
	int			n = 0;

	CHECK_FOR_INTERRUPTS();
	if (record >= scan->end)
		return false;
	scan->customer = entity_read(record, scan->key_size);
	scan->lines.first = record + scan->key_size;
	do
	{
		n++;
		record += scan->lines.stride;
	} while (record < scan->end &&
			 entity_read(record, scan->key_size) == scan->customer);
	scan->lines.n = n;
	scan->next = record;
	return true;
}

/* Go to one customer; false if there is none such. */
bool
customer_find(CustomerScan *scan, int64 customer)
{
	const char *first = (const char *) scan->ps->record;
	int			low = 0;
	int			high = scan->ps->head.nitems;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (entity_read(first + (Size) mid * scan->lines.stride,
						scan->key_size) < customer)
			low = mid + 1;
		else
			high = mid;
	}
	scan->next = first + (Size) low * scan->lines.stride;
	return customer_next(scan) && scan->customer == customer;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(customer_purchases, customer_purchases_type);

#define PURCHASES_ACCUM(name, kind) \
	PG_FUNCTION_INFO_V1(abm_customer_purchases_accum_##name); \
	Datum \
	abm_customer_purchases_accum_##name(PG_FUNCTION_ARGS) \
	{ \
		return purchases_add(fcinfo, kind, ORDER_NOT_ASKED); \
	} \
	PG_FUNCTION_INFO_V1(abm_customer_purchases_accum_##name##_order); \
	Datum \
	abm_customer_purchases_accum_##name##_order(PG_FUNCTION_ARGS) \
	{ \
		return purchases_add(fcinfo, kind, purchase_order_arg(fcinfo, 4)); \
	} \
	PG_FUNCTION_INFO_V1(abm_customer_purchases_accum_##name##_order_text); \
	Datum \
	abm_customer_purchases_accum_##name##_order_text(PG_FUNCTION_ARGS) \
	{ \
		return purchases_add(fcinfo, kind, purchase_order_text_arg(fcinfo, 4)); \
	} \
	extern Datum abm_customer_purchases_accum_##name(PG_FUNCTION_ARGS)

PURCHASES_ACCUM(bigint, KEY_BIGINT);
PURCHASES_ACCUM(text, KEY_TEXT);
PURCHASES_ACCUM(uuid, KEY_UUID);
