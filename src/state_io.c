/*
 * state_io.c
 *		The state kit: states as bytes and as text.
 *
 * On the wire a state is
 *
 *		kind  version  flags  0  fixed fields  dictionaries
 *			record count  records  crc32c
 *
 * a dictionary being a count of texts and the texts, in UTF-8, each behind its
 * length, with every number big-endian; its text is the hexadecimal form of the same
 * bytes, exact and independent of settings.  state_read.c reads them.
 *
 * Texts and records stand in the order that they have in the database which
 * the state is from.  Where that is not the order of UTF-8, WIRE_UNORDERED is
 * set.
 */
#include "state_form.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

#include "large.h"

/*
 * Writing
 */
static void
put_field(StringInfo buf, const StateField *field, const char *p)
{
	int64		i64;
	double		f8;
	Wide		wide;
	Network		net;

	switch (field->type)
	{
		case FIELD_CODE:
			pq_sendint8(buf, *(const uint8 *) p);
			break;
		case FIELD_INT32:
			pq_sendint32(buf, *(const int32 *) p);
			break;
		case FIELD_FLOAT8:
		case FIELD_REAL:
			memcpy(&f8, p, sizeof(f8));
			pq_sendfloat8(buf, f8);
			break;
		case FIELD_MONEY:
			memcpy(&wide, p, sizeof(wide));
			pq_sendint64(buf, wide.high);
			pq_sendint64(buf, wide.low);
			break;
		case FIELD_CHARS:
			appendBinaryStringInfo(buf, p, STATE_CHARS);
			break;
		case FIELD_NETWORK:
			memcpy(&net, p, sizeof(net));
			pq_sendint8(buf, net.bits);
			pq_sendint8(buf, net.length);
			pq_sendint64(buf, net.high);
			pq_sendint64(buf, net.low);
			break;
		case FIELD_LABEL:
			pq_sendint16(buf, (uint16) *(const int32 *) p);
			break;
		default:
			memcpy(&i64, p, sizeof(i64));
			pq_sendint64(buf, i64);
	}
}

static void
put_fields(StringInfo buf, const StateField *fields, const void *base)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		put_field(buf, fields, (const char *) base + fields->offset);
}

/* A text in UTF-8; one whose encoding nobody knows goes as it is. */
static void
put_text(StringInfo buf, const char *text, int len)
{
	char	   *utf8 = unconstify(char *, text);

	if (GetDatabaseEncoding() != PG_SQL_ASCII)
		utf8 = pg_server_to_any(text, len, PG_UTF8);
	if (utf8 != text)
		len = strlen(utf8);
	pq_sendint32(buf, len);
	appendBinaryStringInfo(buf, utf8, len);
	if (utf8 != text)
		pfree(utf8);
}

/* A dictionary; are its texts in order there? */
static bool
put_dict(StringInfo buf, const Dict *d, bool is_text)
{
	bool		ordered = true;
	int			last = 0;		/* where the text before begins */

	pq_sendint32(buf, d == NULL ? 0 : d->nentries);
	for (int i = 0; d != NULL && i < d->nentries; i++)
	{
		int			start = buf->len;

		CHECK_EVERY(i, 0xFFFF);
		if (is_text)
			put_text(buf, dict_text(d, i), dict_len(d, i));
		else
		{
			pq_sendint32(buf, dict_len(d, i));
			appendBinaryStringInfo(buf, dict_text(d, i), dict_len(d, i));
		}
		start += sizeof(int32);
		if (i > 0)
			ordered &= text_compare(buf->data + last,
									start - last - sizeof(int32),
									buf->data + start, buf->len - start) < 0;
		last = start;
	}
	return ordered;
}

/* Append the wire form of a sealed state, packed or not. */
static void
put_state(StringInfo buf, const StateType *type, const void *state)
{
	const StateHead *head = state;
	int64		item[STATE_ITEM_WORDS];
	int			start = buf->len;

	Assert(type->item_size <= sizeof(item));
	pq_sendint8(buf, head->kind);
	pq_sendint8(buf, type->version);
	pq_sendint16(buf, 0);
	put_fields(buf, type->fields, state);
	for (int i = 0; i < type->ndicts; i++)
		if (!put_dict(buf, state_dict(state, type, i),
					  state_dict_is_text(state, type, i)))
			buf->data[start + 2] |= WIRE_UNORDERED;
	if (type->item_size > 0)
	{
		pq_sendint32(buf, head->nitems);
		for (int i = 0; i < head->nitems; i++)
		{
			CHECK_EVERY(i, 0xFFFF);
			state_unpack(head, type, i, item);
			put_fields(buf, type->item_fields, item);
		}
	}
	pq_sendint32(buf, state_checksum(buf->data + start, buf->len - start));
}

/* Long ones piece by piece, so that they can be interrupted. */
static char *
to_hex(const char *data, int len)
{
	char	   *text = palloc_extended((Size) len * 2 + 1, MCXT_ALLOC_HUGE);
	char	   *to = text;

	for (int done = 0; done < len; done += LARGE_PIECE)
	{
		CHECK_FOR_INTERRUPTS();
		to += hex_encode(data + done, Min(LARGE_PIECE, len - done), to);
	}
	*to = '\0';
	return text;
}

/*
 * The SQL side
 */
Datum
state_out(FunctionCallInfo fcinfo, const StateType *type)
{
	StringInfoData buf;
	const void *state = state_raw_arg(fcinfo, 0, type);

	initStringInfo(&buf);
	put_state(&buf, type, state);
	PG_RETURN_CSTRING(to_hex(buf.data, buf.len));
}

/* Bytes from hexadecimal digits; false when they are none. */
static bool
from_hex(const char *text, StringInfo buf)
{
	Size		len = strlen(text);
	static const signed char digit[256] = {
		['0'] = 1,['1'] = 2,['2'] = 3,['3'] = 4,['4'] = 5,['5'] = 6,['6'] = 7,
		['7'] = 8,['8'] = 9,['9'] = 10,['a'] = 11,['b'] = 12,['c'] = 13,
		['d'] = 14,['e'] = 15,['f'] = 16,['A'] = 11,['B'] = 12,['C'] = 13,
		['D'] = 14,['E'] = 15,['F'] = 16
	};

	if (len % 2 != 0)
		return false;
	initStringInfo(buf);
	enlargeStringInfo(buf, (int) (len / 2));
	for (Size i = 0; i < len; i += 2)
	{
		int			high = digit[(unsigned char) text[i]];
		int			low = digit[(unsigned char) text[i + 1]];

		CHECK_EVERY(i, 0xFFFE);
		if (high == 0 || low == 0)
			return false;
		buf->data[buf->len++] = (char) ((high - 1) * 16 + low - 1);
	}
	buf->data[buf->len] = '\0';
	return true;
}

Datum
state_in(FunctionCallInfo fcinfo, const StateType *type)
{
	StringInfoData buf;
	SoftErrors	soft = SOFT_ERRORS(fcinfo);
	const char *fault = "it is not hexadecimal";
	void	   *state = NULL;

	if (from_hex(PG_GETARG_CSTRING(0), &buf))
		state = state_read(&buf, type, &fault);
	if (state == NULL)
	{
		soft_error(soft,
				   (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid text for a value of type abm.%s",
						   type->name),
					errdetail("As a %s state, %s.", type->name, fault),
					errhint("Such values are made by an aggregate, not written by hand.")));
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(state);
}

Datum
state_send(FunctionCallInfo fcinfo, const StateType *type)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	put_state(&buf, type, state_raw_arg(fcinfo, 0, type));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
state_recv(FunctionCallInfo fcinfo, const StateType *type)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	const char *fault;
	void	   *state = state_read(buf, type, &fault);

	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type abm.%s", type->name),
				 errdetail("As a %s state, %s.", type->name, fault)));
	PG_RETURN_POINTER(state);
}
