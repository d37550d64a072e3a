/*
 * title_words.h
 *		What single words say in a job title.
 */
#ifndef ABM_TITLE_WORDS_H
#define ABM_TITLE_WORDS_H

#include "postgres.h"

/* How high a person stands, in order. */
typedef enum TitleRank
{
	NO_RANK, STAFF, MANAGER, DIRECTOR, VP, C_LEVEL
} TitleRank;

#define RANK_MASK		0x00007 /* the bits of a TitleRank */

/* What the person's work is about. */
#define FINANCE			0x00008
#define TECHNOLOGY		0x00010
#define LEGAL			0x00020
#define PURCHASING		0x00040
#define FIELD_MASK		0x00078

#define NOTHING			0x00000 /* a phrase whose words mislead */
#define GENERAL			0x00080 /* leads the whole company */
#define CHIEF			0x00100 /* a C level if "officer" follows */
#define OFFICER			0x00200
#define ASSISTANT		0x00400 /* works for those whom the title names */
#define FORMER			0x00800 /* the title says what somebody was */
#define DEAF			0x01000 /* what follows is somebody else's title */
#define STOP			0x02000 /* what follows is a company's name */
#define ALONE			0x04000 /* counts only as the whole title */
#define STEM			0x08000 /* longer words may begin with it */
#define KEEP			0x10000 /* of a phrase only the second word counts */

typedef struct TitleWord
{
	const char *text;			/* folded: lower case, no accents */
	int			meaning;
} TitleWord;

extern const TitleWord title_words[];
extern const int title_word_count;
extern const TitleWord title_endings[];
extern const int title_ending_count;

#endif							/* ABM_TITLE_WORDS_H */
