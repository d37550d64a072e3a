/*
 * abm.c
 *		The module's magic block and version.
 */
#include "abm.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "abm");
#else
PG_MODULE_MAGIC;
#endif
