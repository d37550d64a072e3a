/*
 * rows.h
 *		Many rows of numbers that a function returns.
 */
#ifndef ABM_ROWS_H
#define ABM_ROWS_H

#include "abm.h"

typedef struct Rows Rows;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern Rows *rows_begin(FunctionCallInfo fcinfo);
extern void rows_put(Rows *rows, const Datum *values, const bool *nulls);
extern void rows_end(Rows *rows);

#pragma GCC visibility pop

#endif							/* ABM_ROWS_H */
