/*
 * large.h
 *		Large pieces of memory.
 */
#ifndef ABM_LARGE_H
#define ABM_LARGE_H

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/* bytes that are done in one go */
#define LARGE_PIECE (4 * 1024 * 1024)

extern bool is_large(Size size);
extern void *palloc_large(Size size);
extern void *repalloc_large(void *memory, Size size);
extern void touch_large(void *memory, Size size);
extern MemoryContext context_large(MemoryContext parent, Size size);

#pragma GCC visibility pop

/* memcpy that can be interrupted */
static inline void
memcpy_large(void *to, const void *from, Size size)
{
	char	   *t = to;
	const char *f = from;

	for (; size > LARGE_PIECE; size -= LARGE_PIECE)
	{
		memcpy(t, f, LARGE_PIECE);
		CHECK_FOR_INTERRUPTS();
		t += LARGE_PIECE;
		f += LARGE_PIECE;
	}
	memcpy(t, f, size);
}

#endif							/* ABM_LARGE_H */
