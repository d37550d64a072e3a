-- Surges: G9, plain SQL, and the share of false ones in simulated lists.
\i test/begin.sql
BEGIN;
SELECT plan(12);
SELECT setseed(0.34);
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8 DEFAULT 1e-12) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT abs(a - b) <= tolerance * greatest(1, abs(a), abs(b)) $$;
-- G9: 12 visits in 7 days against 18 in 28, Gamma(1/2, 0) priors.
SELECT ok(pg_temp.near(abm.surge_probability(12, 7, 18, 28), 0.994481518285), 'G9');
SELECT is_empty($$SELECT * FROM generate_series(0, 30, 3) r, generate_series(0, 90, 9) b WHERE r + b > 0 AND NOT pg_temp.near(abm.surge_probability(r, 7, b, 28) + abm.surge_probability(b, 28, r, 7), 1, 1e-11)$$, 'both ways add up to 1');
SELECT is_empty($$SELECT * FROM generate_series(0, 30) r, generate_series(0, 90, 9) b WHERE abm.surge_probability(r + 1, 7, b, 28) < abm.surge_probability(r, 7, b, 28) OR abm.surge_probability(r, 7, b + 1, 28) > abm.surge_probability(r, 7, b, 28)$$,
  'more visits now raise it, more before lower it');

-- p-values against the binomial sum, q-values against window functions.
CREATE TEMP TABLE visits AS SELECT a AS account_id, (random() ^ 3 * 25)::bigint AS recent, (random() * 40)::bigint AS baseline FROM generate_series(1, 300) a UNION ALL SELECT a, 0, 0 FROM generate_series(301, 330) a;
CREATE TEMP TABLE list AS SELECT l.* FROM (SELECT abm.surge_agg(account_id, recent, baseline) AS s FROM visits) v, abm.surge_list(s, 7, 28, 0.2) l;
CREATE FUNCTION pg_temp.tail(r bigint, n bigint, x float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(sum(exp((SELECT coalesce(sum(ln(i::float8)), 0) FROM generate_series(1, n) i) - (SELECT coalesce(sum(ln(i::float8)), 0) FROM generate_series(1, k) i) - (SELECT coalesce(sum(ln(i::float8)), 0) FROM generate_series(1, n - k) i)
    + k * ln(x) + (n - k) * ln(1 - x))), 0) FROM generate_series(r, n) k $$;
SELECT is_empty($$SELECT * FROM list WHERE recent + baseline > 0 AND NOT pg_temp.near(p_value, pg_temp.tail(recent, recent + baseline, 0.2), 1e-10)$$, 'p-values');
SELECT is_empty($$SELECT * FROM (SELECT *, least(1, min(p_value * n / rank) OVER (ORDER BY rank DESC)) AS q FROM (SELECT *, row_number() OVER (ORDER BY p_value, account_id) AS rank, count(*) OVER () AS n FROM list WHERE recent + baseline > 0) r) s WHERE NOT pg_temp.near(q, q_value) OR surging <> (q <= 0.2)$$, 'q-values');
SELECT bag_eq($$SELECT account_id, recent, baseline, lift, probability FROM list$$, $$SELECT account_id, recent, baseline, CASE WHEN baseline > 0 THEN (recent / 7::float8) / (baseline / 28::float8) END, abm.surge_probability(recent, 7, baseline, 28) FROM visits$$, 'the other columns');
-- An account without any event is no part of the family that is tested: it can be claimed of nobody, and takes nothing from the others.
SELECT is_empty($$SELECT * FROM list WHERE recent + baseline = 0 AND (probability, lift, p_value, q_value, surging) IS DISTINCT FROM (NULL::float8, NULL::float8, NULL::float8, NULL::float8, false)$$, 'silent accounts: nothing is claimed');
SELECT is((SELECT count(*) FROM list WHERE p_value IS NULL), (SELECT count(*) FROM visits WHERE recent = 0 AND baseline = 0), 'they have rows all the same');
SELECT results_eq($$SELECT account_id, p_value, q_value, surging FROM list WHERE p_value IS NOT NULL$$,
  $$SELECT l.account_id, p_value, q_value, surging FROM (SELECT abm.surge_agg(account_id, recent, baseline) AS s FROM visits WHERE recent + baseline > 0) v, abm.surge_list(s, 7, 28, 0.2) l$$, 'the list of the others is as without them');
-- Beyond what a p-value can tell apart, more events come first.
SELECT is((SELECT array_agg(account_id ORDER BY n) FROM (SELECT row_number() OVER () AS n, account_id FROM abm.surge_list((SELECT abm.surge_agg(a, r, 3) FROM (VALUES (1, 4000), (2, 6000), (3, 5000), (4, 5)) v (a, r)), 7, 280)) l), '{2,3,1,4}'::bigint[], 'the greatest surge first');
-- Accounts of very different rates, one in ten of them three times as active now: in 40 lists the false share is held, and the true ones are found.
CREATE FUNCTION pg_temp.poisson(mean float8) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE k bigint := 0; t float8 := 0; BEGIN LOOP t := t - ln(1 - random()); EXIT WHEN t > mean; k := k + 1; END LOOP; RETURN k; END $$;
CREATE TEMP TABLE drawn AS
SELECT list, i AS account_id, i % 10 = 0 AS surge, pg_temp.poisson(7 * rate * CASE WHEN i % 10 = 0 THEN 3 ELSE 1 END) AS recent, pg_temp.poisson(28 * rate) AS baseline
FROM (SELECT list, i, exp(2 * random() - 1) AS rate FROM generate_series(1, 40) list, generate_series(1, 200) i) a;
CREATE TEMP TABLE found AS SELECT x.list, l.*, surge FROM (SELECT list, abm.surge_agg(account_id, recent, baseline) AS s FROM drawn GROUP BY list) x, LATERAL abm.surge_list(s, 7, 28, 0.1) l JOIN drawn d USING (account_id) WHERE d.list = x.list;
SELECT cmp_ok((SELECT avg(share) FROM (SELECT list, count(*) FILTER (WHERE surging AND NOT surge) / greatest(count(*) FILTER (WHERE surging), 1)::float8 AS share FROM found GROUP BY list) f), '<=', 0.1::float8, 'false surges are at most one in ten of the list');
SELECT cmp_ok((SELECT count(*) FILTER (WHERE surging) / count(*)::float8 FROM found WHERE surge), '>', 0.6::float8, 'most surges are found');
SELECT * FROM finish();
ROLLBACK;
