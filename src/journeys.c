/*
 * journeys.c
 *		What happened to every entity of a population, in one state.
 *
 * Sealed, records stand by entity, then time.
 */
#include "journeys.h"

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
journeys_put(Journeys *js, const Happening *h)
{
	int			form = state_form(&js->head);
	Size		size = form == FORM_SMALL ? sizeof(SmallRecord) :
	form == FORM_POINTS ? sizeof(PointsRecord) : sizeof(ValuedRecord);
	Size		place = offsetof(Journeys, happening) + js->dict_bytes[0] +
	js->dict_bytes[1] + (Size) js->head.nitems * size;
	SmallRecord *record = (SmallRecord *) ((char *) js + place);

	if (form == FORM_FULL || form == FORM_WIDE ||
		place + size > VARSIZE(js) || h->entity != (uint32) h->entity ||
		!event_pack(h->at, h->label, &record->key))
		return false;
	record->entity = (uint32) h->entity;
	switch (form)
	{
		case FORM_SMALL:
			if (!isnan(h->value))
				return false;
			break;
		case FORM_POINTS:
			if (!value_small(h->value))
				return false;
			((PointsRecord *) record)->value = (float) h->value;
			break;
		default:
			((ValuedRecord *) record)->value = h->value;
	}
	js->head.nitems++;
	return true;
}

/* The kind is a constant to the compiler. */
static pg_attribute_always_inline Datum
journeys_accum(FunctionCallInfo fcinfo, KeyKind kind, char *digits)
{
	Happening	happening;
	const char *label;
	int			len;
	void	   *state;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return state_leave_out(fcinfo, &journeys_type);
	happening.at = arg_time(PG_GETARG_TIMESTAMPTZ(2), "at");
	label = event_label_arg(fcinfo, 3, digits, &len);
	happening.padding = 0;
	happening.value = PG_NARGS() < 5 || PG_ARGISNULL(4) ? get_float8_nan() :
		arg_finite(PG_GETARG_FLOAT8(4), "value");
	state = state_begin(fcinfo, &journeys_type);
	if (unlikely(((Journeys *) state)->kind != kind))
	{
		Journeys	other = {.kind = kind};

		if (((Journeys *) state)->head.nitems > 0)
			journeys_absorb(state, &other);
		((Journeys *) state)->kind = kind;
	}
	happening.entity = entity_arg(fcinfo, 1, kind, &state, &journeys_type);
	happening.label = state_label(&state, &journeys_type, 0, label, len);
	if (unlikely(!journeys_put(state, &happening)))
		state = state_append(state, &journeys_type, &happening);
	return state_end(fcinfo, &journeys_type, state);
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
	return p;
}

static void
population_widen(Population *p)
{
	p->room = p->room == 0 ? 64 : p->room * 2;
	p->buffer = p->buffer == NULL ?
		palloc(p->room * sizeof(Event)) :
		repalloc_huge(p->buffer, (Size) p->room * sizeof(Event));
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

#define JOURNEYS_ACCUM(name, kind) \
	PG_FUNCTION_INFO_V1(abm_journeys_accum_##name); \
	Datum \
	abm_journeys_accum_##name(PG_FUNCTION_ARGS) \
	{ \
		return journeys_accum(fcinfo, kind, NULL); \
	} \
	PG_FUNCTION_INFO_V1(abm_journeys_accum_##name##_number); \
	Datum \
	abm_journeys_accum_##name##_number(PG_FUNCTION_ARGS) \
	{ \
		char		digits[12]; \
		\
		return journeys_accum(fcinfo, kind, digits); \
	} \
	extern Datum abm_journeys_accum_##name(PG_FUNCTION_ARGS)

JOURNEYS_ACCUM(bigint, KEY_BIGINT);
JOURNEYS_ACCUM(text, KEY_TEXT);
JOURNEYS_ACCUM(uuid, KEY_UUID);

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

PG_FUNCTION_INFO_V1(abm_journeys_unnest);
Datum
abm_journeys_unnest(PG_FUNCTION_ARGS)
{
	Population	p;
	MemoryContext row;

	entities_begin_rows(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = population_arg(fcinfo, 0, DT_NOEND);
	entity_expect(fcinfo, 1, p.js->kind);
	row = AllocSetContextCreate(CurrentMemoryContext, "journeys_unnest row",
								ALLOCSET_DEFAULT_SIZES);
	while (population_next(&p))
	{
		MemoryContext caller = MemoryContextSwitchTo(row);
		Datum		values[2];
		bool		nulls[2] = {false, false};

		values[0] = population_entity(&p);
		values[1] = journey_datum(&p.events);
		abm_put_row(fcinfo, values, nulls);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(row);
	}
	MemoryContextDelete(row);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abm_journeys_events);
Datum
abm_journeys_events(PG_FUNCTION_ARGS)
{
	Population	p;

	entities_begin_rows(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = population_arg(fcinfo, 0, DT_NOEND);
	entity_expect(fcinfo, 1, p.js->kind);
	for (int i = 0; i < p.js->head.nitems; i++)
	{
		Happening	h = happening_at(p.js->happening, i, state_form(&p.js->head));
		Datum		values[4];
		bool		nulls[4] = {false, false, false, isnan(h.value)};

		CHECK_EVERY(i, 0xFFF);
		values[0] = entity_datum(p.js->kind, p.keys, h.entity);
		values[1] = TimestampTzGetDatum(h.at);
		values[2] = label_datum(p.events.labels, h.label);
		values[3] = Float8GetDatum(h.value);
		abm_put_row(fcinfo, values, nulls);
		pfree(DatumGetPointer(values[2]));
		if (p.js->kind != KEY_BIGINT)
			pfree(DatumGetPointer(values[0]));
	}
	return (Datum) 0;
}
