/*
 * vocabulary.c
 *		The words that the lists of an attribute are searched for.
 *
 * Often several tests ask for words of one list: of the tools that an account
 * uses, say.  When all of them together name at most 64 words, each word is a
 * bit; a list of text becomes a mask with one look at each of its words, and a
 * test compares masks.  The levels of a test are the words of each degree,
 * from the lowest degree to the highest.
 */
#include "abm.h"

#include "icp/parse.h"

typedef struct Vocabulary
{
	IcpItem		items[ICP_VOCABULARY];
	int			n;
} Vocabulary;

static bool
reads_list(const IcpNode *node, int attribute)
{
	return node->attribute == attribute &&
		(node->op == ICP_HAS_ANY || node->op == ICP_HAS_ALL);
}

/* The number of a word; n when it is not there. */
static int
find_word(const IcpCompiler *c, const Vocabulary *v, const IcpItem *item)
{
	int			i = 0;

	while (i < v->n && (v->items[i].len != item->len ||
						memcmp(c->data.data + v->items[i].text,
							   c->data.data + item->text, item->len) != 0))
		i++;
	return i;
}

/* All words that the lists of an attribute are searched for, if not too many. */
static bool
collect_words(const IcpCompiler *c, int attribute, Vocabulary *v)
{
	v->n = 0;
	for (int k = 0; k < c->nnodes; k++)
	{
		const IcpNode *node = &c->nodes[k];
		const IcpItem *items = (const IcpItem *) (c->data.data + node->data);

		for (int i = 0; reads_list(node, attribute) && i < node->n; i++)
		{
			if (items[i].len < 0 || find_word(c, v, &items[i]) < v->n)
				continue;
			if (v->n == ICP_VOCABULARY)
				return false;
			v->items[v->n] = items[i];
			v->items[v->n].degree = v->n;
			v->n++;
		}
	}
	return v->n > 0;
}

/* Add a word to the level of its degree, which may be new. */
static void
add_to_level(IcpLevel *levels, int *n, double degree, int word)
{
	int			i = 0;

	while (i < *n && levels[i].degree < degree)
		i++;
	if (i == *n || levels[i].degree != degree)
	{
		memmove(levels + i + 1, levels + i, (*n - i) * sizeof(IcpLevel));
		levels[i].degree = degree;
		levels[i].words = 0;
		++*n;
	}
	levels[i].words |= UINT64CONST(1) << word;
}

static void
make_levels(IcpCompiler *c, const Vocabulary *v, IcpNode *node)
{
	IcpLevel	levels[ICP_VOCABULARY];
	const IcpItem *items = (const IcpItem *) (c->data.data + node->data);

	node->nlevels = 0;
	for (int i = 0; i < node->n; i++)
		if (items[i].len >= 0)
			add_to_level(levels, &node->nlevels, items[i].degree,
						 find_word(c, v, &items[i]));
	node->levels = icp_store(c, levels, node->nlevels * sizeof(IcpLevel));
}

/* Give each attribute that is a list its vocabulary. */
void
icp_make_vocabularies(IcpCompiler *c)
{
	Vocabulary *v = palloc(sizeof(Vocabulary));

	for (int a = 0; a < c->nattributes; a++)
	{
		IcpNode		node = {0};

		if (!collect_words(c, a, v))
			continue;
		icp_make_set(c, v->items, v->n, &node);
		for (int k = 0; k < c->nnodes; k++)
			if (reads_list(&c->nodes[k], a))
				make_levels(c, v, &c->nodes[k]);
		c->attributes[a].vocabulary = icp_store(c, &node, sizeof(node));
	}
	pfree(v);
}
