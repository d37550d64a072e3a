/*
 * network.h
 *		A network of the internet as a number that sorts.
 *
 * The IPv6 form of an IPv4 address (::ffff:0:0/96) is the IPv4 address:
 * servers that speak both write visitors down in either.
 */
#ifndef ABM_NETWORK_H
#define ABM_NETWORK_H

#include "abm.h"

#include <sys/socket.h>

#include "utils/inet.h"

/* calls between our own files need no linkage table */
#pragma GCC visibility push(hidden)

#define IPV4_BITS 32
#define IPV6_BITS 128

typedef struct Network
{
	uint64		high;			/* of the address; 0 for IPv4 */
	uint64		low;
	uint8		bits;			/* of an address: 32 or 128 */
	uint8		length;			/* of the prefix; the rest is zero */
	uint8		padding[6];
} Network;

static inline uint128
network_start(const Network *net)
{
	return (uint128) net->high << 64 | net->low;
}

/* All ones from a prefix of some length on. */
static inline uint128
host_mask(int bits, int length)
{
	return length == 0 && bits == IPV6_BITS ? ~(uint128) 0 :
		((uint128) 1 << (bits - length)) - 1;
}

extern Network network_cut(Network net, int length);
extern Network network_read(const inet *ip);
extern Network network_address(const inet *ip);
extern bool network_valid(const Network *net);
extern int	network_compare(const Network *a, const Network *b);
extern inet *network_cidr(const Network *net);
extern char *network_text(const Network *net);
extern bool network_of_text(const char *s, int len, Network *net);

#pragma GCC visibility pop

#endif							/* ABM_NETWORK_H */
