/*
 * role_template.c
 *		Reading a template: checked once and kept while its bytes stay the same.
 */
#include "role_template.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"

typedef struct TemplateCache
{
	RoleTemplate template;
	ArrayType  *array;			/* a copy of what it was read from */
} TemplateCache;

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
	r.weight = arg_finite(DatumGetFloat8(requirement_part(record, 3, "weight")),
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
	if (r.weight < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be greater than or equal to zero, not %g",
						r.weight)));
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

/* The template in an argument that is not NULL. */
const RoleTemplate *
template_arg(FunctionCallInfo fcinfo, int argno)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	TemplateCache *cache = fcinfo->flinfo->fn_extra;

	if (likely(cache != NULL && cache->array != NULL &&
			   VARSIZE(cache->array) == VARSIZE(array) &&
			   memcmp(cache->array, array, VARSIZE(array)) == 0))
		return &cache->template;
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(TemplateCache));
	if (cache->array != NULL)
		pfree(cache->array);
	cache->array = NULL;
	template_read(array, &cache->template);
	cache->array = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE(array));
	memcpy(cache->array, array, VARSIZE(array));
	return &cache->template;
}
