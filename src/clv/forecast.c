/*
 * forecast.c
 *		How good were the forecasts?  Predicted and actual numbers of a
 *		hold-out, customer by customer.
 */
#include "clv/rfm_counts.h"

#include "estimate.h"
#include "math/dist.h"

#define NO_BIN (-1)

/* Customers with the same forecast and the same outcome. */
typedef struct Forecasted
{
	int64		bin;			/* what they are grouped by, such as frequency */
	double		predicted;
	double		actual;
	int64		weight;			/* how many, in billionths */
} Forecasted;

typedef struct Forecasts
{
	StateHead	head;
	int32		padding;
	Forecasted	item[FLEXIBLE_ARRAY_MEMBER];
} Forecasts;

static const StateField forecasts_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField item_fields[] = {
	{"bin", FIELD_COUNT, offsetof(Forecasted, bin), true, NULL},
	{"predicted", FIELD_FLOAT8, offsetof(Forecasted, predicted), false, NULL},
	{"actual", FIELD_FLOAT8, offsetof(Forecasted, actual), false, NULL},
	{"weight", FIELD_WEIGHT, offsetof(Forecasted, weight), false, NULL},
	{NULL, 0, 0, false, NULL}
};

/* bin, predicted, actual */
static int
item_compare(const void *a, const void *b, void *arg)
{
	const Forecasted *x = a;
	const Forecasted *y = b;

	if (x->bin != y->bin)
		return x->bin < y->bin ? -1 : 1;
	if (x->predicted != y->predicted)
		return x->predicted < y->predicted ? -1 : 1;
	return (x->actual > y->actual) - (x->actual < y->actual);
}

static int
items_fold(void *items, int n)
{
	return state_fold_weights(items, n, sizeof(Forecasted), offsetof(Forecasted, weight),
							  item_compare);
}

static const StateType forecasts_type = {
	.name = "forecasts",.kind = 24,.version = 1,
	.fixed_size = offsetof(Forecasts, item),.item_size = sizeof(Forecasted),
	.max_items = 10000000,
	.fields = forecasts_fields,.items_name = "forecasts",
	.item_fields = item_fields,.compare = item_compare,.fold = items_fold
};

/*
 * The arithmetic
 */
typedef struct Evaluation
{
	double		n;
	double		predicted;
	double		actual;
	double		error;			/* mean of predicted - actual */
	double		mae;
	double		rmse;
	double		pearson;
	double		top_share;		/* of the actual, by the best tenth */
} Evaluation;

static inline double
weight_of(const Forecasted *f)
{
	return (double) f->weight / WEIGHT_ONE;
}

static Evaluation
forecasts_evaluate(const Forecasted *f, int n)
{
	Evaluation	e = {0};
	double		xx = 0,
				yy = 0,
				xy = 0;

	for (int i = 0; i < n; i++)
	{
		double		w = weight_of(&f[i]);
		double		d = f[i].predicted - f[i].actual;

		e.n += w;
		e.predicted += w * f[i].predicted;
		e.actual += w * f[i].actual;
		e.mae += w * fabs(d);
		e.rmse += w * d * d;
	}
	e.error = (e.predicted - e.actual) / e.n;
	e.mae /= e.n;
	e.rmse = sqrt(e.rmse / e.n);
	for (int i = 0; i < n; i++)
	{
		double		w = weight_of(&f[i]);
		double		dx = f[i].predicted - e.predicted / e.n;
		double		dy = f[i].actual - e.actual / e.n;

		xx += w * dx * dx;
		yy += w * dy * dy;
		xy += w * dx * dy;
	}
	e.pearson = xx > 0 && yy > 0 ? xy / sqrt(xx) / sqrt(yy) : NAN;
	return e;
}

static int
better_first(const void *a, const void *b, void *arg)
{
	double		x = ((const Forecasted *) a)->predicted;
	double		y = ((const Forecasted *) b)->predicted;

	return (x < y) - (x > y);
}

/*
 * What the tenth of customers with the greatest predictions did, rounded up
 * to whole customers; those with equal predictions do alike.
 */
static double
top_share(const Forecasts *f, double customers, double actual)
{
	Size		size = sizeof(Forecasted) * f->head.nitems;
	Forecasted *best = palloc_extended(Max(size, 1), MCXT_ALLOC_HUGE);
	double		room = ceil(customers / 10);
	double		sum = 0;
	int			end;

	if (!(actual > 0))
		return NAN;
	memcpy(best, f->item, size);
	qsort_interruptible(best, f->head.nitems, sizeof(Forecasted),
						better_first, NULL);
	for (int i = 0; i < f->head.nitems && room > 0; i = end)
	{
		double		weight = 0;
		double		did = 0;

		for (end = i; end < f->head.nitems &&
			 best[end].predicted == best[i].predicted; end++)
		{
			weight += weight_of(&best[end]);
			did += weight_of(&best[end]) * best[end].actual;
		}
		sum += did * fmin(1, room / weight);
		room -= weight;
	}
	return sum / actual;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(forecasts, forecasts_type);

/* (predicted, actual), with bin, with weight */
PG_FUNCTION_INFO_V1(abm_forecasts_accum);
Datum
abm_forecasts_accum(PG_FUNCTION_ARGS)
{
	Forecasted	item = {.bin = NO_BIN,.weight = WEIGHT_ONE};

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) ||
		(PG_NARGS() > 4 && PG_ARGISNULL(4)))
		return state_leave_out(fcinfo, &forecasts_type);
	item.predicted = arg_finite(PG_GETARG_FLOAT8(1), "predicted");
	item.actual = arg_finite(PG_GETARG_FLOAT8(2), "actual");
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		item.bin = arg_frequency(PG_GETARG_INT64(3), "bin");
	if (PG_NARGS() > 4)
		item.weight = arg_customers(PG_GETARG_FLOAT8(4));
	return state_take(fcinfo, &forecasts_type, &item);
}

PG_FUNCTION_INFO_V1(abm_forecast_eval);
Datum
abm_forecast_eval(PG_FUNCTION_ARGS)
{
	const Forecasts *f = state_arg(fcinfo, 0, &forecasts_type);
	Evaluation	e = forecasts_evaluate(f->item, f->head.nitems);
	Datum		values[8];
	bool		nulls[8];
	double		figures[8];

	e.top_share = top_share(f, e.n, e.actual);
	memcpy(figures, &e, sizeof(figures));
	for (int i = 0; i < 8; i++)
	{
		values[i] = Float8GetDatum(figures[i]);
		nulls[i] = !isfinite(figures[i]);
	}
	return single_row(fcinfo, values, nulls);
}

/*
 * One row a bin, the greatest ones together: means, and how the actual one
 * varies.
 */
PG_FUNCTION_INFO_V1(abm_forecast_bins);
Datum
abm_forecast_bins(PG_FUNCTION_ARGS)
{
	const Forecasts *f = state_arg(fcinfo, 0, &forecasts_type);
	int64		top = arg_frequency(PG_GETARG_INT64(1), "top");
	double		level = arg_level(PG_GETARG_FLOAT8(2));
	int			end;

	abm_begin_rows(fcinfo);
	for (int i = 0; i < f->head.nitems; i = end)
	{
		Evaluation	e;
		double		variance = 0;
		double		half = NAN;
		Datum		values[6];
		bool		nulls[6] = {false};

		for (end = i; end < f->head.nitems &&
			 Min(f->item[end].bin, top) == Min(f->item[i].bin, top); end++)
			;
		e = forecasts_evaluate(f->item + i, end - i);
		for (int k = i; k < end; k++)
			variance += weight_of(&f->item[k]) *
				(f->item[k].actual - e.actual / e.n) *
				(f->item[k].actual - e.actual / e.n);
		if (e.n > 1)
			half = -student_quantile(e.n - 1, (1 - level) / 2) *
				sqrt(variance / (e.n - 1) / e.n);
		values[0] = Int64GetDatum(Min(f->item[i].bin, top));
		values[1] = Float8GetDatum(e.n);
		values[2] = Float8GetDatum(e.predicted / e.n);
		values[3] = Float8GetDatum(e.actual / e.n);
		values[4] = Float8GetDatum(e.actual / e.n - half);
		values[5] = Float8GetDatum(e.actual / e.n + half);
		nulls[0] = f->item[i].bin == NO_BIN;
		for (int k = 2; k < 6; k++)
			nulls[k] = !isfinite(DatumGetFloat8(values[k]));
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}
