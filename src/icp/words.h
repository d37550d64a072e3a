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

/* Where the search for a word begins in a table of 2^(64 - shift) places. */
static inline uint32
icp_word_slot(uint64 key, int len, int shift)
{
	return (uint32) (((key ^ (key >> 29)) + len) * WORD_MIX >> shift);
}

static inline bool
icp_word_equal(const IcpProfile *p, const IcpItem *item, uint64 key,
			   const char *text, int len)
{
	return item->key == key && item->len == len &&
		(len <= 8 || memcmp(ICP_AT(p, char, item->text), text, len) == 0);
}

/* The item of a set that is this word, or NULL. */
static inline const IcpItem *
icp_find(const IcpProfile *p, const IcpNode *n, const IcpWord *word)
{
	const IcpItem *items = ICP_AT(p, IcpItem, n->data);
	const int32 *table = ICP_AT(p, int32, n->table);
	uint32		mask = ((uint32) 1 << (64 - n->shift)) - 1;
	uint32		slot = icp_word_slot(word->key, word->len, n->shift);

	for (; table[slot] >= 0; slot = (slot + 1) & mask)
		if (icp_word_equal(p, &items[table[slot]], word->key, word->text,
						   word->len))
			return &items[table[slot]];
	return NULL;
}

#endif							/* ABM_ICP_WORDS_H */
