/*
 * probability.c
 *		Probabilities of a learned profile, and where they come from.
 *
 * The logit of winning is intercept + scale * sum(weight * degree).  Of what
 * is not known, the degree is the one in its interval that is nearest to a
 * typical account's.
 */
#include "abm.h"

#include <math.h>

#include "estimate.h"
#include "icp/explain.h"
#include "icp/icp.h"
#include "math/logistic.h"

/* An account asked about, criterion by criterion. */
typedef struct Part
{
	const IcpNode *criterion;
	bool		known;
	double		degree;			/* the one taken */
	double		log_odds;		/* beyond those of a typical account */
	int			number;
} Part;

static const IcpOdds *
odds_of(const IcpProfile *p)
{
	if (p->odds == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("profile has no probabilities"),
				 errhint("icp_learn() makes a profile that has.")));
	return ICP_AT(p, IcpOdds, p->odds);
}

/* The logit of a typical account; the parts, if wanted, go beyond it. */
static double
odds_parts(const IcpPlan *plan, Part *parts, double *beyond)
{
	const IcpProfile *p = plan->profile;
	const IcpOdds *odds = odds_of(p);
	const IcpNode *n = ICP_NODES(p);
	double		typical = odds->intercept;

	*beyond = 0;
	for (int i = 0; i < p->ncriteria; i++, n = ICP_NODES(p) + n->next)
	{
		IcpDegree	d = plan->degrees[i];
		double		usual = odds->typical[i];
		double		degree = Max(d.lo, Min(d.hi, usual));

		double		log_odds = odds->scale * n->weight * (degree - usual);

		typical += odds->scale * n->weight * usual;
		*beyond += log_odds;
		if (log_odds == 0)
			log_odds = 0;		/* not minus zero */
		if (parts != NULL)
			parts[i] = (Part)
		{
			n, d.lo == d.hi, degree, log_odds, i
		};
	}
	return typical;
}

/* A failed gate leaves next to nothing. */
static double
probability_of(const IcpPlan *plan, const IcpResult *r)
{
	double		beyond;
	double		typical = odds_parts(plan, NULL, &beyond);

	return r->failed >= 0 ? LEAST_PROBABILITY :
		open_probability(logistic_probability(typical + beyond));
}

static int
compare_parts(const void *a, const void *b)
{
	const Part *x = a;
	const Part *y = b;
	double		left = fabs(x->log_odds);
	double		right = fabs(y->log_odds);

	if (left != right)
		return left > right ? -1 : 1;
	return x->number - y->number;
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_icp_probability);
Datum
abm_icp_probability(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	IcpResult	r;

	icp_judge(plan->profile, plan->values, plan->degrees, &r);
	PG_RETURN_FLOAT8(probability_of(plan, &r));
}

static void
put_part(FunctionCallInfo fcinfo, int rank, const char *criterion,
		 const Part *part, double log_odds)
{
	Datum		values[5] = {
		Int32GetDatum(rank), CStringGetTextDatum(criterion),
		Float8GetDatum(part == NULL ? 0 : part->degree),
		BoolGetDatum(part != NULL && part->known), Float8GetDatum(log_odds)
	};
	bool		nulls[5] = {false, false, part == NULL, part == NULL, false};

	abm_put_row(fcinfo, values, nulls);
}

/* rank, criterion, degree, known, log_odds */
PG_FUNCTION_INFO_V1(abm_icp_explain_probability);
Datum
abm_icp_explain_probability(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	const IcpProfile *p = plan->profile;
	Part	   *parts = palloc(p->ncriteria * sizeof(Part));
	double		beyond;
	double		typical;
	IcpResult	r;

	icp_judge(p, plan->values, plan->degrees, &r);
	typical = odds_parts(plan, parts, &beyond);
	if (r.failed >= 0)
		parts[r.failed].log_odds += log(LEAST_PROBABILITY) -
			log1p(-LEAST_PROBABILITY) - (typical + beyond);
	qsort(parts, p->ncriteria, sizeof(Part), compare_parts);
	abm_begin_rows(fcinfo);
	put_part(fcinfo, 0, "typical account", NULL, typical);
	for (int i = 0; i < p->ncriteria; i++)
		put_part(fcinfo, i + 1, icp_criterion_name(p, parts[i].criterion),
				 &parts[i], parts[i].log_odds);
	return (Datum) 0;
}
