/*
 * retention.c
 *		What the sBG and the BdW model expect of customers under contract.
 *
 * Standard errors are by the delta method from the covariance of the
 * parameters: of a probability on the scale of its log-odds, of a length of
 * time on that of its logarithm, so that intervals stay where they belong.
 */
#include "clv/score.h"

#include "estimate.h"
#include "math/contract.h"

#define MAX_CURVE 10000			/* periods */

typedef double (*LogProbability) (const double *p, double t, double *gradient);

/* The periods that are left after an age, discounted. */
typedef struct Remainder
{
	const Scorer *m;
	int			age;
	double		rate;
} Remainder;

/* All parameters, from those of the model; sBG is BdW with c = 1. */
static void
contract_parameters(const Scorer *m, const double *own, double *p)
{
	for (int i = 0; i < CONTRACT_PARAMETERS; i++)
		p[i] = i < m->kind->nparameters ? own[i] : 1;
}

/* A model of contracts, and its parameters. */
static const Scorer *
contract_arg(FunctionCallInfo fcinfo, double *p)
{
	const Scorer *m = scorer_arg(fcinfo, 0);

	if (m->kind != &clv_kinds[CLV_SBG] && m->kind != &clv_kinds[CLV_BDW])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is no model of contracts", m->kind->title),
				 errhint("Use the model of abm.sbg_fit or abm.bdw_fit.")));
	contract_parameters(m, m->p, p);
	return m;
}

/* A probability at a time with its interval. */
static Estimate
contract_estimate(const Scorer *m, const double *p, LogProbability f, double t,
				  double z)
{
	Estimate	e = NO_ESTIMATE;
	double		slope[CONTRACT_PARAMETERS];
	double		log_value;
	double		odds,
				error;

	if (!m->usable)
		return e;
	log_value = f(p, t, slope);
	e.value = exp(log_value);
	if (!m->covariance || !(log_value < 0))
		return e;
	for (int i = 0; i < CONTRACT_PARAMETERS; i++)
		slope[i] *= p[i] / -expm1(log_value);
	error = z * sqrt(slope_variance(m, slope));
	odds = e.value / -expm1(log_value);
	e.lower = odds / (odds + exp(error));
	e.upper = odds / (odds + exp(-error));
	return e;
}

static double
residual_with(const double *own, const void *arg)
{
	const Remainder *r = arg;
	double		p[CONTRACT_PARAMETERS];

	contract_parameters(r->m, own, p);
	return contract_residual(p, r->age, r->rate);
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_contract_survival);
Datum
abm_contract_survival(PG_FUNCTION_ARGS)
{
	double		p[CONTRACT_PARAMETERS];
	const Scorer *m = contract_arg(fcinfo, p);
	int			t = arg_periods(PG_GETARG_INT32(1), "periods", 0, PG_INT32_MAX);

	return score(fcinfo, m->usable ? exp(contract_log_survival(p, t, NULL)) :
				 NAN);
}

PG_FUNCTION_INFO_V1(abm_retention);
Datum
abm_retention(PG_FUNCTION_ARGS)
{
	double		p[CONTRACT_PARAMETERS];
	const Scorer *m = contract_arg(fcinfo, p);
	int			t = arg_periods(PG_GETARG_INT32(1), "period", 1, PG_INT32_MAX);

	return score(fcinfo, m->usable ? exp(contract_log_retention(p, t, NULL)) :
				 NAN);
}

/* (m, periods, level); no rows when the fit found no parameters */
PG_FUNCTION_INFO_V1(abm_retention_curve);
Datum
abm_retention_curve(PG_FUNCTION_ARGS)
{
	double		p[CONTRACT_PARAMETERS];
	const Scorer *m = contract_arg(fcinfo, p);
	int			n = arg_periods(PG_GETARG_INT32(1), "periods", 1, MAX_CURVE);
	double		z = normal_width(PG_GETARG_FLOAT8(2));

	abm_begin_rows(fcinfo);
	for (int t = 1; t <= n && m->usable; t++)
	{
		Estimate	r = contract_estimate(m, p, contract_log_retention, t, z);
		Estimate	s = contract_estimate(m, p, contract_log_survival, t, z);
		Datum		values[7] = {
			Int32GetDatum(t), Float8GetDatum(r.value), Float8GetDatum(r.lower),
			Float8GetDatum(r.upper), Float8GetDatum(s.value),
			Float8GetDatum(s.lower), Float8GetDatum(s.upper)
		};
		bool		nulls[7] = {
			false, false, isnan(r.lower), isnan(r.upper), false,
			isnan(s.lower), isnan(s.upper)
		};

		CHECK_EVERY(t, 0xFF);
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}

/* (m, age, discount) */
PG_FUNCTION_INFO_V1(abm_residual_lifetime);
Datum
abm_residual_lifetime(PG_FUNCTION_ARGS)
{
	double		p[CONTRACT_PARAMETERS];
	const Scorer *m = contract_arg(fcinfo, p);
	int			age = arg_periods(PG_GETARG_INT32(1), "age", 0, PG_INT32_MAX);
	double		rate = log1p(arg_rate(PG_GETARG_FLOAT8(2), "discount", true));

	return score(fcinfo, m->usable ? contract_residual(p, age, rate) : NAN);
}

/* (m, age, discount, level) */
PG_FUNCTION_INFO_V1(abm_residual_lifetime_interval);
Datum
abm_residual_lifetime_interval(PG_FUNCTION_ARGS)
{
	double		p[CONTRACT_PARAMETERS];
	const Scorer *m = contract_arg(fcinfo, p);
	int			age = arg_periods(PG_GETARG_INT32(1), "age", 0, PG_INT32_MAX);
	double		rate = log1p(arg_rate(PG_GETARG_FLOAT8(2), "discount", true));
	double		level = arg_level(PG_GETARG_FLOAT8(3));
	Remainder	question = {m, age, rate};
	double		value = NAN;
	double		error = NAN;

	if (m->usable)
		value = contract_residual(p, age, rate);
	if (m->covariance)
		error = sqrt(log_variance(m, residual_with, &question));
	return estimate_row(fcinfo, value, error, level);
}
