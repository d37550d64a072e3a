/*
 * account_merges.c
 *		Which account another one has become.
 *
 * The state is the list of merges: at a moment one account went into another
 * one.  What an account has become at some time is found by following its
 * latest merge until then, and those of what it went into, to the end.
 */
#include "state.h"

#include "utils/memutils.h"

#define MAX_MERGES 10000000
#define SHOWN_IDS 10

typedef struct AccountMerge
{
	int64		from;
	TimestampTz at;
	int64		into;
} AccountMerge;

typedef struct AccountMerges
{
	StateHead	head;
	uint64		digest;
	AccountMerge merge[FLEXIBLE_ARRAY_MEMBER];	/* sealed: by account and time */
} AccountMerges;

static const StateField merges_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField merge_fields[] = {
	{"from_account", FIELD_INT64, offsetof(AccountMerge, from), false, NULL},
	{"at", FIELD_TIME, offsetof(AccountMerge, at), false, NULL},
	{"into_account", FIELD_INT64, offsetof(AccountMerge, into), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
merge_compare(const void *a, const void *b, void *arg)
{
	const AccountMerge *x = a;
	const AccountMerge *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->into > y->into) - (x->into < y->into);
}

/* What was said twice is said once. */
static int
merges_fold(void *items, int n)
{
	AccountMerge *merge = items;
	int			kept = Min(n, 1);

	for (int i = 1; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (merge_compare(&merge[kept - 1], &merge[i], NULL) != 0)
			merge[kept++] = merge[i];
	}
	return kept;
}

static const StateType account_merges_type = {
	.name = "account_merges",.kind = 51,.version = 1,
	.fixed_size = offsetof(AccountMerges, merge),
	.item_size = sizeof(AccountMerge),
	.digest_offset = offsetof(AccountMerges, digest),
	.max_items = MAX_MERGES,
	.remedy = "Leave out the merges of accounts that nothing refers to any more.",.fields = merges_fields,
	.items_name = "merges",.item_fields = merge_fields,
	.compare = merge_compare,.fold = merges_fold
};

/* ----------
 * Following merges
 * ----------
 */

/* The latest merge of an account until a moment, by its position, or -1. */
static int
merge_find(const AccountMerges *m, int64 account, TimestampTz as_of)
{
	int			low = 0;
	int			high = m->head.nitems;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		const AccountMerge *merge = &m->merge[middle];

		if (merge->from < account ||
			(merge->from == account && merge->at <= as_of))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || m->merge[low - 1].from != account)
		return -1;
	return low - 1;
}

/* Went an account into two at the same moment? */
static bool
merge_is_torn(const AccountMerges *m, int i)
{
	return i > 0 && m->merge[i - 1].from == m->merge[i].from &&
		m->merge[i - 1].at == m->merge[i].at;
}

/*
 * Does the way go on from here?  A merge into itself takes the one before it
 * back.
 */
static bool
merge_leads_on(const AccountMerges *m, int i)
{
	return i >= 0 && m->merge[i].into != m->merge[i].from &&
		!merge_is_torn(m, i);
}

static void
refuse_torn(const AccountMerges *m, int i)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("account " INT64_FORMAT " was merged into " INT64_FORMAT
					" and " INT64_FORMAT " at the same time",
					m->merge[i].from, m->merge[i - 1].into,
					m->merge[i].into),
			 errhint("abm.merge_faults() lists all such accounts.")));
}

/* The fault of an account in a circle of merges, from its least id on. */
static void
refuse_circle(const AccountMerges *m, int64 account, TimestampTz as_of)
{
	StringInfoData ids;
	int64		least = account;
	int64		a = account;
	int			n = 0;

	do
	{
		CHECK_EVERY(n++, 0xFFFF);
		a = m->merge[merge_find(m, a, as_of)].into;
		least = Min(least, a);
	} while (a != account);
	initStringInfo(&ids);
	a = least;
	for (int i = 0; i < Min(n, SHOWN_IDS); i++)
	{
		appendStringInfo(&ids, INT64_FORMAT " -> ", a);
		a = m->merge[merge_find(m, a, as_of)].into;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("accounts are merged in a circle: %s%s" INT64_FORMAT,
					ids.data, n > SHOWN_IDS ? "... -> " : "", least),
			 errhint("abm.merge_faults() lists all such accounts.")));
}

/* All of a way ends with the same merge. */
static void
ends_keep(int *end, const AccountMerges *m, int64 account, TimestampTz as_of,
		  int last)
{
	int			i;

	for (int n = 0;; n++)
	{
		CHECK_EVERY(n, 0xFFFF);
		i = merge_find(m, account, as_of);
		if (end[i] > 0)
			return;
		end[i] = last + 1;
		if (i == last)
			return;
		account = m->merge[i].into;
	}
}

/*
 * What an account has become.  A circle is found by comparing with a marker
 * that is set anew after 1, 2, 4, ... steps.  For each merge it may be kept
 * with which one the way from there ends: one more than its position, 0
 * while that is not known.
 */
static int64
merge_survivor(const AccountMerges *m, int64 account, TimestampTz as_of,
			   int *end)
{
	int64		start = account;
	int64		marker = account;
	int			steps = 0;
	int			until = 1;
	int			last = -1;
	int			i;

	while (merge_leads_on(m, i = merge_find(m, account, as_of)))
	{
		CHECK_EVERY(steps, 0xFFFF);
		last = end != NULL && end[i] > 0 ? end[i] - 1 : i;
		account = m->merge[last].into;
		if (last != i)
			break;
		if (account == marker)
			refuse_circle(m, account, as_of);
		if (++steps == until)
		{
			marker = account;
			until *= 2;
		}
	}
	if (i >= 0 && merge_is_torn(m, i))
		refuse_torn(m, i);
	if (end != NULL && last >= 0)
		ends_keep(end, m, start, as_of, last);
	return account;
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(account_merges, account_merges_type);

PG_FUNCTION_INFO_V1(abm_account_merges_accum);
Datum
abm_account_merges_accum(PG_FUNCTION_ARGS)
{
	AccountMerge merge;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return state_leave_out(fcinfo, &account_merges_type);
	merge.from = PG_GETARG_INT64(1);
	merge.into = PG_GETARG_INT64(2);
	merge.at = arg_time(PG_GETARG_TIMESTAMPTZ(3), "at");
	return state_take(fcinfo, &account_merges_type, &merge);
}

/* as_of, if the question has one, else the end of time. */
static TimestampTz
as_of_arg(FunctionCallInfo fcinfo, int argno)
{
	if (PG_NARGS() <= argno)
		return DT_NOEND;
	return arg_time(PG_GETARG_TIMESTAMPTZ(argno), "as_of");
}

typedef struct MergesCache
{
	StateKept	kept;
	MemoryContext context;
	const AccountMerges *merges;
	bool		asked;			/* since they were fetched, as of: */
	TimestampTz as_of;
	int		   *end;			/* see merge_survivor; NULL: not kept yet */
} MergesCache;

/* The merges in the first argument, fetched once for many calls. */
static MergesCache *
merges_arg(FunctionCallInfo fcinfo)
{
	FmgrInfo   *call = fcinfo->flinfo;
	MergesCache *cache = call->fn_extra;
	const AccountMerges *merges;
	StateKept	kept;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(call->fn_mcxt, sizeof(MergesCache));
		cache->context = AllocSetContextCreate(call->fn_mcxt, "account merges",
											   ALLOCSET_DEFAULT_SIZES);
		call->fn_extra = cache;
	}
	if (likely(state_unchanged(fcinfo, 0, &account_merges_type, &cache->kept)))
		return cache;
	/* an error in between leaves nothing that could be taken for the merges */
	kept = cache->kept;
	memset(&cache->kept, 0, sizeof(cache->kept));
	cache->asked = false;
	cache->end = NULL;
	MemoryContextReset(cache->context);
	merges = state_arg(fcinfo, 0, &account_merges_type);
	cache->merges = memcpy(MemoryContextAlloc(cache->context, VARSIZE(merges)),
						   merges, VARSIZE(merges));
	cache->kept = kept;
	return cache;
}

/*
 * Ways are worth keeping when the same time is asked about again; with a
 * time of its own for each row they are not.
 */
static int *
ends_for(MergesCache *cache, TimestampTz as_of)
{
	if (!cache->asked || cache->as_of != as_of)
	{
		if (cache->end != NULL)
			pfree(cache->end);
		cache->end = NULL;
		cache->asked = true;
		cache->as_of = as_of;
	}
	else if (cache->end == NULL)
		cache->end = MemoryContextAllocExtended(cache->context,
												sizeof(int) * Max(cache->merges->head.nitems, 1),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	return cache->end;
}

/* Without merges an account is what it was. */
PG_FUNCTION_INFO_V1(abm_surviving_account);
Datum
abm_surviving_account(PG_FUNCTION_ARGS)
{
	TimestampTz as_of;
	MergesCache *cache;

	if (PG_ARGISNULL(1) || (PG_NARGS() > 2 && PG_ARGISNULL(2)))
		PG_RETURN_NULL();
	as_of = as_of_arg(fcinfo, 2);
	if (PG_ARGISNULL(0))
		PG_RETURN_INT64(PG_GETARG_INT64(1));
	cache = merges_arg(fcinfo);
	PG_RETURN_INT64(merge_survivor(cache->merges, PG_GETARG_INT64(1), as_of,
								   ends_for(cache, as_of)));
}

static void
put_fault(FunctionCallInfo fcinfo, const AccountMerge *merge,
		  const char *fault)
{
	Datum		values[4] = {
		Int64GetDatum(merge->from), Int64GetDatum(merge->into),
		TimestampTzGetDatum(merge->at), CStringGetTextDatum(fault)
	};
	bool		nulls[4] = {false, false, false, false};

	abm_put_row(fcinfo, values, nulls);
}

/*
 * Follow a merge through those that no walk has seen yet.  When it comes back
 * to where this walk has been, what lies between is a circle.
 */
static void
report_walk(FunctionCallInfo fcinfo, const AccountMerges *m, int *seen,
			int start, TimestampTz as_of)
{
	int			walk = start + 1;
	int			i;

	for (i = start; merge_leads_on(m, i) && seen[i] == 0;
		 i = merge_find(m, m->merge[i].into, as_of))
	{
		CHECK_FOR_INTERRUPTS();
		seen[i] = walk;
	}
	if (!merge_leads_on(m, i) || seen[i] != walk)
		return;
	for (int first = i;;)
	{
		put_fault(fcinfo, &m->merge[i], "circle");
		i = merge_find(m, m->merge[i].into, as_of);
		if (i == first)
			break;
	}
}

PG_FUNCTION_INFO_V1(abm_merge_faults);
Datum
abm_merge_faults(PG_FUNCTION_ARGS)
{
	const AccountMerges *m = state_arg(fcinfo, 0, &account_merges_type);
	TimestampTz as_of = as_of_arg(fcinfo, 1);
	int		   *seen = palloc0(sizeof(int) * Max(m->head.nitems, 1));

	abm_begin_rows(fcinfo);
	for (int i = 0; i < m->head.nitems; i++)
	{
		int64		from = m->merge[i].from;
		int			last;

		if (i > 0 && m->merge[i - 1].from == from)
			continue;
		last = merge_find(m, from, as_of);
		if (last < 0)
			continue;
		if (!merge_is_torn(m, last))
			report_walk(fcinfo, m, seen, last, as_of);
		else
			for (int j = last; j >= i && m->merge[j].at == m->merge[last].at; j--)
				put_fault(fcinfo, &m->merge[j], "two at the same time");
	}
	return (Datum) 0;
}
