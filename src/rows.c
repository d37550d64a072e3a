/*
 * rows.c
 *		Rows that a function makes one by one.
 *
 * In FROM the server reads a function's rows from a store of all of them.  In
 * a select list it takes them as they are made: none is kept, and of each row
 * only those columns are read that somebody asks for.
 */
#include "rows.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "utils/expandedrecord.h"
#include "utils/memutils.h"

#include "entities.h"
#include "large.h"

/*
 * As they are made
 *
 * A row is an object that has the columns in an array.  It is the same one
 * for all rows; whoever keeps a row, rather than reads it, copies it.
 */
typedef struct RowFlow
{
	void	   *from;
	ExpandedRecordHeader *row;
} RowFlow;

static ExpandedRecordHeader *
flow_row(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = ((ReturnSetInfo *) fcinfo->resultinfo)->expectedDesc;
	ExpandedRecordHeader *row;

	if (desc == NULL)
		elog(ERROR, "no type of rows is expected");
	row = make_expanded_record_from_tupdesc(BlessTupleDesc(desc),
											CurrentMemoryContext);
	deconstruct_expanded_record(row);
	memset(row->dnulls, 0, row->nfields * sizeof(bool));
	return row;
}

static void
flow_begin(FunctionCallInfo fcinfo, const RowSource *source)
{
	FuncCallContext *call = init_MultiFuncCall(fcinfo);
	MemoryContext caller = MemoryContextSwitchTo(call->multi_call_memory_ctx);
	RowFlow    *flow = palloc(sizeof(RowFlow));
	int64		most = 0;

	flow->from = source->begin(fcinfo, &most);
	if (flow->from != NULL)
		flow->row = flow_row(fcinfo);
	call->user_fctx = flow;
	MemoryContextSwitchTo(caller);
}

static Datum
flow_next(FunctionCallInfo fcinfo, const RowSource *source)
{
	FuncCallContext *call;
	RowFlow    *flow;

	if (fcinfo->flinfo->fn_extra == NULL)
		flow_begin(fcinfo, source);
	call = fcinfo->flinfo->fn_extra;
	flow = call->user_fctx;
	if (flow->from == NULL ||
		!source->next(flow->from, flow->row->dvalues, flow->row->dnulls))
		SRF_RETURN_DONE(call);
	/* what was known of the row before */
	flow->row->flags &= ~ER_FLAG_FVALUE_VALID;
	flow->row->flat_size = 0;
	SRF_RETURN_NEXT(call, ExpandedRecordGetRODatum(flow->row));
}

/*
 * Into a store
 */
typedef struct RowStore
{
	FunctionCallInfo fcinfo;
	int			natts;
	Datum	   *values;
	bool	   *nulls;
	int16	   *length;			/* of each column; NULL: see store_lengths */
	MinimalTuple tuple;			/* the row that is made */
	TupleTableSlot *slot;
} RowStore;

/* Rows in place of those to come, in memory of some context. */
static void
store_in(FunctionCallInfo fcinfo, MemoryContext context)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller = MemoryContextSwitchTo(context);

	tuplestore_end(result->setResult);
	result->setResult = tuplestore_begin_heap((result->allowedModes & SFRM_Materialize_Random) != 0,
											  false, Max(population_memory, work_mem));
	MemoryContextSwitchTo(caller);
}

/*
 * There will be so many rows at the most: they lie close together, in a
 * context of their own.  That of the call before is deleted: when a function
 * is called again, its caller has done with the rows that it had.
 */
static void
store_expect(FunctionCallInfo fcinfo, int64 rows)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = fcinfo->flinfo->fn_extra;
	Size		row = SizeofMinimalTupleHeader +
	result->setDesc->natts * sizeof(Datum);
	Size		size;

	/* what the memory manager takes for a row and its header */
	row = pg_nextpower2_size_t(row) + 2 * sizeof(Datum);
	size = Min((Size) rows * row, (Size) population_memory * 1024);
	fcinfo->flinfo->fn_extra = NULL;
	if (context != NULL)
		MemoryContextDelete(context);
	if (!ROWS_LIE_IN_CONTEXT || !is_large(size))
		return;
	context = context_large(result->econtext->ecxt_per_query_memory, size);
	fcinfo->flinfo->fn_extra = context;
	store_in(fcinfo, context);
}

/*
 * The server makes a row from its columns anew each time, looking up how long
 * each is and where it may stand, twice.  Where all columns are 8 bytes long,
 * or shorter and at the end, that is known once and for all: a row is its
 * known columns one after the other.  NULL when they are not like that.
 */
static int16 *
store_lengths(TupleDesc desc)
{
	int16	   *length = palloc(Max(desc->natts, 1) * sizeof(int16));
	int			before = sizeof(Datum);

	for (int i = 0; i < desc->natts; i++)
	{
		const FormData_pg_attribute *att = TupleDescAttr(desc, i);

		if (!att->attbyval || att->attlen > before)
			return NULL;
		length[i] = before = att->attlen;
	}
	return length;
}

static RowStore
store_begin(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc;
	RowStore	store = {.fcinfo = fcinfo,.natts = desc->natts};

	store.values = palloc0(desc->natts * sizeof(Datum));
	store.nulls = palloc0(desc->natts * sizeof(bool));
	store.length = store_lengths(desc);
	if (store.length == NULL)
		return store;
	store.tuple = palloc0(MAXALIGN(SizeofMinimalTupleHeader + BITMAPLEN(desc->natts)) +
						  desc->natts * sizeof(Datum));
	HeapTupleHeaderSetNatts(store.tuple, desc->natts);
	store.slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	return store;
}

static bool
any_null(const bool *nulls, int n)
{
	bool		any = false;

	for (int i = 0; i < n; i++)
		any |= nulls[i];
	return any;
}

/* The head of a row with zeros in its gaps; where the columns begin. */
static char *
store_head(const RowStore *store)
{
	MinimalTuple tuple = store->tuple;
	bool		any = any_null(store->nulls, store->natts);
	Size		size = MAXALIGN(SizeofMinimalTupleHeader +
								(any ? BITMAPLEN(store->natts) : 0));

	memset(tuple->t_bits, 0, size - SizeofMinimalTupleHeader);
	for (int i = 0; any && i < store->natts; i++)
		tuple->t_bits[i >> 3] |= !store->nulls[i] << (i & 7);
	tuple->t_infomask = any ? HEAP_HASNULL : 0;
	tuple->t_hoff = size + MINIMAL_TUPLE_OFFSET;
	return (char *) tuple + size;
}

static void
store_put(const RowStore *store)
{
	char	   *to;

	if (store->length == NULL)
	{
		abm_put_row(store->fcinfo, store->values, store->nulls);
		return;
	}
	CHECK_FOR_INTERRUPTS();
	to = store_head(store);
	for (int i = 0; i < store->natts; i++)
	{
		if (store->nulls[i])
			continue;
		store_att_byval(to, store->values[i], store->length[i]);
		to += store->length[i];
	}
	store->tuple->t_len = to - (char *) store->tuple;
	ExecStoreMinimalTuple(store->tuple, store->slot, false);
	tuplestore_puttupleslot(((ReturnSetInfo *) store->fcinfo->resultinfo)->setResult,
							store->slot);
}

static void
store_rows(const RowStore *store, void *from, const RowSource *source)
{
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "row",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(row);

	while (source->next(from, store->values, store->nulls))
	{
		store_put(store);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row);
	if (store->slot != NULL)
		ExecDropSingleTupleTableSlot(store->slot);
}

/* They may take as much memory as the population that they are of. */
static Datum
store_all(FunctionCallInfo fcinfo, const RowSource *source)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64		most = 0;
	void	   *from;
	RowStore	store;

	abm_begin_rows(fcinfo);
	if (population_memory > work_mem)
		store_in(fcinfo, result->econtext->ecxt_per_query_memory);
	from = source->begin(fcinfo, &most);
	if (from == NULL)
		return (Datum) 0;
	store_expect(fcinfo, most);
	store = store_begin(fcinfo);
	store_rows(&store, from, source);
	return (Datum) 0;
}

/*
 * What a set-returning function returns.
 */
Datum
rows_return(FunctionCallInfo fcinfo, const RowSource *source)
{
	const ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	if (result != NULL && IsA(result, ReturnSetInfo) &&
		(result->allowedModes & SFRM_Materialize_Preferred))
		return store_all(fcinfo, source);
	return flow_next(fcinfo, source);
}
