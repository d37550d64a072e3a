/*
 * rfm_counts.c
 *		The evidence behind the models of purchases.
 *
 * Customers with the same frequency, recency and age are one record with
 * their weight: a million customers seen by the day are some hundred
 * thousand.  Lengths of time that are whole multiples of 1/168 (hours in
 * weeks, days in days, days in weeks) are kept as such in a smaller form.
 */
#include "clv/rfm_counts.h"

#include "estimate.h"

#define PER_UNIT 168.0
#define TIME_BITS 22
#define MOST_TIME ((1 << TIME_BITS) - 1)
#define MOST_FREQUENCY ((1 << 20) - 1)
#define MAX_FREQUENCY INT64CONST(1000000000)
#define MAX_WEIGHT 1e9

static const StateField counts_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField count_fields[] = {
	{"frequency", FIELD_COUNT, offsetof(RfmCount, frequency), false, NULL},
	{"recency", FIELD_FLOAT8, offsetof(RfmCount, recency), false, NULL},
	{"age", FIELD_FLOAT8, offsetof(RfmCount, age), false, NULL},
	{"weight", FIELD_WEIGHT, offsetof(RfmCount, weight), false, NULL},
	{NULL, 0, 0, false, NULL}
};

/* frequency, recency, age */
static int
count_compare(const void *a, const void *b, void *arg)
{
	const RfmCount *x = a;
	const RfmCount *y = b;

	if (x->frequency != y->frequency)
		return x->frequency < y->frequency ? -1 : 1;
	if (x->recency != y->recency)
		return x->recency < y->recency ? -1 : 1;
	return (x->age > y->age) - (x->age < y->age);
}

static int
counts_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(RfmCount), offsetof(RfmCount, weight),
							  count_compare);
}

/*
 * The packed form: frequency, recency and age in one number
 */
typedef struct PackedCount
{
	uint64		key;
	int64		weight;
} PackedCount;

static inline bool
time_pack(double time, uint64 *packed)
{
	double		n = rint(time * PER_UNIT);

	if (!(n >= 0 && n <= MOST_TIME) || n / PER_UNIT != time)
		return false;
	*packed = (uint64) n;
	return true;
}

static bool
count_pack(void *packed, const void *item)
{
	PackedCount *to = packed;
	const RfmCount *from = item;
	uint64		recency,
				age;

	if (from->frequency > MOST_FREQUENCY ||
		!time_pack(from->recency, &recency) || !time_pack(from->age, &age))
		return false;
	to->key = (uint64) from->frequency << (2 * TIME_BITS) |
		recency << TIME_BITS | age;
	to->weight = from->weight;
	return true;
}

static void
count_unpack(void *item, const void *packed)
{
	const PackedCount *from = packed;
	RfmCount   *to = item;

	to->frequency = from->key >> (2 * TIME_BITS);
	to->recency = (from->key >> TIME_BITS & MOST_TIME) / PER_UNIT;
	to->age = (from->key & MOST_TIME) / PER_UNIT;
	to->weight = from->weight;
}

static int
count_compare_packed(const void *a, const void *b, void *arg)
{
	const PackedCount *x = a;
	const PackedCount *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int
counts_fold_packed(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(PackedCount), offsetof(PackedCount, weight),
							  count_compare_packed);
}

static const StatePacking count_packings[] = {
	{.size = sizeof(PackedCount),.pack = count_pack,.unpack = count_unpack,
	.compare = count_compare_packed,.fold = counts_fold_packed}
};

/* What is wrong with a history, or NULL. */
const char *
history_fault(double frequency, double recency, double age)
{
	if (frequency > MAX_FREQUENCY)
		return "frequency is greater than a billion";
	if (recency < 0)
		return "recency is less than zero";
	if (recency > age)
		return "recency is greater than age";
	if (frequency == 0 && recency > 0)
		return "recency is not zero without a repeat purchase";
	return NULL;
}

static const char *
counts_fault(const void *state)
{
	const RfmCounts *c = state;

	for (int i = 0; i < c->head.nitems; i++)
		if (history_fault(c->item[i].frequency, c->item[i].recency,
						  c->item[i].age) != NULL)
			return "a history is none";
	return NULL;
}

const StateType rfm_counts_type = {
	.name = "rfm_counts",.kind = 21,.version = 1,
	.fixed_size = offsetof(RfmCounts, item),.item_size = sizeof(RfmCount),
	.max_items = 10000000,
	.fields = counts_fields,.items_name = "histories",
	.item_fields = count_fields,.compare = count_compare,
	.fold = counts_fold,.fault = counts_fault,
	.packings = count_packings,.npackings = lengthof(count_packings)
};

/*
 * Arguments
 */

/* A number of purchases. */
int64
arg_frequency(int64 n, const char *what)
{
	if (unlikely(n < 0 || n > MAX_FREQUENCY))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and %lld, not %lld", what,
						(long long) MAX_FREQUENCY, (long long) n)));
	return n;
}

/* A history that can be. */
History
arg_history(int64 frequency, double recency, double age)
{
	const char *fault;
	History		h = {
		arg_frequency(frequency, "frequency"), arg_finite(recency, "recency"),
		arg_finite(age, "age"), 1
	};

	fault = history_fault(h.frequency, h.recency, h.age);
	if (unlikely(fault != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a customer's %s", fault),
				 errdetail("Frequency is %lld, recency %g, age %g.",
						   (long long) frequency, recency, age),
				 errhint("Frequency counts repeat purchases, recency is the time from the first to the last purchase, age the time from the first purchase until now, as abm.rfm gives them.")));
	return h;
}

/* A history that a kind of model can take. */
void
check_history(const ClvKind *kind, const History *h)
{
	const char *fault = kind->fault == NULL ? NULL : kind->fault(h);

	if (unlikely(fault != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a customer's %s", fault),
				 errdetail("Frequency is %g, recency %g, age %g.",
						   h->frequency, h->recency, h->age),
				 errhint("A %s model wants the opportunities to buy counted: those used, the last one used, and all. For any other time use a model such as that of abm.mbgnbd_fit.",
						 kind->title)));
}

void
check_customers(const ClvKind *kind, const Customers *c)
{
	for (int i = 0; i < c->n && kind->fault != NULL; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		check_history(kind, &c->row[i]);
	}
}

/* A weight in billionths. */
int64
arg_customers(double weight)
{
	arg_finite(weight, "weight");
	if (!(weight * WEIGHT_ONE >= 1 && weight <= MAX_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be between 1e-9 and 1e9, not %g", weight),
				 errhint("A row that must not count is left out by FILTER (WHERE ...).")));
	return (int64) rint(weight * WEIGHT_ONE);
}

/* One customer, or as many as a weight says, if there is such an argument. */
RfmCount
rfm_count(FunctionCallInfo fcinfo, const History *h, int argno)
{
	RfmCount	c = {(int64) h->frequency, h->recency, h->age, WEIGHT_ONE};

	if (PG_NARGS() > argno)
		c.weight = arg_customers(PG_GETARG_FLOAT8(argno));
	return c;
}

/* The customers of a state, as fits read them. */
Customers
rfm_customers(FunctionCallInfo fcinfo, int argno)
{
	const StateHead *head = state_raw_arg(fcinfo, argno, &rfm_counts_type);
	const char *at = STATE_ITEMS(head, &rfm_counts_type);
	bool		packed = state_form(head) > 0;
	Customers	c = {.n = head->nitems};

	c.row = palloc_extended((Size) Max(c.n, 1) * sizeof(History),
							MCXT_ALLOC_HUGE);
	for (int i = 0; i < c.n; i++)
	{
		RfmCount	item;

		CHECK_EVERY(i, 0xFFFF);
		if (packed)
			count_unpack(&item, at + (Size) i * sizeof(PackedCount));
		else
			item = ((const RfmCount *) at)[i];
		c.row[i] = (History)
		{
			item.frequency, item.recency, item.age,
				(double) item.weight / WEIGHT_ONE
		};
		c.scale = Max(c.scale, item.age);
	}
	return c;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(rfm_counts, rfm_counts_type);

/* (frequency, recency, age), with weight */
PG_FUNCTION_INFO_V1(abm_rfm_counts_accum);
Datum
abm_rfm_counts_accum(PG_FUNCTION_ARGS)
{
	RfmCount	item;
	History		h;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		(PG_NARGS() > 4 && PG_ARGISNULL(4)))
		return state_leave_out(fcinfo, &rfm_counts_type);
	h = arg_history(PG_GETARG_INT64(1), PG_GETARG_FLOAT8(2),
					PG_GETARG_FLOAT8(3));
	item = rfm_count(fcinfo, &h, 4);
	return state_take(fcinfo, &rfm_counts_type, &item);
}

/* One row a history. */
PG_FUNCTION_INFO_V1(abm_histories);
Datum
abm_histories(PG_FUNCTION_ARGS)
{
	Customers	c = rfm_customers(fcinfo, 0);

	abm_begin_rows(fcinfo);
	for (int i = 0; i < c.n; i++)
	{
		Datum		values[4] = {
			Int64GetDatum((int64) c.row[i].frequency),
			Float8GetDatum(c.row[i].recency), Float8GetDatum(c.row[i].age),
			Float8GetDatum(c.row[i].weight)
		};
		bool		nulls[4] = {false, false, false, false};

		CHECK_EVERY(i, 0xFFF);
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}

/* How likely these customers are under a model. */
PG_FUNCTION_INFO_V1(abm_evidence_log_likelihood);
Datum
abm_evidence_log_likelihood(PG_FUNCTION_ARGS)
{
	const ClvModel *m = state_arg(fcinfo, 0, &clv_model_type);
	Customers	c = rfm_customers(fcinfo, 1);

	if (clv_kinds[m->kind].p_alive == NULL ||
		clv_kinds[m->kind].log_likelihood == NULL ||
		m->ntransaction > 0 || m->nlifetime > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s model is not one of purchases without covariates",
						clv_kinds[m->kind].title)));
	check_customers(&clv_kinds[m->kind], &c);
	return float_or_null(fcinfo, model_usable(m) ? model_evidence(m, &c) :
						 NAN);
}

/* The model of one kind; without repeat purchases there is none. */
static Datum
rfm_fit(FunctionCallInfo fcinfo, ClvKindCode kind)
{
	Customers	c = rfm_customers(fcinfo, 0);
	double		weight;

	if (!customers_suffice(&c, &weight))
		return model_result(model_make(kind, NULL, weight, 0, 0));
	return model_result(model_fit(kind, &c));
}

PG_FUNCTION_INFO_V1(abm_bgnbd_fit);
Datum
abm_bgnbd_fit(PG_FUNCTION_ARGS)
{
	return rfm_fit(fcinfo, CLV_BGNBD);
}

PG_FUNCTION_INFO_V1(abm_mbgnbd_fit);
Datum
abm_mbgnbd_fit(PG_FUNCTION_ARGS)
{
	return rfm_fit(fcinfo, CLV_MBGNBD);
}

PG_FUNCTION_INFO_V1(abm_pareto_nbd_fit);
Datum
abm_pareto_nbd_fit(PG_FUNCTION_ARGS)
{
	return rfm_fit(fcinfo, CLV_PARETO_NBD);
}
