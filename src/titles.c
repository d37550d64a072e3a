/*
 * titles.c
 *		What a CRM's label or a job title says about a person's part in a
 *		purchase.
 *
 * Labels are compared squeezed: only letters and digits, in lower case and
 * without accents.
 *
 * A title is read word by word against a table (title_words.c).  Each word or
 * pair of adjacent words may name a rank, a field of work, or change how the
 * rest is understood.  The highest rank counts.  Nothing that is not in the
 * table is guessed at.
 */
#include "abm.h"

#include "enums.h"
#include "mb/pg_wchar.h"
#include "title_words.h"

#define WORD_SIZE 64

/* What next_letter gives besides 'a'..'z' and '0'..'9'. */
#define LETTER_NONE		'\0'	/* an accent that stands apart */
#define LETTER_OTHER	'\177'	/* of another alphabet */
#define LETTER_SPACE	' '
#define LETTER_BREAK	','		/* separates two titles */

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

typedef struct RoleLabel
{
	const char *label;			/* squeezed */
	BuyingRole	role;
} RoleLabel;

/* Sorted by label. */
static const RoleLabel role_labels[] = {
	{"adversary", ROLE_BLOCKER}, {"advocate", ROLE_CHAMPION},
	{"approver", ROLE_DECISION_MAKER}, {"blocker", ROLE_BLOCKER},
	{"budgetholder", ROLE_ECONOMIC_BUYER},
	{"budgetowner", ROLE_ECONOMIC_BUYER},
	{"businessuser", ROLE_USER}, {"buyer", ROLE_PROCUREMENT},
	{"champion", ROLE_CHAMPION}, {"coach", ROLE_CHAMPION},
	{"compliance", ROLE_OTHER}, {"decisionmaker", ROLE_DECISION_MAKER},
	{"detractor", ROLE_BLOCKER}, {"economicbuyer", ROLE_ECONOMIC_BUYER},
	{"economicdecisionmaker", ROLE_ECONOMIC_BUYER}, {"enduser", ROLE_USER},
	{"evaluator", ROLE_INFLUENCER},
	{"executivesponsor", ROLE_EXECUTIVE_SPONSOR},
	{"executivesteeringcommittee", ROLE_EXECUTIVE_SPONSOR},
	{"financialbuyer", ROLE_ECONOMIC_BUYER},
	{"financialdecisionmaker", ROLE_ECONOMIC_BUYER},
	{"gatekeeper", ROLE_BLOCKER}, {"influencer", ROLE_INFLUENCER},
	{"internalchampion", ROLE_CHAMPION}, {"itexpert", ROLE_IT_EXPERT},
	{"legal", ROLE_OTHER}, {"legalandcompliance", ROLE_OTHER},
	{"legalcompliance", ROLE_OTHER}, {"other", ROLE_OTHER},
	{"practitioner", ROLE_USER}, {"procurement", ROLE_PROCUREMENT},
	{"promoter", ROLE_CHAMPION}, {"purchaser", ROLE_PROCUREMENT},
	{"purchasing", ROLE_PROCUREMENT}, {"recommender", ROLE_INFLUENCER},
	{"signatory", ROLE_DECISION_MAKER}, {"signer", ROLE_DECISION_MAKER},
	{"stakeholder", ROLE_OTHER}, {"technicalbuyer", ROLE_IT_EXPERT},
	{"technicaldecisionmaker", ROLE_IT_EXPERT},
	{"technicalevaluator", ROLE_IT_EXPERT}, {"user", ROLE_USER},
	{"userbuyer", ROLE_USER}
};

/* ----------
 * Letters
 * ----------
 */

/* A character of Latin-1 and a few more, without case and accent. */
static char
fold_letter(uint32 code)
{
	static const char *const latin1 =
	"aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";

	if (code < 0x80)
	{
		if (code >= 'A' && code <= 'Z')
			return code + ('a' - 'A');
		if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') ||
			code == '@' || code == '.')
			return code;
		return strchr(",;|/", code) ? LETTER_BREAK : LETTER_SPACE;
	}
	if (code == 0xAA || code == 0xBA)	/* ordinals, as in Dir.a */
		return LETTER_NONE;
	if (code < 0xC0)
		return LETTER_SPACE;
	if (code <= 0xFF)
		return latin1[code - 0xC0];
	if (code == 0x152 || code == 0x153) /* oe */
		return 'o';
	if (code >= 0x300 && code <= 0x36F) /* combining accents */
		return LETTER_NONE;
	if (code >= 0x2000 && code <= 0x206F)	/* punctuation */
		return LETTER_SPACE;
	return LETTER_OTHER;
}

/* Read one character in the database's encoding. */
static char
next_letter(const char **at, const char *end)
{
	const unsigned char *p = (const unsigned char *) *at;
	int			length;

	if (*p < 0x80)
	{
		(*at)++;
		return fold_letter(*p);
	}
	length = Min(pg_mblen(*at), end - *at);
	*at += length;
	switch (GetDatabaseEncoding())
	{
		case PG_UTF8:
			if (length == 2)
				return fold_letter((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
			if (length == 3)
				return fold_letter((p[0] & 0x0F) << 12 |
								   (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
			return LETTER_OTHER;
		case PG_LATIN1:
		case PG_LATIN9:
		case PG_WIN1252:
			return fold_letter(*p);
		default:
			return LETTER_OTHER;
	}
}

/* ----------
 * Labels
 * ----------
 */

/* Only the letters and digits of a label; too long a one is cut. */
static void
label_squeeze(const char *at, const char *end, char *squeezed, int size)
{
	int			n = 0;

	while (at < end && n < size - 1)
	{
		char		c = *at;

		if (c >= 'a' && c <= 'z')
			at++;
		else
			c = next_letter(&at, end);
		if (c == LETTER_OTHER || (c >= 'a' && c <= 'z') ||
			(c >= '0' && c <= '9'))
			squeezed[n++] = c;
	}
	squeezed[n] = '\0';
}

/* The role that a CRM's label means, or -1. */
static int
label_role(const char *squeezed)
{
	int			low = 0;
	int			high = lengthof(role_labels);

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = strcmp(role_labels[middle].label, squeezed);

		Assert(middle == 0 || strcmp(role_labels[middle - 1].label,
									 role_labels[middle].label) < 0);
		if (order == 0)
			return role_labels[middle].role;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

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
		const		TitleWord *entry = words_floor(word, n);
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
	const		TitleWord *entry = words_find(word, length);
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
	const		TitleWord *entry;

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

PG_FUNCTION_INFO_V1(abm_crm_role);
Datum
abm_crm_role(PG_FUNCTION_ARGS)
{
	text	   *label = PG_GETARG_TEXT_PP(0);
	char		squeezed[WORD_SIZE];
	int			role;

	label_squeeze(VARDATA_ANY(label),
				  VARDATA_ANY(label) + VARSIZE_ANY_EXHDR(label),
				  squeezed, sizeof(squeezed));
	role = label_role(squeezed);
	if (role < 0)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(enum_datum(&buying_role_kind, role));
}

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
