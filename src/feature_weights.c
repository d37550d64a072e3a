/*
 * feature_weights.c
 *		The chance of winning a deal, feature by feature.
 *
 * Naive Bayes: features are taken to be independent given the outcome, so
 * that each adds its own to the log-odds [1].  With a won and b lost deals
 * that have it, and the prior added to every count, a feature adds
 *
 *	ln((a + prior) / A) - ln((b + prior) / B)
 *
 * where A and B are the sums of (count + prior) over all values of its name
 * among won and lost deals, and for a flag, all won and all lost deals, and
 * the prior, since a deal has it or not.  Without features the log-odds are
 * ln((won + prior) / (lost + prior)).  A feature never seen adds nothing.
 * With a prior of 0.1 this is the lead scoring of Odoo.  Intervals are normal
 * ones of the log-odds, the variance of a feature's part being
 *
 *	1 / (a + prior) - 1 / A + 1 / (b + prior) - 1 / B
 *
 * [1] I. J. Good: Probability and the weighing of evidence. 1950.
 */
#include "feature_evidence.h"

#include <math.h>

#include "estimate.h"
#include "math/logistic.h"

#define KEPT 8					/* evidence kept with a call site */
#define MIN_PRIOR 1e-12
#define MAX_PRIOR 1e6

/* What a feature adds to the log-odds. */
typedef struct Weight
{
	double		value;
	double		variance;
} Weight;

/* The weights of all features of an evidence, by code. */
typedef struct WeightTable
{
	uint64		digest;
	double		prior;
	Weight		base;
	const Dict *dict;
	Weight		weight[FLEXIBLE_ARRAY_MEMBER];
} WeightTable;

typedef struct WeightCache
{
	WeightTable *table[KEPT];	/* the latest first */
} WeightCache;

/*
 * The arithmetic
 */

/* Bytes of a feature's name with its equals sign; 0: it is a flag. */
static int
name_size(const char *feature, int len)
{
	const char *sign = memchr(feature, '=', len);

	return sign == NULL ? 0 : (int) (sign - feature) + 1;
}

/* What is so many of so many. */
static Weight
share_weight(double won, double all_won, double lost, double all_lost)
{
	Weight		w = {
		log(won / all_won) - log(lost / all_lost),
		1 / won - 1 / all_won + 1 / lost - 1 / all_lost
	};

	w.variance = Max(w.variance, 0);
	return w;
}

/* The features behind the first one that have its name; how many with it. */
static int
same_name(const Dict *d, int first)
{
	int			size = name_size(dict_text(d, first), dict_len(d, first));
	int			n = 1;

	/* in byte order they are neighbours */
	while (size > 0 && first + n < d->nentries &&
		   dict_len(d, first + n) >= size &&
		   memcmp(dict_text(d, first), dict_text(d, first + n), size) == 0)
		n++;
	return n;
}

static void
weigh_features(const FeatureEvidence *e, const Dict *d, double prior,
			   Weight *weight)
{
	int			n;

	for (int first = 0; d != NULL && first < d->nentries; first += n)
	{
		bool		flag = name_size(dict_text(d, first), dict_len(d, first)) == 0;
		double		won = flag ? e->won + prior : 0;
		double		lost = flag ? e->lost + prior : 0;

		n = same_name(d, first);
		for (int i = first; !flag && i < first + n; i++)
		{
			won += e->count[i].won + prior;
			lost += e->count[i].lost + prior;
		}
		for (int i = first; i < first + n; i++)
			weight[i] = share_weight(e->count[i].won + prior, won,
									 e->count[i].lost + prior, lost);
	}
}

/* All weights of an evidence, in one piece of memory with its texts. */
static WeightTable *
table_make(const FeatureEvidence *e, double prior, MemoryContext context)
{
	const Dict *d = state_dict(e, &feature_evidence_type, 0);
	Size		size = offsetof(WeightTable, weight) +
	e->head.nitems * sizeof(Weight);
	WeightTable *t = MemoryContextAllocHuge(context,
											size + (d == NULL ? 0 : d->size));

	t->digest = e->digest;
	t->prior = prior;
	t->base.value = log((e->won + prior) / (e->lost + prior));
	t->base.variance = 1 / (e->won + prior) + 1 / (e->lost + prior);
	t->dict = NULL;
	if (d != NULL)
		t->dict = memcpy((char *) t + size, d, d->size);
	weigh_features(e, t->dict, prior, t->weight);
	return t;
}

/* The code of a feature; -1: never seen. */
static int
table_find(const WeightTable *t, const Feature *f)
{
	return t->dict == NULL ? -1 : dict_find(t->dict, f->text, f->len);
}

/* The log-odds of a deal with their variance. */
static Weight
table_sum(const WeightTable *t, const Feature *f, int n)
{
	Weight		sum = t->base;

	for (int i = 0; i < n; i++)
	{
		int			code = table_find(t, &f[i]);

		if (code < 0)
			continue;
		sum.value += t->weight[code].value;
		sum.variance += t->weight[code].variance;
	}
	return sum;
}

/*
 * The SQL side
 */
static const FeatureEvidence *
evidence_arg(FunctionCallInfo fcinfo)
{
	return state_arg(fcinfo, 0, &feature_evidence_type);
}

static double
prior_arg(FunctionCallInfo fcinfo, int argno)
{
	double		prior = arg_finite(PG_GETARG_FLOAT8(argno), "prior");

	if (prior < MIN_PRIOR || prior > MAX_PRIOR)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("prior must be between %g and %g, not %g", MIN_PRIOR,
						MAX_PRIOR, prior),
				 errhint("It is added to every count, so that nothing is impossible.")));
	return prior;
}

/* The weights of the evidence of a call, kept for the next ones. */
static const WeightTable *
table_arg(FunctionCallInfo fcinfo, double prior)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	WeightCache *cache = fcinfo->flinfo->fn_extra;
	uint64		digest = state_digest_arg(fcinfo, 0, &feature_evidence_type);
	WeightTable *t = NULL;
	int			i;

	if (digest == 0)
		return table_make(evidence_arg(fcinfo), prior, CurrentMemoryContext);
	if (cache == NULL)
		cache = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(context, sizeof(WeightCache));
	for (i = 0; i < KEPT && cache->table[i] != NULL; i++)
		if (cache->table[i]->digest == digest &&
			cache->table[i]->prior == prior)
		{
			t = cache->table[i];
			break;
		}
	if (t == NULL)
	{
		t = table_make(evidence_arg(fcinfo), prior, context);
		if (i == KEPT)
			pfree(cache->table[--i]);
	}
	memmove(cache->table + 1, cache->table, i * sizeof(WeightTable *));
	cache->table[0] = t;
	return t;
}

PG_FUNCTION_INFO_V1(abm_win_probability_features);
Datum
abm_win_probability_features(PG_FUNCTION_ARGS)
{
	const WeightTable *t = table_arg(fcinfo, prior_arg(fcinfo, 2));
	int			n;
	Feature    *f = features_arg(PG_GETARG_ARRAYTYPE_P(1), &n);
	double		logit = table_sum(t, f, n).value;

	PG_RETURN_FLOAT8(open_probability(logistic_probability(logit)));
}

/* probability, lower, upper */
PG_FUNCTION_INFO_V1(abm_win_probability_bounds);
Datum
abm_win_probability_bounds(PG_FUNCTION_ARGS)
{
	const WeightTable *t = table_arg(fcinfo, prior_arg(fcinfo, 2));
	double		z = normal_width(PG_GETARG_FLOAT8(3));
	int			n;
	Feature    *f = features_arg(PG_GETARG_ARRAYTYPE_P(1), &n);
	Weight		sum = table_sum(t, f, n);
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	for (int i = 0; i < 3; i++)
	{
		static const int sides[] = {0, -1, 1};
		double		logit = sum.value + sides[i] * z * sqrt(sum.variance);

		values[i] = Float8GetDatum(open_probability(logistic_probability(logit)));
	}
	return single_row(fcinfo, values, nulls);
}

/* A row of texts, counts and a weight with its interval. */
static void
put_weight(FunctionCallInfo fcinfo, Datum *values, bool *nulls, int ncolumns,
		   const Weight *w, double z)
{
	double		half = z * sqrt(w->variance);

	values[ncolumns - 3] = Float8GetDatum(w->value);
	values[ncolumns - 2] = Float8GetDatum(w->value - half);
	values[ncolumns - 1] = Float8GetDatum(w->value + half);
	abm_put_row(fcinfo, values, nulls);
}

/* feature, name, won, lost, weight, lower, upper */
PG_FUNCTION_INFO_V1(abm_weights_of_evidence);
Datum
abm_weights_of_evidence(PG_FUNCTION_ARGS)
{
	const FeatureEvidence *e = evidence_arg(fcinfo);
	double		z = normal_width(PG_GETARG_FLOAT8(2));
	WeightTable *t = table_make(e, prior_arg(fcinfo, 1), CurrentMemoryContext);

	abm_begin_rows(fcinfo);
	for (int i = 0; i < e->head.nitems; i++)
	{
		const char *feature = dict_text(t->dict, i);
		int			size = name_size(feature, dict_len(t->dict, i));
		Datum		values[7] = {0};
		bool		nulls[7] = {false};

		CHECK_EVERY(i, 0xFF);
		values[0] = PointerGetDatum(cstring_to_text_with_len(feature,
															 dict_len(t->dict, i)));
		nulls[1] = size == 0;
		if (size > 0)
			values[1] = PointerGetDatum(cstring_to_text_with_len(feature,
																 size - 1));
		values[2] = Int64GetDatum(e->count[i].won);
		values[3] = Int64GetDatum(e->count[i].lost);
		put_weight(fcinfo, values, nulls, 7, &t->weight[i], z);
	}
	return (Datum) 0;
}

/* One line of an explanation. */
typedef struct Line
{
	const Feature *feature;
	int			code;			/* -1: never seen */
	double		value;
} Line;

static int
compare_lines(const void *a, const void *b, void *arg)
{
	const Line *x = a;
	const Line *y = b;
	double		left = fabs(x->value);
	double		right = fabs(y->value);

	if (left != right)
		return left > right ? -1 : 1;
	return text_compare(x->feature->text, x->feature->len,
						y->feature->text, y->feature->len);
}

static void
explain_line(FunctionCallInfo fcinfo, int rank, text *feature, int64 won,
			 int64 lost, const Weight *w, double z)
{
	static const Weight nothing = {0, 0};
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = Int32GetDatum(rank);
	values[1] = PointerGetDatum(feature);
	values[2] = Int64GetDatum(won);
	values[3] = Int64GetDatum(lost);
	nulls[5] = nulls[6] = w == NULL;
	put_weight(fcinfo, values, nulls, 7, w == NULL ? &nothing : w, z);
}

/* rank, feature, won, lost, log_odds, lower, upper */
PG_FUNCTION_INFO_V1(abm_explain_win);
Datum
abm_explain_win(PG_FUNCTION_ARGS)
{
	const FeatureEvidence *e = evidence_arg(fcinfo);
	double		z = normal_width(PG_GETARG_FLOAT8(3));
	WeightTable *t = table_make(e, prior_arg(fcinfo, 2), CurrentMemoryContext);
	int			n;
	Feature    *f = features_arg(PG_GETARG_ARRAYTYPE_P(1), &n);
	Line	   *line = palloc_extended(Max(n, 1) * sizeof(Line), MCXT_ALLOC_HUGE);

	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		line[i].feature = &f[i];
		line[i].code = table_find(t, &f[i]);
		line[i].value = line[i].code < 0 ? 0 : t->weight[line[i].code].value;
	}
	qsort_interruptible(line, n, sizeof(Line), compare_lines, NULL);
	abm_begin_rows(fcinfo);
	explain_line(fcinfo, 0, cstring_to_text("all deals"), e->won, e->lost,
				 &t->base, z);
	for (int i = 0; i < n; i++)
	{
		int			code = line[i].code;

		explain_line(fcinfo, i + 1,
					 cstring_to_text_with_len(line[i].feature->text,
											  line[i].feature->len),
					 code < 0 ? 0 : e->count[code].won,
					 code < 0 ? 0 : e->count[code].lost,
					 code < 0 ? NULL : &t->weight[code], z);
	}
	return (Datum) 0;
}
