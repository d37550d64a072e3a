/*
 * role_coverage.c
 *		Which roles of a template a buying group has, and how far.
 *
 * A person counts as engaged in a role when the engagement in it reaches
 * min_engagement; one that was never measured reaches only 0.
 */
#include "buying_group.h"

/* What a group has in each role. */
typedef struct RoleTally
{
	int64		members[BUYING_ROLES + 1];
	int64		engaged[BUYING_ROLES + 1];
	double		greatest[BUYING_ROLES + 1]; /* or ENGAGEMENT_UNKNOWN */
} RoleTally;

/* ----------
 * The arithmetic
 * ----------
 */

static inline bool
member_engaged(const Member *m, double min_engagement)
{
	return min_engagement <= 0 || m->engagement >= min_engagement;
}

/* Each contact stands once in a role, so that members are contacts. */
static void
tally_roles(const BuyingGroup *g, double min_engagement, RoleTally *tally)
{
	memset(tally, 0, sizeof(RoleTally));
	for (int i = 0; i <= BUYING_ROLES; i++)
		tally->greatest[i] = ENGAGEMENT_UNKNOWN;
	for (int i = 0; i < g->head.nitems; i++)
	{
		Member		m = member_at(g, i);

		tally->members[m.role]++;
		tally->engaged[m.role] += member_engaged(&m, min_engagement);
		tally->greatest[m.role] = Max(tally->greatest[m.role], m.engagement);
	}
}

/* The weighted share of the template; a role half filled counts half. */
static double
tally_completeness(const RoleTally *tally, const RoleTemplate *t)
{
	double		met = 0;

	for (int i = 0; i < t->n; i++)
	{
		const RoleRequirement *r = &t->requirement[i];
		int64		engaged = tally->engaged[r->role];

		met += r->weight * ((double) Min(engaged, r->min_members) / r->min_members);
	}
	return Min(met / t->weight, 1);
}

/* The roles in which somebody is engaged. */
static RoleSet
group_roles(const BuyingGroup *g, double min_engagement)
{
	RoleSet		roles = 0;

	for (int i = 0; i < g->head.nitems; i++)
	{
		Member		m = member_at(g, i);

		if (member_engaged(&m, min_engagement))
			roles |= 1u << m.role;
	}
	return roles;
}

/*
 * The greatest engagement among people in some roles, as a part of the full
 * engagement.  Any number of people outside them have no authority: 0.  False
 * when no role is known, or nobody in those roles was measured.
 */
static bool
group_authority(const BuyingGroup *g, RoleSet roles, double full,
				double *authority)
{
	RoleSet		known = group_roles(g, 0) & ~(1u << ROLE_UNKNOWN);
	double		greatest = ENGAGEMENT_UNKNOWN;

	if (known == 0)
		return false;
	*authority = 0;
	if ((known & roles) == 0)
		return true;
	for (int i = 0; i < g->head.nitems; i++)
	{
		Member		m = member_at(g, i);

		if (roles & (1u << m.role))
			greatest = Max(greatest, m.engagement);
	}
	*authority = Min(greatest / full, 1);
	return greatest >= 0;
}

/* ----------
 * The SQL side
 * ----------
 */

static const BuyingGroup *
group_arg(FunctionCallInfo fcinfo)
{
	return state_raw_arg(fcinfo, 0, &buying_group_type);
}

static double
min_engagement_arg(FunctionCallInfo fcinfo, int argno)
{
	return arg_not_negative(PG_GETARG_FLOAT8(argno), "min_engagement");
}

PG_FUNCTION_INFO_V1(abm_completeness);
Datum
abm_completeness(PG_FUNCTION_ARGS)
{
	RoleTally	tally;

	tally_roles(group_arg(fcinfo), min_engagement_arg(fcinfo, 2), &tally);
	PG_RETURN_FLOAT8(tally_completeness(&tally, template_arg(fcinfo, 1)));
}

PG_FUNCTION_INFO_V1(abm_missing_roles);
Datum
abm_missing_roles(PG_FUNCTION_ARGS)
{
	const RoleTemplate *t = template_arg(fcinfo, 1);
	RoleTally	tally;
	StringInfoData list;

	tally_roles(group_arg(fcinfo), min_engagement_arg(fcinfo, 2), &tally);
	initStringInfo(&list);
	for (int i = 0; i < t->n; i++)
		if (tally.engaged[t->requirement[i].role] <
			t->requirement[i].min_members)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 buying_role_kind.labels[t->requirement[i].role]);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(list.data, list.len));
}

/* One row of role_coverage. */
static void
put_role(FunctionCallInfo fcinfo, const RoleRequirement *r,
		 const RoleTally *tally)
{
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = enum_datum(&buying_role_kind, r->role);
	values[1] = Int32GetDatum(r->min_members);
	values[2] = Int64GetDatum(tally->members[r->role]);
	values[3] = Int64GetDatum(tally->engaged[r->role]);
	values[4] = Float8GetDatum(tally->greatest[r->role]);
	nulls[4] = tally->greatest[r->role] < 0;
	values[5] = BoolGetDatum(tally->engaged[r->role] >= r->min_members);
	values[6] = Float8GetDatum(r->weight);
	abm_put_row(fcinfo, values, nulls);
}

/*
 * Not strict: an account without a buying group is the emptiest row of the
 * heat map, not a missing one.
 */
PG_FUNCTION_INFO_V1(abm_role_coverage);
Datum
abm_role_coverage(PG_FUNCTION_ARGS)
{
	static const BuyingGroup nobody;
	const RoleTemplate *t;
	RoleTally	tally;

	abm_begin_rows(fcinfo);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	t = template_arg(fcinfo, 1);
	tally_roles(PG_ARGISNULL(0) ? &nobody : group_arg(fcinfo),
				min_engagement_arg(fcinfo, 2), &tally);
	for (int i = 0; i < t->n; i++)
		put_role(fcinfo, &t->requirement[i], &tally);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abm_roles_covered);
Datum
abm_roles_covered(PG_FUNCTION_ARGS)
{
	RoleSet		wanted = roles_arg(fcinfo, 1, "roles");
	RoleSet		have = group_roles(group_arg(fcinfo),
								   min_engagement_arg(fcinfo, 2));

	PG_RETURN_INT32(__builtin_popcount(wanted & have));
}

PG_FUNCTION_INFO_V1(abm_bant_authority);
Datum
abm_bant_authority(PG_FUNCTION_ARGS)
{
	double		full = arg_finite(PG_GETARG_FLOAT8(2), "full_engagement");
	double		authority;

	if (full <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("full_engagement must be greater than zero, not %g",
						full)));
	if (!group_authority(group_arg(fcinfo),
						 roles_arg(fcinfo, 1, "authority_roles"),
						 full, &authority))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(authority);
}
