/*
 * rfm_counts.h
 *		The evidence behind the models of purchases.
 */
#ifndef ABM_RFM_COUNTS_H
#define ABM_RFM_COUNTS_H

#include "clv/model.h"

/* Customers with one history. */
typedef struct RfmCount
{
	int64		frequency;
	double		recency;
	double		age;
	int64		weight;			/* how many, in billionths */
} RfmCount;

typedef struct RfmCounts
{
	StateHead	head;
	int32		padding;
	RfmCount	item[FLEXIBLE_ARRAY_MEMBER];
} RfmCounts;

extern const StateType rfm_counts_type;

extern int64 arg_frequency(int64 n, const char *what);
extern History arg_history(int64 frequency, double recency, double age);
extern int64 arg_customers(double weight);
extern RfmCount rfm_count(FunctionCallInfo fcinfo, const History *h,
						  int argno);
extern const char *history_fault(double frequency, double recency, double age);
extern void check_history(const ClvKind *kind, const History *h);
extern void check_customers(const ClvKind *kind, const Customers *c);
extern Customers rfm_customers(FunctionCallInfo fcinfo, int argno);

#endif							/* ABM_RFM_COUNTS_H */
