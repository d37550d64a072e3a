/*
 * abm.h
 *		What every room of the extension shares.
 *
 * Differences between server versions live in this file and nowhere else.
 * The ground floor above it: state.h (aggregate states), money.h (numeric as
 * exact integers), enums.h (the enumerations), math/ (arithmetic that knows
 * nothing of the server).
 */
#ifndef ABM_H
#define ABM_H

#include "postgres.h"

#include <math.h>

#include "common/int.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 18 writes it in front of a declaration and has dropped the other form */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/*
 * Input functions report bad input softly where the server can take it:
 * from 16 on the caller may hand down an ErrorSaveContext.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
typedef Node *SoftErrors;
#define SOFT_ERRORS(fcinfo) ((fcinfo)->context)
#define soft_error(soft, ...) errsave(soft, __VA_ARGS__)
#else
typedef void *SoftErrors;
#define SOFT_ERRORS(fcinfo) NULL
#define soft_error(soft, ...) \
	do { (void) (soft); ereport(ERROR, __VA_ARGS__); } while (0)
#endif

/*
 * The server's JSON parser calls back; from 16 on the callbacks can fail, from
 * 17 on the lexer may be given by the caller.
 */
#if PG_VERSION_NUM >= 160000
#define JSON_ACTION JsonParseErrorType
#define JSON_ACTION_DONE JSON_SUCCESS
#else
#define JSON_ACTION void
#define JSON_ACTION_DONE
#endif
#if PG_VERSION_NUM >= 170000
#define json_lexer(json, len) \
	makeJsonLexContextCstringLen(NULL, json, len, GetDatabaseEncoding(), true)
#else
#define json_lexer(json, len) \
	makeJsonLexContextCstringLen(json, len, GetDatabaseEncoding(), true)
#endif

/*
 * Set-returning functions put all their rows into the tuplestore at once.
 * 15.0 has InitMaterializedSRF; its flag names have not changed since.  The
 * row type is the one that the caller expects: looked up in the catalog it
 * would leave its scraps in the query's memory, call after call.
 */
#define abm_begin_rows(fcinfo) \
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC)
#define abm_put_row(fcinfo, values, nulls) \
	do { \
		CHECK_FOR_INTERRUPTS(); \
		tuplestore_putvalues(((ReturnSetInfo *) (fcinfo)->resultinfo)->setResult, \
							 ((ReturnSetInfo *) (fcinfo)->resultinfo)->setDesc, \
							 values, nulls); \
	} while (0)

/* are rows put where the tuplestore is?  From 17 on it makes a place of its own */
#define ROWS_LIE_IN_CONTEXT (PG_VERSION_NUM < 170000)

/* a loop over many items asks whether it should go on every so often */
#define CHECK_EVERY(i, mask) \
	do { if (((i) & (mask)) == (mask)) CHECK_FOR_INTERRUPTS(); } while (0)

/* ... and one over a long text that goes from one place to another, too */
#define CHECK_TEXT(from, to) \
	do { \
		if (unlikely(((uintptr_t) (from) ^ (uintptr_t) (to)) & 0x100000)) \
			CHECK_FOR_INTERRUPTS(); \
	} while (0)

#define USECS_PER_DAY_F 86400000000.0

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/* args.c: arguments that must be sane, with one message for each fault */
pg_noreturn extern void arg_refuse_float(double value, const char *what);
pg_noreturn extern void arg_refuse_time(const char *what);
extern double arg_not_negative(double value, const char *what);
extern double arg_level(double level);
extern int64 arg_span(const Interval *span, const char *what);
extern int64 arg_days(double days, const char *what);
extern int64 arg_length(const Interval *length, const char *what);
extern int64 arg_length_days(double days, const char *what);
extern NullableDatum arg_midnight(NullableDatum date);
extern int	arg_choice(const text *value, const char *what,
					   const char *const *choices);
extern double *arg_float8s(ArrayType *array, const char *what, int *n);
extern text **arg_texts(ArrayType *array, const char *what, int most, int *n);
extern text **arg_names(ArrayType *array, const char *what, int most, int *n);
extern double arg_weights(const double *weights, int n, const char *what);

#pragma GCC visibility pop

/* A float that is neither NaN nor infinite, and never minus zero. */
static inline double
arg_finite(double value, const char *what)
{
	if (unlikely(!isfinite(value)))
		arg_refuse_float(value, what);
	return value == 0 ? 0 : value;
}

/* A moment that is not 'infinity' or '-infinity'. */
static inline TimestampTz
arg_time(TimestampTz at, const char *what)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		arg_refuse_time(what);
	return at;
}

#endif							/* ABM_H */
