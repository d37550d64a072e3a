/*
 * large.h
 *		Large pieces of memory.
 */
#ifndef ABM_LARGE_H
#define ABM_LARGE_H

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern bool is_large(Size size);
extern void *palloc_large(Size size);
extern void *repalloc_large(void *memory, Size size);
extern void touch_large(void *memory, Size size);
extern MemoryContext context_large(MemoryContext parent, Size size);

#pragma GCC visibility pop

#endif							/* ABM_LARGE_H */
