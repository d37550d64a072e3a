/*
 * transitions.c
 *		From which label to which, how often and how fast; and where it ends.
 *
 * A move is from one visit to the next.  Who is still in its last visit is
 * counted too: as a move that has not happened yet, so that the shares of a
 * label add up to one.
 */
#include "estimate.h"
#include "journeys.h"
#include "marks.h"

typedef struct Move
{
	int32		from;
	int32		to;				/* the same as from: still there */
	int64		usecs;			/* of the visit */
} Move;

typedef struct Transitions
{
	StateHead	head;
	int32		dict_bytes;
	TimestampTz as_of;
	Move		move[FLEXIBLE_ARRAY_MEMBER];
} Transitions;

static const StateField transitions_fields[] = {
	{"as_of", FIELD_TIME, offsetof(Transitions, as_of), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static const StateField move_fields[] = {
	{"from", FIELD_LABEL, offsetof(Move, from), false, NULL},
	{"to", FIELD_LABEL, offsetof(Move, to), false, NULL},
	{"days", FIELD_DURATION, offsetof(Move, usecs), false, NULL},
	{NULL, 0, 0, false, NULL}
};

static int
move_compare(const void *a, const void *b, void *arg)
{
	const Move *x = a;
	const Move *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return (x->usecs > y->usecs) - (x->usecs < y->usecs);
}

/* In 64 bits: two labels, and whole seconds. */
#define SECOND_BITS (64 - 2 * EVENT_LABEL_BITS)

static bool
move_pack(void *packed, const void *item)
{
	const Move *move = item;
	StateKey   *key = packed;
	int64		seconds = move->usecs / USECS_PER_SEC;

	if (seconds * USECS_PER_SEC != move->usecs ||
		seconds >= INT64CONST(1) << SECOND_BITS)
		return false;
	key->bits = (uint64) move->from << (64 - EVENT_LABEL_BITS) |
		(uint64) move->to << SECOND_BITS | (uint64) seconds;
	return true;
}

static void
move_unpack(void *item, const void *packed)
{
	uint64		bits = ((const StateKey *) packed)->bits;
	int64		seconds = bits & ((UINT64CONST(1) << SECOND_BITS) - 1);

	*(Move *) item = (Move)
	{
		(int32) (bits >> (64 - EVENT_LABEL_BITS)),
			(int32) (bits >> SECOND_BITS) & (MAX_LABELS - 1),
			seconds * USECS_PER_SEC
	};
}

static void
moves_recode(void *items, int n, const StateCodes *codes)
{
	StateKey   *key = items;

	for (int i = 0; i < n; i++)
	{
		Move		move;

		CHECK_EVERY(i, 0xFFFF);
		move_unpack(&move, &key[i]);
		move.from = codes->of[0][move.from];
		move.to = codes->of[0][move.to];
		move_pack(&key[i], &move);
	}
}

static const StatePacking move_packing = {
	.size = sizeof(StateKey),.pack = move_pack,.unpack = move_unpack,
	.recode = moves_recode
};

/* Moves up to one moment would be counted again among those up to another. */
static void
transitions_check(const Transitions *t, TimestampTz as_of)
{
	if (t->as_of != as_of)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot merge transitions up to different moments"),
				 errhint("Group by as_of.")));
}

static void
transitions_absorb(void *a, const void *b)
{
	transitions_check(a, ((const Transitions *) b)->as_of);
}

static const StateType transitions_type = {
	.name = "transitions",.kind = 12,.version = 1,
	.fixed_size = offsetof(Transitions, move),.item_size = sizeof(Move),
	.dicts_offset = offsetof(Transitions, dict_bytes),.ndicts = 1,
	.max_labels = MAX_LABELS,.max_items = 50000000,
	.fields = transitions_fields,.items_name = "moves",
	.item_fields = move_fields,.compare = move_compare,
	.packings = &move_packing,.npackings = 1,.absorb = transitions_absorb
};

/* The moves of one entity up to as_of. */
static void *
transitions_add(void *state, const Events *events, TimestampTz as_of)
{
	int			next = 0;
	Visit		visit;

	while (events_visit(events, &next, as_of, &visit))
	{
		const Dict *labels = events->labels;
		int			to = visit.last ? visit.label : events->event[next].label;
		Move		move = {0, 0, elapsed(visit.from, visit.to)};

		move.from = state_label(&state, &transitions_type, 0,
								dict_text(labels, visit.label),
								dict_len(labels, visit.label));
		move.to = state_label(&state, &transitions_type, 0,
							  dict_text(labels, to), dict_len(labels, to));
		state = state_append(state, &transitions_type, &move);
	}
	return state;
}

/*
 * Rates
 */

/* The moves between two labels stand together. */
typedef struct Flow
{
	int			from;
	int			to;
	int			first;			/* move */
	int64		n;
} Flow;

static int
flow_compare(const void *a, const void *b)
{
	const Flow *x = a;
	const Flow *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) :
		(x->to > y->to) - (x->to < y->to);
}

/* All flows out of a label, from its first move on; their number. */
static int
flows_from(const Transitions *t, int first, Flow *flow, int64 *n)
{
	int			nflows = 0;
	int			i = first;

	*n = 0;
	while (i < t->head.nitems && t->move[i].from == t->move[first].from)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (nflows == 0 || flow[nflows - 1].to != t->move[i].to)
			flow[nflows++] = (Flow)
		{
			t->move[i].from, t->move[i].to, i, 0
		};
		flow[nflows - 1].n++;
		(*n)++;
		i++;
	}
	return nflows;
}

/* A percentile of the sorted lengths of a flow, as percentile_cont. */
static double
flow_days(const Transitions *t, const Flow *flow, int percent)
{
	double		position = (flow->n - 1) * (percent / 100.0);
	int64		i = (int64) position;
	double		low = days(t->move[flow->first + i].usecs);
	double		high = days(t->move[flow->first + Min(i + 1, flow->n - 1)].usecs);

	return low + (position - i) * (high - low);
}

static void
report_flow(FunctionCallInfo fcinfo, const Transitions *t, const Flow *flow,
			int64 n, double level)
{
	const Dict *labels = state_dict(t, &transitions_type, 0);
	Estimate	e = estimate_rate(flow->n, n, level, RATE_JEFFREYS);
	Datum		values[8];
	bool		nulls[8] = {false};

	values[0] = label_datum(labels, flow->from);
	values[1] = label_datum(labels, flow->to);
	nulls[1] = flow->to == flow->from;
	values[2] = Int64GetDatum(flow->n);
	values[3] = Float8GetDatum(e.value);
	values[4] = Float8GetDatum(e.lower);
	values[5] = Float8GetDatum(e.upper);
	values[6] = Float8GetDatum(flow_days(t, flow, 50));
	values[7] = Float8GetDatum(flow_days(t, flow, 90));
	abm_put_row(fcinfo, values, nulls);
}

/*
 * Absorption
 *
 * Along moves that have happened, the probability to come from label i to a
 * final label f at last solves  p_i = q_if + sum over j of q_ij p_j,  j not
 * final, for all labels from which some final one can be reached; who cannot
 * reach one stays undecided.
 */
typedef struct Chain
{
	int			n;				/* labels */
	int			nfinal;
	int		   *final;			/* place of a label among the final ones, or
								 * -1 */
	bool	   *reaches;		/* some final label */
	double	   *q;				/* n x n shares of moves */
	double	   *p;				/* n x nfinal */
} Chain;

static void
chain_count(Chain *c, const Transitions *t)
{
	for (int i = 0; i < t->head.nitems; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (t->move[i].from != t->move[i].to)
			c->q[(Size) t->move[i].from * c->n + t->move[i].to]++;
	}
	for (int i = 0; i < c->n; i++)
	{
		double	   *row = c->q + (Size) i * c->n;
		double		sum = 0;

		for (int j = 0; j < c->n; j++)
			sum += row[j];
		for (int j = 0; j < c->n && sum > 0; j++)
			row[j] /= sum;
	}
}

/* Backwards from the final labels, until nothing is added. */
static void
chain_reach(Chain *c)
{
	int		   *queue = palloc(c->n * sizeof(int));
	int			head = 0;
	int			tail = 0;

	for (int i = 0; i < c->n; i++)
	{
		c->reaches[i] = c->final[i] >= 0;
		if (c->reaches[i])
			queue[tail++] = i;
	}
	while (head < tail)
	{
		int			to = queue[head++];

		for (int i = 0; i < c->n; i++)
			if (!c->reaches[i] && c->q[(Size) i * c->n + to] > 0)
			{
				c->reaches[i] = true;
				queue[tail++] = i;
			}
	}
	pfree(queue);
}

/*
 * Eliminate the labels that are not final one by one.  Shares are never
 * negative and a loop is left with a positive share, so that nothing cancels:
 * the probability not to come back is added up rather than subtracted [1].
 *
 * [1] W. K. Grassmann, M. I. Taksar, D. P. Heyman: Regenerative analysis and
 * steady state distributions for Markov chains. Operations Research 33, 1985.
 */
static void
chain_solve(Chain *c)
{
	double	   *q = c->q;
	int			n = c->n;

	for (int k = 0; k < n; k++)
	{
		double	   *out = q + (Size) k * n;
		double		leave = 0;

		CHECK_FOR_INTERRUPTS();
		if (c->final[k] >= 0 || !c->reaches[k])
			continue;
		for (int j = 0; j < n; j++)
			if (j != k && (j > k || c->final[j] >= 0 || !c->reaches[j]))
				leave += out[j];
		for (int j = 0; j < n; j++)
			out[j] = leave > 0 && j != k &&
				(j > k || c->final[j] >= 0 || !c->reaches[j]) ? out[j] / leave : 0;
		for (int i = k + 1; i < n; i++)
		{
			double		through = q[(Size) i * n + k];

			if (through == 0 || c->final[i] >= 0 || !c->reaches[i])
				continue;
			for (int j = 0; j < n; j++)
				q[(Size) i * n + j] += through * out[j];
			q[(Size) i * n + k] = 0;
		}
	}
	for (int k = n - 1; k >= 0; k--)
	{
		double	   *p = c->p + (Size) k * c->nfinal;

		CHECK_FOR_INTERRUPTS();
		if (c->final[k] >= 0)
			p[c->final[k]] = 1;
		if (c->final[k] >= 0 || !c->reaches[k])
			continue;
		for (int j = 0; j < n; j++)
		{
			double		share = q[(Size) k * n + j];

			if (share > 0 && c->final[j] >= 0)
				p[c->final[j]] += share;
			else if (share > 0 && j > k)
				for (int f = 0; f < c->nfinal; f++)
					p[f] += share * c->p[(Size) j * c->nfinal + f];
		}
	}
}

static Chain
chain_make(const Transitions *t, text **final, int nfinal)
{
	const Dict *labels = state_dict(t, &transitions_type, 0);
	int			n = labels == NULL ? 0 : labels->nentries;
	Chain		c = {n, nfinal, palloc(Max(n, 1) * sizeof(int)),
		palloc(Max(n, 1)),
		palloc_extended(Max((Size) n * n, 1) * sizeof(double),
						MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO),
		palloc_extended(Max((Size) n * nfinal, 1) * sizeof(double),
						MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO)
	};

	for (int i = 0; i < n; i++)
		c.final[i] = -1;
	for (int f = 0; f < nfinal; f++)
	{
		int			label = n == 0 ? -1 :
		dict_find(labels, VARDATA_ANY(final[f]), VARSIZE_ANY_EXHDR(final[f]));

		if (label >= 0)
			c.final[label] = f;
	}
	chain_count(&c, t);
	chain_reach(&c);
	chain_solve(&c);
	return c;
}

static void
report_absorption(FunctionCallInfo fcinfo, Datum from, Datum final,
				  double probability)
{
	Datum		values[3] = {from, final, Float8GetDatum(probability)};
	bool		nulls[3] = {false, final == (Datum) 0, false};

	abm_put_row(fcinfo, values, nulls);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(transitions, transitions_type);

PG_FUNCTION_INFO_V1(abm_transitions_accum);
Datum
abm_transitions_accum(PG_FUNCTION_ARGS)
{
	TimestampTz as_of;
	Events		events;
	void	   *state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &transitions_type);
	as_of = arg_time(PG_GETARG_TIMESTAMPTZ(2), "as_of");
	events = events_until(journey_arg(fcinfo, 1), as_of);
	if (events.n == 0)
		return state_leave_out(fcinfo, &transitions_type);
	state = state_begin(fcinfo, &transitions_type);
	if (((StateHead *) state)->nitems > 0)
		transitions_check(state, as_of);
	((Transitions *) state)->as_of = as_of;
	return state_end(fcinfo, &transitions_type,
					 transitions_add(state, &events, as_of));
}

/* NULL when nothing happened to anyone up to as_of. */
PG_FUNCTION_INFO_V1(abm_transitions);
Datum
abm_transitions(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	Population	population = population_arg(fcinfo, 0, as_of);
	void	   *state = state_start(&transitions_type);

	((Transitions *) state)->as_of = as_of;
	while (population_next(&population))
		state = transitions_add(state, &population.events, as_of);
	if (((StateHead *) state)->nitems == 0)
		PG_RETURN_NULL();
	return state_finish(state, &transitions_type);
}

PG_FUNCTION_INFO_V1(abm_transition_rates);
Datum
abm_transition_rates(PG_FUNCTION_ARGS)
{
	const Transitions *t = state_arg(fcinfo, 0, &transitions_type);
	double		level = arg_level(PG_GETARG_FLOAT8(1));
	Flow	   *flow = palloc(MAX_LABELS * sizeof(Flow));
	int			i = 0;

	abm_begin_rows(fcinfo);
	while (i < t->head.nitems)
	{
		int64		n;
		int			nflows = flows_from(t, i, flow, &n);

		qsort(flow, nflows, sizeof(Flow), flow_compare);
		for (int k = 0; k < nflows; k++)
			report_flow(fcinfo, t, &flow[k], n, level);
		i += n;
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abm_absorption);
Datum
abm_absorption(PG_FUNCTION_ARGS)
{
	const Transitions *t = state_arg(fcinfo, 0, &transitions_type);
	const Dict *labels = state_dict(t, &transitions_type, 0);
	int			nfinal;
	text	  **final = arg_names(PG_GETARG_ARRAYTYPE_P(1), "final", MAX_STEPS,
								  &nfinal);
	Chain		c = chain_make(t, final, nfinal);

	abm_begin_rows(fcinfo);
	for (int i = 0; i < c.n; i++)
	{
		Datum		from = label_datum(labels, i);
		double		decided = 0;

		if (c.final[i] >= 0)
			continue;
		for (int f = 0; f < nfinal; f++)
		{
			double		p = Min(c.p[(Size) i * nfinal + f], 1);

			decided += p;
			report_absorption(fcinfo, from, PointerGetDatum(final[f]), p);
		}
		report_absorption(fcinfo, from, (Datum) 0, Max(0, 1 - decided));
	}
	return (Datum) 0;
}
