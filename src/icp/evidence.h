/*
 * evidence.h
 *		Won and lost accounts as patterns of degrees.
 */
#ifndef ABM_ICP_EVIDENCE_H
#define ABM_ICP_EVIDENCE_H

#include "icp/icp.h"
#include "state.h"

/* calls between the files of the room need no linkage table */
#pragma GCC visibility push(hidden)

/* Accounts that have the same degrees. */
typedef struct IcpPattern
{
	int64		degrees;		/* code of the second dictionary */
	int64		won;
	int64		lost;
} IcpPattern;

/* The first dictionary holds the text of the profile. */
typedef struct IcpEvidence
{
	StateHead	head;
	int32		dicts[2];
	int32		padding;
	IcpPattern	pattern[FLEXIBLE_ARRAY_MEMBER];
} IcpEvidence;

extern const StateType icp_evidence_type;

extern int	evidence_degrees(const IcpEvidence *e, const IcpPattern *p,
							 double *degrees);

#pragma GCC visibility pop

#endif							/* ABM_ICP_EVIDENCE_H */
