/*
 * decode.c
 *		The readers of bytes and texts under a fuzzer that sees which branches
 *		its input takes (libFuzzer), outside a server.
 *
 * The server's own code is linked in as it is, without its main(), and memory
 * contexts are replaced by one that gets each chunk from malloc, so that
 * AddressSanitizer sees the bounds of every one.  The first byte of an input
 * chooses the reader.  A binary state gets its checksum here: otherwise none
 * of the fuzzer's would be read beyond it.
 *
 * What is read must come back the same: written, it is the input; its text is
 * read as the same bytes; merged with itself, it is a state again.
 */
#include "abm.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "nodes/memnodes.h"
#include "pgtime.h"
#include "port/pg_crc32c.h"
#include "utils/memutils.h"

#include <sanitizer/asan_interface.h>

#if PG_VERSION_NUM >= 160000
#error "chunks say in another way where they belong from 16 on"
#endif

/* main.c of the server, which is left out, has it */
const char *progname = "decode";

int			LLVMFuzzerInitialize(int *argc, char ***argv);
int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A memory context of single chunks
 */
typedef struct Chunk
{
	struct Chunk *prev;
	struct Chunk *next;
	Size		size;
	MemoryContext context;		/* where the server looks for it */
} Chunk;

typedef struct ChunkContext
{
	MemoryContextData header;
	Chunk		list;
} ChunkContext;

static Chunk *
chunk_of(void *pointer)
{
	Chunk	   *chunk = (Chunk *) pointer - 1;

	__asan_unpoison_memory_region(chunk, sizeof(Chunk));
	return chunk;
}

static void *
chunk_link(ChunkContext *context, Chunk *chunk, Size size)
{
	chunk->size = size;
	chunk->context = &context->header;
	chunk->prev = &context->list;
	chunk->next = context->list.next;
	chunk->next->prev = chunk;
	context->list.next = chunk;
	return chunk + 1;
}

static void *
chunk_alloc(MemoryContext context, Size size)
{
	Chunk	   *chunk = malloc(sizeof(Chunk) + size);

	if (chunk == NULL)
		return NULL;
	memset(chunk + 1, 0x7E, size);
	return chunk_link((ChunkContext *) context, chunk, size);
}

static void
chunk_unlink(Chunk *chunk)
{
	chunk->prev->next = chunk->next;
	chunk->next->prev = chunk->prev;
}

static void
chunk_free(MemoryContext context, void *pointer)
{
	Chunk	   *chunk = chunk_of(pointer);

	chunk_unlink(chunk);
	free(chunk);
}

static void *
chunk_realloc(MemoryContext context, void *pointer, Size size)
{
	Chunk	   *chunk = chunk_of(pointer);
	Chunk	   *larger = malloc(sizeof(Chunk) + size);

	if (larger == NULL)
		return NULL;
	memcpy(larger + 1, chunk + 1, Min(size, chunk->size));
	chunk_free(context, pointer);
	return chunk_link((ChunkContext *) context, larger, size);
}

static void
chunk_reset(MemoryContext context)
{
	ChunkContext *chunks = (ChunkContext *) context;

	while (chunks->list.next != &chunks->list)
		chunk_free(context, chunks->list.next + 1);
}

static Size
chunk_space(MemoryContext context, void *pointer)
{
	return sizeof(Chunk) + chunk_of(pointer)->size;
}

static bool
chunk_empty(MemoryContext context)
{
	return ((ChunkContext *) context)->list.next == &((ChunkContext *) context)->list;
}

static void
chunk_stats(MemoryContext context, MemoryStatsPrintFunc print, void *arg,
			MemoryContextCounters *totals, bool to_stderr)
{
}

#ifdef MEMORY_CONTEXT_CHECKING
static void
chunk_check(MemoryContext context)
{
}
#endif

static const MemoryContextMethods chunk_methods = {
	.alloc = chunk_alloc,.free_p = chunk_free,.realloc = chunk_realloc,
	.reset = chunk_reset,.delete_context = chunk_reset,
	.get_chunk_space = chunk_space,.is_empty = chunk_empty,
	.stats = chunk_stats,
#ifdef MEMORY_CONTEXT_CHECKING
	.check = chunk_check,
#endif
};

static ChunkContext chunks;

/*
 * Readers
 */
#define STATE_READER(name) \
	extern Datum abm_##name##_recv(PG_FUNCTION_ARGS); \
	extern Datum abm_##name##_send(PG_FUNCTION_ARGS); \
	extern Datum abm_##name##_in(PG_FUNCTION_ARGS); \
	extern Datum abm_##name##_out(PG_FUNCTION_ARGS); \
	extern Datum abm_##name##_jsonb(PG_FUNCTION_ARGS); \
	extern Datum abm_##name##_merge(PG_FUNCTION_ARGS);
#define TEXT_READER(name) extern Datum abm_##name(PG_FUNCTION_ARGS);
#include "readers.h"
#undef STATE_READER
#undef TEXT_READER

typedef struct Reader
{
	const char *name;
	PGFunction	recv;
	PGFunction	send;
	PGFunction	in;
	PGFunction	out;
	PGFunction	jsonb;
	PGFunction	merge;
	PGFunction	text;
} Reader;

static const Reader readers[] = {
#define STATE_READER(name) \
	{#name, abm_##name##_recv, abm_##name##_send, abm_##name##_in, \
	abm_##name##_out, abm_##name##_jsonb, abm_##name##_merge, NULL},
#define TEXT_READER(name) {#name, NULL, NULL, NULL, NULL, NULL, NULL, abm_##name},
#include "readers.h"
};

static Datum
call(PGFunction function, Datum argument)
{
	LOCAL_FCINFO(fcinfo, 2);

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = argument;
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = argument;
	fcinfo->args[1].isnull = false;
	return function(fcinfo);
}

static void
same(const void *a, Size na, const void *b, Size nb)
{
	if (na != nb || memcmp(a, b, na) != 0)
		abort();
}

/* A line "NAME HEXADECIMAL" of a corpus, when one is asked for. */
static void
write_line(const Reader *r, const char *image, Size size)
{
	static FILE *file = NULL;
	const char *path = getenv("ABM_LINES");

	if (path == NULL || (file == NULL && (file = fopen(path, "a")) == NULL))
		return;
	fprintf(file, "%s ", r->name);
	for (Size i = 0; i < size; i++)
		fprintf(file, "%02x", (unsigned char) image[i]);
	fputc('\n', file);
	fflush(file);
}

static void
read_value(const Reader *r, const void *image, Size size)
{
	StringInfoData buf;
	Datum		value;
	Datum		again;
	bytea	   *sent;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, image, size);
	value = call(r->recv, PointerGetDatum(&buf));
	if (buf.cursor != buf.len)
		return;					/* the server refuses it then */
	sent = DatumGetByteaPP(call(r->send, value));
	same(image, size, VARDATA_ANY(sent), VARSIZE_ANY_EXHDR(sent));
	again = call(r->in, call(r->out, value));
	same(DatumGetPointer(value), VARSIZE(DatumGetPointer(value)),
		 DatumGetPointer(again), VARSIZE(DatumGetPointer(again)));
	(void) call(r->jsonb, value);
	if (r->merge != NULL)
	{
		again = call(r->merge, value);
		(void) call(r->jsonb, again);
	}
}

static void
read_state(const Reader *r, const uint8_t *data, size_t size)
{
	char	   *image = palloc(size + sizeof(pg_crc32c));
	pg_crc32c	crc;

	memcpy(image, data, size);
	INIT_CRC32C(crc);
	COMP_CRC32C(crc, image, size);
	FIN_CRC32C(crc);
	for (int i = 0; i < 4; i++)
		image[size + i] = (char) (crc >> (24 - 8 * i));
	write_line(r, image, size + 4);
	read_value(r, image, size + 4);
}

static void
read_text(const Reader *r, const uint8_t *data, size_t size)
{
	if (!pg_verifymbstr((const char *) data, (int) size, true))
		return;					/* the server has no such text */
	write_line(r, (const char *) data, size);
	(void) call(r->text, PointerGetDatum(cstring_to_text_with_len((const char *) data,
																   (int) size)));
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	MemoryContextInit();
	(void) set_stack_base();
	SetDatabaseEncoding(PG_UTF8);
	pg_timezone_initialize();
	chunks.list.prev = chunks.list.next = &chunks.list;
	MemoryContextCreate(&chunks.header, T_AllocSetContext, &chunk_methods,
						TopMemoryContext, "chunks");
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const Reader *r;

	if (size < 1)
		return 0;
	r = &readers[data[0] % lengthof(readers)];
	MemoryContextSwitchTo(&chunks.header);
	PG_TRY();
	{
		if (r->text != NULL)
			read_text(r, data + 1, size - 1);
		else
			read_state(r, data + 1, size - 1);
	}
	PG_CATCH();
	{
		int			code = geterrcode();

		if (ERRCODE_TO_CATEGORY(code) == ERRCODE_INTERNAL_ERROR)
			abort();
		FlushErrorState();
	}
	PG_END_TRY();
	MemoryContextReset(&chunks.header);
	return 0;
}
