/*
 * records.c
 *		Records of many entities brought together.
 *
 * A radix sort over the entity, least significant digit first, brings the
 * records of an entity together without disturbing their order.  They came in
 * the order of time more often than not, so that sorting each entity's few
 * records afterwards is little work.
 */
#include "records.h"

#include "large.h"

#define DIGIT_BITS 11

/* one pass with so many counters takes the time of two with fewer */
#define WIDEST_DIGIT 17

/* records of one entity up to so many are sorted by insertion */
#define FEW_RECORDS 24
#define MAX_RECORD 64

typedef struct Radix
{
	uint64		least;			/* entity, as an unsigned number */
	int			ndigits;
	int			bits;			/* of a digit */
	uint32	   *count;			/* of each value of each digit */
} Radix;

/* The entity as a number that sorts without a sign. */
static inline uint64
record_entity(const char *record, int entity_size)
{
	uint64		entity = entity_read(record, entity_size);

	return entity_size == 4 ? entity : entity ^ (UINT64CONST(1) << 63);
}

static inline uint32
record_digit(const Radix *r, const char *record, int entity_size, int digit)
{
	return (uint32) ((record_entity(record, entity_size) - r->least) >>
					 (digit * r->bits)) & ((1u << r->bits) - 1);
}

/*
 * The range of the entities; false if they are in order already.  Records
 * that are to end elsewhere are glad of a single pass.
 */
static inline bool
radix_plan(Radix *r, const char *items, int n, int size, int entity_size,
		   bool elsewhere)
{
	uint64		least = PG_UINT64_MAX;
	uint64		greatest = 0;
	uint64		last = 0;
	bool		sorted = true;
	int			width;

	for (int i = 0; i < n; i++)
	{
		uint64		entity = record_entity(items + (Size) i * size, entity_size);

		CHECK_EVERY(i, 0xFFFF);
		least = Min(least, entity);
		greatest = Max(greatest, entity);
		sorted &= entity >= last;
		last = entity;
	}
	if (sorted)
		return false;
	width = 64 - __builtin_clzll(greatest - least);
	r->least = least;
	r->ndigits = (width + DIGIT_BITS - 1) / DIGIT_BITS;
	if (elsewhere && width <= WIDEST_DIGIT && n >> width > 0)
		r->ndigits = 1;
	r->bits = (width + r->ndigits - 1) / r->ndigits;
	return true;
}

/* How often each digit has each value. */
static inline void
radix_count(Radix *r, const char *items, int n, int size, int entity_size)
{
	r->count = palloc0((sizeof(uint32) * r->ndigits) << r->bits);
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		for (int d = 0; d < r->ndigits; d++)
			r->count[(d << r->bits) +
					 record_digit(r, items + (Size) i * size, entity_size, d)]++;
	}
	for (int d = 0; d < r->ndigits; d++)
	{
		uint32	   *count = r->count + (d << r->bits);
		uint32		place = 0;

		for (int i = 0; i < 1 << r->bits; i++)
		{
			uint32		here = count[i];

			count[i] = place;
			place += here;
		}
	}
}

static inline void
radix_scatter(Radix *r, char *to, const char *from, int n, int size,
			  int entity_size, int digit)
{
	uint32	   *place = r->count + (digit << r->bits);

	for (int i = 0; i < n; i++)
	{
		const char *record = from + (Size) i * size;
		uint32		d = record_digit(r, record, entity_size, digit);

		CHECK_EVERY(i, 0xFFFF);
		memcpy(to + (Size) place[d]++ * size, record, size);
	}
}

/*
 * From one place to another and back; true if the records end in the second
 * one.  Sizes are constants where this is called, so that the loops are tight.
 */
static pg_attribute_always_inline bool
radix_passes(Radix *r, char *from, char *to, int n, int size, int entity_size)
{
	radix_count(r, from, n, size, entity_size);
	touch_large(to, (Size) n * size);
	for (int d = 0; d < r->ndigits; d++)
	{
		char	   *swap = from;

		radix_scatter(r, to, from, n, size, entity_size, d);
		from = to;
		to = swap;
	}
	pfree(r->count);
	return r->ndigits % 2 == 1;
}

static pg_attribute_always_inline void
radix_sort(char *items, int n, int size, int entity_size)
{
	Radix		r;
	char	   *spare;

	if (!radix_plan(&r, items, n, size, entity_size, false))
		return;
	spare = palloc_large((Size) n * size);
	if (radix_passes(&r, items, spare, n, size, entity_size))
		memcpy_large(items, spare, (Size) n * size);
	pfree(spare);
}

/* The same into another place; those at the first one lose their order. */
static pg_attribute_always_inline void
radix_move(char *to, char *from, int n, int size, int entity_size)
{
	Radix		r;

	if (!radix_plan(&r, from, n, size, entity_size, true) ||
		!radix_passes(&r, from, to, n, size, entity_size))
		memcpy_large(to, from, (Size) n * size);
}

/* Sort records of one entity that are not many, or nearly in order. */
static void
run_sort(char *items, int n, const RecordShape *shape)
{
	char		record[MAX_RECORD];
	int			size = shape->size;
	int64		moved = 0;
	unsigned int steps = 0;

	for (int i = 1; i < n; i++)
	{
		int			k = i;
		const char *here = items + (Size) i * size;

		CHECK_EVERY(++steps, 0xFFFF);
		while (k > 0 && shape->compare(items + (Size) (k - 1) * size, here, NULL) > 0)
		{
			CHECK_EVERY(++steps, 0xFFFF);
			k--;
		}
		if (k == i)
			continue;
		memcpy(record, items + (Size) i * size, size);
		memmove(items + (Size) (k + 1) * size, items + (Size) k * size,
				(Size) (i - k) * size);
		memcpy(items + (Size) k * size, record, size);
		moved += i - k;
		if (unlikely(moved > FEW_RECORDS * FEW_RECORDS && moved > INT64CONST(8) * n))
		{
			qsort_interruptible(items, n, size, shape->compare, NULL);
			return;
		}
	}
}

/* The 64 bits behind the entity. */
static inline uint64
record_key(const char *record, int entity_size)
{
	uint64		key;

	memcpy(&key, record + entity_size, sizeof(key));
	return key;
}

/* Is it seen by the keys that two records are in order? */
static inline bool
keys_in_order(const char *a, const char *b, int entity_size, bool equal)
{
	uint64		x = record_key(a, entity_size);
	uint64		y = record_key(b, entity_size);

	return x < y || (equal && x == y);
}

/*
 * Sort the records of each entity, sizes being constants again.  Most are in
 * order, and where there are keys that is seen without a call.
 */
static pg_attribute_always_inline void
runs_sort(char *items, int n, int size, int entity_size,
		  const RecordShape *shape)
{
	bool		equal = shape->key_decides;
	bool		in_order = shape->key_first;
	int			start = 0;

	for (int i = 1; i <= n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (i < n &&
			record_entity(items + (Size) i * size, entity_size) ==
			record_entity(items + (Size) start * size, entity_size))
		{
			in_order = in_order &&
				keys_in_order(items + (Size) (i - 1) * size,
							  items + (Size) i * size, entity_size, equal);
			continue;
		}
		if (i - start > 1 && !in_order)
			run_sort(items + (Size) start * size, i - start, shape);
		in_order = shape->key_first;
		start = i;
	}
}

static pg_attribute_always_inline void
gather_sized(char *items, char *from, int n, int size, int entity_size)
{
	if (from == NULL)
		radix_sort(items, n, size, entity_size);
	else
		radix_move(items, from, n, size, entity_size);
}

/* The usual sizes are constants to the compiler. */
static void
records_gather(void *items, void *from, int n, const RecordShape *shape)
{
	if (shape->entity_size == 8)
		gather_sized(items, from, n, shape->size, 8);
	else if (shape->size == 12)
		gather_sized(items, from, n, 12, 4);
	else if (shape->size == 16)
		gather_sized(items, from, n, 16, 4);
	else if (shape->size == 20)
		gather_sized(items, from, n, 20, 4);
	else
		gather_sized(items, from, n, shape->size, 4);
}

static void
records_order(void *items, int n, const RecordShape *shape)
{
	if (shape->entity_size == 8)
		runs_sort(items, n, shape->size, 8, shape);
	else if (shape->size == 12)
		runs_sort(items, n, 12, 4, shape);
	else if (shape->size == 16)
		runs_sort(items, n, 16, 4, shape);
	else if (shape->size == 20)
		runs_sort(items, n, 20, 4, shape);
	else
		runs_sort(items, n, shape->size, 4, shape);
}

/*
 * Sort records by entity, and those of one entity by what they compare by,
 * where they stand; see StatePacking for those that stand elsewhere.  Labels
 * are exchanged when the entities are together: where the records came from
 * they must stay.
 */
void
records_sort(void *items, void *from, int n, const StateCodes *codes,
			 const RecordShape *shape)
{
	if (from != NULL && codes->of[KEY_DICT] != NULL)
	{
		memcpy_large(items, from, (Size) n * shape->size);
		shape->recode(items, n, codes);
		from = NULL;
	}
	records_gather(items, from, n, shape);
	if (from != NULL && codes->of[0] != NULL)
		shape->recode(items, n, codes);
	records_order(items, n, shape);
}
