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
json_text(JsonbValue *v, const char *text)
{
	v->type = text[0] == '\0' ? jbvNull : jbvString;

	v->val.string.val = unconstify(char *, text);
	v->val.string.len = strlen(text);
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

static void
json_value(JsonbValue *v, const StateField *field, const char *p, int scale)
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
		case FIELD_INT32:
			json_numeric(v, NumericGetDatum(int64_to_numeric(*(const int32 *) p)));
			break;
		case FIELD_MONEY:
			memcpy(&wide, p, sizeof(wide));
			if (!money_unknown(wide))
				json_numeric(v, NumericGetDatum(money_numeric(wide_value(wide),
															  scale)));
			break;
		case FIELD_FLOAT8:
			memcpy(&f8, p, sizeof(f8));
			if (!field->nullable || f8 >= 0)
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
			const void *base, int scale)
{
	for (; fields != NULL && fields->name != NULL; fields++)
	{
		JsonbValue	v;

		json_key(json, fields->name);
		json_value(&v, fields, (const char *) base + fields->offset, scale);
		pushJsonbValue(json, WJB_VALUE, &v);
	}
}

Datum
state_jsonb(FunctionCallInfo fcinfo, const StateType *type)
{
	const StateHead *head = state_arg(fcinfo, 0, type);
	const char *item = STATE_ITEMS(head, type);
	JsonbParseState *json = NULL;
	int			scale = type->scale_offset == 0 ? 0 :
	*(const int32 *) ((const char *) head + type->scale_offset);

	pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
	json_fields(&json, type->fields, head, scale);
	if (type->item_size > 0)
	{
		json_key(&json, type->items_name);
		pushJsonbValue(&json, WJB_BEGIN_ARRAY, NULL);
		for (int i = 0; i < head->nitems; i++, item += type->item_size)
		{
			CHECK_EVERY(i, 0xFFF);
			pushJsonbValue(&json, WJB_BEGIN_OBJECT, NULL);
			json_fields(&json, type->item_fields, item, scale);
			pushJsonbValue(&json, WJB_END_OBJECT, NULL);
		}
		pushJsonbValue(&json, WJB_END_ARRAY, NULL);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&json, WJB_END_OBJECT,
													   NULL)));
}
