-- One deal of each kind.
CREATE TABLE deal (gates abm.verdict, b float8, a float8, n float8, t float8);
INSERT INTO deal VALUES ('pass', 1, 1, 1, 1), ('pass', 1, 0.8, 0.7, NULL), ('pass', 1, 0.8, NULL, NULL), ('pass', NULL, NULL, NULL, NULL),
  ('pass', 1, 1, 0.2, 0.1), ('fail', 1, 1, 1, 1), ('unknown', 1, 1, 1, 1), (NULL, 0, 0, 0, 0), ('pass', 1, 1, 1, 0.9);
SELECT status, letters, mask, n, scored, round(total_score::numeric, 6) AS total, round(mean_score::numeric, 6) AS mean
FROM abm.bant_patterns((SELECT abm.bant_tally_agg(gates, b, a, n, t) FROM deal));
-- Demands of one's own.
SELECT status, letters, n, mean_score FROM abm.bant_patterns((SELECT abm.bant_tally_agg(gates, b, a, n, t, '{1,0,0,0}', 90, 0.9, 1) FROM deal));
SELECT abm.bant_tally_agg(gates, b, a, n, t)::text = abm.bant_tally_agg(gates, b, a, n, t, '{1,1,1,1}', 60, 0.5, 3)::text AS usual FROM deal;
SELECT abm.bant_tally_agg(gates, b, a, n, t)::jsonb FROM deal WHERE b = 1 AND n = 1 AND gates = 'pass';
-- No rows, no tally; a row without gates and letters is none.
SELECT abm.bant_tally_agg(NULL, NULL, NULL, NULL, NULL) IS NULL AS nothing;
SELECT abm.bant_tally_agg(gates, b, a, n, t) IS NULL AS nothing FROM deal WHERE false;
SELECT count(*) FROM abm.bant_patterns(NULL);
-- Merging, text and back.
SELECT abm.merge(t, t)::text = (SELECT abm.bant_tally_agg(gates, b, a, n, t)::text FROM (TABLE deal UNION ALL TABLE deal) d) AS doubled,
       t::text::abm.bant_tally::text = t::text AS round_trip
FROM (SELECT abm.bant_tally_agg(gates, b, a, n, t) AS t FROM deal) s;
SELECT abm.merge(abm.bant_tally_agg(gates, b, a, n, t), abm.bant_tally_agg(gates, b, a, n, t, '{1,1,1,2}', 60, 0.5, 3)) FROM deal;
SELECT abm.bant_tally_agg('pass', 1, 1, 1, 1, '{1,1,1,1}', 60 + i, 0.5, 3) FROM generate_series(1, 2) i;
-- Bad input.
SELECT abm.bant_tally_agg('pass', 2, 1, 1, 1);
SELECT abm.bant_tally_agg('pass', 'NaN', 1, 1, 1);
SELECT abm.bant_tally_agg('pass', 1, 1, 1, 1, '{0,0,0,0}', 60, 0.5, 3);
SELECT abm.bant_tally_agg('pass', 1, 1, 1, 1, '{1,1,1,1}', 'NaN', 0.5, 3);
SELECT abm.bant_tally_agg('pass', 1, 1, 1, 1, '{1,1,1,1}', 60, 0.5, NULL);
SELECT 'ff'::abm.bant_tally;
DROP TABLE deal;
