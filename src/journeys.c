/*
 * journeys.c
 *		What happened to every entity of a population, in one state.
 *
 * A record is an entity and an event, perhaps with a value.  Nearly all fit
 * 12 bytes: the entity in 32 bits, moment and label in 64.  Sealed, records
 * stand by entity, then time.
 */
#include "journeys.h"

#include "utils/float.h"

static const StateField journeys_fields[] = {
	{"entities", FIELD_CODE, offsetof(Journeys, kind), false, key_kinds},
	{NULL, 0, 0, false, NULL}
};

static const StateField happening_fields[] = {
	{"entity", FIELD_KEY, offsetof(Happening, entity), false, NULL},
	{"at", FIELD_TIME, offsetof(Happening, at), false, NULL},
	{"label", FIELD_LABEL, offsetof(Happening, label), false, NULL},
	{"value", FIELD_REAL, offsetof(Happening, value), true, NULL},
	{NULL, 0, 0, false, NULL}
};

static inline int
compare_values(double a, double b)
{
	if (isnan(a) || isnan(b))
		return isnan(a) - isnan(b);
	return (a > b) - (a < b);
}

/* By entity, time, label, value. */
static int
happening_compare(const void *a, const void *b, void *arg)
{
	const Happening *x = a;
	const Happening *y = b;

	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return compare_values(x->value, y->value);
}

/*
 * Packed forms
 */
typedef struct pg_attribute_packed ()
ValuedRecord
{
	uint32		entity;
	StateKey	key;
	double		value;
} ValuedRecord;

typedef struct pg_attribute_packed ()
WideRecord
{
	int64		entity;
	StateKey	key;
} WideRecord;

typedef struct pg_attribute_packed ()
SmallRecord
{
	uint32		entity;
	StateKey	key;
} SmallRecord;

static bool
pack_valued(void *packed, const void *item)
{
	ValuedRecord *to = packed;
	const Happening *from = item;

	to->entity = (uint32) from->entity;
	to->value = from->value;
	return to->entity == from->entity &&
		event_pack(from->at, from->label, &to->key);
}

static bool
pack_wide(void *packed, const void *item)
{
	WideRecord *to = packed;
	const Happening *from = item;

	to->entity = from->entity;
	return isnan(from->value) && event_pack(from->at, from->label, &to->key);
}

static bool
pack_small(void *packed, const void *item)
{
	SmallRecord *to = packed;
	const Happening *from = item;

	to->entity = (uint32) from->entity;
	return to->entity == from->entity && isnan(from->value) &&
		event_pack(from->at, from->label, &to->key);
}

static inline Happening
unpack(int64 entity, StateKey key, double value)
{
	return (Happening)
	{
		entity, event_at(key), event_label(key), 0, value
	};
}

static void
unpack_valued(void *item, const void *packed)
{
	const ValuedRecord *from = packed;

	*(Happening *) item = unpack(from->entity, from->key, from->value);
}

static void
unpack_wide(void *item, const void *packed)
{
	const WideRecord *from = packed;

	*(Happening *) item = unpack(from->entity, from->key, get_float8_nan());
}

static void
unpack_small(void *item, const void *packed)
{
	const SmallRecord *from = packed;

	*(Happening *) item = unpack(from->entity, from->key, get_float8_nan());
}

/* What is left to compare by among the records of one entity. */
static inline int
compare_keys(StateKey a, StateKey b)
{
	return (a.bits > b.bits) - (a.bits < b.bits);
}

static int
compare_valued(const void *a, const void *b, void *arg)
{
	const ValuedRecord *x = a;
	const ValuedRecord *y = b;
	int			c = compare_keys(x->key, y->key);

	return c != 0 ? c : compare_values(x->value, y->value);
}

static int
compare_wide(const void *a, const void *b, void *arg)
{
	return compare_keys(((const WideRecord *) a)->key,
						((const WideRecord *) b)->key);
}

static int
compare_small(const void *a, const void *b, void *arg)
{
	return compare_keys(((const SmallRecord *) a)->key,
						((const SmallRecord *) b)->key);
}

static void
sort_valued(void *items, int n)
{
	const RecordShape shape = {sizeof(ValuedRecord), 4, compare_valued};

	records_sort(items, n, &shape);
}

static void
sort_wide(void *items, int n)
{
	const RecordShape shape = {sizeof(WideRecord), 8, compare_wide};

	records_sort(items, n, &shape);
}

static void
sort_small(void *items, int n)
{
	const RecordShape shape = {sizeof(SmallRecord), 4, compare_small};

	records_sort(items, n, &shape);
}

static void
recode_valued(void *items, int n, const StateCodes *codes)
{
	ValuedRecord *record = items;

	for (int i = 0; i < n; i++)
	{
		if (codes->of[0] != NULL)
			event_recode(&record[i].key, codes->of[0]);
		if (codes->of[1] != NULL)
			record[i].entity = codes->of[1][record[i].entity];
	}
}

static void
recode_wide(void *items, int n, const StateCodes *codes)
{
	WideRecord *record = items;

	for (int i = 0; i < n; i++)
	{
		if (codes->of[0] != NULL)
			event_recode(&record[i].key, codes->of[0]);
		if (codes->of[1] != NULL)
			record[i].entity = codes->of[1][record[i].entity];
	}
}

static void
recode_small(void *items, int n, const StateCodes *codes)
{
	SmallRecord *record = items;

	for (int i = 0; i < n; i++)
	{
		if (codes->of[0] != NULL)
			event_recode(&record[i].key, codes->of[0]);
		if (codes->of[1] != NULL)
			record[i].entity = codes->of[1][record[i].entity];
	}
}

enum Form
{
	FORM_FULL, FORM_VALUED, FORM_WIDE, FORM_SMALL
};

static const StatePacking journeys_packings[] = {
	{.size = sizeof(ValuedRecord),.pack = pack_valued,.unpack = unpack_valued,
	.sort = sort_valued,.recode = recode_valued},
	{.size = sizeof(WideRecord),.pack = pack_wide,.unpack = unpack_wide,
	.sort = sort_wide,.recode = recode_wide},
	{.size = sizeof(SmallRecord),.pack = pack_small,.unpack = unpack_small,
	.sort = sort_small,.recode = recode_small}
};

/*
 * The state
 */
static void
journeys_absorb(void *a, const void *b)
{
	Journeys   *x = a;
	const Journeys *y = b;

	if (x->kind != y->kind)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("cannot merge journeys of entities of type %s with those of type %s",
						key_kinds[x->kind], key_kinds[y->kind])));
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

const StateType journeys_type = {
	.name = "journeys",.kind = 11,.version = 1,
	.fixed_size = offsetof(Journeys, happening),
	.item_size = sizeof(Happening),
	.dicts_offset = offsetof(Journeys, dict_bytes),.ndicts = STATE_DICTS,
	.max_labels = MAX_LABELS,.max_items = 100000000,
	.expect_offset = offsetof(Journeys, expect),
	.max_kilobytes = &population_memory,
	.remedy = "Raise abm.population_memory, or make buckets by a hash of the entity, GROUP BY hashint8(entity) & 15 say; the funnels of the buckets roll up.",
	.fields = journeys_fields,.items_name = "events",
	.item_fields = happening_fields,.compare = happening_compare,
	.packings = journeys_packings,.npackings = lengthof(journeys_packings),
	.absorb = journeys_absorb,.show_key = journeys_show,
	.fault = journeys_fault
};

static Datum
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
	state = state_append(state, &journeys_type, &happening);
	return state_end(fcinfo, &journeys_type, state);
}

/*
 * From entity to entity
 */
static inline const char *
record_at(const Journeys *js, int i)
{
	return (const char *) js->happening +
		(Size) i * (state_form(&js->head) == FORM_FULL ? sizeof(Happening) :
					journeys_packings[state_form(&js->head) - 1].size);
}

static inline int64
entity_at(const Journeys *js, int i)
{
	const char *record = record_at(js, i);

	switch (state_form(&js->head))
	{
		case FORM_SMALL:
			return ((const SmallRecord *) record)->entity;
		case FORM_VALUED:
			return ((const ValuedRecord *) record)->entity;
		case FORM_WIDE:
			return ((const WideRecord *) record)->entity;
		default:
			return ((const Happening *) record)->entity;
	}
}

static Happening
happening_at(const Journeys *js, int i)
{
	Happening	h;
	int			form = state_form(&js->head);

	if (form == FORM_FULL)
		return js->happening[i];
	journeys_packings[form - 1].unpack(&h, record_at(js, i));
	return h;
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

static inline Event
event_of_record(const Journeys *js, int i, int form)
{
	const Happening *h;

	if (form == FORM_SMALL)
		return event_unpack(((const SmallRecord *) js->happening)[i].key);
	if (form == FORM_WIDE)
		return event_unpack(((const WideRecord *) js->happening)[i].key);
	if (form == FORM_VALUED)
		return event_unpack(((const ValuedRecord *) js->happening)[i].key);
	h = &js->happening[i];
	return (Event)
	{
		h->at, h->label, 0
	};
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

	p->entity = entity_at(js, i);
	do
	{
		Event		event = event_of_record(js, i, form);

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
		CHECK_EVERY(i, 0xFFFFF);
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

	abm_begin_rows(fcinfo);
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

	abm_begin_rows(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	p = population_arg(fcinfo, 0, DT_NOEND);
	entity_expect(fcinfo, 1, p.js->kind);
	for (int i = 0; i < p.js->head.nitems; i++)
	{
		Happening	h = happening_at(p.js, i);
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
