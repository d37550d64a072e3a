/*
 * happenings.c
 *		Records of journeys: an entity and an event, perhaps with a value.
 *
 * Nearly all fit 12 bytes.
 */
#include "happenings.h"

#include "utils/float.h"

#include "records.h"

const StateField happening_fields[] = {
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
int
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
pack_points(void *packed, const void *item)
{
	PointsRecord *to = packed;
	const Happening *from = item;

	to->entity = (uint32) from->entity;
	if (!value_small(from->value))
		return false;
	to->value = (float) from->value;
	return to->entity == from->entity &&
		event_pack(from->at, from->label, &to->key);
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

static bool
pack_seconds(void *packed, const void *item)
{
	SmallRecord *to = packed;
	const Happening *from = item;

	to->entity = (uint32) from->entity;
	return to->entity == from->entity &&
		seconds_pack(from->at, from->label, from->value, &to->key);
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
unpack_points(void *item, const void *packed)
{
	const PointsRecord *from = packed;

	*(Happening *) item = unpack(from->entity, from->key, from->value);
}

static void
unpack_small(void *item, const void *packed)
{
	const SmallRecord *from = packed;

	*(Happening *) item = unpack(from->entity, from->key, get_float8_nan());
}

static void
unpack_seconds(void *item, const void *packed)
{
	const SmallRecord *from = packed;
	Event		event = seconds_event(from->key);

	*(Happening *) item = (Happening)
	{
		from->entity, event.at, event.label, 0, seconds_value(from->key)
	};
}

/* What is left to compare by among the records of one entity. */
static inline int
compare_keys(StateKey a, StateKey b)
{
	return (a.bits > b.bits) - (a.bits < b.bits);
}

static inline int
compare_with_values(StateKey a, double x, StateKey b, double y)
{
	int			c = compare_keys(a, b);

	return c != 0 ? c : compare_values(x, y);
}

static int
compare_valued(const void *a, const void *b, void *arg)
{
	const ValuedRecord *x = a;
	const ValuedRecord *y = b;

	return compare_with_values(x->key, x->value, y->key, y->value);
}

static int
compare_wide(const void *a, const void *b, void *arg)
{
	return compare_keys(((const WideRecord *) a)->key,
						((const WideRecord *) b)->key);
}

static int
compare_points(const void *a, const void *b, void *arg)
{
	const PointsRecord *x = a;
	const PointsRecord *y = b;

	return compare_with_values(x->key, x->value, y->key, y->value);
}

static int
compare_small(const void *a, const void *b, void *arg)
{
	return compare_keys(((const SmallRecord *) a)->key,
						((const SmallRecord *) b)->key);
}

#define compare_seconds compare_small

/* Exchange the codes of records that begin as the smallest ones do. */
static inline void
recode_records(char *record, int n, int size, const StateCodes *codes,
			   void (*recode) (StateKey *key, const int32 *codes))
{
	for (int i = 0; i < n; i++, record += size)
	{
		SmallRecord *r = (SmallRecord *) record;

		CHECK_EVERY(i, 0xFFFF);
		if (codes->of[0] != NULL)
			recode(&r->key, codes->of[0]);
		if (codes->of[KEY_DICT] != NULL)
			r->entity = codes->of[KEY_DICT][r->entity];
	}
}

#define RECODE_FORM(name, Record, recode) \
	static void \
	recode_##name(void *items, int n, const StateCodes *codes) \
	{ \
		recode_records(items, n, sizeof(Record), codes, recode); \
	}

RECODE_FORM(valued, ValuedRecord, event_recode)
RECODE_FORM(points, PointsRecord, event_recode)
RECODE_FORM(small, SmallRecord, event_recode)
RECODE_FORM(seconds, SmallRecord, seconds_recode)

static void
recode_wide(void *items, int n, const StateCodes *codes)
{
	WideRecord *record = items;

	for (int i = 0; i < n; i++)
	{
		CHECK_EVERY(i, 0xFFFF);
		if (codes->of[0] != NULL)
			event_recode(&record[i].key, codes->of[0]);
		if (codes->of[KEY_DICT] != NULL)
			record[i].entity = codes->of[KEY_DICT][record[i].entity];
	}
}

#define SORT_FORM(name, Record, decides) \
	static void \
	sort_##name(void *items, const void *from, int n, const StateCodes *codes) \
	{ \
		const RecordShape shape = { \
			.size = sizeof(Record),.entity_size = sizeof(((Record *) NULL)->entity), \
			.compare = compare_##name,.key_first = true,.key_decides = decides, \
			.recode = recode_##name \
		}; \
		\
		records_sort(items, from, n, codes, &shape); \
	}

SORT_FORM(valued, ValuedRecord, false)
SORT_FORM(wide, WideRecord, true)
SORT_FORM(points, PointsRecord, false)
SORT_FORM(small, SmallRecord, true)
SORT_FORM(seconds, SmallRecord, true)

const StatePacking happening_packings[HAPPENING_FORMS] = {
	{.size = sizeof(ValuedRecord),.pack = pack_valued,.unpack = unpack_valued,
	.sort = sort_valued,.recode = recode_valued},
	{.size = sizeof(WideRecord),.pack = pack_wide,.unpack = unpack_wide,
	.sort = sort_wide,.recode = recode_wide},
	{.size = sizeof(PointsRecord),.pack = pack_points,.unpack = unpack_points,
	.sort = sort_points,.recode = recode_points},
	{.size = sizeof(SmallRecord),.pack = pack_small,.unpack = unpack_small,
	.sort = sort_small,.recode = recode_small},
	{.size = sizeof(SmallRecord),.pack = pack_seconds,.unpack = unpack_seconds,
	.sort = sort_seconds,.recode = recode_seconds}
};
