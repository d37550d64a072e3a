-- sBG, BdW and BG/BB: published figures, reference files, plain SQL, recovery of known parameters.
\i test/begin.sql
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;

-- Within a relative tolerance; both unknown is the same.
CREATE FUNCTION pg_temp.near(a float8, b float8, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
  $$ SELECT coalesce(abs(a - b) <= tolerance * abs(b), a IS NULL AND b IS NULL) $$;

-- Cohorts by the number that is left after each renewal, as evidence.
CREATE FUNCTION pg_temp.cohort(survivors int[]) RETURNS abm.renewal_counts LANGUAGE sql AS $$
  SELECT abm.renewal_agg(t, churned, n) FROM (
    SELECT t, true AS churned, survivors[t] - survivors[t + 1] AS n FROM generate_series(1, cardinality(survivors) - 1) t
    UNION ALL SELECT cardinality(survivors) - 1, false, survivors[cardinality(survivors)]) x WHERE n > 0 $$;

-- Source: Fader, Hardie 2007 (sBG); Fader, Hardie, Liu, Davin, Steenburgh 2018 (BdW, four renewals); Fader, Hardie, Shang 2010 (BG/BB).
CREATE TEMP TABLE published AS SELECT * FROM (VALUES
  ('regular', '{1000,631,468,382,326,289,262,241}'::int[], 'sbg', '{0.704,1.182}'::float8[]),
  ('high end', '{1000,869,743,653,593,551,517,491}', 'sbg', '{0.668,3.806}'),
  ('high end, four', '{1000,869,743,653,593}', 'bdw', '{0.259,1.722,1.584}')) v (name, survivors, kind, parameters);
SELECT ok(max(abs(value - parameters[CASE parameter WHEN 'alpha' THEN 1 WHEN 'beta' THEN 2 WHEN 'gamma' THEN 1 WHEN 'delta' THEN 2 ELSE 3 END])) < 0.001, kind || ' ' || name || ': published parameters')
FROM published, LATERAL (SELECT CASE kind WHEN 'sbg' THEN abm.sbg_fit(pg_temp.cohort(survivors)) ELSE abm.bdw_fit(pg_temp.cohort(survivors)) END) f (m), abm.parameters(m) GROUP BY kind, name;

CREATE TEMP TABLE donors (x int, t_x int, n int, customers int);
INSERT INTO donors VALUES (0,0,6,3464), (1,1,6,1091), (1,2,6,277), (1,3,6,129), (1,4,6,78), (1,5,6,119), (1,6,6,129), (2,2,6,613), (2,3,6,255), (2,4,6,155), (2,5,6,173),
  (2,6,6,234), (3,3,6,322), (3,4,6,181), (3,5,6,225), (3,6,6,357), (4,4,6,240), (4,5,6,284), (4,6,6,512), (5,5,6,335), (5,6,6,728), (6,6,6,1203);
CREATE TEMP TABLE donor_model AS SELECT abm.bgbb_fit(x, t_x, n, customers) AS m FROM donors;
SELECT is(array_agg(round(value::numeric, 3) ORDER BY array_position('{alpha,beta,gamma,delta}', parameter)), '{1.204,0.750,0.657,2.783}', 'BG/BB: published parameters') FROM donor_model, abm.parameters(m);
SELECT is(round(sum(customers * abm.expected_purchases(m, 5, x, t_x, n))::numeric), 12884::numeric, 'BG/BB: 12884 donations in five years') FROM donors, donor_model;
SELECT is(array_agg(round(abm.p_alive(m, x, t_x, n)::numeric, 2) ORDER BY x, t_x), '{0.11,0.59,0.93}', 'BG/BB: published chances to be there')
FROM donors, donor_model WHERE (x, t_x) IN ((0, 0), (2, 4), (4, 6));

-- G2: 74 % of the customers renew and may be expected six more years.
SELECT ok(abs(abm.survival(m, 1) - 0.74) < 1e-15 AND abs(abm.retention(m, 1) - 0.74) < 1e-15 AND abs(abm.residual_lifetime(m) - 6) < 1e-13 AND abs(abm.expected_lifetime(m) - 7) < 1e-13,
  'G2: 74 % and six more years') FROM abm.given_model('sbg', '{1.9024390243902436,5.414634146341462}') m;

-- Reference files, where the folder is there.
\set there `test -d "$ABM_DATA/clv" && echo true || echo false`
\if :there
\set sbg_reference `cat "$ABM_DATA/clv/sbg_reference.json"`
\set bgbb_reference `cat "$ABM_DATA/clv/donations_bgbb_reference.json"`
CREATE TEMP TABLE bgbb_scores (x int, t_x int, n int, customers int, p_alive_at_n float8, p_alive float8, ce_1 float8, ce_5 float8, dert float8);
\cd :shared
\copy bgbb_scores FROM 'clv/donations_bgbb_scores.csv' (FORMAT csv, HEADER)
\cd :top
CREATE TEMP TABLE reference AS
  SELECT name, r, k.kind, r -> k.kind AS fit, CASE k.kind WHEN 'sbg' THEN abm.sbg_fit(e) ELSE abm.bdw_fit(e) END AS m
  FROM jsonb_each(:'sbg_reference') j (name, r), (VALUES ('sbg'), ('bdw')) k (kind),
    LATERAL (SELECT pg_temp.cohort(ARRAY(SELECT jsonb_array_elements(r -> 'survivors')::text::int)) AS e) e;
INSERT INTO reference SELECT 'donations', NULL, 'bgbb', :'bgbb_reference'::jsonb -> 'fit', m FROM donor_model;
SELECT is(abm.fit_status(m), 'ok', name || ' ' || kind || ': status') FROM reference;
SELECT ok(abs(abm.log_likelihood(m) - (fit ->> 'loglik')::float8) < 1e-5, name || ' ' || kind || ': log-likelihood') FROM reference;
SELECT is_empty(format($$ SELECT parameter, value, std_err, fit FROM reference, abm.parameters(m)
  WHERE (name, kind) = (%L, %L) AND NOT coalesce(pg_temp.near(value, (fit -> 'params' ->> parameter)::float8, 1e-8) AND pg_temp.near(std_err, (fit -> 'se' ->> parameter)::float8, 1e-4), false) $$, name, kind),
  name || ' ' || kind || ': parameters and standard errors') FROM reference;

-- The scores are those of the rounded parameters in the file.
CREATE TEMP TABLE scored AS SELECT name, r, abm.given_model('sbg', ARRAY(SELECT jsonb_array_elements(r -> 'score_params_sbg')::text::float8)) AS sbg,
    abm.given_model('bdw', ARRAY[fit -> 'params' ->> 'gamma', fit -> 'params' ->> 'delta', fit -> 'params' ->> 'c']::float8[]) AS bdw FROM reference WHERE kind = 'bdw';
SELECT is_empty($$ SELECT name, t, v FROM scored, jsonb_each_text(r -> 'S') j (t, v) WHERE NOT pg_temp.near(abm.survival(sbg, t::int), v::float8, 1e-9) $$, 'sBG survival');
SELECT is_empty($$ SELECT name, t, v FROM scored, jsonb_each_text(r -> 'retention') j (t, v) WHERE NOT pg_temp.near(abm.retention(sbg, t::int), v::float8, 1e-9) $$, 'sBG retention');
SELECT is_empty($$ SELECT name FROM scored WHERE NOT pg_temp.near(abm.expected_lifetime(sbg, 0.1), (r ->> 'del_10pct')::float8, 1e-9) $$, 'sBG expected lifetime');
SELECT is_empty($$ SELECT name, n, v FROM scored, jsonb_each_text(r -> 'derl_10pct') j (n, v) WHERE NOT pg_temp.near(abm.residual_lifetime(sbg, n::int - 1, 0.1), v::float8, 1e-9) $$, 'sBG residual lifetime');
SELECT is_empty($$ SELECT name, t, v FROM scored, jsonb_each_text(r -> 'S_bdw') j (t, v) WHERE NOT pg_temp.near(abm.survival(bdw, t::int), v::float8, 1e-9) $$, 'BdW survival');
SELECT is(count(*), 4::bigint, 'all cohorts were compared') FROM scored;
CREATE TEMP TABLE donor_given AS SELECT abm.given_model('bgbb', ARRAY(SELECT jsonb_array_elements(:'bgbb_reference'::jsonb -> 'score_params')::text::float8)) AS m;
SELECT is_empty($$ SELECT x, t_x FROM bgbb_scores s, donor_given WHERE NOT (pg_temp.near(abm.p_alive(m, x, t_x, n), p_alive, 1e-9)
    AND pg_temp.near(abm.p_alive(m, x, t_x, n) * (abm.parameter(m, 'gamma') + abm.parameter(m, 'delta') + n) / (abm.parameter(m, 'delta') + n), p_alive_at_n, 1e-9)
    AND pg_temp.near(abm.expected_purchases(m, 1, x, t_x, n), ce_1, 1e-9) AND pg_temp.near(abm.expected_purchases(m, 5, x, t_x, n), ce_5, 1e-9)
    AND pg_temp.near(abm.residual_purchases(m, ln(1.1::float8), x, t_x, n), dert, 1e-9)) $$, 'BG/BB scores');
SELECT is(count(*), 22::bigint, 'BG/BB: all scores were compared') FROM bgbb_scores;
SELECT ok(pg_temp.near(sum(customers * abm.expected_purchases(m, 5, x, t_x, n)), (:'bgbb_reference'::jsonb ->> 'total_ce5')::float8, 1e-7), 'BG/BB: the sum of expectations') FROM donors, donor_given;
\else
SELECT skip('there is no data folder: set ABM_DATA to the one that has clv/', 36);
\endif

-- Against plain SQL: products for survival, sums for what is to come.
CREATE TEMP TABLE given AS SELECT p, abm.given_model('sbg', p) AS m FROM (VALUES ('{0.7,1.2}'::float8[]), ('{3,0.05}'), ('{0.02,40}'), ('{250,4000}')) v (p);
SELECT is_empty($$ SELECT p, t FROM given, generate_series(1, 40) t, LATERAL (SELECT exp(sum(ln((p[2] + i - 1) / (p[1] + p[2] + i - 1)))) AS s FROM generate_series(1, t) i) x
  WHERE NOT pg_temp.near(abm.survival(m, t), s, 1e-12) OR NOT pg_temp.near(abm.retention(m, t), (p[2] + t - 1) / (p[1] + p[2] + t - 1), 1e-14) $$, 'sBG: survival is the product of the retentions');
SELECT is_empty($$ SELECT p, age, d FROM given, unnest('{0,1,7,60}'::int[]) age, unnest('{0.02,0.1,1,20}'::float8[]) d,
    LATERAL (SELECT sum(abm.survival(m, age + k) / abm.survival(m, age) * exp(greatest((1 - k) * ln(1 + d), -400))) AS s FROM generate_series(1, 2500) k) x
  WHERE NOT pg_temp.near(abm.residual_lifetime(m, age, d), s, 1e-10) OR NOT pg_temp.near(abm.expected_lifetime(m, d), 1 + abm.residual_lifetime(m, 0, d) / (1 + d), 1e-14) $$, 'sBG: what is to come is the sum');
SELECT is_empty($$ SELECT c, age, d FROM unnest('{0.4,0.9,1,1.3,2.5}'::float8[]) c, unnest('{0,1,7}'::int[]) age, unnest('{0.02,0.3}'::float8[]) d, abm.given_model('bdw', ARRAY[0.8, 1.5, c]) m,
    LATERAL (SELECT sum(abm.survival(m, age + k) / abm.survival(m, age) * exp(greatest((1 - k) * ln(1 + d), -400))) AS s FROM generate_series(1, 2500) k) x
  WHERE NOT pg_temp.near(abm.residual_lifetime(m, age, d), s, 1e-10) $$, 'BdW: what is to come is the sum');
SELECT is_empty($$ SELECT p FROM given, abm.given_model('bdw', p || 1::float8) b, generate_series(1, 30) t
  WHERE NOT (pg_temp.near(abm.survival(b, t), abm.survival(m, t), 1e-14) AND pg_temp.near(abm.retention(b, t), abm.retention(m, t), 1e-14) AND pg_temp.near(abm.residual_lifetime(b, t, 0.1), abm.residual_lifetime(m, t, 0.1), 1e-12)) $$,
  'BdW with c = 1 is sBG');
SELECT ok(pg_temp.near(abm.residual_lifetime(m, 5), 15, 1e-12), 'sBG: (beta + age) / (alpha - 1)') FROM abm.given_model('sbg', '{2,10}') m;
SELECT is(abm.residual_lifetime(abm.given_model(k, p)), NULL, k || p::text || ': without end is NULL') FROM (VALUES ('sbg', '{1,5}'::float8[]), ('sbg', '{0.5,5}'), ('bdw', '{1.5,5,0.6}')) v (k, p);

CREATE TEMP TABLE fitted AS SELECT f.kind, m FROM published, LATERAL (SELECT pg_temp.cohort(survivors) AS e) e, LATERAL (VALUES ('sbg', abm.sbg_fit(e)), ('bdw', abm.bdw_fit(e))) f (kind, m);
SELECT is_empty($$ SELECT kind, c.* FROM fitted, abm.retention_curve(m, 50) c WHERE NOT (pg_temp.near(retention, abm.retention(m, period), 1e-14) AND pg_temp.near(survival, abm.survival(m, period), 1e-14)
  AND 0 < retention_lower AND retention_lower < retention AND retention < retention_upper AND retention_upper < 1
  AND 0 < survival_lower AND survival_lower < survival AND survival < survival_upper AND survival_upper < 1) $$, 'the curve is made of retention and survival, within its bounds');
SELECT is_empty($$ SELECT kind FROM fitted, abm.retention_curve(m, 1) WHERE abs(retention_lower - survival_lower) + abs(retention_upper - survival_upper) > 1e-12 $$, 'the first renewal: retention is survival');
SELECT is_empty($$ SELECT kind FROM fitted, abm.residual_lifetime_interval(m, 3, 0.1) r WHERE NOT (pg_temp.near(r.residual_lifetime, abm.residual_lifetime(m, 3, 0.1), 1e-14)
  AND lower < r.residual_lifetime AND r.residual_lifetime < upper AND pg_temp.near(lower * upper, r.residual_lifetime ^ 2, 1e-12)) $$, 'interval of what is to come');
-- The delta method against its definition: the bounds of the first retention from the covariance, by hand.
SELECT ok(abs(ln(retention_upper / (1 - retention_upper)) - ln(retention / (1 - retention)) - 1.959963984540054 * sqrt(v)) < 1e-9, 'bounds of the first retention: log-odds are ln beta - ln alpha')
FROM fitted, abm.retention_curve(m, 1), LATERAL (SELECT sum(covariance * CASE WHEN parameter_a = parameter_b THEN 1 ELSE -1 END / (abm.parameter(m, parameter_a) * abm.parameter(m, parameter_b))) AS v FROM abm.covariance(m)) c
WHERE kind = 'sbg';

-- BG/BB: probabilities add up to 1 and to the expectation; a new customer is one without a history.
SELECT is_empty($$ SELECT x, t_x, n FROM (SELECT x, t_x, n, min(abm.expected_purchases(m, 12, x, t_x, n)) AS expected, sum(p) AS s, sum(k * p) AS e FROM donors, donor_model, generate_series(0, 12) k, abm.purchase_probability(m, k, 12, x, t_x, n) p GROUP BY 1, 2, 3) q
  WHERE abs(s - 1) > 1e-12 OR NOT pg_temp.near(e, expected, 1e-11) $$, 'BG/BB: probabilities');
SELECT ok(pg_temp.near(abm.expected_purchases_new(m, 9), abm.expected_purchases(m, 9, 0, 0, 0), 1e-13), 'BG/BB: a new customer') FROM donor_model;
SELECT ok(pg_temp.near(abm.expected_purchases_new(m, 6) * 11104, (SELECT sum(x * customers) FROM donors)::float8, 0.02), 'BG/BB: the model''s mean is near the data''s') FROM donor_model;
-- Values of customers are purchases times spending: by period, and all that is to come.
SELECT is_empty($$ SELECT x, t_x FROM donors, donor_model, abm.given_model('gamma_gamma', '{6,4,15}') g, abm.expected_spend(g, x, 40) spend,
    LATERAL (SELECT sum((abm.expected_purchases(m, k, x, t_x, n) - abm.expected_purchases(m, k - 1, x, t_x, n)) * 1.1 ^ -k) AS e FROM generate_series(1, 12) k) s,
    LATERAL (SELECT sum((abm.expected_purchases(m, k, x, t_x, n) - abm.expected_purchases(m, k - 1, x, t_x, n)) * 1.1 ^ -k) AS e FROM generate_series(1, 400) k) all_of_it
  WHERE NOT (pg_temp.near(abm.clv(m, g, 12, 1, 0.1, x, t_x, n, 40), s.e * spend, 1e-10) AND pg_temp.near(abm.residual_clv(m, g, ln(1.1::float8), x, t_x, n, 40), all_of_it.e * spend, 1e-9)) $$,
  'BG/BB: value by period, and of all that is to come');

-- Evidence: parts, weights, order.
SELECT setseed(0.5);
CREATE TEMP TABLE account AS SELECT i, i % 7 AS part, (1 + random() * random() * 20)::int AS periods, random() < 0.6 AS churned, (1 + random() * 4)::int AS weight FROM generate_series(1, 3000) i;
SELECT is((SELECT abm.sbg_fit(abm.rollup(e)) FROM (SELECT abm.renewal_agg(periods, churned) AS e FROM account GROUP BY part) p)::text, abm.sbg_fit(periods, churned)::text, 'sBG from parts = sBG from customers') FROM account;
SELECT is((SELECT abm.bdw_fit(periods, churned) FROM account, generate_series(1, weight))::text, abm.bdw_fit(periods, churned, weight)::text, 'a weight is so many customers') FROM account;
SELECT is((SELECT abm.bgbb_fit(abm.rfm_agg(x, t_x, n, customers)) FROM donors)::text, m::text, 'BG/BB from evidence = BG/BB from customers') FROM donor_model;
SELECT is_empty($$ SELECT o.* FROM (SELECT abm.renewal_agg(periods, churned, weight) AS e FROM account) e, abm.observed_retention(e, 0.9) o
  JOIN (SELECT t, sum(weight) FILTER (WHERE periods >= t) AS n, coalesce(sum(weight) FILTER (WHERE periods = t AND churned), 0) AS gone FROM account, generate_series(1, 40) t GROUP BY t) s ON t = period
  WHERE NOT (customers = n AND o.churned = gone AND pg_temp.near(retention, 1 - gone::float8 / n, 1e-14) AND lower <= retention AND retention <= upper) $$, 'observed retention');
SELECT ok(pg_temp.near(max(survival) FILTER (WHERE period = 12), (SELECT abm.survival_at(abm.survival_agg(periods::float8, churned::int, weight::float8), 12.0::float8) FROM account), 1e-12), 'its survival is Kaplan and Meier''s')
FROM abm.observed_retention((SELECT abm.renewal_agg(periods, churned, weight) FROM account));

-- Degenerate customers: an honest status, never NaN, never infinite.
CREATE TEMP TABLE degenerate AS SELECT name, status, e FROM (VALUES
  ('nobody left', 'too_few', '{}'::int[], '{1,2,5}'::int[]), ('one customer', 'too_few', '{3}', '{}'), ('all alike', 'too_few', '{2,2,2}', '{}'), ('not yet a renewal', 'too_few', '{}', '{0,0}'),
  ('one renewal', 'boundary', '{1}', '{1}'), ('all leave within two', 'boundary', '{1,2,2,2}', '{}'), ('a constant rate', 'boundary', '{1,1,1,1,2,2,3}', '{3}')) v (name, status, gone, still),
  LATERAL (SELECT abm.renewal_agg(t, c) AS e FROM (SELECT unnest(gone), true UNION ALL SELECT unnest(still), false) x (t, c)) y;
SELECT is(abm.fit_status(abm.sbg_fit(e)), status, 'sBG: ' || name) FROM degenerate;
SELECT is_empty($$ SELECT name FROM degenerate, LATERAL (VALUES (abm.sbg_fit(e)), (abm.bdw_fit(e))) f (m) WHERE abm.fit_status(m) = 'not_converged'
  OR NOT (abm.survival(m, 3) BETWEEN 0 AND 1 AND abm.retention(m, 3) BETWEEN 0 AND 1 AND abm.residual_lifetime(m, 3, 0.1) BETWEEN 0 AND 11) $$, 'what there are answers can be');
SELECT ok(abs(abm.retention(m, 1) - 0.5) < 1e-4 AND abs(abm.retention(m, 9) - 0.5) < 1e-4, 'a constant rate is found at the boundary') FROM degenerate, abm.sbg_fit(e) m WHERE name = 'a constant rate';
SELECT ok(abm.fit_status(m) = 'boundary' AND abs(abm.retention(m, 1) - 2.0 / 3) < 1e-6, 'only the mean of a single renewal is known') FROM abm.sbg_fit(pg_temp.cohort('{3,2}')) m;
SELECT is(abm.fit_status(m), status, 'BG/BB: ' || name) FROM (VALUES ('nobody came', 'too_few', '{0,0}'::int[], '{0,0}'::int[], '{5,6}'::int[]), ('one customer', 'too_few', '{1}', '{2}', '{4}'),
  ('one opportunity', 'boundary', '{0,1,1}', '{0,1,1}', '{1,1,1}'), ('all used', 'boundary', '{3,4,5}', '{3,4,5}', '{3,4,5}'), ('no opportunity', 'too_few', '{0,0}', '{0,0}', '{0,0}'),
  ('last one always used', 'boundary', '{1,2,3,2}', '{5,5,5,4}', '{5,5,5,4}'), ('a whale', 'boundary', '{10000,0,1}', '{10000,0,1}', '{10000,10000,10000}')) v (name, status, x, t_x, n),
  LATERAL (SELECT abm.bgbb_fit(a, b, c) AS m FROM unnest(x, t_x, n) u (a, b, c)) f;
SELECT is_empty($$ SELECT x, t_x, n, p FROM (VALUES ('{1e-6,1e-6,1e-6,1e-6}'::float8[]), ('{1e6,1e6,1e6,1e6}'), ('{1e-6,1e6,1e-6,1e6}'), ('{1e6,1e-6,1,1e6}'), ('{1,1,1,1}')) v (p), abm.given_model('bgbb', p) m,
    (VALUES (0, 0, 0), (0, 0, 10000), (10000, 10000, 10000), (1, 1, 10000), (1, 9999, 10000), (5000, 9999, 10000)) h (x, t_x, n),
    LATERAL (VALUES (abm.p_alive(m, x, t_x, n), 1), (abm.expected_purchases(m, 100, x, t_x, n), 100), (abm.residual_purchases(m, 0.01, x, t_x, n), 100), (abm.purchase_probability(m, 3, 10, x, t_x, n), 1)) s (value, most)
  WHERE NOT coalesce(value BETWEEN 0 AND most * (1 + 1e-9), false) $$, 'BG/BB: extremes stay finite and sane');

-- Recovery: 95 % intervals cover the parameters that customers were made with in 90 to 98 % of 200 runs.
SELECT setseed(0.2026);
CREATE FUNCTION pg_temp.leaves(u float8, m abm.clv_model) RETURNS float8[] LANGUAGE sql STABLE AS $$ SELECT array_agg(1 - abm.survival(m, t) ORDER BY t) FROM generate_series(1, 12) t $$;
CREATE TEMP TABLE covered AS
WITH truth AS MATERIALIZED (SELECT kind, p, pg_temp.leaves(0, abm.given_model(kind, p)) AS f, n FROM (VALUES ('sbg', '{0.7,1.2}'::float8[], 1000), ('bdw', '{0.6,1.5,1.4}', 1500)) v (kind, p, n)),
  drawn AS (SELECT kind, p, run, width_bucket(random(), f) + 1 AS leaves_at, 4 + i % 9 AS seen FROM truth, generate_series(1, 200) run, generate_series(1, n) i),
  evidence AS (SELECT kind, p, run, abm.renewal_agg(least(leaves_at, seen), leaves_at <= seen) AS e FROM drawn GROUP BY 1, 2, 3),
  models AS (SELECT kind, p, CASE kind WHEN 'sbg' THEN abm.sbg_fit(e) ELSE abm.bdw_fit(e) END AS m FROM evidence)
SELECT kind, parameter, count(*) AS runs, count(*) FILTER (WHERE p[CASE WHEN parameter IN ('alpha', 'gamma') THEN 1 WHEN parameter = 'c' THEN 3 ELSE 2 END] BETWEEN lower AND upper) AS covered
FROM models, abm.parameters(m) GROUP BY kind, parameter;
-- p is Beta(1.2, 1) and theta Beta(1, 3): both can be drawn by a power of a uniform number.
INSERT INTO covered
WITH drawn AS MATERIALIZED (SELECT run, i, 4 + i % 6 AS n, random() ^ (1 / 1.2) AS p, floor(ln(1 - random()) / ln((1 - random()) ^ (1.0 / 3))) AS stays FROM generate_series(1, 200) run, generate_series(1, 800) i),
  chance AS MATERIALIZED (SELECT run, i, n, t, t <= least(stays, n) AND random() < p AS used FROM drawn, generate_series(1, 9) t),
  customer AS (SELECT run, i, n, count(*) FILTER (WHERE used) AS x, coalesce(max(t) FILTER (WHERE used), 0) AS t_x FROM chance GROUP BY 1, 2, 3),
  models AS (SELECT run, abm.bgbb_fit(x, t_x, n) AS m FROM customer GROUP BY run)
SELECT 'bgbb', parameter, count(*), count(*) FILTER (WHERE CASE parameter WHEN 'alpha' THEN 1.2 WHEN 'delta' THEN 3 ELSE 1 END BETWEEN lower AND upper) FROM models, abm.parameters(m) GROUP BY parameter;
SELECT ok(runs = 200 AND covered BETWEEN 180 AND 196, format('%s: intervals of %s cover it in %s of %s runs', kind, parameter, covered, runs)) FROM covered ORDER BY kind, parameter;

-- Errors.
CREATE FUNCTION pg_temp.state_of(query text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN EXECUTE query; RETURN 'no error'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SELECT is(pg_temp.state_of(query), code, code || ':' || query) FROM (VALUES
  ('22023', $$ SELECT abm.renewal_agg(-1, false) $$),
  ('22023', $$ SELECT abm.renewal_agg(0, true) $$),
  ('22023', $$ SELECT abm.renewal_agg(1, true, 0) $$),
  ('22003', $$ SELECT abm.renewal_agg(1, true, 'NaN') $$),
  ('22003', $$ SELECT abm.sbg_fit(1, true, 'Infinity') $$),
  ('22023', $$ SELECT abm.bgbb_fit(2, 1, 5) $$),
  ('22023', $$ SELECT abm.bgbb_fit(1, 6, 5) $$),
  ('22023', $$ SELECT abm.bgbb_fit(0, 1, 5) $$),
  ('22023', $$ SELECT abm.bgbb_fit(-1, 0, 5) $$),
  ('22023', $$ SELECT abm.bgbb_fit(1, 1, 10001) $$),
  ('22023', $$ SELECT abm.bgbb_fit(abm.rfm_agg(1, 1.5, 3)) $$),
  ('22023', $$ SELECT abm.p_alive(m, 1, 1.5, 3) FROM donor_model $$),
  ('22023', $$ SELECT abm.expected_purchases(m, 3, 2, 1, 3) FROM donor_model $$),
  ('22023', $$ SELECT abm.log_likelihood(m, (SELECT abm.rfm_agg(1, 0.5, 3))) FROM donor_model $$),
  ('22023', $$ SELECT abm.retention(m, 1) FROM donor_model $$),
  ('22023', $$ SELECT abm.retention(m, 0) FROM fitted $$),
  ('22023', $$ SELECT abm.survival(m, -1) FROM fitted $$),
  ('22023', $$ SELECT abm.retention_curve(m, 0) FROM fitted $$),
  ('22023', $$ SELECT abm.retention_curve(m, 10001) FROM fitted $$),
  ('22023', $$ SELECT abm.retention_curve(m, 3, 1) FROM fitted $$),
  ('22023', $$ SELECT abm.residual_lifetime(m, -1) FROM fitted $$),
  ('22023', $$ SELECT abm.residual_lifetime(m, 0, -0.1) FROM fitted $$),
  ('22003', $$ SELECT abm.residual_lifetime(m, 0, 'NaN') FROM fitted $$),
  ('22023', $$ SELECT abm.p_alive(m, 1, 1, 1) FROM fitted $$),
  ('22023', $$ SELECT abm.observed_retention(e, 0) FROM degenerate $$)) v (code, query);
-- Discounted continuously: against the quadrature of the same expected purchases in 40 digits (mpmath 1.3), 1e-10.
SELECT is_empty($$ SELECT h, r, v, exact FROM (VALUES (10000, 1e-3, 0, 0, 0, 239.17302714187), (100000, 1e-4, 1, 1, 1, 1538.45632670), (1000, 0.01, 0, 0, 1, 30.5536542230), (500, 0.001, 2, 3, 5, 259.680207392)) q (h, r, x, t, n, exact),
    LATERAL abm.clv_continuous(abm.given_model('bgbb', '{1.2,0.75,0.66,0.5}'), abm.given_model('gamma_gamma', '{6,4,15}'), h, r, x, t, n, NULL) v WHERE abs(v / exact - 1) > 1e-10 $$, 'BG/BB discounted continuously');
SELECT * FROM finish();
ROLLBACK;
