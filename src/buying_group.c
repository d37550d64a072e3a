/*
 * buying_group.c
 *		The people who decide on a purchase together.
 *
 * The state is a set of (contact, role) pairs with the greatest engagement
 * seen of each.  One person may hold several roles.  Questions about people
 * as such are answered here, questions about roles in role_coverage.c.
 */
#include "buying_group.h"

#include <math.h>

#include "common/hashfn.h"
#include "math/exact.h"

static const char *const member_roles[] = {
	"user", "influencer", "decision_maker", "it_expert", "champion",
	"economic_buyer", "executive_sponsor", "procurement", "blocker", "other",
	"unknown", NULL
};

static const StateField group_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField member_fields[] = {
	{"contact_id", FIELD_INT64, offsetof(Member, contact), false, NULL},
	{"role", FIELD_CODE, offsetof(Member, role), false, member_roles},
	{"engagement", FIELD_FLOAT8, offsetof(Member, engagement), true, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By contact, role and falling engagement: a total order. */
static int
member_compare(const void *a, const void *b, void *arg)
{
	const Member *x = a;
	const Member *y = b;

	if (x->contact != y->contact)
		return x->contact < y->contact ? -1 : 1;
	if (x->role != y->role)
		return x->role < y->role ? -1 : 1;
	if (x->engagement != y->engagement)
		return x->engagement > y->engagement ? -1 : 1;
	return 0;
}

/* The first of each contact and role has the greatest engagement. */
static int
members_fold(void *items, int n)
{
	Member	   *member = items;
	int			kept = 1;

	for (int i = 1; i < n; i++)
		if (member[i].contact != member[kept - 1].contact ||
			member[i].role != member[kept - 1].role)
			member[kept++] = member[i];
	return n == 0 ? 0 : kept;
}

/*
 * As a key: contacts of 32 bits, engagement in thousandths.  Counts, flags and
 * rounded scores fit.
 */
static bool
member_pack(void *packed, const void *item)
{
	const Member *m = item;
	StateKey   *key = packed;
	double		units = m->engagement * KEY_ENGAGEMENT_UNITS;
	uint64		less = KEY_UNKNOWN;

	if (m->engagement >= 0)
	{
		if (units > KEY_UNKNOWN - 1)
			return false;
		less = KEY_UNKNOWN - 1 - (uint64) (units + 0.5);
	}
	key->bits = (uint64) m->contact << KEY_CONTACT_SHIFT |
		(uint64) m->role << KEY_ROLE_SHIFT | less;
	return m->contact >= 0 && m->contact <= PG_UINT32_MAX &&
		member_from_key(*key).engagement == m->engagement;
}

static void
member_unpack(void *item, const void *packed)
{
	*(Member *) item = member_from_key(*(const StateKey *) packed);
}

static int
keys_fold(void *items, int n)
{
	StateKey   *key = items;
	int			kept = 1;

	for (int i = 1; i < n; i++)
		if (key[i].bits >> KEY_ROLE_SHIFT !=
			key[kept - 1].bits >> KEY_ROLE_SHIFT)
			key[kept++] = key[i];
	return n == 0 ? 0 : kept;
}

static const StatePacking member_packing = {
	.size = sizeof(StateKey),.pack = member_pack,.unpack = member_unpack,
	.fold = keys_fold
};

static const char *
group_fault(const void *state)
{
	const BuyingGroup *g = state;

	for (int i = 0; i < g->head.nitems; i++)
		if (g->member[i].engagement < 0 &&
			g->member[i].engagement != ENGAGEMENT_UNKNOWN)
			return "an engagement is negative";
	return NULL;
}

const StateType buying_group_type = {
	.name = "buying_group",.kind = 30,.version = 1,
	.fixed_size = offsetof(BuyingGroup, member),.item_size = sizeof(Member),
	.max_items = 1000000,
	.fields = group_fields,.items_name = "members",
	.item_fields = member_fields,.compare = member_compare,
	.packings = &member_packing,.npackings = 1,
	.fold = members_fold,.fault = group_fault
};

/* ----------
 * The arithmetic
 * ----------
 */

static int64
group_contacts(const BuyingGroup *g)
{
	int64		n = 0;

	for (int i = 0; i < g->head.nitems; i++)
		if (i == 0 || g->member[i].contact != g->member[i - 1].contact)
			n++;
	return n;
}

/* A sum of engagement that a double can hold. */
static double
engagement_in_range(double engagement)
{
	if (isinf(engagement))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the group's engagement is out of range")));
	return engagement;
}

/*
 * The greatest engagement of the next person, over the roles of a set; false
 * when there is no further person.  A person outside the set, or never
 * measured, has ENGAGEMENT_UNKNOWN.
 */
static bool
next_person(const BuyingGroup *g, RoleSet roles, int *at, double *engagement)
{
	int			i = *at;
	int64		contact;

	if (i >= g->head.nitems)
		return false;
	contact = g->member[i].contact;
	*engagement = ENGAGEMENT_UNKNOWN;
	for (; i < g->head.nitems && g->member[i].contact == contact; i++)
		if (roles & (1u << g->member[i].role))
			*engagement = Max(*engagement, g->member[i].engagement);
	*at = i;
	return true;
}

/* The exact sum, the greatest, and how many were measured. */
static int
group_measure(const BuyingGroup *g, RoleSet roles, ExactSum *sum,
			  double *greatest)
{
	int			at = 0;
	int			n = 0;
	double		engagement;

	exact_clear(sum);
	*greatest = 0;
	while (next_person(g, roles, &at, &engagement))
	{
		CHECK_EVERY(at, 0xFFFF);
		if (engagement < 0)
			continue;
		n++;
		exact_add(sum, engagement);
		*greatest = Max(*greatest, engagement);
	}
	return n;
}

/*----------
 * How many equally engaged people would be as spread out:
 *
 *		exp(-sum(p[i] * ln p[i])), p[i] = the person's share of engagement
 *
 * false when nobody is engaged.
 *----------
 */
static bool
group_effective(const BuyingGroup *g, double *contacts)
{
	ExactSum	sum;
	double		greatest;
	double		total;
	double		engagement;
	int			at = 0;
	int			n = group_measure(g, ~0u, &sum, &greatest);

	if (n == 0 || greatest == 0)
		return false;
	total = engagement_in_range(exact_value(&sum));
	exact_clear(&sum);
	while (next_person(g, ~0u, &at, &engagement))
	{
		double		share = engagement / total;

		if (engagement > 0 && share > 0)
			exact_add(&sum, -share * log(share));
	}
	*contacts = exp(exact_value(&sum));
	return true;
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(buying_group, buying_group_type);

/* One person into the state: the one transition behind both forms. */
static Datum
group_add(FunctionCallInfo fcinfo, int64 contact)
{
	Member		m = {0};

	m.contact = contact;
	m.role = PG_ARGISNULL(2) ? ROLE_UNKNOWN :
		enum_code(&buying_role_kind, PG_GETARG_DATUM(2));
	m.engagement = ENGAGEMENT_UNKNOWN;
	if (!PG_ARGISNULL(3))
		m.engagement = arg_not_negative(PG_GETARG_FLOAT8(3), "engagement");
	return state_take(fcinfo, &buying_group_type, &m);
}

PG_FUNCTION_INFO_V1(abm_buying_group_accum);
Datum
abm_buying_group_accum(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &buying_group_type);
	return group_add(fcinfo, PG_GETARG_INT64(1));
}

/*
 * Many systems name people by text.  The state keeps 64 bits of it, the hash
 * that hash partitioning relies on: among a million people of one group two
 * would share it with a probability of 3e-8.
 */
PG_FUNCTION_INFO_V1(abm_buying_group_accum_text);
Datum
abm_buying_group_accum_text(PG_FUNCTION_ARGS)
{
	text	   *contact;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &buying_group_type);
	contact = PG_GETARG_TEXT_PP(1);
	return group_add(fcinfo, (int64)
					 hash_bytes_extended((unsigned char *) VARDATA_ANY(contact),
										 VARSIZE_ANY_EXHDR(contact), 0));
}

PG_FUNCTION_INFO_V1(abm_group_size);
Datum
abm_group_size(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(group_contacts(state_arg(fcinfo, 0, &buying_group_type)));
}

/* NULL when nobody is known to be engaged. */
PG_FUNCTION_INFO_V1(abm_effective_contacts);
Datum
abm_effective_contacts(PG_FUNCTION_ARGS)
{
	double		contacts;

	if (!group_effective(state_arg(fcinfo, 0, &buying_group_type), &contacts))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(contacts);
}

/* NULL when nobody in these roles was measured. */
PG_FUNCTION_INFO_V1(abm_group_engagement);
Datum
abm_group_engagement(PG_FUNCTION_ARGS)
{
	static const char *const rules[] = {"sum", "mean", "champion", NULL};
	const BuyingGroup *g;
	RoleSet		roles = ~0u;
	ExactSum	sum;
	double		greatest;
	double		result;
	int			rule;
	int			n;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	rule = arg_choice(PG_GETARG_TEXT_PP(2), "how", rules);
	if (!PG_ARGISNULL(1))
		roles = template_arg(fcinfo, 1)->roles;
	g = state_arg(fcinfo, 0, &buying_group_type);
	n = group_measure(g, roles, &sum, &greatest);
	if (n == 0)
		PG_RETURN_NULL();
	if (rule == 2)
	{
		exact_add(&sum, -greatest);
		result = n == 1 ? 0 : 0.4 * (exact_value(&sum) / (n - 1));
		result += 0.6 * greatest;
	}
	else
		result = exact_value(&sum) / (rule == 1 ? n : 1);
	PG_RETURN_FLOAT8(engagement_in_range(result));
}
