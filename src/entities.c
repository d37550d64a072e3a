/*
 * entities.c
 *		Many entities in one state: their keys, and rows for each of them.
 */
#include "entities.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "port/pg_bitutils.h"
#include "utils/uuid.h"

#include "large.h"

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
	const text *key;

	*entity = -1;
	if (type == INT8OID)
	{
		*entity = PG_GETARG_INT64(argno);
		return true;
	}
	if (keys == NULL)
		return false;
	if (type == UUIDOID)
		*entity = dict_find(keys, (const char *) PG_GETARG_UUID_P(argno)->data,
							UUID_LEN);
	else
	{
		key = PG_GETARG_TEXT_PP(argno);
		*entity = dict_find(keys, VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
	}
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

/* Rows in place of those to come, in memory of some context. */
static void
rows_in(FunctionCallInfo fcinfo, MemoryContext context)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller = MemoryContextSwitchTo(context);

	tuplestore_end(result->setResult);
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0,
											  false, Max(population_memory, work_mem));
	MemoryContextSwitchTo(caller);
}

/*
 * Begin to return rows, one for each entity of a population.  They may take
 * as much memory as the population.
 */
void
entities_begin_rows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	abm_begin_rows(fcinfo);
	if (population_memory > work_mem)
		rows_in(fcinfo, result->econtext->ecxt_per_query_memory);
}

/*
 * There will be so many rows at the most: they lie close together, in a
 * context of their own.  That of the call before is deleted: when a function
 * is called again, its caller has done with the rows that it had.
 */
void
entities_expect_rows(FunctionCallInfo fcinfo, int64 rows)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = fcinfo->flinfo->fn_extra;
	Size		row = SizeofMinimalTupleHeader +
	result->setDesc->natts * sizeof(Datum);
	Size		size;

	/* what the memory manager takes for a row and its header */
	row = pg_nextpower2_size_t(row) + 2 * sizeof(Datum);
	size = Min((Size) rows * row, (Size) population_memory * 1024);
	fcinfo->flinfo->fn_extra = NULL;
	if (context != NULL)
		MemoryContextDelete(context);
	if (!ROWS_LIE_IN_CONTEXT || !is_large(size))
		return;
	context = context_large(result->econtext->ecxt_per_query_memory, size);
	fcinfo->flinfo->fn_extra = context;
	rows_in(fcinfo, context);
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
