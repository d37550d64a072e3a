/*
 * dictionary.c
 *		Texts with small numbers, in one block of memory without pointers.
 */
#include "abm.h"

#include "common/hashfn.h"
#include "port/pg_bitutils.h"

#include "dictionary.h"
#include "large.h"

#define DICT_ALIGN(size) TYPEALIGN(8, size)

/* Is an entry that of a text?  Its bits are those of a short one, or 0. */
static inline bool
entry_is(const Dict *d, const DictEntry *e, uint64 bits, const char *text,
		 int len)
{
	if (len <= DICT_SHORT)
		return e->bits == bits;
	return e->longer.mark == DICT_LONG && entry_len(e) == len &&
		memcmp((const char *) d + e->longer.offset, text, len) == 0;
}

static inline uint32
text_hash(uint64 bits, const char *text, int len)
{
	if (len > DICT_SHORT)
		return hash_bytes((const unsigned char *) text, len);
	return (uint32) ((bits * UINT64CONST(0x9E3779B97F4A7C15)) >> 32);
}

/* The slot of a text, or the free one where it belongs. */
static int32 *
dict_slot(const Dict *d, uint64 bits, const char *text, int len)
{
	uint32		mask = d->nslots - 1;
	uint32		i = text_hash(bits, text, len) & mask;

	while (dict_slots(d)[i] != 0 &&
		   !entry_is(d, &dict_entries(d)[dict_slots(d)[i] - 1], bits, text, len))
		i = (i + 1) & mask;
	return &dict_slots(d)[i];
}

/* In a sealed dictionary the texts stand in order. */
static int
dict_search(const Dict *d, const char *text, int len)
{
	int			low = 0;
	int			high = d->nentries;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;
		int			c = text_compare(dict_text(d, mid), dict_len(d, mid),
									 text, len);

		if (c == 0)
			return mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return -1;
}

int
dict_find_hashed(const Dict *d, uint64 bits, const char *text, int len)
{
	return d->nslots > 0 ? *dict_slot(d, bits, text, len) - 1 :
		dict_search(d, text, len);
}

int
dict_find_long(const Dict *d, const char *text, int len)
{
	if (d->nentries > DICT_FEW)
		return dict_find_hashed(d, 0, text, len);
	for (int i = 0; i < d->nentries; i++)
		if (entry_is(d, &dict_entries(d)[i], 0, text, len))
			return i;
	return -1;
}

static inline int
long_text(int len)
{
	return len > DICT_SHORT ? len : 0;
}

static Size
dict_used(const Dict *d)
{
	return sizeof(Dict) + (Size) d->nslots * sizeof(int32) +
		(Size) d->nentries * sizeof(DictEntry) + d->ntext;
}

/* Is there room for one more text? */
bool
dict_has_room(const Dict *d, int len)
{
	return dict_used(d) + sizeof(DictEntry) + long_text(len) <= d->size &&
		d->nentries + 1 <= Max(DICT_FEW, d->nslots / 2);
}

/* Hash slots for so many texts, one more and half as many again. */
static int32
slots_wanted(int nentries)
{
	return nentries < DICT_FEW ? 0 :
		(int32) pg_nextpower2_32((uint32) nentries * 3 + 2);
}

/*
 * The size of a block that is to take a dictionary, one more text and, unless
 * that is the last, half as much again.  NULL: an empty one.
 */
Size
dict_grown_size(const Dict *d, int len, bool last)
{
	int			n = d == NULL ? 0 : d->nentries;
	Size		content = (Size) (n + 1) * sizeof(DictEntry) +
	(d == NULL ? 0 : d->ntext) + long_text(len);

	return DICT_ALIGN(sizeof(Dict) + slots_wanted(n) * sizeof(int32) +
					  content + (last ? 0 : content / 2));
}

/* An open copy of a dictionary in a block of such a size. */
void
dict_copy(Dict *to, Size size, const Dict *from)
{
	DictEntry  *e;
	int			shift;

	memset(to, 0, sizeof(Dict));
	to->size = (int32) size;
	if (from == NULL)
		return;
	to->nslots = slots_wanted(from->nentries);
	to->nentries = from->nentries;
	to->ntext = from->ntext;
	Assert(dict_used(to) <= size);
	e = dict_entries(to);
	shift = (int) size - from->size;
	memset(dict_slots(to), 0, to->nslots * sizeof(int32));
	memcpy_large(e, dict_entries(from), from->nentries * sizeof(DictEntry));
	memcpy_large((char *) to + size - to->ntext,
				 (const char *) from + from->size - from->ntext, to->ntext);
	for (int i = 0; i < to->nentries; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (e[i].longer.mark == DICT_LONG)
			e[i].longer.offset += shift;
		if (to->nslots > 0)
			*dict_slot(to, e[i].bits, dict_text(to, i), entry_len(&e[i])) = i + 1;
	}
}

/* Put a text that is not there yet behind the others; its code. */
int
dict_add(Dict *d, const char *text, int len)
{
	DictEntry  *e = &dict_entries(d)[d->nentries];
	uint64		bits = len <= DICT_SHORT ? entry_bits(text, len) : 0;

	Assert(dict_has_room(d, len) && len <= DICT_LONGEST);
	if (d->nslots > 0)
		*dict_slot(d, bits, text, len) = d->nentries + 1;
	e->bits = bits;
	if (len > DICT_SHORT)
	{
		d->ntext += len;
		e->longer.mark = DICT_LONG;
		for (int i = 0; i < 3; i++)
			e->longer.len[i] = (uint8) (len >> (8 * i));
		e->longer.offset = d->size - d->ntext;
		memcpy((char *) d + e->longer.offset, text, len);
	}
	return d->nentries++;
}

static int
code_compare(const void *a, const void *b, void *arg)
{
	const Dict *d = arg;
	int			x = *(const int32 *) a;
	int			y = *(const int32 *) b;

	return text_compare(dict_text(d, x), dict_len(d, x),
						dict_text(d, y), dict_len(d, y));
}

/*
 * Where the text of each code stands in byte order.  NULL: just where it
 * stands.
 */
int32 *
dict_ranks(const Dict *d)
{
	int			n = d->nentries;
	int32	   *codes;
	int32	   *ranks;
	int32		next = 1;

	while (next < n && text_compare(dict_text(d, next - 1),
									dict_len(d, next - 1), dict_text(d, next),
									dict_len(d, next)) < 0)
	{
		CHECK_EVERY(next, 0xFFFF);
		next++;
	}
	if (next >= n)
		return NULL;
	codes = palloc_extended(n * sizeof(int32), MCXT_ALLOC_HUGE);
	ranks = palloc_extended(n * sizeof(int32), MCXT_ALLOC_HUGE);
	for (int i = 0; i < n; i++)
		codes[i] = i;
	qsort_interruptible(codes, n, sizeof(int32), code_compare, unconstify(Dict *, d));
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		ranks[codes[i]] = i;
	}
	pfree(codes);
	return ranks;
}

Size
dict_sealed_size(const Dict *d)
{
	return DICT_ALIGN(sizeof(Dict) + d->nentries * sizeof(DictEntry) + d->ntext);
}

/* The canonical form, into a zeroed block of the size above. */
void
dict_seal(Dict *to, const Dict *from, const int32 *ranks)
{
	int			n = from->nentries;
	DictEntry  *e;
	int32		end;

	to->size = (int32) dict_sealed_size(from);
	to->nentries = n;
	to->nslots = 0;
	to->ntext = from->ntext;
	e = dict_entries(to);
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		e[ranks ? ranks[i] : i] = dict_entries(from)[i];
	}
	end = to->size;
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (e[i].longer.mark != DICT_LONG)
			continue;
		end -= entry_len(&e[i]);
		memcpy((char *) to + end, (const char *) from + e[i].longer.offset,
			   entry_len(&e[i]));
		e[i].longer.offset = end;
	}
}

/* Are the sizes of a block within its bounds? */
bool
dict_whole(const Dict *d, Size size)
{
	return size >= sizeof(Dict) && d->size == size && d->nentries >= 0 &&
		d->nslots >= 0 && d->ntext >= 0 && d->ntext <= size &&
		d->nentries <= size / sizeof(DictEntry) &&
		d->nslots <= size / sizeof(int32) && dict_used(d) <= size;
}
