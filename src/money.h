/*
 * money.h
 *		Numeric values as exact integers, and fast ways in and out.
 */
#ifndef ABM_MONEY_H
#define ABM_MONEY_H

#include "postgres.h"

#include "utils/numeric.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/* 128 bits in two halves: states are aligned to 8 bytes, int128 wants 16. */
typedef struct Wide
{
	int64		high;
	uint64		low;
} Wide;

#define MONEY_MAX_SCALE 30

/* an amount that nobody knows: the one value that no sum can reach */
#define MONEY_UNKNOWN ((Wide) {PG_INT64_MIN, 0})

static inline bool
money_unknown(Wide w)
{
	return w.high == PG_INT64_MIN && w.low == 0;
}

static inline int128
wide_value(Wide w)
{
	return (int128) (((uint128) w.high << 64) | w.low);
}

static inline Wide
wide_from(int128 value)
{
	Wide		w;

	w.high = (int64) (value >> 64);
	w.low = (uint64) value;
	return w;
}

/* the same in 64 bits, for amounts that fit */
#define MONEY_PACKED_UNKNOWN PG_INT64_MIN

static inline bool
money_pack(Wide w, int64 *packed)
{
	*packed = money_unknown(w) ? MONEY_PACKED_UNKNOWN : (int64) w.low;
	return money_unknown(w) ||
		(w.high == ((int64) w.low < 0 ? -1 : 0) &&
		 (int64) w.low != MONEY_PACKED_UNKNOWN);
}

static inline Wide
money_unpack(int64 packed)
{
	if (packed == MONEY_PACKED_UNKNOWN)
		return MONEY_UNKNOWN;
	return wide_from(packed);
}

extern int128 money_read(Datum numeric, int *scale, const char *what);
extern int128 money_rescale(int128 value, int from, int to);
extern int128 money_add(int128 a, int128 b);
extern Numeric money_numeric(int128 value, int scale);
extern Numeric money_average(int128 sum, int scale, int64 n);
extern double money_double(int128 value, int scale);
extern double numeric_double(Datum numeric);

#pragma GCC visibility pop

#endif							/* ABM_MONEY_H */
