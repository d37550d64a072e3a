/*
 * surges.c
 *		Accounts that are more active now than they used to be.
 *
 * Visits of an account are a Poisson process; with r of them in T1 days now
 * and b in T0 days before:
 *
 *	P(rate now > rate before), each rate with Jeffreys' prior Gamma(1/2, 0),
 *		= I_x(b + 1/2, r + 1/2) at x = T0 / (T0 + T1)
 *	p = P(R >= r | R + B = r + b), if the rates are equal,
 *		= I_x(r, b + 1) at x = T1 / (T0 + T1)		[1]
 *
 * The second is a test that is exact whatever the rates are, so that the
 * procedure of [2] on its p-values holds the share of false surges in a list
 * at a chosen rate.
 *
 * [1] J. Przyborowski, H. Wilenski: Homogeneity of results in testing samples
 *     from Poisson series. Biometrika 31, 1940.
 * [2] Y. Benjamini, Y. Hochberg: Controlling the false discovery rate.
 *     J. R. Statist. Soc. B 57, 1995.
 */
#include "surges.h"

#include <math.h>

#include "estimate.h"
#include "math/dist.h"
#include "state.h"

#define MAX_ACCOUNTS 10000000

typedef struct AccountVisits
{
	int64		account;
	int64		recent;
	int64		baseline;
} AccountVisits;

typedef struct Surges
{
	StateHead	head;
	int32		padding;
	AccountVisits account[FLEXIBLE_ARRAY_MEMBER];
} Surges;

static const StateField surges_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField visits_fields[] = {
	{"account_id", FIELD_INT64, offsetof(AccountVisits, account), false, NULL},
	{"recent", FIELD_COUNT, offsetof(AccountVisits, recent), false, NULL},
	{"baseline", FIELD_COUNT, offsetof(AccountVisits, baseline), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
visits_compare(const void *a, const void *b, void *arg)
{
	const AccountVisits *x = a;
	const AccountVisits *y = b;

	return (x->account > y->account) - (x->account < y->account);
}

/* Add up what is one account. */
static int
visits_fold(void *items, int n)
{
	AccountVisits *visits = items;
	int			kept = Min(n, 1);

	for (int i = 1; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (visits[kept - 1].account == visits[i].account)
		{
			state_add_count(&visits[kept - 1].recent, visits[i].recent);
			state_add_count(&visits[kept - 1].baseline, visits[i].baseline);
		}
		else
			visits[kept++] = visits[i];
	}
	return kept;
}

static const StateType surges_type = {
	.name = "surges",.kind = 62,.version = 1,
	.fixed_size = offsetof(Surges, account),
	.item_size = sizeof(AccountVisits),.max_items = MAX_ACCOUNTS,
	.remedy = "Leave out the accounts without visits in either time.",
	.fields = surges_fields,.items_name = "accounts",
	.item_fields = visits_fields,.compare = visits_compare,
	.fold = visits_fold
};

/* ----------
 * The arithmetic
 * ----------
 */

/* P(the rate is greater now).  NaN without any visit: nothing is known. */
double
surge_probability(int64 recent, int64 baseline, const Spans *s)
{
	double		both = s->recent + s->baseline;
	double		p = beta_cdf(baseline + 0.5, recent + 0.5,
							 s->baseline / both, s->recent / both);

	if (recent == 0 && baseline == 0)
		return NAN;
	return open_probability(p);
}

/* P(as many recent ones or more), if the rates are equal */
double
surge_p_value(int64 recent, int64 baseline, const Spans *s)
{
	double		both = s->recent + s->baseline;

	if (recent == 0)
		return 1;
	return beta_cdf(recent, baseline + 1.0, s->recent / both,
					s->baseline / both);
}

typedef struct Candidate
{
	double		p;				/* UNTESTED: there is no event */
	double		q;				/* p adjusted for the length of the list */
	const AccountVisits *account;
} Candidate;

#define UNTESTED 2.0

/* By p, then, where it is too small to tell, by events; then by account. */
static int
candidate_compare(const void *a, const void *b, void *arg)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	if (x->account->recent != y->account->recent)
		return x->account->recent > y->account->recent ? -1 : 1;
	return (x->account > y->account) - (x->account < y->account);
}

/*
 * All accounts, the most certain surge first.  Those without any event come
 * last: of them nothing can be claimed, so that they do not lengthen the list
 * that the others are on.
 */
static Candidate *
surges_rank(const Surges *surges, const Spans *spans)
{
	int			n = surges->head.nitems;
	int			tested = 0;
	Candidate  *c = palloc_extended(sizeof(Candidate) * Max(n, 1),
									MCXT_ALLOC_HUGE);
	double		q = 1;

	for (int i = 0; i < n; i++)
	{
		const AccountVisits *a = &surges->account[i];

		CHECK_EVERY(i, 0xFFF);
		c[i].account = a;
		c[i].p = a->recent == 0 && a->baseline == 0 ? UNTESTED :
			surge_p_value(a->recent, a->baseline, spans);
		tested += c[i].p != UNTESTED;
	}
	qsort_interruptible(c, n, sizeof(Candidate), candidate_compare, NULL);
	for (int i = tested - 1; i >= 0; i--)
		c[i].q = q = Min(q, c[i].p * tested / (i + 1));
	return c;
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(surges, surges_type);

static int64
count_arg(FunctionCallInfo fcinfo, int argno, const char *what)
{
	int64		count = PG_GETARG_INT64(argno);

	if (unlikely(count < 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than or equal to zero, not " INT64_FORMAT,
						what, count)));
	return count;
}

/* Days of a time. */
static double
span_arg(FunctionCallInfo fcinfo, int argno, const char *what)
{
	double		days = arg_finite(PG_GETARG_FLOAT8(argno), what);

	if (!(days >= 1e-9 && days <= 1e9))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 1e-9 and 1e9, not %g", what, days)));
	return days;
}

Spans
surge_spans_arg(FunctionCallInfo fcinfo, int recent, int baseline)
{
	return (Spans)
	{
		span_arg(fcinfo, recent, "recent_days"),
			span_arg(fcinfo, baseline, "baseline_days")
	};
}

/* The share of false surges that a list may have. */
double
surge_fdr_arg(FunctionCallInfo fcinfo, int argno)
{
	double		fdr = PG_GETARG_FLOAT8(argno);

	if (!(fdr > 0 && fdr < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fdr must be greater than 0 and less than 1, not %.15g", fdr),
				 errhint("For a list of which one in ten may be false write 0.1.")));
	return fdr;
}

PG_FUNCTION_INFO_V1(abm_surge_probability);
Datum
abm_surge_probability(PG_FUNCTION_ARGS)
{
	int64		recent = count_arg(fcinfo, 0, "recent");
	int64		baseline = count_arg(fcinfo, 2, "baseline");
	Spans		spans = surge_spans_arg(fcinfo, 1, 3);

	return float_or_null(fcinfo, surge_probability(recent, baseline, &spans));
}

PG_FUNCTION_INFO_V1(abm_surges_accum);
Datum
abm_surges_accum(PG_FUNCTION_ARGS)
{
	AccountVisits visits;
	Surges	   *s;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return state_leave_out(fcinfo, &surges_type);
	visits.account = PG_GETARG_INT64(1);
	visits.recent = count_arg(fcinfo, 2, "recent");
	visits.baseline = count_arg(fcinfo, 3, "baseline");
	s = state_begin(fcinfo, &surges_type);
	s = state_append(s, &surges_type, &visits);
	return state_end(fcinfo, &surges_type, s);
}

PG_FUNCTION_INFO_V1(abm_surge_list);
Datum
abm_surge_list(PG_FUNCTION_ARGS)
{
	const Surges *surges = state_arg(fcinfo, 0, &surges_type);
	Spans		spans = surge_spans_arg(fcinfo, 1, 2);
	double		fdr = surge_fdr_arg(fcinfo, 3);
	Candidate  *c;

	c = surges_rank(surges, &spans);
	abm_begin_rows(fcinfo);
	for (int i = 0; i < surges->head.nitems; i++)
	{
		const AccountVisits *a = c[i].account;
		double		p = surge_probability(a->recent, a->baseline, &spans);
		bool		tested = c[i].p != UNTESTED;
		Datum		values[8] = {
			Int64GetDatum(a->account), Int64GetDatum(a->recent),
			Int64GetDatum(a->baseline),
			Float8GetDatum(surge_lift(a->recent, a->baseline, &spans)),
			Float8GetDatum(p), Float8GetDatum(c[i].p), Float8GetDatum(c[i].q),
			BoolGetDatum(tested && c[i].q <= fdr)
		};
		bool		nulls[8] = {
			false, false, false, a->baseline == 0, isnan(p), !tested, !tested
		};

		CHECK_EVERY(i, 0xFFF);
		abm_put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}
