/*
 * enums.c
 *		Between an enumeration's Datum and a small C number.
 *
 * A value of an enum type is the OID of a row in pg_enum, which differs from
 * database to database.  States store numbers; on the way in and out the two
 * are matched by label.  The catalog is asked once per value and backend: a
 * transition may run with a fresh FmgrInfo for each row (as under Citus), so
 * the answers are kept in the backend, and thrown away whenever pg_enum or
 * pg_type changes.
 */
#include "abm.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "enums.h"
#include "utils/inval.h"
#include "utils/syscache.h"

#define CACHE_SIZE 256			/* a power of two, well above all labels */

typedef struct EnumCacheEntry
{
	const EnumKind *kind;		/* NULL: the place is free */
	Oid			value;
	int			code;
} EnumCacheEntry;

static EnumCacheEntry by_value[CACHE_SIZE];
static EnumCacheEntry by_code[CACHE_SIZE];
static bool watching = false;

static const char *const verdict_labels[] = {
	"fail", "unknown", "pass", NULL
};
const char *const deal_outcome_labels[] = {
	"open", "won", "lost", "no_decision", NULL
};
static const char *const timeline_status_labels[] = {
	"unknown", "infeasible", "ready", "deliberating", NULL
};
static const char *const buying_role_labels[] = {
	"user", "influencer", "decision_maker", "it_expert", "champion",
	"economic_buyer", "executive_sponsor", "procurement", "blocker", "other",
	NULL
};

static const char *const movement_kind_labels[] = {
	"none", "new", "expansion", "contraction", "churn", "reactivation", NULL
};

static const char *const funnel_status_labels[] = {
	"not_entered", "in_progress", "dropped", "converted", NULL
};

const EnumKind verdict_kind = {"verdict", verdict_labels};
const EnumKind deal_outcome_kind = {"deal_outcome", deal_outcome_labels};
const EnumKind timeline_status_kind = {"timeline_status",
timeline_status_labels};
const EnumKind movement_kind_kind = {"movement_kind", movement_kind_labels};
const EnumKind funnel_status_kind = {"funnel_status", funnel_status_labels};
const EnumKind buying_role_kind = {"buying_role", buying_role_labels};

/* Forget everything when the catalog changes under us. */
static void
forget_enums(Datum arg, int cacheid, uint32 hashvalue)
{
	memset(by_value, 0, sizeof(by_value));
	memset(by_code, 0, sizeof(by_code));
}

static void
watch_catalog(void)
{
	if (watching)
		return;
	CacheRegisterSyscacheCallback(ENUMOID, forget_enums, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, forget_enums, (Datum) 0);
	watching = true;
}

/* The number of the label that a pg_enum row bears. */
static int
look_up_code(const EnumKind *kind, Oid value)
{
	HeapTuple	tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	int			code = -1;

	if (HeapTupleIsValid(tuple))
	{
		const char *label = NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel);

		for (int i = 0; kind->labels[i] != NULL && code < 0; i++)
			if (strcmp(kind->labels[i], label) == 0)
				code = i;
		ReleaseSysCache(tuple);
	}
	if (code < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value %u is not of type abm.%s", value, kind->name)));
	return code;
}

/* The row of pg_enum that bears a label of the type abm.<name>. */
static Oid
look_up_value(const EnumKind *kind, int code)
{
	Oid			schema = get_namespace_oid("abm", false);
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
									   CStringGetDatum(kind->name),
									   ObjectIdGetDatum(schema));
	Oid			value = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid,
										ObjectIdGetDatum(type),
										CStringGetDatum(kind->labels[code]));

	if (!OidIsValid(value))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type abm.%s has no value \"%s\"",
						kind->name, kind->labels[code])));
	return value;
}

/* The position of an enum value among its labels, from 0. */
int
enum_code(const EnumKind *kind, Datum value)
{
	Oid			oid = DatumGetObjectId(value);
	EnumCacheEntry *e = &by_value[oid & (CACHE_SIZE - 1)];
	int			code;

	if (likely(e->kind == kind && e->value == oid))
		return e->code;
	watch_catalog();
	code = look_up_code(kind, oid);
	e->kind = kind;
	e->value = oid;
	e->code = code;
	return code;
}

/* The enum value with the given position. */
Datum
enum_datum(const EnumKind *kind, int code)
{
	uint32		slot = (uint32) ((uintptr_t) kind / sizeof(EnumKind)) * 16 + code;
	EnumCacheEntry *e = &by_code[slot & (CACHE_SIZE - 1)];
	Oid			value;

	if (likely(e->kind == kind && e->code == code))
		return ObjectIdGetDatum(e->value);
	watch_catalog();
	value = look_up_value(kind, code);
	e->kind = kind;
	e->value = value;
	e->code = code;
	return ObjectIdGetDatum(value);
}
