/*
 * networks.c
 *		Which account an address of the internet belongs to.
 *
 * The state is a list of networks and their accounts.  For questions it is
 * laid out as a table, which stays with the call site for as long as the map
 * does not change.
 */
#include "network_table.h"
#include "state.h"

#include "utils/memutils.h"

#define MAX_SITES 4000000
#define SMALL_LENGTH_BITS 6
#define SMALL_ACCOUNT_BITS 26

typedef struct NetworkMap
{
	StateHead	head;
	uint64		digest;
	Site		site[FLEXIBLE_ARRAY_MEMBER];	/* sealed: by network */
} NetworkMap;

/* an IPv4 network */
typedef struct PackedSite
{
	uint32		address;
	uint32		length;
	int64		account;
} PackedSite;

static const StateField map_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField site_fields[] = {
	{"network", FIELD_NETWORK, offsetof(Site, net), false, NULL},
	{"account_id", FIELD_INT64, offsetof(Site, account), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
site_compare(const void *a, const void *b, void *arg)
{
	const Site *x = a;
	const Site *y = b;
	int			order = network_compare(&x->net, &y->net);

	if (order != 0)
		return order;
	return (x->account > y->account) - (x->account < y->account);
}

/*
 * The packed forms
 */
static bool
site_pack(void *packed, const void *item)
{
	PackedSite *to = packed;
	const Site *from = item;

	to->address = (uint32) from->net.low;
	to->length = from->net.length;
	to->account = from->account;
	return from->net.bits == IPV4_BITS;
}

static void
site_unpack(void *item, const void *packed)
{
	Site	   *to = item;
	const PackedSite *from = packed;

	memset(to, 0, sizeof(Site));
	to->net.bits = IPV4_BITS;
	to->net.low = from->address;
	to->net.length = from->length;
	to->account = from->account;
}

static int
site_compare_packed(const void *a, const void *b, void *arg)
{
	const PackedSite *x = a;
	const PackedSite *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return (x->account > y->account) - (x->account < y->account);
}

/* address, length and account from the highest bit down */
static bool
site_shrink(void *packed, const void *item)
{
	StateKey   *to = packed;
	const Site *from = item;

	if (from->net.bits != IPV4_BITS || from->account < 0 ||
		from->account >> SMALL_ACCOUNT_BITS != 0)
		return false;
	to->bits = (from->net.low << SMALL_LENGTH_BITS | from->net.length) <<
		SMALL_ACCOUNT_BITS | from->account;
	return true;
}

static void
site_unshrink(void *item, const void *packed)
{
	Site	   *to = item;
	uint64		bits = ((const StateKey *) packed)->bits;

	memset(to, 0, sizeof(Site));
	to->account = bits & ((1 << SMALL_ACCOUNT_BITS) - 1);
	bits >>= SMALL_ACCOUNT_BITS;
	to->net.bits = IPV4_BITS;
	to->net.length = bits & ((1 << SMALL_LENGTH_BITS) - 1);
	to->net.low = bits >> SMALL_LENGTH_BITS;
}

/* What was said twice is said once. */
static int
items_unique(char *items, int n, Size size)
{
	int			kept = Min(n, 1);

	for (int i = 1; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (memcmp(items + (kept - 1) * size, items + i * size, size) != 0)
			memmove(items + kept++ * size, items + i * size, size);
	}
	return kept;
}

static int
sites_fold(void *items, int n)
{
	return items_unique(items, n, sizeof(Site));
}

static int
sites_fold_packed(void *items, int n)
{
	return items_unique(items, n, sizeof(PackedSite));
}

static int
sites_fold_small(void *items, int n)
{
	return items_unique(items, n, sizeof(StateKey));
}

static const StatePacking site_packings[] = {
	{
		.size = sizeof(PackedSite),.pack = site_pack,.unpack = site_unpack,
		.compare = site_compare_packed,.fold = sites_fold_packed
	},
	{
		.size = sizeof(StateKey),.pack = site_shrink,
		.unpack = site_unshrink,.fold = sites_fold_small
	}
};

static const StateType network_map_type = {
	.name = "network_map",.kind = 50,.version = 1,
	.fixed_size = offsetof(NetworkMap, site),.item_size = sizeof(Site),
	.digest_offset = offsetof(NetworkMap, digest),.max_items = MAX_SITES,
	.remedy = "Leave out the networks that lie within another one of the same account.",
	.fields = map_fields,.items_name = "networks",.item_fields = site_fields,
	.compare = site_compare,.fold = sites_fold,
	.packings = site_packings,.npackings = lengthof(site_packings)
};

/* The tables of a map; kept at a call site. */
typedef struct MapCache
{
	StateKept	map;
	MemoryContext context;
	RangeTable	v4;
	RangeTable	v6;
} MapCache;

static void
map_build(MapCache *cache, const NetworkMap *map)
{
	MemoryContext before = MemoryContextSwitchTo(cache->context);
	int			n = map->head.nitems;
	int			v4 = 0;

	while (v4 < n && map->site[v4].net.bits == IPV4_BITS)
		v4++;
	table_build(&cache->v4, map->site, v4, IPV4_BITS);
	table_build(&cache->v6, map->site + v4, n - v4, IPV6_BITS);
	MemoryContextSwitchTo(before);
}

/* The tables of the map in the first argument, made once for many calls. */
static const MapCache *
map_arg(FunctionCallInfo fcinfo)
{
	FmgrInfo   *call = fcinfo->flinfo;
	MapCache   *cache = call->fn_extra;
	StateKept	kept;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(call->fn_mcxt, sizeof(MapCache));
		cache->context = AllocSetContextCreate(call->fn_mcxt, "network map",
											   ALLOCSET_DEFAULT_SIZES);
		call->fn_extra = cache;
	}
	if (likely(state_unchanged(fcinfo, 0, &network_map_type, &cache->map)))
		return cache;
	/* an error in between leaves nothing that could be taken for the map */
	kept = cache->map;
	memset(&cache->map, 0, sizeof(cache->map));
	MemoryContextReset(cache->context);
	map_build(cache, state_arg(fcinfo, 0, &network_map_type));
	cache->map = kept;
	return cache;
}

/* ----------
 * The SQL side
 * ----------
 */
STATE_FUNCTIONS(network_map, network_map_type);

PG_FUNCTION_INFO_V1(abm_network_map_accum);
Datum
abm_network_map_accum(PG_FUNCTION_ARGS)
{
	Site		site;
	NetworkMap *map;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &network_map_type);
	site.net = network_read(PG_GETARG_INET_PP(1));
	site.account = PG_GETARG_INT64(2);
	map = state_begin(fcinfo, &network_map_type);
	map = state_append(map, &network_map_type, &site);
	return state_end(fcinfo, &network_map_type, map);
}

/* NULL for what is no address. */
PG_FUNCTION_INFO_V1(abm_normalize_ip);
Datum
abm_normalize_ip(PG_FUNCTION_ARGS)
{
	const text *ip = PG_GETARG_TEXT_PP(0);
	Network		net;

	if (!network_of_text(VARDATA_ANY(ip), VARSIZE_ANY_EXHDR(ip), &net))
		PG_RETURN_NULL();
	PG_RETURN_INET_P(network_cidr(&net));
}

/* The range of the address in the second argument, and the address. */
static const Range *
range_arg(FunctionCallInfo fcinfo, Network *address)
{
	const MapCache *cache = map_arg(fcinfo);

	*address = network_address(PG_GETARG_INET_PP(1));
	return table_find(address->bits == IPV4_BITS ? &cache->v4 : &cache->v6,
					  network_start(address));
}

/* NULL when no network has the address, or several accounts that network. */
PG_FUNCTION_INFO_V1(abm_account_for_ip);
Datum
abm_account_for_ip(PG_FUNCTION_ARGS)
{
	Network		address;
	const Range *range = range_arg(fcinfo, &address);

	if (range == NULL || range->disputed)
		PG_RETURN_NULL();
	PG_RETURN_INT64(range->account);
}

/* NULL when no network has the address. */
PG_FUNCTION_INFO_V1(abm_network_for_ip);
Datum
abm_network_for_ip(PG_FUNCTION_ARGS)
{
	Network		net;
	const Range *range = range_arg(fcinfo, &net);

	if (range == NULL)
		PG_RETURN_NULL();
	net = network_cut(net, range->length);
	PG_RETURN_INET_P(network_cidr(&net));
}

PG_FUNCTION_INFO_V1(abm_network_conflicts);
Datum
abm_network_conflicts(PG_FUNCTION_ARGS)
{
	const NetworkMap *map = state_arg(fcinfo, 0, &network_map_type);
	const Site *site = map->site;
	int			n = map->head.nitems;

	abm_begin_rows(fcinfo);
	for (int i = 0; i < n; i++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};

		CHECK_EVERY(i, 0xFFFF);
		if ((i == 0 || network_compare(&site[i - 1].net, &site[i].net) != 0) &&
			(i == n - 1 || network_compare(&site[i + 1].net, &site[i].net) != 0))
			continue;
		values[0] = InetPGetDatum(network_cidr(&site[i].net));
		values[1] = Int64GetDatum(site[i].account);
		abm_put_row(fcinfo, values, nulls);
		pfree(DatumGetPointer(values[0]));
	}
	return (Datum) 0;
}
