/*
 * model_given.c
 *		Models made of other things than a fit to one's own customers.
 *
 * From parameters that are known (published ones, say), and from a model with
 * covariates for customers whose covariates are known: that one has the
 * parameters of these customers.
 */
#include "clv/model.h"

/*
 * The arithmetic
 */

/* d ln(own parameter i) / d (parameter j), the first ones on the log scale */
static double
own_slope(const ClvModel *m, const double *z, int i, int j)
{
	const ClvKind *kind = &clv_kinds[m->kind];
	int			k = j - kind->nparameters;

	if (k < 0)
		return i == j;
	return z[k] * (k < m->ntransaction ? kind->transaction[i] :
				   kind->lifetime[i]);
}

/* The covariance of the parameters with the positive ones as logarithms. */
static double
log_covariance(const ClvModel *m, int i, int j)
{
	int			np = clv_kinds[m->kind].nparameters;

	return model_covariance(m, i, j) / (i < np ? m->number[i] : 1) /
		(j < np ? m->number[j] : 1);
}

static void
own_covariance(const ClvModel *m, const double *z, Fit *fit)
{
	int			n = model_parameters(m);
	int			np = clv_kinds[m->kind].nparameters;

	for (int a = 0; a < np; a++)
		for (int b = 0; b < np; b++)
		{
			double		sum = 0;

			for (int i = 0; i < n; i++)
				for (int j = 0; j < n; j++)
					sum += own_slope(m, z, a, i) * own_slope(m, z, b, j) *
						log_covariance(m, i, j);
			fit->covariance[a * FIT_MAX + b] = sum * fit->p[a] * fit->p[b];
		}
}

static void
own_parameters(const ClvModel *m, const double *z, double *p)
{
	int			np = clv_kinds[m->kind].nparameters;

	for (int i = 0; i < np; i++)
	{
		double		log_factor = 0;

		for (int j = np; j < model_parameters(m); j++)
			log_factor += m->number[j] * own_slope(m, z, i, j);
		p[i] = m->number[i] * exp(log_factor);
		if (!isfinite(p[i]) || p[i] <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("parameter %s of these covariates is out of range",
							clv_kinds[m->kind].parameter[i])));
	}
}

/*
 * The SQL side
 */
static ClvKindCode
arg_kind(const text *name)
{
	const char *names[CLV_KINDS + 1] = {NULL};

	for (int i = 0; i < CLV_KINDS; i++)
		names[i] = clv_kinds[i].name;
	return arg_choice(name, "model", names);
}

PG_FUNCTION_INFO_V1(abm_given_model);
Datum
abm_given_model(PG_FUNCTION_ARGS)
{
	ClvKindCode kind = arg_kind(PG_GETARG_TEXT_PP(0));
	int			np = clv_kinds[kind].nparameters;
	int			n;
	double	   *p = arg_float8s(PG_GETARG_ARRAYTYPE_P(1), "parameters", &n);
	Fit			fit = {.status = FIT_BOUNDARY};
	ClvModel   *m;

	if (n != np)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s model has %d parameters, not %d",
						clv_kinds[kind].title, np, n)));
	for (int i = 0; i < n; i++)
	{
		if (!(p[i] > 0))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter %s must be greater than zero, not %g",
							clv_kinds[kind].parameter[i], p[i])));
		fit.p[i] = p[i];
	}
	m = model_make(kind, &fit, 0, 0, 0);
	m->status = CLV_GIVEN;
	return model_result(m);
}

/* An array of so many covariates. */
static const double *
covariates_arg(FunctionCallInfo fcinfo, int argno, const char *what, int need)
{
	int			n;
	double	   *z = arg_float8s(PG_GETARG_ARRAYTYPE_P(argno), what, &n);

	if (n != need)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have %d elements, not %d", what, need, n),
				 errdetail("The model was fitted with so many.")));
	return z;
}

PG_FUNCTION_INFO_V1(abm_with_covariates);
Datum
abm_with_covariates(PG_FUNCTION_ARGS)
{
	const ClvModel *m = state_arg(fcinfo, 0, &clv_model_type);
	double		z[2 * MAX_COVARIATES];
	Fit			fit = {.status = m->covariance ? FIT_OK : FIT_BOUNDARY};
	ClvModel   *own;

	memcpy(z, covariates_arg(fcinfo, 1, "transaction", m->ntransaction),
		   m->ntransaction * sizeof(double));
	memcpy(z + m->ntransaction,
		   covariates_arg(fcinfo, 2, "lifetime", m->nlifetime),
		   m->nlifetime * sizeof(double));
	if (m->ntransaction + m->nlifetime == 0)
		return model_result(m);
	if (m->status == CLV_TOO_FEW)
		return model_result(model_make(m->kind, NULL, m->n, 0, 0));
	memcpy(fit.p, m->number, clv_kinds[m->kind].nparameters * sizeof(double));
	if (model_usable(m))
		own_parameters(m, z, fit.p);
	if (m->covariance)
		own_covariance(m, z, &fit);
	fit.log_likelihood = m->log_likelihood;
	fit.gradient = m->gradient;
	fit.evaluations = m->evaluations;
	own = model_make(m->kind, &fit, m->n, 0, 0);
	own->status = m->status;
	own->left_out = m->left_out;
	own->association = m->association;
	own->unit_days = m->unit_days;
	return model_result(own);
}

/* The same model, of which the length of its unit of time is known. */
PG_FUNCTION_INFO_V1(abm_in_units);
Datum
abm_in_units(PG_FUNCTION_ARGS)
{
	const ClvModel *m = state_arg(fcinfo, 0, &clv_model_type);
	int64		unit = arg_length(PG_GETARG_INTERVAL_P(1), "unit");
	ClvModel   *copy = state_sealed(m, &clv_model_type);

	copy->unit_days = unit / USECS_PER_DAY_F;
	return model_result(copy);
}
