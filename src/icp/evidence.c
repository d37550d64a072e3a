/*
 * evidence.c
 *		Won and lost accounts as patterns of degrees.
 *
 * Accounts that have the same degrees tell the same, so the state counts won
 * and lost by pattern, and keeps each pattern once, as bytes in a dictionary:
 * a degree is one byte if it is a whole number of hundredths, as nearly all
 * are, 0xFE and its double, highest byte first, otherwise, and 0xFF if it is
 * unknown.  The state holds the profile too, whose criteria the degrees are
 * of; evidence of different profiles does not merge.
 */
#include "icp/evidence.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "port/pg_bswap.h"

#define HUNDREDTHS 100
#define LONG_DEGREE 0xFE
#define NO_DEGREE 0xFF
#define LONG_SIZE (1 + (int) sizeof(uint64))
#define MAX_BYTES (ICP_MAX_CRITERIA * LONG_SIZE)

static const StateField pattern_fields[] = {
	{"degrees", FIELD_KEY, offsetof(IcpPattern, degrees), false, NULL},
	{"won", FIELD_COUNT, offsetof(IcpPattern, won), false, NULL},
	{"lost", FIELD_COUNT, offsetof(IcpPattern, lost), false, NULL},
	{NULL, 0, 0, false, NULL}
};

/*
 * The arithmetic
 */

/* A degree as bytes; NaN is unknown.  Returns their number. */
static int
degree_write(double degree, unsigned char *bytes)
{
	double		hundredths = rint(degree * HUNDREDTHS);
	uint64		bits;

	if (isnan(degree))
		bytes[0] = NO_DEGREE;
	else if (hundredths / HUNDREDTHS == degree)
		bytes[0] = (unsigned char) hundredths;
	else
	{
		memcpy(&bits, &degree, sizeof(bits));
		bits = pg_hton64(bits);
		bytes[0] = LONG_DEGREE;
		memcpy(bytes + 1, &bits, sizeof(bits));
		return LONG_SIZE;
	}
	return 1;
}

/* A degree from at most len bytes; how many it took, 0 if it is none. */
static int
degree_read(const unsigned char *bytes, int len, double *degree)
{
	unsigned char again[LONG_SIZE];
	uint64		bits;

	if (bytes[0] <= HUNDREDTHS)
		*degree = (double) bytes[0] / HUNDREDTHS;
	else if (bytes[0] == NO_DEGREE)
		*degree = NAN;
	else
	{
		if (bytes[0] != LONG_DEGREE || len < LONG_SIZE)
			return 0;
		memcpy(&bits, bytes + 1, sizeof(bits));
		bits = pg_ntoh64(bits);
		memcpy(degree, &bits, sizeof(bits));
		/* what has a short form must have it */
		return *degree > 0 && *degree < 1 &&
			degree_write(*degree, again) == LONG_SIZE ? LONG_SIZE : 0;
	}
	return 1;
}

/* The degrees of a text; their number, or -1 when it is no pattern. */
static int
degrees_read(const char *text, int len, double *degrees)
{
	int			n = 0;
	int			used;

	for (int at = 0; at < len; at += used, n++)
	{
		if (n == ICP_MAX_CRITERIA)
			return -1;
		used = degree_read((const unsigned char *) text +at, len - at,
						   &degrees[n]);
		if (used == 0)
			return -1;
	}
	return n;
}

/* The degrees of a pattern, NaN where unknown; their number. */
int
evidence_degrees(const IcpEvidence *e, const IcpPattern *p, double *degrees)
{
	const Dict *d = state_dict(e, &icp_evidence_type, 1);
	int			code = (int) p->degrees;

	return degrees_read(dict_text(d, code), dict_len(d, code), degrees);
}

static const char *
pattern_show(const void *state, int64 key)
{
	IcpPattern	p = {key, 0, 0};
	double		degrees[ICP_MAX_CRITERIA];
	int			n = evidence_degrees(state, &p, degrees);
	char		number[DOUBLE_SHORTEST_DECIMAL_LEN];
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoString(&text, ", ");
		if (isnan(degrees[i]))
			strcpy(number, "?");
		else
			double_to_shortest_decimal_buf(degrees[i], number);
		appendStringInfoString(&text, number);
	}
	return text.data;
}

static int
pattern_compare(const void *a, const void *b, void *arg)
{
	const IcpPattern *x = a;
	const IcpPattern *y = b;

	return (x->degrees > y->degrees) - (x->degrees < y->degrees);
}

static int
patterns_fold(void *items, int n)
{
	IcpPattern *p = items;
	int			last = 0;

	for (int i = 1; i < n; i++)
	{
		if (p[last].degrees == p[i].degrees)
		{
			state_add_count(&p[last].won, p[i].won);
			state_add_count(&p[last].lost, p[i].lost);
		}
		else
			p[++last] = p[i];
	}
	return n == 0 ? 0 : last + 1;
}

/* A second profile in one state. */
static void
refuse_profile(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("evidence of different profiles cannot be combined"),
			 errhint("Gather all accounts with the same profile, and keep that.")));
}

static const char *
evidence_fault(const void *state)
{
	const IcpEvidence *e = state;
	const Dict *profiles = state_dict(e, &icp_evidence_type, 0);
	const Dict *patterns = state_dict(e, &icp_evidence_type, 1);
	int			n = -1;

	if (profiles == NULL || profiles->nentries != 1)
		return "it is not of one profile";
	if (patterns == NULL || patterns->nentries != e->head.nitems)
		return "its patterns and counts do not agree";
	for (int i = 0; i < e->head.nitems; i++)
	{
		const IcpPattern *p = &e->pattern[i];
		double		degrees[ICP_MAX_CRITERIA];
		int			ndegrees = evidence_degrees(e, p, degrees);

		CHECK_EVERY(i, 0xFFF);
		if (ndegrees < 1 || (n >= 0 && ndegrees != n))
			return "a pattern is none";
		if (p->won == 0 && p->lost == 0)
			return "a pattern has no account";
		n = ndegrees;
	}
	return NULL;
}

const StateType icp_evidence_type = {
	.name = "icp_evidence",.kind = 41,.version = 1,
	.fixed_size = offsetof(IcpEvidence, pattern),
	.item_size = sizeof(IcpPattern),
	.dicts_offset = offsetof(IcpEvidence, dicts),.ndicts = 2,
	.max_labels = 1,.max_items = 1000000,
	.remedy = "Let criteria have few degrees: bands rather than ramp and near.",
	.fields = NULL,.items_name = "patterns",
	.item_fields = pattern_fields,.compare = pattern_compare,
	.fold = patterns_fold,.refuse_label = refuse_profile,
	.show_key = pattern_show,.fault = evidence_fault
};

/* The degrees of an account as bytes; returns their number. */
static int
pattern_write(ArrayType *degrees, int ncriteria, unsigned char *bytes)
{
	const float8 *value = (const float8 *) ARR_DATA_PTR(degrees);
	const bits8 *known = ARR_NULLBITMAP(degrees);
	int			n = ArrayGetNItems(ARR_NDIM(degrees), ARR_DIMS(degrees));
	int			len = 0;

	if (ARR_NDIM(degrees) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("degrees must be a one-dimensional array")));
	if (n != ncriteria)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("degrees must have an element for each of the %d criteria, not %d",
						ncriteria, n),
				 errhint("icp_degrees(profile, account) makes them.")));
	for (int i = 0; i < n; i++)
	{
		double		degree = NAN;

		if (known == NULL || (known[i / 8] & (1 << (i % 8))))
		{
			degree = arg_finite(*value++, "degree");
			if (degree < 0 || degree > 1)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("degree must be between 0 and 1, not %g",
								degree)));
		}
		len += degree_write(degree, bytes + len);
	}
	return len;
}

/* Count one account; the state may move. */
static IcpEvidence *
evidence_add(IcpEvidence *e, int code, bool won)
{
	IcpPattern	p = {code, won, !won};
	IcpPattern *pattern = (IcpPattern *) state_items(&e->head, &icp_evidence_type);

	/* patterns have their codes in the order in which they came */
	if (code < e->head.nitems && pattern[code].degrees == code)
	{
		state_add_count(&pattern[code].won, won);
		state_add_count(&pattern[code].lost, !won);
		return e;
	}
	return state_append(e, &icp_evidence_type, &p);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(icp_evidence, icp_evidence_type);
STATE_FUNCTION(icp_evidence, minus, icp_evidence_type);

/* (profile, degrees, won) */
PG_FUNCTION_INFO_V1(abm_icp_evidence_accum);
Datum
abm_icp_evidence_accum(PG_FUNCTION_ARGS)
{
	const IcpProfile *profile;
	unsigned char bytes[MAX_BYTES];
	IcpEvidence *e;
	int			len;
	int			code;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return state_leave_out(fcinfo, &icp_evidence_type);
	profile = icp_usable(PG_GETARG_DATUM(1));
	len = pattern_write(PG_GETARG_ARRAYTYPE_P(2), profile->ncriteria, bytes);
	e = state_begin(fcinfo, &icp_evidence_type);
	state_label((void **) &e, &icp_evidence_type, 0,
				ICP_AT(profile, char, profile->text), profile->text_len);
	code = state_label((void **) &e, &icp_evidence_type, 1,
					   (const char *) bytes, len);
	e = evidence_add(e, code, PG_GETARG_BOOL(3));
	return state_end(fcinfo, &icp_evidence_type, e);
}
