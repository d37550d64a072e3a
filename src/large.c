/*
 * large.c
 *		Large pieces of memory.
 *
 * The states of populations are hundreds of megabytes that are written once
 * and read once or twice: most of what they cost is the faults of their pages
 * when those are small.
 */
#include "abm.h"

#include <sys/mman.h>

#include "large.h"

#define LARGE_PAGE ((Size) 2 << 20)

/* Memory that will be used nearly to its end, in large pages where there are. */
void *
palloc_large(Size size)
{
	char	   *memory = palloc_extended(size, MCXT_ALLOC_HUGE);

#ifdef MADV_HUGEPAGE
	if (size >= 2 * LARGE_PAGE)
	{
		char	   *from = (char *) TYPEALIGN(LARGE_PAGE, memory);
		char	   *to = (char *) TYPEALIGN_DOWN(LARGE_PAGE, memory + size);

		/* it is an advice: nothing is lost where it is not taken */
		(void) madvise(from, to - from, MADV_HUGEPAGE);
	}
#endif
	return memory;
}
