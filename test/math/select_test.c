/*
 * select_test.c
 *		Order statistics against a full sort, ties and all.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "math/select.h"

#include "tap.h"

static int
compare(const void *a, const void *b)
{
	int64_t		x = *(const int64_t *) a;
	int64_t		y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

/* Does every order statistic of a sequence equal that of the sorted one? */
static bool
select_right(const int64_t *v, int64_t n)
{
	int64_t		sorted[300];
	int64_t		work[300];

	memcpy(sorted, v, n * sizeof(int64_t));
	qsort(sorted, n, sizeof(int64_t), compare);
	for (int64_t k = 0; k < n; k++)
	{
		memcpy(work, v, n * sizeof(int64_t));
		if (select_least(work, n, k) != sorted[k] || work[k] != sorted[k])
			return false;
		for (int64_t i = 0; i < n; i++)
			if (i < k ? work[i] > work[k] : work[i] < work[k])
				return false;
	}
	return true;
}

int
main(void)
{
	static int64_t big[1000000];
	int64_t		v[300];
	int			wrong = 0;

	srand(7);
	for (int round = 0; round < 600; round++)
	{
		int64_t		n = 1 + rand() % 299;

		for (int64_t i = 0; i < n; i++)
			v[i] = round % 4 == 0 ? i : round % 4 == 1 ? n - i :
				rand() % (round % 4 == 2 ? 5 : 1000000) - 3;
		wrong += !select_right(v, n);
	}
	report(wrong == 0, "order statistics of 600 sequences");
	for (int i = 0; i < 1000000; i++)
		big[i] = (i * INT64_C(7919)) % 1000003;
	report(select_least(big, 1000000, 500000) == big[500000] &&
		   big[500000] > 499000 && big[500000] < 501003,
		   "the middle of a million");
	return report_end();
}
