/*
 * role_template.c
 *		Reading arrays of roles: checked once, and the answer kept while their
 *		bytes stay the same.
 *
 * A function has at most one such argument, so that its fn_extra is free.
 */
#include "role_template.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"

typedef struct RolesCache
{
	ArrayType  *array;			/* a copy of what was read, or NULL */
	RoleTemplate template;
} RolesCache;

static Datum
requirement_part(HeapTupleHeader record, int part, const char *what)
{
	bool		null;
	Datum		value = GetAttributeByNum(record, part, &null);

	if (null)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s in template must not be NULL", what)));
	return value;
}

/* Take one requirement in. */
static void
template_add(RoleTemplate *t, HeapTupleHeader record)
{
	RoleRequirement r;

	r.role = enum_code(&buying_role_kind, requirement_part(record, 1, "role"));
	r.min_members = DatumGetInt32(requirement_part(record, 2, "min_members"));
	r.weight = arg_not_negative(DatumGetFloat8(requirement_part(record, 3, "weight")),
								"weight");
	if (t->roles & (1u << r.role))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("role \"%s\" stands twice in template",
						buying_role_kind.labels[r.role])));
	if (r.min_members < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_members must be at least 1, not %d",
						r.min_members)));
	t->roles |= 1u << r.role;
	t->weight += r.weight;
	t->requirement[t->n++] = r;
}

static void
template_read(ArrayType *array, RoleTemplate *t)
{
	Datum	   *element;
	bool	   *null;
	int			n;

	memset(t, 0, sizeof(RoleTemplate));
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE,
					  &element, &null, &n);
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("template must name at least one role")));
	for (int i = 0; i < n; i++)
	{
		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("template must not contain NULL")));
		template_add(t, DatumGetHeapTupleHeader(element[i]));
	}
	if (!(t->weight > 0) || isinf(t->weight))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weights in template must have a finite sum greater than zero")));
}

/* A plain list of roles; the same role may stand twice. */
static RoleSet
roles_read(ArrayType *array, const char *what)
{
	RoleSet		set = 0;
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	Oid		   *role = (Oid *) ARR_DATA_PTR(array);

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not contain NULL", what)));
	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be empty", what)));
	for (int i = 0; i < n; i++)
		set |= 1u << enum_code(&buying_role_kind, ObjectIdGetDatum(role[i]));
	return set;
}

/* The cache of the call; hit says that it was made from the same bytes. */
static RolesCache *
roles_cache(FunctionCallInfo fcinfo, ArrayType *array, bool *hit)
{
	RolesCache *cache = fcinfo->flinfo->fn_extra;

	*hit = cache != NULL && cache->array != NULL &&
		VARSIZE(cache->array) == VARSIZE(array) &&
		memcmp(cache->array, array, VARSIZE(array)) == 0;
	if (likely(*hit))
		return cache;
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RolesCache));
	if (cache->array != NULL)
		pfree(cache->array);
	cache->array = NULL;
	return cache;
}

static void
roles_remember(FunctionCallInfo fcinfo, RolesCache *cache, ArrayType *array)
{
	cache->array = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(array));
	memcpy(cache->array, array, VARSIZE(array));
}

/* The roles in an argument that is not NULL. */
RoleSet
roles_arg(FunctionCallInfo fcinfo, int argno, const char *what)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	bool		hit;
	RolesCache *cache = roles_cache(fcinfo, array, &hit);

	if (!hit)
	{
		cache->template.roles = roles_read(array, what);
		roles_remember(fcinfo, cache, array);
	}
	return cache->template.roles;
}

/* The template in an argument that is not NULL. */
const RoleTemplate *
template_arg(FunctionCallInfo fcinfo, int argno)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	bool		hit;
	RolesCache *cache = roles_cache(fcinfo, array, &hit);

	if (!hit)
	{
		template_read(array, &cache->template);
		roles_remember(fcinfo, cache, array);
	}
	return &cache->template;
}
