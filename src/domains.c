/*
 * domains.c
 *		From addresses of the web and of mail to the domains of accounts.
 *
 * What one organisation can register is one label more than a public suffix
 * [1].  The list of these suffixes is the one that is built into libpsl: it
 * changes only when that library does, so that the functions may be called
 * immutable as those that know languages and time zones are.
 *
 * [1] https://publicsuffix.org/list/
 */
#include "abm.h"

#include <libpsl.h>

#include "utils/date.h"

#include "free_mail.h"
#include "host_names.h"

/* a name that the layout of sources knows to be a type */
typedef psl_ctx_t SuffixList;

#define UNIX_DAYS (UNIX_EPOCH_JDATE - POSTGRES_EPOCH_JDATE)

static const SuffixList *
suffix_list(void)
{
	const SuffixList *list = psl_builtin();

	if (list == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("libpsl was built without a list of public suffixes")));
	return list;
}

/*
 * A top level is a suffix even if the list does not know it: its rules say
 * so.
 */
static bool
is_suffix(const SuffixList *list, const char *domain)
{
	return strchr(domain, '.') == NULL ||
		psl_is_public_suffix2(list, domain,
							  PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

/* The name without its first label; NULL behind the last one. */
static const char *
parent(const char *domain)
{
	const char *dot = strchr(domain, '.');

	return dot == NULL ? NULL : dot + 1;
}

/* One label more than the longest suffix; NULL when there is none. */
static const char *
registrable(const char *host)
{
	const SuffixList *list = suffix_list();
	const char *longer = NULL;

	for (const char *d = host; d != NULL; d = parent(d))
	{
		if (is_suffix(list, d))
			return longer;
		longer = d;
	}
	return NULL;
}

/*
 * The name without www, unless it is part of what was registered, as in
 * www.com.
 */
static const char *
without_www(const char *host)
{
	while (strncmp(host, "www.", 4) == 0 && strchr(host + 4, '.') != NULL &&
		   !is_suffix(suffix_list(), host + 4))
		host += 4;
	return host;
}

/*
 * The SQL side
 */
PG_FUNCTION_INFO_V1(abm_normalize_domain);
Datum
abm_normalize_domain(PG_FUNCTION_ARGS)
{
	char		host[HOST_SIZE];

	if (!host_of_url(PG_GETARG_TEXT_PP(0), host))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(without_www(host)));
}

PG_FUNCTION_INFO_V1(abm_registrable_domain);
Datum
abm_registrable_domain(PG_FUNCTION_ARGS)
{
	char		host[HOST_SIZE];
	const char *domain = NULL;

	if (host_of_url(PG_GETARG_TEXT_PP(0), host))
		domain = registrable(host);
	if (domain == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(domain));
}

PG_FUNCTION_INFO_V1(abm_email_domain);
Datum
abm_email_domain(PG_FUNCTION_ARGS)
{
	char		host[HOST_SIZE];

	if (!host_of_email(PG_GETARG_TEXT_PP(0), host))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(host));
}

PG_FUNCTION_INFO_V1(abm_is_free_mail);
Datum
abm_is_free_mail(PG_FUNCTION_ARGS)
{
	char		host[HOST_SIZE];

	if (!host_of_url(PG_GETARG_TEXT_PP(0), host))
		PG_RETURN_NULL();
	for (const char *d = host; d != NULL; d = parent(d))
		if (free_mail_find(d) != NULL)
			PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(false);
}

PG_FUNCTION_INFO_V1(abm_free_mail_domains);
Datum
abm_free_mail_domains(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {
		[MAIL_FREE] = "free",[MAIL_ACCESS] = "access",
		[MAIL_DISPOSABLE] = "disposable"
	};

	abm_begin_rows(fcinfo);
	for (int i = 0; i < free_mail_count; i++)
	{
		Datum		values[2] = {
			CStringGetTextDatum(free_mail[i].domain),
			CStringGetTextDatum(kinds[free_mail[i].kind])
		};
		bool		nulls[2] = {false, false};

		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

/* The date of the list, so that a change of it can be seen. */
PG_FUNCTION_INFO_V1(abm_suffix_list_date);
Datum
abm_suffix_list_date(PG_FUNCTION_ARGS)
{
	time_t		made;

	suffix_list();
	made = psl_builtin_file_time();
	if (made <= 0)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT((DateADT) (made / SECS_PER_DAY + UNIX_DAYS));
}
