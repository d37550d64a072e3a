/*
 * role_template.h
 *		Arrays of roles and of role requirements as C values.
 */
#ifndef ABM_ROLE_TEMPLATE_H
#define ABM_ROLE_TEMPLATE_H

#include "abm.h"
#include "enums.h"

/* A set of roles, one bit each. */
typedef uint32 RoleSet;

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
	RoleSet		roles;
	RoleRequirement requirement[BUYING_ROLES];
} RoleTemplate;

extern RoleSet roles_arg(FunctionCallInfo fcinfo, int argno, const char *what);
extern const RoleTemplate *template_arg(FunctionCallInfo fcinfo, int argno);

#endif							/* ABM_ROLE_TEMPLATE_H */
