/*
 * json.h
 *		A JSON document as a tree that keeps the order of keys.
 */
#ifndef ABM_ICP_JSON_H
#define ABM_ICP_JSON_H

#include "abm.h"

#include "lib/stringinfo.h"

typedef enum JsonKind
{
	JSON_IS_NULL, JSON_IS_TRUE, JSON_IS_FALSE, JSON_IS_NUMBER, JSON_IS_STRING,
	JSON_IS_ARRAY, JSON_IS_OBJECT
} JsonKind;

typedef struct JsonTree
{
	JsonKind	kind;
	char	   *text;			/* of a string, without escapes; of a number */
	int			n;				/* items of an array or an object */
	int			room;
	struct JsonTree **items;
	char	  **keys;			/* of an object */
	struct JsonTree *up;
} JsonTree;

extern JsonTree *json_tree(char *json, int len, const char **why);
extern const char *json_repeated_key(const JsonTree *object);
extern JsonTree *json_get(const JsonTree *object, const char *key);
extern void json_set(JsonTree *object, const char *key, JsonTree *value);
extern const char *json_kind_name(const JsonTree *tree);
extern void json_write(StringInfo out, const JsonTree *tree);

#endif							/* ABM_ICP_JSON_H */
