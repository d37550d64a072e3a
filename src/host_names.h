/*
 * host_names.h
 *		Names of hosts in addresses of the web and of mail.
 */
#ifndef ABM_HOST_NAMES_H
#define ABM_HOST_NAMES_H

#include "abm.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

#define HOST_SIZE 254			/* the longest name, and a zero */

extern bool host_of_url(const text *url, char *host);
extern bool host_of_email(const text *email, char *host);

#pragma GCC visibility pop

#endif							/* ABM_HOST_NAMES_H */
