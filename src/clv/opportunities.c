/*
 * opportunities.c
 *		Fitting the BG/BB model: purchases at opportunities that can be
 *		counted.
 *
 * The evidence is that of the other models of purchases, with numbers of
 * opportunities for times.
 */
#include "clv/rfm_counts.h"

#include "math/bgbb.h"

/* (frequency, recency, opportunities), with weight */
PG_FUNCTION_INFO_V1(abm_opportunities_accum);
Datum
abm_opportunities_accum(PG_FUNCTION_ARGS)
{
	RfmCount	item;
	History		h;

	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return state_leave_out(fcinfo, &rfm_counts_type);
	h = arg_history(PG_GETARG_INT64(1), (double) PG_GETARG_INT64(2),
					(double) PG_GETARG_INT64(3));
	check_history(&clv_kinds[CLV_BGBB], &h);
	item = rfm_count(fcinfo, &h, 4);
	return state_take(fcinfo, &rfm_counts_type, &item);
}

PG_FUNCTION_INFO_V1(abm_bgbb_fit);
Datum
abm_bgbb_fit(PG_FUNCTION_ARGS)
{
	Customers	c = rfm_customers(fcinfo, 0);
	double		weight;

	check_customers(&clv_kinds[CLV_BGBB], &c);
	if (!customers_suffice(&c, &weight))
		return model_result(model_make(CLV_BGBB, NULL, weight, 0, 0));
	return model_result(model_fit(CLV_BGBB, &c));
}
