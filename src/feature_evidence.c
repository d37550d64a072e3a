/*
 * feature_evidence.c
 *		How many won and lost deals had each feature.
 *
 * A feature is a text: name=value, or a flag without an equals sign.  The
 * state counts won and lost deals, and those among them that have each
 * feature.  Questions are asked in feature_weights.c.
 */
#include "feature_evidence.h"

#include "catalog/pg_type.h"

#define MAX_FEATURES 65535

static const StateField evidence_fields[] = {
	{"won", FIELD_COUNT, offsetof(FeatureEvidence, won), false, NULL},
	{"lost", FIELD_COUNT, offsetof(FeatureEvidence, lost), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField count_fields[] = {
	{"feature", FIELD_LABEL, offsetof(FeatureCount, feature), false, NULL},
	{"won", FIELD_COUNT, offsetof(FeatureCount, won), false, NULL},
	{"lost", FIELD_COUNT, offsetof(FeatureCount, lost), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
count_compare(const void *a, const void *b, void *arg)
{
	const FeatureCount *x = a;
	const FeatureCount *y = b;

	return (x->feature > y->feature) - (x->feature < y->feature);
}

static int
counts_fold(void *items, int n)
{
	FeatureCount *c = items;
	int			last = 0;

	for (int i = 1; i < n; i++)
	{
		if (c[last].feature == c[i].feature)
		{
			state_add_count(&c[last].won, c[i].won);
			state_add_count(&c[last].lost, c[i].lost);
		}
		else
			c[++last] = c[i];
	}
	return n == 0 ? 0 : last + 1;
}

static void
evidence_absorb(void *a, const void *b)
{
	FeatureEvidence *x = a;
	const FeatureEvidence *y = b;

	state_add_count(&x->won, y->won);
	state_add_count(&x->lost, y->lost);
}

static const char *
evidence_fault(const void *state)
{
	const FeatureEvidence *e = state;
	const Dict *d = state_dict(e, &feature_evidence_type, 0);

	if ((d == NULL ? 0 : d->nentries) != e->head.nitems)
		return "its features and counts do not agree";
	if (d != NULL && dict_len(d, 0) == 0)
		return "a feature is empty";
	for (int i = 0; i < e->head.nitems; i++)
	{
		const FeatureCount *c = &e->count[i];

		if (c->won > e->won || c->lost > e->lost ||
			(c->won == 0 && c->lost == 0))
			return "its counts do not agree";
	}
	return NULL;
}

static void
refuse_feature(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("feature_evidence state exceeds its limit of %d features",
					MAX_FEATURES),
			 errhint("Put numbers into bands, and values that are rare under one name.")));
}

const StateType feature_evidence_type = {
	.name = "feature_evidence",.kind = 42,.version = 1,
	.fixed_size = offsetof(FeatureEvidence, count),
	.item_size = sizeof(FeatureCount),
	.digest_offset = offsetof(FeatureEvidence, digest),
	.dicts_offset = offsetof(FeatureEvidence, dicts),.ndicts = 1,
	.max_labels = MAX_FEATURES,.max_items = MAX_FEATURES,
	.refuse_label = refuse_feature,
	.fields = evidence_fields,.items_name = "features",
	.item_fields = count_fields,.compare = count_compare,
	.fold = counts_fold,.absorb = evidence_absorb,.fault = evidence_fault
};

static int
feature_compare(const void *a, const void *b, void *arg)
{
	const Feature *x = a;
	const Feature *y = b;

	return text_compare(x->text, x->len, y->text, y->len);
}

/* The texts of an array in order, each once; empty ones say nothing. */
Feature *
features_arg(ArrayType *array, int *n)
{
	Datum	   *element;
	bool	   *missing;
	int			nelements;
	int			last = 0;
	Feature    *f;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &element,
					  &missing, &nelements);
	f = palloc_extended(Max(nelements, 1) * sizeof(Feature), MCXT_ALLOC_HUGE);
	*n = 0;
	for (int i = 0; i < nelements; i++)
	{
		if (missing[i] || VARSIZE_ANY_EXHDR(DatumGetPointer(element[i])) == 0)
			continue;
		f[*n].text = VARDATA_ANY(DatumGetPointer(element[i]));
		f[(*n)++].len = VARSIZE_ANY_EXHDR(DatumGetPointer(element[i]));
	}
	if (*n == 0)
		return f;
	qsort_interruptible(f, *n, sizeof(Feature), feature_compare, NULL);
	for (int i = 1; i < *n; i++)
		if (feature_compare(&f[last], &f[i], NULL) != 0)
			f[++last] = f[i];
	*n = last + 1;
	return f;
}

/* Count a feature of one deal; the state may move. */
static FeatureEvidence *
evidence_add(FeatureEvidence *e, const Feature *f, bool won)
{
	int			code = state_label((void **) &e, &feature_evidence_type, 0,
								   f->text, f->len);
	FeatureCount c = {won, !won, code, 0};
	FeatureCount *count = (FeatureCount *) state_items(&e->head, &feature_evidence_type);

	/* features have their codes in the order in which they came */
	if (code < e->head.nitems && count[code].feature == code)
	{
		state_add_count(&count[code].won, won);
		state_add_count(&count[code].lost, !won);
		return e;
	}
	return state_append(e, &feature_evidence_type, &c);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(feature_evidence, feature_evidence_type);
STATE_FUNCTION(feature_evidence, minus, feature_evidence_type);

/* (won, features) */
PG_FUNCTION_INFO_V1(abm_feature_evidence_accum);
Datum
abm_feature_evidence_accum(PG_FUNCTION_ARGS)
{
	FeatureEvidence *e;
	Feature    *f;
	bool		won;
	int			n = 0;

	if (PG_ARGISNULL(1))
		return state_leave_out(fcinfo, &feature_evidence_type);
	won = PG_GETARG_BOOL(1);
	f = PG_ARGISNULL(2) ? NULL : features_arg(PG_GETARG_ARRAYTYPE_P(2), &n);
	e = state_begin(fcinfo, &feature_evidence_type);
	state_add_count(&e->won, won);
	state_add_count(&e->lost, !won);
	for (int i = 0; i < n; i++)
		e = evidence_add(e, &f[i], won);
	return state_end(fcinfo, &feature_evidence_type, e);
}
