/*
 * survival_report.c
 *		The questions that times to an event answer.
 *
 * With g = d[k] / n of one cause and h = d / n of all causes at an age, S the
 * share still open and F the incidence of the cause, both just before, the
 * variances go from age to age by the delta method, d[1], d[2], … being
 * multinomial:
 *
 *	Var S' = (1 - h)^2 Var S + S^2 h (1 - h) / n
 *	Var F' = Var F + 2 g Cov + g^2 Var S + S^2 g (1 - g) / n
 *	Cov'   = (1 - h) (Cov + g Var S) - S^2 g (1 - h) / n
 *
 * That is Greenwood's formula for S [1] and the one of [2] for F.  Intervals
 * of S and F are symmetric on the scale of ln(-ln p), and so within 0..1 [3].
 * The area M under S, with Cov now that of M and S, gains over a time w
 *
 *	M' = M + w S,  Var M' = Var M + 2 w Cov + w^2 Var S,  Cov' = Cov + w Var S
 *
 * [1] M. Greenwood: The natural duration of cancer. 1926.
 * [2] J. J. Gaynor et al.: On the use of cause-specific failure and
 *     conditional failure probabilities. JASA 88, 1993.
 * [3] J. D. Kalbfleisch, R. L. Prentice: The statistical analysis of failure
 *     time data. 2nd ed. 2002, 1.4.
 * [4] N. Mantel: Evaluation of survival data and two new rank order
 *     statistics arising in its consideration. 1966.
 */
#include "survival.h"

#include <math.h>

#include "estimate.h"

#define ROUNDING 1e-12			/* of a product over all ages */

/* The curves at an age, with what is not sure about them. */
typedef struct Track
{
	double		survival;
	double		survival_var;
	double		value;			/* the incidence of a cause, or the area */
	double		value_var;
	double		covariance;		/* of value and survival */
} Track;

#define TRACK_START ((Track) {1, 0, 0, 0, 0})

/*
 * The arithmetic
 */
static double
weight_of(int64 billionths)
{
	return (double) billionths / WEIGHT_ONE;
}

/* What ends at an age: survival, and the incidence of a cause. */
static void
track_events(Track *t, const Moment *m)
{
	double		n = weight_of(m->at_risk);
	double		g = (double) m->of_cause / m->at_risk;
	double		h = (double) m->events / m->at_risk;
	double		rest = (double) (m->at_risk - m->events) / m->at_risk;
	double		s2 = t->survival * t->survival;

	t->value_var += 2 * g * t->covariance + g * g * t->survival_var +
		s2 * g * (1 - g) / n;
	t->covariance = rest * (t->covariance + g * t->survival_var) -
		s2 * g * rest / n;
	t->survival_var = rest * rest * t->survival_var + s2 * h * rest / n;
	t->value += t->survival * g;
	t->survival *= rest;
}

/* The area over a time without events. */
static void
track_time(Track *t, double width)
{
	t->value += width * t->survival;
	t->value_var += 2 * width * t->covariance + width * width * t->survival_var;
	t->covariance += width * t->survival_var;
}

/* The area under the survival curve up to an age; unknown beyond the data. */
static Track
survival_area(const Survival *s, int64 horizon)
{
	Walk		walk = walk_begin(s, NO_CAUSE);
	Track		t = TRACK_START;
	int64		time = 0;

	while (walk_goes_on(&walk) && walk_next_time(&walk) <= horizon)
	{
		Moment		m = walk_to(&walk, walk_next_time(&walk));

		track_time(&t, (m.time - time) / USECS_PER_DAY_F);
		time = m.time;
		track_events(&t, &m);
	}
	if (!walk_goes_on(&walk) && time < horizon && t.survival > 0)
		t.value = NAN;
	track_time(&t, (horizon - time) / USECS_PER_DAY_F);
	return t;
}

/* Two groups compared over all ages. */
typedef struct LogRank
{
	double		observed[2];
	double		expected[2];
	double		variance;
} LogRank;

static void
logrank_add(LogRank *l, double n1, double n2, double d1, double d2)
{
	double		n = n1 + n2;
	double		d = d1 + d2;

	l->observed[0] += d1;
	l->observed[1] += d2;
	l->expected[0] += d * n1 / n;
	l->expected[1] += d * n2 / n;
	if (n > 1)
		l->variance += d * (n1 / n) * (n2 / n) * (n - d) / (n - 1);
}

/* Events of a cause, or of any where none is named. */
static LogRank
logrank(const Survival *a, const Survival *b, int cause)
{
	Walk		x = walk_begin(a, cause);
	Walk		y = walk_begin(b, cause);
	LogRank		l = {{0, 0}, {0, 0}, 0};

	while (walk_goes_on(&x) || walk_goes_on(&y))
	{
		int64		time = Min(walk_goes_on(&x) ? walk_next_time(&x) : PG_INT64_MAX,
							   walk_goes_on(&y) ? walk_next_time(&y) : PG_INT64_MAX);
		Moment		m1 = walk_to(&x, time);
		Moment		m2 = walk_to(&y, time);
		int64		d1 = cause > 0 ? m1.of_cause : m1.events;
		int64		d2 = cause > 0 ? m2.of_cause : m2.events;

		if (d1 + d2 > 0)
			logrank_add(&l, weight_of(m1.at_risk), weight_of(m2.at_risk),
						weight_of(d1), weight_of(d2));
	}
	return l;
}

/* The age by which a share p has ended, or -1 if so many have not. */
static int64
survival_quantile(const Survival *s, double p)
{
	Walk		walk = walk_begin(s, NO_CAUSE);
	double		survival = 1;

	while (walk_goes_on(&walk))
	{
		Moment		m = walk_to(&walk, walk_next_time(&walk));

		survival *= (double) (m.at_risk - m.events) / m.at_risk;
		if (m.events > 0 && survival <= 1 - p + ROUNDING)
			return m.time;
	}
	return -1;
}

/*
 * Results
 */
static double
days_of(int64 usecs)
{
	return usecs / USECS_PER_DAY_F;
}

/* So many columns of float8, NULL where NaN. */
static void
put_floats(Datum *values, bool *nulls, int n, const double *floats)
{
	for (int i = 0; i < n; i++)
	{
		values[i] = Float8GetDatum(floats[i]);
		nulls[i] = isnan(floats[i]);
	}
}

/*
 * The columns (probability, std_err, lower, upper).  Where nothing has
 * happened yet, or all has, the formulas know of no error.
 */
static void
put_probability(Datum *values, bool *nulls, double p, double variance,
				double z)
{
	double		row[4] = {Min(p, 1), NAN, NAN, NAN};

	if (p > 0 && p < 1 - ROUNDING && variance > 0)
	{
		double		width = exp(z * sqrt(variance) / (p * -log(p)));

		row[1] = sqrt(variance);
		row[2] = pow(p, width);
		row[3] = pow(p, 1 / width);
	}
	put_floats(values, nulls, 4, row);
}

/* A row (mean_days, std_err, lower, upper). */
static Datum
restricted_mean(FunctionCallInfo fcinfo, int64 horizon)
{
	const Survival *s = state_arg(fcinfo, 0, &survival_type);
	double		z = normal_width(PG_GETARG_FLOAT8(2));
	Track		t = survival_area(s, horizon);
	double		row[4] = {t.value, NAN, NAN, NAN};
	Datum		values[4];
	bool		nulls[4];

	if (!isnan(t.value) && t.value_var > 0)
	{
		row[1] = sqrt(t.value_var);
		row[2] = Max(t.value - z * row[1], 0);
		row[3] = Min(t.value + z * row[1], days_of(horizon));
	}
	put_floats(values, nulls, 4, row);
	return single_row(fcinfo, values, nulls);
}

/* Rows of one cause at each age with an event of any cause. */
static void
report_incidence(FunctionCallInfo fcinfo, Walk walk, int cause, double z)
{
	Track		t = TRACK_START;

	walk.cause = cause;
	while (walk_goes_on(&walk))
	{
		Moment		m = walk_to(&walk, walk_next_time(&walk));
		Datum		values[8];
		bool		nulls[8] = {false};

		if (m.events == 0)
			continue;
		track_events(&t, &m);
		values[0] = Int32GetDatum(cause);
		values[1] = Float8GetDatum(days_of(m.time));
		values[2] = Float8GetDatum(weight_of(m.at_risk));
		values[3] = Float8GetDatum(weight_of(m.of_cause));
		put_probability(values + 4, nulls + 4, t.value, t.value_var, z);
		abm_put_row(fcinfo, values, nulls);
	}
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_survival_invalid);
Datum
abm_survival_invalid(PG_FUNCTION_ARGS)
{
	const Survival *s = state_raw_arg(fcinfo, 0, &survival_type);

	PG_RETURN_INT64(s->n_invalid);
}

PG_FUNCTION_INFO_V1(abm_kaplan_meier);
Datum
abm_kaplan_meier(PG_FUNCTION_ARGS)
{
	const Survival *s = state_arg(fcinfo, 0, &survival_type);
	double		z = normal_width(PG_GETARG_FLOAT8(1));
	Walk		walk = walk_begin(s, NO_CAUSE);
	Track		t = TRACK_START;

	abm_begin_rows(fcinfo);
	while (walk_goes_on(&walk))
	{
		Moment		m = walk_to(&walk, walk_next_time(&walk));
		Datum		values[8];
		bool		nulls[8] = {false};

		track_events(&t, &m);
		values[0] = Float8GetDatum(days_of(m.time));
		values[1] = Float8GetDatum(weight_of(m.at_risk));
		values[2] = Float8GetDatum(weight_of(m.events));
		values[3] = Float8GetDatum(weight_of(m.censored));
		put_probability(values + 4, nulls + 4, t.survival, t.survival_var, z);
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(abm_cumulative_incidence);
Datum
abm_cumulative_incidence(PG_FUNCTION_ARGS)
{
	const Survival *s = state_arg(fcinfo, 0, &survival_type);
	double		z = normal_width(PG_GETARG_FLOAT8(1));
	Walk		walk = walk_begin(s, NO_CAUSE);
	bool		occurs[MAX_CAUSE + 1] = {false};

	for (int i = 0; i < s->head.nitems; i++)
		occurs[s->spell[i].cause] = true;
	abm_begin_rows(fcinfo);
	for (int cause = 1; cause <= MAX_CAUSE; cause++)
		if (occurs[cause])
			report_incidence(fcinfo, walk, cause, z);
	PG_RETURN_NULL();
}

PG_FUNCTION_INFO_V1(abm_time_quantile);
Datum
abm_time_quantile(PG_FUNCTION_ARGS)
{
	double		p = PG_GETARG_FLOAT8(1);
	int64		time;

	if (!(p > 0 && p < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("p must be between 0 and 1, not %.15g", p)));
	time = survival_quantile(state_arg(fcinfo, 0, &survival_type), p);
	return float_or_null(fcinfo, time < 0 ? NAN : days_of(time));
}

PG_FUNCTION_INFO_V1(abm_restricted_mean);
Datum
abm_restricted_mean(PG_FUNCTION_ARGS)
{
	return restricted_mean(fcinfo,
						   arg_length(PG_GETARG_INTERVAL_P(1), "horizon"));
}

PG_FUNCTION_INFO_V1(abm_restricted_mean_days);
Datum
abm_restricted_mean_days(PG_FUNCTION_ARGS)
{
	return restricted_mean(fcinfo, arg_length_days(PG_GETARG_FLOAT8(1),
												   "horizon_days"));
}

/* (a, b) for events of any cause, (a, b, cause) */
PG_FUNCTION_INFO_V1(abm_logrank_test);
Datum
abm_logrank_test(PG_FUNCTION_ARGS)
{
	int			cause = PG_NARGS() > 2 ? arg_cause(PG_GETARG_INT32(2), 1) : NO_CAUSE;
	LogRank		l = logrank(state_arg(fcinfo, 0, &survival_type),
							state_arg(fcinfo, 1, &survival_type), cause);
	double		difference = l.observed[0] - l.expected[0];
	double		chi2 = l.variance > 0 ? difference * difference / l.variance : NAN;
	double		row[7] = {
		chi2, 1, erfc(sqrt(chi2 / 2)), l.observed[0], l.expected[0],
		l.observed[1], l.expected[1]
	};
	Datum		values[7];
	bool		nulls[7];

	put_floats(values, nulls, 7, row);
	values[1] = Int32GetDatum(1);
	return single_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(abm_ultimate_rate);
Datum
abm_ultimate_rate(PG_FUNCTION_ARGS)
{
	const Curve *curve = curve_arg(fcinfo, arg_cause(PG_GETARG_INT32(1), 1));

	return float_or_null(fcinfo, curve->last < 0 ? NAN :
						 curve_end(curve)->incidence);
}

PG_FUNCTION_INFO_V1(abm_ultimate_bounds);
Datum
abm_ultimate_bounds(PG_FUNCTION_ARGS)
{
	const Curve *curve = curve_arg(fcinfo, arg_cause(PG_GETARG_INT32(1), 1));
	const Step *end = curve_end(curve);
	double		row[2] = {
		end->incidence, Min(end->incidence + end->survival, 1)
	};
	Datum		values[2];
	bool		nulls[2];

	if (curve->last < 0)
		row[0] = row[1] = NAN;
	put_floats(values, nulls, 2, row);
	return single_row(fcinfo, values, nulls);
}
