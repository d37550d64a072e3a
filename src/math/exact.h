/*
 * exact.h
 *		Sums of doubles that do not depend on their order, to the last bit.
 */
#ifndef ABM_EXACT_H
#define ABM_EXACT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Bit 0 of limb 0 stands for 2^-1074, the least double; 32 bits a limb reach
 * beyond the greatest double, and two more limbs take the carries.
 */
#define EXACT_LIMBS 68

typedef struct ExactSum
{
	int64_t		limb[EXACT_LIMBS];	/* 32 bits each, and carries not yet done */
	uint32_t	pending;		/* additions since the carries were done */
} ExactSum;

extern void exact_clear(ExactSum *sum);
extern void exact_add(ExactSum *sum, double x);
extern void exact_add_product(ExactSum *sum, double x, double y);
extern void exact_merge(ExactSum *sum, const ExactSum *other);
extern double exact_value(const ExactSum *sum);

#endif							/* ABM_EXACT_H */
