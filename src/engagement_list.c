/*
 * engagement_list.c
 *		Accounts with their engagement, its trend and their surges, in one pass
 *		over the journeys of all.
 *
 * How likely a surge is depends on two small numbers only, of which there are
 * far fewer pairs, cells, than accounts.  Accounts of one cell have the same
 * p, and so the same q [1]: with the cells by p, k[c] accounts up to and with
 * cell c, n in all,
 *
 *		q[c] = min over d >= c of p[d] n / k[d]
 *
 * [1] Y. Benjamini, Y. Hochberg: Controlling the false discovery rate.
 *     J. R. Statist. Soc. B 57, 1995.
 */
#include "account_figures.h"

#include <math.h>

#include "estimate.h"
#include "rows.h"

/* Accounts with so many recent events, and so many before. */
typedef struct Cell
{
	uint64		key;
	char		status;
	int64		accounts;
	double		p;				/* of a surge, as of a test */
	double		q;
	double		probability;
} Cell;

#define SH_PREFIX cells
#define SH_ELEMENT_TYPE Cell
#define SH_KEY_TYPE uint64
#define SH_KEY key
#define SH_HASH_KEY(tb, key) ((uint32) (((key) * UINT64CONST(0x9E3779B97F4A7C15)) >> 32))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static inline uint64
cell_key(int32 recent, int32 baseline)
{
	return (uint64) recent << 32 | (uint32) baseline;
}

/* The cells of all accounts; how many accounts have any event up to as_of. */
static cells_hash *
cells_count(Population p, const ListQuestion *q, int64 *accounts)
{
	cells_hash *cells = cells_create(CurrentMemoryContext, 1024, NULL);
	int32		recent;
	int32		baseline;

	*accounts = 0;
	while (account_windows(&p, q, &recent, &baseline))
	{
		Cell	   *cell;
		bool		found;

		++*accounts;
		if (recent + (int64) baseline == 0)
			continue;
		cell = cells_insert(cells, cell_key(recent, baseline), &found);
		if (!found)
			cell->accounts = 0;
		cell->accounts++;
	}
	return cells;
}

static int
cell_compare(const void *a, const void *b, void *arg)
{
	double		x = (*(Cell *const *) a)->p;
	double		y = (*(Cell *const *) b)->p;

	return (x > y) - (x < y);
}

/* p, q and probability of every cell. */
static void
cells_test(cells_hash * cells, const Spans *spans)
{
	int			n = 0;
	Cell	  **by_p = palloc_extended(Max(cells->members, 1) * sizeof(Cell *),
									   MCXT_ALLOC_HUGE);
	int64		tested = 0;
	int64		passed;
	double		q = 1;
	cells_iterator at;
	Cell	   *cell;

	cells_start_iterate(cells, &at);
	while ((cell = cells_iterate(cells, &at)) != NULL)
	{
		uint64		recent = cell->key >> 32;
		uint64		baseline = (uint32) cell->key;

		CHECK_EVERY(n, 0xFFF);
		cell->p = surge_p_value(recent, baseline, spans);
		cell->probability = surge_probability(recent, baseline, spans);
		tested += cell->accounts;
		by_p[n++] = cell;
	}
	qsort_interruptible(by_p, n, sizeof(Cell *), cell_compare, NULL);
	passed = tested;
	for (int i = n - 1; i >= 0; i--)
	{
		if (i == n - 1 || by_p[i]->p != by_p[i + 1]->p)
			q = Min(q, by_p[i]->p * tested / passed);
		by_p[i]->q = q;
		passed -= by_p[i]->accounts;
	}
	pfree(by_p);
}

/*
 * The SQL side
 */

/* Points of a time: unknown if of none of its events they are known. */
static inline bool
window_unknown(const Window *w)
{
	return w->n > 0 && window_known(w) == 0;
}

/* What a list is made from. */
typedef struct Listing
{
	Population	population;
	ListQuestion question;
	Meter	   *meter;
	cells_hash *cells;
} Listing;

/* All columns but the first. */
static inline void
put_account(Datum *values, bool *nulls, const AccountFigures *f,
			const Cell *cell, const ListQuestion *q)
{
	values[1] = Float8GetDatum(f->score);
	values[2] = Float8GetDatum(f->previous);
	values[3] = Float8GetDatum(f->score - f->previous);
	values[4] = Int64GetDatum(f->events);
	values[5] = TimestampTzGetDatum(f->newest);
	values[6] = Int64GetDatum(f->recent.n);
	values[7] = Int64GetDatum(f->baseline.n);
	values[8] = Float8GetDatum(f->recent.points);
	values[9] = Float8GetDatum(f->baseline.points);
	values[10] = Float8GetDatum(surge_lift(f->recent.n, f->baseline.n, &q->spans));
	values[11] = Float8GetDatum(cell == NULL ? 0 : cell->probability);
	values[12] = Float8GetDatum(cell == NULL ? 0 : cell->q);
	values[13] = BoolGetDatum(cell != NULL && cell->q <= q->fdr);
	nulls[1] = isnan(f->score);
	nulls[2] = isnan(f->previous);
	nulls[3] = nulls[1] || nulls[2];
	nulls[8] = window_unknown(&f->recent);
	nulls[9] = window_unknown(&f->baseline);
	nulls[10] = f->baseline.n == 0;
	nulls[11] = nulls[12] = cell == NULL;
	nulls[13] = !q->tests;
}

static bool
list_next(void *from, Datum *values, bool *nulls)
{
	Listing    *list = from;
	Population *p = &list->population;
	AccountFigures f;

	if (!account_next(p, list->meter, &f))
		return false;
	values[0] = entity_datum(p->js->kind, p->keys, f.entity);
	put_account(values, nulls, &f,
				list->question.tests ?
				cells_lookup(list->cells, cell_key(f.recent.n, f.baseline.n)) :
				NULL,
				&list->question);
	return true;
}

static void
refuse_caps(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", what),
			 errhint("Give a label and its cap at the same place of both arrays; a label that has no cap is not named.")));
}

/* The cap of each label of the journeys; NULL when there are none. */
static const double *
caps_arg(FunctionCallInfo fcinfo, int argno, const Dict *labels)
{
	int			n;
	int			ncaps;
	text	  **label;
	double	   *cap;
	double	   *of;

	if (PG_ARGISNULL(argno) != PG_ARGISNULL(argno + 1))
		refuse_caps("capped and daily_caps must be given together");
	if (PG_ARGISNULL(argno))
		return NULL;
	if (ArrayGetNItems(ARR_NDIM(PG_GETARG_ARRAYTYPE_P(argno)),
					   ARR_DIMS(PG_GETARG_ARRAYTYPE_P(argno))) == 0 &&
		ArrayGetNItems(ARR_NDIM(PG_GETARG_ARRAYTYPE_P(argno + 1)),
					   ARR_DIMS(PG_GETARG_ARRAYTYPE_P(argno + 1))) == 0)
		return NULL;			/* nothing is capped */
	label = arg_names(PG_GETARG_ARRAYTYPE_P(argno), "capped", MAX_LABELS, &n);
	cap = arg_float8s(PG_GETARG_ARRAYTYPE_P(argno + 1), "daily_caps", &ncaps);
	if (n != ncaps)
		refuse_caps("capped and daily_caps must have the same length");
	of = palloc(sizeof(double) * (labels == NULL ? 1 : labels->nentries));
	for (int i = 0; labels != NULL && i < labels->nentries; i++)
		of[i] = -1;
	for (int i = 0; i < n; i++)
	{
		int			code = labels == NULL ? -1 :
		dict_find(labels, VARDATA_ANY(label[i]), VARSIZE_ANY_EXHDR(label[i]));

		arg_not_negative(cap[i], "daily_caps");
		if (code >= 0)
			of[code] = cap[i];
	}
	return of;
}

/* A moment so many days before another, as far back as there is time. */
static TimestampTz
days_before(TimestampTz at, double days)
{
	double		usecs = rint(days * USECS_PER_DAY_F);

	if (usecs > (double) at - (double) MIN_TIMESTAMP)
		return MIN_TIMESTAMP - 1;
	return at - (int64) usecs;
}

/* as_of, half_life, recent_days, baseline_days, fdr, capped, daily_caps */
static ListQuestion
list_question_arg(FunctionCallInfo fcinfo, const Dict *labels)
{
	ListQuestion q = {0};

	q.as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	q.spans = surge_spans_arg(fcinfo, 3, 4);
	q.tests = !PG_ARGISNULL(5);
	if (q.tests)
		q.fdr = surge_fdr_arg(fcinfo, 5);
	q.recent_from = days_before(q.as_of, q.spans.recent);
	q.baseline_from = days_before(q.as_of, q.spans.recent + q.spans.baseline);
	q.cap = caps_arg(fcinfo, 6, labels);
	q.half_life = q.cap == NULL ? half_life_arg(fcinfo, 2) :
		capped_half_life_arg(fcinfo, 2);
	return q;
}

static void *
list_begin(FunctionCallInfo fcinfo, int64 *most)
{
	Listing    *list = palloc(sizeof(Listing));
	Population *p = &list->population;
	ListQuestion *q = &list->question;

	for (int i = 0; i < 5; i++)
		if (PG_ARGISNULL(i))
			return NULL;
	*p = population_arg(fcinfo, 0, arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of"));
	entity_expect(fcinfo, 8, p->js->kind);
	*q = list_question_arg(fcinfo, p->events.labels);
	list->meter = meter_make(q);
	*most = p->js->head.nitems;
	if (q->tests)
	{
		list->cells = cells_count(*p, q, most);
		cells_test(list->cells, &q->spans);
	}
	return list;
}

static const RowSource list_rows = {list_begin, list_next};

ROWS_FUNCTION(abm_engagement_list, list_rows);
