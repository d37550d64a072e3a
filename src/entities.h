/*
 * entities.h
 *		Many entities in one state: their keys, and rows for each of them.
 *
 * Grouping rows by entity costs the executor more than any aggregate does
 * with them.  A state that takes the entity as an argument appends records
 * and sorts them once, at the end.
 */
#ifndef ABM_ENTITIES_H
#define ABM_ENTITIES_H

#include "event.h"

/* The type of the keys; those of texts and UUIDs are codes of a dictionary. */
typedef enum KeyKind
{
	KEY_NONE, KEY_BIGINT, KEY_TEXT, KEY_UUID
} KeyKind;

extern const char *const key_kinds[];

/* which of a state's dictionaries has the keys */
#define KEY_DICT 1

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern int	population_memory;	/* kB, a setting */

extern int64 entity_key_arg(FunctionCallInfo fcinfo, int argno, KeyKind kind,
							void **state, const StateType *type);
extern int64 entity_key_find(FunctionCallInfo fcinfo, int argno, KeyKind kind,
							 const Dict *keys);
extern void entity_expect(FunctionCallInfo fcinfo, int argno, KeyKind kind);
extern bool entity_find(FunctionCallInfo fcinfo, int argno, const Dict *keys,
						int64 *entity);
extern void entities_check_kinds(KeyKind kind, KeyKind other,
								 const char *what);
extern Datum entity_datum(KeyKind kind, const Dict *keys, int64 entity);
extern const char *entity_show(KeyKind kind, const Dict *keys, int64 entity);
extern const char *entity_fault(KeyKind kind, const Dict *keys);

/* The entity of a row. */
static inline int64
entity_arg(FunctionCallInfo fcinfo, int argno, KeyKind kind, void **state,
		   const StateType *type)
{
	return kind == KEY_BIGINT ? PG_GETARG_INT64(argno) :
		entity_key_arg(fcinfo, argno, kind, state, type);
}

/* The entity, or its code, that a record begins with: 4 bytes or 8. */
static inline int64
entity_read(const char *record, int size)
{
	uint32		small;
	int64		large;

	if (size == 4)
	{
		memcpy(&small, record, sizeof(small));
		return small;
	}
	memcpy(&large, record, sizeof(large));
	return large;
}

#pragma GCC visibility pop

#endif							/* ABM_ENTITIES_H */
