/*
 * parse.c
 *		From the JSON text of a profile to its compiled form.
 *
 * Everything that can be wrong with a profile is found here, with the path to
 * the fault, so that scoring checks nothing.
 */
#include "abm.h"

#include <math.h>

#include "icp/parse.h"

#define SYNTAX ERRCODE_INVALID_PARAMETER_VALUE

static bool
read_criteria(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
			  IcpProfile *p)
{
	if (tree->kind != JSON_IS_ARRAY || tree->n == 0)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be an array of one or more criteria");
	if (tree->n > ICP_MAX_CRITERIA)
		return icp_fault(c, path, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
						 "a profile has at most %d criteria",
						 ICP_MAX_CRITERIA);
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, NULL, i};
		int			at = c->nnodes;

		c->criterion = i;
		c->typical[i] = 0.5;
		if (!icp_read_part(c, &place, tree->items[i], 0, false))
			return false;
		p->weight += Max(c->nodes[at].weight, 0);
	}
	p->ncriteria = tree->n;
	if (p->weight <= 0)
		return icp_fault(c, path, SYNTAX, "Give at least one criterion a weight above 0.",
						 "the positive weights must not sum to 0");
	return true;
}

static bool
read_tiers(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
		   IcpProfile *p)
{
	double	   *tiers;

	if (tree->kind != JSON_IS_ARRAY || tree->n == 0)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be an array of scores, best first");
	tiers = palloc(tree->n * sizeof(double));
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, NULL, i};

		if (!icp_read_number(c, &place, tree->items[i], &tiers[i]))
			return false;
		if (i > 0 && !(tiers[i] < tiers[i - 1]))
			return icp_fault(c, &place, SYNTAX, NULL,
							 "must be less than the one before");
	}
	p->ntiers = tree->n;
	p->tiers = icp_store(c, tiers, tree->n * sizeof(double));
	return true;
}

static bool
read_attributes(IcpCompiler *c, const IcpPath *path, const JsonTree *tree)
{
	if (tree->kind != JSON_IS_ARRAY || tree->n == 0)
		return icp_fault(c, path, SYNTAX, NULL,
						 "must be an array of attribute names");
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, NULL, i};
		int16		attribute;

		if (!icp_read_attribute(c, &place, tree->items[i], &attribute))
			return false;
		if (attribute != i)
			return icp_fault(c, &place, SYNTAX, NULL,
							 "\"%s\" appears twice", tree->items[i]->text);
	}
	c->fixed = true;
	return true;
}

/* intercept and scale; after the criteria, whose typical degrees it needs */
static bool
read_probability(IcpCompiler *c, const IcpPath *path, const JsonTree *tree,
				 IcpProfile *p)
{
	IcpOdds    *odds;
	Size		size = offsetof(IcpOdds, typical) + p->ncriteria * sizeof(double);

	if (tree->kind != JSON_IS_OBJECT)
		return icp_fault(c, path, SYNTAX, NULL, "must be an object, not %s",
						 json_kind_name(tree));
	odds = palloc(size);
	odds->intercept = odds->scale = NAN;
	memcpy(odds->typical, c->typical, p->ncriteria * sizeof(double));
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, tree->keys[i], 0};
		bool		intercept = strcmp(tree->keys[i], "intercept") == 0;

		if (!intercept && strcmp(tree->keys[i], "scale") != 0)
			return icp_fault(c, path, SYNTAX, "Known keys are intercept and scale.",
							 "unknown key \"%s\"", tree->keys[i]);
		if (!icp_read_number(c, &place, tree->items[i],
							 intercept ? &odds->intercept : &odds->scale))
			return false;
	}
	if (!(fabs(odds->intercept) <= ICP_MAX_WEIGHT && odds->scale >= 0 &&
		  odds->scale <= ICP_MAX_WEIGHT))
		return icp_fault(c, path, SYNTAX, "icp_learn() makes both.",
						 "needs an intercept and a scale from 0 on, of at most %g in size",
						 ICP_MAX_WEIGHT);
	p->odds = icp_store(c, odds, size);
	return true;
}

/* No object anywhere has a key twice. */
static bool
check_keys(IcpCompiler *c, const IcpPath *path, const JsonTree *tree)
{
	const char *repeated;

	if (tree->kind == JSON_IS_OBJECT &&
		(repeated = json_repeated_key(tree)) != NULL)
		return icp_fault(c, path, SYNTAX, NULL, "key \"%s\" appears twice",
						 repeated);
	for (int i = 0; i < tree->n; i++)
	{
		IcpPath		place = {path, NULL, i};

		if (tree->kind == JSON_IS_OBJECT)
			place.key = tree->keys[i];
		if (!check_keys(c, &place, tree->items[i]))
			return false;
	}
	return true;
}

/* The value of a top-level key, and the keys known there. */
static bool
read_top(IcpCompiler *c, const JsonTree *tree, IcpProfile *p)
{
	static const char *const keys[] = {
		"attributes", "criteria", "tiers", "probability"
	};
	const JsonTree *values[lengthof(keys)] = {NULL};

	for (int i = 0; i < tree->n; i++)
	{
		int			k = 0;

		while (k < lengthof(keys) && strcmp(keys[k], tree->keys[i]) != 0)
			k++;
		if (k == lengthof(keys))
			return icp_fault(c, NULL, SYNTAX, "Known keys are attributes, criteria, tiers and probability.",
							 "unknown key \"%s\"", tree->keys[i]);
		values[k] = tree->items[i];
	}
	for (int k = 0; k < lengthof(keys); k++)
	{
		IcpPath		path = {NULL, keys[k], 0};

		if (values[k] == NULL)
			continue;
		if (!(k == 0 ? read_attributes(c, &path, values[k]) :
			  k == 1 ? read_criteria(c, &path, values[k], p) :
			  k == 2 ? read_tiers(c, &path, values[k], p) :
			  read_probability(c, &path, values[k], p)))
			return false;
	}
	if (values[1] == NULL)
		return icp_fault(c, NULL, SYNTAX, NULL, "a profile needs criteria");
	return true;
}

/* The whole value: header, data, nodes, attributes, text. */
static IcpProfile *
assemble(IcpCompiler *c, const JsonTree *tree, IcpProfile *head)
{
	StringInfoData text;
	IcpProfile *p;

	icp_make_vocabularies(c);
	initStringInfo(&text);
	json_write(&text, tree);
	head->layout = ICP_LAYOUT;
	head->nnodes = c->nnodes;
	head->nattributes = c->nattributes;
	head->nodes = icp_store(c, c->nodes, c->nnodes * sizeof(IcpNode));
	head->attributes = icp_store(c, c->attributes,
								 c->nattributes * sizeof(IcpAttribute));
	head->text_len = text.len;

	head->text = icp_store(c, text.data, text.len + 1);
	p = (IcpProfile *) c->data.data;
	memcpy(p, head, sizeof(IcpProfile));
	SET_VARSIZE(p, c->data.len);
	return p;
}

/* Compile; NULL after a soft error. */
IcpProfile *
icp_parse(char *json, int len, int syntax_code, SoftErrors soft)
{
	IcpCompiler *c = palloc0(sizeof(IcpCompiler));
	IcpProfile	head = {0};
	const char *why = NULL;
	JsonTree   *tree;

	c->soft = soft;
	c->room = 32;
	c->nodes = palloc(c->room * sizeof(IcpNode));
	initStringInfo(&c->data);
	appendBinaryStringInfo(&c->data, (char *) &head, sizeof(head));
	if (len > ICP_MAX_JSON)
	{
		icp_fault(c, NULL, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
				  "a profile must not be longer than %d bytes", ICP_MAX_JSON);
		return NULL;
	}
	tree = json_tree(json, len, &why);
	if (tree == NULL)
		soft_error(soft,
				   (errcode(syntax_code),
					errmsg("profile is not valid JSON"),
					errdetail_internal("%s", why)));
	else if (tree->kind != JSON_IS_OBJECT)
		soft_error(soft,
				   (errcode(syntax_code),
					errmsg("profile must be a JSON object, not %s",
						   json_kind_name(tree))));
	else if (check_keys(c, NULL, tree) && read_top(c, tree, &head))
		return assemble(c, tree, &head);
	return NULL;
}
