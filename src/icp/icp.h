/*
 * icp.h
 *		The compiled form of an ideal customer profile.
 *
 * profile.c makes the value; json.c, parse.c, parts.c and tests.c compile
 * it; plan.c, columns.c and read.c read accounts; match.c gives degrees and
 * the score; score.c, explain.c and question.c answer.  evidence.c, learn.c
 * and probability.c learn the weights from what was won and lost.
 */
#ifndef ABM_ICP_H
#define ABM_ICP_H

#include "abm.h"

#include "utils/hsearch.h"
#include "utils/jsonb.h"

/* calls between the files of the room need no linkage table */
#pragma GCC visibility push(hidden)

#define ICP_LAYOUT 1			/* of the compiled form, see icp_usable() */
#define ICP_MAX_CRITERIA 256
#define ICP_MAX_NODES 4096
#define ICP_MAX_ATTRIBUTES 256
#define ICP_MAX_DEPTH 32		/* of combinators */
#define ICP_MAX_JSON (1024 * 1024)	/* bytes */
#define ICP_MAX_WEIGHT 1e6
#define ICP_MIN_WEIGHT 1e-6

typedef enum IcpOp
{
	ICP_ANY_OF, ICP_NONE_OF, ICP_HAS_ANY, ICP_HAS_ALL, ICP_BANDS,
	ICP_AT_LEAST, ICP_AT_MOST, ICP_RAMP, ICP_NEAR, ICP_NEAR_LOG, ICP_PREFIX,
	ICP_MATCHES, ICP_IS_TRUE, ICP_KNOWN,
	ICP_ALL_OF, ICP_BEST_OF, ICP_SUM_OF, ICP_NOT
} IcpOp;

/* What the value of an attribute can be. */
typedef enum IcpKind
{
	ICP_UNKNOWN,
	ICP_BEST, ICP_WORST,		/* supposed: whatever is best for the score */
	ICP_TEXT, ICP_NUMBER, ICP_TIME, ICP_BOOL, ICP_LIST, ICP_OTHER
} IcpKind;

#define ICP_ANY_KIND 0x1F8		/* of those that a value can really have */
#define ICP_CAN_BE(kinds, kind) (((kinds) >> (kind)) & 1)

/* flags of a node */
#define ICP_REQUIRED 1
#define ICP_IF_UNKNOWN 2		/* has a degree for the unknown */
#define ICP_NUMBERS 4			/* a set whose items are all numbers */
#define ICP_PERFECT 32			/* a set whose words never share a place */
#define ICP_AGAINST 8			/* a higher degree lowers the score */
#define ICP_WANTED 16			/* is_true and known: the value to be met */

/*
 * A word to be compared: its length, a key that tells apart all words of up
 * to 8 bytes of one length, and the bytes for longer ones.  A number has no
 * text.
 */
typedef struct IcpWord
{
	uint64		key;
	const char *text;
	double		number;
	int			len;
} IcpWord;

/*
 * A word of a profile.  The words of a set stand in a hash table, which is
 * also how they are gone through; a free place has a negative length.
 */
typedef struct IcpItem
{
	uint64		key;
	double		degree;
	double		number;			/* when the set has ICP_NUMBERS */
	int32		len;
	int32 text;					/* offset */
} IcpItem;

typedef struct IcpBand
{
	double		low;			/* both ends belong to the band */
	double		high;
	double		degree;
} IcpBand;

/*
 * A test or a combinator.  Nodes stand in the order of writing; the children
 * of a combinator follow it, and `next' leads past them.
 */
typedef struct IcpNode
{
	uint8		op;				/* IcpOp */
	uint8		flags;
	uint16		kinds;			/* of values that a test can read */
	int16		attribute;		/* -1: a combinator */
	int16		nneeds;
	int32		next;			/* index of the node after this subtree */
	int32		n;				/* places, bands or bytes at data */
	int32		data;			/* offset */
	int32		needs;			/* offset of int32 attributes */
	int32		name;			/* offset of a string; 0: none */
	double		weight;			/* of a criterion */
	double		score;			/* multiplies the degree */
	double		otherwise;		/* degree when known without a match */
	double		if_unknown;
	double		a;				/* ramp: low; near: ideal */
	double		b;				/* ramp: high; near: halving (log: its log) */
	uint64		mix;			/* set: multiplier of its hash function */
	int32		shift;			/* 64 - log2 of the table's size */
	int32		nlevels;		/* has_any, has_all: levels at levels */
	int32		levels;			/* offset */
	int32		unused;
} IcpNode;

typedef struct IcpAttribute
{
	int32		name;			/* offset */
	int32		kinds;			/* that every test of it can read */
	int32		vocabulary;		/* offset of a node, see vocabulary.c; 0: none */
	int32		unused;
} IcpAttribute;

/* Words that earn the same degree, as bits of the attribute's vocabulary. */
typedef struct IcpLevel
{
	uint64		words;
	double		degree;
} IcpLevel;

#define ICP_VOCABULARY 64		/* words in it at most */

/*
 * The value.  Offsets count from its start.  The first four fields keep their
 * place in every layout, so that a value stored by another version of this
 * library can be compiled again from its text.
 */
typedef struct IcpProfile
{
	int32		vl_len_;
	int32		layout;
	int32 text;					/* offset of the JSON text */
	int32		text_len;
	int32		nnodes;
	int32		ncriteria;
	int32		nattributes;
	int32		ntiers;
	int32		nodes;			/* offsets */
	int32		attributes;
	int32		tiers;
	int32		odds;			/* offset of an IcpOdds; 0: no probabilities */
	double		weight;			/* sum of the positive weights */
} IcpProfile;

/*
 * What a learned profile knows beside its weights: the logit of winning is
 * intercept + scale * sum(weight * degree).  Of what is unknown the degree is
 * taken that a typical account has.
 */
typedef struct IcpOdds
{
	double		intercept;
	double		scale;
	double		typical[FLEXIBLE_ARRAY_MEMBER]; /* of each criterion */
} IcpOdds;

#define ICP_AT(profile, type, offset) \
	((const type *) ((const char *) (profile) + (offset)))
#define ICP_NODES(profile) ICP_AT(profile, IcpNode, (profile)->nodes)

/* The value of one attribute of one account. */
typedef struct IcpValue
{
	IcpKind		kind;
	int			n;				/* words of a list */
	bool		masked;			/* list: is mask there? */
	double		number;			/* number, boolean, time in microseconds */
	IcpWord		word;			/* text */
	IcpWord    *words;			/* list */
	uint64		mask;			/* list: which words of the vocabulary it has */
} IcpValue;

/* A degree that is known only to lie between two ends. */
typedef struct IcpDegree
{
	double		lo;
	double		hi;
} IcpDegree;

/* The account asked about, and the sums over its criteria. */
typedef struct IcpResult
{
	bool		known;			/* is there a score? */
	double		score;			/* 0..100 */
	double		base;			/* score that partly known criteria met */
	double		sum;			/* of weighted degrees */
	double		weight;			/* that the sum is divided by */
	double		known_weight;
	int			failed;			/* first criterion whose gate fails, or -1 */
} IcpResult;

/* In what form a value comes; read.c */
typedef enum IcpForm
{
	FORM_MISSING, FORM_TEXT, FORM_BPCHAR, FORM_NAME, FORM_CSTRING, FORM_ENUM,
	FORM_BOOL, FORM_INT2, FORM_INT4, FORM_INT8, FORM_FLOAT4, FORM_FLOAT8,
	FORM_NUMERIC, FORM_DATE, FORM_TIMESTAMP, FORM_ARRAY, FORM_JSON, FORM_OTHER
} IcpForm;

/* Where an attribute is found, and how it is read. */
typedef struct IcpColumn
{
	IcpForm		form;
	IcpForm		element;		/* of an array */
	int			number;			/* of the column, from 0 */
	int			kinds;			/* that the attribute's tests can read */
	int16		len;			/* of an array's element */
	bool		byval;
	char		align;
	Oid			type;
	const char *name;
	const IcpNode *vocabulary;	/* of an array of text; NULL: none */
	IcpWord    *words;			/* room for the words of a list */
	int			room;
	int32		aligned[33];	/* an array that had a short header */
} IcpColumn;

/* How one kind of account is read for one profile; plan.c */
typedef struct IcpPlan
{
	const IcpProfile *profile;	/* a copy */
	MemoryContext context;
	bool		constant;		/* the call's profile is a constant */
	bool		json;			/* accounts are documents */
	IcpValue   *values;			/* by attribute */
	IcpDegree  *degrees;		/* by criterion */
	IcpColumn  *columns;		/* by attribute */
	HTAB	   *labels;			/* of enum values */
	uint64		labels_change;	/* when they were looked up */
	Oid			row_type;		/* of the record */
	int32		row_typmod;
	uint64		row_version;	/* 0: not known yet */
	TupleDesc	row;
	Datum	   *datums;
	bool	   *nulls;
	TupleDesc	result;			/* of a function that returns a row */
} IcpPlan;

/* words.c; the hot functions are in words.h */
extern bool icp_number(const char *text, double *number);
extern bool icp_time(const char *text, int len, double *time);

/* parse.c */
extern IcpProfile *icp_parse(char *json, int len, int syntax_code,
							 SoftErrors soft);

/* profile.c */
extern const IcpProfile *icp_usable(Datum value);

/* match.c */
extern void icp_judge(const IcpProfile *p, const IcpValue *values,
					  IcpDegree *degrees, IcpResult *r);
extern double icp_bound(const IcpProfile *p, const IcpDegree *degrees,
						bool best);
extern double icp_grid(double points);

/* 1 for a score that reaches the first cutpoint, and so on down. */
static inline int
icp_tier(double score, const double *cutpoints, int n)
{
	int			tier = 0;

	while (tier < n && score < cutpoints[tier])
		tier++;
	return tier + 1;
}

/* columns.c */
extern void icp_classify(IcpPlan *plan, IcpColumn *column, Oid type);
extern void icp_refuse_kind(const IcpPlan *plan, int attribute, IcpKind kind,
							const char *type);

static inline void
icp_check_kind(const IcpPlan *plan, int attribute, IcpKind kind,
			   const char *type)
{
	if (unlikely(!ICP_CAN_BE(plan->columns[attribute].kinds, kind)))
		icp_refuse_kind(plan, attribute, kind, type);
}

/* read.c */
extern void icp_read_arguments(IcpPlan *plan, const NullableDatum *args);
extern void icp_read_columns(IcpPlan *plan);
extern void icp_read_json(IcpPlan *plan, int attribute,
						  const JsonbValue *value);

/* plan.c */
extern void icp_keep_labels(IcpPlan *plan, HTAB *labels);
extern IcpPlan *icp_plan(FunctionCallInfo fcinfo);
extern IcpPlan *icp_account(FunctionCallInfo fcinfo);

/* tests.c */
extern const char *icp_test_name(const IcpNode *n);

static inline const char *
icp_attribute_name(const IcpProfile *p, int attribute)
{
	return ICP_AT(p, char,
				  ICP_AT(p, IcpAttribute, p->attributes)[attribute].name);
}

#pragma GCC visibility pop

#endif							/* ABM_ICP_H */
