/*
 * words.h
 *		Comparing words, where it is done for every row.
 */
#ifndef ABM_ICP_WORDS_H
#define ABM_ICP_WORDS_H

#include "icp/icp.h"

#define WORD_MIX UINT64CONST(0x9E3779B97F4A7C15)

/*
 * The key of a word.  Up to 8 bytes are all in it: the first and the last 4,
 * which overlap in the middle; of up to 3, the first, the middle and the
 * last.  Longer words are mixed, the last 8 bytes overlapping the rest.
 */
static inline uint64
icp_word_key(const char *text, int len)
{
	const unsigned char *bytes = (const unsigned char *) text;
	uint64		key = 0;
	uint64		last;
	uint32		half[2];

	if (len > 8)
	{
		for (int i = 0; i < len - 8; i += 8)
		{
			memcpy(&last, text + i, 8);
			key = (key ^ last) * WORD_MIX;
		}
		memcpy(&last, text + len - 8, 8);
		key = (key ^ (key >> 32) ^ last) * WORD_MIX;
	}
	else if (len >= 4)
	{
		memcpy(&half[0], text, 4);
		memcpy(&half[1], text + len - 4, 4);
		key = (uint64) half[1] << 32 | half[0];
	}
	else if (len > 0)
		key = bytes[0] | (uint64) bytes[len / 2] << 8 |
			(uint64) bytes[len - 1] << 16;
	return key;
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
