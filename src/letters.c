/*
 * letters.c
 *		Text in the database's encoding as plain letters: lower case, without
 *		accents, whatever the locale.
 */
#include "letters.h"

#include "abm.h"
#include "mb/pg_wchar.h"

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
char
next_letter(const char **at, const char *end)
{
	const unsigned char *p = (const unsigned char *) *at;
	int			length;

	CHECK_TEXT(p, p + 1);
	if (*p < 0x80)
	{
		(*at)++;
		return fold_letter(*p);
	}
	length = Min(pg_mblen(*at), end - *at);
	CHECK_TEXT(p + 1, p + length);
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
