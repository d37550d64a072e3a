/*
 * kinds.c
 *		The kinds of model that a clv_model can be.
 */
#include "clv/model.h"

#include "math/bgbb.h"
#include "math/bgnbd.h"
#include "math/contract.h"
#include "math/gamma_gamma.h"
#include "math/pareto_nbd.h"

/* by ClvKindCode */
const ClvKind clv_kinds[CLV_KINDS] = {
	[CLV_BGNBD] = {
		.name = "bgnbd",.title = "BG/NBD",
		.nparameters = 4,.parameter = {"r", "alpha", "a", "b"},
		.transaction = {0, -1, 0, 0},.lifetime = {0, 0, 1, 1},
		.start = {{1, 0.3, 1, 3}, {1, 1, 0.05, 0.5}, {0.3, 0.1, 0.1, 1}},
		.scaled = {false, true, false, false},
		.log_likelihood = bgnbd_log_likelihood,
		.p_alive = bgnbd_p_alive,.purchases = bgnbd_purchases,
		.purchases_new = bgnbd_purchases_new,
		.probability = bgnbd_probability,.residual = bgnbd_residual
	},
	[CLV_MBGNBD] = {
		.name = "mbgnbd",.title = "MBG/NBD",
		.nparameters = 4,.parameter = {"r", "alpha", "a", "b"},
		.transaction = {0, -1, 0, 0},.lifetime = {0, 0, 1, 1},
		.start = {{1, 0.3, 1, 3}, {1, 1, 0.05, 0.5}, {0.3, 0.1, 0.1, 1}},
		.scaled = {false, true, false, false},
		.log_likelihood = mbgnbd_log_likelihood,
		.p_alive = mbgnbd_p_alive,.purchases = mbgnbd_purchases,
		.purchases_new = mbgnbd_purchases_new,
		.probability = mbgnbd_probability,.residual = mbgnbd_residual
	},
	[CLV_PARETO_NBD] = {
		.name = "pareto_nbd",.title = "Pareto/NBD",
		.nparameters = 4,.parameter = {"r", "alpha", "s", "beta"},
		.transaction = {0, -1, 0, 0},.lifetime = {0, 0, 0, -1},
		.start = {{1, 0.3, 1, 0.5}, {0.1, 0.1, 0.5, 0.001}, {0.3, 0.1, 0.1, 0.01}},
		.scaled = {false, true, false, true},
		.log_likelihood = pareto_nbd_log_likelihood,
		.p_alive = pareto_nbd_p_alive,.purchases = pareto_nbd_purchases,
		.purchases_new = pareto_nbd_purchases_new,
		.probability = pareto_nbd_probability,.residual = pareto_nbd_residual
	},
	[CLV_GAMMA_GAMMA] = {
		.name = "gamma_gamma",.title = "Gamma-Gamma",
		.nparameters = 3,.parameter = {"p", "q", "v"},
		.start = {{1, 2, 1}, {10, 4, 0.3}, {0.3, 1, 3}},
		.scaled = {false, false, true},
		.log_likelihood = gamma_gamma_log_likelihood
	},
	[CLV_BGBB] = {
		.name = "bgbb",.title = "BG/BB",
		.nparameters = 4,.parameter = {"alpha", "beta", "gamma", "delta"},
		.start = {{1, 1, 1, 1}, {1, 1, 0.1, 1}, {1, 1, 1, 10}},
		.log_likelihood = bgbb_log_likelihood,.fault = bgbb_fault,
		.p_alive = bgbb_p_alive,.purchases = bgbb_purchases,
		.purchases_new = bgbb_purchases_new,
		.probability = bgbb_probability,.reach = bgbb_reach,
		.residual = bgbb_residual
	},
	[CLV_SBG] = {
		.name = "sbg",.title = "sBG",
		.nparameters = 2,.parameter = {"alpha", "beta"},
		.start = {{1, 1}, {0.5, 5}, {5, 5}},
		.log_likelihood = sbg_log_likelihood
	},
	[CLV_BDW] = {
		.name = "bdw",.title = "BdW",
		.nparameters = 3,.parameter = {"gamma", "delta", "c"},
		.start = {{1, 1, 1}, {0.3, 2, 1.5}, {1, 10, 0.7}},
		.log_likelihood = bdw_log_likelihood
	}
};
