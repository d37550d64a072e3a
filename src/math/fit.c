/*
 * fit.c
 *		The maximum of a log-likelihood whose gradient is known.
 *
 * Positive parameters are searched on the scale of their logarithms.  BFGS
 * [1] brings the search near the maximum; there the Hessian is taken as
 * central differences of the gradient, and Newton's steps with it finish the
 * work.  What the values lose to rounding does not matter then: only the
 * gradient is looked at, and the optimum is good to its last digits.
 *
 * A maximum that lies infinitely far away (a gamma distribution that becomes
 * a single point, say) is told by a parameter that has run far from where it
 * started, or whose logarithm has hardly any curvature under it.
 *
 * [1] J. Nocedal, S. J. Wright: Numerical optimization. 2nd ed. 2006,
 *     algorithm 6.1 and section 3.1.
 */
#include "math/fit.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS 300
#define MAX_TRIALS 40			/* along one direction */
#define LONGEST_STEP 2			/* e^2 for a positive parameter */
#define FARTHEST 25				/* from the start */
#define DECREMENT 1e-13
#define DRAFT_DECREMENT 1e-8
#define HESSIAN_STEP 1e-4
#define NEWTON_MOVE 1e-6
#define LEAST_PIVOT 1e-9		/* what the differences can tell from 0 */
#define GREATEST_ERROR 10		/* standard error of a logarithm */

/* A place on the search scale. */
typedef struct Place
{
	double		y[FIT_MAX];
	double		f;				/* minus the mean log-likelihood */
	double		g[FIT_MAX];
} Place;

typedef struct Search
{
	const FitProblem *problem;
	int			n;
	int			evaluations;
	double		start[FIT_MAX];
	double		b[FIT_MAX * FIT_MAX];	/* inverse Hessian, as far as known */
} Search;

static double
dot(int n, const double *a, const double *b)
{
	double		sum = 0;

	for (int i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static double
greatest(int n, const double *a)
{
	double		m = 0;

	for (int i = 0; i < n; i++)
		m = fmax(m, fabs(a[i]));
	return m;
}

static void
multiply(int n, const double *m, const double *v, double *result)
{
	for (int i = 0; i < n; i++)
		result[i] = dot(n, m + i * FIT_MAX, v);
}

static void
identity(int n, double *m)
{
	memset(m, 0, sizeof(double) * FIT_MAX * FIT_MAX);
	for (int i = 0; i < n; i++)
		m[i * FIT_MAX + i] = 1;
}

/* The parameters of a place. */
static void
place_parameters(const FitProblem *problem, const Place *place, double *p)
{
	for (int i = 0; i < problem->n; i++)
		p[i] = i < problem->npositive ? exp(place->y[i]) : place->y[i];
}

/* The value and its gradient; false where there is no finite one. */
static bool
evaluate(Search *s, Place *place)
{
	const FitProblem *problem = s->problem;
	double		p[FIT_MAX];
	bool		finite;

	place_parameters(problem, place, p);
	place->f = -problem->log_likelihood(problem->data, p, place->g) /
		problem->weight;
	s->evaluations++;
	finite = isfinite(place->f);
	for (int i = 0; i < s->n; i++)
	{
		place->g[i] *= -(i < problem->npositive ? p[i] : 1) / problem->weight;
		finite = finite && isfinite(place->g[i]);
	}
	return finite;
}

/* Has a parameter run off? */
static bool
far_away(const Search *s, const Place *place)
{
	for (int i = 0; i < s->n; i++)
		if (fabs(place->y[i] - s->start[i]) > FARTHEST)
			return true;
	return false;
}

static void
limit_step(int n, double *step)
{
	double		longest = greatest(n, step);

	if (longest > LONGEST_STEP)
		for (int i = 0; i < n; i++)
			step[i] *= LONGEST_STEP / longest;
}

/*
 * Along a direction to a place that is lower and flatter (weak Wolfe
 * conditions, by bisection).  False when rounding leaves none to be found.
 */
static bool
line_search(Search *s, const Place *from, const double *step, Place *to)
{
	double		slope = dot(s->n, from->g, step);
	double		noise = 1e-14 * (1 + fabs(from->f));
	double		low = 0;
	double		high = INFINITY;
	double		t = 1;

	for (int trial = 0; trial < MAX_TRIALS; trial++)
	{
		bool		finite;

		for (int i = 0; i < s->n; i++)
			to->y[i] = from->y[i] + t * step[i];
		finite = evaluate(s, to);
		if (!finite || to->f > from->f + 1e-4 * t * slope + noise)
			high = t;
		else if (dot(s->n, to->g, step) < 0.9 * slope && !far_away(s, to))
			low = t;
		else
			return true;
		t = isinf(high) ? 2 * t : (low + high) / 2;
	}
	return false;
}

/* The BFGS update of the inverse Hessian after a step. */
static void
learn(Search *s, const Place *from, const Place *to, bool first)
{
	int			n = s->n;
	double		d[FIT_MAX];
	double		g[FIT_MAX];
	double		bg[FIT_MAX];
	double		dg,
				gbg;

	for (int i = 0; i < n; i++)
	{
		d[i] = to->y[i] - from->y[i];
		g[i] = to->g[i] - from->g[i];
	}
	dg = dot(n, d, g);
	if (!(dg > 1e-18))
		return;
	if (first)
		for (int i = 0; i < n; i++)
			s->b[i * FIT_MAX + i] = dg / dot(n, g, g);
	multiply(n, s->b, g, bg);
	gbg = dot(n, g, bg);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			s->b[i * FIT_MAX + j] += (1 + gbg / dg) * d[i] * d[j] / dg -
				(bg[i] * d[j] + d[i] * bg[j]) / dg;
}

/* BFGS until a step would gain nothing. */
static FitStatus
descend(Search *s, Place *place, bool knows_metric)
{
	Place		next;
	double		step[FIT_MAX];
	double		enough = s->problem->draft ? DRAFT_DECREMENT : DECREMENT;

	if (!knows_metric)
		identity(s->n, s->b);
	for (int i = 0; i < MAX_STEPS; i++)
	{
		double		decrement;

		multiply(s->n, s->b, place->g, step);
		decrement = dot(s->n, step, place->g);
		if (decrement < enough * (1 + fabs(place->f)))
		{
			if (decrement >= 0 && (i > 0 || knows_metric))
				return FIT_OK;
			if (greatest(s->n, place->g) == 0)
				return FIT_OK;
		}
		if (!(decrement > 0))
		{
			identity(s->n, s->b);
			memcpy(step, place->g, sizeof(step));
		}
		for (int j = 0; j < s->n; j++)
			step[j] = -step[j];
		limit_step(s->n, step);
		if (!line_search(s, place, step, &next))
			return FIT_OK;		/* Newton will tell */
		learn(s, place, &next, i == 0 && !knows_metric);
		*place = next;
		if (far_away(s, place))
			return FIT_BOUNDARY;
	}
	return FIT_NOT_CONVERGED;
}

/* The Hessian at a place, by central differences of the gradient. */
static bool
hessian(Search *s, const Place *place, double *h)
{
	int			n = s->n;
	bool		finite = true;

	for (int i = 0; i < n; i++)
	{
		Place		up = *place;
		Place		down = *place;

		up.y[i] += HESSIAN_STEP;
		down.y[i] -= HESSIAN_STEP;
		finite = evaluate(s, &up) && evaluate(s, &down) && finite;
		for (int j = 0; j < n; j++)
			h[i * FIT_MAX + j] = (up.g[j] - down.g[j]) /
				(up.y[i] - down.y[i]);
	}
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++)
			h[i * FIT_MAX + j] = h[j * FIT_MAX + i] =
				(h[i * FIT_MAX + j] + h[j * FIT_MAX + i]) / 2;
	return finite;
}

/* The inverse of a positive definite matrix by Cholesky; false if it is not. */
static bool
invert(int n, const double *m, double *inverse)
{
	double		l[FIT_MAX * FIT_MAX] = {0};

	for (int i = 0; i < n; i++)
		for (int j = 0; j <= i; j++)
		{
			double		sum = m[i * FIT_MAX + j] -
			dot(j, l + i * FIT_MAX, l + j * FIT_MAX);

			if (i == j && !(sum > LEAST_PIVOT * m[i * FIT_MAX + i]))
				return false;
			l[i * FIT_MAX + j] = i == j ? sqrt(sum) : sum / l[j * FIT_MAX + j];
		}
	for (int k = 0; k < n; k++)
	{
		double		x[FIT_MAX];

		for (int i = 0; i < n; i++)
			x[i] = ((i == k) - dot(i, l + i * FIT_MAX, x)) /
				l[i * FIT_MAX + i];
		for (int i = n - 1; i >= 0; i--)
		{
			for (int j = i + 1; j < n; j++)
				x[i] -= l[j * FIT_MAX + i] * x[j];
			x[i] /= l[i * FIT_MAX + i];
		}
		for (int i = 0; i < n; i++)
			inverse[i * FIT_MAX + k] = x[i];
	}
	return true;
}

/*
 * Newton's steps with a fresh Hessian each, until one is short.  The Hessian
 * of the last place but one serves the last.
 */
static FitStatus
polish(Search *s, Place *place)
{
	double		h[FIT_MAX * FIT_MAX];
	double		gain = 0;

	for (int round = 0; round < 8; round++)
	{
		double		step[FIT_MAX];
		Place		next = *place;

		if (!hessian(s, place, h) || !invert(s->n, h, s->b))
			return FIT_BOUNDARY;
		multiply(s->n, s->b, place->g, step);
		gain = dot(s->n, step, place->g);
		limit_step(s->n, step);
		for (int i = 0; i < s->n; i++)
			next.y[i] -= step[i];
		if (!evaluate(s, &next))
			return FIT_NOT_CONVERGED;

		/* where rounding is all that is left, stay */
		if (greatest(s->n, next.g) < greatest(s->n, place->g) ||
			next.f < place->f)
			*place = next;
		if (far_away(s, place))
			return FIT_BOUNDARY;
		if (gain < 1e-9 && greatest(s->n, step) < NEWTON_MOVE)
			return FIT_OK;
	}

	/* long steps that gain nothing: the data do not say where to stop */
	return gain < 1e-7 ? FIT_BOUNDARY : FIT_NOT_CONVERGED;
}

/* Covariance of the parameters; false when one is not determined. */
static bool
fill_covariance(const Search *s, Fit *fit)
{
	const FitProblem *problem = s->problem;

	for (int i = 0; i < s->n; i++)
		for (int j = 0; j < s->n; j++)
		{
			double		c = s->b[i * FIT_MAX + j] / problem->weight;

			if (i == j && i < problem->npositive &&
				!(c < GREATEST_ERROR * GREATEST_ERROR))
				return false;
			c *= i < problem->npositive ? fit->p[i] : 1;
			c *= j < problem->npositive ? fit->p[j] : 1;
			fit->covariance[i * FIT_MAX + j] = c;
			if (!isfinite(c) || (i == j && !(c > 0)))
				return false;
		}
	return true;
}

/* From fit->p to the maximum, with the covariance of the parameters. */
void
fit_maximise(const FitProblem *problem, Fit *fit)
{
	Search		s = {.problem = problem,.n = problem->n};
	Place		place;

	for (int i = 0; i < problem->n; i++)
		place.y[i] = i < problem->npositive ? log(fit->p[i]) : fit->p[i];
	memcpy(s.start, place.y, sizeof(s.start));
	memcpy(s.b, fit->metric, sizeof(s.b));
	if (!evaluate(&s, &place))
		fit->status = FIT_NOT_CONVERGED;
	else
	{
		fit->status = descend(&s, &place, fit->has_metric);
		if (fit->status != FIT_BOUNDARY && !problem->draft)
			fit->status = polish(&s, &place);
	}
	place_parameters(problem, &place, fit->p);
	fit->log_likelihood = -place.f * problem->weight;
	fit->gradient = greatest(problem->n, place.g) * problem->weight;
	fit->evaluations += s.evaluations;
	if (problem->draft)
		return;
	if (fit->status == FIT_OK && !fill_covariance(&s, fit))
		fit->status = FIT_BOUNDARY;
	fit->has_metric = fit->status == FIT_OK;
	memcpy(fit->metric, s.b, sizeof(s.b));
}
