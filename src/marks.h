/*
 * marks.h
 *		What many journeys did at the steps of a plan: marks, and their tally.
 *
 * A mark says of one entity what it did at a step, perhaps with how long that
 * took.  Marks of different plans cannot be merged: the plan is part of the
 * state, as a JSON text, its only label.
 */
#ifndef ABM_MARKS_H
#define ABM_MARKS_H

#include "state.h"

#define MAX_STEPS 256			/* of a plan; marks have one more */
#define MAX_WHATS 64

typedef struct Mark
{
	int32		step;
	int32		what;			/* the room knows */
	int64		usecs;			/* -1: took no time worth a mention */
} Mark;

typedef struct Marks
{
	StateHead	head;
	int32		dict_bytes;		/* of the plan */
	Mark		mark[FLEXIBLE_ARRAY_MEMBER];
} Marks;

/* Lengths of time, for their quantiles. */
typedef struct Durations
{
	int64	   *usecs;
	int64		n;
	int64		room;
} Durations;

/* What was marked at one step. */
typedef struct Tally
{
	int64		count[MAX_WHATS];
	Durations	took;
} Tally;

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern const StateField marks_fields[];
extern const StateField mark_fields[];
extern const StatePacking marks_packing;
extern int	mark_compare(const void *a, const void *b, void *arg);
extern void marks_refuse_plan(void);
extern const char *marks_fault(const void *state);

extern void *marks_begin(FunctionCallInfo fcinfo, const StateType *type,
						 const StringInfoData *plan);
extern void *marks_start(const StateType *type, const StringInfoData *plan);
extern void *marks_add(void *marks, const StateType *type, int step, int what,
					   int64 usecs);
extern Tally *marks_tally(const Marks *marks, int nsteps);
extern const char *marks_plan(const Marks *marks, const StateType *type,
							  int *len);

extern void durations_add(Durations *d, int64 usecs);
extern double durations_days(Durations *d, int percent);

extern void plan_time(StringInfo plan, const char *key, TimestampTz at);
extern void plan_texts(StringInfo plan, const char *key, text **texts, int n);
extern text **plan_read_texts(const char *plan, int len, const char *key,
							  int *n);
extern char *plan_read_text(const char *plan, int len, const char *key);

static inline void
tally_add(Tally *tally, int step, int what, int64 usecs)
{
	tally[step].count[what]++;
	if (usecs >= 0)
		durations_add(&tally[step].took, usecs);
}

#pragma GCC visibility pop

/* a state type of marks; the rest of its description is the same for all */
#define MARKS_TYPE(type_name, type_kind) \
	{ \
		.name = type_name,.kind = type_kind,.version = 1, \
		.fixed_size = offsetof(Marks, mark),.item_size = sizeof(Mark), \
		.dicts_offset = offsetof(Marks, dict_bytes),.ndicts = 1, \
		.max_labels = 1,.max_items = 60000000,.labels_name = "plan", \
		.fields = marks_fields,.items_name = "marks", \
		.item_fields = mark_fields,.compare = mark_compare, \
		.packings = &marks_packing,.npackings = 1, \
		.refuse_label = marks_refuse_plan,.fault = marks_fault \
	}

#endif							/* ABM_MARKS_H */
