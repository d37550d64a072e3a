/*
 * words.h
 *		Comparing words, where it is done for every row.
 */
#ifndef ABM_ICP_WORDS_H
#define ABM_ICP_WORDS_H

#include "icp/icp.h"

#define WORD_MIX UINT64CONST(0x9E3779B97F4A7C15)

/* Up to 8 bytes as an integer, the first byte lowest. */
static inline uint64
icp_short_key(const char *text, int len)
{
	const unsigned char *bytes = (const unsigned char *) text;
	uint64		key = 0;

#ifndef WORDS_BIGENDIAN
	uint32		first;
	uint32		last;

	/* two loads that overlap in the middle, where they agree */
	if (len >= 4)
	{
		memcpy(&first, text, 4);
		memcpy(&last, text +len - 4, 4);
		return (uint64) last << (8 * (len - 4)) | first;
	}
#endif
	for (int i = 0; i < len; i++)
		key |= (uint64) bytes[i] << (8 * i);
	return key;
}

/*
 * The key of a word.  Up to 8 bytes are all in it.  Longer words are mixed,
 * the last 8 bytes overlapping the rest.
 */
static inline uint64
icp_word_key(const char *text, int len)
{
	uint64		key = 0;
	uint64		part;

	if (likely(len <= 8))
		return icp_short_key(text, len);
	for (int i = 0; i < len - 8; i += 8)
	{
		memcpy(&part, text +i, 8);
		key = (key ^ part) * WORD_MIX;
	}
	memcpy(&part, text +len - 8, 8);
	return (key ^ (key >> 32) ^ part) * WORD_MIX;
}

/*
 * The same where at least 8 bytes before the word may be read, as in an
 * array: one load, and no branch on lengths that vary.
 */
static inline uint64
icp_inner_key(const char *text, int len)
{
#ifndef WORDS_BIGENDIAN
	uint64		key;

	if (likely(len <= 8 && len > 0))
	{
		memcpy(&key, text +len - 8, 8);
		return key >> (64 - 8 * len);
	}
#endif
	return icp_word_key(text, len);
}

/* yes ? a : b without a branch, where the data would make it a surprise */
static inline double
icp_choose(bool yes, double a, double b)
{
	uint64		mask = -(uint64) yes;
	uint64		bits_a;
	uint64		bits_b;

	memcpy(&bits_a, &a, sizeof(a));
	memcpy(&bits_b, &b, sizeof(b));
	bits_a = (bits_a & mask) | (bits_b & ~mask);
	memcpy(&a, &bits_a, sizeof(a));
	return a;
}

/* Where the search for a word begins in a table of 2^(64 - shift) places. */
static inline uint32
icp_word_slot(uint64 key, int len, uint64 mix, int shift)
{
	return (uint32) (((key ^ (key >> 29)) + len) * mix >> shift);
}

static inline bool
icp_word_equal(const IcpProfile *p, const IcpItem *item, const IcpWord *word)
{
	bool		equal = (item->key == word->key) & (item->len == word->len);

	/* one branch that is rarely taken, for words that match and are long */
	if (unlikely(equal & (word->len > 8)))
		equal = memcmp(ICP_AT(p, char, item->text), word->text,
					   word->len) == 0;
	return equal;
}

/*
 * The degree of a word in a set, or what the caller says when it is not
 * there.  Most sets have a table without collisions: then the answer costs
 * one look and no branch that depends on the data.
 */
static inline double
icp_word_degree(const IcpProfile *p, const IcpNode *n, const IcpWord *word,
				double otherwise)
{
	const IcpItem *items = ICP_AT(p, IcpItem, n->data);
	uint32		slot = icp_word_slot(word->key, word->len, n->mix, n->shift);

	if (likely(n->flags & ICP_PERFECT))
		return icp_choose(icp_word_equal(p, &items[slot], word),
						  items[slot].degree, otherwise);
	for (; items[slot].len >= 0; slot = (slot + 1) & (n->n - 1))
		if (icp_word_equal(p, &items[slot], word))
			return items[slot].degree;
	return otherwise;
}

#endif							/* ABM_ICP_WORDS_H */
