/*
 * records.c
 *		Records of many entities brought together.
 *
 * A radix sort over the entity brings the records of an entity together
 * without disturbing their order.  They came in the order of time more often
 * than not, so that sorting each entity's few records afterwards is little
 * work.  Many records are first dealt out by the most significant digit: what
 * has the same one is so little that it is sorted where the processor has it
 * at hand, least significant digit first.
 */
#include "records.h"

#include "port/pg_bitutils.h"

#include "large.h"

/* a digit has as many values as can be told apart without waiting */
#define DIGIT_BITS 11
#define SPLIT_BITS 10

/* bytes that are at hand */
#define AT_HAND (32 * 1024)

/* records of one entity up to so many are sorted by insertion */
#define FEW_RECORDS 24
#define MAX_RECORD 64

typedef struct Radix
{
	uint64		least;			/* entity, as an unsigned number */
	int			width;			/* bits in which entities differ */
	int			shift;			/* bits below the digit of a split */
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

/* The range of the entities; false if they are in order already. */
static pg_attribute_always_inline bool
radix_range(Radix *r, const char *items, int n, int size, int entity_size)
{
	uint64		least = PG_UINT64_MAX;
	uint64		greatest = 0;
	uint64		last = 0;
	bool		sorted = true;

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
	r->least = least;
	r->width = pg_leftmost_one_pos64(greatest - least) + 1;
	return true;
}

/* How many there are of each, to where they begin. */
static inline void
counts_to_places(uint32 *count, int n)
{
	uint32		place = 0;

	for (int i = 0; i < n; i++)
	{
		uint32		here = count[i];

		count[i] = place;
		place += here;
	}
}

/* Where the records with each value of each digit begin. */
static pg_attribute_always_inline void
radix_count(Radix *r, const char *items, int n, int size, int entity_size)
{
	memset(r->count, 0, (sizeof(uint32) * r->ndigits) << r->bits);
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		for (int d = 0; d < r->ndigits; d++)
			r->count[(d << r->bits) +
					 record_digit(r, items + (Size) i * size, entity_size, d)]++;
	}
	for (int d = 0; d < r->ndigits; d++)
		counts_to_places(r->count + (d << r->bits), 1 << r->bits);
}

/* Afterwards the counts say where the records with each value end. */
static pg_attribute_always_inline void
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

/* Few values of a digit for few records: to count takes time, too. */
static inline void
radix_digits(Radix *r, int n)
{
	int			most = Min(DIGIT_BITS, pg_leftmost_one_pos32(n) + 2);

	r->ndigits = (r->width + most - 1) / most;
	r->bits = (r->width + r->ndigits - 1) / r->ndigits;
}

/*
 * Bring together the records of each entity, with room for as many elsewhere:
 * there they are, or here.  Sizes are constants where this is called, so that
 * the loops are tight.
 */
static pg_attribute_always_inline char *
radix_sort(Radix *r, char *items, char *spare, int n, int size,
		   int entity_size)
{
	char	   *from = items;
	char	   *to = spare;

	if (n <= 1 || (r->width > DIGIT_BITS &&
				   !radix_range(r, items, n, size, entity_size)))
		return items;
	radix_digits(r, n);
	radix_count(r, items, n, size, entity_size);
	for (int d = 0; d < r->ndigits; d++)
	{
		char	   *swap = from;

		radix_scatter(r, to, from, n, size, entity_size, d);
		from = to;
		to = swap;
	}
	return from;
}

/* The part of a record: 0 is below the digit's range, and the last above. */
static inline uint32
record_part(const Radix *r, const char *record, int entity_size)
{
	uint64		entity = record_entity(record, entity_size);
	uint64		digit = (entity - r->least) >> r->shift;

	return entity < r->least ? 0 : (uint32) Min(digit, 1u << r->bits) + 1;
}

/* How many records each part has; the part that has most. */
static pg_attribute_always_inline int
split_count(Radix *r, const char *items, int n, int size, int entity_size)
{
	int			nparts = (1 << r->bits) + 2;
	int			largest = 0;

	memset(r->count, 0, nparts * sizeof(uint32));
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		r->count[record_part(r, items + (Size) i * size, entity_size)]++;
	}
	for (int i = 1; i < nparts; i++)
		if (r->count[i] > r->count[largest])
			largest = i;
	return largest;
}

/*
 * Deal records out by their most significant digit, so that what has the same
 * one is at hand.  If that is more than half of all, since a few entities lie
 * far away or one has most records, the digit is one of that half.  Into how
 * many parts; each ends where the counts say.
 */
static pg_attribute_always_inline int
radix_split(Radix *r, char *to, const char *from, int n, int size,
			int entity_size)
{
	int			bits = pg_leftmost_one_pos64((Size) n * size / AT_HAND) + 1;
	int			largest;

	for (;;)
	{
		r->bits = Min(Min(bits, SPLIT_BITS), r->width);
		r->shift = r->width - r->bits;
		largest = split_count(r, from, n, size, entity_size);
		if (r->count[largest] <= n / 2 || r->shift == 0 ||
			largest == 0 || largest == (1 << r->bits) + 1)
			break;
		r->least += (uint64) (largest - 1) << r->shift;
		r->width = r->shift;
	}
	counts_to_places(r->count, (1 << r->bits) + 2);
	touch_large(to, (Size) n * size);
	for (int i = 0; i < n; i++)
	{
		const char *record = from + (Size) i * size;
		uint32		part = record_part(r, record, entity_size);

		CHECK_EVERY(i, 0xFFFF);
		memcpy(to + (Size) r->count[part]++ * size, record, size);
	}
	return (1 << r->bits) + 2;
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

/*
 * Records that are together to their place.  Is it seen by their keys that
 * those of each entity are in order?  Which one begins the next entity cannot
 * be foreseen, so that nothing waits for it.
 */
static pg_attribute_always_inline bool
records_place(char *items, const char *from, int n, int size,
			  int entity_size, bool equal)
{
	bool		in_order = true;
	uint64		entity = 0;
	uint64		key = 0;

	for (int i = 0; i < n; i++)
	{
		const char *record = from + (Size) i * size;
		uint64		next_entity = record_entity(record, entity_size);
		uint64		next_key = record_key(record, entity_size);

		CHECK_EVERY(i, 0xFFFF);
		in_order &= (next_entity != entity) | (next_key > key) |
			(equal & (next_key == key)) | (i == 0);
		entity = next_entity;
		key = next_key;
		if (from != items)
			memcpy(items + (Size) i * size, record, size);
	}
	return in_order;
}

/* Sort the records of each entity. */
static void
runs_sort(char *items, int n, int size, int entity_size,
		  const RecordShape *shape)
{
	int			start = 0;

	for (int i = 1; i <= n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (i < n &&
			record_entity(items + (Size) i * size, entity_size) ==
			record_entity(items + (Size) start * size, entity_size))
			continue;
		if (i - start > 1)
			run_sort(items + (Size) start * size, i - start, shape);
		start = i;
	}
}

/* What is left to do with records that are together. */
static pg_attribute_always_inline void
records_finish(char *items, char *from, int n, int size, int entity_size,
			   const StateCodes *codes, const RecordShape *shape)
{
	if (codes != NULL)
		shape->recode(from, n, codes);
	if (shape->key_first)
	{
		if (!records_place(items, from, n, size, entity_size, shape->key_decides))
			runs_sort(items, n, size, entity_size, shape);
		return;
	}
	if (from != items)
		memcpy_large(items, from, (Size) n * size);
	runs_sort(items, n, size, entity_size, shape);
}

/* What is known of the entities of a part: bits in which they differ. */
static inline int
part_width(const Radix *whole, int part)
{
	return part == 0 || part == (1 << whole->bits) + 1 ? 64 : whole->shift;
}

/* The most records of a part that is to be sorted. */
static int
largest_part(const Radix *whole)
{
	uint32		start = 0;
	uint32		largest = 0;

	for (int i = 0; i < (1 << whole->bits) + 2; i++)
	{
		if (part_width(whole, i) > 0)
			largest = Max(largest, whole->count[i] - start);
		start = whole->count[i];
	}
	return (int) largest;
}

/*
 * Sort records from one place into another, where they get other codes if
 * there are any.
 */
static pg_attribute_always_inline void
records_move(char *items, const char *from, int n, int size, int entity_size,
			 const StateCodes *codes, const RecordShape *shape)
{
	uint32		ends[(1 << SPLIT_BITS) + 2];
	uint32		digits[64 / DIGIT_BITS + 1][1 << DIGIT_BITS];
	Radix		whole = {.count = ends};
	Radix		part = {.count = digits[0]};
	uint32		start = 0;
	int			nparts;
	char	   *spare;

	if (!radix_range(&whole, from, n, size, entity_size))
	{
		memcpy_large(items, from, (Size) n * size);
		records_finish(items, items, n, size, entity_size, codes, shape);
		return;
	}
	if ((Size) n * size <= AT_HAND)
	{
		part.least = whole.least;
		part.width = whole.width;
		memcpy(items, from, (Size) n * size);
		spare = palloc((Size) n * size);
		records_finish(items, radix_sort(&part, items, spare, n, size, entity_size),
					   n, size, entity_size, codes, shape);
		pfree(spare);
		return;
	}
	nparts = radix_split(&whole, items, from, n, size, entity_size);
	spare = palloc_large((Size) largest_part(&whole) * size);
	for (int i = 0; i < nparts; i++)
	{
		char	   *here = items + (Size) start * size;
		int			m = ends[i] - start;

		CHECK_FOR_INTERRUPTS();
		part.least = whole.least + ((uint64) (i - 1) << whole.shift);
		part.width = part_width(&whole, i);
		records_finish(here, part.width == 0 ? here :
					   radix_sort(&part, here, spare, m, size, entity_size),
					   m, size, entity_size, codes, shape);
		start = ends[i];
	}
	pfree(spare);
}

/*
 * Sort records by entity, and those of one entity by what they compare by,
 * where they stand or from another place; see StatePacking for the latter.
 */
void
records_sort(void *items, const void *from, int n, const StateCodes *codes,
			 const RecordShape *shape)
{
	Size		bytes = (Size) n * shape->size;
	char	   *spare = NULL;

	if (from == NULL)
		codes = NULL;
	else if (codes->of[KEY_DICT] != NULL)
	{
		/* by the new codes of entities */
		spare = palloc_large(bytes);
		memcpy_large(spare, from, bytes);
		shape->recode(spare, n, codes);
		codes = NULL;
	}
	else if (codes->of[0] == NULL)
		codes = NULL;
	if (from == NULL)
	{
		spare = palloc_large(bytes);
		memcpy_large(spare, items, bytes);
	}
	if (spare != NULL)
		from = spare;
	/* the usual sizes are constants to the compiler */
	if (shape->entity_size == 8)
		records_move(items, from, n, shape->size, 8, codes, shape);
	else if (shape->size == 12)
		records_move(items, from, n, 12, 4, codes, shape);
	else if (shape->size == 16)
		records_move(items, from, n, 16, 4, codes, shape);
	else if (shape->size == 20)
		records_move(items, from, n, 20, 4, codes, shape);
	else
		records_move(items, from, n, shape->size, 4, codes, shape);
	if (spare != NULL)
		pfree(spare);
}
