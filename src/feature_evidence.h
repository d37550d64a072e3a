/*
 * feature_evidence.h
 *		The state of room feature_evidence.
 */
#ifndef ABM_FEATURE_EVIDENCE_H
#define ABM_FEATURE_EVIDENCE_H

#include "state.h"

/* Deals that have one feature. */
typedef struct FeatureCount
{
	int64		won;
	int64		lost;
	int32		feature;		/* code of its text */
	int32		padding;
} FeatureCount;

typedef struct FeatureEvidence
{
	StateHead	head;
	int32		dicts[1];
	uint64		digest;
	int64		won;			/* deals, whatever their features */
	int64		lost;
	FeatureCount count[FLEXIBLE_ARRAY_MEMBER];
} FeatureEvidence;

/* A text of an array, not ended by a zero byte. */
typedef struct Feature
{
	const char *text;
	int			len;
} Feature;

extern const StateType feature_evidence_type;

extern Feature *features_arg(ArrayType *array, int *n);

#endif							/* ABM_FEATURE_EVIDENCE_H */
