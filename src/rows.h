/*
 * rows.h
 *		Rows that a function makes one by one.
 */
#ifndef ABM_ROWS_H
#define ABM_ROWS_H

#include "abm.h"

typedef struct RowSource
{
	/*
	 * What rows are made from, in memory that lives until the last one; NULL
	 * if there are none.  How many there will be at the most, if that is
	 * known.
	 */
	void	   *(*begin) (FunctionCallInfo fcinfo, int64 *most);

	/*
	 * The next row; false after the last one.  The memory at hand lives as
	 * long as the row.  A column that is not set stays what it was in the row
	 * before; none is NULL at first.
	 */
	bool		(*next) (void *from, Datum *values, bool *nulls);
} RowSource;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern Datum rows_return(FunctionCallInfo fcinfo, const RowSource *source);

#pragma GCC visibility pop

/* A function that returns the rows of a source. */
#define ROWS_FUNCTION(name, source) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		return rows_return(fcinfo, &(source)); \
	} \
	extern Datum name(PG_FUNCTION_ARGS)

#endif							/* ABM_ROWS_H */
