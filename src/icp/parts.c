/*
 * parts.c
 *		How the criteria of a profile and their parts are written.
 *
 * Nodes are stored in the order of writing, each combinator before its parts.
 */
#include "abm.h"

#include <math.h>

#include "icp/parse.h"

#define SYNTAX ERRCODE_INVALID_PARAMETER_VALUE
#define ALIGN8(n) TYPEALIGN(8, n)

static void
write_path(StringInfo out, const IcpPath *path)
{
	if (path == NULL)
		return;
	write_path(out, path->up);
	if (path->key == NULL)
		appendStringInfo(out, "[%d]", path->index);
	else
		appendStringInfo(out, "%s%s", out->len > 0 ? "." : "", path->key);
}

/* Report a fault at a place; false, for those errors that are soft. */
bool
icp_fault(IcpCompiler *c, const IcpPath *path, int code, const char *hint,
		  const char *format,...)
{
	StringInfoData message;
	va_list		args;
	int			needed;
	int			start;

	initStringInfo(&message);
	write_path(&message, path);
	if (path != NULL)
		appendStringInfoString(&message, ": ");
	start = message.len;
	for (;;)
	{
		va_start(args, format);
		needed = appendStringInfoVA(&message, format, args);
		va_end(args);
		if (needed == 0)
			break;
		message.len = start;
		enlargeStringInfo(&message, needed);
	}
	soft_error(c->soft,
			   (errcode(code), errmsg_internal("%s", message.data),
				hint == NULL ? 0 : errhint("%s", hint)));
	return false;
}

/* Put something at the end of the value; its offset. */
int
icp_store(IcpCompiler *c, const void *data, int size)
{
	static const char zeros[8] = {0};
	int			at;

	appendBinaryStringInfo(&c->data, zeros, ALIGN8(c->data.len) - c->data.len);
	at = c->data.len;
	appendBinaryStringInfo(&c->data, data, size);
	return at;
}

bool
icp_read_number(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
				double *number)
{
	if (tree->kind != JSON_IS_NUMBER)
		return icp_fault(c, path, SYNTAX, NULL, "must be a number, not %s",
						 json_kind_name(tree));
	if (!icp_number(tree->text, number))
		return icp_fault(c, path, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, NULL,
						 "number %s is out of range", tree->text);
	return true;
}

/* A degree: 0 to 1. */
bool
icp_read_share(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
			   double *share)
{
	if (!icp_read_number(c, path, tree, share))
		return false;
	if (*share < 0 || *share > 1)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be between 0 and 1, not %s", tree->text);
	return true;
}

static bool
read_string(IcpCompiler *c, const IcpPath *path, const JsonTree *tree)
{
	if (tree->kind == JSON_IS_STRING && tree->text[0] != '\0')
		return true;
	return icp_fault(c, path, SYNTAX, NULL, "must be a string, not %s",
					 tree->kind == JSON_IS_STRING ? "empty" :
					 json_kind_name(tree));
}

/* The number of an attribute, which is new unless it was mentioned before. */
bool
icp_read_attribute(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
				   int16 *attribute)
{
	if (!read_string(c, path, tree))
		return false;
	for (int i = 0; i < c->nattributes; i++)
		if (strcmp(c->data.data + c->attributes[i].name, tree->text) == 0)
		{
			*attribute = i;
			return true;
		}
	if (c->fixed)
		return icp_fault(c, path, SYNTAX, NULL,
						 "\"%s\" is not among the profile's attributes",
						 tree->text);
	if (c->nattributes == ICP_MAX_ATTRIBUTES)
		return icp_fault(c, path, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
						 "a profile has at most %d attributes",
						 ICP_MAX_ATTRIBUTES);
	*attribute = c->nattributes++;
	c->attributes[*attribute].name = icp_store(c, tree->text,
											   strlen(tree->text) + 1);
	c->attributes[*attribute].kinds = ICP_ANY_KIND;
	return true;
}

/* needs: an attribute or a list of them */
static bool
read_needs(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpNode *node)
{
	bool		array = tree->kind == JSON_IS_ARRAY;
	int			n = array ? tree->n : 1;
	int32	   *needs = palloc(Max(n, 1) * sizeof(int32));

	if (n == 0 || n > ICP_MAX_ATTRIBUTES)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be an attribute or a list of attributes");
	for (int i = 0; i < n; i++)
	{
		IcpPath		place = {path, NULL, i};
		int16		attribute;

		if (!icp_read_attribute(c, array ? &place : path,
								array ? tree->items[i] : tree, &attribute))
			return false;
		needs[i] = attribute;
	}
	node->nneeds = n;
	node->needs = icp_store(c, needs, n * sizeof(int32));
	return true;
}

static bool
read_weight(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
			IcpNode *node)
{
	double		size;

	if (!icp_read_number(c, path, tree, &node->weight))
		return false;
	size = fabs(node->weight);
	if (size > ICP_MAX_WEIGHT || (size != 0 && size < ICP_MIN_WEIGHT))
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be 0 or between %g and %g in size, not %s",
						 ICP_MIN_WEIGHT, ICP_MAX_WEIGHT, tree->text);
	return true;
}

/* The parts of a combinator, or the one part of not. */
static bool
read_parts(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpOp op, int depth, bool against)
{
	if (depth >= ICP_MAX_DEPTH)
		return icp_fault(c, path, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
						 "parts are nested more than %d deep", ICP_MAX_DEPTH);
	if (op == ICP_NOT)
		return icp_read_part(c, path, tree, depth + 1, !against);
	if (tree->kind != JSON_IS_ARRAY || tree->n == 0)
		return icp_fault(c, path, SYNTAX, NULL, "must be an array of parts");
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, NULL, i};

		if (!icp_read_part(c, &place, tree->items[i], depth + 1, against))
			return false;
	}
	return true;
}

static const IcpTest *
find_test(const char *key)
{
	for (const IcpTest *t = icp_tests; t->key != NULL; t++)
		if (strcmp(t->key, key) == 0)
			return t;
	return NULL;
}

static bool
unknown_key(IcpCompiler *c, const IcpPath *path, const char *key,
			bool criterion)
{
	StringInfoData hint;

	initStringInfo(&hint);
	appendStringInfo(&hint, "Known keys are name, attribute, %sscore, else, if_unknown, needs",
					 criterion ? "weight, required, typical, " : "");
	for (const IcpTest *t = icp_tests; t->key != NULL; t++)
		appendStringInfo(&hint, ", %s", t->key);
	appendStringInfoChar(&hint, '.');
	return icp_fault(c, path, SYNTAX, hint.data, "unknown key \"%s\"", key);
}

/* A key that says how a part counts; *found says whether it was one. */
static bool
read_setting(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
			 IcpNode *node, bool criterion, bool *found)
{
	const char *key = path->key;

	*found = true;
	if (strcmp(key, "name") == 0)
	{
		if (!read_string(c, path, tree))
			return false;
		node->name = icp_store(c, tree->text, strlen(tree->text) + 1);
		return true;
	}
	if (strcmp(key, "attribute") == 0)
		return icp_read_attribute(c, path, tree, &node->attribute);
	if (strcmp(key, "score") == 0)
		return icp_read_share(c, path, tree, &node->score);
	if (strcmp(key, "else") == 0)
		return icp_read_share(c, path, tree, &node->otherwise);
	if (strcmp(key, "needs") == 0)
		return read_needs(c, path, tree, node);
	if (strcmp(key, "if_unknown") == 0)
	{
		node->flags |= ICP_IF_UNKNOWN;
		return icp_read_share(c, path, tree, &node->if_unknown);
	}
	if (criterion && strcmp(key, "weight") == 0)
		return read_weight(c, path, tree, node);
	if (criterion && strcmp(key, "typical") == 0)
		return icp_read_share(c, path, tree, &c->typical[c->criterion]);
	if (criterion && strcmp(key, "required") == 0)
	{
		if (tree->kind != JSON_IS_TRUE && tree->kind != JSON_IS_FALSE)
			return icp_fault(c, path, SYNTAX, NULL,
							 "must be true or false, not %s",
							 json_kind_name(tree));
		if (tree->kind == JSON_IS_TRUE)
			node->flags |= ICP_REQUIRED;
		return true;
	}
	*found = false;
	return true;
}

/* All keys of a part but the test, which the caller reads. */
static bool
read_settings(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
			  IcpNode *node, bool criterion, const IcpTest **test,
			  const JsonTree **argument)
{
	*test = NULL;
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, tree->keys[i], 0};
		const IcpTest *other = find_test(tree->keys[i]);
		bool		found;

		if (other != NULL && *test != NULL)
			return icp_fault(c, path, SYNTAX, "Combine tests with all_of, best_of or sum_of.",
							 "must have one test, not both %s and %s",
							 (*test)->key, other->key);
		if (other != NULL)
		{
			*test = other;
			*argument = tree->items[i];
			continue;
		}
		if (!read_setting(c, &place, tree->items[i], node, criterion, &found))
			return false;
		if (!found)
			return unknown_key(c, path, tree->keys[i], criterion);
	}
	if (*test == NULL)
		return icp_fault(c, path, SYNTAX, "A test is for example any_of, bands or at_least.",
						 "has no test");
	return true;
}

/* The test of a leaf, and that other tests of its attribute agree with it. */
static bool
read_test(IcpCompiler *c, const IcpPath *path, const IcpTest *test,
		  const JsonTree *argument, IcpNode *node)
{
	IcpPath		place = {path, test->key, 0};
	int32	   *kinds;

	if (node->attribute < 0)
		return icp_fault(c, path, SYNTAX, NULL, "%s needs an attribute",
						 test->key);
	node->kinds = test->kinds;
	if (!test->read(c, &place, argument, node))
		return false;
	kinds = &c->attributes[node->attribute].kinds;
	*kinds &= node->kinds;
	if (*kinds == 0)
		return icp_fault(c, &place, SYNTAX, "No value can be, for example, a text and a number at once.",
						 "attribute \"%s\" is read as something else by another test",
						 c->data.data + c->attributes[node->attribute].name);
	return true;
}

/* A combinator has no attribute of its own. */
static bool
read_combinator(IcpCompiler *c, const IcpPath *path, const IcpTest *test,
				const JsonTree *argument, IcpNode *node, int depth)
{
	IcpPath		place = {path, test->key, 0};

	if (node->attribute >= 0 || !isnan(node->otherwise))
		return icp_fault(c, path, SYNTAX, NULL, "%s does not belong with %s",
						 node->attribute >= 0 ? "attribute" : "else",
						 test->key);
	return read_parts(c, &place, argument, test->op, depth,
					  (node->flags & ICP_AGAINST) != 0);
}

/* A place for one more node. */
static int
add_node(IcpCompiler *c, const IcpPath *path)
{
	if (c->nnodes == ICP_MAX_NODES)
	{
		icp_fault(c, path, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
				  "a profile has at most %d tests and combinators",
				  ICP_MAX_NODES);
		return -1;
	}
	if (c->nnodes == c->room)
	{
		c->room *= 2;
		c->nodes = repalloc(c->nodes, c->room * sizeof(IcpNode));
	}
	return c->nnodes++;
}

/* A criterion (depth 0) or a part of one. */
bool
icp_read_part(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
			  int depth, bool against)
{
	IcpNode		node = {0};
	const IcpTest *test;
	const JsonTree *argument = NULL;
	int			at = add_node(c, path);

	if (at < 0)
		return false;
	if (tree->kind != JSON_IS_OBJECT)
		return icp_fault(c, path, SYNTAX, NULL, "must be an object, not %s",
						 json_kind_name(tree));
	node.attribute = -1;
	node.score = 1;
	node.otherwise = NAN;
	node.weight = NAN;
	if (!read_settings(c, path, tree, &node, depth == 0, &test, &argument))
		return false;
	node.op = test->op;
	if (isnan(node.weight))
		node.weight = node.flags & ICP_REQUIRED ? 0 : 1;
	if ((node.flags & ICP_REQUIRED) && node.weight < 0)
		return icp_fault(c, path, SYNTAX, "Use not to require the opposite.",
						 "a required criterion must not have a negative weight");
	if (against || node.weight < 0)
		node.flags |= ICP_AGAINST;
	if (!(IS_COMBINATOR(test->op) ?
		  read_combinator(c, path, test, argument, &node, depth) :
		  read_test(c, path, test, argument, &node)))
		return false;
	if (isnan(node.otherwise))
		node.otherwise = 0;
	node.next = c->nnodes;
	c->nodes[at] = node;
	return true;
}
