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
 * A jsonb container in the making.  The server turns a whole tree into bytes
 * in one go, which cannot be interrupted; a state may have millions of
 * records, so they are turned one by one, and put together here.
 */
typedef struct JsonParts
{
	StringInfoData entries;		/* JEntry of each part */
	StringInfoData data;
	int			n;
} JsonParts;

/* What is within a container of the server's making. */
typedef struct JsonPart
{
	JEntry		type;
	const char *data;
	int			len;
} JsonPart;

static void
json_begin(JsonParts *parts)
{
	initStringInfo(&parts->entries);
	initStringInfo(&parts->data);
	parts->n = 0;
}

/* Numbers and containers stand on 4 bytes, and padding counts as theirs. */
static void
json_put(JsonParts *parts, JsonPart part)
{
	bool		aligned = part.type == JENTRY_ISNUMERIC ||
	part.type == JENTRY_ISCONTAINER;
	int			start = parts->data.len;
	int			padding = aligned ? INTALIGN(start) - start : 0;
	JEntry		entry;

	appendBinaryStringInfo(&parts->data, "\0\0\0", padding);
	appendBinaryStringInfo(&parts->data, part.data, part.len);
	if (parts->data.len > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("jsonb form of a state exceeds its limit of %d bytes",
						JENTRY_OFFLENMASK)));
	entry = part.type | (parts->n % JB_OFFSET_STRIDE == 0 ?
						 JENTRY_HAS_OFF | parts->data.len :
						 padding + part.len);
	appendBinaryStringInfo(&parts->entries, (char *) &entry, sizeof(entry));
	parts->n++;
}

/* The bytes of a container of so many parts, with the header of a datum. */
static Jsonb *
json_end(JsonParts *parts, uint32 header)
{
	Size		size = offsetof(Jsonb, root) + sizeof(header) +
	parts->entries.len + parts->data.len;
	Jsonb	   *json = palloc(size);
	char	   *p = (char *) json->root.children;

	SET_VARSIZE(json, size);
	json->root.header = header;
	memcpy(p, parts->entries.data, parts->entries.len);
	memcpy(p + parts->entries.len, parts->data.data, parts->data.len);
	pfree(parts->entries.data);
	pfree(parts->data.data);
	return json;
}

static JsonPart
json_container(const Jsonb *json)
{
	return (JsonPart)
	{
		JENTRY_ISCONTAINER, (const char *) &json->root,
			VARSIZE(json) - offsetof(Jsonb, root)
	};
}

/* A value of the server's as the only element of an array. */
static JsonPart
json_scalar(JsonbValue *v)
{
	JsonbParseState *state = NULL;
	const Jsonb *json;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&state, WJB_ELEM, v);
	json = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
	return (JsonPart)
	{
		json->root.children[0] & JENTRY_TYPEMASK,
			(const char *) &json->root.children[1],
			VARSIZE(json) - offsetof(Jsonb, root) - sizeof(json->root.header) -
			sizeof(JEntry)
	};
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

static JsonPart
json_records(const StateHead *head, const StateType *type)
{
	MemoryContext one = AllocSetContextCreate(CurrentMemoryContext,
											  "record as jsonb",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;
	const char *item = STATE_ITEMS(head, type);
	JsonParts	parts;

	json_begin(&parts);
	for (int i = 0; i < head->nitems; i++, item += type->item_size)
	{
		const Jsonb *record;

		CHECK_EVERY(i, 0xFFF);
		MemoryContextSwitchTo(one);
		record = json_record(type, head, item);
		MemoryContextSwitchTo(caller);
		json_put(&parts, json_container(record));
		MemoryContextReset(one);
	}
	MemoryContextDelete(one);
	return json_container(json_end(&parts, JB_FARRAY | head->nitems));
}

static JsonPart
json_labels(const Dict *d)
{
	JsonbParseState *json = NULL;

	pushJsonbValue(&json, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; d != NULL && i < d->nentries; i++)
	{
		JsonbValue	v;

		json_label(&v, d, i);
		pushJsonbValue(&json, WJB_ELEM, &v);
	}
	return json_container(JsonbValueToJsonb(pushJsonbValue(&json, WJB_END_ARRAY,
														   NULL)));
}

/* The object of a state: its own fields, and what the kit shows beside. */
#define STATE_PAIRS 64			/* more than any state has */

typedef struct JsonPairs
{
	int			n;
	struct JsonPair
	{
		const char *key;
		JsonPart	value;
	}			pair[STATE_PAIRS];
} JsonPairs;

static void
json_pair(JsonPairs *pairs, const char *key, JsonPart value)
{
	int			i = pairs->n++;

	Assert(i < STATE_PAIRS);
	pairs->pair[i].key = key;
	pairs->pair[i].value = value;
}

/* in the order that jsonb has */
static int
pair_compare(const void *a, const void *b)
{
	const char *x = ((const struct JsonPair *) a)->key;
	const char *y = ((const struct JsonPair *) b)->key;
	int			more = (int) strlen(x) - (int) strlen(y);

	return more != 0 ? more : strcmp(x, y);
}

static Jsonb *
json_state(JsonPairs *pairs)
{
	JsonParts	parts;

	qsort(pairs->pair, pairs->n, sizeof(pairs->pair[0]), pair_compare);
	json_begin(&parts);
	for (int i = 0; i < pairs->n; i++)
	{
		const char *key = pairs->pair[i].key;
		JsonPart	part = {JENTRY_ISSTRING, key, strlen(key)};

		json_put(&parts, part);
	}
	for (int i = 0; i < pairs->n; i++)
		json_put(&parts, pairs->pair[i].value);
	return json_end(&parts, JB_FOBJECT | pairs->n);
}

Datum
state_jsonb(FunctionCallInfo fcinfo, const StateType *type)
{
	const StateHead *head = state_arg(fcinfo, 0, type);
	JsonPairs	pairs;

	pairs.n = 0;
	for (const StateField *f = type->fields; f != NULL && f->name != NULL; f++)
	{
		JsonbValue	v;

		json_value(&v, f, (const char *) head + f->offset, type, head);
		json_pair(&pairs, f->name, json_scalar(&v));
	}
	if (type->labels_name != NULL)
		json_pair(&pairs, type->labels_name,
				  json_labels(state_dict(head, type, 0)));
	if (type->item_size > 0)
		json_pair(&pairs, type->items_name, json_records(head, type));
	PG_RETURN_JSONB_P(json_state(&pairs));
}
