/*
 * state_json.c
 *		The state kit: what is inside a state, for a person to read.
 */
#include "state.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"

static void
json_key(JsonbParseState **json, const char *key)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, key);
	v.val.string.len = strlen(key);
	pushJsonbValue(json, WJB_KEY, &v);
}

static void
json_label(JsonbValue *v, const Dict *d, int code)
{
	v->type = jbvString;
	v->val.string.val = unconstify(char *, dict_text(d, code));
	v->val.string.len = dict_len(d, code);
}

static void
json_text(JsonbValue *v, const char *text)
{
	v->type = text[0] == '\0' ? jbvNull : jbvString;

	v->val.string.val = unconstify(char *, text);
	v->val.string.len = strlen(text);
}

static int
state_scale_of(const void *state, const StateType *type)
{
	return *(const int32 *) ((const char *) state + type->scale_offset);
}

static void
json_numeric(JsonbValue *v, Datum numeric)
{
	v->type = jbvNumeric;
	v->val.numeric = DatumGetNumeric(numeric);
}

static Datum
float_numeric(double value)
{
	return DirectFunctionCall1(float8_numeric, Float8GetDatum(value));
}

/* A key is a number, or what the type makes of it. */
static void
json_state_key(JsonbValue *v, const StateType *type, const void *state,
			   int64 key)
{
	const char *text = type->show_key(state, key);

	if (text == NULL)
		json_numeric(v, NumericGetDatum(int64_to_numeric(key)));
	else
	{
		v->type = jbvString;
		v->val.string.val = unconstify(char *, text);
		v->val.string.len = strlen(text);
	}
}

static void
json_value(JsonbValue *v, const StateField *field, const char *p,
		   const StateType *type, const void *state)
{
	int64		i64;
	double		f8;
	Wide		wide;
	int			utc = 0;

	v->type = jbvNull;
	switch (field->type)
	{
		case FIELD_CODE:
			json_text(v, field->labels[*(const uint8 *) p]);
			break;
		case FIELD_CHARS:
			json_text(v, p);
			break;
		case FIELD_NETWORK:
			json_text(v, network_text((const Network *) p));
			break;
		case FIELD_LABEL:
			json_label(v, state_dict(state, type, 0), *(const int32 *) p);
			break;
		case FIELD_KEY:
			memcpy(&i64, p, sizeof(i64));
			json_state_key(v, type, state, i64);
			break;
		case FIELD_INT32:
			json_numeric(v, NumericGetDatum(int64_to_numeric(*(const int32 *) p)));
			break;
		case FIELD_MONEY:
			memcpy(&wide, p, sizeof(wide));
			if (!money_unknown(wide))
				json_numeric(v, NumericGetDatum(money_numeric(wide_value(wide),
															  state_scale_of(state, type))));
			break;
		case FIELD_FLOAT8:
			memcpy(&f8, p, sizeof(f8));
			if (!field->nullable || f8 >= 0)
				json_numeric(v, float_numeric(f8));
			break;
		case FIELD_REAL:
			memcpy(&f8, p, sizeof(f8));
			if (!isnan(f8))
				json_numeric(v, float_numeric(f8));
			break;
		case FIELD_TIME:
			memcpy(&i64, p, sizeof(i64));
			json_text(v, JsonEncodeDateTime(palloc(MAXDATELEN + 1), i64,
											TIMESTAMPTZOID, &utc));
			break;
		case FIELD_DURATION:
			memcpy(&i64, p, sizeof(i64));
			if (i64 >= 0)
				json_numeric(v, float_numeric(i64 / USECS_PER_DAY_F));
			break;
		case FIELD_WEIGHT:
			memcpy(&i64, p, sizeof(i64));
			json_numeric(v, float_numeric((double) i64 / WEIGHT_ONE));
			break;
		default:
			memcpy(&i64, p, sizeof(i64));
			if (!field->nullable || i64 >= 0)
				json_numeric(v, NumericGetDatum(int64_to_numeric(i64)));
	}
}

/*
 * A jsonb container in the making, in a buffer that begins with the length of
 * the datum.  The server turns a whole tree into bytes in one go, which cannot
 * be interrupted; a state may have millions of records, so they are turned one
 * by one, and put together here.
 */
typedef struct JsonParts
{
	StringInfo	buf;
	int			entries;		/* where the JEntry of each part is */
	int			data;			/* where their bytes begin */
	int			n;				/* parts so far */
} JsonParts;

/* Numbers and containers stand on 4 bytes; the padding counts as theirs. */
static void
json_align(StringInfo buf)
{
	appendBinaryStringInfo(buf, "\0\0\0", INTALIGN(buf->len) - buf->len);
}

static JsonParts
json_begin(StringInfo buf, uint32 header, int nparts)
{
	JsonParts	parts;
	int			size = nparts * sizeof(JEntry);

	json_align(buf);
	appendBinaryStringInfo(buf, (char *) &header, sizeof(header));
	enlargeStringInfo(buf, size);
	parts.buf = buf;
	parts.entries = buf->len;
	parts.data = buf->len += size;
	parts.n = 0;
	return parts;
}

/* What the buffer has had more since it was so long is a part. */
static void
json_part(JsonParts *parts, JEntry type, int start)
{
	int			end = parts->buf->len - parts->data;
	JEntry		entry = type;

	if (end > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("jsonb form of a state exceeds its limit of %d bytes",
						JENTRY_OFFLENMASK)));
	if (parts->n % JB_OFFSET_STRIDE == 0)
		entry |= JENTRY_HAS_OFF | end;
	else
		entry |= parts->buf->len - start;
	memcpy(parts->buf->data + parts->entries + parts->n++ * sizeof(JEntry),
		   &entry, sizeof(entry));
}

/* A value as the server writes it, as the only element of an array. */
static void
json_put_value(JsonParts *parts, JsonbValue *v)
{
	JsonbParseState *state = NULL;
	int			start = parts->buf->len;
	const Jsonb *json;
	JEntry		type;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&state, WJB_ELEM, v);
	json = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
	type = json->root.children[0] & JENTRY_TYPEMASK;
	if (type == JENTRY_ISNUMERIC)
		json_align(parts->buf);
	appendBinaryStringInfo(parts->buf, (const char *) &json->root.children[1],
						   VARSIZE(json) - offsetof(Jsonb, root.children[1]));
	json_part(parts, type, start);
}

static void
json_put_key(JsonParts *parts, const char *key)
{
	int			start = parts->buf->len;

	appendBinaryStringInfo(parts->buf, key, strlen(key));
	json_part(parts, JENTRY_ISSTRING, start);
}

static const Jsonb *
json_record(const StateType *type, const void *state, const void *item)
{
	JsonbParseState *json = NULL;

	pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
	for (const StateField *f = type->item_fields; f->name != NULL; f++)
	{
		JsonbValue	v;

		json_key(&json, f->name);
		json_value(&v, f, (const char *) item + f->offset, type, state);
		pushJsonbValue(&json, WJB_VALUE, &v);
	}
	return JsonbValueToJsonb(pushJsonbValue(&json, WJB_END_OBJECT, NULL));
}

static void
json_put_record(JsonParts *parts, const Jsonb *record)
{
	int			start = parts->buf->len;

	json_align(parts->buf);
	appendBinaryStringInfo(parts->buf, (const char *) &record->root,
						   VARSIZE(record) - offsetof(Jsonb, root));
	json_part(parts, JENTRY_ISCONTAINER, start);
}

static void
json_put_records(JsonParts *object, const StateType *type,
				 const StateHead *head)
{
	int			start = object->buf->len;
	JsonParts	parts = json_begin(object->buf, JB_FARRAY | head->nitems,
								   head->nitems);
	const char *item = STATE_ITEMS(head, type);
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext one = AllocSetContextCreate(caller, "record as jsonb",
											  ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < head->nitems; i++, item += type->item_size)
	{
		const Jsonb *record;

		CHECK_EVERY(i, 0xFFF);
		MemoryContextSwitchTo(one);
		record = json_record(type, head, item);
		MemoryContextSwitchTo(caller);
		json_put_record(&parts, record);
		MemoryContextReset(one);
	}
	MemoryContextDelete(one);
	json_part(object, JENTRY_ISCONTAINER, start);
}

static void
json_put_labels(JsonParts *object, const Dict *d)
{
	int			start = object->buf->len;
	int			n = d == NULL ? 0 : d->nentries;
	JsonParts	parts = json_begin(object->buf, JB_FARRAY | n, n);

	for (int i = 0; i < n; i++)
	{
		JsonbValue	v;

		json_label(&v, d, i);
		json_put_value(&parts, &v);
	}
	json_part(object, JENTRY_ISCONTAINER, start);
}

/* What the object of a state shows, in the order that jsonb has. */
#define STATE_PAIRS 32			/* more than any state has */

typedef struct JsonPair
{
	const char *key;
	const StateField *field;	/* NULL: the labels or the records */
} JsonPair;

static int
pair_compare(const void *a, const void *b)
{
	const char *x = ((const JsonPair *) a)->key;
	const char *y = ((const JsonPair *) b)->key;
	int			more = (int) strlen(x) - (int) strlen(y);

	return more != 0 ? more : strcmp(x, y);
}

static int
state_pairs(const StateType *type, JsonPair *pair)
{
	int			n = 0;

	for (const StateField *f = type->fields; f != NULL && f->name != NULL; f++)
	{
		Assert(n < STATE_PAIRS - 2);
		pair[n].key = f->name;
		pair[n++].field = f;
	}
	if (type->labels_name != NULL)
		pair[n++].key = type->labels_name;
	if (type->item_size > 0)
		pair[n++].key = type->items_name;
	qsort(pair, n, sizeof(JsonPair), pair_compare);
	return n;
}

Datum
state_jsonb(FunctionCallInfo fcinfo, const StateType *type)
{
	const StateHead *head = state_arg(fcinfo, 0, type);
	JsonPair	pair[STATE_PAIRS] = {{NULL, NULL}};
	int			n = state_pairs(type, pair);
	StringInfoData buf;
	JsonParts	object;

	initStringInfo(&buf);
	buf.len = VARHDRSZ;
	object = json_begin(&buf, JB_FOBJECT | n, 2 * n);
	for (int i = 0; i < n; i++)
		json_put_key(&object, pair[i].key);
	for (int i = 0; i < n; i++)
	{
		JsonbValue	v;
		const StateField *f = pair[i].field;

		if (f != NULL)
		{
			json_value(&v, f, (const char *) head + f->offset, type, head);
			json_put_value(&object, &v);
		}
		else if (pair[i].key == type->labels_name)
			json_put_labels(&object, state_dict(head, type, 0));
		else
			json_put_records(&object, type, head);
	}
	SET_VARSIZE(buf.data, buf.len);
	PG_RETURN_POINTER(buf.data);
}
