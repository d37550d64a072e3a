/*
 * parse.h
 *		Between the parts of the profile's compiler.
 */
#ifndef ABM_ICP_PARSE_H
#define ABM_ICP_PARSE_H

#include "icp/icp.h"
#include "icp/json.h"

/* Where in the document the compiler stands. */
typedef struct IcpPath
{
	const struct IcpPath *up;
	const char *key;			/* NULL: index */
	int			index;
} IcpPath;

typedef struct IcpCompiler
{
	SoftErrors	soft;
	IcpNode    *nodes;
	int			nnodes;
	int			room;
	bool		fixed;			/* "attributes" names them all */
	int			nattributes;
	IcpAttribute attributes[ICP_MAX_ATTRIBUTES];
	int			criterion;		/* being read */
	double		typical[ICP_MAX_CRITERIA];
	StringInfoData data;		/* begins with room for the header */
} IcpCompiler;

/* A test: how its argument is written and which values it can read. */
typedef struct IcpTest
{
	const char *key;
	IcpOp		op;
	bool		(*read) (IcpCompiler *c, const IcpPath *path,
						 const JsonTree *tree, IcpNode *node);
	int			kinds;
} IcpTest;

#define IS_COMBINATOR(op) ((op) >= ICP_ALL_OF)

extern const IcpTest icp_tests[];

extern bool icp_fault(IcpCompiler *c, const IcpPath *path, int code,
					  const char *hint, const char *format,...) pg_attribute_printf(5, 6);
extern int	icp_store(IcpCompiler *c, const void *data, int size);
extern bool icp_read_number(IcpCompiler *c, const IcpPath *path,
							const JsonTree *tree, double *number);
extern bool icp_read_share(IcpCompiler *c, const IcpPath *path,
						   const JsonTree *tree, double *share);
extern void icp_make_set(IcpCompiler *c, const IcpItem *items, int n,
						 IcpNode *node);
extern void icp_make_vocabularies(IcpCompiler *c);
extern bool icp_read_attribute(IcpCompiler *c, const IcpPath *path,
							   const JsonTree *tree, int16 *attribute);
extern bool icp_read_part(IcpCompiler *c, const IcpPath *path,
						  const JsonTree *tree, int depth, bool against);

#endif							/* ABM_ICP_PARSE_H */
