/*
 * role_template.h
 *		Which roles a buying group should have: an array of
 *		abm.role_requirement as C values.
 */
#ifndef ABM_ROLE_TEMPLATE_H
#define ABM_ROLE_TEMPLATE_H

#include "abm.h"
#include "enums.h"

typedef struct RoleRequirement
{
	int			role;			/* BuyingRole */
	int			min_members;	/* 1 or more */
	double		weight;			/* 0 or more */
} RoleRequirement;

/* At most one requirement a role. */
typedef struct RoleTemplate
{
	int			n;
	double		weight;			/* of all, more than 0 */
	uint32		roles;			/* a bit for each role */
	RoleRequirement requirement[BUYING_ROLES];
} RoleTemplate;

extern const RoleTemplate *template_arg(FunctionCallInfo fcinfo, int argno);

#endif							/* ABM_ROLE_TEMPLATE_H */
