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

/* Sealed: by contact and role, each pair once. */
typedef struct BuyingGroup
{
	StateHead	head;
	Member		member[FLEXIBLE_ARRAY_MEMBER];
} BuyingGroup;

extern const StateType buying_group_type;

#endif							/* ABM_BUYING_GROUP_H */
