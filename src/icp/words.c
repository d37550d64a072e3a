/*
 * words.c
 *		Numbers and times as a profile writes them.
 */
#include "abm.h"

#include <math.h>

#include "datatype/timestamp.h"
#include "icp/icp.h"
#include "utils/datetime.h"

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
	const char *end = text +len;
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
