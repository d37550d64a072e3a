/*
 * icp_learn.c
 *		Weights of a profile from the accounts that were won and lost.
 *
 * The logit of winning is a sum over the criteria, coefficient times degree,
 * and an intercept, fitted with a ridge (math/logistic.c).  A degree that is
 * not known takes the mean of the known ones, so that it says nothing.  A
 * criterion that has one degree throughout has no coefficient.  Gates stay
 * gates: one without a weight is no part of the sum, accounts that fail one
 * are left out, and one that counts against winning gets no coefficient.
 */
#include "icp/evidence.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "estimate.h"
#include "icp/explain.h"
#include "icp/json.h"
#include "math/exact.h"
#include "math/logistic.h"

#define WEIGHTS 100				/* that the positive ones sum to */

/* What the evidence says of one criterion. */
typedef struct Learned
{
	const IcpNode *criterion;
	int			column;			/* in the fit; 0: none */
	int64		n;				/* accounts of which the degree is known */
	double		least;			/* degree */
	double		greatest;
	double		typical;		/* the mean */
	double		coefficient;
	double		std_err;		/* NaN: no coefficient */
} Learned;

typedef struct Lesson
{
	const IcpEvidence *evidence;
	const IcpProfile *profile;
	int			n;				/* criteria */
	Learned    *learned;		/* by criterion */
	int64		accounts;		/* that pass the gates */
	int64		won;			/* of them */
	double		intercept;
	double		intercept_err;
} Lesson;

/*
 * The arithmetic
 */

/* Read a pattern; false if a gate fails. */
static bool
lesson_read(const Lesson *l, const IcpPattern *p, double *degrees)
{
	if (evidence_degrees(l->evidence, p, degrees) != l->n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("evidence does not fit its own profile")));
	for (int i = 0; i < l->n; i++)
		if ((l->learned[i].criterion->flags & ICP_REQUIRED) && degrees[i] == 0)
			return false;
	return true;
}

static void
lesson_begin(Lesson *l, const IcpEvidence *e)
{
	const Dict *profiles = state_dict(e, &icp_evidence_type, 0);
	int			len = dict_len(profiles, 0);

	memset(l, 0, sizeof(*l));
	l->evidence = e;
	l->profile = icp_parse(pnstrdup(dict_text(profiles, 0), len), len,
						   ERRCODE_INVALID_PARAMETER_VALUE, NULL);
	l->n = l->profile->ncriteria;
	l->learned = palloc0(l->n * sizeof(Learned));
	for (int i = 0; i < l->n; i++)
	{
		l->learned[i].criterion = icp_criterion(l->profile, i);
		l->learned[i].least = INFINITY;
		l->learned[i].greatest = -INFINITY;
		l->learned[i].std_err = NAN;
	}
}

static void
note_degree(Learned *c, ExactSum *sum, double degree, int64 n)
{
	if (isnan(degree))
		return;
	state_add_count(&c->n, n);
	c->least = Min(c->least, degree);
	c->greatest = Max(c->greatest, degree);
	exact_add_product(sum, degree, (double) n);
}

/* Count, and find the typical degree of each criterion. */
static void
lesson_survey(Lesson *l)
{
	ExactSum   *sums = palloc0(l->n * sizeof(ExactSum));
	double		degrees[ICP_MAX_CRITERIA];

	for (int k = 0; k < l->evidence->head.nitems; k++)
	{
		const IcpPattern *p = &l->evidence->pattern[k];
		int64		accounts = p->won;

		CHECK_EVERY(k, 0xFF);
		if (!lesson_read(l, p, degrees))
			continue;
		state_add_count(&accounts, p->lost);
		state_add_count(&l->won, p->won);
		state_add_count(&l->accounts, accounts);
		for (int i = 0; i < l->n; i++)
			note_degree(&l->learned[i], &sums[i], degrees[i], accounts);
	}
	for (int i = 0; i < l->n; i++)
		if (l->learned[i].n > 0)
			l->learned[i].typical = Max(l->learned[i].least,
										Min(l->learned[i].greatest,
											exact_value(&sums[i]) / l->learned[i].n));
}

/* Give a column to each criterion that can have a coefficient. */
static int
lesson_columns(Lesson *l, const bool *unwanted)
{
	int			columns = 1;

	for (int i = 0; i < l->n; i++)
	{
		Learned    *c = &l->learned[i];
		bool		gate = (c->criterion->flags & ICP_REQUIRED) &&
		c->criterion->weight == 0;

		c->column = gate || unwanted[i] || !(c->least < c->greatest) ? 0 :
			columns++;
	}
	return columns;
}

/* One pass over the evidence. */
static void
lesson_pass(const Lesson *l, Logistic *fit)
{
	double		degrees[ICP_MAX_CRITERIA];
	double		x[ICP_MAX_CRITERIA + 1] = {1};

	logistic_clear(fit);
	for (int k = 0; k < l->evidence->head.nitems; k++)
	{
		const IcpPattern *p = &l->evidence->pattern[k];

		CHECK_EVERY(k, 0x3F);
		if (!lesson_read(l, p, degrees))
			continue;
		for (int i = 0; i < l->n; i++)
			if (l->learned[i].column > 0)
				x[l->learned[i].column] = isnan(degrees[i]) ?
					l->learned[i].typical : degrees[i];
		logistic_add(fit, x, p->won, p->lost);
	}
}

static void
refuse_fit(const Lesson *l, const Logistic *fit, LogisticStatus status)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("logistic regression of " INT64_FORMAT " accounts found no maximum",
					l->accounts),
			 status == LOGISTIC_SINGULAR ?
			 errdetail("The evidence does not settle all coefficients: some criteria say the same, or part the won from the lost. Iteration %d, gradient norm %g.",
					   fit->iterations, logistic_gradient_norm(fit)) :
			 errdetail("Criteria part the won from the lost. Iteration %d, gradient norm %g.",
					   fit->iterations, logistic_gradient_norm(fit)),
			 errhint("Give a greater ridge, such as 1.")));
}

/* Fit the columns, and take the results down. */
static void
lesson_fit(Lesson *l, int columns, double ridge)
{
	double	   *room = palloc_extended(logistic_room(columns) * sizeof(double),
									   MCXT_ALLOC_HUGE);
	double		scratch[ICP_MAX_CRITERIA + 1];
	LogisticStatus status;
	Logistic	fit;

	logistic_begin(&fit, columns, ridge, room);
	do
	{
		lesson_pass(l, &fit);
		status = logistic_step(&fit);
	} while (status == LOGISTIC_GOES_ON);
	if (status != LOGISTIC_DONE)
		refuse_fit(l, &fit, status);
	l->intercept = fit.beta[0];
	l->intercept_err = sqrt(logistic_variance(&fit, 0, scratch));
	for (int i = 0; i < l->n; i++)
	{
		Learned    *c = &l->learned[i];

		CHECK_FOR_INTERRUPTS();
		c->coefficient = c->column == 0 ? 0 : fit.beta[c->column];
		c->std_err = c->column == 0 ? NAN :
			sqrt(logistic_variance(&fit, c->column, scratch));
	}
	pfree(room);
}

/* Gates that count against winning: their coefficients are taken away. */
static bool
unwanted_gates(const Lesson *l, bool *unwanted)
{
	bool		any = false;

	for (int i = 0; i < l->n; i++)
		if ((l->learned[i].criterion->flags & ICP_REQUIRED) &&
			l->learned[i].coefficient < 0)
			any = unwanted[i] = true;
	return any;
}

static void
check_outcomes(const Lesson *l)
{
	if (l->won == 0 || l->won == l->accounts)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("evidence has no %s account",
						l->won == 0 ? "won" : "lost"),
				 errdetail("Accounts that fail a gate are not counted."),
				 errhint("What wins is learned from both won and lost accounts.")));
}

static void
lesson_learn(Lesson *l, const IcpEvidence *e, double ridge)
{
	bool		unwanted[ICP_MAX_CRITERIA] = {false};

	lesson_begin(l, e);
	lesson_survey(l);
	check_outcomes(l);
	do
		lesson_fit(l, lesson_columns(l, unwanted), ridge);
	while (unwanted_gates(l, unwanted));
}

/*
 * Writing the profile
 */
static JsonTree *
json_number(double value)
{
	JsonTree   *tree = palloc0(sizeof(JsonTree));

	tree->kind = JSON_IS_NUMBER;
	tree->text = palloc(DOUBLE_SHORTEST_DECIMAL_LEN);
	double_to_shortest_decimal_buf(value, tree->text);
	return tree;
}

/*
 * How coefficients become weights.  The positive ones sum to WEIGHTS; where
 * there is next to none, criteria that count against winning are turned round;
 * where no coefficient was learned at all, the weights stay.
 */
typedef struct Scaling
{
	bool		turn;
	double		scale;			/* 0: weights stay */
} Scaling;

static Scaling
scaling_of(const Lesson *l)
{
	Scaling		s = {false, 0};
	double		against = 0;
	double		most = 0;

	for (int i = 0; i < l->n; i++)
	{
		double		coefficient = l->learned[i].coefficient;

		s.scale += Max(coefficient, 0) / WEIGHTS;
		against += Max(-coefficient, 0) / WEIGHTS;
		most = Max(most, -coefficient);
	}
	s.turn = most > 0 && !(most < ICP_MAX_WEIGHT * s.scale);
	if (s.turn)
		s.scale += against;
	return s;
}

/* A criterion that says the opposite: its test in a "not". */
static void
turn_round(JsonTree *object)
{
	JsonTree   *part = palloc0(sizeof(JsonTree));
	JsonTree   *name = json_get(object, "name");

	part->kind = JSON_IS_OBJECT;
	for (int i = 0; i < object->n; i++)
		if (strcmp(object->keys[i], "name") != 0 &&
			strcmp(object->keys[i], "weight") != 0 &&
			strcmp(object->keys[i], "required") != 0 &&
			strcmp(object->keys[i], "typical") != 0)
			json_set(part, object->keys[i], object->items[i]);
	object->n = 0;
	if (name != NULL)
		json_set(object, "name", name);
	json_set(object, "not", part);
}

/*
 * Put what was learned of a criterion into its object; what turning it round
 * adds to the intercept is returned.
 */
static double
write_criterion(JsonTree *object, const Learned *c, const Scaling *s)
{
	double		coefficient = c->coefficient;
	double		typical = c->typical;
	double		moved = 0;

	if (c->column == 0 && c->criterion->weight == 0)
		return 0;
	if (s->turn && coefficient < 0)
	{
		turn_round(object);
		moved = coefficient;
		coefficient = -coefficient;
		typical = 1 - typical;
	}
	if (s->scale > 0)
	{
		double		weight = coefficient / s->scale;

		json_set(object, "weight",
				 json_number(fabs(weight) < ICP_MIN_WEIGHT ? 0 : weight));
	}
	if (c->n > 0)
		json_set(object, "typical", json_number(typical));
	return moved;
}

/* The text of the profile with what was learned. */
static void
lesson_write(const Lesson *l, StringInfo text)
{
	Scaling		scaling = scaling_of(l);
	double		intercept = l->intercept;
	const char *why = NULL;
	JsonTree   *tree = json_tree(pnstrdup(ICP_AT(l->profile, char, l->profile->text),
										  l->profile->text_len),
								 l->profile->text_len, &why);
	JsonTree   *criteria = json_get(tree, "criteria");
	JsonTree   *odds = palloc0(sizeof(JsonTree));

	for (int i = 0; i < l->n; i++)
		intercept += write_criterion(criteria->items[i], &l->learned[i],
									 &scaling);
	odds->kind = JSON_IS_OBJECT;
	json_set(odds, "intercept", json_number(intercept));
	json_set(odds, "scale", json_number(scaling.scale));
	json_set(tree, "probability", odds);
	json_write(text, tree);
}

/*
 * The SQL side
 */
static const IcpEvidence *
lesson_args(FunctionCallInfo fcinfo, Lesson *l)
{
	const IcpEvidence *e = state_arg(fcinfo, 0, &icp_evidence_type);

	lesson_learn(l, e, arg_not_negative(PG_GETARG_FLOAT8(1), "ridge"));
	return e;
}

PG_FUNCTION_INFO_V1(abm_icp_learn);
Datum
abm_icp_learn(PG_FUNCTION_ARGS)
{
	StringInfoData text;
	Lesson		l;

	lesson_args(fcinfo, &l);
	initStringInfo(&text);
	lesson_write(&l, &text);
	PG_RETURN_POINTER(icp_parse(text.data, text.len,
								ERRCODE_INVALID_PARAMETER_VALUE, NULL));
}

/* criterion, coefficient, std_err, lower, upper, odds_ratio, n */
static void
put_coefficient(FunctionCallInfo fcinfo, const char *name, double value,
				double std_err, double z, int64 n)
{
	double		ratio = exp(value);
	bool		none = isnan(std_err);
	Datum		values[7] = {
		CStringGetTextDatum(name), Float8GetDatum(value),
		Float8GetDatum(std_err), Float8GetDatum(value - z * std_err),
		Float8GetDatum(value + z * std_err), Float8GetDatum(ratio),
		Int64GetDatum(n)
	};
	bool		nulls[7] = {
		false, none, none, none, none, none || isinf(ratio), false
	};

	abm_put_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(abm_icp_coefficients);
Datum
abm_icp_coefficients(PG_FUNCTION_ARGS)
{
	double		z = normal_width(PG_GETARG_FLOAT8(2));
	Lesson		l;

	lesson_args(fcinfo, &l);
	abm_begin_rows(fcinfo);
	put_coefficient(fcinfo, "intercept", l.intercept, l.intercept_err, z,
					l.accounts);
	for (int i = 0; i < l.n; i++)
		put_coefficient(fcinfo,
						icp_criterion_name(l.profile, l.learned[i].criterion),
						l.learned[i].coefficient, l.learned[i].std_err, z,
						l.learned[i].n);
	return (Datum) 0;
}
