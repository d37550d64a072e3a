/*
 * state_json.c
 *		The state kit: what is inside a state, for a person to read.
 */
#include "state.h"

#include "catalog/pg_type.h"
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

static void
json_fields(JsonbParseState **json, const StateField *fields,
			const void *base, const StateType *type, const void *state)
{
	for (; fields != NULL && fields->name != NULL; fields++)
	{
		JsonbValue	v;

		json_key(json, fields->name);
		json_value(&v, fields, (const char *) base + fields->offset, type,
				   state);
		pushJsonbValue(json, WJB_VALUE, &v);
	}
}

static void
json_labels(JsonbParseState **json, const char *name, const Dict *d)
{
	json_key(json, name);
	pushJsonbValue(json, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; d != NULL && i < d->nentries; i++)
	{
		JsonbValue	v;

		json_label(&v, d, i);
		pushJsonbValue(json, WJB_ELEM, &v);
	}
	pushJsonbValue(json, WJB_END_ARRAY, NULL);
}

Datum
state_jsonb(FunctionCallInfo fcinfo, const StateType *type)
{
	const StateHead *head = state_arg(fcinfo, 0, type);
	const char *item = STATE_ITEMS(head, type);
	JsonbParseState *json = NULL;

	pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
	json_fields(&json, type->fields, head, type, head);
	if (type->labels_name != NULL)
		json_labels(&json, type->labels_name, state_dict(head, type, 0));
	if (type->item_size > 0)
	{
		json_key(&json, type->items_name);
		pushJsonbValue(&json, WJB_BEGIN_ARRAY, NULL);
		for (int i = 0; i < head->nitems; i++, item += type->item_size)
		{
			CHECK_EVERY(i, 0xFFF);
			pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
			json_fields(&json, type->item_fields, item, type, head);
			pushJsonbValue(&json, WJB_END_OBJECT, NULL);
		}
		pushJsonbValue(&json, WJB_END_ARRAY, NULL);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&json, WJB_END_OBJECT,
													   NULL)));
}
