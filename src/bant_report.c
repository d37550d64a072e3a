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

/* A letter that is not known, or does not reach the threshold. */
static int
letter_verdict(const Bant *b, int letter, double threshold)
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
bant_from_record(FunctionCallInfo fcinfo, int argno, Bant *b)
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
letters_named(const Bant *b, double threshold, int verdict)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < BANT_LETTERS; i++)
		if (letter_verdict(b, i, threshold) == verdict)
			appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "",
							 bant_names[i]);
	return PointerGetDatum(cstring_to_text_with_len(list.data, list.len));
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
	memcpy(d.weights, bant_weights(PG_GETARG_ARRAYTYPE_P(2)), sizeof(d.weights));
	d.qualify_at = PG_GETARG_FLOAT8(3);
	d.threshold = PG_GETARG_FLOAT8(4);
	d.min_letters = PG_GETARG_INT32(5);
	bant_check_demands(&d);
	return d;
}

PG_FUNCTION_INFO_V1(abm_bant_assess);
Datum
abm_bant_assess(PG_FUNCTION_ARGS)
{
	Bant		b;
	Bant		worst;
	Bant		best;
	BantDemands d;
	BantJudgement j;
	double		score;
	int			gates = bant_gates(fcinfo, 0);
	Datum		values[7];
	bool		nulls[7] = {false};

	abm_begin_rows(fcinfo);
	if (PG_ARGISNULL(2))
		return (Datum) 0;
	d = assess_demands(fcinfo);
	bant_from_record(fcinfo, 1, &b);
	j = bant_judge(gates, &b, &d);
	worst = bant_assuming(&b, 0);
	best = bant_assuming(&b, 1);
	nulls[0] = !j.scored;
	nulls[1] = nulls[2] = gates != VERDICT_PASS;
	values[0] = Float8GetDatum(j.score);
	bant_average(&worst, d.weights, &score);
	values[1] = Float8GetDatum(100 * score);
	bant_average(&best, d.weights, &score);
	values[2] = Float8GetDatum(100 * score);
	values[3] = Float8GetDatum(bant_coverage(&b, d.weights));
	values[4] = CStringGetTextDatum(bant_statuses[j.status]);
	values[5] = letters_named(&b, d.threshold, VERDICT_UNKNOWN);
	values[6] = letters_named(&b, d.threshold, VERDICT_FAIL);
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
	int			gates = bant_gates(fcinfo, 0);
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
