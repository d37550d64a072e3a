/*
 * select.h
 *		Order statistics without sorting.
 */
#ifndef ABM_SELECT_H
#define ABM_SELECT_H

#include <stdint.h>

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern int64_t select_least(int64_t *v, int64_t n, int64_t k);

#pragma GCC visibility pop

#endif							/* ABM_SELECT_H */
