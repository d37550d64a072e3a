/*
 * buying_group.h
 *		The state of room buying_group, shared by its gathering, its reports
 *		and BANT's authority.
 */
#ifndef ABM_BUYING_GROUP_H
#define ABM_BUYING_GROUP_H

#include "enums.h"
#include "state.h"

#define ROLE_UNKNOWN BUYING_ROLES
#define ENGAGEMENT_UNKNOWN (-1.0)

/* One person in one role. */
typedef struct Member
{
	int64		contact;
	double		engagement;		/* 0 or more, or ENGAGEMENT_UNKNOWN */
	uint8		role;			/* BuyingRole or ROLE_UNKNOWN */
	uint8		padding[7];
} Member;

/* Sealed: by contact and role, each pair once. */
typedef struct BuyingGroup
{
	StateHead	head;
	Member		member[FLEXIBLE_ARRAY_MEMBER];
} BuyingGroup;

/* A set of roles, one bit each. */
typedef uint32 RoleSet;

extern const StateType buying_group_type;

extern RoleSet role_set(ArrayType *roles, const char *what);

#endif							/* ABM_BUYING_GROUP_H */
