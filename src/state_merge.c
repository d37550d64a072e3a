/*
 * state_merge.c
 *		The state kit: two states into one.
 */
#include "state_form.h"

#include "large.h"

/* Bring both states to the greater scale. */
static void
state_join_scales(StateHead **a, const StateHead **b, const StateType *type)
{
	int32		x = *state_scale(*a, type);
	int32		y = *state_scale(unconstify(StateHead *, *b), type);

	if (x < y)
		*a = state_set_scale(*a, type, y);
	else if (y < x)
		*b = state_set_scale(state_open_copy(*b, type, 0, 0), type, x);
}

/*
 * The texts of b into the dictionaries of a; which codes they have there.
 * codes->of[i] stays NULL where b's own will do.
 */
static StateHead *
state_join_dicts(StateHead *a, const StateHead *b, const StateType *type,
				 StateCodes *codes)
{
	for (int i = 0; i < type->ndicts; i++)
	{
		const Dict *d = state_dict(b, type, i);
		int			n = d == NULL ? 0 : d->nentries;
		int32	   *of = palloc_extended(Max(n, 1) * sizeof(int32),
										 MCXT_ALLOC_HUGE);
		bool		same = true;

		for (int k = 0; k < n; k++)
		{
			CHECK_EVERY(k, 0xFFFF);
			of[k] = state_label((void **) &a, type, i, dict_text(d, k),
								dict_len(d, k));
			same &= of[k] == k;
		}
		codes->of[i] = same ? NULL : of;
	}
	return a;
}

/*
 * The records of b behind those of a, with one copy if they have one form.
 * The codes of b are exchanged on the way.
 */
static StateHead *
state_concatenate(StateHead *a, const StateHead *b, const StateType *type,
				  const StateCodes *codes)
{
	Size		stride = state_stride(a, type);
	int			before;

	if (state_form(a) != state_form(b))
	{
		int64		item[STATE_ITEM_WORDS];

		Assert(type->item_size <= sizeof(item));
		for (int i = 0; i < b->nitems; i++)
		{
			CHECK_EVERY(i, 0xFFFF);
			state_unpack(b, type, i, item);
			state_recode_item(type, (char *) item, codes);
			a = state_append(a, type, item);
		}
		return a;
	}
	if (b->nitems > state_capacity(a, type) - a->nitems)
	{
		if (type->fold != NULL)
			state_tidy(a, type);
		a = state_widened(a, type, b->nitems, a->nitems);
	}
	before = a->nitems;
	memcpy_large(state_items(a, type) + before * stride, state_items(b, type),
				 b->nitems * stride);
	a->nitems += b->nitems;
	state_recode(a, type, before, codes);
	return a;
}

/*
 * Two states into one: combine function, transition of rollup() and the SQL
 * function merge().  NULL is neutral.
 */
Datum
state_merge(FunctionCallInfo fcinfo, const StateType *type)
{
	StateHead  *a;
	const StateHead *b;
	StateCodes	codes = {{NULL, NULL}};

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, type);
	b = state_detoasted(PG_GETARG_DATUM(1), type);
	if (PG_ARGISNULL(0))
		return state_end(fcinfo, type, state_open_copy(b, type, 0, 0));
	a = state_begin(fcinfo, type);
	if (type->scale_offset > 0)
		state_join_scales(&a, &b, type);
	a = state_join_dicts(a, b, type, &codes);
	if (type->item_size > 0)
		a = state_concatenate(a, b, type, &codes);
	if (type->absorb != NULL)
		type->absorb(a, b);
	return state_end(fcinfo, type, a);
}
