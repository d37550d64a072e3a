/*
 * abm.c
 *		The module: its magic block and its settings.
 */
#include "abm.h"

#include "entities.h"
#include "utils/guc.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "abm");
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	DefineCustomIntVariable("abm.population_memory",
							"Memory of a state that holds many entities.",
							"A query that gathers such a state takes up to three times as much for a moment.",
							&population_memory, 256 * 1024, 64,
							MaxAllocSize / 1024, PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
	MarkGUCPrefixReserved("abm");
}
