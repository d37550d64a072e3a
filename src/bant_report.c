/*
 * bant_report.c
 *		BANT as rows: an assessment with its uncertainty, and what to ask next.
 *
 * What is not known is taken at its worst for the lower bound and at its best
 * for the upper one.
 */
#include "bant.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "enums.h"
#include "executor/executor.h"

typedef struct BantDemands
{
	double		score;			/* that qualifies, 0..100 */
	double		threshold;		/* that a letter must reach, 0..1 */
	int			letters;		/* how many must reach it */
} BantDemands;

static const char *const next_questions[] = {
	"How much is set aside for this, and what could be moved from elsewhere?",
	"Who signs, who owns the budget, and have we met them?",
	"What problem do they have to solve, and why did the last attempt fail?",
	"By when must it work, and can we deliver by then?"
};

/* ----------
 * The arithmetic
 * ----------
 */

/* The letters with everything unknown set to one value. */
static Bant
bant_assuming(const Bant * b, double value)
{
	Bant		full = *b;

	for (int i = 0; i < BANT_LETTERS; i++)
		if (!b->known[i])
		{
			full.known[i] = true;
			full.value[i] = value;
		}
	return full;
}

/* Does a score with these letters meet the demands? */
static bool
bant_meets(const Bant * b, const double *weights, const BantDemands *d)
{
	double		average;
	double		coverage;

	return bant_average(b, weights, &average, &coverage) &&
		100 * average >= d->score &&
		__builtin_popcount(bant_reached(b, d->threshold)) >= d->letters;
}

/*
 * Qualified as far as is known; unknown when a missing answer could still
 * qualify it; nurture when none could.
 */
static const char *
bant_status(int gates, const Bant * b, const double *weights,
			const BantDemands *d)
{
	Bant		best = bant_assuming(b, 1);

	if (gates == VERDICT_FAIL)
		return "disqualified";
	if (gates == VERDICT_UNKNOWN)
		return "unknown";
	if (bant_meets(b, weights, d))
		return "qualified";
	return bant_meets(&best, weights, d) ? "unknown" : "nurture";
}

/* A letter that is not known, or does not reach the threshold. */
static int
letter_verdict(const Bant * b, int letter, double threshold)
{
	if (!b->known[letter])
		return VERDICT_UNKNOWN;
	return b->value[letter] >= threshold ? VERDICT_PASS : VERDICT_FAIL;
}

/* ----------
 * The SQL side
 * ----------
 */

/* A value of type abm.bant; NULL is four unknown letters. */
static void
bant_from_record(FunctionCallInfo fcinfo, int argno, Bant * b)
{
	HeapTupleHeader record;

	memset(b, 0, sizeof(Bant));
	if (PG_ARGISNULL(argno))
		return;
	record = PG_GETARG_HEAPTUPLEHEADER(argno);
	for (int i = 0; i < BANT_LETTERS; i++)
	{
		bool		null;
		Datum		value = GetAttributeByNum(record, i + 1, &null);

		b->known[i] = !null;
		if (!null)
			b->value[i] = bant_share(DatumGetFloat8(value), bant_names[i]);
	}
}

/* The names of the letters with one verdict, comma-separated. */
static Datum
letters_named(const Bant * b, double threshold, int verdict)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < BANT_LETTERS; i++)
		if (letter_verdict(b, i, threshold) == verdict)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 bant_names[i]);
	return PointerGetDatum(cstring_to_text_with_len(list.data, list.len));
}

static int
gates_arg(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(0) ? VERDICT_UNKNOWN :
		enum_code(&verdict_kind, PG_GETARG_DATUM(0));
}

/* A demand has no unknown value. */
static void
arg_demanded(FunctionCallInfo fcinfo, int argno, const char *what)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be NULL", what)));
}

static BantDemands
assess_demands(FunctionCallInfo fcinfo)
{
	BantDemands d;

	arg_demanded(fcinfo, 3, "qualify_at");
	arg_demanded(fcinfo, 4, "threshold");
	arg_demanded(fcinfo, 5, "min_letters");
	d.score = arg_finite(PG_GETARG_FLOAT8(3), "qualify_at");
	d.threshold = bant_share(PG_GETARG_FLOAT8(4), "threshold");
	d.letters = PG_GETARG_INT32(5);
	if (d.score < 0 || d.score > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("qualify_at must be between 0 and 100, not %g",
						d.score)));
	if (d.letters < 0 || d.letters > BANT_LETTERS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_letters must be between 0 and %d, not %d",
						BANT_LETTERS, d.letters)));
	return d;
}

PG_FUNCTION_INFO_V1(abm_bant_assess);
Datum
abm_bant_assess(PG_FUNCTION_ARGS)
{
	Bant		b;
	Bant		worst;
	Bant		best;
	BantDemands demands = assess_demands(fcinfo);
	int			gates = gates_arg(fcinfo);
	const double *weights;
	double		score;
	double		lower;
	double		upper;
	double		coverage;
	double		all;
	Datum		values[7];
	bool		nulls[7] = {false};

	abm_begin_rows(fcinfo);
	if (PG_ARGISNULL(2))
		return (Datum) 0;
	weights = bant_weights(PG_GETARG_ARRAYTYPE_P(2));
	bant_from_record(fcinfo, 1, &b);
	worst = bant_assuming(&b, 0);
	best = bant_assuming(&b, 1);
	nulls[0] = !bant_average(&b, weights, &score, &coverage) ||
		gates != VERDICT_PASS;
	bant_average(&worst, weights, &lower, &all);
	bant_average(&best, weights, &upper, &all);
	nulls[1] = nulls[2] = gates != VERDICT_PASS;
	values[0] = Float8GetDatum(100 * score);
	values[1] = Float8GetDatum(100 * lower);
	values[2] = Float8GetDatum(100 * upper);
	values[3] = Float8GetDatum(coverage);
	values[4] = CStringGetTextDatum(bant_status(gates, &b, weights, &demands));
	values[5] = letters_named(&b, demands.threshold, VERDICT_UNKNOWN);
	values[6] = letters_named(&b, demands.threshold, VERDICT_FAIL);
	abm_put_row(fcinfo, values, nulls);
	return (Datum) 0;
}

static void
put_shortfall(FunctionCallInfo fcinfo, const char *criterion,
			  const double *evidence, int verdict, const char *question)
{
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = CStringGetTextDatum(criterion);
	values[1] = Float8GetDatum(evidence ? *evidence : 0);
	nulls[1] = evidence == NULL;
	values[2] = enum_datum(&verdict_kind, verdict);
	values[3] = CStringGetTextDatum(question);
	abm_put_row(fcinfo, values, nulls);
}

PG_FUNCTION_INFO_V1(abm_bant_shortfall);
Datum
abm_bant_shortfall(PG_FUNCTION_ARGS)
{
	Bant		b;
	int			gates = gates_arg(fcinfo);
	double		threshold;

	arg_demanded(fcinfo, 2, "threshold");
	threshold = bant_share(PG_GETARG_FLOAT8(2), "threshold");
	abm_begin_rows(fcinfo);
	bant_from_record(fcinfo, 1, &b);
	if (gates != VERDICT_PASS)
		put_shortfall(fcinfo, "gates", NULL, gates,
					  gates == VERDICT_FAIL ?
					  "Has anything changed that kept this account out?" :
					  "Which facts about the company are still missing?");
	for (int i = 0; i < BANT_LETTERS; i++)
	{
		int			verdict = letter_verdict(&b, i, threshold);

		if (verdict != VERDICT_PASS)
			put_shortfall(fcinfo, bant_names[i],
						  b.known[i] ? &b.value[i] : NULL, verdict,
						  next_questions[i]);
	}
	return (Datum) 0;
}
