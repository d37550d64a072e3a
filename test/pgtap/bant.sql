BEGIN;
SELECT plan(11);
SELECT setseed(0.31);

-- 2,000 random deals: letters in tenths, a quarter of them unknown.
CREATE FUNCTION pg_temp.letter() RETURNS float8 LANGUAGE sql VOLATILE AS
  $$ SELECT CASE WHEN random() < 0.75 THEN floor(random() * 11) / 10 END $$;
CREATE TEMP TABLE deal AS SELECT i, (ARRAY['pass', 'pass', 'pass', 'unknown', 'fail'])[1 + floor(random() * 5)::int]::abm.verdict AS gates,
  pg_temp.letter() AS b, pg_temp.letter() AS a, pg_temp.letter() AS n, pg_temp.letter() AS t,
  ARRAY[floor(random() * 4), floor(random() * 4), 1 + floor(random() * 4), floor(random() * 4)] AS w,
  round((1 + random() * 1000)::numeric, 2) AS price, round((random() * 1000)::numeric, 2) AS budget, round((random() * 100)::numeric, 2) AS more
FROM generate_series(1, 2000) i;
CREATE TEMP VIEW letter AS SELECT i, k, x, w[k] AS w, gates FROM deal, unnest(ARRAY[b, a, n, t]) WITH ORDINALITY u (x, k);

SELECT is_empty($$ SELECT i FROM deal JOIN (SELECT i, 100 * sum(w * x) / nullif(sum(w) FILTER (WHERE x IS NOT NULL), 0) AS slow FROM letter GROUP BY i) s USING (i)
  WHERE (abm.bant_score(gates, b, a, n, t, w) IS NULL) <> (gates <> 'pass' OR slow IS NULL) OR abs(abm.bant_score(gates, b, a, n, t, w) - slow) > 1e-9 $$,
  'score equals plain SQL');
SELECT is_empty($$ SELECT i FROM deal WHERE abm.bant_score(gates, b, a, n, t, w) IS DISTINCT FROM abm.bant_score(gates, ROW(b, a, n, t)::abm.bant, w) $$,
  'the form with a composite says the same');
SELECT is_empty($$ SELECT i FROM deal JOIN (SELECT i, sum(CASE WHEN x >= 0.5 THEN 1 << (k - 1)::int ELSE 0 END) AS slow FROM letter GROUP BY i) s USING (i)
  WHERE abm.bant_mask(b, a, n, t) <> slow OR abm.bant_letters(slow::int) <> bit_count(slow::bit(4)) $$, 'mask equals plain SQL');
SELECT is_empty($$ SELECT i FROM deal WHERE budget + more >= price AND abm.bant_budget(price, budget, more) <> 1
  OR budget + more < price AND abs(abm.bant_budget(price, budget, more) - (budget + more) / price) > 1e-12 $$, 'budget equals exact arithmetic');
SELECT is_empty($$ SELECT i FROM deal, abm.bant_assess(gates, ROW(b, a, n, t), w)
  WHERE score NOT BETWEEN lower - 1e-9 AND upper + 1e-9 OR (coverage = 1 AND upper - lower > 1e-9) OR (score IS NULL) <> (abm.bant_score(gates, b, a, n, t, w) IS NULL) $$,
  'the score lies between its bounds, which meet when all is known');
-- Monotone: a better letter never lowers the score, the status or the mask.
CREATE FUNCTION pg_temp.rank(status text) RETURNS int LANGUAGE sql AS $$ SELECT array_position(ARRAY['disqualified', 'nurture', 'unknown', 'qualified'], status) $$;
SELECT is_empty($$ SELECT i FROM deal, abm.bant_assess(gates, ROW(b, a, n, t), w) x, abm.bant_assess(gates, ROW(least(1, b + 0.1), a, n, least(1, t + 0.3)), w) y
  WHERE y.score < x.score - 1e-9 OR pg_temp.rank(y.status) < pg_temp.rank(x.status) $$, 'more evidence of the good never lowers score or status');
SELECT is_empty($$ SELECT i FROM deal, abm.bant_assess(gates, ROW(b, a, n, t)) x, abm.bant_assess(gates, ROW(coalesce(b, 1), coalesce(a, 1), coalesce(n, 1), coalesce(t, 1))) y
  WHERE x.status = 'nurture' AND y.status <> 'nurture' $$, 'nurture is certain: no missing answer could change it');
SELECT is_empty($$ SELECT i FROM deal, abm.bant_assess(gates, ROW(b, a, n, t)) x
  WHERE (SELECT count(*) FROM abm.bant_shortfall(gates, ROW(b, a, n, t)))
     <> cardinality(string_to_array(x.missing, ', ')) + cardinality(string_to_array(x.failed, ', ')) + (gates <> 'pass')::int $$,
  'the shortfall names what is missing and what failed');
-- Urgency is not monotone, whatever the implementation takes.
SELECT is_empty($$ SELECT d, i FROM generate_series(0, 400, 7) d, generate_series(0, 200, 13) i
  WHERE abm.bant_timeline('2025-01-01', timestamptz '2025-01-01' + d * interval '1 day', i * interval '1 day', '180 days')
     <> CASE WHEN d < i THEN 'infeasible' WHEN d <= 180 THEN 'ready' ELSE 'deliberating' END::abm.timeline_status $$, 'timeline equals plain SQL');
SELECT throws_ok(query, code, NULL, query) FROM (VALUES
  ($$ SELECT abm.bant_score('pass', 2, 0, 0, 0) $$, '22023'), ($$ SELECT abm.bant_score('pass', 'NaN', 0, 0, 0) $$, '22003')) v (query, code);

SELECT * FROM finish();
ROLLBACK;
