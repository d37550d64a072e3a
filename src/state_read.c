/*
 * state_read.c
 *		The state kit: states from bytes that may come from anywhere.
 *
 * The form of the bytes is told in state_io.c.  The checksum finds damage,
 * not malice: what protects memory is that the length must be right to the
 * byte before anything is allocated, and that every value is checked.
 */
#include "state_form.h"

#include <math.h>

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "port/pg_crc32c.h"
#include "utils/float.h"

#include "large.h"

static const int wire_sizes[] = {
	[FIELD_CODE] = 1,[FIELD_INT32] = 4,[FIELD_COUNT] = 8,[FIELD_INT64] = 8,
	[FIELD_FLOAT8] = 8,[FIELD_TIME] = 8,[FIELD_DURATION] = 8,
	[FIELD_WEIGHT] = 8,[FIELD_MONEY] = 16,[FIELD_CHARS] = STATE_CHARS,
	[FIELD_NETWORK] = 18,[FIELD_LABEL] = 2,[FIELD_KEY] = 8,[FIELD_REAL] = 8
};

static int
fields_wire_size(const StateField *fields)
{
	int			size = 0;

	for (; fields != NULL && fields->name != NULL; fields++)
		size += wire_sizes[fields->type];
	return size;
}

/* Of the bytes of a message. */
uint32
state_checksum(const char *data, int len)
{
	pg_crc32c	crc;

	INIT_CRC32C(crc);
	for (; len > LARGE_PIECE; data += LARGE_PIECE, len -= LARGE_PIECE)
	{
		COMP_CRC32C(crc, data, LARGE_PIECE);
		CHECK_FOR_INTERRUPTS();
	}
	COMP_CRC32C(crc, data, len);
	FIN_CRC32C(crc);
	return crc;
}

static bool
good_number(const StateField *field, int64 v)
{
	switch (field->type)
	{
		case FIELD_TIME:
			return IS_VALID_TIMESTAMP(v);
		case FIELD_COUNT:
		case FIELD_DURATION:
			return v >= 0 || (v == -1 && field->nullable);
		case FIELD_WEIGHT:
			return v > 0;
		default:
			return true;
	}
}

static bool
good_chars(const char *p)
{
	int			len = strnlen(p, STATE_CHARS);

	for (int i = 0; i < STATE_CHARS; i++)
		if (i < len ? p[i] < ' ' || p[i] > '~' : p[i] != 0)
			return false;
	return len < STATE_CHARS;
}

/* There are many NaNs. */
static bool
is_our_nan(double value)
{
	double		nan = get_float8_nan();

	return memcmp(&value, &nan, sizeof(nan)) == 0;
}

/*
 * Read one field into the struct; false when its value cannot be.  The state
 * has so many texts in its dictionaries.
 */
static bool
get_field(StringInfo buf, const StateField *field, const int32 *texts, char *p)
{
	int64		i64;
	double		f8;
	Wide		wide;
	Network		net;
	int			n;

	switch (field->type)
	{
		case FIELD_CODE:
			*(uint8 *) p = pq_getmsgbyte(buf);
			for (n = 0; field->labels[n] != NULL; n++)
				;
			return *(uint8 *) p < n;
		case FIELD_INT32:
			*(int32 *) p = pq_getmsgint(buf, 4);
			return true;
		case FIELD_FLOAT8:
			f8 = pq_getmsgfloat8(buf);
			memcpy(p, &f8, sizeof(f8));
			return !isnan(f8) && !isinf(f8) && !(f8 == 0 && signbit(f8));
		case FIELD_REAL:
			f8 = pq_getmsgfloat8(buf);
			memcpy(p, &f8, sizeof(f8));
			return isnan(f8) ? is_our_nan(f8) :
				!isinf(f8) && !(f8 == 0 && signbit(f8));
		case FIELD_MONEY:
			wide.high = pq_getmsgint64(buf);
			wide.low = pq_getmsgint64(buf);
			memcpy(p, &wide, sizeof(wide));
			return field->nullable || !money_unknown(wide);
		case FIELD_CHARS:
			pq_copymsgbytes(buf, p, STATE_CHARS);
			return good_chars(p);
		case FIELD_NETWORK:
			memset(&net, 0, sizeof(net));
			net.bits = pq_getmsgbyte(buf);
			net.length = pq_getmsgbyte(buf);
			net.high = pq_getmsgint64(buf);
			net.low = pq_getmsgint64(buf);
			memcpy(p, &net, sizeof(net));
			return network_valid(&net);
		case FIELD_LABEL:
			*(int32 *) p = pq_getmsgint(buf, 2);
			return *(int32 *) p < texts[0];
		case FIELD_KEY:
			i64 = pq_getmsgint64(buf);
			memcpy(p, &i64, sizeof(i64));
			return texts[1] == 0 || (i64 >= 0 && i64 < texts[1]);
		default:
			i64 = pq_getmsgint64(buf);
			memcpy(p, &i64, sizeof(i64));
			return good_number(field, i64);
	}
}

static const char *
get_fields(StringInfo buf, const StateField *fields, const int32 *texts,
		   void *base)
{
	for (; fields != NULL && fields->name != NULL; fields++)
		if (!get_field(buf, fields, texts, (char *) base + fields->offset))
			return fields->name;
	return NULL;
}

/* The number at some place of a message. */
static uint32
number_at(const unsigned char *p)
{
	uint32		n;

	memcpy(&n, p, 4);
	return pg_ntoh32(n);
}

/*
 * Where the dictionaries end that begin at *place, of a message whose content
 * ends at end; or what is wrong with them.
 */
static const char *
dicts_fault(const StateType *type, const unsigned char *p, int64 end,
			int64 *place)
{
	for (int i = 0; i < type->ndicts; i++)
	{
		uint32		n;

		if (end - *place < 4)
			return "its length is wrong";
		n = number_at(p + *place);
		if (n > (uint32) (i == 0 ? type->max_labels : type->max_items))
			return "it has too many labels";
		*place += 4;
		for (uint32 k = 0; k < n; k++)
		{
			CHECK_EVERY(k, 0xFFFF);
			if (end - *place < 4 ||
				end - *place - 4 < number_at(p + *place))
				return "its length is wrong";
			*place += 4 + (int64) number_at(p + *place);
		}
	}
	return NULL;
}

/* What is wrong with the frame of a message, before its content is read. */
static const char *
frame_fault(StringInfo buf, const StateType *type)
{
	const unsigned char *p = (unsigned char *) buf->data + buf->cursor;
	int64		end = (int64) buf->len - buf->cursor - 4;
	int64		place = 4 + fields_wire_size(type->fields);
	const char *fault;

	if (end < 0 || p[0] != type->kind)
		return "it is a state of another type";
	if (p[1] == 0 || p[1] > type->version)
		return "its version is newer than this extension";
	if (p[2] > WIRE_UNORDERED || p[3] != 0)
		return "its flags are not known";
	fault = dicts_fault(type, p, end, &place);
	if (fault != NULL)
		return fault;
	if (type->item_size > 0)
	{
		uint32		n = end - place < 4 ? 0 : number_at(p + place);

		if (n > (uint32) type->max_items)
			return "it has too many records";
		place += 4 + (int64) n * fields_wire_size(type->item_fields);
	}
	if (place != end)
		return "its length is wrong";
	if (number_at(p + end) != state_checksum((const char *) p, end))
		return "its checksum is wrong";
	return NULL;
}

/* Do all bytes of a dictionary belong to texts, or to keys of some type? */
bool
state_dict_is_text(const void *state, const StateType *type, int dict)
{
	return dict == 0 || (type->text_keys != NULL && type->text_keys(state));
}

/*
 * A text of a message in the encoding of this database; NULL if it is none.
 * One that knows no encoding takes it as it is.
 */
static const char *
text_from_wire(const char *text, int *len)
{
	const char *own;

	if (GetDatabaseEncoding() == PG_SQL_ASCII)
		return pg_verifymbstr(text, *len, true) ? text : NULL;

	if (!pg_verify_mbstr(PG_UTF8, text, *len, true))
		return NULL;
	own = pg_any_to_server(text, *len, PG_UTF8);
	if (own != text)
		*len = strlen(own);
	return own;
}

/* Read the dictionaries of a state that has no records yet; it may move. */
static const char *
get_dicts(StringInfo buf, const StateType *type, bool unordered,
		  StateHead **head, int32 *texts)
{
	bool		ordered = true;

	for (int i = 0; i < type->ndicts; i++)
	{
		bool		is_text = state_dict_is_text(*head, type, i);
		const char *last = NULL;
		int			last_len = 0;

		texts[i] = pq_getmsgint(buf, 4);
		for (int k = 0; k < texts[i]; k++)
		{
			int			len = pq_getmsgint(buf, 4);
			const char *bytes = pq_getmsgbytes(buf, len);
			const char *text;

			CHECK_EVERY(k, 0xFFFF);
			ordered &= last == NULL || text_compare(last, last_len, bytes, len) < 0;
			last = bytes;
			last_len = len;
			text = is_text ? text_from_wire(bytes, &len) : bytes;

			if (text == NULL)
				return "its labels are not text";
			if (state_label((void **) head, type, i, text, len) != k)
				return "its labels stand twice";
			if (text !=bytes)
				pfree(unconstify(char *, text));
		}
	}
	return ordered == unordered ? "its labels are not in order" : NULL;
}

/* Read the records, which must be in order. */
static const char *
get_items(StringInfo buf, const StateType *type, const int32 *texts,
		  StateHead **head)
{
	int			n = pq_getmsgint(buf, 4);
	int64		item[STATE_ITEM_WORDS];
	int64		last[STATE_ITEM_WORDS];

	Assert(type->item_size <= sizeof(item));
	*head = state_widened(*head, type, n, n);
	for (int i = 0; i < n; i++)
	{
		const char *fault;

		CHECK_EVERY(i, 0xFFFF);
		memset(item, 0, type->item_size);
		fault = get_fields(buf, type->item_fields, texts, item);
		if (fault != NULL)
			return psprintf("its %s is out of range", fault);
		if (type->item_fault != NULL)
			fault = type->item_fault(item);
		if (fault != NULL)
			return fault;
		if (i > 0 && type->compare(last, item, NULL) > 0)
			return "its records are not in order";
		*head = state_append(*head, type, item);
		memcpy(last, item, type->item_size);
	}
	return NULL;
}

/* Must records be in full form to be checked?  Packed, they are taken to be right. */
static bool
fault_of_records(const StateType *type)
{
	return type->fault != NULL && !type->fault_of_keys;
}

/* What is wrong with the content of a state as a whole. */
static const char *
content_fault(const StateType *type, const StateHead *head)
{
	if (type->scale_offset > 0)
	{
		int32		scale = *(const int32 *) ((const char *) head + type->scale_offset);

		if (scale < 0 || scale > MONEY_MAX_SCALE)
			return "its scale is out of range";
	}
	if (type->fault == NULL)
		return NULL;
	return type->fault(fault_of_records(type) ?
					   state_reformed(head, type, 0, 0, 0) : head);
}

/*
 * A state from its wire form, checked; NULL with *fault set otherwise.  What
 * was built and stored can be read, whatever a state may take now, and in
 * whatever order the texts of a dictionary stand: it is that of another
 * encoding.
 */
void *
state_read(StringInfo buf, const StateType *given, const char **fault)
{
	StateType	unbound = *given;
	const StateType *type = &unbound;
	StateHead  *head;
	int			n;
	bool		unordered;
	int32		texts[STATE_DICTS] = {0};

	unbound.max_kilobytes = NULL;
	*fault = frame_fault(buf, type);
	if (*fault != NULL)
		return NULL;
	head = state_new(type, 1, fault_of_records(type) ? 0 : type->npackings);
	unordered = pq_getmsgbytes(buf, 4)[2] == WIRE_UNORDERED;
	*fault = get_fields(buf, type->fields, texts, head);
	if (*fault != NULL)
		*fault = psprintf("its %s is out of range", *fault);
	else
		*fault = get_dicts(buf, type, unordered, &head, texts);
	if (*fault == NULL && type->item_size > 0)
		*fault = get_items(buf, type, texts, &head);
	if (*fault == NULL)
		*fault = content_fault(type, head);
	if (*fault != NULL)
		return NULL;
	pq_getmsgint(buf, 4);
	n = head->nitems;
	head = state_sealed(head, type);
	if (head->nitems != n)
		*fault = "its records stand twice";
	return *fault == NULL ? head : NULL;
}
