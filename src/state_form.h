/*
 * state_form.h
 *		The memory of a state: sizes, forms of records, copies.  For the kit's
 *		own files; rooms include state.h.
 */
#ifndef ABM_STATE_FORM_H
#define ABM_STATE_FORM_H

#include "state.h"

#include "lib/stringinfo.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

#define STATE_CHARS 8			/* bytes of a FIELD_CHARS */
#define SMALLEST_STATE 64
#define LARGE_STATE (256 * 1024)	/* its size is not rounded */
#define WIRE_UNORDERED 1		/* flag of a message, see state_io.c */
#define STATE_ITEM_WORDS 32		/* of 8 bytes: no record is longer */

static inline StateHead *
head_of(void *state)
{
	return (StateHead *) state;
}

static inline Size
form_size(const StateType *type, int form)
{
	return form == 0 ? type->item_size : type->packings[form - 1].size;
}

static inline Size
state_stride(const StateHead *head, const StateType *type)
{
	return form_size(type, state_form(head));
}

static inline int
state_capacity(const StateHead *head, const StateType *type)
{
	return (int) ((VARSIZE(head) - type->fixed_size - state_tail(head, type)) /
				  state_stride(head, type));
}

/* What is in use, without dictionaries. */
static inline Size
state_used(const StateHead *head, const StateType *type)
{
	return type->fixed_size + head->nitems * state_stride(head, type);
}

/* Is there no room for one more record?  Asked per row: no division. */
static inline bool
state_full(const StateHead *head, const StateType *type)
{
	return state_used(head, type) + state_stride(head, type) +
		state_tail(head, type) > VARSIZE(head);
}

/* A record in full form. */
static inline void
state_unpack(const StateHead *head, const StateType *type, int i, void *item)
{
	int			form = state_form(head);
	const char *from = state_items(head, type) + i * form_size(type, form);

	if (form == 0)
		memcpy(item, from, type->item_size);
	else
		type->packings[form - 1].unpack(item, from);
}

static inline int32 *
dict_bytes(StateHead *head, const StateType *type)
{
	return (int32 *) ((char *) head + type->dicts_offset);
}

static inline int32 *
state_scale(void *state, const StateType *type)
{
	return (int32 *) ((char *) state + type->scale_offset);
}

extern void *state_detoasted(Datum datum, const StateType *type);
extern void *state_set_scale(void *state, const StateType *type, int scale);
extern int64 state_working_limit(const StateType *type);
extern void state_check_limit(const StateType *type, int64 nitems,
							  int64 limit);
extern StateHead *state_copy_fixed(const StateHead *from,
								   const StateType *type, Size size, int flags);
extern void state_copy_items(StateHead *to, const StateHead *from,
							 const StateType *type);
extern void *state_new(const StateType *type, int capacity, int form);
extern void *state_open_copy(const void *state, const StateType *type,
							 int extra, int wanted);
extern void *state_widened(StateHead *head, const StateType *type,
						   int extra, int wanted);
extern void *state_wider_dict(const StateHead *from, const StateType *type,
							  int dict, int len);
extern void state_recode_item(const StateType *type, char *item,
							  const StateCodes *codes);
extern void state_recode(StateHead *head, const StateType *type, int first,
						 const StateCodes *codes);
extern void *state_reformed(const StateHead *from, const StateType *type,
							int form, int extra, int flags);
extern int	state_larger_form(const StateHead *head, const StateType *type,
							  const void *item);
extern void state_pack(StateHead *head, const StateType *type);
extern bool state_dict_is_text(const void *state, const StateType *type,
							   int dict);
extern uint32 state_checksum(const char *data, int len);
extern void *state_read(StringInfo buf, const StateType *type,
						const char **fault);
extern void state_tidy(void *state, const StateType *type);

#pragma GCC visibility pop

#endif							/* ABM_STATE_FORM_H */
