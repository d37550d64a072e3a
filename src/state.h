/*
 * state.h
 *		The state kit: one description of a layout gives a state type its
 *		input and output, its merging, its sealing and its limits.
 *
 * A state is what an aggregate gathers and what a table may store.  Its bytes
 * are a StateHead, the room's fixed fields, and perhaps records of one size
 * and dictionaries of the texts that the records name by a code:
 *
 *		length | kind version flags count | fixed fields | records
 *			| dictionaries, at the very end
 *
 * A state is open while an aggregate works on it: it has room for further
 * records, in no order.  Sealed, it is canonical: records sorted, no slack,
 * padding zero, packed if they can be, so that equal content is equal bytes.
 * Only sealed states leave an aggregate.
 */
#ifndef ABM_STATE_H
#define ABM_STATE_H

#include "abm.h"

#include "nodes/nodes.h"
#include "utils/expandeddatum.h"

#include "dictionary.h"
#include "money.h"
#include "network.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

#define STATE_OPEN 0x0001		/* slack and disorder allowed */
#define STATE_FORM_SHIFT 1		/* three bits: the form of the records */
#define STATE_FORM_MASK 7
#define STATE_LARGE 0x0010		/* a LargeState has it */

typedef struct StateHead
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		kind;			/* which state type, StateType.kind */
	uint8		version;		/* of the layout */
	uint16		flags;			/* STATE_… */
	int32		nitems;			/* records in use */
} StateHead;

typedef enum FieldType
{
	FIELD_CODE,					/* uint8, one of the field's labels */
	FIELD_INT32,
	FIELD_COUNT,				/* int64, 0 or more */
	FIELD_INT64,
	FIELD_FLOAT8,				/* finite */
	FIELD_REAL,					/* float8, NaN when it is unknown */
	FIELD_TIME,					/* timestamptz, finite */
	FIELD_DURATION,				/* int64 microseconds; shown in days */
	FIELD_WEIGHT,				/* int64 billionths, 1 or more */
	FIELD_MONEY,				/* Wide in units of 10^-scale */
	FIELD_CHARS,				/* 8 bytes of text, zero padded */
	FIELD_NETWORK,				/* Network */
	FIELD_LABEL,				/* int32, a code of the first dictionary */
	FIELD_KEY					/* int64; a code of the second dictionary if
								 * that has any */
} FieldType;

/* The smallest form of a record: a number that sorts as the record does. */
typedef struct pg_attribute_packed ()
StateKey
{
	uint64		bits;
} StateKey;

#define STATE_DICTS 2

/* What takes the place of each code of a dictionary; NULL: all stay. */
typedef struct StateCodes
{
	const int32 *of[STATE_DICTS];
} StateCodes;

/*
 * A smaller form of records that not every record fits: amounts in 64 bits,
 * say, as nearly all do.  It must sort as the full form does.  The kit packs
 * and unpacks; what a room sees are full records, unless it asks for a raw
 * argument.
 */
typedef struct StatePacking
{
	uint16		size;			/* at most that of the full form */
	bool		(*pack) (void *packed, const void *item);
	void		(*unpack) (void *item, const void *packed);

	/* NULL, and no sort: the records are StateKeys */
	int			(*compare) (const void *a, const void *b, void *arg);

	/* does what StateType.fold does */
	int			(*fold) (void *items, int n);

	/*
	 * Instead of compare: sorts records where they stand; or, if from is not
	 * NULL, copies of those there into items, with other codes.
	 */
	void		(*sort) (void *items, const void *from, int n,
						 const StateCodes *codes);

	/* exchange codes, if the type has dictionaries; see StateCodes */
	void		(*recode) (void *items, int n, const StateCodes *codes);
} StatePacking;

/*
 * A field may be unknown where it says so: then an integer or a duration is
 * -1, a money amount MONEY_UNKNOWN, a float8 -1.
 */
typedef struct StateField
{
	const char *name;			/* in the jsonb form; NULL ends the list */
	FieldType	type;
	uint16		offset;			/* in the struct */
	bool		nullable;
	const char *const *labels;	/* of FIELD_CODE, NULL at the end */
} StateField;

typedef struct StateType
{
	const char *name;			/* of the SQL type */
	uint8		kind;			/* no other type has it, never reused */
	uint8		version;		/* written; all up to it are read */
	uint16		fixed_size;		/* of head and fixed fields */
	uint16		item_size;		/* of a record; 0: there are none */
	uint16		scale_offset;	/* of an int32 scale of money; 0: no money */
	uint16		digest_offset;	/* of a uint64 digest; 0: there is none */
	uint16		dicts_offset;	/* of int32[ndicts], the bytes of each
								 * dictionary */
	uint16		ndicts;
	int32		max_labels;		/* in the first dictionary */
	const char *labels_name;	/* in the jsonb form, if not by records */
	void		(*refuse_label) (void); /* the error of one too many */
	int32		max_items;
	uint16		expect_offset;	/* of a uint8 for the kit's own use, while the
								 * state is open; 0: records are few */
	const int  *max_kilobytes;	/* NULL: as the server allows */
	const char *remedy;			/* hint beyond a limit; NULL: the usual one */
	const StateField *fields;
	const char *items_name;		/* of the records in the jsonb form */
	const StateField *item_fields;

	/* a total order of records */
	int			(*compare) (const void *a, const void *b, void *arg);

	/* forms 1, 2, ..., the smallest last; form 0 is the full one */
	const StatePacking *packings;
	int			npackings;

	/*
	 * Fold neighbours that are one thing; optional, and with one packing at
	 * most unless one thing means equal bytes: what is left of a state must
	 * not fit a form smaller than its own, unless that is the full one.
	 */
	int			(*fold) (void *items, int n);

	/* the fixed fields of b into a, but for the scale; optional */
	void		(*absorb) (void *a, const void *b);

	/* a key for a person to read; NULL: it is a number */
	const char *(*show_key) (const void *state, int64 key);

	/* are the texts of the second dictionary texts?  NULL: bytes */
	bool		(*text_keys) (const void *state);

	/*
	 * what is wrong with a record, or a whole state, that came from outside,
	 * or NULL; optional
	 */
	const char *(*item_fault) (const void *item);
	const char *(*fault) (const void *state);
	bool		fault_of_keys;	/* it looks at no record */
} StateType;

static inline int
state_form(const StateHead *head)
{
	return (head->flags >> STATE_FORM_SHIFT) & STATE_FORM_MASK;
}

/* What an aggregate keeps in the place of a large state, see state_large.c. */
typedef struct LargeState
{
	ExpandedObjectHeader object;
	const StateType *type;
	StateHead  *head;			/* open, in the context of the object */
} LargeState;

extern const ExpandedObjectMethods large_methods;

/* The object that a datum is; NULL for all others. */
static inline LargeState *
large_find(const void *datum)
{
	varatt_expanded pointer;

	if (!VARATT_IS_EXTERNAL_EXPANDED(datum))
		return NULL;
	memcpy(&pointer, VARDATA_EXTERNAL(datum), sizeof(pointer));
	return pointer.eohptr->eoh_methods == &large_methods ?
		(LargeState *) pointer.eohptr : NULL;
}

/* Which state something was made of, see state_unchanged. */
typedef struct StateKept
{
	uint64		digest;
	struct varatt_external stored;
} StateKept;


#define WEIGHT_ONE INT64CONST(1000000000)

/* the records of a sealed state */
#define STATE_ITEMS(state, type) ((void *) ((char *) (state) + (type)->fixed_size))

extern void *state_begin_new(FunctionCallInfo fcinfo, const StateType *type);
extern void *state_start(const StateType *type);
extern Datum state_finish(void *state, const StateType *type);
extern int	state_label_new(void **state, const StateType *type, int dict,
							const char *text, int len);
extern void *state_append(void *state, const StateType *type, const void *item);
extern Wide state_amount(void **state, const StateType *type,
						 NullableDatum amount, const char *what);
extern void *state_sealed(const void *state, const StateType *type);
extern Datum state_keep(FunctionCallInfo fcinfo, const StateType *type,
						void *state);
extern Datum state_leave_out(FunctionCallInfo fcinfo, const StateType *type);
extern const void *state_arg(FunctionCallInfo fcinfo, int argno,
							 const StateType *type);
extern uint64 state_digest_arg(FunctionCallInfo fcinfo, int argno,
							   const StateType *type);
extern bool state_unchanged(FunctionCallInfo fcinfo, int argno,
							const StateType *type, StateKept *kept);
extern const void *state_raw_arg(FunctionCallInfo fcinfo, int argno,
								 const StateType *type);

/*
 * AggCheckCallContext without the call: it is asked for every row.  What runs
 * an aggregate is an Agg or a WindowAgg node.
 */
static inline bool
in_aggregate(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL &&
		(nodeTag(fcinfo->context) == T_AggState ||
		 nodeTag(fcinfo->context) == T_WindowAggState);
}

/* The open state that an aggregate has where a datum is; NULL: there is none. */
static inline StateHead *
state_at_hand(FunctionCallInfo fcinfo)
{
	StateHead  *head = (StateHead *) PG_GETARG_POINTER(0);
	const LargeState *large;

	if (PG_ARGISNULL(0) || !in_aggregate(fcinfo))
		return NULL;
	if (VARATT_IS_4B_U(head))
		return head->flags & STATE_OPEN ? head : NULL;
	large = large_find(head);
	return large == NULL ? NULL : large->head;
}

/* The first argument of a transition, to be changed. */
static inline void *
state_begin(FunctionCallInfo fcinfo, const StateType *type)
{
	StateHead  *head = state_at_hand(fcinfo);

	return likely(head != NULL) ? head : state_begin_new(fcinfo, type);
}

/* The result of a transition. */
static inline Datum
state_end(FunctionCallInfo fcinfo, const StateType *type, void *state)
{
	return likely(state == state_at_hand(fcinfo)) ? PG_GETARG_DATUM(0) :
		state_keep(fcinfo, type, state);
}

/* The bytes of all dictionaries. */
static inline Size
state_tail(const StateHead *head, const StateType *type)
{
	const int32 *bytes = (const int32 *) ((const char *) head + type->dicts_offset);

	switch (type->ndicts)
	{
		case 0:
			return 0;
		case 1:
			return bytes[0];
		default:
			return (Size) bytes[0] + bytes[1];
	}
}

/* The records, wherever they stand; those of a sealed state are STATE_ITEMS. */
static inline char *
state_items(const StateHead *head, const StateType *type)
{
	return (char *) head + type->fixed_size +
		(head->flags & STATE_OPEN ? state_tail(head, type) : 0);
}

/*
 * A dictionary of a state; NULL while it has no text.  In an open state they
 * stand before the records: a row looks at them, and only writes its record.
 */
static inline Dict *
state_dict(const void *state, const StateType *type, int i)
{
	const StateHead *head = (const StateHead *) state;
	const int32 *bytes = (const int32 *) ((const char *) state + type->dicts_offset);
	const char *at = (const char *) state + (i == 0 ? 0 : bytes[0]);

	if (bytes[i] == 0)
		return NULL;
	at += head->flags & STATE_OPEN ? type->fixed_size :
		VARSIZE(head) - state_tail(head, type);
	return (Dict *) at;
}

/*
 * The code of a text in a dictionary, which takes it in if it is not there;
 * the state may move.
 */
static inline int
state_label(void **state, const StateType *type, int dict, const char *text,
			int len)
{
	const Dict *d = state_dict(*state, type, dict);
	int			code = d == NULL ? -1 : dict_find(d, text, len);

	return likely(code >= 0) ? code :
		state_label_new(state, type, dict, text, len);
}

/* Counters come from outside too, so that they can overflow. */
static inline void
state_add_count(int64 *count, int64 more)
{
	if (unlikely(pg_add_s64_overflow(*count, more, count)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("count out of range")));
}

/* Weights in billionths together. */
static inline void
state_add_weight(int64 *sum, int64 weight)
{
	if (unlikely(pg_add_s64_overflow(*sum, weight, sum)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of weights is out of range"),
				 errdetail("It must be less than 9223372036.")));
}

/*
 * Folds sorted records of a size that differ in their weights alone, which
 * stand at an offset.  Inline, so that the comparison is, too.
 */
static pg_attribute_always_inline int
state_fold_weights(void *items, int n, Size size, Size offset,
				   int (*compare) (const void *a, const void *b, void *arg))
{
	char	   *last = items;
	char	   *item = items;

	for (int i = 1; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		item += size;
		if (compare(last, item, NULL) == 0)
			state_add_weight((int64 *) (last + offset),
							 *(int64 *) (item + offset));
		else
		{
			last += size;
			if (last != item)
				memcpy(last, item, size);
		}
	}
	return n == 0 ? 0 : (last - (char *) items) / size + 1;
}

/* What most transition functions end with: a state has one more record. */
static inline Datum
state_take(FunctionCallInfo fcinfo, const StateType *type, const void *item)
{
	void	   *state = state_begin(fcinfo, type);

	return state_end(fcinfo, type, state_append(state, type, item));
}

/* the bodies of the SQL support functions, see STATE_FUNCTIONS */
extern Datum state_in(FunctionCallInfo fcinfo, const StateType *type);
extern Datum state_out(FunctionCallInfo fcinfo, const StateType *type);
extern Datum state_recv(FunctionCallInfo fcinfo, const StateType *type);
extern Datum state_send(FunctionCallInfo fcinfo, const StateType *type);
extern Datum state_jsonb(FunctionCallInfo fcinfo, const StateType *type);
extern Datum state_merge(FunctionCallInfo fcinfo, const StateType *type);
extern Datum state_seal(FunctionCallInfo fcinfo, const StateType *type);

/* of states that are counts: beside those, STATE_FUNCTION(name, minus, type) */
extern Datum state_minus(FunctionCallInfo fcinfo, const StateType *type);

#pragma GCC visibility pop

#define STATE_FUNCTION(name, verb, type) \
	PG_FUNCTION_INFO_V1(abm_##name##_##verb); \
	Datum \
	abm_##name##_##verb(PG_FUNCTION_ARGS) \
	{ \
		return state_##verb(fcinfo, &(type)); \
	} \
	extern Datum abm_##name##_##verb(PG_FUNCTION_ARGS)

/* all that sql/state.tmpl declares for a state type */
#define STATE_FUNCTIONS(name, type) \
	STATE_FUNCTION(name, in, type); \
	STATE_FUNCTION(name, out, type); \
	STATE_FUNCTION(name, recv, type); \
	STATE_FUNCTION(name, send, type); \
	STATE_FUNCTION(name, jsonb, type); \
	STATE_FUNCTION(name, merge, type); \
	STATE_FUNCTION(name, seal, type)

#endif							/* ABM_STATE_H */
