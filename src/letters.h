/*
 * letters.h
 *		Reading text letter by letter, folded.
 */
#ifndef ABM_LETTERS_H
#define ABM_LETTERS_H

#include "postgres.h"

/* What next_letter gives besides 'a'..'z', '0'..'9', '.' and '@'. */
#define LETTER_NONE		'\0'	/* an accent that stands apart */
#define LETTER_OTHER	'\177'	/* of another alphabet */
#define LETTER_SPACE	' '
#define LETTER_BREAK	','		/* separates two titles */

extern char next_letter(const char **at, const char *end);

#endif							/* ABM_LETTERS_H */
