-- Journeys of single entities against plain SQL written the slow way, on events that tie often.
\i test/begin.sql
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';

SELECT setseed(0.63) \g /dev/null
-- 250 entities, few hours and few labels, so that events tie and labels repeat; one label is long, one is empty
CREATE TEMP TABLE event AS
  SELECT entity, timestamptz '2024-01-01' + (random() * (CASE WHEN entity % 2 = 0 THEN 4 ELSE 40 END))::int * interval '1 hour' AS at,
    (ARRAY['visit', 'demo', 'proposal sent to the customer', '', 'wön', 'lost'])[1 + (random() * 5)::int] AS label
  FROM generate_series(1, 250) entity, LATERAL generate_series(0, (random() * 14 * (entity / entity))::int) n;
CREATE INDEX ON event (entity);
ANALYZE event;
CREATE TEMP TABLE j AS SELECT entity, abm.journey_agg(at, label) AS j FROM event GROUP BY entity;
CREATE TEMP TABLE moment AS SELECT timestamptz '2024-01-01' + h * interval '1 hour' AS as_of FROM unnest('{-0.5,0,1,3.25,20,40,1000}'::numeric[]) h;
SELECT cmp_ok((SELECT count(*) FROM (SELECT FROM event GROUP BY entity, at HAVING count(DISTINCT label) > 1) x), '>', 300::bigint, 'many moments tie');

-- visits: consecutive events with one label, in the order of time and of the bytes of labels
CREATE TEMP TABLE visit AS
  SELECT entity, as_of, visit, label, min(at) AS entered_at, lead(min(at)) OVER (PARTITION BY entity, as_of ORDER BY visit) AS exited_at
  FROM (SELECT *, count(*) FILTER (WHERE begins) OVER (w ROWS UNBOUNDED PRECEDING) AS visit
        FROM (SELECT entity, as_of, at, label, lag(label) OVER w IS DISTINCT FROM label AS begins FROM event JOIN moment ON at <= as_of
              WINDOW w AS (PARTITION BY entity, as_of ORDER BY at, label COLLATE "C")) x
        WINDOW w AS (PARTITION BY entity, as_of ORDER BY at, label COLLATE "C")) y
  GROUP BY entity, as_of, visit, label;
ALTER TABLE visit ADD days numeric;
UPDATE visit SET days = extract(epoch FROM coalesce(exited_at, as_of) - entered_at) / 86400;
CREATE TEMP TABLE last_visit AS SELECT * FROM visit WHERE as_of = (SELECT max(as_of) FROM moment);
CREATE INDEX ON visit (entity, as_of);
CREATE INDEX ON last_visit (entity);
ANALYZE visit; ANALYZE last_visit;
CREATE TEMP TABLE place AS
  SELECT p AS stages, label, nth - 1 AS place FROM (VALUES ('{visit,demo,wön}'::text[]), ('{lost,"proposal sent to the customer",demo,visit}'), ('{wön}'), ('{nowhere,demo,elsewhere,lost,""}')) v (p),
    unnest(p) WITH ORDINALITY u (label, nth);

SELECT bag_eq($$ SELECT entity, as_of, t.visit, label, entered_at, exited_at, round(days::numeric, 9), is_current FROM j, moment, abm.journey_timeline(j, as_of) t $$,
  $$ SELECT entity, as_of, visit, label, entered_at, exited_at, round(days, 9), exited_at IS NULL FROM visit $$, 'journey_timeline');
CREATE TEMP TABLE known AS SELECT DISTINCT label AS l FROM event UNION SELECT 'nowhere';
CREATE TEMP TABLE stay AS SELECT entity, as_of, label AS l, sum(days) AS days FROM visit GROUP BY entity, as_of, label;
SELECT is_empty($$ SELECT entity, as_of, l, found, s.days FROM (SELECT entity, as_of, l, abm.days_in(j, l, as_of) AS found FROM j, moment, known) x LEFT JOIN stay s USING (entity, as_of, l)
  WHERE round(found::numeric, 9) IS DISTINCT FROM round(s.days, 9) $$, 'days_in');
SELECT is_empty($$ SELECT entity, as_of FROM j, moment WHERE abm.label_at(j, as_of) IS DISTINCT FROM
    (SELECT label FROM visit v WHERE v.entity = j.entity AND v.as_of = moment.as_of AND exited_at IS NULL) $$, 'label_at');
SELECT is_empty($$ SELECT entity, l FROM j, known,
    LATERAL (SELECT min(at) AS a, max(at) AS b FROM event e WHERE e.entity = j.entity AND label = l) x
  WHERE (abm.first_at(j, l), abm.last_at(j, l)) IS DISTINCT FROM (a, b) $$, 'first_at and last_at');
SELECT is_empty($$ SELECT entity, l FROM j, known
  WHERE abm.visits(j, l) <> (SELECT count(*) FROM last_visit v WHERE v.entity = j.entity AND label = l)
    OR abm.touches(j) <> (SELECT count(*) FROM event e WHERE e.entity = j.entity) $$, 'visits and touches');
-- from one label to the other, both ways
SELECT is_empty($$ SELECT entity, a, b, abm.days_between(j, a, b), d FROM j, (SELECT DISTINCT label AS a FROM event) y, (SELECT DISTINCT label AS b FROM event) z,
    LATERAL (SELECT CASE WHEN a = b THEN (SELECT entered_at FROM last_visit v WHERE v.entity = j.entity AND label = a ORDER BY visit OFFSET 1 LIMIT 1)
                    ELSE (SELECT min(at) FROM event e WHERE e.entity = j.entity AND label = b AND at >= f) END - f AS s
             FROM (SELECT min(at) AS f FROM event e WHERE e.entity = j.entity AND label = a) f) x,
    LATERAL (SELECT extract(epoch FROM s)::float8 / 86400 AS d) w
  WHERE abm.days_between(j, a, b) IS DISTINCT FROM d AND abs(abm.days_between(j, a, b) - d) < 1e-9 IS NOT TRUE $$, 'days_between');
-- through a pipeline: events of one moment in the order of its stages, other labels passed over
CREATE TEMP TABLE course AS
  SELECT *, lag(place) OVER (PARTITION BY entity, stages ORDER BY at, place) AS before FROM event JOIN place USING (label);
CREATE INDEX ON course (entity);
ANALYZE course;
SELECT is_empty($$ SELECT entity, stages, abm.furthest(j, stages), f FROM j, (SELECT DISTINCT stages FROM place) p,
    LATERAL (SELECT max(place) AS f FROM course c WHERE c.entity = j.entity AND c.stages = p.stages) x
  WHERE abm.furthest(j, stages) IS DISTINCT FROM stages[f + 1] $$, 'furthest');
SELECT is_empty($$ SELECT entity, stages FROM j, (SELECT DISTINCT stages FROM place) p
  WHERE abm.regressions(j, stages) <> (SELECT count(*) FROM course c WHERE c.entity = j.entity AND c.stages = p.stages AND place < before) $$, 'regressions');
SELECT is_empty($$ SELECT entity, stages FROM j, (SELECT DISTINCT stages FROM place) p
  WHERE abm.skips(j, stages) <> (SELECT count(*) FROM place q WHERE q.stages = p.stages AND label NOT IN (SELECT label FROM event e WHERE e.entity = j.entity)
    AND place < (SELECT max(place) FROM course c WHERE c.entity = j.entity AND c.stages = p.stages)) $$, 'skips');
SELECT is_empty($$ SELECT entity FROM j WHERE abm.journey_path(j) <> (SELECT array_agg(label ORDER BY at, label COLLATE "C") FROM event e WHERE e.entity = j.entity)
  OR abm.journey_path(j, 'unique') <> abm.journey_path(j, 'none')
  OR abm.journey_path(j, 'exposure') <> (SELECT array_agg(label ORDER BY visit) FROM last_visit v WHERE v.entity = j.entity)
  OR abm.journey_path(j, 'first') <> (SELECT array_agg(label ORDER BY first) FROM (SELECT label, min(visit) AS first FROM last_visit v WHERE v.entity = j.entity GROUP BY label) x) $$, 'journey_path');

-- Laws: the days of all visits make up the time since the first event; a journey in parts is the journey.
SELECT is_empty($$ SELECT entity, as_of FROM j, moment, LATERAL (SELECT sum(days) AS d, min(entered_at) AS s FROM abm.journey_timeline(j, as_of)) t
  WHERE abs(d - extract(epoch FROM as_of - s) / 86400) > 1e-9 $$, 'no time is lost between visits');
SELECT is_empty($$ SELECT entity FROM j JOIN (SELECT entity, abm.rollup(s) AS r FROM (SELECT entity, at > '2024-01-01 20:00' AS late, abm.journey_agg(at, label) AS s FROM event GROUP BY 1, 2) x GROUP BY entity) y
  USING (entity) WHERE r::text <> j::text $$, 'parts by time are the whole');
SELECT is((SELECT md5(string_agg(j::text, ',' ORDER BY entity)) FROM (SELECT entity, abm.journey_agg(at, length(label)) AS j FROM event GROUP BY entity) x),
  (SELECT md5(string_agg(j::text, ',' ORDER BY entity)) FROM (SELECT entity, abm.journey_agg(at, length(label)::text) AS j FROM event GROUP BY entity) x), 'a number is its digits');

-- Moments that do not pack into 64 bits (before 1929, after 2071), beside those that do, in one state and merged from states of either form.
CREATE TEMP TABLE far AS
  SELECT n, at::timestamptz, (ARRAY['a', 'b', 'a label of more than eight bytes'])[1 + n % 3] AS label
  FROM unnest('{"4713-01-01 BC","0001-01-01","1928-08-23 07:45:55.186175","1928-08-23 07:45:55.186176","1928-12-31","1929-01-01","1999-12-31 23:59:59.999999","2000-01-01","2024-01-01",
    "2071-05-11 16:14:04.813823","2071-05-11 16:14:04.813824","2072-01-01","9999-12-31","294276-12-31 23:59:59.999999"}'::text[]) WITH ORDINALITY u (at, n);
SELECT results_eq($$ SELECT entered_at, label FROM (SELECT abm.journey_agg(at, label ORDER BY n % 5, n) AS j FROM far) x, abm.journey_timeline(j, '294276-12-31 23:59:59.999999') $$,
  $$ SELECT at, label FROM far ORDER BY n $$, 'all of time, in order');
SELECT is_empty($$ SELECT a, b FROM generate_series(1, 14) a, generate_series(1, 14) b, LATERAL (SELECT abm.journey_agg(at, label) FILTER (WHERE n <= a) AS x, abm.journey_agg(at, label) FILTER (WHERE n BETWEEN a + 1 AND b) AS y,
      abm.journey_agg(at, label) FILTER (WHERE n > greatest(a, b)) AS z, abm.journey_agg(at, label) AS whole FROM far) w
  WHERE abm.merge(abm.merge(x, z), y)::text <> whole::text OR abm.merge(y, abm.merge(z, x))::text <> whole::text OR whole::text::abm.journey::text <> whole::text $$, 'states of either form merge');
SELECT is((SELECT abm.days_in(j, 'a', '2024-01-01') FROM (SELECT abm.journey_agg('1924-01-01'::timestamptz, 'a') AS j) x), 36525::float8, 'a hundred years in one label');

-- Labels: thousands of them, of all lengths, found again; one more than the limit is refused.
CREATE TEMP TABLE labels AS SELECT n, left(repeat(md5(n::text), 32), (n * 7919) % 1025) || '-' || n AS label FROM generate_series(1, 4095) n WHERE (n * 7919) % 1025 < 1000;
CREATE TEMP TABLE wide AS SELECT abm.journey_agg(timestamptz '2024-01-01' + n * interval '1 min', label ORDER BY md5(label)) AS j FROM labels;
SELECT is_empty($$ SELECT n FROM wide, labels WHERE n % 7 = 0 AND abm.first_at(j, label) IS DISTINCT FROM timestamptz '2024-01-01' + n * interval '1 min' $$, 'thousands of labels are told apart');
SELECT is((SELECT abm.journey_path(j) FROM wide), (SELECT array_agg(label ORDER BY n) FROM labels), 'and stand in the order of time');
SELECT is_empty($$ SELECT entity, m FROM j, LATERAL (SELECT at AS m FROM event e WHERE e.entity = j.entity UNION ALL VALUES (timestamptz '1900-01-01'), ('2100-01-01')) x
  WHERE abm.anonymous_share(j, m) IS DISTINCT FROM (SELECT (count(*) FILTER (WHERE at < m))::float8 / count(*) FROM event e WHERE e.entity = j.entity) $$, 'anonymous_share');
SELECT throws_ok($$ SELECT abm.anonymous_share(abm.journey_agg('2024-01-01', 'a'), 'infinity') $$, '22008', 'first_known_at must be a finite time', '… at a finite moment');
SELECT is((SELECT abm.touches(abm.journey_agg('2024-01-01'::timestamptz, n)) FROM generate_series(1, 4096) n), 4096::bigint, '4096 labels');
SELECT throws_ok($$ SELECT abm.touches(abm.journey_agg('2024-01-01'::timestamptz, n)) FROM generate_series(1, 4097) n $$, '54000', 'journey state exceeds its limit of 4096 labels', 'but not one more');
SELECT throws_ok($$ SELECT abm.touches(abm.rollup(j)) FROM (SELECT abm.journey_agg('2024-01-01'::timestamptz, n) AS j FROM generate_series(1, 5000) n GROUP BY n % 2) x $$,
  '54000', 'journey state exceeds its limit of 4096 labels', 'not by merging either');

-- A million events of one entity at one moment, and in any order, are quick and can be stopped.
CREATE TEMP TABLE million AS SELECT abm.journey_agg(timestamptz '2024-01-01', CASE WHEN n % 3 = 0 THEN 'a' ELSE 'b' END) AS same,
    abm.journey_agg(timestamptz '2024-01-01' + (n * 7919::bigint % 1000003) * interval '1 s', n % 5) AS mixed FROM generate_series(1, 1000000) n;
SELECT is((SELECT abm.furthest(same, '{b,a}') FROM million), 'a', 'a million events at one moment: furthest');
SELECT is((SELECT abm.regressions(same, '{b,a}') FROM million), 0::bigint, '… regressions');
SELECT is((SELECT array[abm.visits(same, 'a'), abm.visits(same, 'b')] FROM million), '{1,1}', '… visits');
SELECT is((SELECT count(*) FROM million, abm.journey_timeline(mixed, '2025-01-01')), (SELECT count(*) FROM (SELECT n % 5 AS l, lag(n % 5) OVER (ORDER BY n * 7919::bigint % 1000003) AS before
  FROM generate_series(1, 1000000) n) x WHERE before IS DISTINCT FROM l), 'a million events in any order: their visits');

-- lifecycle_stage: unknown or known, all 3^9 cases, by another rule: the greatest stage with evidence.
SELECT is_empty($$
  WITH v (v) AS (VALUES (true), (false), (NULL))
  SELECT a.v, e.v, q.v, o.v, w.v, u.v, d.v, x.v, y.v FROM v a, v e, v q, v o, v w, v u, v d, v x, v y
  WHERE abm.lifecycle_stage(a.v, e.v, q.v, o.v, w.v, u.v, d.v, x.v, y.v) IS DISTINCT FROM
    (SELECT max(s::abm.lifecycle_stage) FROM (VALUES ('account', true), ('aware', a.v), ('engaged', e.v), ('qualified', q.v), ('opportunity', o.v), ('opportunity', w.v), ('customer', w.v AND u.v),
       ('adopted', d.v), ('expanded', x.v), ('advocate', y.v)) r (s, evidence) WHERE evidence) $$, 'lifecycle_stage: the whole truth table');

-- A state from outside may name labels that no event has.
CREATE TEMP TABLE unused AS SELECT '0a0100000000000200000001610000000162000000030002cd987ed4800000010002cdac9cabe00000010002cdc0ba8340000001f049646f'::abm.journey AS j;
SELECT results_eq($$ SELECT abm.days_between(j, 'a', 'b'), abm.days_between(j, 'b', 'a'), abm.days_between(j, 'a', 'a'), abm.days_between(j, 'b', 'b') FROM unused $$, $$ VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$, 'days between labels that no event has');
SELECT * FROM finish();
ROLLBACK;
