/*
 * kinds.c
 *		The kinds of model that a clv_model can be.
 */
#include "clv/model.h"

/* by ClvKindCode */
const ClvKind clv_kinds[] = {
	[CLV_BGNBD] = {
		.name = "bgnbd",.title = "BG/NBD",
		.nparameters = 4,.parameter = {"r", "alpha", "a", "b"},
		.transaction = {0, -1, 0, 0},.lifetime = {0, 0, 1, 1},
	},
	[CLV_MBGNBD] = {
		.name = "mbgnbd",.title = "MBG/NBD",
		.nparameters = 4,.parameter = {"r", "alpha", "a", "b"},
	},
	[CLV_PARETO_NBD] = {
		.name = "pareto_nbd",.title = "Pareto/NBD",
		.nparameters = 4,.parameter = {"r", "alpha", "s", "beta"},
		.transaction = {0, -1, 0, 0},.lifetime = {0, 0, 0, -1},
	},
	[CLV_GAMMA_GAMMA] = {
		.name = "gamma_gamma",.title = "Gamma-Gamma",
		.nparameters = 3,.parameter = {"p", "q", "v"},
	},
	[CLV_BGBB] = {
		.name = "bgbb",.title = "BG/BB",
		.nparameters = 4,.parameter = {"alpha", "beta", "gamma", "delta"},
	},
	[CLV_SBG] = {
		.name = "sbg",.title = "sBG",
		.nparameters = 2,.parameter = {"alpha", "beta"},
	},
	[CLV_BDW] = {
		.name = "bdw",.title = "BdW",
		.nparameters = 3,.parameter = {"gamma", "delta", "c"},
	}
};
