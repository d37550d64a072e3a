/*
 * exact.c
 *		Sums of doubles that do not depend on their order, to the last bit.
 *
 * Every finite double is a whole multiple of 2^-1074, so a fixed-point number
 * of some 2,100 bits holds any sum of doubles without rounding [1].  Each
 * addition touches three limbs of 32 bits kept in 64; carries are done every
 * 2^30 additions.  The value is rounded once, to the nearest double, ties to
 * even, when it is asked for.
 *
 * [1] U. Kulisch, W. Miranker: The arithmetic of the digital computer: a new
 *     approach. SIAM Review 28, 1986.
 */
#include "math/exact.h"

#include <math.h>
#include <string.h>

#define LIMB_BITS 32
#define LIMB_MASK UINT64_C(0xFFFFFFFF)
#define LOWEST_BIT (-1074)
#define MAX_PENDING (UINT32_C(1) << 30)

void
exact_clear(ExactSum *sum)
{
	memset(sum, 0, sizeof(*sum));
}

/* Bring every limb but the highest into 0 .. 2^32 - 1. */
static void
exact_carry(ExactSum *sum)
{
	int64_t		carry = 0;

	for (int i = 0; i < EXACT_LIMBS; i++)
	{
		int64_t		v = sum->limb[i] + carry;

		/* an arithmetic shift rounds down, as a borrow must */
		carry = i < EXACT_LIMBS - 1 ? v >> LIMB_BITS : 0;
		sum->limb[i] = v - carry * (INT64_C(1) << LIMB_BITS);
	}
	sum->pending = 0;
}

/* Add a finite double. */
void
exact_add(ExactSum *sum, double x)
{
	int			exponent;
	double		fraction = frexp(x, &exponent);
	int64_t		m = (int64_t) ldexp(fraction, 53);
	uint64_t	size = m < 0 ? -(uint64_t) m : (uint64_t) m;
	int			bit = exponent - 53 - LOWEST_BIT;
	int64_t		sign = m < 0 ? -1 : 1;
	unsigned	__int128 shifted;

	if (m == 0)
		return;
	if (bit < 0)
	{
		size >>= -bit;			/* subnormal: those bits are zero */
		bit = 0;
	}
	shifted = (unsigned __int128) size << (bit % LIMB_BITS);
	for (int i = bit / LIMB_BITS; shifted != 0; i++, shifted >>= LIMB_BITS)
		sum->limb[i] += sign * (int64_t) (shifted & LIMB_MASK);
	if (++sum->pending >= MAX_PENDING)
		exact_carry(sum);
}

/* Add x * y without rounding the product, unless it underflows. */
void
exact_add_product(ExactSum *sum, double x, double y)
{
	double		product = x * y;

	exact_add(sum, product);
	exact_add(sum, fma(x, y, -product));
}

void
exact_merge(ExactSum *sum, const ExactSum *other)
{
	ExactSum	b = *other;

	exact_carry(sum);
	exact_carry(&b);
	for (int i = 0; i < EXACT_LIMBS; i++)
		sum->limb[i] += b.limb[i];
	sum->pending = 1;
}

/* Make the carried digits those of the absolute value; was it negative? */
static bool
exact_absolute(ExactSum *sum)
{
	exact_carry(sum);
	if (sum->limb[EXACT_LIMBS - 1] >= 0)
		return false;
	for (int i = 0; i < EXACT_LIMBS; i++)
		sum->limb[i] = -sum->limb[i];
	exact_carry(sum);
	return true;
}

/* The bit at a position, 0 below the lowest. */
static int
exact_bit(const ExactSum *sum, int bit)
{
	return bit < 0 ? 0 :
		(int) (sum->limb[bit / LIMB_BITS] >> (bit % LIMB_BITS)) & 1;
}

static bool
exact_any_below(const ExactSum *sum, int bit)
{
	for (int i = 0; i < bit / LIMB_BITS; i++)
		if (sum->limb[i] != 0)
			return true;
	return bit > 0 && (sum->limb[bit / LIMB_BITS] &
					   ((INT64_C(1) << (bit % LIMB_BITS)) - 1)) != 0;
}

/* The nearest double, ties to even; infinite when out of range. */
double
exact_value(const ExactSum *sum)
{
	ExactSum	s = *sum;
	bool		negative = exact_absolute(&s);
	int			top = EXACT_LIMBS * LIMB_BITS - 1;
	int			low;
	uint64_t	m = 0;
	double		value;

	while (top >= 0 && exact_bit(&s, top) == 0)
		top -= s.limb[top / LIMB_BITS] == 0 && top % LIMB_BITS == LIMB_BITS - 1 ?
			LIMB_BITS : 1;
	if (top < 0)
		return 0;
	low = top > 52 ? top - 52 : 0;
	for (int bit = top; bit >= low; bit--)
		m = m << 1 | (uint64_t) exact_bit(&s, bit);
	if (exact_bit(&s, low - 1) &&
		((m & 1) || exact_any_below(&s, low - 1)))
		m++;
	value = ldexp((double) m, low + LOWEST_BIT);
	return negative ? -value : value;
}
