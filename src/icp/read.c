/*
 * read.c
 *		The values of an account's attributes, where they lie.
 *
 * A value of any supported type becomes a word, a number, a boolean or a list
 * of words, without an allocation: words point into the tuple, and arrays are
 * walked in place.
 */
#include "abm.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "icp/icp.h"
#include "icp/words.h"
#include "money.h"
#include "utils/date.h"
#include "utils/syscache.h"

typedef struct EnumLabel
{
	Oid			value;			/* key of the hash table */
	IcpWord		word;
	NameData	label;
} EnumLabel;

/* A value where it lies, unless it is compressed. */
static inline struct varlena *
in_place(Datum datum)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(datum);

	if (unlikely(VARATT_IS_COMPRESSED(v) || VARATT_IS_EXTERNAL(v)))
		return PG_DETOAST_DATUM_PACKED(datum);
	return v;
}

static inline void
set_word(IcpWord *word, const char *text, int len)
{
	word->text = text;

	word->len = len;
	word->key = icp_word_key(text, len);
}

static inline void
set_text(IcpWord *word, Datum datum)
{
	struct varlena *v = in_place(datum);

	set_word(word, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
}

static void
read_bpchar(IcpWord *word, Datum datum)
{
	struct varlena *v = in_place(datum);
	const char *text = VARDATA_ANY(v);
	int			len = VARSIZE_ANY_EXHDR(v);

	while (len > 0 && text[len - 1] == ' ')
		len--;
	set_word(word, text, len);
}

/* The label of an enum value, looked up once per plan. */
static void
read_enum(IcpPlan *plan, IcpWord *word, Oid value)
{
	EnumLabel  *label;
	bool		found;
	HeapTuple	tuple;

	if (plan->labels == NULL)
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(Oid);
		control.entrysize = sizeof(EnumLabel);
		control.hcxt = plan->context;
		icp_keep_labels(plan, hash_create("abm enum labels", 64, &control,
										  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT));
	}
	label = hash_search(plan->labels, &value, HASH_FIND, NULL);
	if (label == NULL)
	{
		tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "enum value %u does not exist", value);
		label = hash_search(plan->labels, &value, HASH_ENTER, &found);
		label->label = ((Form_pg_enum) GETSTRUCT(tuple))->enumlabel;
		set_word(&label->word, NameStr(label->label),
				 strlen(NameStr(label->label)));
		ReleaseSysCache(tuple);
	}
	*word = label->word;
}

/* A finite number, or an error that names the attribute. */
static inline double
check_number(const IcpColumn *column, double number)
{
	if (unlikely(!isfinite(number)))
		arg_finite(number, psprintf("attribute \"%s\"", column->name));
	return number;
}

static inline void
set_number(const IcpColumn *column, IcpValue *v, double number)
{
	v->kind = ICP_NUMBER;
	v->word.text = NULL;
	v->number = v->word.number = check_number(column, number);
}

static inline void
check_time(const IcpColumn *column, bool finite)
{
	if (unlikely(!finite))
		arg_time(DT_NOEND, psprintf("attribute \"%s\"", column->name));
}

/* A text or a number: a column's value or an element of an array. */
static inline void
read_word(IcpPlan *plan, const IcpColumn *column, IcpForm form, Datum datum,
		  IcpWord *word)
{
	word->text = NULL;
	switch (form)
	{
		case FORM_TEXT:
			set_text(word, datum);
			break;
		case FORM_BPCHAR:
			read_bpchar(word, datum);
			break;
		case FORM_NAME:
		case FORM_CSTRING:
			set_word(word, DatumGetCString(datum),
					 strlen(DatumGetCString(datum)));
			break;
		case FORM_ENUM:
			read_enum(plan, word, DatumGetObjectId(datum));
			break;
		case FORM_INT2:
			word->number = DatumGetInt16(datum);
			break;
		case FORM_INT4:
			word->number = DatumGetInt32(datum);
			break;
		case FORM_INT8:
			word->number = (double) DatumGetInt64(datum);
			break;
		case FORM_FLOAT4:
			word->number = check_number(column, DatumGetFloat4(datum));
			break;
		case FORM_FLOAT8:
			word->number = check_number(column, DatumGetFloat8(datum));
			break;
		default:
			word->number = check_number(column, numeric_double(datum));
	}
}

/* A place for one more word of a list. */
static inline IcpWord *
next_word(IcpPlan *plan, IcpColumn *column, IcpValue *v)
{
	if (unlikely(v->n == column->room))
	{
		Size		size = 2 * (Size) column->room * sizeof(IcpWord);

		column->words = MemoryContextAllocHuge(plan->context, size);
		memcpy(column->words, v->words, v->n * sizeof(IcpWord));
		if (v->words != NULL)
			pfree(v->words);
		v->words = column->words;
		column->room *= 2;
	}
	return &v->words[v->n++];
}

/* An element of an array as a Datum, and the offset after it. */
static inline Datum
array_element(const IcpColumn *column, const char *base, Size *offset)
{
	const char *at;

	if (column->len == -1)
	{
		*offset = att_align_pointer(*offset, column->align, -1,
									base + *offset);
		at = base + *offset;
		*offset += VARSIZE_ANY(at);
		return PointerGetDatum(at);
	}
	*offset = att_align_nominal(*offset, column->align);
	at = base + *offset;
	*offset += column->len;
	return fetch_att(at, column->byval, column->len);
}

/* The elements of an array of text without NULL, the most frequent kind. */
static void
read_texts(IcpPlan *plan, IcpColumn *column, const ArrayType *a, int n,
		   IcpValue *v)
{
	const char *at = ARR_DATA_PTR(a);
	const IcpNode *vocabulary = column->vocabulary;
	uint64		mask = 0;

	for (int i = 0; i < n; i++)
	{
		IcpWord    *word = next_word(plan, column, v);

		at = (const char *) INTALIGN(at);
		word->text = VARDATA_ANY(at);
		word->len = VARSIZE_ANY_EXHDR(at);
		word->key = icp_inner_key(word->text, word->len);
		at += VARSIZE_ANY(at);
		if (vocabulary != NULL)
		{
			double		bit = icp_word_degree(plan->profile, vocabulary, word,
											  ICP_VOCABULARY);

			mask |= (bit < ICP_VOCABULARY ? UINT64CONST(1) : 0) <<
				((int) bit & (ICP_VOCABULARY - 1));
		}
	}
	v->mask = mask;
	v->masked = vocabulary != NULL;
}

/*
 * The elements of an array.  One with a short header, so of at most 126
 * bytes, is not aligned in its tuple and moves to a place that is.
 */
static void
read_array(IcpPlan *plan, IcpColumn *column, Datum datum, IcpValue *v)
{
	struct varlena *array = in_place(datum);
	const ArrayType *a = (const ArrayType *) array;
	const bits8 *missing;
	Size		offset;
	int			n;

	if (VARATT_IS_SHORT(array))
	{
		memcpy((char *) column->aligned + VARHDRSZ, VARDATA_SHORT(array),
			   VARSIZE_SHORT(array) - VARHDRSZ_SHORT);
		a = (const ArrayType *) column->aligned;
	}
	n = likely(a->ndim == 1) ? ARR_DIMS(a)[0] :
		ArrayGetNItems(a->ndim, ARR_DIMS(a));
	missing = ARR_NULLBITMAP(a);
	offset = ARR_DATA_OFFSET(a);
	v->n = 0;
	v->masked = false;
	v->words = column->words;
	if (column->element == FORM_TEXT && missing == NULL)
	{
		read_texts(plan, column, a, n, v);
		return;
	}
	for (int i = 0; i < n; i++)
	{
		Datum		element;

		if (missing != NULL && !(missing[i / 8] & (1 << (i % 8))))
			continue;
		element = array_element(column, (const char *) a, &offset);
		read_word(plan, column, column->element, element,
				  next_word(plan, column, v));
	}
}

/* A value of one of the less frequent forms. */
static void
read_other(IcpPlan *plan, int attribute, IcpColumn *column, Datum datum,
		   IcpValue *v)
{
	JsonbValue	json;

	switch (column->form)
	{
		case FORM_BPCHAR:
		case FORM_NAME:
		case FORM_ENUM:
			v->kind = ICP_TEXT;
			read_word(plan, column, column->form, datum, &v->word);
			break;
		case FORM_CSTRING:
			json.type = jbvString;
			json.val.string.val = DatumGetCString(datum);
			json.val.string.len = strlen(json.val.string.val);
			icp_read_json(plan, attribute, &json);
			break;
		case FORM_DATE:
			v->kind = ICP_TIME;
			v->number = DatumGetDateADT(datum) * (double) USECS_PER_DAY;
			check_time(column, !DATE_NOT_FINITE(DatumGetDateADT(datum)));
			break;
		case FORM_TIMESTAMP:
			v->kind = ICP_TIME;
			v->number = DatumGetTimestamp(datum);
			check_time(column, !TIMESTAMP_NOT_FINITE(DatumGetTimestamp(datum)));
			break;
		case FORM_JSON:
			json.type = jbvBinary;
			json.val.binary.data = &DatumGetJsonbP(datum)->root;
			icp_read_json(plan, attribute, &json);
			break;
		case FORM_OTHER:
			v->kind = ICP_OTHER;
			break;
		default:
			v->kind = ICP_NUMBER;
			read_word(plan, column, column->form, datum, &v->word);
			v->number = v->word.number;
	}
}

/* The value of an attribute; the forms of most columns come first. */
static pg_attribute_always_inline void
read_value(IcpPlan *plan, int attribute, Datum datum)
{
	IcpColumn  *column = &plan->columns[attribute];
	IcpValue   *v = &plan->values[attribute];

	switch (column->form)
	{
		case FORM_TEXT:
			v->kind = ICP_TEXT;
			set_text(&v->word, datum);
			break;
		case FORM_INT4:
			set_number(column, v, DatumGetInt32(datum));
			break;
		case FORM_FLOAT8:
			set_number(column, v, DatumGetFloat8(datum));
			break;
		case FORM_NUMERIC:
			set_number(column, v, numeric_double(datum));
			break;
		case FORM_BOOL:
			v->kind = ICP_BOOL;
			v->number = DatumGetBool(datum);
			break;
		case FORM_ARRAY:
			v->kind = ICP_LIST;
			read_array(plan, column, datum, v);
			break;
		default:
			read_other(plan, attribute, column, datum, v);
	}
}

/* The values of a call's arguments, behind the profile. */
void
icp_read_arguments(IcpPlan *plan, const NullableDatum *args)
{
	for (int i = 0; i < plan->profile->nattributes; i++)
	{
		if (args[i].isnull)
			plan->values[i].kind = ICP_UNKNOWN;
		else
			read_value(plan, i, args[i].value);
	}
}

/* The values of a record that has been taken apart. */
void
icp_read_columns(IcpPlan *plan)
{
	for (int i = 0; i < plan->profile->nattributes; i++)
	{
		const IcpColumn *column = &plan->columns[i];

		if (column->form == FORM_MISSING || plan->nulls[column->number])
			plan->values[i].kind = ICP_UNKNOWN;
		else
			read_value(plan, i, plan->datums[column->number]);
	}
}

/* The strings and numbers of a JSON array. */
static void
read_json_list(IcpPlan *plan, int attribute, JsonbContainer *array)
{
	IcpColumn  *column = &plan->columns[attribute];
	IcpValue   *v = &plan->values[attribute];
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbIteratorToken token;
	JsonbValue	element;

	v->n = 0;
	v->masked = false;
	v->words = column->words;
	while ((token = JsonbIteratorNext(&it, &element, true)) != WJB_DONE)
	{
		IcpWord    *word;

		if (token != WJB_ELEM || element.type == jbvNull)
			continue;
		if (element.type != jbvString && element.type != jbvNumeric)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("attribute \"%s\" must be an array of strings or numbers",
							column->name)));
		word = next_word(plan, column, v);
		if (element.type == jbvString)
			set_word(word, element.val.string.val, element.val.string.len);
		else
			read_word(plan, column, FORM_NUMERIC,
					  NumericGetDatum(element.val.numeric), word);
	}
}

/* The kind of a JSON value, and its name for messages. */
static IcpKind
json_kind(const JsonbValue *value, const char **name)
{
	switch (value->type)
	{
		case jbvNull:
			return ICP_UNKNOWN;
		case jbvString:
			*name = "a string";
			return ICP_TEXT;
		case jbvNumeric:
			*name = "a number";
			return ICP_NUMBER;
		case jbvBool:
			*name = "a boolean";
			return ICP_BOOL;
		default:
			if (JsonContainerIsArray(value->val.binary.data))
			{
				*name = "an array";
				return ICP_LIST;
			}
			*name = "an object";
			return ICP_OTHER;
	}
}

/* Take the value of an attribute from a document. */
void
icp_read_json(IcpPlan *plan, int attribute, const JsonbValue *value)
{
	IcpColumn  *column = &plan->columns[attribute];
	IcpValue   *v = &plan->values[attribute];
	const char *name = NULL;

	if (value->type == jbvBinary && JsonContainerIsScalar(value->val.binary.data))
		value = getIthJsonbValueFromContainer(value->val.binary.data, 0);
	v->kind = json_kind(value, &name);
	if (v->kind == ICP_UNKNOWN)
		return;
	if (v->kind == ICP_TEXT)
	{
		set_word(&v->word, value->val.string.val, value->val.string.len);
		if (!ICP_CAN_BE(column->kinds, ICP_TEXT) &&
			ICP_CAN_BE(column->kinds, ICP_TIME) &&
			icp_time(v->word.text, v->word.len, &v->number))
			v->kind = ICP_TIME;
	}
	icp_check_kind(plan, attribute, v->kind, name);
	if (v->kind == ICP_NUMBER)
	{
		read_word(plan, column, FORM_NUMERIC,
				  NumericGetDatum(value->val.numeric), &v->word);
		v->number = v->word.number;
	}
	else if (v->kind == ICP_BOOL)
		v->number = value->val.boolean;
	else if (v->kind == ICP_LIST)
		read_json_list(plan, attribute, value->val.binary.data);
}
