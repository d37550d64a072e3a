/*
 * records.h
 *		Records of many entities brought together.
 */
#ifndef ABM_RECORDS_H
#define ABM_RECORDS_H

#include "entities.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/*
 * How records begin that are to be sorted: with an entity of so many bytes,
 * 4 or 8, and what follows is compared by the function.
 */
typedef struct RecordShape
{
	int			size;
	int			entity_size;
	int			(*compare) (const void *a, const void *b, void *arg);
	bool		key_first;		/* a StateKey follows, and is compared first */
	bool		key_decides;	/* and there is nothing else to compare */
	void		(*recode) (void *items, int n, const StateCodes *codes);
} RecordShape;

extern void records_sort(void *items, const void *from, int n,
						 const StateCodes *codes, const RecordShape *shape);

#pragma GCC visibility pop

#endif							/* ABM_RECORDS_H */
