/*
 * explain.h
 *		Names of criteria, for people.
 */
#ifndef ABM_ICP_EXPLAIN_H
#define ABM_ICP_EXPLAIN_H

#include "icp/icp.h"

extern const IcpNode *icp_criterion(const IcpProfile *p, int number);
extern const char *icp_criterion_name(const IcpProfile *p, const IcpNode *n);

#endif							/* ABM_ICP_EXPLAIN_H */
