/*
 * gates.c
 *		What must be so before an account is worth scoring.
 *
 * A gate gives pass, fail or unknown.  Unknown evidence neither opens nor
 * closes it.  Gates that are plain logic are written in SQL.
 */
#include "abm.h"

#include "catalog/pg_type.h"
#include "enums.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"

/* Refuse NaN and infinity: they compare with everything. */
static void
gate_finite(Numeric value, const char *what)
{
	if (numeric_is_nan(value) || numeric_is_inf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite", what),
				 errhint("Unknown is NULL.")));
}

/* Kleene AND: the least verdict; NULL is unknown, nothing passes. */
static int
gates_all(ArrayType *gates)
{
	Datum	   *gate;
	bool	   *null;
	int			n;
	int			all = VERDICT_PASS;

	deconstruct_array(gates, ARR_ELEMTYPE(gates), sizeof(Oid), true,
					  TYPALIGN_INT, &gate, &null, &n);
	for (int i = 0; i < n; i++)
	{
		int			one = null[i] ? VERDICT_UNKNOWN :
		enum_code(&verdict_kind, gate[i]);

		all = Min(all, one);
	}
	return all;
}

/*
 * An account outside the territories served passes if it is large enough.
 * With no exceptions, being outside decides.
 */
static int
gate_territory(NullableDatum served, Numeric potential, Numeric exception)
{
	if (potential != NULL)
		gate_finite(potential, "potential_value");
	if (exception != NULL)
		gate_finite(exception, "exception_value");
	if (!served.isnull && DatumGetBool(served.value))
		return VERDICT_PASS;
	if (exception != NULL && potential != NULL &&
		DatumGetBool(DirectFunctionCall2(numeric_ge, NumericGetDatum(potential),
										 NumericGetDatum(exception))))
		return VERDICT_PASS;
	if (served.isnull || (exception != NULL && potential == NULL))
		return VERDICT_UNKNOWN;
	return VERDICT_FAIL;
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_gate_all);
Datum
abm_gate_all(PG_FUNCTION_ARGS)
{
	int			all = PG_ARGISNULL(0) ? VERDICT_UNKNOWN :
	gates_all(PG_GETARG_ARRAYTYPE_P(0));

	PG_RETURN_DATUM(enum_datum(&verdict_kind, all));
}

PG_FUNCTION_INFO_V1(abm_territory_gate);
Datum
abm_territory_gate(PG_FUNCTION_ARGS)
{
	Numeric		potential = PG_ARGISNULL(1) ? NULL : PG_GETARG_NUMERIC(1);
	Numeric		exception = PG_ARGISNULL(2) ? NULL : PG_GETARG_NUMERIC(2);

	PG_RETURN_DATUM(enum_datum(&verdict_kind,
							   gate_territory(fcinfo->args[0], potential,
											  exception)));
}

PG_FUNCTION_INFO_V1(abm_size_gate);
Datum
abm_size_gate(PG_FUNCTION_ARGS)
{
	Numeric		value = PG_ARGISNULL(0) ? NULL : PG_GETARG_NUMERIC(0);
	int			verdict = VERDICT_UNKNOWN;

	if (value != NULL)
		gate_finite(value, "value");
	if (value != NULL && !PG_ARGISNULL(1))
	{
		RangeType  *allowed = PG_GETARG_RANGE_P(1);
		TypeCacheEntry *type = range_get_typcache(fcinfo, RangeTypeGetOid(allowed));

		verdict = range_contains_elem_internal(type, allowed,
											   NumericGetDatum(value)) ?
			VERDICT_PASS : VERDICT_FAIL;
	}
	PG_RETURN_DATUM(enum_datum(&verdict_kind, verdict));
}
