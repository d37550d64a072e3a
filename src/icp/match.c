/*
 * match.c
 *		Degrees of match, and the score that they make.
 *
 * A test gives a degree between 0 and 1, a test of an unknown value only the
 * interval 0..1, and a combinator the interval of what its parts allow.  A
 * criterion is known when both ends agree.  With weights w, intervals lo..hi
 * and w+ the positive weights, the score is the s with
 *
 *----------
 *	s = sum(w clamp(s, lo, hi)) / sum(w+)
 *----------
 *
 * that is, what is unknown takes the score that the rest makes, as near as
 * its interval allows.  A criterion whose interval holds s changes nothing and
 * can be left out of both sums; so can one of which nothing is known (0..1).
 * A negative weight takes away what is certain (w lo) and is in no
 * denominator.  The worst and the best ends give lower and upper.  More of a
 * good thing raises lo or hi, and with them s.
 *
 * Points and scores are rounded to multiples of 2^-44, so that any sum of
 * them is exact and does not depend on the order.
 */
#include "abm.h"

#include <math.h>

#include "catalog/pg_collation.h"
#include "icp/icp.h"
#include "icp/words.h"
#include "regex/regex.h"

#define NO_MATCH (-1.0)
#define UNKNOWN (-1.0)
#define MAX_STEPS 100
#define SETTLED 1e-15

static double degree_combine(const IcpProfile *p, const IcpNode *n,
							 const IcpValue *values, double *high);

/* Adding and taking this away leaves a double below 128 a multiple of 2^-44. */
#define GRID 384.0				/* 1.5 * 2^8; the last bit is 2^(8-52) */

double
icp_grid(double points)
{
	return (points + GRID) - GRID;
}

/*
 * The first band that holds the value.  All are looked at, from the last to
 * the first: no branch depends on the value.
 */
static inline double
match_bands(const IcpProfile *p, const IcpNode *n, double value)
{
	const IcpBand *bands = ICP_AT(p, IcpBand, n->data);
	double		d = n->otherwise;

	for (int i = n->n - 1; i >= 0; i--)
		d = icp_choose((value >= bands[i].low) & (value <= bands[i].high),
					   bands[i].degree, d);
	return d;
}

/* The degree of a text or a number in a set. */
static pg_attribute_always_inline double
match_word(const IcpProfile *p, const IcpNode *n, const IcpWord *word,
		   double otherwise)
{
	const IcpItem *items = ICP_AT(p, IcpItem, n->data);

	if (likely(word->text !=NULL))
		return icp_word_degree(p, n, word, otherwise);
	if (n->flags & ICP_NUMBERS)
		for (int i = 0; i < n->n; i++)
			if (items[i].number == word->number)
				return items[i].degree;
	return otherwise;
}

/* The best degree among the words of a list. */
static inline double
match_has_any(const IcpProfile *p, const IcpNode *n, const IcpValue *v)
{
	const IcpLevel *levels = ICP_AT(p, IcpLevel, n->levels);
	double		best = NO_MATCH;

	if (likely(v->masked))
	{
		best = n->otherwise;
		for (int i = 0; i < n->nlevels; i++)
			best = icp_choose((v->mask & levels[i].words) != 0,
							  levels[i].degree, best);
		return best;
	}
	for (int i = 0; i < v->n; i++)
	{
		double		d = match_word(p, n, &v->words[i], NO_MATCH);

		CHECK_EVERY(i, 0x3F);
		best = Max(best, d);
	}
	return best < 0 ? n->otherwise : best;
}

static bool
match_item(const IcpProfile *p, const IcpNode *n, const IcpItem *item,
		   const IcpWord *word)
{
	if (word->text == NULL)
		return (n->flags & ICP_NUMBERS) && item->number == word->number;
	return icp_word_equal(p, item, word);
}

static bool
match_has_all(const IcpProfile *p, const IcpNode *n, const IcpValue *v)
{
	const IcpItem *items = ICP_AT(p, IcpItem, n->data);
	const IcpLevel *all = ICP_AT(p, IcpLevel, n->levels);

	if (v->masked)
		return (v->mask & all->words) == all->words;
	for (int i = 0; i < n->n; i++)
	{
		int			k = 0;

		CHECK_EVERY(i, 0xF);
		if (items[i].len < 0)
			continue;
		while (k < v->n && !match_item(p, n, &items[i], &v->words[k]))
			k++;
		if (k == v->n)
			return false;
	}
	return true;
}

/* The best degree among the beginnings that the text has. */
static double
match_prefix(const IcpProfile *p, const IcpNode *n, const IcpValue *v)
{
	const IcpItem *items = ICP_AT(p, IcpItem, n->data);
	double		best = NO_MATCH;

	for (int i = 0; i < n->n; i++)
		if (items[i].len >= 0 && items[i].len <= v->word.len &&
			items[i].degree > best &&
			memcmp(ICP_AT(p, char, items[i].text), v->word.text,
				   items[i].len) == 0)
			best = items[i].degree;
	return best < 0 ? n->otherwise : best;
}

static bool
match_regex(const IcpProfile *p, const IcpNode *n, const IcpValue *v)
{
	return RE_compile_and_execute((text *) ICP_AT(p, char, n->data),
								  (char *) v->word.text, v->word.len,
								  REG_ADVANCED | REG_NOSUB,
								  DEFAULT_COLLATION_OID, 0, NULL);
}

static inline double
match_ramp(const IcpNode *n, double value)
{
	double		d = (value - n->a) / (n->b - n->a);

	return icp_choose(d <= 0, n->otherwise, Min(d, 1));
}

/* 1 at the ideal, half as much with each halving away from it */
static double
match_near(const IcpNode *n, double value)
{
	if (n->op == ICP_NEAR)
		return exp2(-fabs(value - n->a) / n->b);
	if (value <= 0)
		return n->otherwise;
	return exp2(-fabs(log(value / n->a)) / n->b);
}

/* The degree of a value that is known, before the score. */
static pg_attribute_always_inline double
match_test(const IcpProfile *p, const IcpNode *n, const IcpValue *v)
{
	double		otherwise = n->otherwise;

	switch ((IcpOp) n->op)
	{
		case ICP_ANY_OF:
			return match_word(p, n, &v->word, otherwise);
		case ICP_BANDS:
		case ICP_AT_LEAST:
		case ICP_AT_MOST:
			return match_bands(p, n, v->number);
		case ICP_HAS_ANY:
			return match_has_any(p, n, v);
		case ICP_IS_TRUE:
			return icp_choose((v->number != 0) == ((n->flags & ICP_WANTED) != 0),
							  1, otherwise);
		case ICP_RAMP:
			return match_ramp(n, v->number);
		case ICP_NEAR:
		case ICP_NEAR_LOG:
			return match_near(n, v->number);
		case ICP_NONE_OF:
			return match_word(p, n, &v->word, NO_MATCH) < 0 ? 1 : otherwise;
		case ICP_HAS_ALL:
			return match_has_all(p, n, v) ? 1 : otherwise;
		case ICP_PREFIX:
			return match_prefix(p, n, v);
		case ICP_MATCHES:
			return match_regex(p, n, v) ? 1 : otherwise;
		case ICP_KNOWN:
			return n->flags & ICP_WANTED ? 1 : otherwise;
		default:
			return otherwise;
	}
}

/* Of the test that is never unknown itself. */
static double
degree_known(const IcpNode *n, bool known)
{
	return (known == ((n->flags & ICP_WANTED) != 0) ? 1 : n->otherwise) *
		n->score;
}

/* What is left when too little is known. */
static inline double
degree_unknown(const IcpNode *n)
{
	return n->flags & ICP_IF_UNKNOWN ? n->if_unknown * n->score : UNKNOWN;
}

/* The best or the worst that a test could turn out for the score. */
static double
degree_supposed(const IcpProfile *p, const IcpNode *n, bool best)
{
	bool		high = best == !(n->flags & ICP_AGAINST);
	double		d = n->otherwise;

	if (n->op == ICP_ANY_OF || n->op == ICP_HAS_ANY || n->op == ICP_PREFIX)
	{
		const IcpItem *items = ICP_AT(p, IcpItem, n->data);

		for (int i = 0; i < n->n; i++)
			if (items[i].len >= 0)
				d = high ? Max(d, items[i].degree) : Min(d, items[i].degree);
	}
	else if (n->op == ICP_BANDS)
	{
		const IcpBand *bands = ICP_AT(p, IcpBand, n->data);

		for (int i = 0; i < n->n; i++)
			d = high ? Max(d, bands[i].degree) : Min(d, bands[i].degree);
	}
	else if (high)
		d = 1;
	else if (n->op == ICP_RAMP || n->op == ICP_NEAR || n->op == ICP_NEAR_LOG)
		d = 0;
	return d * n->score;
}

static bool
needs_missing(const IcpProfile *p, const IcpNode *n, const IcpValue *values)
{
	const int32 *needs = ICP_AT(p, int32, n->needs);

	for (int i = 0; i < n->nneeds; i++)
		if (values[needs[i]].kind == ICP_UNKNOWN)
			return true;
	return false;
}

/* The degree of a test. */
static pg_attribute_always_inline double
degree_test(const IcpProfile *p, const IcpNode *n, const IcpValue *v)
{
	if (likely(v->kind > ICP_WORST))
		return match_test(p, n, v) * n->score;
	if (n->op == ICP_KNOWN)
		return degree_known(n, v->kind != ICP_UNKNOWN);
	return v->kind == ICP_UNKNOWN ? degree_unknown(n) :
		degree_supposed(p, n, v->kind == ICP_BEST);
}

/*
 * The degree of a test or a combinator for an account, from the lower end,
 * which is returned, to the upper one.  (Two doubles by themselves: the
 * compiler moves a struct of two through memory, at twice the time.)
 */
static pg_attribute_always_inline double
degree_node(const IcpProfile *p, const IcpNode *n, const IcpValue *values,
			double *high)
{
	double		d;

	if (unlikely(n->nneeds > 0) && needs_missing(p, n, values))
		d = degree_unknown(n);
	else if (n->attribute >= 0)
		d = degree_test(p, n, &values[n->attribute]);
	else
	{
		d = degree_combine(p, n, values, high);
		if (d >= 0)
			return d;
		d = degree_unknown(n);
	}
	*high = d >= 0 ? d : n->score;
	return d >= 0 ? d : 0;
}

/*
 * A combinator: minimum, maximum, capped sum or complement of its parts.  The
 * lower end is returned, and UNKNOWN when nothing narrows the degree down.
 */
static double
degree_combine(const IcpProfile *p, const IcpNode *n, const IcpValue *values,
			   double *high)
{
	const IcpNode *nodes = ICP_NODES(p);
	const IcpNode *end = nodes + n->next;
	double		lo = n->op == ICP_ALL_OF ? 1 : 0;
	double		hi = lo;

	for (const IcpNode *part = n + 1; part < end; part = nodes + part->next)
	{
		double		h;
		double		l = degree_node(p, part, values, &h);

		switch ((IcpOp) n->op)
		{
			case ICP_ALL_OF:
				lo = Min(lo, l);
				hi = Min(hi, h);
				break;
			case ICP_BEST_OF:
				lo = Max(lo, l);
				hi = Max(hi, h);
				break;
			case ICP_SUM_OF:
				lo = Min(lo + l, 1);
				hi = Min(hi + h, 1);
				break;
			default:
				lo = 1 - h;
				hi = 1 - l;
		}
	}
	*high = hi * n->score;
	return lo == hi || !(n->flags & ICP_IF_UNKNOWN) ? lo * n->score :
		UNKNOWN;
}

static inline double
clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

/*
 * Sum up for the score s: criteria known in part whose interval does not hold
 * s take its nearest end, the others are left out.
 */
static double
weigh_partial(const IcpProfile *p, const IcpDegree *degrees, double s,
			  double *sum, double *weight)
{
	const IcpNode *nodes = ICP_NODES(p);
	const IcpNode *end = nodes + p->nnodes;

	for (const IcpNode *n = nodes; n < end; n = nodes + n->next)
	{
		IcpDegree	d = *degrees++;

		if (d.lo == d.hi || n->weight <= 0 || (s > d.lo && s < d.hi))
			continue;
		*sum += n->weight * (s <= d.lo ? d.lo : d.hi);
		*weight += n->weight;
	}
	return *sum / *weight;
}

/*
 * The score s that leaves out just those criteria whose interval holds it.
 * The left side of s = f(s) rises faster than the right, so there is one such
 * s; each step solves the linear piece at hand, and the bounds keep the steps
 * from turning in a circle.
 */
static void
settle_partial(const IcpProfile *p, const IcpDegree *degrees, IcpResult *r,
			   double known_sum)
{
	double		low = -INFINITY;
	double		high = INFINITY;
	double		s = known_sum / r->known_weight;

	for (int step = 0; step < MAX_STEPS; step++)
	{
		double		sum = known_sum;
		double		weight = r->known_weight;
		double		next = weigh_partial(p, degrees, s, &sum, &weight);

		r->base = s;
		r->sum = sum;
		r->weight = weight;
		if (fabs(next - s) <= SETTLED)
			break;
		if (next > s)
			low = s;
		else
			high = s;
		s = next > low && next < high ? next : (low + high) / 2;
	}
}

/*
 * Score an account whose values have been read.  No score when no criterion
 * with a positive weight is known and no gate fails.
 */
void
icp_judge(const IcpProfile *p, const IcpValue *values, IcpDegree *degrees,
		  IcpResult *r)
{
	const IcpNode *nodes = ICP_NODES(p);
	const IcpNode *end = nodes + p->nnodes;
	double		sum = 0;
	double		weight = 0;
	bool		in_part = false;
	int			i = 0;

	r->failed = -1;
	for (const IcpNode *n = nodes; n < end; n = nodes + n->next, i++)
	{
		double		hi;
		double		lo = degree_node(p, n, values, &hi);

		degrees[i].lo = lo;
		degrees[i].hi = hi;
		if (lo == hi || n->weight <= 0)
		{
			sum += n->weight * lo;
			weight += Max(n->weight, 0);
		}
		else
			in_part |= lo > 0 || hi < 1;
		if ((n->flags & ICP_REQUIRED) && hi <= 0 && r->failed < 0)
			r->failed = i;
	}
	r->known = weight > 0 || r->failed >= 0;
	r->known_weight = r->weight = weight;
	r->sum = sum;
	if (in_part && weight > 0)
		settle_partial(p, degrees, r, sum);
	r->score = r->failed >= 0 || weight == 0 ? 0 :
		icp_grid(clamp(100 * r->sum / r->weight, 0, 100));
}

/* The score if everything unknown turned out worst or best. */
double
icp_bound(const IcpProfile *p, const IcpDegree *degrees, bool best)
{
	const IcpNode *nodes = ICP_NODES(p);
	const IcpNode *end = nodes + p->nnodes;
	double		sum = 0;

	for (const IcpNode *n = nodes; n < end; n = nodes + n->next, degrees++)
	{
		bool		high = best == (n->weight > 0);

		if ((n->flags & ICP_REQUIRED) &&
			(best ? degrees->hi : degrees->lo) <= 0)
			return 0;
		sum += n->weight * (high ? degrees->hi : degrees->lo);
	}
	return icp_grid(clamp(100 * sum / p->weight, 0, 100));
}
