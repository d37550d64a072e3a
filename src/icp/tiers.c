/*
 * tiers.c
 *		Tiers of any score, and how far two sets of weights differ.
 */
#include "abm.h"

#include <math.h>

#include "icp/icp.h"

#define MAX_CUTPOINTS 25		/* a tier a letter, for fit_cell */

typedef struct Cutpoints
{
	int			n;
	double		at[MAX_CUTPOINTS];	/* falling */
	ArrayType  *array;			/* what they were read from */
} Cutpoints;

static void
cutpoints_read(const ArrayType *array, Cutpoints *c)
{
	const double *at = arg_float8s(unconstify(ArrayType *, array),
								   "cutpoints", &c->n);

	if (c->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cutpoints must not be empty")));
	if (c->n > MAX_CUTPOINTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there must be at most %d cutpoints, not %d",
						MAX_CUTPOINTS, c->n)));
	for (int i = 0; i < c->n; i++)
	{
		if (i > 0 && !(at[i] < at[i - 1]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cutpoints must fall from the best tier down"),
					 errhint("Write them as in {80,50}.")));
		c->at[i] = at[i];
	}
}

/* The cutpoints of a call site, read anew only when they have changed. */
static const Cutpoints *
cutpoints_arg(FunctionCallInfo fcinfo, int argno)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	Cutpoints  *kept = fcinfo->flinfo->fn_extra;
	Cutpoints	fresh;

	if (likely(kept != NULL && VARSIZE(array) == VARSIZE(kept->array) &&
			   memcmp(array, kept->array, VARSIZE(array)) == 0))
		return kept;
	cutpoints_read(array, &fresh);
	fresh.array = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(array));
	memcpy(fresh.array, array, VARSIZE(array));
	if (kept == NULL)
		kept = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(Cutpoints));
	else
		pfree(kept->array);
	*kept = fresh;
	fcinfo->flinfo->fn_extra = kept;
	return kept;
}

/* 1 is the best tier; n cutpoints make n + 1 tiers. */
PG_FUNCTION_INFO_V1(abm_fit_tier);
Datum
abm_fit_tier(PG_FUNCTION_ARGS)
{
	double		score = PG_GETARG_FLOAT8(0);
	const Cutpoints *c = cutpoints_arg(fcinfo, 1);

	if (unlikely(!isfinite(score)))
		arg_finite(score, "score");
	PG_RETURN_INT32(icp_tier(score, c->at, c->n));
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
