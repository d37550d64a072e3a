/*
 * network_table.c
 *		The account of an address, by the longest prefix.
 *
 * Networks lie within each other or apart, so that their ends and beginnings
 * cut the addresses into ranges that each have one innermost network: at most
 * twice as many and one, found in one pass over the sorted networks with a
 * stack.  To find an address is to find the range that starts last before it:
 * first among buckets of equal width, about as many as there are ranges, then
 * by halves within one.
 */
#include "network_table.h"

/* A network that is open while ranges are drawn. */
typedef struct OpenNetwork
{
	uint128		end;
	Range		range;
} OpenNetwork;

static void
table_put(RangeTable *t, const Range *range)
{
	if (t->n > 0 && t->range[t->n - 1].start == range->start)
		t->n--;
	t->range[t->n++] = *range;
}

/*
 * Close the innermost network.  What follows it belongs to the one around
 * it, or to nobody.  Behind the last address of all there is nothing.
 */
static void
table_close(RangeTable *t, OpenNetwork *open, int *depth, uint128 last)
{
	Range		next = {0};
	uint128		end = open[--*depth].end;

	if (end == last)
		return;
	if (*depth > 0)
		next = open[*depth - 1].range;
	next.start = end + 1;
	table_put(t, &next);
}

/* Buckets from the first range on. */
static void
table_index(RangeTable *t)
{
	uint128		base = t->range[0].start;
	uint128		span = t->range[t->n - 1].start - base;
	int			at = 0;

	while (span >> t->shift >= 2 * t->n)
		t->shift++;
	t->nbuckets = (int) (span >> t->shift) + 1;
	t->bucket = palloc(sizeof(int32) * (t->nbuckets + 1));
	for (int i = 0; i < t->nbuckets; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		while (at + 1 < t->n &&
			   t->range[at + 1].start - base <= (uint128) i << t->shift)
			at++;
		t->bucket[i] = at;
	}
	t->bucket[t->nbuckets] = t->n - 1;
}

/* Lay out sites of one family, sorted by network. */
void
table_build(RangeTable *t, const Site *site, int n, int bits)
{
	OpenNetwork open[IPV6_BITS + 1];
	int			depth = 0;

	memset(t, 0, sizeof(*t));
	if (n == 0)
		return;
	t->range = palloc(sizeof(Range) * (2 * (Size) n + 1));
	for (int i = 0; i < n; i++)
	{
		const Network *net = &site[i].net;
		OpenNetwork *top;

		CHECK_EVERY(i, 0xFFFF);
		if (i > 0 && network_compare(net, &site[i - 1].net) == 0)
		{
			open[depth - 1].range.disputed = true;
			t->range[t->n - 1].disputed = true;
			continue;
		}
		while (depth > 0 && open[depth - 1].end < network_start(net))
			table_close(t, open, &depth, host_mask(bits, 0));
		top = &open[depth++];
		memset(top, 0, sizeof(*top));
		top->end = network_start(net) | host_mask(bits, net->length);
		top->range.start = network_start(net);
		top->range.account = site[i].account;
		top->range.claimed = true;
		top->range.length = net->length;
		table_put(t, &top->range);
	}
	while (depth > 0)
		table_close(t, open, &depth, host_mask(bits, 0));
	table_index(t);
}

/* The range of an address; NULL when no network has it. */
const Range *
table_find(const RangeTable *t, uint128 address)
{
	uint128		bucket;
	int			low;
	int			high;

	if (t->n == 0 || address < t->range[0].start)
		return NULL;
	bucket = (address - t->range[0].start) >> t->shift;
	if (bucket >= t->nbuckets)
		low = high = t->n - 1;
	else
	{
		low = t->bucket[bucket];
		high = t->bucket[bucket + 1];
	}
	while (low < high)
	{
		int			middle = high - (high - low) / 2;

		if (t->range[middle].start <= address)
			low = middle;
		else
			high = middle - 1;
	}
	return t->range[low].claimed ? &t->range[low] : NULL;
}
