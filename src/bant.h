/*
 * bant.h
 *		The four letters, shared by their scoring and their reports.
 */
#ifndef ABM_BANT_H
#define ABM_BANT_H

#include "abm.h"

typedef enum BantLetter
{
	BANT_BUDGET, BANT_AUTHORITY, BANT_NEED, BANT_TIMELINE
} BantLetter;

#define BANT_LETTERS (BANT_TIMELINE + 1)

typedef struct Bant
{
	double		value[BANT_LETTERS];	/* 0..1 where known */
	bool		known[BANT_LETTERS];
} Bant;

/* What it takes to be qualified. */
typedef struct BantDemands
{
	double		weights[BANT_LETTERS];
	double		qualify_at;		/* score, 0..100 */
	double		threshold;		/* that a letter must reach, 0..1 */
	int32		min_letters;	/* how many must reach it */
} BantDemands;

typedef enum BantStatus
{
	BANT_DISQUALIFIED, BANT_UNKNOWN, BANT_NURTURE, BANT_QUALIFIED
} BantStatus;

typedef struct BantJudgement
{
	BantStatus	status;
	int			mask;			/* the letters that reach the threshold */
	bool		scored;
	double		score;			/* 0..100 where scored */
} BantJudgement;

extern const char *const bant_names[];
extern const char *const bant_statuses[];

extern double bant_not_share(double value, const char *what);
extern void bant_args(FunctionCallInfo fcinfo, int first, Bant *b);
extern const double *bant_weights(ArrayType *weights);
extern bool bant_average(const Bant *b, const double *weights, double *average);
extern double bant_coverage(const Bant *b, const double *weights);
extern int	bant_reached(const Bant *b, double threshold);
extern BantJudgement bant_judge(int gates, const Bant *b, const BantDemands *d);
extern Bant bant_assuming(const Bant *b, double value);
extern void bant_check_demands(const BantDemands *d);
extern int	bant_gates(FunctionCallInfo fcinfo, int argno);

/* A value between 0 and 1. */
static inline double
bant_share(double value, const char *what)
{
	return likely(value >= 0 && value <= 1) ? value :
		bant_not_share(value, what);
}

#endif							/* ABM_BANT_H */
