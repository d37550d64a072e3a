/*
 * calibration.h
 *		The state of room calibration.
 */
#ifndef ABM_CALIBRATION_H
#define ABM_CALIBRATION_H

#include "state.h"

/* What became of the things that were given one probability. */
typedef struct Forecast
{
	double		predicted;		/* 0..1 */
	int64		won;
	int64		lost;
} Forecast;

typedef struct Calibration
{
	StateHead	head;
	int32		padding;
	int64		n_unscored;		/* outcomes that nothing was predicted of */
	Forecast	forecast[FLEXIBLE_ARRAY_MEMBER];
} Calibration;

/* Neighbours in the order of predictions. */
typedef struct Bin
{
	int64		won;
	int64		lost;
	double		lowest;
	double		highest;
	double		predicted;		/* their mean */
	int			place;			/* among all bins, empty ones too */
} Bin;

extern const StateType calibration_type;

extern Bin	bin_all(const Calibration *c);
extern double brier_score(const Calibration *c);

static inline int64
bin_size(const Bin *b)
{
	return b->won + b->lost;
}

static inline const Calibration *
calibration_arg(FunctionCallInfo fcinfo)
{
	return state_arg(fcinfo, 0, &calibration_type);
}

#endif							/* ABM_CALIBRATION_H */
