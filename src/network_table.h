/*
 * network_table.h
 *		The account of an address, by the longest prefix.
 */
#ifndef ABM_NETWORK_TABLE_H
#define ABM_NETWORK_TABLE_H

#include "abm.h"
#include "network.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/* A network and the account that says it is its. */
typedef struct Site
{
	Network		net;
	int64		account;
} Site;

/* From a first address to the one before the next range. */
typedef struct Range
{
	uint128		start;
	int64		account;
	bool		claimed;		/* by some network */
	bool		disputed;		/* by several accounts */
	uint8		length;			/* of the prefix */
} Range;

/* The ranges of one family. */
typedef struct RangeTable
{
	Range	   *range;
	int			n;
	int			nbuckets;
	int			shift;			/* the width of a bucket is 2^shift */
	int32	   *bucket;			/* last range that starts before or with it */
} RangeTable;

extern void table_build(RangeTable *t, const Site *site, int n, int bits);
extern const Range *table_find(const RangeTable *t, uint128 address);

#pragma GCC visibility pop

#endif							/* ABM_NETWORK_TABLE_H */
