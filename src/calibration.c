/*
 * calibration.c
 *		Predicted probabilities and what came of them.
 *
 * The state keeps each probability that was predicted with how many of its
 * things were won and lost, so that ranks are exact and ties are known.
 * Questions are asked in calibration_report.c.
 */
#include "calibration.h"

static const StateField calibration_fields[] = {
	{"unscored", FIELD_COUNT, offsetof(Calibration, n_unscored), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField forecast_fields[] = {
	{"predicted", FIELD_FLOAT8, offsetof(Forecast, predicted), false, NULL},
	{"won", FIELD_COUNT, offsetof(Forecast, won), false, NULL},
	{"lost", FIELD_COUNT, offsetof(Forecast, lost), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
forecast_compare(const void *a, const void *b, void *arg)
{
	const Forecast *x = a;
	const Forecast *y = b;

	return (x->predicted > y->predicted) - (x->predicted < y->predicted);
}

/* Equal predictions are one record. */
static int
forecasts_fold(void *items, int n)
{
	Forecast   *f = items;
	int			last = 0;

	for (int i = 1; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (f[last].predicted == f[i].predicted)
		{
			state_add_count(&f[last].won, f[i].won);
			state_add_count(&f[last].lost, f[i].lost);
		}
		else
			f[++last] = f[i];
	}
	return n == 0 ? 0 : last + 1;
}

static void
calibration_absorb(void *a, const void *b)
{
	state_add_count(&((Calibration *) a)->n_unscored,
					((const Calibration *) b)->n_unscored);
}

static const char *
calibration_fault(const void *state)
{
	const Calibration *c = state;

	for (int i = 0; i < c->head.nitems; i++)
	{
		const Forecast *f = &c->forecast[i];

		if (f->predicted < 0 || f->predicted > 1)
			return "its predictions are out of range";
		if (f->won == 0 && f->lost == 0)
			return "a prediction has no outcome";
	}
	return NULL;
}

const StateType calibration_type = {
	.name = "calibration",.kind = 40,.version = 1,
	.fixed_size = offsetof(Calibration, forecast),
	.item_size = sizeof(Forecast),.max_items = 10000000,
	.fields = calibration_fields,.items_name = "forecasts",
	.item_fields = forecast_fields,.compare = forecast_compare,
	.fold = forecasts_fold,.absorb = calibration_absorb,
	.fault = calibration_fault
};

/* A probability, 0 and 1 among them. */
static double
arg_predicted(double predicted)
{
	predicted = arg_finite(predicted, "predicted probability");
	if (unlikely(predicted < 0 || predicted > 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("predicted probability must be between 0 and 1, not %.15g",
						predicted),
				 errhint("Divide a score of 0 to 100 by 100.")));
	return predicted;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(calibration, calibration_type);
STATE_FUNCTION(calibration, minus, calibration_type);

/* (predicted, outcome); without an outcome there is nothing to learn */
PG_FUNCTION_INFO_V1(abm_calibration_accum);
Datum
abm_calibration_accum(PG_FUNCTION_ARGS)
{
	Forecast	f = {0, 0, 0};
	Calibration *c;

	if (PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &calibration_type);
	if (!PG_ARGISNULL(1))
		f.predicted = arg_predicted(PG_GETARG_FLOAT8(1));
	c = state_begin(fcinfo, &calibration_type);
	if (PG_ARGISNULL(1))
		state_add_count(&c->n_unscored, 1);
	else
	{
		f.won = PG_GETARG_BOOL(2);
		f.lost = !f.won;
		c = state_append(c, &calibration_type, &f);
	}
	return state_end(fcinfo, &calibration_type, c);
}
