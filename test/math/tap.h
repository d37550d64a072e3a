/*
 * tap.h
 *		What the tests of the mathematics have in common: lines of TAP, and
 *		random numbers that are the same everywhere.
 */
#ifndef TAP_H
#define TAP_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#define lengthof(a) ((int) (sizeof(a) / sizeof((a)[0])))

static int	tests = 0;
static int	faults = 0;
static uint64_t seed = 42;

static inline void
report(int good, const char *what)
{
	tests++;
	faults += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", tests, what);
}

static inline void
report_worst(double worst, double most, const char *what)
{
	char		line[200];

	snprintf(line, sizeof(line), "%s, worst error %.1e", what, worst);
	report(worst <= most, line);
}

/* The plan comes last; what main() returns. */
static inline int
report_end(void)
{
	printf("1..%d\n", tests);
	return faults > 0;
}

/* xorshift64* */
static inline uint64_t
random_bits(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * UINT64_C(2685821657736338717);
}

/* between 0 and 1, and neither */
static inline double
uniform(void)
{
	return ((random_bits() >> 11) + 0.5) / 9007199254740992.0;
}

#endif							/* TAP_H */
