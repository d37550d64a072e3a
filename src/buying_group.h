/*
 * buying_group.h
 *		The state of room buying_group, shared by its gathering, its reports
 *		and BANT's authority.
 */
#ifndef ABM_BUYING_GROUP_H
#define ABM_BUYING_GROUP_H

#include "role_template.h"
#include "state.h"

#define ROLE_UNKNOWN BUYING_ROLES
#define ENGAGEMENT_UNKNOWN (-1.0)

/*
 * One person in one role.  Packed, so that three of them and the head fit
 * into 64 bytes: most accounts know no more people than that.
 */
typedef struct pg_attribute_packed ()
Member
{
	int64		contact;
	double		engagement;		/* 0 or more, or ENGAGEMENT_UNKNOWN */
	uint8		role;			/* BuyingRole or ROLE_UNKNOWN */
} Member;

/*
 * The same in 8 bytes, from the highest: contact, role, and how much less
 * engaged than the most that fits, where never measured comes last.
 */
#define KEY_CONTACT_SHIFT 32
#define KEY_ROLE_SHIFT 28
#define KEY_ROLE_MASK 15
#define KEY_UNKNOWN ((UINT64CONST(1) << KEY_ROLE_SHIFT) - 1)
#define KEY_ENGAGEMENT_UNITS 1000.0

static inline Member
member_from_key(StateKey key)
{
	uint64		less = key.bits & KEY_UNKNOWN;

	return (Member)
	{
		(int64) (key.bits >> KEY_CONTACT_SHIFT),
			less == KEY_UNKNOWN ? ENGAGEMENT_UNKNOWN :
			(double) (KEY_UNKNOWN - 1 - less) / KEY_ENGAGEMENT_UNITS,
			(key.bits >> KEY_ROLE_SHIFT) & KEY_ROLE_MASK
	};
}

/* Sealed: by contact and role, each pair once. */
typedef struct BuyingGroup
{
	StateHead	head;
	Member		member[FLEXIBLE_ARRAY_MEMBER];
} BuyingGroup;

/* A member of a state that may be packed: see state_raw_arg. */
static inline Member
member_at(const BuyingGroup *g, int i)
{
	if (state_form(&g->head) == 0)
		return g->member[i];
	return member_from_key(((const StateKey *) g->member)[i]);
}

extern const StateType buying_group_type;

#endif							/* ABM_BUYING_GROUP_H */
