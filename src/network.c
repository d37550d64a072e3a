/*
 * network.c
 *		A network of the internet as a number that sorts.
 */
#include "network.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "parser/scansup.h"
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

/*
 * Addresses as the logs of servers and proxies write them
 */
#define PORT_DIGITS 5

/* Is it a number in digits, at most so great? */
static bool
is_number(const char *s, int len, int greatest)
{
	int			n = 0;

	if (len <= 0 || len > PORT_DIGITS)
		return false;
	for (int i = 0; i < len; i++)
	{
		if (!isdigit((unsigned char) s[i]))
			return false;
		n = n * 10 + s[i] - '0';
	}
	return n <= greatest;
}

/* The first place of a sign; len if there is none. */
static int
place_of(char sign, const char *s, int len)
{
	int			i = 0;

	while (i < len && s[i] != sign)
		i++;
	return i;
}

/* Take away a port: 10.1.2.3:443, [2001:db8::1]:443. */
static bool
without_port(const char **s, int *len)
{
	bool		bracket = *len > 0 && **s == '[';
	int			end = place_of(bracket ? ']' : ':', *s, *len);
	const char *port = *s + end + 1;
	int			digits = *len - end - 1;

	if (bracket)
	{
		++*s;
		*len = end - 1;
		return digits == 0 || (digits > 0 && port[0] == ':' &&
							   is_number(port + 1, digits - 1, PG_UINT16_MAX));
	}
	if (digits < 0 || place_of(':', port, digits) < digits)
		return true;			/* no colon, or those of IPv6 */
	*len = end;
	return is_number(port, digits, PG_UINT16_MAX);
}

/* An address alone, perhaps with the zone of IPv6. */
static bool
read_address(const char *s, int len, inet *ip)
{
	char		address[INET6_ADDRSTRLEN];
	bool		v6 = place_of(':', s, len) < len;
	int			zone = v6 ? place_of('%', s, len) : len;

	if (zone == len - 1 || zone >= sizeof(address))
		return false;
	memcpy(address, s, zone);
	address[zone] = '\0';
	memset(ip, 0, sizeof(inet));
	ip_family(ip) = v6 ? PGSQL_AF_INET6 : PGSQL_AF_INET;
	SET_INET_VARSIZE(ip);
	return inet_pton(v6 ? AF_INET6 : AF_INET, address, ip_addr(ip)) == 1;
}

/*
 * The first address of a list, without port, zone and netmask; false if that
 * is none.
 */
bool
network_of_text(const char *s, int len, Network *net)
{
	inet		ip;
	int			slash;
	bool		bracket;

	len = place_of(',', s, len);
	while (len > 0 && scanner_isspace(s[len - 1]))
		len--;
	for (; len > 0 && scanner_isspace(s[0]); s++)
		len--;
	slash = place_of('/', s, len);
	bracket = len > 0 && s[0] == '[';
	if (slash < len)
	{
		if (!read_address(s, slash, &ip) ||
			!is_number(s + slash + 1, len - slash - 1, ip_maxbits(&ip)))
			return false;
	}
	else if (!without_port(&s, &len) || !read_address(s, len, &ip) ||
			 (bracket && ip_family(&ip) != PGSQL_AF_INET6))
		return false;
	*net = network_address(&ip);
	return true;
}
