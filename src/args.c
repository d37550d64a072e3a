/*
 * args.c
 *		Arguments that must be sane, with one message for each fault.
 */
#include "abm.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/date.h"

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
				 errmsg("level must be between 0 and 1, not %.15g", level),
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
 * A span of time in microseconds, of either sign.  A day is 24 hours; a month
 * has no length.
 */
int64
arg_span(const Interval *span, const char *what)
{
	int64		usecs;

	if (span->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not contain months or years", what),
				 errdetail("A month has no fixed length."),
				 errhint("Write it in days, for example interval '30 days'.")));
	if (pg_mul_s64_overflow(span->day, USECS_PER_DAY, &usecs) ||
		pg_add_s64_overflow(usecs, span->time, &usecs))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", what)));
	return usecs;
}

/* The same from days, rounded to the microsecond. */
int64
arg_days(double days, const char *what)
{
	double		usecs = rint(arg_finite(days, what) * USECS_PER_DAY_F);

	if (fabs(usecs) >= 9223372036854775808.0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", what)));
	return (int64) usecs;
}

static int64
positive_length(int64 usecs, const char *what)
{
	if (usecs <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than zero", what)));
	return usecs;
}

/* A length of time in microseconds, greater than 0. */
int64
arg_length(const Interval *length, const char *what)
{
	return positive_length(arg_span(length, what), what);
}

int64
arg_length_days(double days, const char *what)
{
	return positive_length(arg_days(days, what), what);
}

/*
 * A date as its midnight in UTC, so that the days between two are whole.  A
 * date beyond all timestamps becomes infinite, and so an error if it counts.
 */
NullableDatum
arg_midnight(NullableDatum date)
{
	DateADT		day = date.isnull ? 0 : DatumGetDateADT(date.value);
	int64		moment;

	if (DATE_NOT_FINITE(day) ||
		pg_mul_s64_overflow(day, USECS_PER_DAY, &moment))
		moment = DT_NOEND;
	date.value = TimestampTzGetDatum(moment);
	return date;
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

/*
 * The elements of a one-dimensional array of texts, at least one and at most
 * so many, none of them NULL.
 */
text	  **
arg_texts(ArrayType *array, const char *what, int most, int *n)
{
	Datum	   *elements;
	text	  **texts;

	if (ARR_ELEMTYPE(array) != TEXTOID)
		elog(ERROR, "%s must be an array of text", what);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array", what)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", what)));
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, NULL, n);
	if (*n < 1 || *n > most)
		ereport(ERROR,
				(errcode(*n < 1 ? ERRCODE_INVALID_PARAMETER_VALUE :
						 ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s must have between 1 and %d elements, not %d",
						what, most, *n)));
	texts = (text **) elements;
	for (int i = 0; i < *n; i++)
		texts[i] = DatumGetTextPP(elements[i]);
	return texts;
}

/* The same of names, of which none may stand twice. */
text	  **
arg_names(ArrayType *array, const char *what, int most, int *n)
{
	text	  **names = arg_texts(array, what, most, n);

	for (int i = 1; i < *n; i++)
		for (int k = 0; k < i; k++)
			if (VARSIZE_ANY_EXHDR(names[i]) == VARSIZE_ANY_EXHDR(names[k]) &&
				memcmp(VARDATA_ANY(names[i]), VARDATA_ANY(names[k]),
					   VARSIZE_ANY_EXHDR(names[i])) == 0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("%s must not contain \"%s\" twice", what,
								text_to_cstring(names[i])),
						 errhint("Give each name once.")));
	return names;
}

/* The sum of weights, 0 or more each, by which something can be divided. */
double
arg_weights(const double *weights, int n, const char *what)
{
	double		sum = 0;

	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be empty", what)));
	for (int i = 0; i < n; i++)
		sum += arg_not_negative(weights[i], what);
	if (!(sum > 0) || isinf(sum))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have a finite sum greater than zero", what)));
	return sum;
}
