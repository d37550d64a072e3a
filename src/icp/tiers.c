/*
 * tiers.c
 *		Tiers of any score, and how far two sets of weights differ.
 */
#include "abm.h"

#include <math.h>

#include "icp/icp.h"

#define MAX_CUTPOINTS 25		/* a tier a letter, for fit_cell */

/* 1 is the best tier; n cutpoints make n + 1 tiers. */
PG_FUNCTION_INFO_V1(abm_fit_tier);
Datum
abm_fit_tier(PG_FUNCTION_ARGS)
{
	double		score = PG_GETARG_FLOAT8(0);
	int			n;
	double	   *cutpoints = arg_float8s(PG_GETARG_ARRAYTYPE_P(1),
										"cutpoints", &n);

	if (unlikely(!isfinite(score)))
		arg_finite(score, "score");
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cutpoints must not be empty")));
	if (n > MAX_CUTPOINTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there must be at most %d cutpoints, not %d",
						MAX_CUTPOINTS, n)));
	for (int i = 1; i < n; i++)
		if (!(cutpoints[i] < cutpoints[i - 1]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cutpoints must fall from the best tier down"),
					 errhint("Write them as in {80,50}.")));
	PG_RETURN_INT32(icp_tier(score, cutpoints, n));
}

/* The largest difference between the shares of the weights. */
PG_FUNCTION_INFO_V1(abm_weights_disagreement);
Datum
abm_weights_disagreement(PG_FUNCTION_ARGS)
{
	int			na;
	int			nb;
	double	   *a = arg_float8s(PG_GETARG_ARRAYTYPE_P(0), "a", &na);
	double	   *b = arg_float8s(PG_GETARG_ARRAYTYPE_P(1), "b", &nb);
	double		sum_a;
	double		sum_b;
	double		largest = 0;

	if (na != nb)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a and b must have the same length, not %d and %d",
						na, nb)));
	sum_a = arg_weights(a, na, "weights in a");
	sum_b = arg_weights(b, nb, "weights in b");
	for (int i = 0; i < na; i++)
		largest = Max(largest, fabs(a[i] / sum_a - b[i] / sum_b));
	PG_RETURN_FLOAT8(largest);
}
