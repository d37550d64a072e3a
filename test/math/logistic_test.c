/*
 * logistic_test.c
 *		Penalised logistic regression: figures of R, the equations that a
 *		maximum solves, and data that have none.
 */
#include <string.h>

#include "math/logistic.h"

#include "tap.h"

#define MAX_N 41
#define MAX_PATTERNS 400

typedef struct Pattern
{
	double		x[MAX_N];
	double		won;
	double		lost;
} Pattern;

static double room[4 * MAX_N + 2 * MAX_N * MAX_N];
static double scratch[MAX_N];
static Pattern data[MAX_PATTERNS];

static LogisticStatus
fit(Logistic *l, int n, double ridge, const Pattern *p, int npatterns)
{
	LogisticStatus status;

	logistic_begin(l, n, ridge, room);
	do
	{
		logistic_clear(l);
		for (int i = 0; i < npatterns; i++)
			logistic_add(l, p[i].x, p[i].won, p[i].lost);
		status = logistic_step(l);
	} while (status == LOGISTIC_GOES_ON);
	return status;
}

/*
 * R 4.2.2: Newton's method with explicit matrices for each ridge; for 0 the
 * same as glm(cbind(w, l) ~ x1 + x2 + x3, binomial).
 */
static const Pattern ten[] = {
	{{1, 1, 0, 1}, 9, 1}, {{1, .8, 1, 0}, 4, 3}, {{1, .3, .5, 1}, 2, 7},
	{{1, 0, 1, 0}, 0, 12}, {{1, 1, .2, 0}, 3, 2}, {{1, .5, 0, 1}, 6, 4},
	{{1, .25, .75, 1}, 1, 8}, {{1, .9, 1, 0}, 0, 9}, {{1, 0, 0, 1}, 2, 20},
	{{1, .6, .4, 0}, 5, 5}
};

static const struct
{
	double		ridge;
	double		beta[4];
	double		std_err[4];
}			expected[] = {

	{
		0,
		{-2.1557982448233806, 3.7424848868242040, -1.9540646763294176, 0.4414331400767599},
		{1.0290619125817715, 0.9505128681991482, 0.8724036636689861, 0.8169137402078782}
	},
	{
		0.5,
		{-1.6670494911470897, 2.7266566796674621, -1.5224125430140407, 0.2320630985242207},
		{0.7608243808783279, 0.6759436948033166, 0.6802233266076683, 0.6160719198608087}
	},
	{
		1,
		{-1.474090795988353, 2.244735265382162, -1.277874903849690, 0.172660915994230},
		{0.6498625127662467, 0.5751699104508898, 0.5877036899322371, 0.5311117252566464}
	},
	{
		10,
		{-0.95987636292424050, 0.63309637734803614, -0.38611134514071099, 0.06699602091303722},
		{0.3324271268749596, 0.2769708589238762, 0.2759767150771684, 0.2630732989294486}
	}
};

static void
against_r(void)
{
	double		worst = 0;
	double		worst_error = 0;

	for (int k = 0; k < 4; k++)
	{
		Logistic	l;

		if (fit(&l, 4, expected[k].ridge, ten, 10) != LOGISTIC_DONE)
			worst = INFINITY;
		for (int i = 0; i < 4; i++)
		{
			double		error = sqrt(logistic_variance(&l, i, scratch));

			worst = fmax(worst, fabs(l.beta[i] - expected[k].beta[i]));
			worst_error = fmax(worst_error,
							   fabs(error - expected[k].std_err[i]));
		}
	}
	printf("# worst coefficient %.2g, worst standard error %.2g\n", worst,
		   worst_error);
	report(worst < 1e-12, "coefficients as R");
	report(worst_error < 1e-8, "standard errors as R");
}

/* The greatest residual of the equations of a maximum, in long double. */
static double
residual(const Logistic *l, const Pattern *p, int npatterns)
{
	long double worst = 0;

	for (int i = 0; i < l->n; i++)
	{
		long double sum = i == 0 ? 0 : -l->ridge * (long double) l->beta[i];

		for (int k = 0; k < npatterns; k++)
		{
			long double z = 0;

			for (int j = 0; j < l->n; j++)
				z += (long double) l->beta[j] * p[k].x[j];
			sum += p[k].x[i] * (p[k].won / (1 + expl(z)) -
								p[k].lost / (1 + expl(-z)));
		}
		worst = fmaxl(worst, fabsl(sum));
	}
	return (double) worst;
}

static void
make_data(int n, int npatterns, double size)
{
	memset(data, 0, sizeof(data));
	for (int k = 0; k < npatterns; k++)
	{
		double		z = -1;

		data[k].x[0] = 1;
		for (int i = 1; i < n; i++)
		{
			data[k].x[i] = i % 3 == 0 ? uniform() : uniform() < 0.4;
			z += (i % 5 - 2) * data[k].x[i];
		}
		data[k].won = floor(size * uniform() / (1 + exp(-z)));
		data[k].lost = floor(size * uniform() / (1 + exp(z)));
	}
}

static void
random_data(void)
{
	double		worst = 0;
	int			done = 0;

	for (int i = 0; i < 60; i++)
	{
		int			n = 2 + i % 40;
		int			npatterns = 20 + 6 * i;
		double		size = pow(10, 1 + i % 6);
		double		ridge = pow(10, i % 7 - 3);
		Logistic	l;

		make_data(n, npatterns, size);
		done += fit(&l, n, ridge, data, npatterns) == LOGISTIC_DONE;
		worst = fmax(worst, residual(&l, data, npatterns) / (npatterns * size));
	}
	printf("# worst residual %.2g of a row\n", worst);
	report(done == 60, "every fit with a ridge ends");
	report(worst < 1e-12, "what is found solves the equations");
}

/* Outcomes that one value parts: finite with a ridge, refused without. */
static void
separated(void)
{
	static const Pattern six[] = {
		{{1, 0}, 0, 1}, {{1, .1}, 0, 1}, {{1, .2}, 0, 1},
		{{1, .8}, 1, 0}, {{1, .9}, 1, 0}, {{1, 1}, 1, 0}
	};
	Logistic	l;
	LogisticStatus status = fit(&l, 2, 1, six, 6);

	report(status == LOGISTIC_DONE &&
		   fabs(l.beta[0] - -0.4814033916567093) < 1e-13 &&
		   fabs(l.beta[1] - 0.9628067833134186) < 1e-13 &&
		   fabs(sqrt(logistic_variance(&l, 1, scratch)) - 0.8983132948631558) < 1e-8,
		   "separated outcomes with a ridge, as R");
	status = fit(&l, 2, 1e-6, six, 6);
	report(status == LOGISTIC_DONE && residual(&l, six, 6) < 1e-12,
		   "separated outcomes with a very small ridge");
	status = fit(&l, 2, 0, six, 6);
	report(status == LOGISTIC_STUCK || status == LOGISTIC_SINGULAR,
		   "separated outcomes without a ridge are refused");
	status = fit(&l, 2, 1, six, 3);
	report(status == LOGISTIC_STUCK || status == LOGISTIC_SINGULAR,
		   "outcomes of one kind are refused");
}

/* A value twice: half the coefficient each with a ridge, refused without. */
static void
collinear(void)
{
	Pattern		p[10];
	Logistic	l;
	double		one;
	LogisticStatus status;

	memcpy(p, ten, sizeof(p));
	fit(&l, 2, 0.5, p, 10);
	one = l.beta[1];
	for (int i = 0; i < 10; i++)
		p[i].x[2] = p[i].x[1];
	status = fit(&l, 3, 1, p, 10);
	report(status == LOGISTIC_DONE && fabs(l.beta[1] - one / 2) < 1e-12 &&
		   fabs(l.beta[2] - one / 2) < 1e-12,
		   "a value twice shares its coefficient");
	report(fit(&l, 3, 0, p, 10) == LOGISTIC_SINGULAR,
		   "a value twice without a ridge is refused");
	for (int i = 0; i < 10; i++)
		p[i].x[2] = 0.25;
	status = fit(&l, 3, 1, p, 10);
	report(status == LOGISTIC_DONE && fabs(l.beta[2]) < 1e-12,
		   "a constant has no coefficient");
}

static void
probabilities(void)
{
	double		worst = 0;

	for (double z = -700; z <= 700; z += 0.37)
	{
		double		p = logistic_probability(z);

		if (!(p > 0 && p <= 1))
			worst = INFINITY;
		worst = fmax(worst, fabs(p + logistic_probability(-z) - 1));
		if (z < 30)
			worst = fmax(worst, fabs(log(p) - log1p(-p) - z) /
						 (1 + fabs(z)) * (z > 0 ? exp(-z) : 1));
	}
	report(worst < 1e-15, "probabilities");
	report(logistic_probability(-1e4) == 0 && logistic_probability(1e4) == 1,
		   "probabilities of extreme logits");
}

int
main(void)
{
	against_r();
	random_data();
	separated();
	collinear();
	probabilities();
	return report_end();
}
