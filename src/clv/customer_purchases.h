/*
 * customer_purchases.h
 *		The order lines of every customer of a population, in one state.
 */
#ifndef ABM_CUSTOMER_PURCHASES_H
#define ABM_CUSTOMER_PURCHASES_H

#include "clv/purchases.h"
#include "entities.h"

/* The full form of a record. */
typedef struct CustomerLine
{
	int64		customer;		/* or the code of the key */
	PurchaseLine line;
} CustomerLine;

typedef struct CustomerPurchases
{
	StateHead	head;
	int32		scale;			/* decimal digits of the amounts */
	int32		dict_bytes[STATE_DICTS];	/* no labels; keys */
	uint8		kind;			/* KeyKind */
	uint8		expect;			/* see StateType.expect_offset */
	uint8		padding[2];
	CustomerLine record[FLEXIBLE_ARRAY_MEMBER];
} CustomerPurchases;

/* Goes from customer to customer. */
typedef struct CustomerScan
{
	const CustomerPurchases *ps;
	const Dict *keys;
	const char *next;			/* record */
	const char *end;
	int			key_size;		/* bytes of the customer in a record */
	int64		customer;		/* the one it stands at */
	Lines		lines;			/* of that one */
} CustomerScan;

extern const StateType customer_purchases_type;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern CustomerScan customer_scan_arg(FunctionCallInfo fcinfo, int argno);
extern bool customer_scan_rows(FunctionCallInfo fcinfo, int nargs,
							   int type_argno, CustomerScan *scan);
extern bool customer_next(CustomerScan *scan);
extern bool customer_find(CustomerScan *scan, int64 customer);

#pragma GCC visibility pop

#endif							/* ABM_CUSTOMER_PURCHASES_H */
