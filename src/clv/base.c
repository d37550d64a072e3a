/*
 * base.c
 *		All customers together: which model fits them best, what it expects of
 *		them as time goes by, and how sure that is.
 */
#include "clv/rfm_counts.h"
#include "clv/score.h"

#include "estimate.h"

#define MAX_STEPS 100000

static const ClvKindCode rivals[] = {
	CLV_BGNBD, CLV_MBGNBD, CLV_PARETO_NBD
};

/*
 * Which model?
 */
static double
akaike(const ClvModel *m)
{
	return model_fitted(m) && m->status != CLV_NOT_CONVERGED ?
		2 * model_parameters(m) - 2 * model_log_likelihood(m) : INFINITY;
}

/* The models of purchases, the best first. */
static void
rank_models(const Customers *c, ClvModel **ranked)
{
	double		weight;
	bool		suffice = customers_suffice(c, &weight);

	for (int i = 0; i < lengthof(rivals); i++)
	{
		ClvModel   *m = suffice ? model_fit(rivals[i], c) :
		model_make(rivals[i], NULL, weight, 0, 0);
		int			place = i;

		while (place > 0 && akaike(m) < akaike(ranked[place - 1]))
		{
			ranked[place] = ranked[place - 1];
			place--;
		}
		ranked[place] = m;
	}
}

/*
 * Everybody's purchases
 */

/* A model that is asked about customers of a state. */
static const Scorer *
base_model(FunctionCallInfo fcinfo)
{
	const Scorer *m = scorer_arg(fcinfo, 0);

	if (m->kind->purchases == NULL || m->kind->purchases_new == NULL ||
		m->kind->probability == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is no model of purchases", m->kind->title),
				 errhint("Use one such as that of abm.mbgnbd_fit.")));
	return m;
}

typedef struct Base
{
	const Scorer *m;
	const Customers *c;
	double		horizon;
} Base;

/* Expected purchases of all within the horizon. */
static double
base_purchases(const double *p, const void *arg)
{
	const Base *b = arg;
	double		sum = 0;

	for (int i = 0; i < b->c->n; i++)
	{
		CHECK_EVERY(i, 0xFFF);
		sum += b->c->row[i].weight *
			b->m->kind->purchases(p, &b->c->row[i], b->horizon);
	}
	return sum;
}

static int
older_first(const void *a, const void *b, void *arg)
{
	double		x = ((const History *) a)->age;
	double		y = ((const History *) b)->age;

	return (x < y) - (x > y);
}

/* Leave one row for each age, the oldest first. */
static void
customers_by_age(Customers *c)
{
	int			last = 0;

	qsort_interruptible(c->row, c->n, sizeof(History), older_first, NULL);
	for (int i = 1; i < c->n; i++)
	{
		if (c->row[i].age == c->row[last].age)
			c->row[last].weight += c->row[i].weight;
		else
			c->row[++last] = c->row[i];
	}
	c->n = Min(c->n, last + 1);
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_rank_models);
Datum
abm_rank_models(PG_FUNCTION_ARGS)
{
	Customers	c = rfm_customers(fcinfo, 0);
	ClvModel   *ranked[lengthof(rivals)];
	double		sum = 0;

	rank_models(&c, ranked);
	for (int i = 0; i < lengthof(rivals); i++)
		sum += exp((akaike(ranked[0]) - akaike(ranked[i])) / 2);
	abm_begin_rows(fcinfo);
	for (int i = 0; i < lengthof(rivals); i++)
	{
		const ClvModel *m = ranked[i];
		double		aic = akaike(m);
		Datum		values[6] = {
			Int32GetDatum(i + 1), CStringGetTextDatum(clv_kinds[m->kind].name),
			model_status_text(m), Float8GetDatum(m->log_likelihood),
			Float8GetDatum(aic), Float8GetDatum(exp((akaike(ranked[0]) - aic) / 2) / sum)
		};
		bool		nulls[6] = {false, false, false};

		nulls[3] = nulls[4] = nulls[5] = isinf(aic);
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(abm_best_fit);
Datum
abm_best_fit(PG_FUNCTION_ARGS)
{
	Customers	c = rfm_customers(fcinfo, 0);
	ClvModel   *ranked[lengthof(rivals)];

	rank_models(&c, ranked);
	return model_result(ranked[0]);
}

/* (m, e, horizon, level) */
PG_FUNCTION_INFO_V1(abm_base_purchases);
Datum
abm_base_purchases(PG_FUNCTION_ARGS)
{
	const Scorer *m = base_model(fcinfo);
	Customers	c = rfm_customers(fcinfo, 1);
	Base		b = {
		m, &c, arg_not_negative(PG_GETARG_FLOAT8(2), "horizon")
	};
	double		level = arg_level(PG_GETARG_FLOAT8(3));
	double		value = NAN;
	double		error = NAN;

	check_customers(m->kind, &c);
	if (m->usable)
		value = base_purchases(m->p, &b);
	if (m->covariance && value > 0)
		error = sqrt(log_variance(m, base_purchases, &b));
	return estimate_row(fcinfo, value, error, level);
}

/*
 * (m, e, step, ahead): repeat purchases expected of all since the first
 * purchase of the oldest, one row a step; time runs on by so much after the
 * moment of the evidence, without new customers.
 */
PG_FUNCTION_INFO_V1(abm_expected_tracking);
Datum
abm_expected_tracking(PG_FUNCTION_ARGS)
{
	const Scorer *m = base_model(fcinfo);
	Customers	c = rfm_customers(fcinfo, 1);
	double		step = arg_not_negative(PG_GETARG_FLOAT8(2), "step");
	double		ahead = arg_not_negative(PG_GETARG_FLOAT8(3), "ahead");
	double		steps = floor((c.scale + ahead) / step + 1e-9);
	double		before = 0;

	if (!(steps <= MAX_STEPS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("step is too small for a time of %g",
						c.scale + ahead),
				 errhint("At most %d steps are reported.", MAX_STEPS)));
	check_customers(m->kind, &c);
	customers_by_age(&c);
	abm_begin_rows(fcinfo);
	for (int k = 1; k <= steps && m->usable; k++)
	{
		double		time = k * step;
		double		sum = 0;
		Datum		values[4];
		bool		nulls[4] = {false, false, false, false};

		for (int i = 0; i < c.n && time - c.scale + c.row[i].age > 0; i++)
		{
			CHECK_EVERY(i, 0xFFF);
			sum += c.row[i].weight *
				m->kind->purchases_new(m->p, time - c.scale + c.row[i].age);
		}
		CHECK_FOR_INTERRUPTS();
		values[0] = Float8GetDatum(time);
		values[1] = Float8GetDatum(time - c.scale);
		values[2] = Float8GetDatum(sum);
		values[3] = Float8GetDatum(sum - before);
		before = sum;
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}

/* (m, e, top): customers with so many repeat purchases, and expected ones */
PG_FUNCTION_INFO_V1(abm_frequency_fit);
Datum
abm_frequency_fit(PG_FUNCTION_ARGS)
{
	static const History none = {0, 0, 0, 1};
	const Scorer *m = base_model(fcinfo);
	Customers	c = rfm_customers(fcinfo, 1);
	int64		top = arg_frequency(PG_GETARG_INT32(2), "top");
	double		rest = 0;
	double		weight;
	double	   *actual = palloc0(sizeof(double) * (Min(top, 10000) + 1));

	if (top > 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("top must be at most 10000, not %lld",
						(long long) top)));
	for (int i = 0; i < c.n; i++)
		actual[(int) Min(c.row[i].frequency, top)] += c.row[i].weight;
	check_customers(m->kind, &c);
	customers_suffice(&c, &weight);
	customers_by_age(&c);
	abm_begin_rows(fcinfo);
	for (int k = 0; k <= top && m->usable; k++)
	{
		double		expected = 0;
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		for (int i = 0; i < c.n && k < top; i++)
		{
			CHECK_EVERY(i, 0xFFF);
			expected += c.row[i].weight *
				m->kind->probability(m->p, &none, k, c.row[i].age);
		}
		CHECK_FOR_INTERRUPTS();
		rest += expected;
		values[0] = Int64GetDatum(k);
		values[1] = Float8GetDatum(actual[k]);
		values[2] = Float8GetDatum(k < top ? expected : fmax(0, weight - rest));
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}
