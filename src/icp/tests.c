/*
 * tests.c
 *		How the tests of a profile are written.
 *
 * Each reader checks the argument of one kind of test and stores it with the
 * node: items of a set as a hash table, bands in the order of writing (the
 * first that holds the value decides), a regular expression as the text that
 * the server's cache of expressions takes.
 */
#include "abm.h"

#include <math.h>

#include "catalog/pg_collation.h"
#include "icp/parse.h"
#include "icp/words.h"
#include "mb/pg_wchar.h"
#include "regex/regex.h"

#define PERFECT_ITEMS 64		/* sets up to which it is tried */
#define PERFECT_TRIES 100		/* for each size of table */
#define SYNTAX ERRCODE_INVALID_PARAMETER_VALUE

static bool
read_item(IcpCompiler *c, const IcpPath *path, const char *text,
		  IcpItem *item, IcpNode *node)
{
	item->len = strlen(text);
	item->key = icp_word_key(text, item->len);
	item->text = icp_store(c, text, item->len + 1);
	if (!icp_number(text, &item->number))
		node->flags &= ~ICP_NUMBERS;
	return true;
}

/*
 * Put the items into a table; of words that appear twice the first counts.
 * False when a place is taken and each item must have its own.
 */
static bool
fill_table(IcpCompiler *c, const IcpItem *items, int n, const IcpNode *node,
		   IcpItem *table)
{
	const char *data = c->data.data;

	for (int i = 0; i < node->n; i++)
	{
		table[i] = (IcpItem)
		{
			.number = NAN,.len = -1
		};
	}
	for (int i = 0; i < n; i++)
	{
		const IcpItem *item = &items[i];
		uint32		slot = icp_word_slot(item->key, item->len, node->mix,
										 node->shift);

		for (; table[slot].len >= 0; slot = (slot + 1) & (node->n - 1))
		{
			if (table[slot].len == item->len &&
				memcmp(data + table[slot].text, data + item->text, item->len) == 0)
				break;
			if (node->flags & ICP_PERFECT)
				return false;
		}
		if (table[slot].len < 0)
			table[slot] = *item;
		CHECK_EVERY(i, 0x3FF);
	}
	return true;
}

/* A hash function for a set, if possible one without collisions. */
static IcpItem *
make_table(IcpCompiler *c, const IcpItem *items, int n, IcpNode *node)
{
	IcpItem    *table;
	int			bits = 2;

	while ((1 << bits) < 2 * n)
		bits++;
	table = palloc(((Size) 1 << (bits + 2)) * sizeof(IcpItem));
	node->mix = WORD_MIX;
	if (n <= PERFECT_ITEMS)
	{
		node->flags |= ICP_PERFECT;
		for (int try = 0; try < 3 * PERFECT_TRIES; try++)
		{
			node->n = 1 << (bits + try / PERFECT_TRIES);
			node->shift = 64 - bits - try / PERFECT_TRIES;
			if (fill_table(c, items, n, node, table))
				return table;
			node->mix = (node->mix + 2) * WORD_MIX | 1;
		}
		node->flags &= ~ICP_PERFECT;
	}
	node->n = 1 << bits;
	node->shift = 64 - bits;
	fill_table(c, items, n, node, table);
	return table;
}

/* Store a set of words with a node. */
void
icp_make_set(IcpCompiler *c, const IcpItem *items, int n, IcpNode *node)
{
	IcpItem    *table = make_table(c, items, n, node);

	node->data = icp_store(c, table, node->n * sizeof(IcpItem));
	pfree(table);
}

/* Store the items; a set of numbers alone can also read numbers. */
static bool
store_items(IcpCompiler *c, IcpItem *items, int n, IcpNode *node)
{
	icp_make_set(c, items, n, node);
	if (ICP_CAN_BE(node->kinds, ICP_TEXT) && node->op != ICP_PREFIX &&
		(node->flags & ICP_NUMBERS))
		node->kinds |= 1 << ICP_NUMBER;
	return true;
}

/* ["a", "b", 3]; a single string or number for one */
static bool
read_list(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		  IcpNode *node)
{
	bool		array = tree->kind == JSON_IS_ARRAY;
	int			n = array ? tree->n : 1;
	IcpItem    *items;

	if (n == 0)
		return icp_fault(c, path, SYNTAX, NULL, "must not be empty");
	items = palloc0(n * sizeof(IcpItem));
	node->flags |= ICP_NUMBERS;
	for (int i = 0; i < n; i++)
	{
		const JsonTree *item = array ? tree->items[i] : tree;
		IcpPath		place = {path, NULL, i};

		if (item->kind != JSON_IS_STRING && item->kind != JSON_IS_NUMBER)
			return icp_fault(c, array ? &place : path, SYNTAX, NULL,
							 "must be a string or a number, not %s",
							 json_kind_name(item));
		items[i].degree = 1;
		if (!read_item(c, &place, item->text, &items[i], node))
			return false;
	}
	return store_items(c, items, n, node);
}

/* a list, or {"a": 1, "b": 0.5} */
static bool
read_set(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		 IcpNode *node)
{
	IcpItem    *items;

	if (tree->kind != JSON_IS_OBJECT)
		return read_list(c, path, tree, node);
	if (tree->n == 0)
		return icp_fault(c, path, SYNTAX, NULL, "must not be empty");
	items = palloc0(tree->n * sizeof(IcpItem));
	node->flags |= ICP_NUMBERS;
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, tree->keys[i], 0};

		if (!icp_read_share(c, &place, tree->items[i], &items[i].degree) ||
			!read_item(c, &place, tree->keys[i], &items[i], node))
			return false;
	}
	return store_items(c, items, tree->n, node);
}

/* A number or an ISO date; all ends of one test are of the same kind. */
static bool
read_end(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		 IcpNode *node, double *value)
{
	IcpKind		kind = tree->kind == JSON_IS_STRING ? ICP_TIME : ICP_NUMBER;

	if (kind == ICP_NUMBER && !icp_read_number(c, path, tree, value))
		return false;
	if (kind == ICP_TIME && !icp_time(tree->text, strlen(tree->text), value))
		return icp_fault(c, path, SYNTAX,
						 "Write times as in \"2025-03-31\" or \"2025-03-31T12:00:00Z\".",
						 "must be a number or an ISO date, not \"%s\"",
						 tree->text);
	if (!ICP_CAN_BE(node->kinds, kind))
		return icp_fault(c, path, SYNTAX, NULL,
						 "numbers and dates cannot be mixed");
	node->kinds = 1 << kind;
	return true;
}

/* [low, high] or [low, high, degree] */
static bool
read_band(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		  IcpNode *node, IcpBand *band)
{
	IcpPath		low = {path, NULL, 0};
	IcpPath		high = {path, NULL, 1};
	IcpPath		degree = {path, NULL, 2};

	if (tree->kind != JSON_IS_ARRAY || tree->n < 2 || tree->n > 3)
		return icp_fault(c, path, SYNTAX, "Write null for an open end.",
						 "must be [low, high] or [low, high, degree]");
	band->low = -INFINITY;
	band->high = INFINITY;
	band->degree = 1;
	if (tree->items[0]->kind == JSON_IS_NULL &&
		tree->items[1]->kind == JSON_IS_NULL)
		return icp_fault(c, path, SYNTAX, "To ask whether a value is there at all, use known.",
						 "must have at least one end");
	if (tree->items[0]->kind != JSON_IS_NULL &&
		!read_end(c, &low, tree->items[0], node, &band->low))
		return false;
	if (tree->items[1]->kind != JSON_IS_NULL &&
		!read_end(c, &high, tree->items[1], node, &band->high))
		return false;
	if (band->low > band->high)
		return icp_fault(c, path, SYNTAX, NULL,
						 "low must not be greater than high");
	return tree->n == 2 ||
		icp_read_share(c, &degree, tree->items[2], &band->degree);
}

static bool
read_bands(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpNode *node)
{
	IcpBand    *bands;

	if (tree->kind != JSON_IS_ARRAY || tree->n == 0)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be an array of [low, high, degree]");
	bands = palloc(tree->n * sizeof(IcpBand));
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, NULL, i};

		if (!read_band(c, &place, tree->items[i], node, &bands[i]))
			return false;
	}
	node->n = tree->n;
	node->data = icp_store(c, bands, tree->n * sizeof(IcpBand));
	return true;
}

/* at_least and at_most: a band with one open end */
static bool
read_limit(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpNode *node)
{
	IcpBand		band = {-INFINITY, INFINITY, 1};

	if (!read_end(c, path, tree, node,
				  node->op == ICP_AT_LEAST ? &band.low : &band.high))
		return false;
	node->n = 1;
	node->data = icp_store(c, &band, sizeof(band));
	return true;
}

static bool
read_ramp(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		  IcpNode *node)
{
	IcpPath		low = {path, NULL, 0};
	IcpPath		high = {path, NULL, 1};

	if (tree->kind != JSON_IS_ARRAY || tree->n != 2)
		return icp_fault(c, path, SYNTAX, NULL, "must be [low, high]");
	if (!read_end(c, &low, tree->items[0], node, &node->a) ||
		!read_end(c, &high, tree->items[1], node, &node->b))
		return false;
	if (!(node->a < node->b) || !isfinite(node->b - node->a))
		return icp_fault(c, path, SYNTAX, NULL, "low must be less than high");
	return true;
}

/* The scale of near turns the test into its logarithmic form. */
static bool
read_scale(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpNode *node)
{
	if (tree->kind == JSON_IS_STRING && strcmp(tree->text, "log") == 0)
		node->op = ICP_NEAR_LOG;
	else if (tree->kind != JSON_IS_STRING || strcmp(tree->text, "linear") != 0)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be \"linear\" or \"log\"");
	return true;
}

/* {"ideal": 100, "halving": 50, "scale": "linear"} */
static bool
read_near(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		  IcpNode *node)
{
	bool		ideal = false;
	bool		halving = false;

	if (tree->kind != JSON_IS_OBJECT)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be an object with ideal and halving");
	for (int i = 0; i < tree->n; i++)
	{
		const char *key = tree->keys[i];
		IcpPath		place = {path, key, 0};
		bool		ok;

		if (strcmp(key, "ideal") == 0)
			ok = ideal = icp_read_number(c, &place, tree->items[i], &node->a);
		else if (strcmp(key, "halving") == 0)
			ok = halving = icp_read_number(c, &place, tree->items[i], &node->b);
		else if (strcmp(key, "scale") == 0)
			ok = read_scale(c, &place, tree->items[i], node);
		else
			return icp_fault(c, path, SYNTAX,
							 "Known keys are ideal, halving and scale.",
							 "unknown key \"%s\"", key);
		if (!ok)
			return false;
	}
	if (!ideal || !halving)
		return icp_fault(c, path, SYNTAX, NULL, "%s is missing",
						 ideal ? "halving" : "ideal");
	if (node->op == ICP_NEAR_LOG)
	{
		if (!(node->a > 0 && node->b > 1))
			return icp_fault(c, path, SYNTAX, "There the degree halves with each factor of halving.",
							 "on the log scale ideal must be greater than 0 and halving greater than 1");
		node->b = log(node->b);
	}
	else if (!(node->b > 0))
		return icp_fault(c, path, SYNTAX, NULL,
						 "halving must be greater than 0");
	return true;
}

/* A regular expression, compiled once here to see that it is one. */
static bool
read_regex(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpNode *node)
{
	regex_t		compiled;
	char		why[100];
	text	   *stored;
	pg_wchar   *wide;
	int			len;
	int			result;

	if (tree->kind != JSON_IS_STRING)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be a regular expression, not %s",
						 json_kind_name(tree));
	len = strlen(tree->text);
	wide = palloc((len + 1) * sizeof(pg_wchar));
	result = pg_regcomp(&compiled, wide,
						pg_mb2wchar_with_len(tree->text, wide, len),
						REG_ADVANCED | REG_NOSUB, DEFAULT_COLLATION_OID);
	if (result != REG_OKAY)
	{
		CHECK_FOR_INTERRUPTS(); /* one that came is reported as a fault */
		pg_regerror(result, &compiled, why, sizeof(why));
		return icp_fault(c, path, ERRCODE_INVALID_REGULAR_EXPRESSION, NULL,
						 "not a regular expression: %s", why);
	}
	pg_regfree(&compiled);
	stored = cstring_to_text_with_len(tree->text, len);
	node->n = VARSIZE(stored);
	node->data = icp_store(c, stored, node->n);
	return true;
}

static bool
read_flag(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		  IcpNode *node)
{
	if (tree->kind != JSON_IS_TRUE && tree->kind != JSON_IS_FALSE)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be true or false, not %s",
						 json_kind_name(tree));
	if (tree->kind == JSON_IS_TRUE)
		node->flags |= ICP_WANTED;
	return true;
}

#define A(kind) (1 << (kind))

const IcpTest icp_tests[] = {
	{"any_of", ICP_ANY_OF, read_set, A(ICP_TEXT)},
	{"none_of", ICP_NONE_OF, read_list, A(ICP_TEXT)},
	{"has_any", ICP_HAS_ANY, read_set, A(ICP_LIST)},
	{"has_all", ICP_HAS_ALL, read_list, A(ICP_LIST)},
	{"bands", ICP_BANDS, read_bands, A(ICP_NUMBER) | A(ICP_TIME)},
	{"at_least", ICP_AT_LEAST, read_limit, A(ICP_NUMBER) | A(ICP_TIME)},
	{"at_most", ICP_AT_MOST, read_limit, A(ICP_NUMBER) | A(ICP_TIME)},
	{"ramp", ICP_RAMP, read_ramp, A(ICP_NUMBER) | A(ICP_TIME)},
	{"near", ICP_NEAR, read_near, A(ICP_NUMBER)},
	{"prefix", ICP_PREFIX, read_set, A(ICP_TEXT)},
	{"matches", ICP_MATCHES, read_regex, A(ICP_TEXT)},
	{"is_true", ICP_IS_TRUE, read_flag, A(ICP_BOOL)},
	{"known", ICP_KNOWN, read_flag, ICP_ANY_KIND},
	{"all_of", ICP_ALL_OF, NULL, 0},
	{"best_of", ICP_BEST_OF, NULL, 0},
	{"sum_of", ICP_SUM_OF, NULL, 0},
	{"not", ICP_NOT, NULL, 0},
	{NULL}
};

/* The key under which a node was written. */
const char *
icp_test_name(const IcpNode *n)
{
	IcpOp		op = n->op == ICP_NEAR_LOG ? ICP_NEAR : n->op;

	for (const IcpTest *t = icp_tests; t->key != NULL; t++)
		if (t->op == op)
			return t->key;
	return NULL;
}
