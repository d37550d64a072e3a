/*
 * select.c
 *		Order statistics without sorting.
 *
 * Quickselect after Hoare: partition around a pivot and go on in the part
 * that the wanted element lies in, about 3 n comparisons.  The pivot is the
 * median of three elements at places that a fixed generator picks, so that no
 * order of the input is bad by design.
 */
#include "math/select.h"

static int64_t
median3(int64_t a, int64_t b, int64_t c)
{
	if (a > b)
	{
		int64_t		swap = a;

		a = b;
		b = swap;
	}
	return c <= a ? a : c >= b ? b : c;
}

/*
 * The k-th smallest of n numbers, k from 0.  Afterwards it stands at its
 * place, nothing greater before it and nothing smaller behind it.
 */
int64_t
select_least(int64_t *v, int64_t n, int64_t k)
{
	int64_t		low = 0;
	int64_t		high = n - 1;
	uint64_t	random = 0x9E3779B97F4A7C15;

	while (low < high)
	{
		uint64_t	width = (uint64_t) (high - low) + 1;
		int64_t		i = low - 1;
		int64_t		j = high + 1;
		int64_t		pivot;

		random = random * 6364136223846793005u + 1442695040888963407u;
		pivot = median3(v[low + (random >> 33) % width],
						v[low + (random >> 13) % width], v[low + width / 2]);
		for (;;)
		{
			int64_t		swap;

			while (v[++i] < pivot)
				;
			while (v[--j] > pivot)
				;
			if (i >= j)
				break;
			swap = v[i];
			v[i] = v[j];
			v[j] = swap;
		}
		/* now v[low..j] <= pivot <= v[j+1..high], and neither is empty */
		if (k <= j)
			high = j;
		else
			low = j + 1;
	}
	return v[k];
}
