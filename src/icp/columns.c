/*
 * columns.c
 *		Which types of column a test can read, and in what form.
 */
#include "abm.h"

#include "catalog/pg_type.h"
#include "icp/icp.h"
#include "utils/lsyscache.h"

/* An attribute has a value that one of its tests cannot read. */
void
icp_refuse_kind(const IcpPlan *plan, int attribute, IcpKind kind,
				const char *type)
{
	const IcpNode *n = ICP_NODES(plan->profile);

	while (n->attribute != attribute || ICP_CAN_BE(n->kinds, kind))
		n++;
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("attribute \"%s\" cannot be read by %s: it is %s",
					plan->columns[attribute].name, icp_test_name(n), type)));
}

/* The form of a type that is not an array. */
static IcpForm
type_form(Oid type)
{
	char		category;
	bool		preferred;

	switch (type)
	{
		case BPCHAROID:
			return FORM_BPCHAR;
		case NAMEOID:
			return FORM_NAME;
		case UNKNOWNOID:
		case CSTRINGOID:
			return FORM_CSTRING;
		case BOOLOID:
			return FORM_BOOL;
		case INT2OID:
			return FORM_INT2;
		case INT4OID:
			return FORM_INT4;
		case INT8OID:
			return FORM_INT8;
		case FLOAT4OID:
			return FORM_FLOAT4;
		case FLOAT8OID:
			return FORM_FLOAT8;
		case NUMERICOID:
			return FORM_NUMERIC;
		case DATEOID:
			return FORM_DATE;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return FORM_TIMESTAMP;
		case JSONBOID:
			return FORM_JSON;
	}
	if (type_is_enum(type))
		return FORM_ENUM;
	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_STRING && get_typlen(type) == -1 ?
		FORM_TEXT : FORM_OTHER;
}

/* What a value of a form is to a test; JSON shows only row by row. */
static IcpKind
form_kind(IcpForm form)
{
	switch (form)
	{
		case FORM_TEXT:
		case FORM_BPCHAR:
		case FORM_NAME:
		case FORM_CSTRING:
		case FORM_ENUM:
			return ICP_TEXT;
		case FORM_BOOL:
			return ICP_BOOL;
		case FORM_DATE:
		case FORM_TIMESTAMP:
			return ICP_TIME;
		case FORM_ARRAY:
			return ICP_LIST;
		case FORM_OTHER:
			return ICP_OTHER;
		default:
			return ICP_NUMBER;
	}
}

/*
 * Can the elements of an array be walked where they lie?  A C string has no
 * length in front, and a document is no number.
 */
static bool
elements_readable(const IcpColumn *column)
{
	IcpKind		kind = form_kind(column->element);

	if (column->element == FORM_CSTRING || column->element == FORM_JSON)
		return false;
	if (column->element == FORM_TEXT && column->align != TYPALIGN_INT)
		return false;
	return kind == ICP_TEXT || kind == ICP_NUMBER;
}

/*
 * Decide how a column of a type is read, and that its tests can read it.  A
 * literal without a type is read as a JSON string would be.
 */
void
icp_classify(IcpPlan *plan, IcpColumn *column, Oid type)
{
	Oid			base = getBaseType(type);
	Oid			element = get_base_element_type(base);
	IcpKind		kind;

	column->type = type;
	column->form = type_form(base);
	if (OidIsValid(element))
	{
		column->form = FORM_ARRAY;
		column->element = type_form(getBaseType(element));
		get_typlenbyvalalign(element, &column->len, &column->byval,
							 &column->align);
		if (!elements_readable(column))
			column->form = FORM_OTHER;
	}
	kind = form_kind(column->form);
	if (column->form != FORM_JSON && column->form != FORM_CSTRING)
		icp_check_kind(plan, column - plan->columns, kind, format_type_be(type));
}
