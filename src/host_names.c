/*
 * host_names.c
 *		Names of hosts in addresses of the web and of mail.
 *
 * A name is brought to the form in which the domain name system knows it: in
 * lower case, without a dot at its end, its other than ASCII letters encoded
 * by IDNA 2008 as UTS 46 [1] maps them.  What cannot be the name of a host
 * with a domain is no name: nothing here is an error, for one bad row in a
 * million must not end the query.
 *
 * Plain ASCII, which nearly all names are, is read in one pass over its bytes
 * and allocates nothing.
 *
 * [1] Unicode Technical Standard 46, nontransitional processing; RFC 5891.
 */
#include "host_names.h"

#include <idn2.h>

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"

#define LABEL_LIMIT 63			/* RFC 1035 */
#define LAST_PORT 65535
#define FOREIGN_LIMIT 1024		/* bytes of a name that is not ASCII */

typedef struct Span
{
	const char *at;
	const char *end;
} Span;

static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static Span
span_trimmed(const text *value)
{
	Span		s = {VARDATA_ANY(value),
	VARDATA_ANY(value) + VARSIZE_ANY_EXHDR(value)};

	while (s.at < s.end && is_space(*s.at))
		s.at++;
	while (s.at < s.end && is_space(s.end[-1]))
		s.end--;
	return s;
}

/* Go beyond a prefix in lower case, if it is there in any case. */
static bool
span_skip(Span *s, const char *prefix)
{
	int			n = strlen(prefix);

	if (s->end - s->at < n || pg_strncasecmp(s->at, prefix, n) != 0)
		return false;
	s->at += n;
	return true;
}

/*
 * A letter, digit, hyphen or low line in lower case; 0 for all else.  Hosts
 * must not have a low line, but many have one.
 */
static inline char
name_char(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		c == '_')
		return c;
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : 0;
}

static bool
good_label(const char *label, int n)
{
	return n > 0 && n <= LABEL_LIMIT && label[0] != '-' && label[n - 1] != '-';
}

/*
 * A name of ASCII bytes.  At least two labels; the last one has two
 * characters and starts with a letter, as no part of an IP address does.
 */
static bool
host_ascii(Span s, char *host)
{
	int			n = 0;
	int			label = 0;

	if (s.at < s.end && s.end[-1] == '.')
		s.end--;
	if (s.end - s.at >= HOST_SIZE)
		return false;
	for (; s.at < s.end; s.at++)
	{
		host[n] = name_char(*s.at);
		if (host[n] == 0)
		{
			if (*s.at != '.' || !good_label(host + label, n - label))
				return false;
			host[n] = '.';
			label = n + 1;
		}
		n++;
	}
	host[n] = '\0';
	return label > 0 && n - label > 1 && good_label(host + label, n - label) &&
		host[label] >= 'a' && host[label] <= 'z';
}

/* A name as UTF-8; false when the bytes are none. */
static bool
span_utf8(Span s, char *utf8, int size)
{
	int			len = s.end - s.at;
	int			encoding = GetDatabaseEncoding();
	Oid			conversion;

	if (len > FOREIGN_LIMIT)
		return false;
	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
	{
		memcpy(utf8, s.at, len);
		utf8[len] = '\0';
		return true;
	}
	conversion = FindDefaultConversionProc(encoding, PG_UTF8);
	return OidIsValid(conversion) &&
		pg_do_encoding_conversion_buf(conversion, encoding, PG_UTF8,
									  (unsigned char *) s.at, len,
									  (unsigned char *) utf8, size,
									  true) == len;
}

/* A name with letters beyond ASCII. */
static bool
host_foreign(Span s, char *host)
{
	char		utf8[FOREIGN_LIMIT * MAX_CONVERSION_GROWTH + 1];
	uint8_t    *encoded;
	Span		ascii;
	bool		good;

	if (!span_utf8(s, utf8, sizeof(utf8)) ||
		idn2_lookup_u8((const uint8_t *) utf8, &encoded,
					   IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
		return false;
	ascii.at = (const char *) encoded;
	ascii.end = ascii.at + strlen(ascii.at);
	good = host_ascii(ascii, host);
	idn2_free(encoded);
	return good;
}

static bool
host_name(Span s, char *host)
{
	for (const char *p = s.at; p < s.end; p++)
	{
		CHECK_TEXT(p, p + 1);
		if (IS_HIGHBIT_SET(*p))
			return host_foreign(s, host);
	}
	return host_ascii(s, host);
}

/*
 * Go beyond the scheme of an address, if it has one; false for one whose
 * names are no hosts, as in android-app://com.example.app.
 */
static bool
skip_scheme(Span *s)
{
	static const char *const schemes[] = {
		"https:", "http:", "ftp:", "ftps:", "ws:", "wss:", NULL
	};
	const char *p = s->at;

	for (; p < s->end && (name_char(*p) || *p == '+' || *p == '.'); p++)
		CHECK_TEXT(p, p + 1);
	if (s->end - p >= 3 && p[0] == ':' && strchr("/\\", p[1]) &&
		strchr("/\\", p[2]))
	{
		int			i = 0;

		while (schemes[i] != NULL && !span_skip(s, schemes[i]))
			i++;
		if (s->at != p + 1)
			return false;
	}
	if (s->end - s->at >= 2 && strchr("/\\", s->at[0]) &&
		strchr("/\\", s->at[1]))
		s->at += 2;
	return true;
}

/* Cut off path, query and fragment, user and port. */
static bool
cut_to_host(Span *s)
{
	const char *colon = NULL;
	bool		separated = false;
	int			port = 0;
	const char *p;

	for (p = s->at; p < s->end && !strchr("/?#\\", *p); p++)
	{
		CHECK_TEXT(p, p + 1);
		if (*p == '@')
		{
			/* more than a user: a list of addresses, or a name and one */
			if (separated)
				return false;
			s->at = p + 1;
			colon = NULL;
		}
		else if (strchr(" \t\r\n,;<>\"", *p))
			separated = true;
		else if (*p == ':' && colon == NULL)
			colon = p;
	}
	s->end = p;
	if (colon == NULL)
		return true;
	s->end = colon;
	for (colon++; colon < p; colon++)
	{
		if (*colon < '0' || *colon > '9')
			return false;
		port = Min(port * 10 + (*colon - '0'), LAST_PORT + 1);
	}
	return port <= LAST_PORT;
}

/*
 * The host of an address as it stands in a browser or in a CRM, with or
 * without scheme, user, port and path; host has HOST_SIZE bytes.
 */
bool
host_of_url(const text *url, char *host)
{
	Span		s = span_trimmed(url);

	if (span_skip(&s, "mailto:") || (s.at < s.end && s.end[-1] == '>'))
		return host_of_email(url, host);
	return skip_scheme(&s) && cut_to_host(&s) && host_name(s, host);
}

/* Can this stand before the @ of an address? */
static bool
good_mailbox(Span s)
{
	if (s.at == s.end)
		return false;
	if (*s.at == '"')
		return s.end - s.at > 2 && s.end[-1] == '"';
	for (; s.at < s.end; s.at++)
	{
		CHECK_TEXT(s.at, s.at + 1);
		if ((*s.at > 0 && *s.at <= ' ') || *s.at == 0x7F ||
			strchr("\"(),:;<>@[\\]", *s.at))
			return false;
	}
	return true;
}

/*
 * The host of one address of mail: user@host, Name <user@host> or a mailto:
 * link.
 */
bool
host_of_email(const text *email, char *host)
{
	Span		s = span_trimmed(email);
	Span		mailbox;
	const char *p;

	if (s.at < s.end && s.end[-1] == '>')
	{
		s.end--;
		for (p = s.end; p > s.at && p[-1] != '<'; p--)
			CHECK_TEXT(p, p - 1);
		if (p == s.at)
			return false;
		s.at = p;
	}
	if (span_skip(&s, "mailto:"))
	{
		p = memchr(s.at, '?', s.end - s.at);
		if (p != NULL)
			s.end = p;
	}
	for (p = s.end; p > s.at && p[-1] != '@'; p--)
		CHECK_TEXT(p, p - 1);
	if (p == s.at)
		return false;
	mailbox.at = s.at;
	mailbox.end = p - 1;
	s.at = p;
	return good_mailbox(mailbox) && host_name(s, host);
}
