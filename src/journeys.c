/*
 * journeys.c
 *		What happened to every entity of a population, in one state.
 *
 * Sealed, records stand by entity, then time.
 */
#include "journeys.h"

#include "rows.h"
#include "utils/float.h"

static const StateField journeys_fields[] = {
	{"entities", FIELD_CODE, offsetof(Journeys, kind), false, key_kinds},
	{NULL, 0, 0, false, NULL}
};

/*
 * The state
 */
static void
journeys_absorb(void *a, const void *b)
{
	entities_check_kinds(((const Journeys *) a)->kind, ((const Journeys *) b)->kind,
						 "journeys");
}

static const char *
journeys_show(const void *state, int64 entity)
{
	const Journeys *js = state;

	return entity_show(js->kind, state_dict(js, &journeys_type, KEY_DICT),
					   entity);
}

static const char *
journeys_fault(const void *state)
{
	const Journeys *js = state;

	return entity_fault(js->kind, state_dict(js, &journeys_type, KEY_DICT));
}

static bool
journeys_text_keys(const void *state)
{
	return ((const Journeys *) state)->kind == KEY_TEXT;
}

const StateType journeys_type = {
	.name = "journeys",.kind = 11,.version = 1,
	.fixed_size = offsetof(Journeys, happening),
	.item_size = sizeof(Happening),
	.dicts_offset = offsetof(Journeys, dict_bytes),.ndicts = STATE_DICTS,
	.max_labels = MAX_LABELS,.max_items = 100000000,
	.expect_offset = offsetof(Journeys, expect),
	.max_kilobytes = &population_memory,
	.remedy = "Raise abm.population_memory, or make buckets by a hash of the entity, GROUP BY hashint8(entity) & 15 say; the stages, transitions and funnels of the buckets roll up.",
	.fields = journeys_fields,.items_name = "events",
	.item_fields = happening_fields,.compare = happening_compare,
	.packings = happening_packings,.npackings = HAPPENING_FORMS,
	.absorb = journeys_absorb,.show_key = journeys_show,
	.text_keys = journeys_text_keys,
	.fault = journeys_fault,.fault_of_keys = true
};

/*
 * What nearly all rows need of state_append: a record of one of the small
 * forms, which begin alike, where there is room for one.  False if there is
 * not.
 */
static inline bool
journeys_put(Journeys *js, int64 entity, TimestampTz at, int32 label,
			 double value)
{
	int			form = state_form(&js->head);
	Size		size = form >= FORM_SMALL ? sizeof(SmallRecord) :
	form == FORM_POINTS ? sizeof(PointsRecord) : sizeof(ValuedRecord);
	Size		place = offsetof(Journeys, happening) + js->dict_bytes[0] +
	js->dict_bytes[1] + (Size) js->head.nitems * size;
	SmallRecord *record = (SmallRecord *) ((char *) js + place);
	StateKey	key;

	if (form == FORM_FULL || form == FORM_WIDE ||
		place + size > VARSIZE(js) || entity != (uint32) entity)
		return false;
	if (form == FORM_SECONDS ? !seconds_pack(at, label, value, &key) :
		!event_pack(at, label, &key))
		return false;
	switch (form)
	{
		case FORM_SECONDS:
			break;
		case FORM_SMALL:
			if (!isnan(value))
				return false;
			break;
		case FORM_POINTS:
			if (!value_small(value))
				return false;
			((PointsRecord *) record)->value = (float) value;
			break;
		default:
			((ValuedRecord *) record)->value = value;
	}
	record->entity = (uint32) entity;
	record->key = key;
	js->head.nitems++;
	return true;
}

/* Any row. */
static pg_noinline Datum
journeys_accum(FunctionCallInfo fcinfo, KeyKind kind, bool number)
{
	Happening	h = {.padding = 0};
	const char *label = NULL;
	int			len = 0;
	void	   *state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return state_leave_out(fcinfo, &journeys_type);
	h.at = arg_time(PG_GETARG_TIMESTAMPTZ(2), "at");
	if (!number)
		label = event_text_arg(fcinfo, 3, &len);
	h.value = PG_NARGS() < 5 || PG_ARGISNULL(4) ? get_float8_nan() :
		arg_finite(PG_GETARG_FLOAT8(4), "value");
	state = state_begin(fcinfo, &journeys_type);
	if (((Journeys *) state)->kind != kind)
	{
		Journeys	other = {.kind = kind};

		if (((Journeys *) state)->head.nitems > 0)
			journeys_absorb(state, &other);
		((Journeys *) state)->kind = kind;
	}
	h.entity = entity_arg(fcinfo, 1, kind, &state, &journeys_type);
	h.label = number ?
		event_number_code(&state, &journeys_type, PG_GETARG_INT32(3)) :
		state_label(&state, &journeys_type, 0, label, len);
	if (!journeys_put(state, h.entity, h.at, h.label, h.value))
		state = state_append(state, &journeys_type, &h);
	return state_end(fcinfo, &journeys_type, state);
}

/*
 * A row like nearly all, in few steps: the state has its label, the key of
 * its entity, and room for a small record.  False if it is not like that.
 * The kind is a constant to the compiler, and whether labels are numbers.
 */
static pg_attribute_always_inline bool
journeys_accum_known(FunctionCallInfo fcinfo, KeyKind kind, bool number)
{
	Journeys   *js = (Journeys *) state_at_hand(fcinfo);
	bool		valued = PG_NARGS() >= 5 && !PG_ARGISNULL(4);
	double		value = get_float8_nan();
	const Dict *labels;
	int64		entity;
	int32		code;

	if (js == NULL || js->kind != kind || PG_ARGISNULL(1) ||
		PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return false;
	if (valued)
	{
		value = PG_GETARG_FLOAT8(4) + 0.0;	/* never minus zero */
		if (!isfinite(value))
			return false;
	}
	labels = state_dict(js, &journeys_type, 0);
	code = number ? event_number_find(labels, PG_GETARG_INT32(3)) :
		event_text_find(labels, PG_GETARG_TEXT_PP(3));
	entity = kind == KEY_BIGINT ? PG_GETARG_INT64(1) :
		entity_key_find(fcinfo, 1, kind, state_dict(js, &journeys_type, KEY_DICT));
	return code >= 0 && journeys_put(js, entity, PG_GETARG_TIMESTAMPTZ(2), code, value);
}

/*
 * From entity to entity
 */
static inline int64
entity_at(const Journeys *js, int i)
{
	return happening_entity(js->happening, i, state_form(&js->head));
}

Population
population_arg(FunctionCallInfo fcinfo, int argno, TimestampTz as_of)
{
	Population	p = {0};

	p.js = state_raw_arg(fcinfo, argno, &journeys_type);
	p.keys = state_dict(p.js, &journeys_type, KEY_DICT);
	p.events.labels = state_dict(p.js, &journeys_type, 0);
	p.as_of = as_of;
	p.room = 64;
	p.buffer = palloc(p.room * sizeof(Event));
	return p;
}

static void
population_widen(Population *p)
{
	p->room *= 2;
	p->buffer = repalloc_huge(p->buffer, (Size) p->room * sizeof(Event));
}

/* Read the events of the entity at the next record: are there any so far? */
static bool
population_read(Population *p)
{
	const Journeys *js = p->js;
	int			form = state_form(&js->head);
	int			i = p->next;
	int			n = 0;
	bool		begun = false;

	p->first = i;
	p->entity = entity_at(js, i);
	do
	{
		Event		event = happening_event(js->happening, i, form);

		CHECK_EVERY(i, 0xFFFF);
		if (event.at > p->as_of)
			continue;
		begun = true;
		if (unlikely(n == p->room))
			population_widen(p);
		if (p->meaning != NULL)
		{
			p->buffer[n].at = event.at;
			memcpy(&p->buffer[n].label, &p->meaning[event.label], sizeof(uint64));
			n += p->meaning[event.label] != 0;
		}
		else
			p->buffer[n++] = event;
	} while (++i < js->head.nitems && entity_at(js, i) == p->entity);
	p->next = i;
	p->events.event = p->buffer;
	p->events.n = n;
	return begun;
}

/* The next entity with any event up to as_of; false after the last. */
bool
population_next(Population *p)
{
	while (p->next < p->js->head.nitems)
		if (population_read(p))
			return true;
	return false;
}

Datum
population_entity(const Population *p)
{
	return entity_datum(p->js->kind, p->keys, p->entity);
}

/*
 * The SQL side
 */
STATE_FUNCTIONS(journeys, journeys_type);

#define JOURNEYS_ACCUM(name, kind, number) \
	PG_FUNCTION_INFO_V1(abm_journeys_accum_##name); \
	Datum \
	abm_journeys_accum_##name(PG_FUNCTION_ARGS) \
	{ \
		return likely(journeys_accum_known(fcinfo, kind, number)) ? \
			PG_GETARG_DATUM(0) : journeys_accum(fcinfo, kind, number); \
	} \
	extern Datum abm_journeys_accum_##name(PG_FUNCTION_ARGS)

JOURNEYS_ACCUM(bigint, KEY_BIGINT, false);
JOURNEYS_ACCUM(bigint_number, KEY_BIGINT, true);
JOURNEYS_ACCUM(text, KEY_TEXT, false);
JOURNEYS_ACCUM(text_number, KEY_TEXT, true);
JOURNEYS_ACCUM(uuid, KEY_UUID, false);
JOURNEYS_ACCUM(uuid_number, KEY_UUID, true);

PG_FUNCTION_INFO_V1(abm_journeys_touches);
Datum
abm_journeys_touches(PG_FUNCTION_ARGS)
{
	const Journeys *js = state_raw_arg(fcinfo, 0, &journeys_type);

	PG_RETURN_INT64(js->head.nitems);
}

PG_FUNCTION_INFO_V1(abm_entities);
Datum
abm_entities(PG_FUNCTION_ARGS)
{
	const Journeys *js = state_raw_arg(fcinfo, 0, &journeys_type);
	int64		n = 0;

	for (int i = 0; i < js->head.nitems; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		n += i == 0 || entity_at(js, i) != entity_at(js, i - 1);
	}
	PG_RETURN_INT64(n);
}

/* The first record of an entity, or of the one after it. */
static int
entity_first(const Journeys *js, int64 entity)
{
	int			low = 0;
	int			high = js->head.nitems;

	while (low < high)
	{
		int			mid = low + (high - low) / 2;

		if (entity_at(js, mid) < entity)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* NULL for an entity that nothing happened to. */
PG_FUNCTION_INFO_V1(abm_journey_of);
Datum
abm_journey_of(PG_FUNCTION_ARGS)
{
	Population	p = population_arg(fcinfo, 0, DT_NOEND);
	int64		entity;

	entity_expect(fcinfo, 1, p.js->kind);
	if (!entity_find(fcinfo, 1, p.keys, &entity))
		PG_RETURN_NULL();
	p.next = entity_first(p.js, entity);
	if (!population_next(&p) || p.entity != entity)
		PG_RETURN_NULL();
	return journey_datum(&p.events);
}

static void *
population_begin(FunctionCallInfo fcinfo, int64 *most)
{
	Population *p;

	if (PG_ARGISNULL(0))
		return NULL;
	p = palloc(sizeof(Population));
	*p = population_arg(fcinfo, 0, DT_NOEND);
	entity_expect(fcinfo, 1, p->js->kind);
	return p;
}

static bool
unnest_next(void *from, Datum *values, bool *nulls)
{
	Population *p = from;

	if (!population_next(p))
		return false;
	values[0] = population_entity(p);
	values[1] = journey_datum(&p->events);
	return true;
}

static const RowSource unnest_rows = {population_begin, unnest_next};

ROWS_FUNCTION(abm_journeys_unnest, unnest_rows);

static bool
events_next(void *from, Datum *values, bool *nulls)
{
	Population *p = from;
	const Journeys *js = p->js;
	Happening	h;

	if (p->next >= js->head.nitems)
		return false;
	h = happening_at(js->happening, p->next++, state_form(&js->head));
	values[0] = entity_datum(js->kind, p->keys, h.entity);
	values[1] = TimestampTzGetDatum(h.at);
	values[2] = label_datum(p->events.labels, h.label);
	values[3] = Float8GetDatum(h.value);
	nulls[3] = isnan(h.value);
	return true;
}

static const RowSource events_rows = {population_begin, events_next};

ROWS_FUNCTION(abm_journeys_events, events_rows);
