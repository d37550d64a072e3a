/*
 * words.c
 *		Words, numbers and times as a profile compares them.
 *
 * Words are compared by length and bytes.  All the bytes of a word of up to 8
 * fit into one integer, so that most comparisons touch no memory outside the
 * set; within one length the key tells words apart, and longer words compare
 * the rest only when the first 8 bytes agree.
 */
#include "abm.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "icp/icp.h"
#include "utils/datetime.h"

#define LINEAR_SEARCH 8			/* items up to which a loop is fastest */

/*
 * The key of a word: with up to 8 bytes, the first and the last 4, which
 * overlap in the middle; with up to 3, the first, the middle and the last.
 */
uint64
icp_word_key(const char *text, int len)
{
	const unsigned char *bytes = (const unsigned char *) text;
	uint64		key = 0;
	uint32		first;
	uint32		last;

	if (len >= 8)
		memcpy(&key, text, 8);
	else if (len >= 4)
	{
		memcpy(&first, text, 4);
		memcpy(&last, text + len - 4, 4);
		key = (uint64) last << 32 | first;
	}
	else if (len > 0)
		key = bytes[0] | (uint64) bytes[len / 2] << 8 |
			(uint64) bytes[len - 1] << 16;
	return key;
}

/* The order of items in a set. */
static inline int
icp_compare(const IcpProfile *p, const IcpItem *item, uint64 key,
			const char *text, int len)
{
	if (item->len != len)
		return item->len < len ? -1 : 1;
	if (item->key != key)
		return item->key < key ? -1 : 1;
	return len <= 8 ? 0 : memcmp(ICP_AT(p, char, item->text), text, len);
}

/* The item of a set that is this word, or NULL. */
const IcpItem *
icp_find(const IcpProfile *p, const IcpNode *n, uint64 key, const char *text,
		 int len)
{
	const IcpItem *items = ICP_AT(p, IcpItem, n->data);
	int			low = 0;
	int			high = n->n;

	if (n->n <= LINEAR_SEARCH)
	{
		for (int i = 0; i < n->n; i++)
			if (items[i].key == key && items[i].len == len &&
				icp_compare(p, &items[i], key, text, len) == 0)
				return &items[i];
		return NULL;
	}
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			c = icp_compare(p, &items[middle], key, text, len);

		if (c == 0)
			return &items[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A whole text as a finite number. */
bool
icp_number(const char *text, double *number)
{
	char	   *end;
	size_t		len = strlen(text);

	if (len == 0 || strspn(text, "+-.0123456789eE") != len)
		return false;
	errno = 0;
	*number = strtod(text, &end);
	if (*number == 0)
		*number = 0;			/* not minus zero */
	return *end == '\0' && errno == 0 && isfinite(*number);
}

/* Exactly n digits; -1 when they are not there. */
static int
read_digits(const char **s, const char *end, int n)
{
	int			value = 0;

	if (end - *s < n)
		return -1;
	for (int i = 0; i < n; i++, (*s)++)
	{
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

static bool
read_char(const char **s, const char *end, char c)
{
	if (*s == end || **s != c)
		return false;
	(*s)++;
	return true;
}

/* HH:MM[:SS[.ffffff]] in microseconds; -1 when it is something else. */
static int64
read_clock(const char **s, const char *end)
{
	int			hour = read_digits(s, end, 2);
	int			minute = read_char(s, end, ':') ? read_digits(s, end, 2) : -1;
	int			second = 0;
	int			digit;
	int64		fraction = 0;
	int64		unit = USECS_PER_SEC;

	if (read_char(s, end, ':'))
		second = read_digits(s, end, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		second < 0 || second > 59)
		return -1;
	if (read_char(s, end, '.'))
	{
		for (; unit > 1 && (digit = read_digits(s, end, 1)) >= 0;)
			fraction += digit * (unit /= 10);
		if (unit == USECS_PER_SEC)
			return -1;
	}
	return ((hour * INT64CONST(60) + minute) * 60 + second) * USECS_PER_SEC +
		fraction;
}

/* Z, +HH, +HHMM or +HH:MM in microseconds; nothing is UTC. */
static bool
read_zone(const char **s, const char *end, int64 *zone)
{
	int			sign = *s < end && **s == '-' ? -1 : 1;
	int			hours;
	int			minutes = 0;

	*zone = 0;
	if (*s == end || read_char(s, end, 'Z'))
		return true;
	if (!read_char(s, end, '+') && !read_char(s, end, '-'))
		return false;
	hours = read_digits(s, end, 2);
	if (*s < end)
	{
		read_char(s, end, ':');
		minutes = read_digits(s, end, 2);
	}
	if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
		return false;
	*zone = sign * (hours * INT64CONST(60) + minutes) * 60 * USECS_PER_SEC;
	return true;
}

/*
 * An ISO 8601 date or time as microseconds since 2000 UTC.  The server's own
 * reader would also take 'today' and depends on DateStyle and TimeZone.
 */
bool
icp_time(const char *text, int len, double *time)
{
	const char *s = text;
	const char *end = text + len;
	int			year = read_digits(&s, end, 4);
	int			month = read_char(&s, end, '-') ? read_digits(&s, end, 2) : -1;
	int			day = read_char(&s, end, '-') ? read_digits(&s, end, 2) : -1;
	int64		clock = 0;
	int64		zone = 0;

	if (year < 1 || month < 1 || month > 12 || day < 1 ||
		day > day_tab[isleap(year)][month - 1])
		return false;
	if (s < end)
	{
		if (!read_char(&s, end, 'T') && !read_char(&s, end, ' '))
			return false;
		clock = read_clock(&s, end);
		if (clock < 0 || !read_zone(&s, end, &zone))
			return false;
	}
	*time = (double) ((date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
					  USECS_PER_DAY + clock - zone);
	return s == end;
}
