-- Engagement: G10, plain SQL, and states that are cut in any way.
\i test/begin.sql
BEGIN;
SELECT plan(19);
SELECT setseed(0.33);
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT abs(a - b) <= tolerance * greatest(1, abs(a), abs(b)) $$;

-- G10: 10 points at days 0, 7, 14, half-life 7 days.
CREATE TEMP TABLE g10 AS SELECT timestamptz '2024-01-01 00:00Z' + i * interval '7 days' AS at FROM generate_series(0, 2) i;
SELECT ok(pg_temp.near(abm.engagement_score(abm.engagement_agg(at, 10, '7 days'), '2024-01-15 00:00Z'), 17.5), 'G10: 17.5 at day 14') FROM g10;
SELECT ok(pg_temp.near(abm.engagement_score(abm.engagement_agg(at, 10, '7 days'), '2024-01-29 00:00Z'), 4.375), 'G10: 4.375 at day 28') FROM g10;
SELECT ok(pg_temp.near(abm.engagement_score(abm.rollup(e), '2024-01-15 00:00Z'), 17.5), 'G10: parts merged') FROM (SELECT abm.engagement_agg(at, 10, '7 days') AS e FROM g10 GROUP BY at) p;

CREATE TEMP TABLE event AS
SELECT i, i % 40 AS entity, timestamptz '2024-01-01 00:00Z' + random() * interval '400 days' AS at, (ARRAY[1, 2, 5, 10, -3, 0.001, 12345.678])[1 + floor(random() * 7)::int] * (1 + random()) AS points,
  (ARRAY['web', 'mail', 'webinar', 'call'])[1 + floor(random() * 4)::int] AS class, (random() * 6)::int AS part, random() AS shuffle FROM generate_series(1, 20000) i;
CREATE TEMP TABLE length (half_life interval);
INSERT INTO length VALUES ('1 hour'), ('1 day'), ('7 days'), ('13 days 05:06:07.089'), ('90 days'), ('36500 days');
CREATE TEMP TABLE state AS SELECT half_life, entity, abm.engagement_agg(at, points, half_life) AS e FROM event, length GROUP BY half_life, entity;
-- Against plain SQL, at the newest event and later.
CREATE TEMP TABLE slow AS
SELECT half_life, entity, as_of, sum(points * 2 ^ greatest(-1000, -extract(epoch FROM as_of - at)::float8 / extract(epoch FROM half_life)::float8)) AS score
FROM event, length, unnest('{2025-02-04 00:00Z,2025-02-04 01:02:03Z,2025-03-01 00:00Z}'::timestamptz[]) as_of GROUP BY half_life, entity, as_of;
SELECT is_empty($$SELECT *, abm.engagement_score(e, as_of) FROM slow JOIN state USING (half_life, entity) WHERE NOT pg_temp.near(abm.engagement_score(e, as_of), score, 1e-11)$$, 'scores as plain SQL has them');
SELECT is_empty($$SELECT * FROM state JOIN (SELECT entity, count(*) AS n, max(at) AS newest FROM event GROUP BY entity) x USING (entity) WHERE abm.engagement_events(e) <> n OR abm.last_engaged(e) <> newest$$, 'events and the newest');
-- Any cut, any order: the same bytes; and so for times far apart, where the old is forgotten.
SELECT is_empty($$SELECT * FROM state JOIN (SELECT half_life, entity, abm.rollup(e) AS parts FROM (SELECT half_life, entity, abm.engagement_agg(at, points, half_life ORDER BY shuffle) AS e FROM event, length GROUP BY half_life, entity, part) p GROUP BY 1, 2) x
  USING (half_life, entity) WHERE parts::text <> e::text$$, 'parts are the whole');
SELECT is_empty($$SELECT * FROM state JOIN (SELECT half_life, entity, abm.rollup(e ORDER BY entity, random()) AS parts FROM (SELECT half_life, entity, abm.engagement_agg(at, points, half_life) AS e FROM event, length GROUP BY half_life, entity, i) p GROUP BY 1, 2) x
  USING (half_life, entity) WHERE parts::text <> e::text$$, 'single events are the whole');
-- More points never lower the score; time never raises that of points.
SELECT is_empty($$SELECT * FROM state JOIN (SELECT half_life, abm.engagement_agg('2024-06-01 00:00Z', 1, half_life) AS more FROM length GROUP BY half_life) x USING (half_life), abm.merge(e, more) m WHERE abm.engagement_score(m, '2025-02-05 00:00Z') < abm.engagement_score(e, '2025-02-05 00:00Z')$$, 'more points, no less score');
SELECT is_empty($$SELECT * FROM (SELECT abm.engagement_agg(at, abs(points), '7 days') AS e FROM event) s, generate_series(0, 100) d WHERE abm.engagement_score(e, timestamptz '2025-02-05 00:00Z' + (d + 1) * interval '1 day') > abm.engagement_score(e, timestamptz '2025-02-05 00:00Z' + d * interval '1 day')$$,
  'time takes away');
SELECT is_empty($$SELECT * FROM state WHERE NOT pg_temp.near(abm.engagement_score(abm.engagement_weighted(e, 0.3), '2025-02-05 00:00Z'), 0.3 * abm.engagement_score(e, '2025-02-05 00:00Z'))$$, 'weighted');

-- Caps against plain SQL.
CREATE TEMP TABLE cap (class text, daily_cap float8);
INSERT INTO cap VALUES ('web', 20), ('mail', 5), ('webinar', NULL), ('call', 0);
CREATE TEMP TABLE capped AS SELECT entity, abm.capped_engagement_agg(at, class, points, daily_cap, '14 days') AS e FROM event JOIN cap USING (class) GROUP BY entity;
CREATE TEMP TABLE slow_capped AS
SELECT entity, class, sum(share * decayed) AS score, sum(share * points) AS counted, sum(points) AS points, count(*) AS days, count(*) FILTER (WHERE share < 1) AS capped_days
FROM (SELECT entity, class, sum(points) AS points, sum(points * 2 ^ (-extract(epoch FROM timestamptz '2025-02-05 00:00Z' - at)::float8 / (14 * 86400))) AS decayed, CASE WHEN sum(points) > daily_cap THEN daily_cap / sum(points) ELSE 1 END AS share
  FROM event JOIN cap USING (class) GROUP BY entity, class, daily_cap, date_trunc('day', at, 'UTC')) d GROUP BY entity, class;
SELECT is_empty($$SELECT * FROM capped JOIN (SELECT entity, sum(score) AS s FROM slow_capped GROUP BY entity) x USING (entity) WHERE NOT pg_temp.near(abm.engagement_score(e, '2025-02-05 00:00Z'), s, 1e-10)$$, 'capped scores as plain SQL has them');
SELECT is_empty($$SELECT * FROM (SELECT entity, c.* FROM capped, abm.engagement_by_class(e, '2025-02-05 00:00Z') c) a FULL JOIN slow_capped b USING (entity, class)
  WHERE (pg_temp.near(a.score, b.score, 1e-10) AND pg_temp.near(a.points, b.points, 1e-10) AND pg_temp.near(a.counted, b.counted, 1e-10) AND a.days = b.days AND a.capped_days = b.capped_days) IS NOT TRUE$$, 'classes as plain SQL has them');
SELECT is_empty($$SELECT * FROM capped JOIN (SELECT entity, abm.rollup(e) AS parts FROM (SELECT entity, abm.capped_engagement_agg(at, class, points, daily_cap, '14 days' ORDER BY shuffle) AS e FROM event JOIN cap USING (class) GROUP BY entity, part) p GROUP BY 1) x
  USING (entity) WHERE parts::text <> e::text$$, 'capped parts are the whole');
SELECT is_empty($$SELECT * FROM capped JOIN (SELECT entity, abm.rollup(e) AS parts FROM (SELECT entity, abm.capped_engagement_agg(at, class, points, daily_cap, '14 days') AS e FROM event JOIN cap USING (class) GROUP BY entity, i) p GROUP BY 1) x
  USING (entity) WHERE parts::text <> e::text$$, 'single capped events are the whole');
SELECT is_empty($$SELECT * FROM (SELECT entity, abm.capped_engagement_agg(at, class, abs(points), NULL, '14 days') AS c, abm.engagement_agg(at, abs(points), '14 days') AS e FROM event GROUP BY entity) x
  WHERE NOT pg_temp.near(abm.engagement_score(c, '2025-02-05 00:00Z'), abm.engagement_score(e, '2025-02-05 00:00Z'), 1e-11)$$, 'without caps both are the same');
SELECT is_empty($$SELECT * FROM (SELECT abm.capped_engagement_agg(at, class, abs(points), 7, '36500 days') AS e FROM event) s, abm.engagement_by_class(e, '2025-02-05 00:00Z') WHERE counted > 7 * days * (1 + 1e-12)$$, 'no day counts more than its cap');
SELECT throws_ok($$SELECT abm.merge(a, b) FROM (SELECT abm.capped_engagement_agg('2024-01-01', 'a', 1, 1, '1 day') AS a, abm.capped_engagement_agg('2024-01-01', 'a', 1, 2, '1 day') AS b) x$$, '22023', NULL, 'caps that differ do not merge');
SELECT throws_ok($$ SELECT abm.capped_engagement_agg('2024-01-01 23:59', 'a', 1e9, 1, '1 hour') FROM generate_series(1, 11000) $$, '22003', 'points are out of range', 'points beyond all reason');
SELECT is((SELECT abm.engagement_weighted(e, 1)::text FROM (SELECT abm.engagement_agg(timestamptz '2025-01-01 00:00+00' + i * interval '1 hour', sqrt(i::float8) * 1e8, '14 days') AS e FROM generate_series(1, 100) i) x),
  (SELECT abm.engagement_agg(timestamptz '2025-01-01 00:00+00' + i * interval '1 hour', sqrt(i::float8) * 1e8, '14 days')::text FROM generate_series(1, 100) i), 'weight 1 changes nothing, to the last bit');
SELECT * FROM finish();
ROLLBACK;
