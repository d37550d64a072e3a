/*
 * customer_scores.c
 *		Customers in groups of equal size by recency, frequency and money.
 *
 * The customers are ranked three times, by when they last bought, by how
 * often, by how much, and each ranking is cut as ntile() cuts it.  Customers
 * that are equal stand in the order of their keys.
 */
#include "clv/customer_purchases.h"
#include "clv/rfm.h"
#include "large.h"
#include "records.h"
#include "rows.h"

#define MAX_BINS 1000
#define NSCORES 3

typedef enum Axis
{
	BY_RECENCY, BY_FREQUENCY, BY_MONEY
} Axis;

/* What a customer is ranked by. */
typedef struct Figures
{
	int64		customer;
	int64		last;			/* period */
	int64		purchases;
	Wide		total;			/* MONEY_UNKNOWN, if no amount is known */
	int32		score[NSCORES]; /* 0: none */
} Figures;

typedef struct FiguresList
{
	Figures    *figures;
	int			n;
	int			room;
} FiguresList;

/* A place in a ranking. */
typedef struct Rank
{
	int64		key;
	uint64		rest;			/* of a key of 128 bits */
	int32		i;				/* of the figures */
	int32		padding;
} Rank;

/*
 * The arithmetic
 */
static void
figures_add(FiguresList *list, int64 customer, const Rfm *r)
{
	Figures    *f;

	if (list->n == list->room)
	{
		list->room *= 2;
		list->figures = repalloc_large(list->figures,
									   (Size) list->room * sizeof(Figures));
	}
	f = &list->figures[list->n++];
	memset(f, 0, sizeof(Figures));
	f->customer = customer;
	f->last = r->last;
	f->purchases = r->frequency + 1;
	f->total = r->parts == 0 ? MONEY_UNKNOWN : wide_from(r->total);
}

static FiguresList
figures_of(CustomerScan *scan, const RfmQuestion *q)
{
	FiguresList list = {palloc(1024 * sizeof(Figures)), 0, 1024};

	while (customer_next(scan))
	{
		Rfm			r = lines_rfm(&scan->lines, q->rule, q->as_of);

		figures_add(&list, scan->customer, &r);
	}
	return list;
}

/* Among those with one key. */
static int
rank_compare(const void *a, const void *b, void *arg)
{
	const Rank *x = a;
	const Rank *y = b;

	if (x->rest != y->rest)
		return x->rest < y->rest ? -1 : 1;
	return (x->i > y->i) - (x->i < y->i);
}

/* Has every known total 64 bits? */
static bool
totals_are_small(const FiguresList *list)
{
	bool		small = true;
	int64		packed;

	for (int i = 0; i < list->n; i++)
		small &= money_pack(list->figures[i].total, &packed);
	return small;
}

/* The customers that have a place in a ranking, in no order. */
static int
ranks_fill(Rank *rank, const FiguresList *list, Axis axis)
{
	bool		small = axis == BY_MONEY && totals_are_small(list);
	int			n = 0;

	for (int i = 0; i < list->n; i++)
	{
		const Figures *f = &list->figures[i];
		Rank		r = {f->last, 0, i, 0};

		if (f->purchases == 0 || (axis == BY_MONEY && money_unknown(f->total)))
			continue;
		if (axis == BY_FREQUENCY)
			r.key = f->purchases;
		else if (axis == BY_MONEY)
		{
			r.key = small ? (int64) f->total.low : f->total.high;
			r.rest = small ? 0 : f->total.low;
		}
		rank[n++] = r;
	}
	return n;
}

/* The groups of ntile(): the first ones have one more if need be. */
static void
figures_score(FiguresList *list, Axis axis, int bins, Rank *rank)
{
	const RecordShape shape = {
		.size = sizeof(Rank),.entity_size = sizeof(int64),
		.compare = rank_compare
	};
	int			n = ranks_fill(rank, list, axis);
	int			bin = 0;
	int			left = 0;		/* places in the group */

	records_sort(rank, NULL, n, NULL, &shape);
	for (int i = 0; i < n; i++)
	{
		if (left == 0)
			left = n / bins + (bin++ < n % bins);
		left--;
		list->figures[rank[i].i].score[axis] = bin;
	}
}

/*
 * The SQL side
 */

/* idle_days, purchases, revenue, and the scores */
static void
put_scores(Datum *values, bool *nulls, const Figures *f, const RfmQuestion *q,
		   int scale)
{
	values[0] = Float8GetDatum(((double) Max(q->now, f->last) - f->last) / USECS_PER_DAY_F);
	values[1] = Int64GetDatum(f->purchases);
	nulls[0] = f->purchases == 0;
	nulls[2] = money_unknown(f->total);
	if (!nulls[2])
		values[2] = NumericGetDatum(money_numeric(wide_value(f->total), scale));
	for (int axis = 0; axis < NSCORES; axis++)
	{
		values[3 + axis] = Int32GetDatum(f->score[axis]);
		nulls[3 + axis] = f->score[axis] == 0;
	}
}

typedef struct Scores
{
	CustomerScan scan;
	RfmQuestion question;
	FiguresList list;
	int			next;
} Scores;

static int
bins_arg(int bins)
{
	if (bins < 1 || bins > MAX_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins must be between 1 and %d, not %d", MAX_BINS, bins)));
	return bins;
}

static void *
scores_begin(FunctionCallInfo fcinfo, int64 *most)
{
	Scores	   *scores = palloc0(sizeof(Scores));
	FiguresList *list = &scores->list;
	int			bins;
	Rank	   *rank;

	if (!customer_scan_rows(fcinfo, 6, 6, &scores->scan))
		return NULL;
	bins = bins_arg(PG_GETARG_INT32(2));
	scores->question = rfm_rule_arg(fcinfo, 1, 3);
	*list = figures_of(&scores->scan, &scores->question);
	rank = palloc_extended((Size) Max(list->n, 1) * sizeof(Rank),
						   MCXT_ALLOC_HUGE);
	for (int axis = 0; axis < NSCORES; axis++)
		figures_score(list, axis, bins, rank);
	pfree(rank);
	*most = list->n;
	return scores;
}

static bool
scores_next(void *from, Datum *values, bool *nulls)
{
	Scores	   *scores = from;
	const CustomerScan *scan = &scores->scan;
	const Figures *f = &scores->list.figures[scores->next];

	if (scores->next == scores->list.n)
		return false;
	scores->next++;
	values[0] = entity_datum(scan->ps->kind, scan->keys, f->customer);
	put_scores(values + 1, nulls + 1, f, &scores->question, scan->lines.scale);
	return true;
}

static const RowSource scores_rows = {scores_begin, scores_next};

ROWS_FUNCTION(abm_rfm_scores, scores_rows);
