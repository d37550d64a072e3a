/*
 * enums.h
 *		The enumerations of sql/10-types.sql.in as small C numbers.
 */
#ifndef ABM_ENUMS_H
#define ABM_ENUMS_H

#include "postgres.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

/* In the order of the labels in SQL. */
typedef enum Verdict
{
	VERDICT_FAIL, VERDICT_UNKNOWN, VERDICT_PASS
} Verdict;

typedef enum DealOutcome
{
	DEAL_OPEN, DEAL_WON, DEAL_LOST, DEAL_NO_DECISION
} DealOutcome;

typedef enum TimelineStatus
{
	TIMELINE_UNKNOWN, TIMELINE_INFEASIBLE, TIMELINE_READY,
	TIMELINE_DELIBERATING
} TimelineStatus;

typedef enum MovementKind
{
	MOVEMENT_NONE, MOVEMENT_NEW, MOVEMENT_EXPANSION, MOVEMENT_CONTRACTION,
	MOVEMENT_CHURN, MOVEMENT_REACTIVATION
} MovementKind;

typedef enum BuyingRole
{
	ROLE_USER, ROLE_INFLUENCER, ROLE_DECISION_MAKER, ROLE_IT_EXPERT,
	ROLE_CHAMPION, ROLE_ECONOMIC_BUYER, ROLE_EXECUTIVE_SPONSOR,
	ROLE_PROCUREMENT, ROLE_BLOCKER, ROLE_OTHER
} BuyingRole;

#define BUYING_ROLES (ROLE_OTHER + 1)

typedef struct EnumKind
{
	const char *name;			/* of the type, in schema abm */
	const char *const *labels;	/* in order, NULL at the end */
} EnumKind;

extern const char *const deal_outcome_labels[];

extern const EnumKind verdict_kind;
extern const EnumKind deal_outcome_kind;
extern const EnumKind timeline_status_kind;
extern const EnumKind buying_role_kind;
extern const EnumKind movement_kind_kind;
extern const EnumKind funnel_status_kind;

extern int	enum_code(const EnumKind *kind, Datum value);
extern Datum enum_datum(const EnumKind *kind, int code);

#pragma GCC visibility pop

#endif							/* ABM_ENUMS_H */
