-- Ten points on three days a half-life apart.
SET timezone = 'UTC';
CREATE TABLE visit (at timestamptz, points float8);
INSERT INTO visit VALUES ('2024-01-01', 10), ('2024-01-08', 10), ('2024-01-15', 10);
SELECT as_of, round(abm.engagement_score(e, as_of)::numeric, 12) AS score FROM (SELECT abm.engagement_agg(at, points, '7 days') AS e FROM visit) s,
  unnest('{2024-01-15,2024-01-22,2024-01-29,2024-01-18 12:00,2030-01-01,294276-01-01}'::timestamptz[]) as_of;
SELECT abm.engagement_events(e), abm.last_engaged(e), e::jsonb FROM (SELECT abm.engagement_agg(at, points, '7 days') AS e FROM visit) s;
SELECT round(abm.decay_factor(age, '14 days')::numeric, 12) FROM unnest('{0,14 days,7 days,28 days,336 hours,1000000 days}'::interval[]) age;
-- Points of several kinds: negative ones, none, unknown ones; events at the same moment add up.
SELECT abm.engagement_score(abm.engagement_agg('2024-01-01', p, '7 days'), '2024-01-08') FROM unnest('{8,4,-2,0,NULL}'::float8[]) p;
SELECT abm.engagement_score(e, '2024-01-08') AS unknown, abm.engagement_events(e) AS n, abm.last_engaged(e) FROM (SELECT abm.engagement_agg('2024-01-01', NULL, '7 days') AS e) s;
SELECT abm.engagement_score(abm.engagement_agg('2024-01-01', 0, '7 days'), '2024-01-08') AS nothing, abm.engagement_score(abm.engagement_agg('2024-01-01', -5, '7 days'), '2024-01-08') AS negative;
SELECT abm.engagement_agg(NULL, 5, '7 days') IS NULL AS no_time, abm.engagement_agg(at, points, '7 days') IS NULL AS no_events FROM visit WHERE false;
-- An event that comes late changes the score as if it had come in time; before all times, after them.
SELECT abm.engagement_score(abm.merge(e, late), '2024-01-15') = abm.engagement_score(whole, '2024-01-15') AS same
FROM (SELECT abm.engagement_agg(at, points, '7 days') FILTER (WHERE at > '2024-01-01') AS e, abm.engagement_agg(at, points, '7 days') FILTER (WHERE at = '2024-01-01') AS late,
  abm.engagement_agg(at, points, '7 days') AS whole FROM visit) s;
SELECT round(abm.engagement_score(abm.engagement_agg(at, 1, h), at + interval '3 days')::numeric, 12) AS half FROM (VALUES (timestamptz '2000-01-01', interval '3 days'), ('1999-12-31 23:59:59.999999', '3 days'), ('2024-01-01', '3 days'), ('0001-01-01', '3 days'), ('4713-01-01 BC', '3 days')) v(at, h) GROUP BY at;
SELECT h, round(abm.engagement_score(abm.engagement_agg('2024-01-01', 1, h), '2024-01-01 00:00:01')::numeric, 12) AS score FROM unnest('{1 microsecond,1 second,1 hour,100000000 days}'::interval[]) h GROUP BY h ORDER BY h;
-- What is more than 128 half-lives older than the newest event is forgotten.
SELECT jsonb_array_length(abm.engagement_agg('2024-01-01'::timestamptz + i * interval '1 day', 1, '1 day')::jsonb -> 'pieces') AS pieces, abm.engagement_score(abm.engagement_agg('2024-01-01'::timestamptz + i * interval '1 day', 1, '1 day'), '2029-06-23') AS score
FROM generate_series(0, 2000) i;
-- Contacts by the weight of their role, rolled up to the account.
SELECT round(abm.engagement_score(abm.rollup(abm.engagement_weighted(e, w)), '2024-01-15')::numeric, 12) AS score FROM (SELECT abm.engagement_agg(at, points, '7 days') AS e, w FROM visit, (VALUES (1.0), (0.5), (0)) v(w) GROUP BY w) s;
SELECT abm.engagement_weighted(NULL, 1) IS NULL AS no_state, abm.engagement_weighted(abm.engagement_agg(at, points, '7 days'), NULL) IS NULL AS no_weight FROM visit;
-- Bad input.
SELECT abm.engagement_score(abm.engagement_agg(at, points, '7 days'), '2024-01-14 23:59') FROM visit;
SELECT abm.engagement_agg(at, 1, i * interval '1 day') FROM visit, generate_series(1, 2) i;
SELECT abm.merge(abm.engagement_agg(at, 1, '1 day'), abm.engagement_agg(at, 1, '2 days')) FROM visit;
SELECT abm.engagement_agg(at, 1, '0') FROM visit;
SELECT abm.engagement_agg(at, 1, '-1 day') FROM visit;
SELECT abm.engagement_agg(at, 1, '1 month') FROM visit;
SELECT abm.engagement_agg(at, 1, NULL) FROM visit;
SELECT abm.engagement_agg(at, 'NaN', '1 day') FROM visit;
SELECT abm.engagement_agg(at, '-Infinity', '1 day') FROM visit;
SELECT abm.engagement_agg(at, 1.1e9, '1 day') FROM visit;
SELECT abm.engagement_agg('infinity', 1, '1 day');
SELECT abm.engagement_score(abm.engagement_agg(at, 1, '1 day'), 'infinity') FROM visit;
SELECT abm.engagement_weighted(abm.engagement_agg(at, 1, '1 day'), -1) FROM visit;
SELECT abm.engagement_weighted(abm.engagement_agg(at, 1, '1 day'), 'NaN') FROM visit;
SELECT abm.engagement_weighted(abm.engagement_agg(at, 1, '1 day'), 1e300) FROM visit;
SELECT abm.decay_factor('-1 day', '1 day');
SELECT abm.decay_factor('1 day', '0');
SELECT abm.decay_factor('1 month', '1 day');
DROP TABLE visit;

-- Caps: two visits of 15 points on a day on which visits may earn 20 count as 10 each.
CREATE TABLE event (at timestamptz, class text, points float8, cap float8);
INSERT INTO event VALUES ('2024-01-01 00:00', 'visit', 15, 20), ('2024-01-01 23:00', 'visit', 15, 20), ('2024-01-02 00:00', 'visit', 15, 20), ('2024-01-02 00:00', 'webinar', 50, NULL), ('2024-01-02 06:00', 'unsubscribe', -30, 20),
  ('2024-01-02 07:00', 'visit', NULL, 20), ('2024-01-02 08:00', NULL, 10, 20), (NULL, 'visit', 10, 20);
CREATE TABLE score AS SELECT abm.capped_engagement_agg(at, class, points, cap, '100000 days') AS e FROM event;
SELECT round(abm.engagement_score(e, '2024-01-03')::numeric, 3) AS score FROM score;
SELECT class, days, capped_days, points, counted, round(c.score::numeric, 3) AS score FROM score, abm.engagement_by_class(e, '2024-01-03') c;
SELECT jsonb_path_query(e::jsonb, '$.days[*]') - 'decayed' AS day FROM score;
SELECT round(abm.engagement_score(abm.capped_engagement_agg(at, class, points, 20, '1 day'), '2024-01-03')::numeric, 9) AS score, round((10 * 2 ^ -2 + 10 * 2 ^ (-25 / 24.0) + 15 * 2 ^ -1)::numeric, 9) AS by_hand FROM event WHERE class = 'visit';
SELECT abm.engagement_score(abm.capped_engagement_agg('2024-01-01', 'a', p, 0, '1 day'), '2024-01-01') AS cap_of_nothing FROM unnest('{1,2}'::float8[]) p;
SELECT abm.engagement_score(abm.capped_engagement_agg('2024-01-01', 'a', NULL, 0, '1 day'), '2024-01-01') AS unknown, (SELECT count(*) FROM abm.engagement_by_class(NULL, '2024-01-01')) AS no_rows;
SELECT abm.engagement_score(e, '2024-01-01') FROM score;
SELECT abm.capped_engagement_agg('2024-01-01', 'a', 1, c, '1 day') FROM unnest('{1,2}'::float8[]) c;
SELECT abm.capped_engagement_agg('2024-01-01', 'a', 1, 1, h) FROM unnest('{1 day,2 days}'::interval[]) h;
SELECT abm.capped_engagement_agg('2024-01-01', 'a', 1, 1, '59 minutes');
SELECT abm.capped_engagement_agg('2024-01-01', 'a', 1, -1, '1 day');
SELECT abm.capped_engagement_agg('2024-01-01', 'a', 1, 'NaN', '1 day');
SELECT abm.capped_engagement_agg('2024-01-01', repeat('a', 257), 1, 1, '1 day');
SELECT abm.capped_engagement_agg('2024-01-01', 'a' || i, 1, 1, '1 day') FROM generate_series(1, 1001) i;
DROP TABLE event, score;
