/*
 * memcheck.h
 *		Stands in for valgrind's header when the server is built with
 *		-DUSE_VALGRIND and AddressSanitizer: what palloc tells valgrind about
 *		the bytes of a chunk is told the sanitizer instead, so that it sees
 *		an overrun of a single chunk.
 */
#include <sanitizer/asan_interface.h>

#define VALGRIND_MAKE_MEM_DEFINED(p, n) \
	__asan_unpoison_memory_region((p), (n))
#define VALGRIND_MAKE_MEM_UNDEFINED(p, n) \
	__asan_unpoison_memory_region((p), (n))
#define VALGRIND_MAKE_MEM_NOACCESS(p, n) \
	__asan_poison_memory_region((p), (n))
#define VALGRIND_CHECK_MEM_IS_DEFINED(p, n) ((void) 0)
#define VALGRIND_CREATE_MEMPOOL(pool, redzone, zeroed) ((void) 0)
#define VALGRIND_DESTROY_MEMPOOL(pool) ((void) 0)
#define VALGRIND_MEMPOOL_ALLOC(pool, p, n) \
	__asan_unpoison_memory_region((p), (n))
#define VALGRIND_MEMPOOL_FREE(pool, p) ((void) 0)
#define VALGRIND_MEMPOOL_CHANGE(pool, from, to, n) \
	__asan_unpoison_memory_region((to), (n))
#define VALGRIND_COUNT_ERRORS 0
#define VALGRIND_PRINTF(...) ((void) 0)
