/*
 * clv_models.c
 *		Fitted models of customers as values: clv_model.
 *
 * A value holds the parameters of a model, their covariance, and how the fit
 * went.  It is read and written as states are (state_io.c), to the last bit;
 * but it is no state: models are not merged, the evidence behind them is.
 * Its kind is counted from 240 on, apart from those of states.
 */
#include "clv/model.h"

static const char *const kind_labels[] = {
	"bgnbd", "mbgnbd", "pareto_nbd", "gamma_gamma", "bgbb", "sbg", "bdw", NULL
};

static const char *const status_labels[] = {
	"ok", "boundary", "mean_undefined", "not_converged", "too_few",
	"given", NULL
};

static const StateField model_fields[] = {
	{"model", FIELD_CODE, offsetof(ClvModel, kind), false, kind_labels},
	{"status", FIELD_CODE, offsetof(ClvModel, status), false, status_labels},
	{"customers", FIELD_FLOAT8, offsetof(ClvModel, n), false, NULL},
	{"left_out", FIELD_COUNT, offsetof(ClvModel, left_out), false, NULL},
	{"log_likelihood", FIELD_FLOAT8, offsetof(ClvModel, log_likelihood), false, NULL},
	{"gradient", FIELD_FLOAT8, offsetof(ClvModel, gradient), false, NULL},
	{"unit_days", FIELD_FLOAT8, offsetof(ClvModel, unit_days), true, NULL},
	{"association", FIELD_FLOAT8, offsetof(ClvModel, association), false, NULL},
	{"evaluations", FIELD_INT32, offsetof(ClvModel, evaluations), false, NULL},
	{"transaction_covariates", FIELD_INT32, offsetof(ClvModel, ntransaction), false, NULL},
	{"lifetime_covariates", FIELD_INT32, offsetof(ClvModel, nlifetime), false, NULL},
	{"covariance", FIELD_INT32, offsetof(ClvModel, covariance), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField number_fields[] = {
	{"number", FIELD_FLOAT8, 0, false, NULL},
	{NULL, 0, 0, false, NULL}
};

/* Numbers stay where they are. */
static int
number_compare(const void *a, const void *b, void *arg)
{
	return 0;
}

/* How many numbers a model has. */
static int
model_numbers(const ClvModel *m)
{
	int			n = model_parameters(m);

	if (m->status == CLV_TOO_FEW)
		return 0;
	return n + (m->covariance ? n * (n + 1) / 2 : 0);
}

/* Which of its numbers is a covariance. */
static inline int
covariance_place(const ClvModel *m, int i, int j)
{
	return model_parameters(m) + Max(i, j) * (Max(i, j) + 1) / 2 + Min(i, j);
}

double
model_covariance(const ClvModel *m, int i, int j)
{
	return m->number[covariance_place(m, i, j)];
}

static const char *
model_fault(const void *state)
{
	const ClvModel *m = state;
	const ClvKind *kind = &clv_kinds[m->kind];

	if (m->ntransaction < 0 || m->ntransaction > MAX_COVARIATES ||
		m->nlifetime < 0 || m->nlifetime > MAX_COVARIATES ||
		m->covariance < 0 || m->covariance > 1 ||
		m->head.nitems != model_numbers(m))
		return "it has not as many numbers as parameters need";
	if (m->covariance != (m->status == CLV_OK ||
						  m->status == CLV_MEAN_UNDEFINED))
		return "its covariance does not fit its status";
	if (m->n < 0 || m->gradient < 0 || m->evaluations < 0 ||
		fabs(m->association) > 1 ||
		(m->unit_days <= 0 && m->unit_days != -1))
		return "its figures are out of range";
	for (int i = 0; i < kind->nparameters && m->head.nitems > 0; i++)
		if (!(m->number[i] > 0))
			return "a parameter is not greater than zero";
	for (int i = 0; i < model_parameters(m) && m->covariance; i++)
		if (!(model_covariance(m, i, i) >= 0))
			return "a variance is less than zero";
	return NULL;
}

const StateType clv_model_type = {
	.name = "clv_model",.kind = 240,.version = 1,
	.fixed_size = offsetof(ClvModel, number),.item_size = sizeof(double),
	.digest_offset = offsetof(ClvModel, digest),
	.max_items = MAX_PARAMETERS + MAX_PARAMETERS * (MAX_PARAMETERS + 1) / 2,
	.fields = model_fields,.items_name = "numbers",
	.item_fields = number_fields,.compare = number_compare,
	.fault = model_fault
};

/* A number that states may hold: there is no minus zero, and no NaN. */
static double
plain_number(double value, double otherwise)
{
	return value == 0 ? 0 : isfinite(value) ? value : otherwise;
}

static double
plain_parameter(double value)
{
	return value > 0 ? Min(value, DBL_MAX) : DBL_MIN;
}

static ClvStatus
status_of_fit(FitStatus status)
{
	return status == FIT_OK ? CLV_OK :
		status == FIT_BOUNDARY ? CLV_BOUNDARY : CLV_NOT_CONVERGED;
}

/*
 * A model from its fit; without a fit, one of too few customers.  A fit that
 * did not arrive is said aloud, as its parameters are of no use.
 */
ClvModel *
model_make(ClvKindCode kind, const Fit *fit, double n, int ntransaction,
		   int nlifetime)
{
	int			np = clv_kinds[kind].nparameters + ntransaction + nlifetime;
	Size		size = offsetof(ClvModel, number) +
	sizeof(double) * (np + np * (np + 1) / 2);
	ClvModel   *m = palloc0(size);

	m->head.kind = clv_model_type.kind;
	m->head.version = clv_model_type.version;
	m->kind = kind;
	m->status = fit == NULL ? CLV_TOO_FEW : status_of_fit(fit->status);
	m->n = plain_number(n, DBL_MAX);
	m->unit_days = -1;
	m->ntransaction = ntransaction;
	m->nlifetime = nlifetime;
	if (fit == NULL)
		return m;
	m->log_likelihood = plain_number(fit->log_likelihood, -DBL_MAX);
	m->gradient = plain_number(fit->gradient, DBL_MAX);
	m->evaluations = fit->evaluations;
	m->covariance = fit->status == FIT_OK;
	m->head.nitems = model_numbers(m);
	for (int i = 0; i < np; i++)
		m->number[i] = i < clv_kinds[kind].nparameters ?
			plain_parameter(fit->p[i]) : plain_number(fit->p[i], 0);
	for (int i = 0; i < np && m->covariance; i++)
		for (int j = 0; j <= i; j++)
			m->number[covariance_place(m, i, j)] =
				plain_number(fit->covariance[i * FIT_MAX + j], 0);
	if (m->status == CLV_NOT_CONVERGED)
		ereport(WARNING,
				(errmsg("%s model of %g customers did not converge",
						clv_kinds[kind].title, n),
				 errdetail("After %d evaluations the gradient is %g.",
						   fit->evaluations, fit->gradient),
				 errhint("The model has status not_converged and answers NULL.")));
	return m;
}

/* What leaves a fit: trimmed, with its digest. */
Datum
model_result(const ClvModel *m)
{
	return PointerGetDatum(state_sealed(m, &clv_model_type));
}

/* The name of a parameter, one of a covariate perhaps. */
const char *
model_parameter_name(const ClvModel *m, int i)
{
	const ClvKind *kind = &clv_kinds[m->kind];

	if (i < kind->nparameters)
		return kind->parameter[i];
	i -= kind->nparameters;
	if (i < m->ntransaction)
		return psprintf("transaction_%d", i + 1);
	return psprintf("lifetime_%d", i - m->ntransaction + 1);
}

/*
 * The SQL side
 */
STATE_FUNCTION(clv_model, in, clv_model_type);
STATE_FUNCTION(clv_model, out, clv_model_type);
STATE_FUNCTION(clv_model, recv, clv_model_type);
STATE_FUNCTION(clv_model, send, clv_model_type);
