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
#include <unistd.h>

#include "utils/memutils.h"

#include "large.h"

#define LARGE_PAGE ((Size) 2 << 20)

/* more than what the memory manager and malloc put before and behind */
#define OVERHEAD 256

/* Is it worth the trouble? */
bool
is_large(Size size)
{
	return size >= 2 * LARGE_PAGE;
}

/*
 * Large pages where there are.  The advice is for all pages that the memory
 * touches: what malloc got from the system in one piece stays one, so that it
 * can grow without a copy.
 */
static void *
in_large_pages(char *memory, Size size)
{
#ifdef MADV_HUGEPAGE
	if (is_large(size))
	{
		Size		page = (Size) sysconf(_SC_PAGESIZE);
		char	   *from = (char *) TYPEALIGN_DOWN(page, memory);
		char	   *to = (char *) TYPEALIGN(page, memory + size);

		/* nothing is lost where it is not taken */
		(void) madvise(from, to - from, MADV_HUGEPAGE);
	}
#endif
	return memory;
}

/*
 * The size that fills large pages: the system puts a piece of whole ones
 * where a large page begins, and no piece of one is left at the end.
 */
static Size
in_whole_pages(Size size)
{
	return is_large(size) ? TYPEALIGN(LARGE_PAGE, size + OVERHEAD) - OVERHEAD : size;
}

/* Memory that will be used nearly to its end. */
void *
palloc_large(Size size)
{
	size = in_whole_pages(size);
	return in_large_pages(palloc_extended(size, MCXT_ALLOC_HUGE), size);
}

void *
repalloc_large(void *memory, Size size)
{
	size = in_whole_pages(size);
	return in_large_pages(repalloc_huge(memory, size), size);
}

/*
 * Meet the pages of memory that will be written in no order: all at once they
 * could be met between two questions whether to go on, and the system clears
 * each of them first.
 */
void
touch_large(void *memory, Size size)
{
	for (Size i = 0; i < size; i += LARGE_PAGE)
	{
		((volatile char *) memory)[i] = 0;
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * A context for many small pieces, of so many bytes together at the most.
 * Its first block begins with the context itself.
 */
MemoryContext
context_large(MemoryContext parent, Size size)
{
	Size		block = in_whole_pages(Min(size, MaxAllocSize / 2));
	MemoryContext context = AllocSetContextCreate(parent, "many small pieces",
												  block, ALLOCSET_DEFAULT_INITSIZE,
												  Max(block, ALLOCSET_DEFAULT_MAXSIZE));

	in_large_pages((char *) context, block);
	return context;
}
