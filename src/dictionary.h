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

#define DICT_HEAD 8				/* bytes of a text that its entry holds */

typedef struct DictEntry
{
	int32		len;
	int32		offset;			/* of a longer text in the block */
	char		head[DICT_HEAD];	/* a text of up to 8 bytes, zero padded */
} DictEntry;

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
dict_len(const Dict *d, int code)
{
	return dict_entries(d)[code].len;
}

/* Not ended by a zero byte. */
static inline const char *
dict_text(const Dict *d, int code)
{
	const DictEntry *e = &dict_entries(d)[code];

	return e->len <= DICT_HEAD ? e->head : (const char *) d + e->offset;
}

static inline int
text_compare(const char *a, int alen, const char *b, int blen)
{
	int			c = memcmp(a, b, Min(alen, blen));

	return c != 0 ? c : (alen > blen) - (alen < blen);
}

extern int	dict_find(const Dict *d, const char *text, int len);
extern bool dict_has_room(const Dict *d, int len);
extern Size dict_grown_size(const Dict *d, int len);
extern void dict_copy(Dict *to, Size size, const Dict *from);
extern int	dict_add(Dict *d, const char *text, int len);
extern int32 *dict_ranks(const Dict *d);
extern Size dict_sealed_size(const Dict *d);
extern void dict_seal(Dict *to, const Dict *from, const int32 *ranks);
extern bool dict_whole(const Dict *d, Size size);

#pragma GCC visibility pop

#endif							/* ABM_DICTIONARY_H */
