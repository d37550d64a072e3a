/*
 * rfm.h
 *		Recency, frequency and money of a customer's order lines.
 */
#ifndef ABM_RFM_H
#define ABM_RFM_H

#include "clv/purchases.h"

typedef struct Rfm
{
	int64		frequency;		/* repeat purchases; -1: no purchase at all */
	int64		first;			/* periods */
	int64		last;
	int64		valued;			/* repeat purchases whose value is known */
	int128		value;			/* of those */
	int64		parts;			/* purchases of whose lines some are known */
	int128		total;			/* of those */
} Rfm;

/* What is asked of the lines of one customer, or of every one. */
typedef struct RfmQuestion
{
	TimestampTz as_of;
	TimestampTz until;			/* the end of the hold-out */
	double		unit;			/* microseconds */
	PurchaseRule rule;
	int64		now;			/* the period of as_of */
} RfmQuestion;

#define RFM_COLUMNS 5			/* frequency to total */
#define HOLDOUT_COLUMNS 8		/* and three more */

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern RfmQuestion rfm_rule_arg(FunctionCallInfo fcinfo, int as_of, int rule);
extern RfmQuestion rfm_question_arg(FunctionCallInfo fcinfo, int argno);
extern RfmQuestion holdout_question_arg(FunctionCallInfo fcinfo, int argno);
extern Rfm	lines_rfm(const Lines *lines, PurchaseRule rule, TimestampTz as_of);
extern int128 lines_value(const Lines *lines, int end, int64 *known);
extern void put_rfm(Datum *values, bool *nulls, const Lines *lines,
					const RfmQuestion *q);
extern void put_holdout(Datum *values, bool *nulls, const Lines *lines,
						const RfmQuestion *q);

#pragma GCC visibility pop

#endif							/* ABM_RFM_H */
