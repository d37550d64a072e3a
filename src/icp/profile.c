/*
 * profile.c
 *		The type icp_profile: its text, its wire form, its attributes.
 *
 * A value holds the JSON text it was made from, in one line, and behind it
 * the compiled form.  Only the text leaves the server; what comes in is
 * compiled here.
 */
#include "abm.h"

#include "icp/icp.h"
#include "libpq/pqformat.h"

#define WIRE_VERSION 1

/* A stored value, compiled again if another version of the library did it. */
const IcpProfile *
icp_usable(Datum value)
{
	const IcpProfile *p = (const IcpProfile *) PG_DETOAST_DATUM(value);

	if (likely(p->layout == ICP_LAYOUT))
		return p;
	return icp_parse(pnstrdup(ICP_AT(p, char, p->text), p->text_len),
					 p->text_len, ERRCODE_DATA_CORRUPTED, NULL);
}

PG_FUNCTION_INFO_V1(abm_icp_profile_in);
Datum
abm_icp_profile_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	IcpProfile *p = icp_parse(text, strlen(text),
							  ERRCODE_INVALID_TEXT_REPRESENTATION,
							  SOFT_ERRORS(fcinfo));

	if (p == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(p);
}

PG_FUNCTION_INFO_V1(abm_icp_profile_out);
Datum
abm_icp_profile_out(PG_FUNCTION_ARGS)
{
	const IcpProfile *p = icp_usable(PG_GETARG_DATUM(0));

	PG_RETURN_CSTRING(pnstrdup(ICP_AT(p, char, p->text), p->text_len));
}

PG_FUNCTION_INFO_V1(abm_icp_profile_recv);
Datum
abm_icp_profile_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgbyte(buf);
	char	   *text;
	int			len;

	if (version != WIRE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("profile has version %d, not %d", version,
						WIRE_VERSION)));
	text = pq_getmsgtext(buf, buf->len - buf->cursor, &len);

	PG_RETURN_POINTER(icp_parse(text, len,
								ERRCODE_INVALID_BINARY_REPRESENTATION, NULL));
}

PG_FUNCTION_INFO_V1(abm_icp_profile_send);
Datum
abm_icp_profile_send(PG_FUNCTION_ARGS)
{
	const IcpProfile *p = icp_usable(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, WIRE_VERSION);
	pq_sendtext(&buf, ICP_AT(p, char, p->text), p->text_len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* The attributes that a profile reads, in the order of the positional form. */
PG_FUNCTION_INFO_V1(abm_icp_attributes);
Datum
abm_icp_attributes(PG_FUNCTION_ARGS)
{
	const IcpProfile *p = icp_usable(PG_GETARG_DATUM(0));

	abm_begin_rows(fcinfo);
	for (int i = 0; i < p->nattributes; i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(icp_attribute_name(p, i));
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}
