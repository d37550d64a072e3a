BEGIN;
SELECT plan(5);
SELECT setseed(0.32);
CREATE FUNCTION pg_temp.letter() RETURNS float8 LANGUAGE sql VOLATILE AS $$ SELECT CASE WHEN random() < 0.8 THEN random() END $$;
CREATE TEMP TABLE deal AS SELECT i, i % 7 AS part, (ARRAY['pass', 'pass', 'pass', 'unknown', 'fail', NULL])[1 + floor(random() * 6)::int]::abm.verdict AS gates,
  pg_temp.letter() AS b, pg_temp.letter() AS a, pg_temp.letter() AS n, pg_temp.letter() AS t FROM generate_series(1, 5000) i;
DELETE FROM deal WHERE gates IS NULL AND num_nonnulls(b, a, n, t) = 0;

-- Against the functions that work deal by deal.
SELECT bag_eq($$ SELECT status, mask, n, scored FROM abm.bant_patterns((SELECT abm.bant_tally_agg(gates, b, a, n, t) FROM deal)) $$,
  $$ SELECT status, abm.bant_mask(b, a, d.n, t) AS mask, count(*) AS n, count(score) AS scored FROM deal d, abm.bant_assess(gates, ROW(b, a, d.n, t)) GROUP BY 1, 2 $$, 'counts');
SELECT is_empty($$ SELECT * FROM abm.bant_patterns((SELECT abm.bant_tally_agg(gates, b, a, n, t, '{3,1,2,0}', 70, 0.4, 2) FROM deal)) p
  FULL JOIN (SELECT status, abm.bant_mask(b, a, d.n, t, 0.4) AS mask, sum(score) AS s FROM deal d, abm.bant_assess(gates, ROW(b, a, d.n, t), '{3,1,2,0}', 70, 0.4, 2) GROUP BY 1, 2) x USING (status, mask)
  WHERE (total_score IS NULL) <> (s IS NULL) OR abs(total_score - s) > 1e-5 $$, 'sums of scores');
-- Parts are the whole, bit for bit.
CREATE TEMP TABLE whole AS SELECT abm.bant_tally_agg(gates, b, a, n, t) AS t FROM deal;
SELECT is((SELECT abm.rollup(t)::text FROM (SELECT abm.bant_tally_agg(gates, b, a, n, t) AS t FROM deal GROUP BY part) s), (SELECT t::text FROM whole), 'parts rolled up are the whole');
SELECT is((SELECT abm.bant_tally_agg(gates, b, a, n, t ORDER BY b DESC, a)::text FROM deal), (SELECT t::text FROM whole), 'the order of rows does not matter');
SELECT throws_ok($$ SELECT abm.merge(abm.bant_tally_agg(gates, b, a, n, t), abm.bant_tally_agg(gates, b, a, n, t, '{1,1,1,1}', 61, 0.5, 3)) FROM deal $$, '22023', NULL, 'different demands do not merge');

SELECT * FROM finish();
ROLLBACK;
