/*
 * event.h
 *		Something that happened: a moment and the code of its label.
 */
#ifndef ABM_EVENT_H
#define ABM_EVENT_H

#include "state.h"

#include "utils/builtins.h"

/* as many labels as a packed event can tell apart */
#define EVENT_LABEL_BITS 12
#define MAX_LABELS (1 << EVENT_LABEL_BITS)

/* bytes of a label or of an entity that is a text */
#define MAX_TEXT 1024

typedef struct Event
{
	TimestampTz at;
	int32		label;
	int32		padding;
} Event;

/* half the span of the moments that fit: 71 years about the year 2000 */
#define EVENT_SPAN (INT64CONST(1) << (63 - EVENT_LABEL_BITS))

/* In 64 bits that sort as the event does; false if they do not hold it. */
static inline bool
event_pack(TimestampTz at, int32 label, StateKey *key)
{
	if (unlikely(at < -EVENT_SPAN || at >= EVENT_SPAN))
		return false;
	key->bits = (uint64) (at + EVENT_SPAN) << EVENT_LABEL_BITS | label;
	return true;
}

static inline int32
event_label(StateKey key)
{
	return (int32) (key.bits & (MAX_LABELS - 1));
}

static inline TimestampTz
event_at(StateKey key)
{
	return (TimestampTz) (key.bits >> EVENT_LABEL_BITS) - EVENT_SPAN;
}

static inline Event
event_unpack(StateKey key)
{
	return (Event)
	{
		event_at(key), event_label(key), 0
	};
}

static inline void
event_recode(StateKey *key, const int32 *codes)
{
	key->bits = (key->bits & ~(uint64) (MAX_LABELS - 1)) | codes[event_label(*key)];
}

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

extern const char *event_text_arg(FunctionCallInfo fcinfo, int argno,
								  int *len);

#pragma GCC visibility pop

/* The code of a label, or -1. */
static inline int
event_text_find(const Dict *labels, const text *label)
{
	return labels == NULL ? -1 :
		dict_find(labels, VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
}

/*
 * The code of a label that is a number among a few, or -1.  Most have one
 * digit; the others are not looked for.
 */
static inline int
event_number_find(const Dict *labels, int32 number)
{
	return (uint32) number > 9 || labels == NULL || labels->nentries > DICT_FEW ?
		-1 : dict_find_few(labels, entry_of_char('0' + number));
}

/* The code of any; the state may move. */
static inline int
event_number_code(void **state, const StateType *type, int32 number)
{
	int			code = event_number_find(state_dict(*state, type, 0), number);
	char		digits[12];

	return code >= 0 ? code :
		state_label(state, type, 0, digits, pg_ltoa(number, digits));
}

#endif							/* ABM_EVENT_H */
