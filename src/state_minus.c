/*
 * state_minus.c
 *		The state kit: what is left of a state when another is taken away.
 *
 * For states whose records are counts, that is, whose records fold and differ
 * in nothing but what they are compared by and their FIELD_COUNTs.  What was
 * counted can be taken back so, exactly: (a + b) - b is a, to the last byte.
 */
#include "state_form.h"

static void
refuse_minus(const StateType *type)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s does not hold what is to be taken away", type->name),
			 errhint("Only rows that were gathered, with the same values, can be taken back.")));
}

/* Take the counts of b from those of a; is anything left? */
static bool
fields_minus(const StateType *type, const StateField *fields, char *a,
			 const char *b)
{
	bool		left = false;

	for (; fields != NULL && fields->name != NULL; fields++)
	{
		int64	   *count = (int64 *) (a + fields->offset);
		int64		less = b ? *(const int64 *) (b + fields->offset) : 0;

		if (fields->type != FIELD_COUNT)
			continue;
		if (*count < less)
			refuse_minus(type);
		*count -= less;
		left |= *count > 0;
	}
	return left;
}

/* Do records name texts of a dictionary, or has the state itself them? */
static bool
records_name(const StateType *type, int dict)
{
	for (const StateField *f = type->item_fields; f->name != NULL; f++)
		if (f->type == (dict == 0 ? FIELD_LABEL : FIELD_KEY))
			return true;
	return false;
}

/* The codes that the texts of b have in a, where all of them must be. */
static StateCodes
codes_within(const StateHead *a, const StateHead *b, const StateType *type)
{
	StateCodes	codes = {{NULL, NULL}};

	for (int i = 0; i < type->ndicts; i++)
	{
		const Dict *x = state_dict(a, type, i);
		const Dict *y = state_dict(b, type, i);
		int			n = y == NULL ? 0 : y->nentries;
		int32	   *of = n == 0 ? NULL :
		palloc_extended(n * sizeof(int32), MCXT_ALLOC_HUGE);

		for (int k = 0; k < n; k++)
		{
			CHECK_EVERY(k, 0xFFFF);
			of[k] = x == NULL ? -1 :
				dict_find(x, dict_text(y, k), dict_len(y, k));
			if (of[k] < 0 && !records_name(type, i) && type->refuse_label != NULL)
				type->refuse_label();
			if (of[k] < 0)
				refuse_minus(type);
		}
		codes.of[i] = of;
	}
	return codes;
}

/* Take one text over from a dictionary of another state; its code. */
static int
take_label(StateHead **to, const StateHead *from, const StateType *type,
		   int dict, int code)
{
	const Dict *d = state_dict(from, type, dict);

	return state_label((void **) to, type, dict, dict_text(d, code),
					   dict_len(d, code));
}

/* Append a record of another state, with its texts. */
static StateHead *
take_record(StateHead *to, const StateHead *from, const StateType *type,
			char *item)
{
	for (const StateField *f = type->item_fields; f->name != NULL; f++)
	{
		char	   *p = item + f->offset;

		if (f->type == FIELD_LABEL)
			*(int32 *) p = take_label(&to, from, type, 0, *(int32 *) p);
		else if (f->type == FIELD_KEY && state_dict(from, type, 1) != NULL)
			*(int64 *) p = take_label(&to, from, type, 1, (int) *(int64 *) p);
	}
	return state_append(to, type, item);
}

/* An open state with the fixed fields and the common texts of another. */
static StateHead *
begin_like(const StateHead *from, const StateType *type)
{
	StateHead  *to = state_new(type, 1, type->npackings);
	const int32 none[STATE_DICTS] = {0};

	memcpy((char *) to + sizeof(StateHead),
		   (const char *) from + sizeof(StateHead),
		   type->fixed_size - sizeof(StateHead));
	memcpy((char *) to + type->dicts_offset, none,
		   type->ndicts * sizeof(int32));
	for (int i = 0; i < type->ndicts; i++)
		for (int k = 0; !records_name(type, i) &&
			 state_dict(from, type, i) != NULL &&
			 k < state_dict(from, type, i)->nentries; k++)
			take_label(&to, from, type, i, k);
	return to;
}

/*
 * The SQL function minus(a, b).  What is left of a; NULL when nothing is.
 */
Datum
state_minus(FunctionCallInfo fcinfo, const StateType *type)
{
	const StateHead *a;
	const StateHead *b;
	StateHead  *left;
	StateCodes	codes;
	bool		any;
	int			next = 0;
	int64		item[STATE_ITEM_WORDS];
	int64		less[STATE_ITEM_WORDS];

	Assert(type->item_size <= sizeof(item));
	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, type);
	if (PG_ARGISNULL(0))
		refuse_minus(type);
	a = state_arg(fcinfo, 0, type);
	b = state_arg(fcinfo, 1, type);
	codes = codes_within(a, b, type);
	left = begin_like(a, type);
	any = fields_minus(type, type->fields, (char *) left, (const char *) b);
	for (int i = 0; i < a->nitems; i++)
	{
		bool		taken = false;

		CHECK_EVERY(i, 0xFFFF);
		state_unpack(a, type, i, item);
		if (next < b->nitems)
		{
			state_unpack(b, type, next, less);
			state_recode_item(type, (char *) less, &codes);
			taken = type->compare(item, less, NULL) == 0;
		}
		next += taken;
		if (fields_minus(type, type->item_fields, (char *) item,
						 taken ? (const char *) less : NULL))
			left = take_record(left, a, type, (char *) item);
	}
	if (next < b->nitems)
		refuse_minus(type);
	if (!any && left->nitems == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state_sealed(left, type));
}
