-- Journeys of a population in one state: equal to those of single entities, whatever the keys and forms of records; within their memory; to be stopped.
\i test/begin.sql
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';

SELECT setseed(0.77) \g /dev/null
CREATE TEMP TABLE event AS
  SELECT entity::bigint, timestamptz '2024-01-01' + (random() * (CASE WHEN entity % 2 = 0 THEN 4 ELSE 200 END))::int * interval '1 hour' AS at,
    (ARRAY['visit', 'demo', 'proposal sent to the customer', '', 'wön', 'lost'])[1 + (random() * 5)::int] AS label, CASE WHEN random() < 0.6 THEN round(random()::numeric, 1)::float8 - 0.3 END AS value
  FROM generate_series(1, 600) entity, LATERAL generate_series(0, (random() ^ 3 * 40 * (entity / entity))::int) n;
CREATE TEMP TABLE one AS SELECT entity, abm.journey_agg(at, label) AS j FROM event GROUP BY entity;
CREATE TEMP TABLE all_in_one AS SELECT abm.journeys_agg(entity, at, label) AS js, abm.journeys_agg('entity ' || entity, at, label) AS of_text, abm.journeys_agg(md5(entity::text)::uuid, at, label) AS of_uuid,
    abm.journeys_agg(entity, at, label, value) AS valued, abm.journeys_agg('entity ' || entity, at, label, value) AS valued_text, abm.journeys_agg(entity, at, length(label)) AS numbered FROM event;

-- The population form says what each journey says.
SELECT bag_eq($$ SELECT entity, journey::text FROM all_in_one, abm.journeys_unnest(js) $$, $$ SELECT entity, j::text FROM one $$, 'journeys_unnest');
SELECT bag_eq($$ SELECT entity, journey::text FROM all_in_one, abm.journeys_unnest(of_text, NULL::text) $$, $$ SELECT 'entity ' || entity, j::text FROM one $$, '… by text');
SELECT bag_eq($$ SELECT entity, journey::text FROM all_in_one, abm.journeys_unnest(of_uuid, NULL::uuid) $$, $$ SELECT md5(entity::text)::uuid, j::text FROM one $$, '… by uuid');
SELECT bag_eq($$ SELECT entity, journey::text FROM all_in_one, abm.journeys_unnest(valued) $$, $$ SELECT entity, j::text FROM one $$, '… with values');
SELECT bag_eq($$ SELECT entity, journey::text FROM all_in_one, abm.journeys_unnest(numbered) $$, $$ SELECT entity, abm.journey_agg(at, length(label)::text)::text FROM event GROUP BY entity $$, '… labels that are numbers');
SELECT is_empty($$ SELECT entity FROM all_in_one, one WHERE abm.journey_of(js, entity)::text IS DISTINCT FROM j::text OR abm.journey_of(of_text, 'entity ' || entity)::text IS DISTINCT FROM j::text
  OR abm.journey_of(of_uuid, md5(entity::text)::uuid)::text IS DISTINCT FROM j::text OR abm.journey_of(valued_text, 'entity ' || entity)::text IS DISTINCT FROM j::text $$, 'journey_of');
SELECT is_empty($$ SELECT e FROM all_in_one, unnest('{-9223372036854775808,-1,0,601,4294967297,9223372036854775807}'::bigint[]) e
  WHERE num_nonnulls(abm.journey_of(js, e), abm.journey_of(of_text, 'entity ' || e), abm.journey_of(of_uuid, md5(e::text)::uuid)) > 0 $$, 'none of who is not there');
SELECT results_eq($$ SELECT abm.touches(js), abm.entities(js), abm.touches(of_text), abm.entities(of_text), abm.touches(of_uuid), abm.entities(of_uuid) FROM all_in_one $$,
  $$ SELECT count(*), count(DISTINCT entity), count(*), count(DISTINCT entity), count(*), count(DISTINCT entity) FROM event $$, 'touches and entities');
SELECT results_eq($$ SELECT e.* FROM all_in_one, abm.journeys_events(valued) e $$, $$ SELECT * FROM event ORDER BY entity, at, label COLLATE "C", value NULLS LAST $$, 'journeys_events: all of them, in order');
SELECT bag_eq($$ SELECT e.* FROM all_in_one, abm.journeys_events(valued_text, NULL::text) e $$, $$ SELECT 'entity ' || entity, at, label, value FROM event $$, '… by text');
SELECT results_eq($$ SELECT e.entity FROM all_in_one, abm.journeys_events(of_text, 'any'::text) e $$, $$ SELECT 'entity ' || entity FROM event ORDER BY ('entity ' || entity) COLLATE "C" $$, '… which stand in the order of bytes');
-- accessors of transitions and stages over all, one by one and by any key
SELECT is((SELECT count(DISTINCT t::text) FROM (SELECT unnest(ARRAY[abm.transitions(js, '2024-01-03'), abm.transitions(of_text, '2024-01-03'), abm.transitions(of_uuid, '2024-01-03'), abm.transitions(valued, '2024-01-03')]) AS t FROM all_in_one
  UNION ALL SELECT abm.transition_agg(j, '2024-01-03') FROM one) x), 1::bigint, 'transitions, by any key');
SELECT is((SELECT count(DISTINCT s::text) FROM (SELECT unnest(ARRAY[abm.stages(js, p, '2024-01-03'), abm.stages(of_text, p, '2024-01-03'), abm.stages(of_uuid, p, '2024-01-03'), abm.stages(valued_text, p, '2024-01-03')]) AS s
    FROM all_in_one, (VALUES ('{visit,demo,wön}'::text[])) v (p) UNION ALL SELECT abm.stages_agg(j, '{visit,demo,wön}', '2024-01-03') FROM one) x), 1::bigint, 'stages, by any key');
SELECT is((SELECT count(DISTINCT r::text) FROM (SELECT jsonb_agg(s ORDER BY stage) AS r FROM all_in_one, unnest(ARRAY[js, of_text, of_uuid, valued]) WITH ORDINALITY u (x, nth), abm.stage_report(x, '{visit,demo,wön}', '2024-01-03', 0.9) s GROUP BY nth
  UNION ALL SELECT jsonb_agg(s ORDER BY stage) FROM (SELECT abm.stages_agg(j, '{visit,demo,wön}', '2024-01-03') AS m FROM one) x, abm.stage_report(m, 0.9) s) y), 1::bigint, 'stage_report, of all and rolled up');

-- Six forms of records: two of 12 bytes, with no value, or with whole seconds and values in sixteenths; 16 with entities beyond 32 bits, or with values of few digits; 20 with other values; the full one of 32 for the rest. Any mixture, any way to merge.
CREATE TEMP TABLE shape AS
  SELECT n, CASE n / 5 WHEN 1 THEN (ARRAY[-9223372036854775808, -1, 4294967296, 4294967295, 9223372036854775807])[1 + n % 5] ELSE n % 3 END AS entity,
    CASE n / 5 WHEN 3 THEN '294276-12-31'::timestamptz - n * interval '100000 years' / 10 WHEN 4 THEN timestamptz '2024-01-01' + n % 4 * interval '1 day 0.000001 s' ELSE timestamptz '2024-01-01' + n % 4 * interval '1 day' END AS at,
    (ARRAY['b', 'label of thirty-two bytes, or more', 'a'])[1 + n % 3] AS label, CASE n / 5 WHEN 2 THEN n % 2 - 0.4 WHEN 4 THEN n % 2 - 0.5 WHEN 5 THEN (n % 3 - 1) * 0.5 END::float8 AS value, n / 5 AS form
  FROM generate_series(0, 29) n;
CREATE TEMP TABLE formed AS SELECT form, abm.journeys_agg(entity, at, label, value) AS s FROM shape GROUP BY form;
CREATE TEMP TABLE whole AS SELECT abm.journeys_agg(entity, at, label, value) AS s FROM shape;
SELECT results_eq($$ SELECT abm.rollup(x ORDER BY o)::text FROM (SELECT a.form * 10000 + b.form * 1000 + c.form * 100 + d.form * 10 + e.form AS p, unnest(ARRAY[a.s, b.s, c.s, d.s, e.s, f.s]) AS x, generate_series(1, 6) AS o
    FROM formed a, formed b, formed c, formed d, formed e, formed f WHERE 6 = (SELECT count(DISTINCT n) FROM unnest(ARRAY[a.form, b.form, c.form, d.form, e.form, f.form]) n)) y GROUP BY p $$,
  $$ SELECT s::text FROM whole, generate_series(1, 720) $$, 'forms merged in any order are the whole');
SELECT is_empty($$ SELECT a.form, b.form FROM formed a, formed b WHERE a.form <> b.form AND (abm.merge(a.s, b.s)::text <> (SELECT abm.journeys_agg(entity, at, label, value)::text FROM shape WHERE form IN (a.form, b.form))
  OR abm.merge(a.s, b.s)::text <> abm.merge(b.s, a.s)::text) $$, 'two by two');
SELECT is_empty($$ SELECT n FROM generate_series(1, 60) n, LATERAL (SELECT abm.journeys_agg(entity, at, label, value ORDER BY md5(n::text || shape.n)) AS s FROM shape) x, whole WHERE x.s::text <> whole.s::text $$, 'rows in any order');
SELECT results_eq($$ SELECT e.* FROM whole, abm.journeys_events(s) e $$, $$ SELECT entity, at, label, value FROM shape ORDER BY entity, at, label COLLATE "C", value NULLS LAST $$, 'nothing is lost in any form');
SELECT bag_eq($$ SELECT entity, abm.touches(abm.journey_of(s, entity)) FROM (SELECT DISTINCT entity FROM shape) e, whole $$, $$ SELECT entity, count(*) FROM shape GROUP BY entity $$, 'extreme entities are found');
SELECT is_empty($$ SELECT FROM formed, whole w WHERE formed.s::text::abm.journeys::text <> formed.s::text OR w.s::text::abm.journeys::text <> w.s::text $$, 'through text');
SELECT results_eq($$ SELECT pg_column_size(abm.journeys_agg(n * a, '2024-01-01'::timestamptz + n * interval '1 s' * b, 'x', v)) / 100000 FROM generate_series(1, 100000) n,
    (VALUES (1, 1, 1, NULL), (2, -1, 1, NULL), (3, 1, 1, 1.1::float8), (4, -1, 1, 1.5), (5, 1, 2000000, NULL), (6, 1, 1, 1.5), (7, 1, 1, 16777217), (8, 1, 1.000001, 1.5), (9, 1, 1, 40000), (10, 1, 1, -32767.9375), (11, 1, 1, 1.0 / 32)) x (i, a, b, v) GROUP BY i ORDER BY i $$,
  $$ VALUES (12), (16), (20), (32), (32), (12), (20), (16), (16), (12), (16) $$, 'bytes of an event: 12 without a value, or with few sixteenths at a whole second; 16 of large entities or with values of few digits, 20 with others; 32 of both or of far times');
-- The last seconds and sixteenths that fit, and the first that do not.
CREATE TEMP TABLE edge AS SELECT row_number() OVER () AS i, 'label ' || n AS label, at, value FROM unnest('{1931-12-13 20:45:51+00,1931-12-13 20:45:52+00,1931-12-13 20:45:52.000001+00,1999-12-31 23:59:59+00,1999-12-31 23:59:59.999999+00,2000-01-01 00:00:00+00,2068-01-19 03:14:07+00,2068-01-19 03:14:08+00}'::timestamptz[]) at,
  unnest('{-32768.0625,-32768,-32767.9375,-0.0625,-0,0,0.0625,0.03125,32767.9375,32768,1e300}'::float8[]) value, unnest('{1,2,3}'::int[]) n;
SELECT is_empty($$ SELECT i FROM edge e JOIN (SELECT i, abm.journeys_agg(7, at, label, value) AS s FROM edge GROUP BY i) x USING (i), abm.journeys_events(s) y
  WHERE y.at <> e.at OR y.label <> e.label OR y.value <> e.value OR s::text <> s::text::abm.journeys::text $$, 'each by itself is what it was');
SELECT results_eq($$ SELECT y.at, y.label, y.value FROM (SELECT abm.journeys_agg(i % 3, at, label, value ORDER BY md5(i::text)) AS s FROM edge) x, abm.journeys_events(s) y $$,
  $$ SELECT at, label, value FROM edge ORDER BY i % 3, at, label, value $$, 'all together are');
SELECT results_eq($$ SELECT y.at, y.label, y.value FROM (SELECT abm.journeys_agg(i % 3, at, label, value ORDER BY md5(i::text)) AS s FROM edge WHERE abs(value) <= 32767.9375 AND value <> 0.03125 AND at BETWEEN '1931-12-13 20:45:52+00' AND '2068-01-19 03:14:07+00' AND at = date_trunc('second', at)) x, abm.journeys_events(s) y $$,
  $$ SELECT at, label, value FROM edge WHERE abs(value) <= 32767.9375 AND value <> 0.03125 AND at BETWEEN '1931-12-13 20:45:52+00' AND '2068-01-19 03:14:07+00' AND at = date_trunc('second', at) ORDER BY i % 3, at, label, value $$, 'all that fit 12 bytes are');
SELECT is((SELECT pg_column_size(abm.journeys_agg(substr(md5(n::text), 1, 8), '2024-01-01'::timestamptz, 'x')) / 100000 FROM generate_series(1, 100000) n), 28, 'an entity of text of 8 bytes: 16 bytes more, once');
SELECT is((SELECT pg_column_size(abm.journeys_agg(md5(n::text)::uuid, '2024-01-01'::timestamptz, 'x')) / 100000 FROM generate_series(1, 100000) n), 36, 'of 16 bytes: 24 more, once');
SELECT is((SELECT pg_column_size(abm.journey_agg('2024-01-01'::timestamptz + n * interval '1 s', 'x')) / 100000 FROM generate_series(1, 100000) n), 8, 'an event of a journey of its own: 8');

-- Sorting: entities that lie close, far apart, in heaps, or are nearly all the same; 12 bytes or more each.
CREATE TEMP TABLE heap AS SELECT k.name, i, k.entity, timestamptz '2024-01-01' + (i * 7919 % 100003) * interval '1 minute' AS at, i % 3 AS value FROM generate_series(1, 40000) i, LATERAL (VALUES
  ('close', i * 7919::bigint % 997), ('backwards', 100000 - i), ('all different', i * 7919::bigint % 100003), ('one far above', CASE WHEN i = 7 THEN 4000000000 ELSE i * 7919::bigint % 997 END),
  ('one far below', CASE WHEN i = 7 THEN -9223372036854775808 ELSE i * 7919::bigint % 997 END), ('both', CASE i WHEN 7 THEN -9e18::bigint WHEN 8 THEN 9e18::bigint ELSE i * 7919::bigint % 997 END),
  ('one has most', CASE WHEN i % 10 > 0 THEN 500 ELSE i * 7919::bigint % 997 END), ('one has all but one', CASE WHEN i = 20000 THEN 12 ELSE 500 END), ('two heaps', i % 2 * 3000000000 + i * 7919::bigint % 997),
  ('heaps of heaps', (10 ^ (i % 7 * 3))::bigint + i * 7919::bigint % 97), ('powers', (2 ^ (i % 62))::bigint)) k (name, entity);
SELECT is(digest, (SELECT md5(string_agg(entity || ' ' || extract(epoch FROM at)::bigint || ' ' || value, ',' ORDER BY entity, at, value)) FROM heap h WHERE h.name = g.name), g.name || valued)
FROM (SELECT name, valued, (SELECT md5(string_agg(entity || ' ' || extract(epoch FROM e.at)::bigint || ' ' || (value - CASE valued WHEN '' THEN 0 ELSE 0.1 END), ',')) FROM abm.journeys_events(s) e) AS digest
  FROM (SELECT name, valued, abm.journeys_agg(entity, at, 'x', value + CASE valued WHEN '' THEN 0 ELSE 0.1 END ORDER BY i) AS s FROM heap, (VALUES (''), (', 20 bytes')) v (valued) GROUP BY name, valued) x) g;

-- Memory: a bound that the state may fill, an error that names the way out, and the way out.
CREATE FUNCTION gather(n int, entity text, value text DEFAULT 'NULL') RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; h text; BEGIN
  EXECUTE format('SELECT abm.touches(abm.journeys_agg(%s, ''2024-01-01''::timestamptz + n * interval ''1 s'', n %% 5, %s)) FROM generate_series(1, %s) n', entity, value, n) INTO r;
  RETURN r;
EXCEPTION WHEN program_limit_exceeded THEN
  GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT;
  RETURN sqlerrm || ': ' || h; END $$;
SET LOCAL abm.population_memory = '1MB';
SELECT is(gather(87000, 'n'), '87000', '87,000 events of 12 bytes in 1 MB');
SELECT matches(gather(88000, 'n'), '^journeys state exceeds its limit of 1024 kB: Raise abm.population_memory, or make buckets by a hash of the entity', 'but not 88,000');
SELECT is(gather(65000, CASE WHEN first THEN '-1 / n' ELSE format('-1 / (%s - n)', 65001) END), '65000', 'a large entity ' || CASE WHEN first THEN 'first' ELSE 'last' END || ' makes no difference') FROM (VALUES (true), (false)) v (first);
SELECT is(gather(52000, 'n', CASE WHEN first THEN '1.5 / n' ELSE format('NULLIF(n, %s) / 1.5', 52000) END), '52000', 'nor does a value') FROM (VALUES (true), (false)) v (first);
SELECT matches(gather(40000, 'md5(n::text)'), 'exceeds its limit of 1024 kB', 'texts of entities count');
SET LOCAL abm.population_memory = '700kB';
SELECT is(gather(59000, 'n'), '59000', 'a bound that is no power of two can be filled too');
SET LOCAL abm.population_memory = '64kB';
CREATE TEMP TABLE many AS SELECT n % 7919 AS entity, timestamptz '2024-01-01' + n * 7919::bigint % 100003 * interval '1 min' AS at, (ARRAY['lead', 'talks', 'won', 'lost'])[1 + n * 31 % 4] AS label FROM generate_series(1, 50000) n;
SELECT throws_ok($$ SELECT abm.stages(abm.journeys_agg(entity, at, label), '{lead,talks,won}', '2024-03-01') FROM many $$, '54000', NULL, 'too much for 64 kB');
CREATE TEMP TABLE bucketed AS SELECT abm.rollup(s) AS s FROM (SELECT abm.stages(abm.journeys_agg(entity, at, label), '{lead,talks,won}', '2024-03-01') AS s FROM many GROUP BY hashint8(entity) & 31) x;
SELECT pass('in buckets there is room');
RESET abm.population_memory;
SELECT is((SELECT s::text FROM bucketed), (SELECT abm.stages(abm.journeys_agg(entity, at, label), '{lead,talks,won}', '2024-03-01')::text FROM many), 'and the answer is the same');
-- what was built and stored can be read and written whatever the bound is now
CREATE TEMP TABLE large AS SELECT abm.journeys_agg(entity, at, label) AS js FROM many;
SET LOCAL abm.population_memory = '64kB';
SELECT is((SELECT js::text::abm.journeys::text FROM large), (SELECT js::text FROM large), 'a large state through text');
SELECT is((SELECT length(abm.journeys_send(js)) FROM large), 53 + 50000 * 26, 'and to the wire');
SELECT is((SELECT abm.touches(abm.journey_of(js, 5)) FROM large), (SELECT count(*) FROM many WHERE entity = 5), 'and asked');
RESET abm.population_memory;

SELECT throws_ok($$ SELECT abm.rollup(s) FROM (SELECT js FROM all_in_one UNION ALL SELECT of_text FROM all_in_one) x (s) $$, '42804', NULL, 'keys of different types do not merge');
SELECT throws_ok($$ SELECT abm.merge(of_uuid, of_text) FROM all_in_one $$, '42804', 'cannot merge journeys of entities of type uuid with those of type text', '… nor text with uuid');
SELECT throws_ok(format('SELECT * FROM all_in_one, abm.%s(%s)', f, a), '42804', 'the entities of this state are of type ' || has || ', not ' || asked, format('%s(%s)', f, a))
FROM (VALUES ('journeys_unnest', 'of_text', 'text', 'bigint'), ('journeys_unnest', 'js, NULL::text', 'bigint', 'text'), ('journeys_events', 'of_uuid', 'uuid', 'bigint'), ('journeys_events', 'of_uuid, NULL::text', 'uuid', 'text'),
  ('journeys_unnest', 'js, 1', 'bigint', 'integer'), ('journey_of', 'of_uuid, ''x''::text', 'uuid', 'text'), ('journey_of', 'of_text, 5', 'text', 'bigint')) v (f, a, has, asked);

-- A million events of one entity, forwards, backwards and in any order.
SELECT is((SELECT count(DISTINCT s) FROM (SELECT md5(abm.journeys_agg(1, timestamptz '2024-01-01' + m % 900000 * interval '1 s', (m % 7)::int)::text) AS s
    FROM generate_series(1, 1000002) n, LATERAL (VALUES (1, n::bigint), (2, 1000003 - n), (3, n * 7919::bigint % 1000003)) v (i, m) GROUP BY i) x), 1::bigint, 'a million events of one entity, in any order');
-- Work can be stopped anywhere: in the gathering, the sorting, the asking.
CREATE TEMP TABLE stopped (after_ms int, outcome text, late_ms int);
CREATE FUNCTION work(ms int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE began timestamptz := clock_timestamp(); r text; BEGIN
  BEGIN
    PERFORM abm.stages(abm.journeys_agg(md5((n % 400000)::text), timestamptz '2024-01-01' + n * 7919::bigint % 1000003 * interval '1 s', n % 7), '{1,2,3,4}', '2025-01-01') FROM generate_series(1, 1000000) n;
    r := 'done';
  EXCEPTION WHEN query_canceled THEN r := 'stopped';
  END;
  INSERT INTO stopped VALUES (ms, r, extract(epoch FROM clock_timestamp() - began) * 1000 - ms); END $$;
\o /dev/null
SELECT format('SET LOCAL statement_timeout = %s', ms), format('SELECT work(%s)', ms), 'SET LOCAL statement_timeout = 0' FROM unnest('{100,300,500,700,900,1100,1300,1500}'::int[]) ms \gexec
\o
SELECT cmp_ok((SELECT count(*) FROM stopped WHERE outcome = 'stopped'), '>', 1::bigint, 'work is stopped');
SELECT is_empty($$ SELECT * FROM stopped WHERE outcome = 'stopped' AND late_ms > 500 $$, 'and soon, wherever it is');
-- A large state that is not grouped lives in memory of its own. Its records may get larger ones, other texts, another form; others may see it, asked again or left as it is.
CREATE TEMP TABLE rows AS SELECT i AS id, i * 7919 % 40009 AS entity, timestamptz '2024-01-01' + i * 104729 % 10000019 * interval '7 s' AS at, 'l' || i % 7 AS label, (i % 90)::float8 AS value
  FROM generate_series(1::bigint, 60000) i;
CREATE FUNCTION same(args text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  EXECUTE format($q$ SELECT CASE WHEN objects = 1 THEN '' ELSE 'not large, ' END ||
      CASE WHEN js::text = (SELECT abm.rollup(part)::text FROM (SELECT abm.journeys_agg(%1$s) AS part FROM rows GROUP BY id %% 5) x) THEN 'the same' ELSE 'different' END
    FROM (SELECT abm.journeys_agg(%1$s) AS js, (SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'large state') AS objects FROM rows OFFSET 0) x $q$, args) INTO r;
  RETURN r; END $$;
SELECT is(same(args), 'the same', 'large: ' || what) FROM (VALUES ('entity, at, label', 'plain'), ('entity, at, label, value', 'with values'), ('entity, at, (id % 3000)::int', 'ever more labels'),
  ('entity::text, at, label', 'texts'), ('md5(entity::text), at, label', 'long texts'), ('md5(entity::text)::uuid, at, label, value', 'uuid'),
  ('entity, at, label, CASE WHEN id > 50000 THEN value / 3 ELSE value END', 'larger values late'), ('entity, at, label, CASE WHEN id > 59990 THEN 0.1 END', 'values at all late'),
  ('CASE WHEN id > 55000 THEN entity + 10000000000 ELSE entity END, at, label', 'larger entities late'),
  ('CASE WHEN id > 55000 THEN entity + 10000000000 ELSE entity END, at, label, CASE WHEN id > 58000 THEN value / 3 ELSE value END', 'both'),
  ('entity, CASE WHEN id > 55000 THEN at + interval ''900 years'' ELSE at END, label', 'far times late'), ('nullif(entity % 30000, id % 2), at, nullif(label, ''l3'')', 'rows left out')) v (args, what);
CREATE AGGREGATE pg_temp.as_it_is(bigint, timestamptz, text) (SFUNC = abm.journeys_accum, STYPE = abm.journeys);
CREATE AGGREGATE pg_temp.how_many(bigint, timestamptz, text) (SFUNC = abm.journeys_accum, STYPE = abm.journeys, FINALFUNC = abm.entities);
CREATE TEMP TABLE left_open AS SELECT pg_temp.as_it_is(entity, at, label) AS js, abm.journeys_agg(entity, at, label) AS sealed FROM rows;
SELECT is((SELECT js::text FROM left_open), (SELECT sealed::text FROM left_open), 'large: without a final function, kept in a table');
SELECT is((SELECT abm.rollup(js)::text FROM left_open), (SELECT sealed::text FROM left_open), '… and rolled up');
SELECT is((SELECT abm.journeys_agg(entity, at, label ORDER BY label, id DESC)::text FROM rows), (SELECT sealed::text FROM left_open), 'large: in an order of its own');
SELECT results_eq($$ SELECT pg_temp.how_many(entity, at, label), abm.journeys_agg(entity, at, label)::text, pg_temp.as_it_is(entity, at, label)::text, abm.entities(abm.journeys_agg(entity, at, label)) FROM rows $$,
  $$ SELECT abm.entities(sealed), sealed::text, sealed::text, (SELECT count(DISTINCT entity) FROM rows) FROM left_open $$, 'large: one state for several aggregates');
SELECT results_eq($$ SELECT DISTINCT s FROM (SELECT abm.journeys_agg(entity, at, label) OVER ()::text AS s FROM rows LIMIT 3) x $$, $$ SELECT sealed::text FROM left_open $$, 'large: as a window function');
SELECT is((SELECT count(*) FROM (SELECT g, (SELECT abm.touches(abm.journeys_agg(entity, at, label)) FROM rows WHERE id > g) AS touches
  FROM generate_series(0, 20000, 5000) g) x WHERE touches = 60000 - g), 5::bigint, 'large: again and again in one query');
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'large state'), 0::bigint, 'large: nothing stays behind');

SELECT * FROM finish();
ROLLBACK;
