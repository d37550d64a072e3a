/*
 * contract.h
 *		Customers under contract, who stay or leave at every renewal: the
 *		sBG and the BdW model.
 *
 * Parameters: sBG alpha, beta; BdW gamma, delta, c.
 *
 * A history has frequency 1 for a customer who left at the renewal number
 * age, and 0 for one who has made so many renewals and is still there.
 */
#ifndef ABM_CONTRACT_H
#define ABM_CONTRACT_H

#include "math/history.h"

#define CONTRACT_PARAMETERS 3

extern double sbg_log_likelihood(const double *p, const History *h, int n,
								 double *gradient);
extern double bdw_log_likelihood(const double *p, const History *h, int n,
								 double *gradient);

/* sBG is BdW with c = 1 */
extern double contract_log_survival(const double *p, double t,
									double *gradient);
extern double contract_log_retention(const double *p, double t,
									 double *gradient);
extern double contract_residual(const double *p, double age, double rate);

#endif							/* ABM_CONTRACT_H */
