/*
 * score.c
 *		Scores of accounts, one figure or one row each.
 */
#include "abm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "icp/explain.h"
#include "icp/icp.h"
#include "utils/memutils.h"

/* NULL when no criterion is known. */
PG_FUNCTION_INFO_V1(abm_icp_score);
Datum
abm_icp_score(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	IcpResult	r;

	icp_judge(plan->profile, plan->values, plan->degrees, &r);
	if (!r.known)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(r.score);
}

static char *
attribute_list(const IcpProfile *p)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < p->nattributes; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
						 icp_attribute_name(p, i));
	return list.data;
}

/* Learn the types of the arguments, which a call site does not change. */
static void
resolve_arguments(FunctionCallInfo fcinfo, IcpPlan *plan)
{
	const IcpProfile *p = plan->profile;

	if (get_fn_expr_variadic(fcinfo->flinfo))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("attributes cannot be given as an array"),
				 errhint("Write them one by one: %s.", attribute_list(p))));
	if (PG_NARGS() - 1 != p->nattributes)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the profile has %d attributes, but %d are given",
						p->nattributes, PG_NARGS() - 1),
				 errhint("Write them in this order: %s.", attribute_list(p))));
	for (int i = 0; i < p->nattributes; i++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i + 1);

		if (!OidIsValid(type))
			elog(ERROR, "could not determine the types of the attributes");
		icp_classify(plan, &plan->columns[i], type);
	}
	plan->row_version = 1;
}

/* NULL when no criterion is known. */
PG_FUNCTION_INFO_V1(abm_icp_score_values);
Datum
abm_icp_score_values(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan;
	IcpResult	r;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	plan = icp_plan(fcinfo);
	if (unlikely(plan->row_version == 0))
		resolve_arguments(fcinfo, plan);
	icp_read_arguments(plan, fcinfo->args + 1);
	icp_judge(plan->profile, plan->values, plan->degrees, &r);
	if (!r.known)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(r.score);
}

/* The degrees of the criteria; NULL elements are unknown. */
PG_FUNCTION_INFO_V1(abm_icp_degrees);
Datum
abm_icp_degrees(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	int			n = plan->profile->ncriteria;
	Datum	   *values = palloc(n * sizeof(Datum));
	bool	   *nulls = palloc(n * sizeof(bool));
	int			lower = 1;
	IcpResult	r;

	icp_judge(plan->profile, plan->values, plan->degrees, &r);
	for (int i = 0; i < n; i++)
	{
		values[i] = Float8GetDatum(plan->degrees[i].lo);
		nulls[i] = plan->degrees[i].lo != plan->degrees[i].hi;
	}
	PG_RETURN_POINTER(construct_md_array(values, nulls, 1, &n, &lower,
										 FLOAT8OID, sizeof(float8), true,
										 TYPALIGN_DOUBLE));
}

/* The row type of the result, found once per plan. */
static TupleDesc
result_row(FunctionCallInfo fcinfo, IcpPlan *plan)
{
	if (plan->result == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(plan->context);

		if (get_call_result_type(fcinfo, NULL, &plan->result) !=
			TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		plan->result = BlessTupleDesc(plan->result);
		MemoryContextSwitchTo(old);
	}
	return plan->result;
}

/*
 * score, lower, upper, coverage, tier, certain_tier, disqualified_by.  Tiers
 * are NULL when the profile has none.
 */
PG_FUNCTION_INFO_V1(abm_icp_fit);
Datum
abm_icp_fit(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	const IcpProfile *p = plan->profile;
	const double *tiers = ICP_AT(p, double, p->tiers);
	TupleDesc	row = result_row(fcinfo, plan);
	Datum		values[7] = {0};
	bool		nulls[7] = {false};
	double		lower;
	double		upper;
	IcpResult	r;

	icp_judge(p, plan->values, plan->degrees, &r);
	lower = icp_bound(p, plan->degrees, false);
	upper = icp_bound(p, plan->degrees, true);
	if (r.known)
	{
		/* the last bit of three separate sums */
		lower = Min(lower, r.score);
		upper = Max(upper, r.score);
	}
	values[0] = Float8GetDatum(r.score);
	values[1] = Float8GetDatum(lower);
	values[2] = Float8GetDatum(upper);
	values[3] = Float8GetDatum(r.known_weight / p->weight);
	values[4] = Int32GetDatum(icp_tier(r.score, tiers, p->ntiers));
	values[5] = Int32GetDatum(icp_tier(lower, tiers, p->ntiers));
	nulls[0] = !r.known;
	nulls[4] = !r.known || p->ntiers == 0;
	nulls[5] = p->ntiers == 0;
	nulls[6] = r.failed < 0;
	if (r.failed >= 0)
		values[6] = CStringGetTextDatum(icp_criterion_name(p, icp_criterion(p, r.failed)));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(row, values, nulls)));
}
