-- The list of accounts: what the functions for one account say, and plain SQL.
\i test/begin.sql
SET client_min_messages = warning;
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';
SELECT setseed(0.55);
CREATE TEMP TABLE event AS
SELECT i, (random() ^ 2 * 300)::bigint AS entity, date_trunc(CASE WHEN random() < 0.2 THEN 'day' ELSE 'microseconds' END, timestamptz '2024-01-01' + random() ^ 0.5 * interval '300 days') AS at,
  (ARRAY['web', 'mail', 'webinar', 'call'])[1 + floor(random() * 4)::int] AS class,
  CASE WHEN random() > 0.1 THEN (ARRAY[1, 2, 5, 10, -3, 0.001, 12345.678])[1 + floor(random() * 7)::int] * (1 + random()) END AS points
FROM generate_series(1, 12000) i;
INSERT INTO event SELECT 12000 + i, 1000 + i % 5, timestamptz '2024-09-20' + i * interval '1 hour', 'web', NULL FROM generate_series(1, 40) i; -- points never known
INSERT INTO event SELECT 13000 + i, 2000 + i, timestamptz '1970-01-01' + i * interval '5 years', 'mail', 1 FROM generate_series(1, 5) i; -- long ago
INSERT INTO event SELECT 20000 + i, 3000 + i % 60, timestamptz '2024-10-01' - random() ^ (1 + i % 60 / 12.0) * interval '60 days', 'web', 1 FROM generate_series(1, 1500) i; -- more and more of them of late
CREATE TEMP TABLE base AS SELECT abm.journeys_agg(entity, at, class, points) AS js FROM event;
CREATE TEMP TABLE question AS SELECT row_number() OVER () AS q, * FROM unnest('{2024-03-01,2024-10-01 12:34:56.789,2024-12-31}'::timestamptz[]) as_of,
  unnest('{1 hour,1 day,14 days,13 days 05:06:07.089,36500 days}'::interval[]) half_life, (VALUES (7::float8, 28::float8), (0.37, 90.5)) s (recent_days, baseline_days);
CREATE TEMP TABLE list AS SELECT q, l.* FROM base, question, abm.engagement_list(js, as_of, half_life, recent_days, baseline_days, 0.2) l;
CREATE TEMP TABLE slow AS
SELECT q, entity, count(*) AS events, max(at) AS last_at,
  abm.engagement_score(abm.engagement_agg(at, points, half_life), as_of) AS score,
  abm.engagement_score(abm.engagement_agg(at, points, half_life) FILTER (WHERE at <= as_of - recent_days * interval '1 day'), as_of - recent_days * interval '1 day') AS previous,
  count(*) FILTER (WHERE at > as_of - recent_days * interval '1 day') AS recent,
  count(*) FILTER (WHERE at <= as_of - recent_days * interval '1 day' AND at > as_of - (recent_days + baseline_days) * interval '1 day') AS baseline,
  CASE WHEN count(*) FILTER (WHERE at > as_of - recent_days * interval '1 day') = 0 THEN 0 ELSE sum(points) FILTER (WHERE at > as_of - recent_days * interval '1 day') END AS recent_points,
  CASE WHEN count(*) FILTER (WHERE at <= as_of - recent_days * interval '1 day' AND at > as_of - (recent_days + baseline_days) * interval '1 day') = 0 THEN 0
    ELSE sum(points) FILTER (WHERE at <= as_of - recent_days * interval '1 day' AND at > as_of - (recent_days + baseline_days) * interval '1 day') END AS baseline_points
FROM event JOIN question ON at <= as_of GROUP BY q, as_of, half_life, recent_days, baseline_days, entity;
CREATE TEMP TABLE size AS
SELECT q, entity, sum(abs(points) * greatest(abm.decay_factor(as_of - at, half_life), 1e-290)) AS score,
  sum(abs(points) * greatest(abm.decay_factor(as_of - recent_days * interval '1 day' - at, half_life), 1e-290)) FILTER (WHERE at <= as_of - recent_days * interval '1 day') AS previous
FROM event JOIN question ON at <= as_of GROUP BY q, entity;
SELECT cmp_ok((SELECT count(*) FROM list)::int, '>', 5000, 'a list');
SELECT is((SELECT count(*) FROM list), (SELECT count(*) FROM slow), 'every account with events, and no other');
SELECT is_empty($$ SELECT * FROM list l LEFT JOIN slow s USING (q, entity) LEFT JOIN size USING (q, entity)
  WHERE (l.score IS NULL, l.previous_score IS NULL) IS DISTINCT FROM (s.score IS NULL, s.previous IS NULL)
    OR abs(l.score - s.score) > 2e-13 * size.score + 1e-300 OR abs(l.previous_score - s.previous) > 2e-13 * size.previous + 1e-300 $$, 'scores are those of each account, to 2e-13 of what its points amount to without their signs, a thousand half-lives later too');
SELECT is_empty($$ SELECT * FROM list WHERE trend IS DISTINCT FROM score - previous_score $$, 'the trend is their difference');
SELECT cmp_ok((SELECT count(*) FROM list WHERE trend < 0)::int, '>', 100, 'some go down');
SELECT is_empty($$ SELECT * FROM list l LEFT JOIN slow s USING (q, entity) WHERE (l.events, l.last_at, l.recent, l.baseline) IS DISTINCT FROM (s.events, s.last_at, s.recent, s.baseline) $$, 'counts and the newest');
SELECT is_empty($$ SELECT * FROM list l LEFT JOIN slow s USING (q, entity) WHERE (l.recent_points IS NULL) <> (s.recent_points IS NULL) OR (l.baseline_points IS NULL) <> (s.baseline_points IS NULL)
    OR abs(l.recent_points - s.recent_points) > 1e-9 * greatest(1, abs(s.recent_points)) OR abs(l.baseline_points - s.baseline_points) > 1e-7 * greatest(1, abs(s.baseline_points)) $$, 'points of both times');
-- Surges as surge_list() has them.
CREATE TEMP TABLE surge AS SELECT q, s.* FROM (SELECT q, recent_days, baseline_days, abm.surge_agg(entity, recent, baseline) AS v FROM slow JOIN question USING (q) GROUP BY 1, 2, 3) x,
  abm.surge_list(v, recent_days, baseline_days, 0.2) s;
SELECT is_empty($$ SELECT * FROM list l LEFT JOIN surge s ON s.q = l.q AND s.account_id = l.entity
  WHERE (l.lift, l.probability, l.q_value, l.surging) IS DISTINCT FROM (s.lift, s.probability, s.q_value, s.surging) $$, 'surges, to the last bit');
SELECT cmp_ok((SELECT count(*) FROM list WHERE surging)::int, '>', 5, 'there are some');
SELECT cmp_ok((SELECT count(DISTINCT q_value) FROM list)::int, '>', 20, 'of many q');
-- Caps, at any time of a day, as for each account.
CREATE TEMP TABLE capped AS SELECT q, l.entity, l.score, l.previous_score FROM base, question, abm.engagement_list(js, as_of, half_life, recent_days, baseline_days, 0.2, '{mail,web,nothing such}', '{5,20,1}') l;
SELECT is_empty($$ SELECT * FROM capped c LEFT JOIN (
    SELECT q, entity, abm.engagement_score(abm.capped_engagement_agg(at, class, points, cap, half_life), as_of) AS score,
      abm.engagement_score(abm.capped_engagement_agg(at, class, points, cap, half_life) FILTER (WHERE at <= as_of - recent_days * interval '1 day'), as_of - recent_days * interval '1 day') AS previous
    FROM event JOIN (VALUES ('mail', 5::float8), ('web', 20), ('webinar', NULL), ('call', NULL)) cap (class, cap) USING (class) JOIN question ON at <= as_of
    GROUP BY q, as_of, half_life, recent_days, entity) s USING (q, entity) WHERE (c.score, c.previous_score) IS DISTINCT FROM (s.score, s.previous) $$, 'capped scores are those of each account, to the last bit');
SELECT cmp_ok((SELECT count(*) FROM capped JOIN list USING (q, entity) WHERE capped.score < list.score - 1)::int, '>', 500, 'caps take away');
-- Texts, UUIDs, the order of rows, hash buckets.
SELECT is_empty($$ SELECT 'e' || l.entity, score, previous_score, recent, q_value FROM base, abm.engagement_list(js, '2024-10-01', '7 days') l
  EXCEPT SELECT entity, score, previous_score, recent, q_value FROM (SELECT abm.journeys_agg('e' || entity, at, class, points ORDER BY random()) AS n FROM event) x, abm.engagement_list(n, '2024-10-01', '7 days', 7, 28, 0.1, NULL, NULL, NULL::text) $$, 'texts');
SELECT is_empty($$ SELECT md5(l.entity::text)::uuid, score, previous_score, recent, q_value FROM base, abm.engagement_list(js, '2024-10-01', '7 days') l
  EXCEPT SELECT entity, score, previous_score, recent, q_value FROM (SELECT abm.journeys_agg(md5(entity::text)::uuid, at, class, points) AS n FROM event) x, abm.engagement_list(n, '2024-10-01', '7 days', 7, 28, 0.1, NULL, NULL, NULL::uuid) $$, 'UUIDs');
SELECT is_empty($$ SELECT l.entity, score, previous_score, recent_points, baseline_points, probability FROM base, abm.engagement_list(js, '2024-10-01', '7 days') l
  EXCEPT SELECT l.entity, score, previous_score, recent_points, baseline_points, probability FROM (SELECT abm.journeys_agg(entity, at, class, points ORDER BY random()) AS b FROM event GROUP BY hashint8(entity) & 7) x, abm.engagement_list(b, '2024-10-01', '7 days') l $$, 'buckets');
SELECT is_empty($$ SELECT entity, score FROM base, abm.engagement_list(js, '2024-10-01', '7 days') EXCEPT SELECT entity, score FROM base, abm.engagement_list(js, '2024-10-01', '7 days', capped => '{}', daily_caps => '{}') $$, 'no caps are none');
SELECT results_eq($$ SELECT round(score::numeric, 12) FROM abm.engagement_list((SELECT abm.journeys_agg(1, '200000-01-03 00:00:00.1003+00'::timestamptz, 'x', 10::float8)), '200000-01-03 00:00:05+00', '1 second') $$,
  $$ SELECT round((10 * 2 ^ -4.8997)::numeric, 12) $$, 'far away a microsecond is still one');
-- Called again and again in one query, it keeps the rows of one call.
CREATE TEMP TABLE crowd AS SELECT abm.journeys_agg(i, timestamptz '2024-06-01 00:00+00' - i % 90 * interval '1 day', 'a', 1) AS js FROM generate_series(1, 60000) i;
SELECT cmp_ok((SELECT max(places)::int FROM generate_series(1, 6) g, crowd, LATERAL (SELECT count(*) AS rows FROM abm.engagement_list(js, timestamptz '2024-06-01 00:00+00' + g * interval '1 hour', '7 days')) l,
    LATERAL (SELECT count(*) AS places FROM pg_backend_memory_contexts WHERE name = 'many small pieces' AND rows = 60000) c), '<=', 1, 'the rows of earlier calls are gone');
SELECT * FROM finish();
ROLLBACK;
