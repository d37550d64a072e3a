/*
 * rows.c
 *		Many rows of numbers that a function returns.
 *
 * The server makes a row from its columns anew each time, looking up how long
 * each is and where it may stand, twice.  Where all columns are 8 bytes long,
 * or shorter and at the end, that is known once and for all: a row is its
 * known columns one after the other.
 */
#include "rows.h"

#include "access/htup_details.h"
#include "access/tupmacs.h"
#include "executor/tuptable.h"

struct Rows
{
	FunctionCallInfo fcinfo;
	int			natts;
	int16	   *length;			/* of each column; NULL: not so simple */
	MinimalTuple tuple;			/* the row that is made */
	TupleTableSlot *slot;
};

/* The lengths of the columns, or NULL when they are not as said above. */
static int16 *
rows_lengths(TupleDesc desc)
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

Rows *
rows_begin(FunctionCallInfo fcinfo)
{
	TupleDesc	desc = ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc;
	Rows	   *rows = palloc0(sizeof(Rows));

	rows->fcinfo = fcinfo;
	rows->natts = desc->natts;
	rows->length = rows_lengths(desc);
	if (rows->length == NULL)
		return rows;
	rows->tuple = palloc0(MAXALIGN(SizeofMinimalTupleHeader + BITMAPLEN(desc->natts)) +
						  desc->natts * sizeof(Datum));
	HeapTupleHeaderSetNatts(rows->tuple, desc->natts);
	rows->slot = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	return rows;
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
rows_head(Rows *rows, const bool *nulls)
{
	MinimalTuple tuple = rows->tuple;
	bool		any = any_null(nulls, rows->natts);
	Size		size = MAXALIGN(SizeofMinimalTupleHeader +
								(any ? BITMAPLEN(rows->natts) : 0));

	memset(tuple->t_bits, 0, size - SizeofMinimalTupleHeader);
	for (int i = 0; any && i < rows->natts; i++)
		tuple->t_bits[i >> 3] |= !nulls[i] << (i & 7);
	tuple->t_infomask = any ? HEAP_HASNULL : 0;
	tuple->t_hoff = size + MINIMAL_TUPLE_OFFSET;
	return (char *) tuple + size;
}

void
rows_put(Rows *rows, const Datum *values, const bool *nulls)
{
	Tuplestorestate *store = ((ReturnSetInfo *) rows->fcinfo->resultinfo)->setResult;
	char	   *to;

	if (rows->length == NULL)
	{
		abm_put_row(rows->fcinfo, unconstify(Datum *, values),
					unconstify(bool *, nulls));
		return;
	}
	CHECK_FOR_INTERRUPTS();
	to = rows_head(rows, nulls);
	for (int i = 0; i < rows->natts; i++)
	{
		if (nulls[i])
			continue;
		store_att_byval(to, values[i], rows->length[i]);
		to += rows->length[i];
	}
	rows->tuple->t_len = to - (char *) rows->tuple;
	ExecStoreMinimalTuple(rows->tuple, rows->slot, false);
	tuplestore_puttupleslot(store, rows->slot);
}

void
rows_end(Rows *rows)
{
	if (rows->slot != NULL)
		ExecDropSingleTupleTableSlot(rows->slot);
}
