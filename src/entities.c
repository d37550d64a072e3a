/*
 * entities.c
 *		Many entities in one state: their keys, and rows for each of them.
 */
#include "entities.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "port/pg_bitutils.h"
#include "utils/uuid.h"

const char *const key_kinds[] = {"none", "bigint", "text", "uuid", NULL};

static const Oid key_types[] = {InvalidOid, INT8OID, TEXTOID, UUIDOID};

/* a state for many entities may have so many kB */
int			population_memory = 256 * 1024;

/*
 * Keys
 */

/* A key that is not a number goes to the dictionary. */
int64
entity_key_arg(FunctionCallInfo fcinfo, int argno, KeyKind kind, void **state,
			   const StateType *type)
{
	const text *key;

	if (kind == KEY_UUID)
		return state_label(state, type, KEY_DICT,
						   (const char *) PG_GETARG_UUID_P(argno)->data, UUID_LEN);
	key = PG_GETARG_TEXT_PP(argno);
	if (unlikely(VARSIZE_ANY_EXHDR(key) > MAX_TEXT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("entity must not be longer than %d bytes", MAX_TEXT)));
	return state_label(state, type, KEY_DICT, VARDATA_ANY(key),
					   VARSIZE_ANY_EXHDR(key));
}

/* The code of a key that is not a number, or -1. */
int64
entity_key_find(FunctionCallInfo fcinfo, int argno, KeyKind kind,
				const Dict *keys)
{
	const text *key;

	if (keys == NULL)
		return -1;
	if (kind == KEY_UUID)
		return dict_find(keys, (const char *) PG_GETARG_UUID_P(argno)->data,
						 UUID_LEN);
	key = PG_GETARG_TEXT_PP(argno);
	return dict_find(keys, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
}

/* The type of an argument, numbers if it is not there, must be the keys'. */
void
entity_expect(FunctionCallInfo fcinfo, int argno, KeyKind kind)
{
	Oid			type = argno < PG_NARGS() ?
	get_fn_expr_argtype(fcinfo->flinfo, argno) : INT8OID;

	if (kind != KEY_NONE && type != key_types[kind])
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the entities of this state are of type %s, not %s",
						key_kinds[kind], format_type_be(type)),
				 argno < PG_NARGS() ?
				 errhint("Cast the argument to %s.", key_kinds[kind]) :
				 argno == 1 ?
				 errhint("Say so with the argument entity_type => NULL::%s.",
						 key_kinds[kind]) :
				 errhint("Give all arguments, and NULL::%s as the last one.",
						 key_kinds[kind])));
}

/* The entity of an argument of the right type; false if it is unknown. */
bool
entity_find(FunctionCallInfo fcinfo, int argno, const Dict *keys,
			int64 *entity)
{
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, argno);

	if (type == INT8OID)
	{
		*entity = PG_GETARG_INT64(argno);
		return true;
	}
	*entity = entity_key_find(fcinfo, argno, type == UUIDOID ? KEY_UUID : KEY_TEXT,
							  keys);
	return *entity >= 0;
}

Datum
entity_datum(KeyKind kind, const Dict *keys, int64 entity)
{
	pg_uuid_t  *uuid;

	if (kind == KEY_BIGINT)
		return Int64GetDatum(entity);
	if (kind == KEY_TEXT)
		return PointerGetDatum(cstring_to_text_with_len(dict_text(keys, entity),
														dict_len(keys, entity)));
	uuid = palloc(sizeof(pg_uuid_t));
	memcpy(uuid->data, dict_text(keys, entity), UUID_LEN);
	return UUIDPGetDatum(uuid);
}

/* Records of entities of two types are no one state. */
void
entities_check_kinds(KeyKind kind, KeyKind other, const char *what)
{
	if (kind != other)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cannot merge %s of entities of type %s with those of type %s",
						what, key_kinds[kind], key_kinds[other])));
}

/* For a person to read; NULL: the entity is a number. */
const char *
entity_show(KeyKind kind, const Dict *keys, int64 entity)
{
	if (kind == KEY_TEXT)
		return pnstrdup(dict_text(keys, entity), dict_len(keys, entity));
	if (kind == KEY_UUID)
		return DatumGetCString(DirectFunctionCall1(uuid_out,
												   entity_datum(kind, keys, entity)));
	return NULL;
}

/* What is wrong with the keys of a state that came from outside, or NULL. */
const char *
entity_fault(KeyKind kind, const Dict *keys)
{
	int			n = keys == NULL ? 0 : keys->nentries;

	if (kind == KEY_NONE || (kind == KEY_BIGINT) != (n == 0))
		return "its keys are of another type";
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (kind == KEY_UUID ? dict_len(keys, i) != UUID_LEN :
			!pg_verifymbstr(dict_text(keys, i), dict_len(keys, i), true))
			return "its keys are damaged";
	}
	return NULL;
}
