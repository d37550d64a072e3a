/*
 * journey.c
 *		What happened to one entity, in the order of time.
 *
 * Events at the same microsecond stand in the byte order of their labels.
 * Consecutive events with one label are one visit, which lasts until the next
 * event; the last visit lasts until as_of.
 */
#include "journey.h"

#include "catalog/pg_type.h"

/*
 * The state
 */
static const StateField no_fields[] = {
	{NULL, 0, 0, false, NULL}
};

static const StateField event_fields[] = {
	{"at", FIELD_TIME, offsetof(Event, at), false, NULL},
	{"label", FIELD_LABEL, offsetof(Event, label), false, NULL},
	{NULL, 0, 0, false, NULL}
};

/* By time, then label. */
static int
event_compare(const void *a, const void *b, void *arg)
{
	const Event *x = a;
	const Event *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->label > y->label) - (x->label < y->label);
}

static bool
journey_pack(void *packed, const void *item)
{
	const Event *event = item;

	return event_pack(event->at, event->label, packed);
}

static void
journey_unpack(void *item, const void *packed)
{
	*(Event *) item = event_unpack(*(const StateKey *) packed);
}

static void
journey_recode(void *items, int n, const StateCodes *codes)
{
	StateKey   *key = items;

	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		event_recode(&key[i], codes->of[0]);
	}
}

static const StatePacking journey_packing = {
	.size = sizeof(StateKey),.pack = journey_pack,.unpack = journey_unpack,
	.recode = journey_recode
};

const StateType journey_type = {
	.name = "journey",.kind = 10,.version = 1,
	.fixed_size = offsetof(Journey, event),.item_size = sizeof(Event),
	.dicts_offset = offsetof(Journey, dict_bytes),.ndicts = 1,
	.max_labels = MAX_LABELS,.max_items = 10000000,
	.fields = no_fields,.items_name = "events",.item_fields = event_fields,
	.compare = event_compare,.packings = &journey_packing,.npackings = 1
};

/* The label of a row that is a text. */
const char *
event_text_arg(FunctionCallInfo fcinfo, int argno, int *len)
{
	const text *label = PG_GETARG_TEXT_PP(argno);

	*len = VARSIZE_ANY_EXHDR(label);
	if (unlikely(*len > MAX_TEXT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("label must not be longer than %d bytes", MAX_TEXT)));
	return VARDATA_ANY(label);
}

static Datum
journey_accum(FunctionCallInfo fcinfo, bool number)
{
	Event		event = {0, 0, 0};
	const char *label = NULL;
	int			len = 0;
	void	   *state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_leave_out(fcinfo, &journey_type);
	event.at = arg_time(PG_GETARG_TIMESTAMPTZ(1), "at");
	if (!number)
		label = event_text_arg(fcinfo, 2, &len);
	state = state_begin(fcinfo, &journey_type);
	event.label = number ?
		event_number_code(&state, &journey_type, PG_GETARG_INT32(2)) :
		state_label(&state, &journey_type, 0, label, len);
	state = state_append(state, &journey_type, &event);
	return state_end(fcinfo, &journey_type, state);
}

/* A journey of its own from events that share their labels with others. */
Datum
journey_datum(const Events *events)
{
	void	   *state = state_start(&journey_type);

	for (int i = 0; i < events->n; i++)
	{
		Event		event = events->event[i];

		CHECK_EVERY(i, 0xFFFF);
		event.label = state_label(&state, &journey_type, 0,
								  dict_text(events->labels, event.label),
								  dict_len(events->labels, event.label));
		state = state_append(state, &journey_type, &event);
	}
	return state_finish(state, &journey_type);
}

/*
 * Events
 */
Events
journey_arg(FunctionCallInfo fcinfo, int argno)
{
	const Journey *j = state_arg(fcinfo, argno, &journey_type);

	return (Events)
	{
		j->event, j->head.nitems, state_dict(j, &journey_type, 0)
	};
}

/* The events up to and including a moment. */
Events
events_until(Events events, TimestampTz as_of)
{
	int			low = 0;
	int			high = events.n;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (events.event[mid].at <= as_of)
			low = mid + 1;
		else
			high = mid;
	}
	events.n = low;
	return events;
}

/* The code of a label among events, or -1. */
int
events_label(const Events *events, const text *label)
{
	return events->labels == NULL ? -1 :
		dict_find(events->labels, VARDATA_ANY(label), VARSIZE_ANY_EXHDR(label));
}

Datum
label_datum(const Dict *labels, int code)
{
	return PointerGetDatum(cstring_to_text_with_len(dict_text(labels, code),
													dict_len(labels, code)));
}

/*
 * The next visit among events that all lie up to as_of; false after the last.
 * It begins at the event *next.
 */
bool
events_visit(const Events *events, int *next, TimestampTz as_of, Visit *visit)
{
	const Event *event = events->event;
	int			i = *next;

	CHECK_FOR_INTERRUPTS();
	if (i >= events->n)
		return false;
	visit->label = event[i].label;
	visit->from = event[i].at;
	while (++i < events->n && event[i].label == visit->label)
		CHECK_EVERY(i, 0xFFFF);
	visit->last = i == events->n;
	visit->to = visit->last ? as_of : event[i].at;
	*next = i;
	return true;
}

/* Visits with a label, and how long they lasted in all. */
static int64
visits_of(const Events *events, int label, TimestampTz as_of, int128 *usecs)
{
	Visit		visit;
	int64		n = 0;
	int			next = 0;

	*usecs = 0;
	while (label >= 0 && events_visit(events, &next, as_of, &visit))
		if (visit.label == label)
		{
			n++;
			*usecs += elapsed(visit.from, visit.to);
		}
	return n;
}

/* The first or last event with a label, or NULL. */
static const Event *
event_of(const Events *events, int label, bool last)
{
	for (int i = 0; label >= 0 && i < events->n; i++)
	{
		const Event *event = &events->event[last ? events->n - 1 - i : i];

		CHECK_EVERY(i, 0xFFFF);
		if (event->label == label)
			return event;
	}
	return NULL;
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(journey, journey_type);

PG_FUNCTION_INFO_V1(abm_journey_accum);
Datum
abm_journey_accum(PG_FUNCTION_ARGS)
{
	return journey_accum(fcinfo, false);
}

PG_FUNCTION_INFO_V1(abm_journey_accum_number);
Datum
abm_journey_accum_number(PG_FUNCTION_ARGS)
{
	return journey_accum(fcinfo, true);
}

PG_FUNCTION_INFO_V1(abm_touches);
Datum
abm_touches(PG_FUNCTION_ARGS)
{
	const Journey *j = state_raw_arg(fcinfo, 0, &journey_type);

	PG_RETURN_INT64(j->head.nitems);
}

/* The share of the events before a moment. */
PG_FUNCTION_INFO_V1(abm_anonymous_share);
Datum
abm_anonymous_share(PG_FUNCTION_ARGS)
{
	TimestampTz known = arg_time(PG_GETARG_TIMESTAMPTZ(1), "first_known_at");
	Events		events = journey_arg(fcinfo, 0);
	Events		before = events_until(events, known - 1);

	if (events.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) before.n / events.n);
}

PG_FUNCTION_INFO_V1(abm_visits);
Datum
abm_visits(PG_FUNCTION_ARGS)
{
	Events		events = journey_arg(fcinfo, 0);
	int128		usecs;

	PG_RETURN_INT64(visits_of(&events, events_label(&events, PG_GETARG_TEXT_PP(1)),
							  DT_NOEND, &usecs));
}

/* NULL when the label was never entered. */
PG_FUNCTION_INFO_V1(abm_days_in);
Datum
abm_days_in(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(2), "as_of");
	Events		events = events_until(journey_arg(fcinfo, 0), as_of);
	int128		usecs;

	if (visits_of(&events, events_label(&events, PG_GETARG_TEXT_PP(1)), as_of,
				  &usecs) == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(days(usecs));
}

PG_FUNCTION_INFO_V1(abm_label_at);
Datum
abm_label_at(PG_FUNCTION_ARGS)
{
	Events		events = events_until(journey_arg(fcinfo, 0),
									  arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of"));

	if (events.n == 0)
		PG_RETURN_NULL();
	return label_datum(events.labels, events.event[events.n - 1].label);
}

static Datum
journey_moment(FunctionCallInfo fcinfo, bool last)
{
	Events		events = journey_arg(fcinfo, 0);
	const Event *event = event_of(&events,
								  events_label(&events, PG_GETARG_TEXT_PP(1)),
								  last);

	if (event == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(event->at);
}

PG_FUNCTION_INFO_V1(abm_first_at);
Datum
abm_first_at(PG_FUNCTION_ARGS)
{
	return journey_moment(fcinfo, false);
}

PG_FUNCTION_INFO_V1(abm_last_at);
Datum
abm_last_at(PG_FUNCTION_ARGS)
{
	return journey_moment(fcinfo, true);
}

PG_FUNCTION_INFO_V1(abm_journey_timeline);
Datum
abm_journey_timeline(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = arg_time(PG_GETARG_TIMESTAMPTZ(1), "as_of");
	Events		events = events_until(journey_arg(fcinfo, 0), as_of);
	Visit		visit;
	int64		n = 0;
	int			next = 0;

	abm_begin_rows(fcinfo);
	while (events_visit(&events, &next, as_of, &visit))
	{
		Datum		values[6];
		bool		nulls[6] = {false, false, false, visit.last, false, false};

		values[0] = Int64GetDatum(++n);
		values[1] = label_datum(events.labels, visit.label);
		values[2] = TimestampTzGetDatum(visit.from);
		values[3] = TimestampTzGetDatum(visit.to);
		values[4] = Float8GetDatum(days(elapsed(visit.from, visit.to)));
		values[5] = BoolGetDatum(visit.last);
		abm_put_row(fcinfo, values, nulls);
		pfree(DatumGetPointer(values[1]));
	}
	return (Datum) 0;
}
