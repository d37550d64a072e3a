/*
 * network.c
 *		A network of the internet as a number that sorts.
 */
#include "network.h"

#include "port/pg_bswap.h"

#define MAPPED_BITS 96
#define MAPPED_LOW 0xFFFF

/* Is all of an IPv6 network the other form of an IPv4 network? */
static bool
is_mapped(const Network *net)
{
	return net->high == 0 && net->low >> IPV4_BITS == MAPPED_LOW &&
		net->length >= MAPPED_BITS;
}

/* An address with so many bits of it as the prefix. */
static Network
network_with(const inet *ip, int length)
{
	Network		net;
	uint32		v4;

	memset(&net, 0, sizeof(net));	/* padding goes into states */
	net.length = length;
	if (ip_family(ip) == PGSQL_AF_INET)
	{
		memcpy(&v4, ip_addr(ip), sizeof(v4));
		net.low = pg_ntoh32(v4);
		net.bits = IPV4_BITS;
	}
	else
	{
		memcpy(&net.high, ip_addr(ip), sizeof(uint64));
		memcpy(&net.low, ip_addr(ip) + sizeof(uint64), sizeof(uint64));
		net.high = pg_ntoh64(net.high);
		net.low = pg_ntoh64(net.low);
		net.bits = IPV6_BITS;
		if (is_mapped(&net))
		{
			net.low &= PG_UINT32_MAX;
			net.bits = IPV4_BITS;
			net.length -= MAPPED_BITS;
		}
	}
	return net;
}

/* The network with a prefix of some length around another one. */
Network
network_cut(Network net, int length)
{
	uint128		start = network_start(&net) & ~host_mask(net.bits, length);

	net.high = (uint64) (start >> 64);
	net.low = (uint64) start;
	net.length = length;
	return net;
}

/* The network that an inet or a cidr stands in. */
Network
network_read(const inet *ip)
{
	Network		net = network_with(ip, ip_bits(ip));

	return network_cut(net, net.length);
}

/* The address alone, whatever its netmask. */
Network
network_address(const inet *ip)
{
	return network_with(ip, ip_maxbits(ip));
}

/* Can network_read have made it? */
bool
network_valid(const Network *net)
{
	if (net->bits != IPV4_BITS && net->bits != IPV6_BITS)
		return false;
	if (net->length > net->bits ||
		(network_start(net) & host_mask(net->bits, net->length)) != 0)
		return false;
	if (net->bits == IPV4_BITS)
		return net->high == 0 && net->low >> IPV4_BITS == 0;
	return !is_mapped(net);
}

/* IPv4 first, then by address, the wider one first. */
int
network_compare(const Network *a, const Network *b)
{
	if (a->bits != b->bits)
		return a->bits < b->bits ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return (int) a->length - (int) b->length;
}

inet *
network_cidr(const Network *net)
{
	inet	   *ip = palloc0(sizeof(inet));

	ip_bits(ip) = net->length;
	if (net->bits == IPV4_BITS)
	{
		uint32		v4 = pg_hton32((uint32) net->low);

		ip_family(ip) = PGSQL_AF_INET;
		memcpy(ip_addr(ip), &v4, sizeof(v4));
	}
	else
	{
		uint64		high = pg_hton64(net->high);
		uint64		low = pg_hton64(net->low);

		ip_family(ip) = PGSQL_AF_INET6;
		memcpy(ip_addr(ip), &high, sizeof(high));
		memcpy(ip_addr(ip) + sizeof(high), &low, sizeof(low));
	}
	SET_INET_VARSIZE(ip);
	return ip;
}

char *
network_text(const Network *net)
{
	return DatumGetCString(DirectFunctionCall1(cidr_out,
											   InetPGetDatum(network_cidr(net))));
}
