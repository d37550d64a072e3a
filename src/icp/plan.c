/*
 * plan.c
 *		How accounts are read for a profile, kept from call to call.
 *
 * A plan holds a copy of the profile and where each attribute is found.  It
 * is kept with the call site and used again while the profile has the same
 * text and the record the same type; a few are kept, for queries that try
 * several profiles on each account.
 */
#include "abm.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "icp/icp.h"
#include "nodes/primnodes.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#define PLANS 4
#define WORDS 16				/* of a list, before more room is made */

/*
 * Counts the changes to tables that this backend hears of, after which a row
 * type may have another layout.
 */
static uint64 table_changes = 0;

/* The same of enumerations, whose labels may have been renamed. */
static uint64 enum_changes = 0;

typedef struct PlanCache
{
	IcpPlan    *plans[PLANS];	/* the latest first */
} PlanCache;

/*
 * Is the profile a constant of the query?  An external parameter is not one:
 * PL/pgSQL evaluates one expression with changing parameters.
 */
static bool
profile_is_constant(FmgrInfo *flinfo)
{
	Node	   *call = flinfo->fn_expr;

	return call != NULL && IsA(call, FuncExpr) &&
		IsA(linitial(((FuncExpr *) call)->args), Const);
}

static bool
accounts_are_json(FmgrInfo *flinfo)
{
	Oid		   *types;
	int			n;

	get_func_signature(flinfo->fn_oid, &types, &n);
	return n > 1 && types[1] == JSONBOID;
}

static void
note_change(Datum arg, Oid relation)
{
	table_changes++;
}

static void
watch_tables(void)
{
	if (table_changes > 0)
		return;
	CacheRegisterRelcacheCallback(note_change, (Datum) 0);
	table_changes = 1;
}

static void
note_enum_change(Datum arg, int cacheid, uint32 hashvalue)
{
	enum_changes++;
}

/* Labels are kept from now on, until one may have changed. */
void
icp_keep_labels(IcpPlan *plan, HTAB *labels)
{
	if (enum_changes == 0)
	{
		CacheRegisterSyscacheCallback(ENUMOID, note_enum_change, (Datum) 0);
		enum_changes = 1;
	}
	plan->labels = labels;
	plan->labels_change = enum_changes;
}

/* A plan that does not know yet where the attributes are. */
static IcpPlan *
make_plan(FmgrInfo *flinfo, const IcpProfile *profile)
{
	MemoryContext context = AllocSetContextCreate(flinfo->fn_mcxt, "abm icp",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	IcpPlan    *plan = palloc0(sizeof(IcpPlan));
	IcpProfile *copy = palloc(VARSIZE(profile));
	const IcpAttribute *attributes;

	memcpy(copy, profile, VARSIZE(profile));
	attributes = ICP_AT(copy, IcpAttribute, copy->attributes);
	plan->profile = copy;
	plan->context = context;
	plan->constant = profile_is_constant(flinfo);
	plan->json = accounts_are_json(flinfo);
	plan->values = palloc0(copy->nattributes * sizeof(IcpValue));
	plan->columns = palloc0(copy->nattributes * sizeof(IcpColumn));
	plan->degrees = palloc0(copy->ncriteria * sizeof(IcpDegree));
	for (int i = 0; i < copy->nattributes; i++)
	{
		plan->columns[i].name = icp_attribute_name(copy, i);
		plan->columns[i].kinds = attributes[i].kinds;
		if (attributes[i].vocabulary != 0)
			plan->columns[i].vocabulary = ICP_AT(copy, IcpNode,
												 attributes[i].vocabulary);
		plan->columns[i].words = palloc(WORDS * sizeof(IcpWord));
		plan->columns[i].room = WORDS;
	}
	MemoryContextSwitchTo(old);
	return plan;
}

static inline bool
same_profile(const IcpPlan *plan, const IcpProfile *profile)
{
	return profile->text_len == plan->profile->text_len &&
		memcmp(ICP_AT(profile, char, profile->text),
			   ICP_AT(plan->profile, char, plan->profile->text),
			   profile->text_len) == 0;
}

static IcpPlan *
plan_arg(FunctionCallInfo fcinfo)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	PlanCache  *cache = flinfo->fn_extra;
	const IcpProfile *profile;
	IcpPlan    *plan;
	int			i;

	if (cache != NULL && cache->plans[0]->constant)
		return cache->plans[0];
	profile = icp_usable(PG_GETARG_DATUM(0));
	if (cache == NULL)
	{
		plan = make_plan(flinfo, profile);
		cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(PlanCache));
		cache->plans[0] = plan;
		flinfo->fn_extra = cache;
		return plan;
	}
	for (i = 0; i < PLANS && cache->plans[i] != NULL; i++)
		if (same_profile(cache->plans[i], profile))
			break;
	plan = i < PLANS ? cache->plans[i] : NULL;
	if (i == 0)
		return plan;
	if (plan == NULL)
	{
		plan = make_plan(flinfo, profile);
		if (i == PLANS)
			MemoryContextDelete(cache->plans[--i]->context);
	}
	memmove(cache->plans + 1, cache->plans, i * sizeof(IcpPlan *));
	cache->plans[0] = plan;
	return plan;
}

/* The plan for the profile in the first argument. */
IcpPlan *
icp_plan(FunctionCallInfo fcinfo)
{
	IcpPlan    *plan = plan_arg(fcinfo);

	if (unlikely(plan->labels != NULL && plan->labels_change != enum_changes))
	{
		hash_destroy(plan->labels);
		plan->labels = NULL;
	}
	return plan;
}

/* Find the attributes among the columns of a record. */
static void
resolve_columns(IcpPlan *plan)
{
	for (int i = 0; i < plan->profile->nattributes; i++)
	{
		IcpColumn  *column = &plan->columns[i];

		column->form = FORM_MISSING;
		for (int k = 0; k < plan->row->natts; k++)
		{
			Form_pg_attribute a = TupleDescAttr(plan->row, k);

			if (a->attisdropped || strcmp(NameStr(a->attname), column->name) != 0)
				continue;
			column->number = k;
			icp_classify(plan, column, a->atttypid);
			break;
		}
	}
}

/* Learn a new type of record. */
static void
resolve_row(IcpPlan *plan, Oid type, int32 typmod)
{
	TupleDesc	row = lookup_rowtype_tupdesc(type, typmod);
	MemoryContext old = MemoryContextSwitchTo(plan->context);

	plan->row_version = 0;
	if (plan->row != NULL)
	{
		FreeTupleDesc(plan->row);
		pfree(plan->datums);
		pfree(plan->nulls);
	}
	plan->row = CreateTupleDescCopy(row);
	plan->datums = palloc(row->natts * sizeof(Datum));
	plan->nulls = palloc(row->natts * sizeof(bool));
	MemoryContextSwitchTo(old);
	ReleaseTupleDesc(row);
	resolve_columns(plan);
	plan->row_type = type;
	plan->row_typmod = typmod;
	plan->row_version = table_changes;
}

/*
 * Read a record.  Its type can change from row to row, and a table can be
 * altered between two evaluations of one PL/pgSQL expression.
 */
static void
read_record(IcpPlan *plan, Datum record)
{
	HeapTupleHeader header = DatumGetHeapTupleHeader(record);
	Oid			type = HeapTupleHeaderGetTypeId(header);
	int32		typmod = HeapTupleHeaderGetTypMod(header);
	HeapTupleData tuple;

	if (unlikely(plan->row_version != table_changes ||
				 type != plan->row_type || typmod != plan->row_typmod))
	{
		watch_tables();
		resolve_row(plan, type, typmod);
	}
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, plan->row, plan->datums, plan->nulls);
	icp_read_columns(plan);
}

static void
read_document(IcpPlan *plan, Datum document)
{
	Jsonb	   *json = DatumGetJsonbP(document);
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("account must be a JSON object")));
	for (int i = 0; i < plan->profile->nattributes; i++)
	{
		const char *name = plan->columns[i].name;

		if (getKeyJsonValueFromContainer(&json->root, name, strlen(name),
										 &value) == NULL)
			plan->values[i].kind = ICP_UNKNOWN;
		else
			icp_read_json(plan, i, &value);
	}
}

/* The plan for the first argument, with the account in the second read. */
IcpPlan *
icp_account(FunctionCallInfo fcinfo)
{
	IcpPlan    *plan = icp_plan(fcinfo);

	if (plan->json)
		read_document(plan, PG_GETARG_DATUM(1));
	else
		read_record(plan, PG_GETARG_DATUM(1));
	return plan;
}
