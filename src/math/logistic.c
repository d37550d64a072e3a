/*
 * logistic.c
 *		Penalised logistic regression by Newton's method.
 *
 * Of w won and l lost among things with the values x (x[0] = 1), and the logit
 * z = beta x of their probability p, what is to be greatest is
 *
 *	sum(w ln p + l ln(1 - p)) - ridge / 2 (beta[1]^2 + beta[2]^2 + ...)
 *
 * a concave function, so Newton's steps, halved where one leads down, find
 * its maximum from anywhere [1, 2].  The penalty is the same as a normal
 * prior of variance 1 / ridge for each coefficient but the intercept; it keeps
 * them finite where won and lost are separated, and settled where values are
 * collinear.  Variances are those of the normal curve that fits the maximum.
 *
 * The caller holds the data and passes all of them before each step:
 *
 *	do
 *		logistic_clear(), logistic_add() for each pattern
 *	while (logistic_step() == LOGISTIC_GOES_ON)
 *
 * [1] P. McCullagh, J. A. Nelder: Generalized linear models. 2nd ed. 1989,
 *     4.4.
 * [2] S. le Cessie, J. C. van Houwelingen: Ridge estimators in logistic
 *     regression. Applied Statistics 41, 1992.
 */
#include "math/logistic.h"

#include <math.h>
#include <string.h>

#define MAX_ITERATIONS 100
#define MAX_HALVINGS 40
#define SETTLED 1e-9			/* a step that squares to nothing */
#define SLACK 1e-10				/* of a value's last digits */
#define PIVOT 1e-13				/* of a diagonal, and it is nothing */

/* Doubles that a fit of n coefficients works in. */
size_t
logistic_room(int n)
{
	return 4 * (size_t) n + 2 * (size_t) n * n;
}

void
logistic_begin(Logistic *l, int n, double ridge, double *room)
{
	memset(l, 0, sizeof(*l));
	memset(room, 0, logistic_room(n) * sizeof(double));
	l->n = n;
	l->ridge = ridge;
	l->beta = room;
	l->accepted = room + n;
	l->step = room + 2 * n;
	l->gradient = room + 3 * n;
	l->hessian = room + 4 * n;
	l->factor = l->hessian + (size_t) n * n;
}

static inline double *
matrix_row(double *matrix, int n, int i)
{
	return matrix + (size_t) n * i;
}

/* Begin a pass over the data with what the penalty says. */
void
logistic_clear(Logistic *l)
{
	memset(l->hessian, 0, (size_t) l->n * l->n * sizeof(double));
	l->gradient[0] = 0;
	l->value = 0;
	for (int i = 1; i < l->n; i++)
	{
		l->gradient[i] = -l->ridge * l->beta[i];
		matrix_row(l->hessian, l->n, i)[i] = l->ridge;
		l->value -= l->ridge / 2 * l->beta[i] * l->beta[i];
	}
}

double
logistic_probability(double logit)
{
	return logit < 0 ? exp(logit) / (1 + exp(logit)) : 1 / (1 + exp(-logit));
}

/* ln(1 + e^x) */
static double
log1pexp(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

/* One pattern of values, x[0] = 1, with its outcomes. */
void
logistic_add(Logistic *l, const double *x, double won, double lost)
{
	double		z = 0;
	double		p;
	double		q;
	double		residual;

	for (int i = 0; i < l->n; i++)
		z += l->beta[i] * x[i];
	p = logistic_probability(z);
	q = logistic_probability(-z);
	residual = won * q - lost * p;
	l->value -= won * log1pexp(-z) + lost * log1pexp(z);
	for (int i = 0; i < l->n; i++)
	{
		double	   *row = matrix_row(l->hessian, l->n, i);
		double		weighted = (won + lost) * p * q * x[i];

		l->gradient[i] += residual * x[i];
		if (x[i] != 0)
			for (int j = 0; j <= i; j++)
				row[j] += weighted * x[j];
	}
}

/* The lower Cholesky factor; 0 if the matrix is singular. */
static int
matrix_factor(const double *matrix, double *factor, int n)
{
	for (int i = 0; i < n; i++)
	{
		const double *a = matrix + (size_t) n * i;
		double	   *row = matrix_row(factor, n, i);

		for (int j = 0; j <= i; j++)
		{
			const double *other = matrix_row(factor, n, j);
			double		sum = a[j];

			for (int k = 0; k < j; k++)
				sum -= row[k] * other[k];
			if (j < i)
				row[j] = sum / other[j];
			else if (!(sum > PIVOT * a[i]))
				return 0;
			else
				row[i] = sqrt(sum);
		}
	}
	return 1;
}

/* Solve factor y = v, in place. */
static void
factor_forward(const double *factor, int n, double *v)
{
	for (int i = 0; i < n; i++)
	{
		const double *row = factor + (size_t) n * i;

		for (int j = 0; j < i; j++)
			v[i] -= row[j] * v[j];
		v[i] /= row[i];
	}
}

/* Solve factor' y = v, in place. */
static void
factor_back(const double *factor, int n, double *v)
{
	for (int i = n - 1; i >= 0; i--)
	{
		for (int j = i + 1; j < n; j++)
			v[i] -= factor[(size_t) n * j + i] * v[j];
		v[i] /= factor[(size_t) n * i + i];
	}
}

static void
take_step(Logistic *l)
{
	for (int i = 0; i < l->n; i++)
		l->beta[i] = l->accepted[i] + l->step[i];
}

/* Is the step so small that the next would be none? */
static int
step_settles(const Logistic *l)
{
	for (int i = 0; i < l->n; i++)
		if (!(fabs(l->step[i]) <= SETTLED * (1 + fabs(l->beta[i]))))
			return 0;
	return 1;
}

/* After a pass over the data: the next beta to pass them with, or the last. */
LogisticStatus
logistic_step(Logistic *l)
{
	if (l->iterations > 0 && !(l->value >= l->best - SLACK * fabs(l->best)))
	{
		if (++l->halvings > MAX_HALVINGS)
			return LOGISTIC_STUCK;
		for (int i = 0; i < l->n; i++)
			l->step[i] /= 2;
		take_step(l);
		return LOGISTIC_GOES_ON;
	}
	if (l->iterations++ >= MAX_ITERATIONS)
		return LOGISTIC_STUCK;
	l->halvings = 0;
	l->best = l->value;
	memcpy(l->accepted, l->beta, l->n * sizeof(double));
	if (!matrix_factor(l->hessian, l->factor, l->n))
		return LOGISTIC_SINGULAR;
	memcpy(l->step, l->gradient, l->n * sizeof(double));
	factor_forward(l->factor, l->n, l->step);
	factor_back(l->factor, l->n, l->step);
	take_step(l);
	return step_settles(l) ? LOGISTIC_DONE : LOGISTIC_GOES_ON;
}

double
logistic_gradient_norm(const Logistic *l)
{
	double		sum = 0;

	for (int i = 0; i < l->n; i++)
		sum += l->gradient[i] * l->gradient[i];
	return sqrt(sum);
}

/* The variance of a coefficient after the last step; room for n doubles. */
double
logistic_variance(const Logistic *l, int i, double *room)
{
	double		sum = 0;

	memset(room, 0, l->n * sizeof(double));
	room[i] = 1;
	factor_forward(l->factor, l->n, room);
	for (int j = 0; j < l->n; j++)
		sum += room[j] * room[j];
	return sum;
}
