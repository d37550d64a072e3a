/*
 * revenue.c
 *		Recurring revenue between two dates: who came, grew, shrank and left.
 *
 *		none			opening = closing
 *		new				0 -> more, never a customer before
 *		reactivation	0 -> more, a customer before
 *		expansion		more than before
 *		contraction		less than before, but not nothing
 *		churn			something -> 0
 *
 *		net revenue retention	(opening + expansion - contraction - churn) / opening
 *		gross					(opening - contraction - churn) / opening
 *		quick ratio				(new + reactivation + expansion) / (contraction + churn)
 *
 * The state holds exact sums and counts by kind of movement; that the sums
 * explain closing less opening to the last digit follows from there being
 * nothing else in it.
 */
#include "state.h"

#include <math.h>

#include "enums.h"
#include "estimate.h"

#define KINDS (MOVEMENT_REACTIVATION + 1)

typedef struct Retention
{
	StateHead	head;
	int32		scale;			/* decimal digits of the amounts */
	int64		n_unknown;		/* rows without opening, closing or, where it
								 * matters, seen_before */
	int64		n_negative;		/* rows with a negative amount, left out */
	int64		n[KINDS];		/* customers by kind of movement */
	int64		n_opening;		/* customers with revenue at the opening */
	Wide		opening;		/* in units of 10^-scale */
	Wide		closing;
	Wide		moved[KINDS];	/* closing less opening, by kind */
} Retention;

#define RETENTION_COUNT(name, field) \
	{name, FIELD_COUNT, offsetof(Retention, field), false, NULL}
#define RETENTION_MONEY(name, field) \
	{name, FIELD_MONEY, offsetof(Retention, field), false, NULL}

static const StateField retention_fields[] = {
	{"scale", FIELD_INT32, offsetof(Retention, scale), false, NULL},
	RETENTION_COUNT("unknown", n_unknown),
	RETENTION_COUNT("negative", n_negative),
	RETENTION_COUNT("n_none", n[MOVEMENT_NONE]),
	RETENTION_COUNT("n_new", n[MOVEMENT_NEW]),
	RETENTION_COUNT("n_expansion", n[MOVEMENT_EXPANSION]),
	RETENTION_COUNT("n_contraction", n[MOVEMENT_CONTRACTION]),
	RETENTION_COUNT("n_churn", n[MOVEMENT_CHURN]),
	RETENTION_COUNT("n_reactivation", n[MOVEMENT_REACTIVATION]),
	RETENTION_COUNT("n_opening", n_opening),
	RETENTION_MONEY("opening", opening),
	RETENTION_MONEY("closing", closing),
	RETENTION_MONEY("new", moved[MOVEMENT_NEW]),
	RETENTION_MONEY("expansion", moved[MOVEMENT_EXPANSION]),
	RETENTION_MONEY("contraction", moved[MOVEMENT_CONTRACTION]),
	RETENTION_MONEY("churn", moved[MOVEMENT_CHURN]),
	RETENTION_MONEY("reactivation", moved[MOVEMENT_REACTIVATION]),
	{NULL, 0, 0, false, NULL}
};

static void
wide_add(Wide *sum, Wide more)
{
	*sum = wide_from(money_add(wide_value(*sum), wide_value(more)));
}

static void
retention_absorb(void *a, const void *b)
{
	Retention  *x = a;
	const Retention *y = b;

	state_add_count(&x->n_unknown, y->n_unknown);
	state_add_count(&x->n_negative, y->n_negative);
	state_add_count(&x->n_opening, y->n_opening);
	wide_add(&x->opening, y->opening);
	wide_add(&x->closing, y->closing);
	for (int kind = 0; kind < KINDS; kind++)
	{
		state_add_count(&x->n[kind], y->n[kind]);
		wide_add(&x->moved[kind], y->moved[kind]);
	}
}

/* Who had revenue at the opening stayed as he was, gave more, less or left. */
static bool
opening_explained(const Retention *r)
{
	int64		rest = r->n_opening;

	for (int kind = MOVEMENT_EXPANSION; kind <= MOVEMENT_CHURN; kind++)
	{
		if (r->n[kind] > rest)
			return false;
		rest -= r->n[kind];
	}
	return rest <= r->n[MOVEMENT_NONE];
}

/* The movements must explain the difference, each in its direction. */
static const char *
retention_fault(const void *state)
{
	const Retention *r = state;
	int128		sum = wide_value(r->opening);

	for (int kind = 0; kind < KINDS; kind++)
	{
		int128		moved = wide_value(r->moved[kind]);
		bool		loss = kind == MOVEMENT_CONTRACTION ||
		kind == MOVEMENT_CHURN;

		if (loss ? moved > 0 : moved < 0)
			return "a movement has the wrong sign";
		sum = money_add(sum, moved);
	}
	if (sum != wide_value(r->closing) || wide_value(r->opening) < 0 ||
		wide_value(r->closing) < 0)
		return "its movements do not explain its closing";
	if (!opening_explained(r))
		return "its movements do not explain its customers";
	return NULL;
}

static const StateType retention_type = {
	.name = "retention",.kind = 5,.version = 1,
	.fixed_size = sizeof(Retention),
	.scale_offset = offsetof(Retention, scale),
	.fields = retention_fields,.items_name = "records",
	.absorb = retention_absorb,.fault = retention_fault
};

/*
 * The arithmetic
 */

/* The movement of one customer; MOVEMENT_UNKNOWN when that is not known. */
#define MOVEMENT_UNKNOWN (-1)

static int
movement_kind(int128 opening, int128 closing, NullableDatum seen_before)
{
	if (opening == closing)
		return MOVEMENT_NONE;
	if (opening > 0)
		return closing == 0 ? MOVEMENT_CHURN :
			closing > opening ? MOVEMENT_EXPANSION : MOVEMENT_CONTRACTION;
	if (seen_before.isnull)
		return MOVEMENT_UNKNOWN;
	return DatumGetBool(seen_before.value) ? MOVEMENT_REACTIVATION :
		MOVEMENT_NEW;
}

static void
retention_add(Retention *r, Wide opening, Wide closing,
			  NullableDatum seen_before)
{
	int128		from = wide_value(opening);
	int128		to = wide_value(closing);
	int			kind;

	if (money_unknown(opening) || money_unknown(closing))
	{
		r->n_unknown++;
		return;
	}
	if (from < 0 || to < 0)
	{
		r->n_negative++;
		return;
	}
	kind = movement_kind(from, to, seen_before);
	if (kind == MOVEMENT_UNKNOWN)
	{
		r->n_unknown++;
		return;
	}
	r->n[kind]++;
	r->n_opening += from > 0;
	wide_add(&r->opening, opening);
	wide_add(&r->closing, closing);
	wide_add(&r->moved[kind], wide_from(to - from));
}

static double
retention_money(const Retention *r, int kind)
{
	return money_double(wide_value(r->moved[kind]), r->scale);
}

/* What is left of the opening revenue, as a share of it. */
static double
retention_share(const Retention *r, int128 left)
{
	if (wide_value(r->opening) == 0)
		return NAN;
	return money_double(left, r->scale) /
		money_double(wide_value(r->opening), r->scale);
}

/* Opening less what was lost; the losses are negative. */
static int128
retention_left(const Retention *r)
{
	return money_add(wide_value(r->opening),
					 money_add(wide_value(r->moved[MOVEMENT_CONTRACTION]),
							   wide_value(r->moved[MOVEMENT_CHURN])));
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(retention, retention_type);

PG_FUNCTION_INFO_V1(abm_retention_accum);
Datum
abm_retention_accum(PG_FUNCTION_ARGS)
{
	Retention  *r;
	Wide		opening,
				closing;
	int			scale;

	if (PG_ARGISNULL(1) && PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &retention_type);
	r = state_begin(fcinfo, &retention_type);
	opening = state_amount((void **) &r, &retention_type, fcinfo->args[1],
						   "opening");
	scale = r->scale;
	closing = state_amount((void **) &r, &retention_type, fcinfo->args[2],
						   "closing");

	/* the second amount may have refined the scale of the first */
	if (unlikely(r->scale != scale) && !money_unknown(opening))
		opening = wide_from(money_rescale(wide_value(opening), scale,
										  r->scale));
	retention_add(r, opening, closing, fcinfo->args[3]);
	return state_end(fcinfo, &retention_type, r);
}

/* NULL when an amount is unknown or negative, or it matters who came before. */
PG_FUNCTION_INFO_V1(abm_movement);
Datum
abm_movement(PG_FUNCTION_ARGS)
{
	int			kind;
	int			from_scale,
				to_scale,
				scale;
	int128		from,
				to;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	from = money_read(PG_GETARG_DATUM(0), &from_scale, "opening");
	to = money_read(PG_GETARG_DATUM(1), &to_scale, "closing");
	scale = Max(from_scale, to_scale);
	if (from < 0 || to < 0)
		PG_RETURN_NULL();
	kind = movement_kind(money_rescale(from, from_scale, scale),
						 money_rescale(to, to_scale, scale), fcinfo->args[2]);
	if (kind == MOVEMENT_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(enum_datum(&movement_kind_kind, kind));
}

/* NULL when there was no opening revenue. */
PG_FUNCTION_INFO_V1(abm_nrr);
Datum
abm_nrr(PG_FUNCTION_ARGS)
{
	const Retention *r = state_arg(fcinfo, 0, &retention_type);
	int128		left = money_add(retention_left(r),
								 wide_value(r->moved[MOVEMENT_EXPANSION]));

	if (PG_GETARG_BOOL(1))
		left = money_add(left, wide_value(r->moved[MOVEMENT_REACTIVATION]));
	return float_or_null(fcinfo, retention_share(r, left));
}

/* NULL when there was no opening revenue. */
PG_FUNCTION_INFO_V1(abm_grr);
Datum
abm_grr(PG_FUNCTION_ARGS)
{
	const Retention *r = state_arg(fcinfo, 0, &retention_type);

	return float_or_null(fcinfo, retention_share(r, retention_left(r)));
}

/* The rate is NULL when nobody had revenue at the opening. */
PG_FUNCTION_INFO_V1(abm_logo_retention_interval);
Datum
abm_logo_retention_interval(PG_FUNCTION_ARGS)
{
	const Retention *r = state_arg(fcinfo, 0, &retention_type);
	int64		kept = r->n_opening - r->n[MOVEMENT_CHURN];

	return rate_row(fcinfo, kept, r->n_opening);
}

/* NULL when nothing was lost. */
PG_FUNCTION_INFO_V1(abm_quick_ratio);
Datum
abm_quick_ratio(PG_FUNCTION_ARGS)
{
	const Retention *r = state_arg(fcinfo, 0, &retention_type);
	double		gained = retention_money(r, MOVEMENT_NEW) +
	retention_money(r, MOVEMENT_REACTIVATION) +
	retention_money(r, MOVEMENT_EXPANSION);
	double		lost = -retention_money(r, MOVEMENT_CONTRACTION) -
	retention_money(r, MOVEMENT_CHURN);

	return float_or_null(fcinfo, lost > 0 ? gained / lost : NAN);
}

static void
report_movement(FunctionCallInfo fcinfo, const Retention *r,
				const char *movement, int64 n, Wide amount)
{
	double		share = retention_share(r, wide_value(amount));
	Datum		values[4] = {
		CStringGetTextDatum(movement), Int64GetDatum(n),
		NumericGetDatum(money_numeric(wide_value(amount), r->scale)),
		Float8GetDatum(share)
	};
	bool		nulls[4] = {false, false, false, isnan(share)};

	abm_put_row(fcinfo, values, nulls);
}

/* Opening, the movements, closing: the column adds up exactly. */
PG_FUNCTION_INFO_V1(abm_revenue_movements);
Datum
abm_revenue_movements(PG_FUNCTION_ARGS)
{
	const Retention *r = state_arg(fcinfo, 0, &retention_type);
	int64		closing = r->n_opening - r->n[MOVEMENT_CHURN] +
	r->n[MOVEMENT_NEW] + r->n[MOVEMENT_REACTIVATION];

	abm_begin_rows(fcinfo);
	report_movement(fcinfo, r, "opening", r->n_opening, r->opening);
	for (int kind = MOVEMENT_NEW; kind < KINDS; kind++)
		report_movement(fcinfo, r, movement_kind_kind.labels[kind], r->n[kind],
						r->moved[kind]);
	report_movement(fcinfo, r, "closing", closing, r->closing);
	return (Datum) 0;
}
