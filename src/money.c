/*
 * money.c
 *		Numeric values as exact integers, and fast ways in and out.
 *
 * A sum of money must be exact and must not depend on the order of its rows,
 * and adding numerics costs an allocation a row.  So a state keeps amounts as
 * 128-bit integers in units of 10^-scale; the scale is the greatest display
 * scale that the state has seen.
 *
 * The server exports no cheap way to read a numeric.  Its stored form has
 * been the same since 9.1 and cannot change without breaking pg_upgrade: a
 * 16-bit header, in the long form a 16-bit weight, then base-10000 digits,
 * the value being sum(digit[i] * 10000^(weight - i)).
 */
#include "abm.h"

#include <math.h>

#include "money.h"

#define NUM_SIGN_MASK	0xC000
#define NUM_SHORT		0x8000	/* one 16-bit header word */
#define NUM_SPECIAL		0xC000	/* NaN or infinity */
#define NUM_NEGATIVE	0x4000	/* long form */
#define NUM_SHORT_NEGATIVE 0x2000
#define NUM_SHORT_WEIGHT_SIGN 0x0040
#define NUM_SHORT_WEIGHT_MASK 0x003F
#define NUM_DIGIT_BASE	10000

typedef struct NumericParts
{
	bool		special;		/* NaN or infinite */
	bool		negative;
	int			weight;			/* of the first digit, in powers of 10000 */
	int			scale;			/* decimal digits shown after the point */
	int			ndigits;
	const char *digits;			/* uint16 each, perhaps unaligned */
} NumericParts;

static const double powers_of_ten[] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
};

static inline uint16
read_uint16(const char *p)
{
	uint16		v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Take a numeric apart where it lies, also inside a tuple. */
static inline void
numeric_parts(Datum numeric, NumericParts *p)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(numeric);
	const char *data;
	uint16		header;
	int			header_size;

	if (unlikely(VARATT_IS_EXTENDED(v) && !VARATT_IS_SHORT(v)))
		v = PG_DETOAST_DATUM_PACKED(numeric);
	data = VARDATA_ANY(v);
	header = read_uint16(data);

	p->special = (header & NUM_SIGN_MASK) == NUM_SPECIAL;
	if (header & NUM_SHORT)
	{
		header_size = sizeof(uint16);
		p->negative = (header & NUM_SHORT_NEGATIVE) != 0;
		p->scale = (header & 0x1F80) >> 7;
		p->weight = header & NUM_SHORT_WEIGHT_MASK;
		if (header & NUM_SHORT_WEIGHT_SIGN)
			p->weight |= ~NUM_SHORT_WEIGHT_MASK;
	}
	else
	{
		header_size = 2 * sizeof(uint16);
		p->negative = (header & NUM_SIGN_MASK) == NUM_NEGATIVE;
		p->scale = header & 0x3FFF;
		p->weight = (int16) read_uint16(data + sizeof(uint16));
	}
	p->ndigits = (VARSIZE_ANY_EXHDR(v) - header_size) / sizeof(uint16);
	p->digits = data + header_size;
}

/* The nearest double; NaN and the infinities stay what they are. */
double
numeric_double(Datum numeric)
{
	NumericParts p;
	int64		m = 0;
	int			e;
	double		value;

	numeric_parts(numeric, &p);
	if (likely(!p.special && p.ndigits <= 4))
	{
		if (p.ndigits == 0)
			return 0;
		for (int i = 0; i < p.ndigits; i++)
			m = m * NUM_DIGIT_BASE + read_uint16(p.digits + 2 * i);
		e = 4 * (p.weight - p.ndigits + 1);

		/* one rounding of two exact doubles is the correctly rounded value */
		if (m <= (INT64CONST(1) << 53) && e >= -22 && e <= 22)
		{
			value = e < 0 ? m / powers_of_ten[-e] : m * powers_of_ten[e];
			return p.negative ? -value : value;
		}
	}
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  numeric));
}

static void
money_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount out of range"),
			 errdetail("Amounts are held as whole numbers of the smallest unit seen, with at most 30 decimals and 38 digits in all."),
			 errhint("Round the amounts to the currency's smallest unit.")));
}

/* value * 10^(to - from), where to >= from */
int128
money_rescale(int128 value, int from, int to)
{
	for (; from < to; from++)
		if (__builtin_mul_overflow(value, (int128) 10, &value))
			money_overflow();
	return value;
}

int128
money_add(int128 a, int128 b)
{
	int128		sum;

	if (unlikely(__builtin_add_overflow(a, b, &sum)))
		money_overflow();
	return sum;
}

/*
 * A numeric as a whole number of units of 10^-scale, with the scale that it
 * is displayed with.
 */
int128
money_read(Datum numeric, int *scale, const char *what)
{
	NumericParts p;
	int128		value = 0;
	int			e;

	numeric_parts(numeric, &p);
	if (unlikely(p.special))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s must be finite", what),
				 errhint("Unknown is NULL.")));
	if (unlikely(p.scale > MONEY_MAX_SCALE))
		money_overflow();
	*scale = p.scale;
	e = 4 * (p.weight - p.ndigits + 1) + p.scale;
	if (likely(p.ndigits <= 4 && e <= 2 && e >= -4))
	{
		static const int64 powers[] = {1, 10, 100, 1000, 10000};
		int64		small = 0;

		/* an ordinary amount: 64 bits do; most have two decimals */
		for (int i = 0; i < p.ndigits; i++)
			small = small * NUM_DIGIT_BASE + read_uint16(p.digits + 2 * i);
		if (likely(e == -2))
			small /= 100;
		else if (e < 0)
			small /= powers[-e];
		else
			small *= powers[e];
		return p.negative ? -small : small;
	}
	for (int i = 0; i < p.ndigits; i++)
	{
		int128		next;

		if (__builtin_mul_overflow(value, (int128) NUM_DIGIT_BASE, &next) ||
			__builtin_add_overflow(next, (int128) read_uint16(p.digits + 2 * i),
								   &value))
			money_overflow();
	}
	if (p.ndigits > 0)
	{
		if (e >= 0)
			value = money_rescale(value, 0, e);
		else
			for (; e < 0; e++)
				value /= 10;	/* the digits below the scale are zeros */
	}
	return p.negative ? -value : value;
}

/* The digits of an integer, most significant first. */
static char *
wide_digits(int128 value, char *end)
{
	uint128		rest = value < 0 ? -(uint128) value : (uint128) value;

	*end = '\0';
	do
	{
		*--end = '0' + (int) (rest % 10);
		rest /= 10;
	} while (rest > 0);
	return end;
}

/* value * 10^-scale as a numeric that shows its scale */
Numeric
money_numeric(int128 value, int scale)
{
	char		buffer[64];
	char	   *digits;
	StringInfoData text;
	int			whole;

	if (value >= PG_INT64_MIN && value <= PG_INT64_MAX)
		return int64_div_fast_to_numeric((int64) value, scale);
	digits = wide_digits(value, buffer + sizeof(buffer) - 1);
	initStringInfo(&text);
	if (value < 0)
		appendStringInfoChar(&text, '-');
	whole = (int) strlen(digits) - scale;
	if (whole > 0)
		appendBinaryStringInfo(&text, digits, whole);
	appendStringInfoChar(&text, '.');
	for (int i = whole; i < 0; i++)
		appendStringInfoChar(&text, '0');
	appendStringInfoString(&text, digits + Max(whole, 0));
	return DatumGetNumeric(DirectFunctionCall3(numeric_in,
											   CStringGetDatum(text.data),
											   ObjectIdGetDatum(InvalidOid),
											   Int32GetDatum(-1)));
}

/* sum / n as avg(numeric) gives it */
Numeric
money_average(int128 sum, int scale, int64 n)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_div,
											   NumericGetDatum(money_numeric(sum, scale)),
											   NumericGetDatum(int64_to_numeric(n))));
}

/* value * 10^-scale to the nearest double */
double
money_double(int128 value, int scale)
{
	if (value >= -(INT64CONST(1) << 53) && value <= (INT64CONST(1) << 53) &&
		scale <= 22)
		return (double) (int64) value / powers_of_ten[scale];
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
											  NumericGetDatum(money_numeric(value, scale))));
}
