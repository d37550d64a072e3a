/*
 * titles.c
 *		What a job title says about a person's part in a purchase.
 *
 * A title is read word by word against a table (title_words.c).  Each word or
 * pair of adjacent words may name a rank, a field of work, or change how the
 * rest is understood.  The highest rank counts.  Nothing that is not in the
 * table is guessed at.
 */
#include "abm.h"

#include "enums.h"
#include "letters.h"
#include "title_words.h"

#define WORD_SIZE 64

typedef struct TitleScan
{
	char		pending[WORD_SIZE]; /* the word before, not yet understood */
	char		word[WORD_SIZE];
	int			length;			/* of the word so far */
	bool		dotted;			/* the word is letters with dots: v.p. */
	int			words;
	int			rank;			/* the highest so far */
	int			meaning;		/* everything else, or-ed together */
	int			alone;			/* what it means if it is the only word */
	bool		chief;
} TitleScan;

/* ----------
 * Words
 * ----------
 */

/* The last entry of the table that is not after the first n bytes of word. */
static const TitleWord *
words_floor(const char *word, int n)
{
	int			low = 0;
	int			high = title_word_count;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const char *text = title_words[middle].text;
		int			order = strncmp(text, word, n);

		Assert(middle == 0 || strcmp(title_words[middle - 1].text, text) < 0);
		if (order < 0 || (order == 0 && text[n] == '\0'))
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &title_words[low - 1] : NULL;
}

/*
 * The entry for a word: the word itself or the longest stem that it begins
 * with.  A stem of the word is also a prefix of what the word has in common
 * with the entry before it, so each look goes straight to a shorter candidate.
 */
static const TitleWord *
words_find(const char *word, int length)
{
	int			n = length;

	while (n > 1)
	{
		const TitleWord *entry = words_floor(word, n);
		int			common = 0;

		if (entry == NULL)
			return NULL;
		while (common < n && entry->text[common] == word[common])
			common++;
		if (common == n && (n == length || (entry->meaning & STEM)))
			return entry;
		n = Min(common, n - 1);
		if (entry->text[common] == '\0' && (entry->meaning & STEM))
			return entry;
	}
	return NULL;
}

/* The meaning of how a compound ends. */
static int
words_ending(const char *word, int length)
{
	if (length > 8 && strcmp(word + length - 2, "in") == 0)
		length -= 2;
	for (int i = 0; i < title_ending_count; i++)
	{
		int			size = strlen(title_endings[i].text);

		if (length >= size + 2 &&
			memcmp(word + length - size, title_endings[i].text, size) == 0)
			return title_endings[i].meaning;
	}
	return NOTHING;
}

/* What one word says. */
static int
words_meaning(const char *word)
{
	int			length = strlen(word);
	const TitleWord *entry = words_find(word, length);
	int			meaning = entry ? entry->meaning & ~STEM : NOTHING;
	int			ending;

	if (length < 7 || (entry && strcmp(entry->text, word) == 0))
		return meaning;
	ending = words_ending(word, length);
	if ((meaning & RANK_MASK) != 0)
		return meaning | (ending & ASSISTANT);
	return meaning | ending;
}

/* What two adjacent words say together; false if they are no phrase. */
static bool
words_phrase(const char *first, const char *second, int *meaning)
{
	char		phrase[2 * WORD_SIZE + 1];
	int			length;
	const TitleWord *entry;

	length = snprintf(phrase, sizeof(phrase), "%s %s", first, second);
	entry = words_floor(phrase, length);
	if (entry == NULL || strcmp(entry->text, phrase) != 0)
		return false;
	*meaning = entry->meaning;
	return true;
}

/* ----------
 * Titles
 * ----------
 */

/* Take in what a word or phrase says. */
static void
title_take(TitleScan *s, int meaning)
{
	int			rank = meaning & RANK_MASK;

	if (s->meaning & (DEAF | STOP))
		return;
	if (meaning & ALONE)
	{
		s->alone = meaning;
		return;
	}
	if ((meaning & OFFICER) && s->chief)
		rank = C_LEVEL;
	if (meaning & CHIEF)
		s->chief = true;
	s->rank = Max(s->rank, rank);
	s->meaning |= meaning & ~RANK_MASK;
}

/* Understand the word before. */
static void
title_flush(TitleScan *s)
{
	if (s->pending[0] != '\0')
		title_take(s, words_meaning(s->pending));
	s->pending[0] = '\0';
}

/* A word is complete.  Single letters (d'achats, R&D) say nothing. */
static void
title_end_word(TitleScan *s)
{
	int			meaning;

	s->word[s->length] = '\0';
	if (s->length > 1)
	{
		s->words++;
		if (s->pending[0] == '\0' ||
			!words_phrase(s->pending, s->word, &meaning))
		{
			title_flush(s);
			strcpy(s->pending, s->word);
		}
		else if (meaning & KEEP)
			strcpy(s->pending, s->word);
		else
		{
			s->pending[0] = '\0';
			title_take(s, meaning);
		}
	}
	s->length = 0;
	s->dotted = false;
}

static void
title_letter(TitleScan *s, char c)
{
	if (c == '.' && (s->length == 1 || s->dotted))
		s->dotted = true;
	else if (c == ' ' || c == ',' || c == '.' || c == '@')
	{
		title_end_word(s);
		if (c == LETTER_BREAK || c == '@')
		{
			title_flush(s);
			s->chief = false;
		}
		if (c == '@')
			s->meaning |= STOP;
	}
	else if (c != LETTER_NONE && s->length < WORD_SIZE - 1)
		s->word[s->length++] = c;
}

/* Read a whole title. */
static void
title_read(const text *title, TitleScan *s)
{
	const char *at = VARDATA_ANY(title);
	const char *end = at + VARSIZE_ANY_EXHDR(title);

	memset(s, 0, sizeof(TitleScan));
	while (at < end && !(s->meaning & STOP))
		title_letter(s, next_letter(&at, end));
	title_end_word(s);
	title_flush(s);
	if (s->words == 1 && s->alone)
	{
		s->rank = s->alone & RANK_MASK;
		s->meaning |= s->alone & GENERAL;
	}
	if (s->meaning & ASSISTANT)
	{
		s->rank = STAFF;
		s->meaning &= ~(FIELD_MASK | GENERAL);
	}
	if (s->meaning & FORMER)
	{
		s->rank = NO_RANK;
		s->meaning &= ~(FIELD_MASK | GENERAL);
	}
}

/* The part that a person with this title usually plays, or -1. */
static int
title_part(const TitleScan *s)
{
	if (s->meaning & (ASSISTANT | FORMER))
		return -1;
	if ((s->meaning & GENERAL) && s->rank == C_LEVEL)
		return ROLE_EXECUTIVE_SPONSOR;
	if (s->meaning & PURCHASING)
		return ROLE_PROCUREMENT;
	if (s->meaning & LEGAL)
		return ROLE_OTHER;
	if (s->meaning & TECHNOLOGY)
		return ROLE_IT_EXPERT;
	if (s->rank >= DIRECTOR)
		return (s->meaning & FINANCE) ? ROLE_ECONOMIC_BUYER :
			ROLE_DECISION_MAKER;
	if (s->rank == MANAGER)
		return ROLE_INFLUENCER;
	return s->rank == STAFF ? ROLE_USER : -1;
}

/* ----------
 * The SQL side
 * ----------
 */

PG_FUNCTION_INFO_V1(abm_title_role);
Datum
abm_title_role(PG_FUNCTION_ARGS)
{
	TitleScan	scan;
	int			role;

	title_read(PG_GETARG_TEXT_PP(0), &scan);
	role = title_part(&scan);
	if (role < 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(enum_datum(&buying_role_kind, role));
}

PG_FUNCTION_INFO_V1(abm_title_seniority);
Datum
abm_title_seniority(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {
		NULL, "individual_contributor", "manager", "director", "vp", "c_level"
	};
	TitleScan	scan;

	title_read(PG_GETARG_TEXT_PP(0), &scan);
	if (scan.rank == NO_RANK)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(names[scan.rank]));
}
