/*
 * explain.c
 *		Where the points of a score come from.
 *
 * A criterion earns 100 w d / (sum of w+), rounded to the grid of match.c;
 * what the rounding leaves over goes to the largest of them, so the points
 * add up to the score exactly, in any order.  Negative criteria take no more
 * than the others gave, in proportion, as the score stops at 0; a failed gate
 * takes all that there is.
 */
#include "abm.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "enums.h"
#include "catalog/pg_type.h"
#include "icp/explain.h"
#include "lib/stringinfo.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"

typedef struct Row
{
	const IcpNode *criterion;
	IcpDegree	degree;
	double		used;			/* degree in the score; NaN: left out */
	double		points;
	int			number;
} Row;

const IcpNode *
icp_criterion(const IcpProfile *p, int number)
{
	const IcpNode *nodes = ICP_NODES(p);
	const IcpNode *n = nodes;

	while (number-- > 0)
		n = nodes + n->next;
	return n;
}

/* Which attributes a criterion reads. */
static void
attributes_of(const IcpProfile *p, const IcpNode *criterion, bool *reads)
{
	const IcpNode *end = ICP_NODES(p) + criterion->next;

	for (const IcpNode *n = criterion; n < end; n++)
	{
		const int32 *needs = ICP_AT(p, int32, n->needs);

		if (n->attribute >= 0)
			reads[n->attribute] = true;
		for (int i = 0; i < n->nneeds; i++)
			reads[needs[i]] = true;
	}
}

/* The attributes of a criterion, separated by commas. */
static char *
attribute_names(const IcpProfile *p, const IcpNode *criterion)
{
	bool		reads[ICP_MAX_ATTRIBUTES] = {false};
	StringInfoData names;

	initStringInfo(&names);
	attributes_of(p, criterion, reads);
	for (int i = 0; i < p->nattributes; i++)
		if (reads[i])
			appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "",
							 icp_attribute_name(p, i));
	return names.data;
}

/* What a criterion is called: its name, or else its attributes. */
const char *
icp_criterion_name(const IcpProfile *p, const IcpNode *n)
{
	return n->name != 0 ? ICP_AT(p, char, n->name) : attribute_names(p, n);
}

static void
append_word(StringInfo out, const IcpWord *word)
{
	char		number[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (word->text !=NULL)
	{
		appendBinaryStringInfo(out, word->text, word->len);
		return;
	}
	double_to_shortest_decimal_buf(word->number, number);
	appendStringInfoString(out, number);
}

/*
 * A time in ISO 8601, UTC; a date alone at midnight.  There are dates beyond
 * all timestamps.
 */
static void
append_time(StringInfo out, double time)
{
	char text[	MAXDATELEN + 1];
	double		days = rint(time / USECS_PER_DAY_F);

	if (days * USECS_PER_DAY_F == time)
		JsonEncodeDateTime(text, DateADTGetDatum((DateADT) days), DATEOID,
						   NULL);
	else
		JsonEncodeDateTime(text, TimestampGetDatum((Timestamp) time),
						   TIMESTAMPOID, NULL);
	appendStringInfoString(out, text);
}

/* A value as it was understood, whatever the form of the account. */
static void
append_value(StringInfo out, const IcpValue *v)
{
	switch (v->kind)
	{
		case ICP_TEXT:
		case ICP_NUMBER:
			append_word(out, &v->word);
			break;
		case ICP_TIME:
			append_time(out, v->number);
			break;
		case ICP_BOOL:
			appendStringInfoString(out, v->number != 0 ? "true" : "false");
			break;
		case ICP_LIST:
			appendStringInfoChar(out, '{');
			for (int i = 0; i < v->n; i++)
			{
				appendStringInfoString(out, i > 0 ? "," : "");
				append_word(out, &v->words[i]);
			}
			appendStringInfoChar(out, '}');
			break;
		default:
			appendStringInfoString(out, "known");
	}
}

/* The known values of a criterion; NULL when there are none. */
static char *
values_of(const IcpPlan *plan, const IcpNode *criterion)
{
	const IcpProfile *p = plan->profile;
	bool		reads[ICP_MAX_ATTRIBUTES] = {false};
	StringInfoData out;

	initStringInfo(&out);
	attributes_of(p, criterion, reads);
	for (int i = 0; i < p->nattributes; i++)
	{
		if (!reads[i] || plan->values[i].kind == ICP_UNKNOWN)
			continue;
		if (criterion->attribute < 0 || criterion->nneeds > 0)
			appendStringInfo(&out, "%s%s=", out.len > 0 ? ", " : "",
							 icp_attribute_name(p, i));
		append_value(&out, &plan->values[i]);
		if (criterion->attribute >= 0 && criterion->nneeds == 0)
			return out.data;
	}
	return out.len > 0 ? out.data : NULL;
}

/* The degree that a criterion has in the score; NaN when it is left out. */
static double
used_degree(const IcpNode *n, IcpDegree d, const IcpResult *r)
{
	if (d.lo == d.hi)
		return d.lo;
	if (n->weight <= 0)
		return d.lo > 0 ? d.lo : NAN;
	if ((d.lo <= 0 && d.hi >= 1) || r->weight <= 0)
		return NAN;
	return r->base <= d.lo ? d.lo : r->base >= d.hi ? d.hi : NAN;
}

/* Points before rounding; negative ones take no more than there is. */
static void
share_points(Row *rows, int n, const IcpResult *r)
{
	double		given = 0;
	double		taken = 0;

	for (int i = 0; i < n; i++)
	{
		if (!isnan(rows[i].used) && r->weight > 0)
			rows[i].points = 100 * rows[i].criterion->weight * rows[i].used /
				r->weight;
		if (rows[i].points < 0)
			taken -= rows[i].points;
		else
			given += rows[i].points;
	}
	for (int i = 0; i < n && taken > given; i++)
		if (rows[i].points < 0)
			rows[i].points *= given / taken;
}

/* Round, and let the points add up to the score. */
static void
settle_points(Row *rows, int n, const IcpResult *r)
{
	double		rest = r->score;
	int			at = 0;

	for (int i = 0; i < n; i++)
	{
		rows[i].points = icp_grid(rows[i].points);
		rest -= rows[i].points;
		if (fabs(rows[i].points) > fabs(rows[at].points))
			at = i;
	}
	rows[r->failed >= 0 ? r->failed : at].points += rest;
}

static int
compare_rows(const void *a, const void *b)
{
	const Row  *x = a;
	const Row  *y = b;
	double		left = fabs(x->points);
	double		right = fabs(y->points);

	if (left != right)
		return left > right ? -1 : 1;
	return x->number - y->number;
}

static Row *
explain_rows(IcpPlan *plan, const IcpResult *r)
{
	const IcpProfile *p = plan->profile;
	const IcpNode *criterion = ICP_NODES(p);
	Row		   *rows = palloc0(p->ncriteria * sizeof(Row));

	for (int i = 0; i < p->ncriteria; i++)
	{
		rows[i].criterion = criterion;
		rows[i].number = i;
		rows[i].degree = plan->degrees[i];
		rows[i].used = used_degree(criterion, plan->degrees[i], r);
		criterion = ICP_NODES(p) + criterion->next;
	}
	share_points(rows, p->ncriteria, r);
	settle_points(rows, p->ncriteria, r);
	qsort(rows, p->ncriteria, sizeof(Row), compare_rows);
	return rows;
}

/*
 * rank, criterion, attribute, value, degree, weight, points, verdict.  The
 * degree is NULL when the criterion is left out; points are NULL when there
 * is no score.
 */
PG_FUNCTION_INFO_V1(abm_icp_explain);
Datum
abm_icp_explain(PG_FUNCTION_ARGS)
{
	IcpPlan    *plan = icp_account(fcinfo);
	const IcpProfile *p = plan->profile;
	IcpResult	r;
	Row		   *rows;

	icp_judge(p, plan->values, plan->degrees, &r);
	rows = explain_rows(plan, &r);
	abm_begin_rows(fcinfo);
	for (int i = 0; i < p->ncriteria; i++)
	{
		const Row  *row = &rows[i];
		char	   *value = values_of(plan, row->criterion);
		Datum		values[8] = {0};
		bool		nulls[8] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(icp_criterion_name(p, row->criterion));
		values[2] = CStringGetTextDatum(attribute_names(p, row->criterion));
		if (!(nulls[3] = value == NULL))
			values[3] = CStringGetTextDatum(value);
		values[4] = Float8GetDatum(row->used);
		nulls[4] = isnan(row->used);
		values[5] = Float8GetDatum(row->criterion->weight);
		values[6] = Float8GetDatum(row->points);
		nulls[6] = !r.known;
		values[7] = enum_datum(&verdict_kind,
							   row->degree.hi <= 0 ? VERDICT_FAIL :
							   row->degree.lo > 0 ? VERDICT_PASS :
							   VERDICT_UNKNOWN);
		abm_put_row(fcinfo, values, nulls);
	}
	PG_RETURN_NULL();
}
