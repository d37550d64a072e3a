/*
 * dictionary.h
 *		Texts with small numbers, in one block of memory without pointers.
 *
 * A dictionary is part of a state, so it is copied as bytes.  Its numbers,
 * codes, count up from 0.  While it grows, texts have the codes they came
 * with, and hash slots to be found by; sealed, they stand in byte order,
 * without slots and slack.
 *
 *		header | hash slots | entries | free | texts longer than 8 bytes
 */
#ifndef ABM_DICTIONARY_H
#define ABM_DICTIONARY_H

#include "postgres.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/*
 * A text of up to 7 bytes is an entry: its length, then its bytes, then
 * zeros.  The entry of a longer one says where in the block it is.
 */
#define DICT_SHORT 7
#define DICT_LONG 0xFF			/* in the place of a length */
#define DICT_LONGEST 0xFFFFFF

typedef union DictEntry
{
	uint64		bits;
	struct
	{
		uint8		len;
		char text[	DICT_SHORT];
	}			shorter;
	struct
	{
		uint8		mark;		/* DICT_LONG */
		uint8		len[3];
		int32		offset;
	}			longer;
} DictEntry;

/* so many texts are looked through one by one */
#define DICT_FEW 8

typedef struct Dict
{
	int32		size;			/* of the block in bytes, a multiple of 8 */
	int32		nentries;
	int32		nslots;			/* 0 or a power of two */
	int32		ntext;			/* bytes of longer texts */
} Dict;

static inline int32 *
dict_slots(const Dict *d)
{
	return (int32 *) (d + 1);
}

static inline DictEntry *
dict_entries(const Dict *d)
{
	return (DictEntry *) (dict_slots(d) + d->nslots);
}

static inline int
entry_len(const DictEntry *e)
{
	return e->shorter.len != DICT_LONG ? e->shorter.len :
		e->longer.len[0] | e->longer.len[1] << 8 | e->longer.len[2] << 16;
}

static inline int
dict_len(const Dict *d, int code)
{
	return entry_len(&dict_entries(d)[code]);
}

/* Not ended by a zero byte. */
static inline const char *
dict_text(const Dict *d, int code)
{
	const DictEntry *e = &dict_entries(d)[code];

	return e->shorter.len != DICT_LONG ? e->shorter.text :
		(const char *) d + e->longer.offset;
}

/* The entry of a text of up to 7 bytes, made without a detour to memory. */
static inline uint64
entry_bits(const char *text, int len)
{
#ifdef WORDS_BIGENDIAN
	DictEntry	e = {0};

	e.shorter.len = (uint8) len;
	memcpy(e.shorter.text, text, len);
	return e.bits;
#else
	const uint8 *p = (const uint8 *) text;
	uint64		bits = 0;

	if (len >= 4)
	{
		uint32		low;
		uint32		high;

		memcpy(&low, p, 4);
		memcpy(&high, p + len - 4, 4);
		bits = low | (uint64) high << (8 * (len - 4));
	}
	else if (len > 0)
		bits = p[0] | (uint64) p[len / 2] << (8 * (len / 2)) |
			(uint64) p[len - 1] << (8 * (len - 1));
	return bits << 8 | len;
#endif
}

/* The entry of a text of one byte. */
static inline uint64
entry_of_char(char c)
{
#ifdef WORDS_BIGENDIAN
	return entry_bits(&c, 1);
#else
	return (uint64) (uint8) c << 8 | 1;
#endif
}

static inline int
text_compare(const char *a, int alen, const char *b, int blen)
{
	int			c = memcmp(a, b, Min(alen, blen));

	return c != 0 ? c : (alen > blen) - (alen < blen);
}

extern int	dict_find_long(const Dict *d, const char *text, int len);
extern int	dict_find_hashed(const Dict *d, uint64 bits, const char *text,
							 int len);
extern bool dict_has_room(const Dict *d, int len);
extern Size dict_grown_size(const Dict *d, int len, bool last);
extern void dict_copy(Dict *to, Size size, const Dict *from);
extern int	dict_add(Dict *d, const char *text, int len);
extern int32 *dict_ranks(const Dict *d);
extern Size dict_sealed_size(const Dict *d);
extern void dict_seal(Dict *to, const Dict *from, const int32 *ranks);
extern bool dict_whole(const Dict *d, Size size);

/* The code of a short text among a few, or -1. */
static inline int
dict_find_few(const Dict *d, uint64 bits)
{
	const DictEntry *e = dict_entries(d);
	int			n = d->nentries;
	int			code = -1;

	/* to the end: where it stops cannot be foreseen, how far it goes can */
	for (int i = 0; i < n; i++)
		code = e[i].bits == bits ? i : code;
	return code;
}

/* The code of a text, or -1.  Asked per row: a few short texts are at hand. */
static inline int
dict_find(const Dict *d, const char *text, int len)
{
	uint64		bits;

	if (len > DICT_SHORT)
		return dict_find_long(d, text, len);
	bits = entry_bits(text, len);
	return d->nentries > DICT_FEW ? dict_find_hashed(d, bits, text, len) :
		dict_find_few(d, bits);
}

#pragma GCC visibility pop

#endif							/* ABM_DICTIONARY_H */
