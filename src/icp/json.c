/*
 * json.c
 *		A JSON document as a tree that keeps the order of keys.
 *
 * jsonb would sort the keys and drop repeated ones silently; a profile keeps
 * the order in which a person wrote it, and a repeated key is a fault.  The
 * reading itself is done by the server's own parser.
 */
#include "abm.h"

#include "common/jsonapi.h"
#include "icp/json.h"
#include "mb/pg_wchar.h"
#include "utils/json.h"

#define JSON_MAX_DEPTH 100

typedef struct JsonBuilder
{
	JsonTree   *root;
	JsonTree   *open;			/* the innermost container being read */
	char	   *key;			/* of the value that comes next */
	int			depth;
	bool		too_deep;
} JsonBuilder;

/* Put a value at the end of a container. */
static void
json_append(JsonTree *up, char *key, JsonTree *tree)
{
	tree->up = up;
	if (up->n == up->room)
	{
		int			room = Max(4, 2 * up->room);

		up->items = up->room == 0 ? palloc(room * sizeof(JsonTree *)) :
			repalloc(up->items, room * sizeof(JsonTree *));
		up->keys = up->room == 0 ? palloc(room * sizeof(char *)) :
			repalloc(up->keys, room * sizeof(char *));
		up->room = room;
	}
	up->keys[up->n] = key;
	up->items[up->n++] = tree;
}

/* Hang a new value into the container that is open. */
static JsonTree *
json_add(JsonBuilder *b, JsonKind kind)
{
	JsonTree   *tree = palloc0(sizeof(JsonTree));

	tree->kind = kind;
	if (b->open == NULL)
		b->root = tree;
	else
		json_append(b->open, b->key, tree);
	return tree;
}

static void
json_open(JsonBuilder *b, JsonKind kind)
{
	if (++b->depth > JSON_MAX_DEPTH)
		b->too_deep = true;
	if (!b->too_deep)
		b->open = json_add(b, kind);
}

static void
json_close(JsonBuilder *b)
{
	b->depth--;
	if (!b->too_deep)
		b->open = b->open->up;
}

static JSON_ACTION
on_object(void *state)
{
	json_open(state, JSON_IS_OBJECT);
	return JSON_ACTION_DONE;
}

static JSON_ACTION
on_array(void *state)
{
	json_open(state, JSON_IS_ARRAY);
	return JSON_ACTION_DONE;
}

static JSON_ACTION
on_close(void *state)
{
	json_close(state);
	return JSON_ACTION_DONE;
}

static JSON_ACTION
on_field(void *state, char *key, bool isnull)
{
	((JsonBuilder *) state)->key = key;
	return JSON_ACTION_DONE;
}

static JSON_ACTION
on_scalar(void *state, char *token, JsonTokenType type)
{
	JsonBuilder *b = state;
	JsonTree   *tree;

	if (!b->too_deep)
	{
		tree = json_add(b, type == JSON_TOKEN_STRING ? JSON_IS_STRING :
						type == JSON_TOKEN_NUMBER ? JSON_IS_NUMBER :
						type == JSON_TOKEN_TRUE ? JSON_IS_TRUE :
						type == JSON_TOKEN_FALSE ? JSON_IS_FALSE :
						JSON_IS_NULL);
		tree->text = token;
	}
	return JSON_ACTION_DONE;
}

/*
 * The tree of a JSON document; NULL, and why, when there is none.
 */
JsonTree *
json_tree(char *json, int len, const char **why)
{
	JsonBuilder b = {0};
	JsonSemAction actions = {0};
	JsonLexContext *lex = json_lexer(json, len);
	JsonParseErrorType result;

	actions.semstate = &b;
	actions.object_start = on_object;
	actions.object_end = on_close;
	actions.array_start = on_array;
	actions.array_end = on_close;
	actions.object_field_start = on_field;
	actions.scalar = on_scalar;
	result = pg_parse_json(lex, &actions);
	if (result != JSON_SUCCESS)
		*why = json_errdetail(result, lex);
	else if (b.too_deep)
		*why = psprintf("The document is nested more than %d levels deep.",
						JSON_MAX_DEPTH);
	else
		return b.root;
	return NULL;
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* A key that an object has twice; NULL when there is none. */
const char *
json_repeated_key(const JsonTree *object)
{
	char	  **keys;

	if (object->n < 2)
		return NULL;
	keys = palloc(object->n * sizeof(char *));
	memcpy(keys, object->keys, object->n * sizeof(char *));
	qsort(keys, object->n, sizeof(char *), compare_keys);
	for (int i = 1; i < object->n; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			return keys[i];
	pfree(keys);
	return NULL;
}

static int
json_find(const JsonTree *object, const char *key)
{
	int			i = 0;

	while (i < object->n && strcmp(object->keys[i], key) != 0)
		i++;
	return i;
}

/* The value of a key; NULL when it is not there. */
JsonTree *
json_get(const JsonTree *object, const char *key)
{
	int			i = json_find(object, key);

	return i < object->n ? object->items[i] : NULL;
}

/* Give a key a value, at the end if it is new. */
void
json_set(JsonTree *object, const char *key, JsonTree *value)
{
	int			i = json_find(object, key);

	if (i == object->n)
		json_append(object, pstrdup(key), value);
	else
		object->items[i] = value;
}

/* What a value is, for messages. */
const char *
json_kind_name(const JsonTree *tree)
{
	static const char *const names[] = {
		"null", "true", "false", "a number", "a string", "an array",
		"an object"
	};

	return names[tree->kind];
}

static void
json_write_items(StringInfo out, const JsonTree *tree)
{
	bool		object = tree->kind == JSON_IS_OBJECT;

	appendStringInfoChar(out, object ? '{' : '[');
	for (int i = 0; i < tree->n; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		if (object)
		{
			escape_json(out, tree->keys[i]);
			appendStringInfoString(out, ": ");
		}
		json_write(out, tree->items[i]);
	}
	appendStringInfoChar(out, object ? '}' : ']');
}

/* The document again, in one line, numbers as they were written. */
void
json_write(StringInfo out, const JsonTree *tree)
{
	switch (tree->kind)
	{
		case JSON_IS_ARRAY:
		case JSON_IS_OBJECT:
			json_write_items(out, tree);
			break;
		case JSON_IS_STRING:
			escape_json(out, tree->text);
			break;
		default:
			appendStringInfoString(out, tree->text);
	}
}
