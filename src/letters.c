/*
 * letters.c
 *		Text in the database's encoding as plain letters: lower case, without
 *		accents, whatever the locale.
 */
#include "letters.h"

#include "abm.h"
#include "catalog/namespace.h"
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

/* A character in UTF-8, of one to three bytes; others we do not know. */
static char
fold_utf8(const unsigned char *p, int length)
{
	switch (length)
	{
		case 1:
			return fold_letter(*p);
		case 2:
			return fold_letter((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
		case 3:
			return fold_letter((p[0] & 0x0F) << 12 |
							   (p[1] & 0x3F) << 6 | (p[2] & 0x3F));
		default:
			return LETTER_OTHER;
	}
}

/* A character in another encoding; one that UTF-8 has not is no error. */
static char
fold_converted(const unsigned char *p, int length)
{
	int			encoding = GetDatabaseEncoding();
	Oid			conversion = FindDefaultConversionProc(encoding, PG_UTF8);
	unsigned char utf8[MAX_CONVERSION_GROWTH * MAX_MULTIBYTE_CHAR_LEN + 1];

	if (!OidIsValid(conversion) ||
		pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
									  unconstify(unsigned char *, p), length,
									  utf8, sizeof(utf8), true) != length)
		return LETTER_OTHER;
	return fold_utf8(utf8, strlen((char *) utf8));
}

/*
 * The length of a character.  A database that knows no encoding holds UTF-8
 * more often than not.
 */
static int
letter_length(const char *at, const char *end)
{
	int			length = pg_mblen(at);

	if (GetDatabaseEncoding() != PG_SQL_ASCII)
		return Min(length, end - at);
	length = pg_utf_mblen((const unsigned char *) at);
	return length <= end - at && pg_utf8_islegal((const unsigned char *) at, length) ?
		length : 1;
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
	length = letter_length(*at, end);
	CHECK_TEXT(p + 1, p + length);
	*at += length;
	switch (GetDatabaseEncoding())
	{
		case PG_UTF8:
			return fold_utf8(p, length);
		case PG_SQL_ASCII:
			return length > 1 ? fold_utf8(p, length) : LETTER_OTHER;
		case PG_LATIN1:
			return fold_letter(*p);
		default:
			return fold_converted(p, length);
	}
}
