/*
 * model_report.c
 *		What a fitted model says of itself: parameters, how well it fits.
 *
 * Parameters that must be greater than 0 have an interval that is normal on
 * the scale of their logarithm, and so greater than 0 too: its coverage is
 * nearer to what it promises.
 */
#include "clv/model.h"

#include "estimate.h"
#include "math/dist.h"
#include "utils/jsonb.h"

static const char *const status_names[] = {
	"ok", "boundary", "mean_undefined", "not_converged", "too_few",
	"given"
};

static const ClvModel *
model_arg(FunctionCallInfo fcinfo)
{
	return state_arg(fcinfo, 0, &clv_model_type);
}

/*
 * The arithmetic
 */

/* A parameter with its standard error and interval, if they are known. */
static Estimate
parameter_estimate(const ClvModel *m, int i, double level, double *error)
{
	Estimate	e = {m->number[i], NAN, NAN, 0};
	double		half;

	*error = NAN;
	if (!m->covariance)
		return e;
	*error = sqrt(model_covariance(m, i, i));
	half = -normal_quantile((1 - level) / 2) * *error;
	if (i < clv_kinds[m->kind].nparameters)
	{
		double		factor = exp(half / e.value);

		e.lower = e.value / factor;
		e.upper = e.value * factor;
	}
	else
	{
		e.lower = e.value - half;
		e.upper = e.value + half;
	}
	if (isinf(e.upper))
		e.upper = NAN;
	return e;
}

static double
model_aic(const ClvModel *m)
{
	return 2 * model_parameters(m) - 2 * model_log_likelihood(m);
}

static double
model_bic(const ClvModel *m)
{
	return model_parameters(m) * log(m->n) - 2 * model_log_likelihood(m);
}

Datum
model_status_text(const ClvModel *m)
{
	return CStringGetTextDatum(status_names[m->status]);
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_model_parameters);
Datum
abm_model_parameters(PG_FUNCTION_ARGS)
{
	const ClvModel *m = model_arg(fcinfo);
	double		level = arg_level(PG_GETARG_FLOAT8(1));

	abm_begin_rows(fcinfo);
	for (int i = 0; i < model_parameters(m) && model_usable(m); i++)
	{
		double		error;
		Estimate	e = parameter_estimate(m, i, level, &error);
		Datum		values[5] = {
			CStringGetTextDatum(model_parameter_name(m, i)),
			Float8GetDatum(e.value), Float8GetDatum(error),
			Float8GetDatum(e.lower), Float8GetDatum(e.upper)
		};
		bool		nulls[5] = {
			false, false, isnan(error), isnan(e.lower), isnan(e.upper)
		};

		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}

/* One parameter by name; NULL when the model has none. */
PG_FUNCTION_INFO_V1(abm_model_parameter);
Datum
abm_model_parameter(PG_FUNCTION_ARGS)
{
	const ClvModel *m = model_arg(fcinfo);
	const char *names[MAX_PARAMETERS + 1] = {NULL};
	int			i;

	for (i = 0; i < model_parameters(m); i++)
		names[i] = model_parameter_name(m, i);
	i = arg_choice(PG_GETARG_TEXT_PP(1), "parameter", names);
	if (!model_usable(m))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(m->number[i]);
}

/* No rows when the covariance is not known. */
PG_FUNCTION_INFO_V1(abm_model_covariance);
Datum
abm_model_covariance(PG_FUNCTION_ARGS)
{
	const ClvModel *m = model_arg(fcinfo);
	int			n = m->covariance ? model_parameters(m) : 0;

	abm_begin_rows(fcinfo);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			Datum		values[3] = {
				CStringGetTextDatum(model_parameter_name(m, i)),
				CStringGetTextDatum(model_parameter_name(m, j)),
				Float8GetDatum(model_covariance(m, i, j))
			};
			bool		nulls[3] = {false, false, false};

			abm_put_row(fcinfo, values, nulls);
		}
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(abm_log_likelihood);
Datum
abm_log_likelihood(PG_FUNCTION_ARGS)
{
	const ClvModel *m = model_arg(fcinfo);

	return float_or_null(fcinfo, model_log_likelihood(m));
}

PG_FUNCTION_INFO_V1(abm_aic);
Datum
abm_aic(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, model_aic(model_arg(fcinfo)));
}

PG_FUNCTION_INFO_V1(abm_bic);
Datum
abm_bic(PG_FUNCTION_ARGS)
{
	return float_or_null(fcinfo, model_bic(model_arg(fcinfo)));
}

PG_FUNCTION_INFO_V1(abm_fit_status);
Datum
abm_fit_status(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(model_status_text(model_arg(fcinfo)));
}

PG_FUNCTION_INFO_V1(abm_fit_quality);
Datum
abm_fit_quality(PG_FUNCTION_ARGS)
{
	const ClvModel *m = model_arg(fcinfo);
	bool		none = !model_fitted(m);
	bool		nowhere = isnan(model_log_likelihood(m));
	Datum		values[11] = {
		CStringGetTextDatum(clv_kinds[m->kind].title),
		model_status_text(m),
		Float8GetDatum(m->n), Int64GetDatum(m->left_out),
		Int32GetDatum(model_parameters(m)), Float8GetDatum(m->log_likelihood),
		Float8GetDatum(model_aic(m)), Float8GetDatum(model_bic(m)),
		Float8GetDatum(m->gradient), Int32GetDatum(m->evaluations),
		Float8GetDatum(m->association)
	};
	bool		nulls[11] = {
		false, false, false, false, false, nowhere, nowhere, nowhere, nowhere, none,
		m->kind != CLV_GAMMA_GAMMA || none
	};

	return single_row(fcinfo, values, nulls);
}

/*
 * What is inside, for a person to read
 */
static void
json_string(JsonbParseState **json, JsonbIteratorToken token, const char *text)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, text);
	v.val.string.len = strlen(text);
	pushJsonbValue(json, token, &v);
}

static void
json_number(JsonbParseState **json, const char *key, double number)
{
	JsonbValue	v = {.type = jbvNull};

	json_string(json, WJB_KEY, key);
	if (!isnan(number))
	{
		v.type = jbvNumeric;
		v.val.numeric = DatumGetNumeric(DirectFunctionCall1(float8_numeric,
															Float8GetDatum(number)));
	}
	pushJsonbValue(json, WJB_VALUE, &v);
}

PG_FUNCTION_INFO_V1(abm_clv_model_jsonb);
Datum
abm_clv_model_jsonb(PG_FUNCTION_ARGS)
{
	const ClvModel *m = model_arg(fcinfo);
	JsonbParseState *json = NULL;

	pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
	json_string(&json, WJB_KEY, "model");
	json_string(&json, WJB_VALUE, clv_kinds[m->kind].title);
	json_string(&json, WJB_KEY, "status");
	json_string(&json, WJB_VALUE, status_names[m->status]);
	json_number(&json, "customers", m->n);
	json_number(&json, "left_out", m->left_out);
	json_number(&json, "unit_days", m->unit_days < 0 ? NAN : m->unit_days);
	json_number(&json, "log_likelihood", model_log_likelihood(m));
	json_string(&json, WJB_KEY, "parameters");
	pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < model_parameters(m) && m->head.nitems > 0; i++)
		json_number(&json, model_parameter_name(m, i), m->number[i]);
	pushJsonbValue(&json, WJB_END_OBJECT, NULL);
	json_string(&json, WJB_KEY, "std_err");
	pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < model_parameters(m) && m->covariance; i++)
		json_number(&json, model_parameter_name(m, i),
					sqrt(model_covariance(m, i, i)));
	pushJsonbValue(&json, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&json, WJB_END_OBJECT,
													   NULL)));
}
