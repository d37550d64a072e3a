/*
 * args.c
 *		Arguments that must be sane, with one message for each fault.
 */
#include "abm.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"

/* The fault of arg_finite. */
void
arg_refuse_float(double value, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s must be finite, not %s", what,
					isnan(value) ? "NaN" : value > 0 ? "Infinity" :
					"-Infinity"),
			 errhint("Unknown is NULL.")));
}

/* A finite number that is 0 or more. */
double
arg_not_negative(double value, const char *what)
{
	value = arg_finite(value, what);
	if (unlikely(value < 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than or equal to zero, not %g",
						what, value)));
	return value;
}

/* A confidence level: strictly between 0 and 1. */
double
arg_level(double level)
{
	if (!(level > 0 && level < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("level must be between 0 and 1, not %g", level),
				 errhint("For a 95 %% interval write 0.95.")));
	return level;
}

/* The fault of arg_time. */
void
arg_refuse_time(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 errmsg("%s must be a finite time", what),
			 errhint("Unknown is NULL.")));
}

/*
 * A length of time in microseconds, greater than 0.  A day is 24 hours; a
 * month has no length.
 */
int64
arg_length(const Interval *length, const char *what)
{
	int64		usecs;

	if (length->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not contain months or years", what),
				 errdetail("A month has no fixed length."),
				 errhint("Write it in days, for example interval '30 days'.")));
	if (pg_mul_s64_overflow(length->day, USECS_PER_DAY, &usecs) ||
		pg_add_s64_overflow(usecs, length->time, &usecs))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", what)));
	if (usecs <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than zero", what)));
	return usecs;
}

/* One of a few words; its position in the list. */
int
arg_choice(const text *value, const char *what, const char *const *choices)
{
	StringInfoData list;

	for (int i = 0; choices[i] != NULL; i++)
		if (strlen(choices[i]) == VARSIZE_ANY_EXHDR(value) &&
			memcmp(choices[i], VARDATA_ANY(value), strlen(choices[i])) == 0)
			return i;
	initStringInfo(&list);
	for (int i = 0; choices[i] != NULL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", choices[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s must be one of %s, not \"%.*s\"", what, list.data,
					Min(60, pg_mbcliplen(VARDATA_ANY(value),
										 VARSIZE_ANY_EXHDR(value), 60)),
					VARDATA_ANY(value))));
	return -1;					/* not reached */
}

/*
 * The elements of a one-dimensional float8 array without NULL, NaN or
 * infinity.  The result points into the array.
 */
double *
arg_float8s(ArrayType *array, const char *what, int *n)
{
	double	   *values;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array", what)));
	if (ARR_ELEMTYPE(array) != FLOAT8OID)
		elog(ERROR, "%s must be an array of float8", what);
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", what)));
	*n = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	values = (double *) ARR_DATA_PTR(array);
	for (int i = 0; i < *n; i++)
		arg_finite(values[i], what);
	return values;
}

/* The sum of weights, 0 or more each, by which something can be divided. */
double
arg_weights(const double *weights, int n, const char *what)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += arg_not_negative(weights[i], what);
	if (!(sum > 0) || isinf(sum))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have a finite sum greater than zero", what)));
	return sum;
}
