-- The profile: written as JSON, kept in one line, checked when it is made.
SELECT '{"criteria": [{"attribute":"industry",
   "any_of":["software",  "fintech"]}]}'::abm.icp_profile;
SELECT '{"criteria": [{"attribute": "a", "at_least": 1.50}]}'::abm.icp_profile::jsonb;
SELECT '{"criteria": [{"attribute": "a", "at_least": 1}]}'::jsonb::abm.icp_profile;

\pset format unaligned
\pset tuples_only on
-- Faults, one by one.
CREATE FUNCTION pg_temp.fault(profile text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE why text; hint text;
BEGIN
  PERFORM profile::abm.icp_profile;
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS why = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
  RETURN SQLSTATE || ' ' || why || CASE WHEN hint <> '' AND length(hint) < 80 THEN ' / ' || hint ELSE '' END;
END $$;
SELECT pg_temp.fault(p) FROM (VALUES
  (1, ''), (2, '{'), (3, '[]'), (4, '{}'), (5, '{"criteria": []}'), (6, '{"criteria": {}}'),
  (7, '{"kriteria": []}'),
  (8, '{"criteria": [3]}'),
  (9, '{"criteria": [{"attribute": "a"}]}'),
  (10, '{"criteria": [{"at_least": 1}]}'),
  (11, '{"criteria": [{"attribute": "a", "at_least": 1, "at_most": 2}]}'),
  (12, '{"criteria": [{"attribute": "a", "atleast": 1}]}'),
  (13, '{"criteria": [{"attribute": "a", "at_least": 1, "at_least": 2}]}'),
  (14, '{"criteria": [{"attribute": "", "at_least": 1}]}'),
  (15, '{"criteria": [{"attribute": "a", "at_least": 1, "weight": 0}]}'),
  (16, '{"criteria": [{"attribute": "a", "at_least": 1, "weight": -5}]}'),
  (17, '{"criteria": [{"attribute": "a", "at_least": 1, "weight": 1e9}]}'),
  (18, '{"criteria": [{"attribute": "a", "at_least": 1, "weight": "5"}]}'),
  (19, '{"criteria": [{"attribute": "a", "at_least": 1e999}]}'),
  (20, '{"criteria": [{"attribute": "a", "at_least": "soon"}]}'),
  (21, '{"criteria": [{"attribute": "a", "at_least": "2025-02-30"}]}'),
  (22, '{"criteria": [{"attribute": "a", "at_least": 1, "score": 1.5}]}'),
  (23, '{"criteria": [{"attribute": "a", "any_of": []}]}'),
  (24, '{"criteria": [{"attribute": "a", "any_of": ["x", true]}]}'),
  (25, '{"criteria": [{"attribute": "a", "any_of": {"x": 2}}]}'),
  (26, '{"criteria": [{"attribute": "a", "none_of": {"x": 1}}]}'),
  (27, '{"criteria": [{"attribute": "a", "bands": [[5, 1]]}]}'),
  (28, '{"criteria": [{"attribute": "a", "bands": [[null, null]]}]}'),
  (29, '{"criteria": [{"attribute": "a", "bands": [[1, "2025-01-01"]]}]}'),
  (30, '{"criteria": [{"attribute": "a", "bands": [[1, 2, 3, 4]]}]}'),
  (31, '{"criteria": [{"attribute": "a", "ramp": [2, 2]}]}'),
  (32, '{"criteria": [{"attribute": "a", "near": {"ideal": 1}}]}'),
  (33, '{"criteria": [{"attribute": "a", "near": {"ideal": 1, "halving": 0}}]}'),
  (34, '{"criteria": [{"attribute": "a", "near": {"ideal": 1, "halving": 1, "scale": "log"}}]}'),
  (35, '{"criteria": [{"attribute": "a", "near": {"ideal": 1, "halving": 1, "slope": 1}}]}'),
  (36, '{"criteria": [{"attribute": "a", "matches": "a("}]}'),
  (37, '{"criteria": [{"attribute": "a", "is_true": 1}]}'),
  (38, '{"criteria": [{"all_of": []}]}'),
  (39, '{"criteria": [{"attribute": "a", "all_of": [{"attribute": "b", "at_least": 1}]}]}'),
  (40, '{"criteria": [{"all_of": [{"attribute": "b", "at_least": 1, "weight": 2}]}]}'),
  (41, '{"criteria": [{"not": {"attribute": "b", "has_all": ["x"]}, "else": 0.5}]}'),
  (42, '{"criteria": [{"attribute": "a", "is_true": true}, {"attribute": "a", "at_least": 1}]}'),
  (43, '{"criteria": [{"attribute": "a", "at_least": 1, "needs": []}]}'),
  (44, '{"attributes": ["b"], "criteria": [{"attribute": "a", "at_least": 1}]}'),
  (45, '{"attributes": ["b", "b"], "criteria": [{"attribute": "b", "at_least": 1}]}'),
  (46, '{"criteria": [{"attribute": "a", "at_least": 1}], "tiers": [50, 80]}'),
  (47, '{"criteria": [{"attribute": "a", "at_least": 1, "required": "yes"}]}'),
  (52, '{"criteria": [{"attribute": "a", "at_least": 1, "required": true, "weight": -1}]}'),
  (48, '{"criteria": [' || repeat('{"not": ', 40) || '{"attribute": "a", "at_least": 1}' || repeat('}', 40) || ']}'),
  (49, repeat('[', 5000)),
  (50, '{"criteria": [' || repeat('{"attribute": "a", "at_least": 1}, ', 256) || '{"attribute": "a", "at_least": 1}]}'),
  (51, '{"criteria": "' || repeat('x', 1100000) || '"}')
) AS v (i, p) ORDER BY i;
\pset format aligned
\pset tuples_only off

-- G8: weights 30, 25, 20, 15, 10; degrees 1, .5, unknown, 0, 1.
CREATE TEMP TABLE profiles (name text PRIMARY KEY, profile abm.icp_profile);
INSERT INTO profiles VALUES
  ('g8', '{"criteria": [
     {"attribute": "a", "weight": 30, "at_least": 1},
     {"attribute": "b", "weight": 25, "any_of": {"x": 0.5}},
     {"attribute": "c", "weight": 20, "is_true": true},
     {"attribute": "d", "weight": 15, "is_true": true},
     {"attribute": "e", "weight": 10, "is_true": true}], "tiers": [80, 50]}'),
  ('size by region', '{"criteria": [{"name": "small in NE, else restricted", "best_of": [
     {"all_of": [{"attribute": "region", "any_of": ["NE"]}, {"attribute": "employees", "bands": [[10, 50]]}]},
     {"score": 0.5, "all_of": [{"attribute": "region", "none_of": ["NE"]}, {"attribute": "revenue", "at_least": 1e7}]}]}]}'),
  ('gates', '{"criteria": [
     {"attribute": "country", "required": true, "any_of": ["US", "CA"]},
     {"attribute": "employees", "bands": [[10, 50, 1], [51, 500, 0.6]], "else": 0.1},
     {"attribute": "competitor", "weight": -1, "is_true": true}], "tiers": [60]}');
CREATE TEMP TABLE g8 AS SELECT 2 AS a, 'x' AS b, NULL::boolean AS c, false AS d, true AS e;
SELECT f.* FROM g8, profiles, abm.icp_fit(profile, g8) f WHERE name = 'g8';
SELECT f.* FROM g8, profiles, abm.icp_fit(profile, to_jsonb(g8)) f WHERE name = 'g8';
SELECT e.* FROM g8, profiles, abm.icp_explain(profile, g8) e WHERE name = 'g8' ORDER BY rank;
SELECT q.* FROM g8, profiles, abm.icp_next_question(profile, g8) q WHERE name = 'g8';
SELECT abm.icp_score_values(profile, 2, 'x', NULL, false, true), abm.icp_degrees(profile, g8) FROM g8, profiles WHERE name = 'g8';
SELECT a.* FROM profiles, abm.icp_attributes(profile) a WHERE name = 'g8' ORDER BY 1;

-- Region and size together: NE/30 is best, NE/60 is not, CA/30 only by the restricted rule.
SELECT region, employees, revenue, abm.icp_score(profile, a)
FROM (VALUES ('NE', 30, NULL), ('NE', 60, 2e7), ('CA', 30, 2e7), ('CA', 30, 1e6)) AS a (region, employees, revenue), profiles
WHERE name = 'size by region';

-- A failed gate gives 0 and is named; an unknown one neither passes nor fails.
SELECT country, employees, competitor, f.*
FROM (VALUES ('US', 20, false), ('FR', 20, false), (NULL, 20, false), ('US', 200, true), ('US', 5000, NULL), ('US', NULL, NULL)) AS a (country, employees, competitor),
  profiles, abm.icp_fit(profile, a) f
WHERE name = 'gates';
-- Points add up whatever is taken away.
SELECT a.*, e.criterion, e.degree, e.points, e.verdict
FROM (VALUES ('FR', 20, false), ('US', 200, true)) AS a (country, employees, competitor), profiles, abm.icp_explain(profile, a) e
WHERE name = 'gates';

-- Nothing known; NULLs; nobody.
SELECT f.* FROM profiles, abm.icp_fit(profile, '{}'::jsonb) f ORDER BY name;
SELECT abm.icp_score(profile, NULL::record), abm.icp_score(NULL, '{}'::jsonb), abm.icp_score_values(NULL, 1) FROM profiles;
SELECT count(abm.icp_score(profile, g8)) FROM g8, profiles WHERE false;

-- Every test, one attribute each.
CREATE FUNCTION pg_temp.degree(test text, value jsonb) RETURNS float8 LANGUAGE sql AS $$
  SELECT round((abm.icp_degrees(('{"criteria": [{"attribute": "x", ' || test || '}]}')::abm.icp_profile, jsonb_build_object('x', value)))[1]::numeric, 6) $$;
SELECT test, value, pg_temp.degree(test, value::jsonb) FROM (VALUES
  (1, '"any_of": ["a", "b"]', '"b"'), (2, '"any_of": ["a", "b"]', '"c"'), (3, '"any_of": {"a": 0.3}, "else": 0.1', '"c"'),
  (4, '"any_of": [1, 2.50]', '2.5'), (5, '"any_of": [1, 2]', 'null'), (6, '"none_of": ["a"]', '"b"'), (7, '"none_of": ["a"]', '"a"'),
  (8, '"has_any": {"p": 0.4, "q": 0.7}', '["p", "q"]'), (9, '"has_any": ["p"]', '[]'), (10, '"has_all": ["p", "q"]', '["q", "r", "p"]'),
  (11, '"has_all": ["p", "q"]', '["p"]'), (12, '"has_any": [3]', '[1, 3]'),
  (13, '"bands": [[10, 50], [51, 500, 0.6]]', '10'), (14, '"bands": [[10, 50], [51, 500, 0.6]]', '500'), (15, '"bands": [[10, 50]]', '50.1'),
  (16, '"bands": [[null, 5, 0.2], [6, null]]', '-3'), (17, '"at_least": 5', '5'), (18, '"at_least": 5', '4.9'), (19, '"at_most": 5', '5'),
  (20, '"at_least": "2025-01-01"', '"2025-01-01T01:00:00+02:00"'), (21, '"at_least": "2025-01-01"', '"2025-01-01"'),
  (22, '"ramp": [10, 20]', '15'), (23, '"ramp": [10, 20]', '9'), (24, '"ramp": [10, 20]', '25'),
  (25, '"near": {"ideal": 100, "halving": 50}', '50'), (26, '"near": {"ideal": 100, "halving": 50, "scale": "linear"}', '200'),
  (27, '"near": {"ideal": 100, "halving": 2, "scale": "log"}', '50'), (28, '"near": {"ideal": 100, "halving": 2, "scale": "log"}', '400'),
  (29, '"near": {"ideal": 100, "halving": 2, "scale": "log"}', '0'),
  (30, '"prefix": "Chief"', '"Chief Officer"'), (31, '"prefix": {"VP": 0.5, "VP S": 0.8}', '"VP Sales"'), (32, '"prefix": ["Chief"]', '"Chi"'),
  (33, '"matches": "^[a-c]+$"', '"abc"'), (34, '"matches": "^[a-c]+$"', '"abd"'),
  (35, '"is_true": true', 'true'), (36, '"is_true": false', 'true'), (37, '"is_true": false', 'false'),
  (38, '"known": true', '{"y": 1}'), (39, '"known": true', 'null'), (40, '"known": false', 'null'),
  (41, '"at_least": 5, "if_unknown": 0.25', 'null'), (42, '"at_least": 5, "score": 0.5', '6'), (43, '"at_least": 5, "score": 0.5, "else": 0.5', '4'),
  (44, '"any_of": ["industrial machinery", "industrial machines"]', '"industrial machines"'),
  (45, '"any_of": ["industrial machinery", "industrial machines"]', '"industrial machined"')
) AS v (i, test, value) ORDER BY i;
SELECT abm.icp_degrees('{"criteria": [
  {"sum_of": [{"attribute": "a", "is_true": true, "score": 0.6}, {"attribute": "b", "is_true": true, "score": 0.7}]},
  {"not": {"attribute": "a", "is_true": true}},
  {"sum_of": [{"attribute": "a", "is_true": true, "score": 0.6}, {"attribute": "c", "is_true": true}]},
  {"needs": ["c"], "attribute": "a", "is_true": true},
  {"if_unknown": 0.2, "best_of": [{"attribute": "c", "is_true": true}, {"attribute": "d", "is_true": true}]}]}', '{"a": true, "b": true}'::jsonb);

-- Columns of every type that can be read.
CREATE TYPE pg_temp.size AS ENUM ('small', 'large');
CREATE DOMAIN pg_temp.state AS varchar(2);
CREATE TEMP TABLE kinds (dropped int, t text, v varchar, c char(5), n name, s pg_temp.size, st pg_temp.state, b boolean, i2 smallint, i4 int, i8 bigint, num numeric,
  f4 real, f8 float8, d date, ts timestamp, tz timestamptz, ta text[], va varchar[], sa pg_temp.size[], ia int[], na numeric[], j jsonb, u uuid);
ALTER TABLE kinds DROP COLUMN dropped;
INSERT INTO kinds VALUES ('x', 'x', 'x', 'x', 'large', 'NE', true, 2, 2, 2, 2.0, 2, 2, '2025-01-01', '2025-01-01', '2025-01-01 00:00Z',
  '{a,NULL,x}', '{x}', '{large}', '{1,2}', '{2.00}', '["x"]', '00000000-0000-0000-0000-000000000000');
SELECT abm.icp_degrees(profile, kinds) FROM kinds, (SELECT ('{"criteria": [
  {"attribute": "t", "any_of": ["x"]}, {"attribute": "v", "any_of": ["x"]}, {"attribute": "c", "any_of": ["x"]}, {"attribute": "n", "any_of": ["x"]},
  {"attribute": "s", "any_of": ["large"]}, {"attribute": "st", "any_of": ["NE"]}, {"attribute": "b", "is_true": true},
  {"attribute": "i2", "at_least": 2}, {"attribute": "i4", "any_of": ["2"]}, {"attribute": "i8", "at_least": 2}, {"attribute": "num", "any_of": [2]},
  {"attribute": "f4", "at_most": 2}, {"attribute": "f8", "at_most": 2}, {"attribute": "d", "at_most": "2025-01-01"}, {"attribute": "ts", "at_most": "2025-01-01T00:00"},
  {"attribute": "tz", "at_least": "2025-01-01T00:00:00Z"}, {"attribute": "ta", "has_any": ["x"]}, {"attribute": "va", "has_all": ["x"]},
  {"attribute": "sa", "has_any": ["large"]}, {"attribute": "ia", "has_any": [2]}, {"attribute": "na", "has_any": [2]}, {"attribute": "j", "has_any": ["x"]},
  {"attribute": "u", "known": true}, {"attribute": "dropped", "known": true}]}')::abm.icp_profile) p (profile);

-- What cannot be read.
SELECT abm.icp_score('{"criteria": [{"attribute": "t", "at_least": 1}]}', kinds) FROM kinds;
SELECT abm.icp_score('{"criteria": [{"attribute": "i4", "any_of": ["small"]}]}', kinds) FROM kinds;
SELECT abm.icp_score('{"criteria": [{"attribute": "d", "at_least": 1}]}', kinds) FROM kinds;
SELECT abm.icp_score('{"criteria": [{"attribute": "u", "any_of": ["x"]}]}', kinds) FROM kinds;
SELECT abm.icp_score('{"criteria": [{"attribute": "x", "is_true": true}]}', '{"x": "yes"}'::jsonb);
SELECT abm.icp_score('{"criteria": [{"attribute": "x", "is_true": true}]}', '[1]'::jsonb);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "revenue", "at_least": 1}]}', 'NaN'::float8);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "revenue", "at_least": 1}]}', 'Infinity'::numeric);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "founded", "at_least": "2020-01-01"}]}', 'infinity'::date);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "a", "at_least": 1}, {"attribute": "b", "at_least": 1}]}', 1);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "a", "at_least": 1}]}', VARIADIC ARRAY[1]);
-- Arrays whose elements cannot be walked: documents, and C strings.
SELECT abm.icp_score(profile, account) FROM (VALUES ('{"criteria": [{"attribute": "j", "has_any": ["a", 1]}]}'::abm.icp_profile)) p (profile),
  (VALUES (ARRAY['1', '{"a": [1, 2]}']::jsonb[])) AS account (j);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "c", "has_any": ["a"]}]}', '{a,b,c}'::cstring[]);
SELECT abm.icp_score_values('{"criteria": [{"attribute": "c", "known": true}]}', '{a,b,c}'::cstring[]);

-- Two profiles take turns at one call; a profile may be stored out of line.
SELECT x, abm.icp_score(CASE WHEN x % 2 = 0 THEN '{"criteria": [{"attribute": "x", "at_least": 3}]}'::abm.icp_profile
  ELSE '{"criteria": [{"attribute": "x", "at_most": 3}]}' END, v) FROM (SELECT * FROM generate_series(1, 6) AS x) v;
INSERT INTO profiles SELECT 'large', ('{"criteria": [{"attribute": "w", "any_of": ["' || string_agg(md5(i::text), '", "') || '"]}]}')::abm.icp_profile
FROM generate_series(1, 5000) i;
SELECT name, abm.icp_score(profile, jsonb_build_object('w', md5('4711'), 'a', 1)) FROM profiles ORDER BY name;

-- Values that are long, compressed or many.
CREATE TEMP TABLE long AS SELECT repeat('x', 20000) AS t, ARRAY(SELECT 'tag ' || i FROM generate_series(1, 1000) i) AS l, ARRAY(SELECT i FROM generate_series(1, 100) i) AS n;
SELECT abm.icp_score_values(profile, t, l, n), abm.icp_score(profile, long), abm.icp_score(profile, to_jsonb(long)), (SELECT length(value) FROM abm.icp_explain(profile, long) WHERE attribute = 'l')
FROM long, (SELECT ('{"criteria": [{"attribute": "t", "prefix": ["xxxx"]}, {"attribute": "l", "has_all": ["tag 1", "tag 999"]}, {"attribute": "n", "has_any": [100]},
  {"attribute": "t", "any_of": ["' || repeat('x', 20000) || '"]}]}')::abm.icp_profile) p (profile);
-- A vocabulary of more than 64 words, and one of exactly 64.
SELECT n, abm.icp_score_values(('{"criteria": [{"attribute": "l", "has_any": ["' || string_agg('tag ' || i, '", "' ORDER BY i) || '"]},
  {"attribute": "l", "has_all": ["tag ' || n || '", "tag 1"]}, {"attribute": "l", "has_any": {"tag ' || n || '": 0.25}}]}')::abm.icp_profile, (SELECT l FROM long l))
FROM (VALUES (64), (65)) v (n), generate_series(1, n) i GROUP BY n ORDER BY n;

-- Dates beyond all timestamps, and before our era.
SELECT d, value, points FROM (VALUES (date '2024-02-29'), ('0044-03-15 BC'), ('4713-01-01 BC'), ('5874897-12-31')) AS account (d),
  abm.icp_explain('{"criteria": [{"attribute": "d", "at_least": "2020-01-01"}]}', account) e;
-- Much work for one account can be cancelled.
SET statement_timeout = '1s';
DO $$
DECLARE began timestamptz := clock_timestamp(); profile abm.icp_profile; list int[];
BEGIN
  SELECT format('{"criteria": [{"attribute": "n", "has_any": [%s]}]}', string_agg((-i)::text, ','))::abm.icp_profile INTO profile FROM generate_series(1, 20000) i;
  SELECT array_agg(i) INTO list FROM generate_series(1, 100000) i;
  PERFORM abm.icp_score_values(profile, list);
EXCEPTION WHEN query_canceled THEN
  RAISE NOTICE 'cancelled in time: %', clock_timestamp() - began < '10 s';
END $$;
RESET statement_timeout;
-- A PL/pgSQL expression meets changing profiles and a changing table.
CREATE TEMP TABLE changing AS SELECT 0 AS x, 'a' AS y;
DO $$
DECLARE r changing%ROWTYPE; p abm.icp_profile; scores float8[];
BEGIN
  FOR i IN 1..4 LOOP
    p := format('{"criteria": [{"attribute": "x", "at_least": %s}]}', i % 2)::abm.icp_profile;
    IF i = 3 THEN ALTER TABLE changing ALTER x TYPE float8; END IF;
    SELECT * INTO r FROM changing;
    scores[i] := abm.icp_score(p, r);
  END LOOP;
  RAISE NOTICE '%', scores;
END $$;

-- Tiers, cells, grades (G15), weights.
SELECT abm.fit_tier(s, '{80,50}') FROM (VALUES (100), (80), (79.9), (50), (0), (NULL)) AS v (s);
SELECT abm.fit_cell(90, 10, '{80,50}', '{60,30}'), abm.fit_cell(10, 90, '{80,50}', '{60,30}'), abm.fit_cell(NULL, 90, '{80,50}', '{60,30}');
SELECT string_agg(abm.letter_grade(i), ' ' ORDER BY i) FROM generate_series(-3, 11) i;
SELECT abm.weights_disagreement('{1,1,2}', '{50,25,25}'), abm.weights_disagreement('{1}', '{7}');
SELECT abm.fit_tier(1, '{50,80}');
-- cutpoints that alternate at one call
SELECT i, abm.fit_tier(55, CASE WHEN i % 2 = 0 THEN '{80,50}'::float8[] ELSE ARRAY[90, 60, 50 + i] END) FROM generate_series(1, 6) i;
SELECT abm.fit_tier(1, '{}');
SELECT abm.fit_tier(1, array_agg(100 - i::float8)) FROM generate_series(1, 26) i;
SELECT abm.fit_tier('NaN', '{50}');
SELECT abm.weights_disagreement('{1,2}', '{1}');
SELECT abm.weights_disagreement('{}', '{}');
SELECT abm.weights_disagreement('{0,0}', '{1,2}');
SELECT abm.weights_disagreement('{1,NaN}', '{1,2}');
SELECT abm.weights_disagreement('{1,NULL}', '{1,2}');
SELECT abm.weights_disagreement('{2,-1}', '{1,2}');
