/*
 * question.c
 *		Which unknown fact would tell most about an account.
 *
 * For each unknown attribute the account is scored twice more, once supposing
 * that every test of it turns out best for the score, once worst; what else
 * is unknown stays so.
 */
#include "abm.h"

#include <math.h>

#include "icp/icp.h"

typedef struct Question
{
	int			attribute;
	IcpResult	best;
	IcpResult	worst;
	double		swing;			/* NaN: no score either way */
} Question;

static void
suppose(IcpPlan *plan, int attribute, IcpKind kind, IcpResult *r)
{
	plan->values[attribute].kind = kind;
	icp_judge(plan->profile, plan->values, plan->degrees, r);
	plan->values[attribute].kind = ICP_UNKNOWN;
}

static int
compare_questions(const void *a, const void *b)
{
	const Question *x = a;
	const Question *y = b;

	if (x->swing != y->swing && !(isnan(x->swing) && isnan(y->swing)))
		return isnan(x->swing) || x->swing < y->swing ? 1 : -1;
	return x->attribute - y->attribute;
}

static int
ask_questions(IcpPlan *plan, Question *questions)
{
	int			n = 0;

	for (int i = 0; i < plan->profile->nattributes; i++)
	{
		Question   *q = &questions[n];

		CHECK_FOR_INTERRUPTS();
		if (plan->values[i].kind != ICP_UNKNOWN)
			continue;
		q->attribute = i;
		suppose(plan, i, ICP_BEST, &q->best);
		suppose(plan, i, ICP_WORST, &q->worst);
		q->swing = q->best.known && q->worst.known ?
			Max(q->best.score - q->worst.score, 0) : NAN;
		n++;
	}
	qsort(questions, n, sizeof(Question), compare_questions);
	return n;
}

/*
 * attribute, swing, tier_if_best, tier_if_worst: one row for each attribute
 * that is unknown.  NULL where there would still be no score, and tiers also
 * when the profile has none.
 */
PG_FUNCTION_INFO_V1(abm_icp_next_question);
Datum
abm_icp_next_question(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	const IcpProfile *p = plan->profile;
	const double *tiers = ICP_AT(p, double, p->tiers);
	Question	questions[ICP_MAX_ATTRIBUTES];
	int			n = ask_questions(plan, questions);

	abm_begin_rows(fcinfo);
	for (int i = 0; i < n; i++)
	{
		const Question *q = &questions[i];
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = CStringGetTextDatum(icp_attribute_name(p, q->attribute));
		values[1] = Float8GetDatum(q->swing);
		values[2] = Int32GetDatum(icp_tier(q->best.score, tiers, p->ntiers));
		values[3] = Int32GetDatum(icp_tier(q->worst.score, tiers, p->ntiers));
		nulls[1] = isnan(q->swing);
		nulls[2] = p->ntiers == 0 || !q->best.known;
		nulls[3] = p->ntiers == 0 || !q->worst.known;
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}
