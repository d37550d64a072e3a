/*
 * entities.c
 *		Many entities in one state: their keys, and records brought together
 *		by them.
 */
#include "entities.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/uuid.h"

#include "large.h"

const char *const key_kinds[] = {"none", "bigint", "text", "uuid", NULL};

static const Oid key_types[] = {InvalidOid, INT8OID, TEXTOID, UUIDOID};

/* a state for many entities may have so many kB */
int			population_memory = 256 * 1024;

/*
 * Keys
 */

/* The entity of a row; a key that is not a number goes to the dictionary. */
int64
entity_arg(FunctionCallInfo fcinfo, int argno, KeyKind kind, void **state,
		   const StateType *type)
{
	const text *key;

	if (kind == KEY_BIGINT)
		return PG_GETARG_INT64(argno);
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

/*
 * Begin to return rows, one for each entity of a population.  They may take
 * as much memory as the population.
 */
void
entities_begin_rows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;

	abm_begin_rows(fcinfo);
	if (population_memory <= work_mem)
		return;
	caller = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	tuplestore_end(result->setResult);
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0,
											  false, population_memory);
	MemoryContextSwitchTo(caller);
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

/*
 * Sorting
 *
 * A radix sort over the entity, least significant digit first, brings the
 * records of an entity together without disturbing their order.  They came in
 * the order of time more often than not, so that sorting each entity's few
 * records afterwards is little work.
 */
#define DIGIT_BITS 11
#define MAX_DIGITS 6

/* records of one entity up to so many are sorted by insertion */
#define FEW_RECORDS 24
#define MAX_RECORD 64

typedef struct Radix
{
	uint64		least;			/* entity, as an unsigned number */
	int			ndigits;
	int			bits;			/* of a digit */
	uint32	   *count;			/* of each value of each digit */
} Radix;

/* The entity as a number that sorts without a sign. */
static inline uint64
record_entity(const char *record, int entity_size)
{
	uint64		entity = entity_read(record, entity_size);

	return entity_size == 4 ? entity : entity ^ (UINT64CONST(1) << 63);
}

static inline uint32
record_digit(const Radix *r, const char *record, int entity_size, int digit)
{
	return (uint32) ((record_entity(record, entity_size) - r->least) >>
					 (digit * r->bits)) & ((1u << r->bits) - 1);
}

/* The range of the entities; false if they are in order already. */
static inline bool
radix_plan(Radix *r, const char *items, int n, int size, int entity_size)
{
	uint64		least = PG_UINT64_MAX;
	uint64		greatest = 0;
	uint64		last = 0;
	bool		sorted = true;
	int			width;

	for (int i = 0; i < n; i++)
	{
		uint64		entity = record_entity(items + (Size) i * size, entity_size);

		CHECK_EVERY(i, 0xFFFF);
		least = Min(least, entity);
		greatest = Max(greatest, entity);
		sorted &= entity >= last;
		last = entity;
	}
	if (sorted)
		return false;
	width = 64 - __builtin_clzll(greatest - least);
	r->least = least;
	r->ndigits = (width + DIGIT_BITS - 1) / DIGIT_BITS;
	r->bits = (width + r->ndigits - 1) / r->ndigits;
	return true;
}

/* How often each digit has each value. */
static inline void
radix_count(Radix *r, const char *items, int n, int size, int entity_size)
{
	r->count = palloc0((sizeof(uint32) * r->ndigits) << r->bits);
	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		for (int d = 0; d < r->ndigits; d++)
			r->count[(d << r->bits) +
					 record_digit(r, items + (Size) i * size, entity_size, d)]++;
	}
	for (int d = 0; d < r->ndigits; d++)
	{
		uint32	   *count = r->count + (d << r->bits);
		uint32		place = 0;

		for (int i = 0; i < 1 << r->bits; i++)
		{
			uint32		here = count[i];

			count[i] = place;
			place += here;
		}
	}
}

static inline void
radix_scatter(Radix *r, char *to, const char *from, int n, int size,
			  int entity_size, int digit)
{
	uint32	   *place = r->count + (digit << r->bits);

	for (int i = 0; i < n; i++)
	{
		const char *record = from + (Size) i * size;
		uint32		d = record_digit(r, record, entity_size, digit);

		CHECK_EVERY(i, 0xFFFF);
		memcpy(to + (Size) place[d]++ * size, record, size);
	}
}

/* Sizes are constants where this is called, so that the loops are tight. */
static pg_attribute_always_inline void
radix_sort(char *items, int n, int size, int entity_size)
{
	Radix		r;
	char	   *from = items;
	char	   *to;
	char	   *spare;

	if (!radix_plan(&r, items, n, size, entity_size))
		return;
	radix_count(&r, items, n, size, entity_size);
	spare = to = palloc_large((Size) n * size);
	for (int d = 0; d < r.ndigits; d++)
	{
		char	   *swap = from;

		radix_scatter(&r, to, from, n, size, entity_size, d);
		from = to;
		to = swap;
	}
	if (from != items)
		state_memcpy(items, from, (Size) n * size);
	pfree(spare);
	pfree(r.count);
}

/* Sort records of one entity that are not many, or nearly in order. */
static void
run_sort(char *items, int n, const RecordShape *shape)
{
	char		record[MAX_RECORD];
	int			size = shape->size;
	int			moved = 0;

	for (int i = 1; i < n; i++)
	{
		int			k = i;
		const char *here = items + (Size) i * size;

		CHECK_EVERY(i, 0xFFFF);
		while (k > 0 && shape->compare(items + (Size) (k - 1) * size, here, NULL) > 0)
			k--;
		if (k == i)
			continue;
		memcpy(record, items + (Size) i * size, size);
		memmove(items + (Size) (k + 1) * size, items + (Size) k * size,
				(Size) (i - k) * size);
		memcpy(items + (Size) k * size, record, size);
		moved += i - k;
		if (unlikely(moved > FEW_RECORDS * FEW_RECORDS && moved > 8 * n))
		{
			qsort_interruptible(items, n, size, shape->compare, NULL);
			return;
		}
	}
}

/* The 64 bits behind the entity. */
static inline uint64
record_key(const char *record, int entity_size)
{
	uint64		key;

	memcpy(&key, record + entity_size, sizeof(key));
	return key;
}

/* Is it seen by the keys that two records are in order? */
static inline bool
keys_in_order(const char *a, const char *b, int entity_size, bool equal)
{
	uint64		x = record_key(a, entity_size);
	uint64		y = record_key(b, entity_size);

	return x < y || (equal && x == y);
}

/*
 * Sort the records of each entity, sizes being constants again.  Most are in
 * order, and where there are keys that is seen without a call.
 */
static pg_attribute_always_inline void
runs_sort(char *items, int n, int size, int entity_size,
		  const RecordShape *shape)
{
	bool		equal = shape->key_decides;
	bool		in_order = shape->key_first;
	int			start = 0;

	for (int i = 1; i <= n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (i < n &&
			record_entity(items + (Size) i * size, entity_size) ==
			record_entity(items + (Size) start * size, entity_size))
		{
			in_order = in_order &&
				keys_in_order(items + (Size) (i - 1) * size,
							  items + (Size) i * size, entity_size, equal);
			continue;
		}
		if (i - start > 1 && !in_order)
			run_sort(items + (Size) start * size, i - start, shape);
		in_order = shape->key_first;
		start = i;
	}
}

static pg_attribute_always_inline void
sort_sized(char *items, int n, int size, int entity_size,
		   const RecordShape *shape)
{
	radix_sort(items, n, size, entity_size);
	runs_sort(items, n, size, entity_size, shape);
}

/*
 * Sort records by entity, and those of one entity by what they compare by.
 * The usual sizes are constants to the compiler.
 */
void
records_sort(void *items, int n, const RecordShape *shape)
{
	if (shape->entity_size == 8)
		sort_sized(items, n, shape->size, 8, shape);
	else if (shape->size == 12)
		sort_sized(items, n, 12, 4, shape);
	else if (shape->size == 16)
		sort_sized(items, n, 16, 4, shape);
	else if (shape->size == 20)
		sort_sized(items, n, 20, 4, shape);
	else
		sort_sized(items, n, shape->size, 4, shape);
}
