/*
 * state_large.c
 *		The state kit: large states of aggregates that do not group.
 *
 * nodeAgg copies a state that has moved: the one state of a population would
 * be written twice whenever it grows, the second time in small pages and
 * without a chance to be interrupted.  Once it is large it becomes an
 * expanded object, whose memory grows where it is or is moved page by page,
 * and which is copied only when somebody asks for its flat form.
 *
 * States of groups never become one: HashAgg would look at the contexts of
 * all of them whenever a group begins.
 */
#include "state_form.h"

#include "nodes/execnodes.h"
#include "utils/memutils.h"

#include "large.h"

static LargeState *
large_of(ExpandedObjectHeader *object)
{
	return (LargeState *) object;
}

/* What is in use of an open state is its beginning. */
static Size
large_flat_size(ExpandedObjectHeader *object)
{
	const LargeState *large = large_of(object);

	return state_used(large->head, large->type) +
		state_tail(large->head, large->type);
}

static void
large_flatten(ExpandedObjectHeader *object, void *result, Size size)
{
	memcpy_large(result, (const char *) large_of(object)->head, size);
	SET_VARSIZE(result, size);
	head_of(result)->flags &= ~STATE_LARGE;
}

const ExpandedObjectMethods large_methods = {
	large_flat_size, large_flatten
};

static Datum
large_make(MemoryContext parent, const StateType *type, const StateHead *from)
{
	MemoryContext context = AllocSetContextCreate(parent, "large state",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	LargeState *large = palloc(sizeof(LargeState));

	EOH_init_header(&large->object, &large_methods, context);
	large->type = type;
	large->head = palloc_large(VARSIZE(from));
	memcpy_large((char *) large->head, (const char *) from,
				 state_used(from, type) + state_tail(from, type));
	large->head->flags |= STATE_LARGE;
	MemoryContextSwitchTo(caller);
	return EOHPGetRWDatum(&large->object);
}

/*
 * The result of a transition whose state is not where it was.  Called by hand
 * rather than by an aggregate, it may be stored, so it leaves sealed.
 */
Datum
state_keep(FunctionCallInfo fcinfo, const StateType *type, void *state)
{
	LargeState *large = PG_ARGISNULL(0) ? NULL : large_find(PG_GETARG_POINTER(0));
	MemoryContext aggregate;

	if (!in_aggregate(fcinfo))
		return PointerGetDatum(state_sealed(state, type));
	if (large != NULL)
	{
		Assert(head_of(state)->flags & STATE_LARGE);
		Assert(GetMemoryChunkContext(state) == large->object.eoh_context);
		large->head = state;
		return PG_GETARG_DATUM(0);
	}
	if (VARSIZE(state) <= LARGE_STATE ||
		!IsA(fcinfo->context, AggState) ||
		((AggState *) fcinfo->context)->aggstrategy != AGG_PLAIN ||
		!AggCheckCallContext(fcinfo, &aggregate))
		return PointerGetDatum(state);
	return large_make(aggregate, type, state);
}
