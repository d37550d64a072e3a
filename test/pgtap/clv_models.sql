-- Fitted models of customers: published values, reference values, laws.
\i test/begin.sql
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;

-- Reference data, where the folder is there.
\set there `test -d "$ABM_DATA/clv" && echo true || echo false`

CREATE FUNCTION pg_temp.off(got float8, want float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN got IS NULL OR want IS NULL THEN CASE WHEN got IS NULL AND want IS NULL THEN 0::float8 ELSE 'Infinity'::float8 END
    WHEN want = 0 THEN abs(got) ELSE abs(got - want) / abs(want) END $$;

CREATE TEMP TABLE rfm (data text, id int, x bigint, t_x float8, t float8, m float8, x_star bigint);
CREATE TEMP TABLE reference (data text, line int GENERATED ALWAYS AS IDENTITY, text text);
CREATE TEMP TABLE score_line (data text, text text);
CREATE TEMP TABLE stress (tag text, model text, p1 float8, p2 float8, p3 float8, p4 float8, x float8, t_x float8, t float8, horizon float8,
  loglik float8, p_alive numeric, cet numeric, new_expected float8);
CREATE TEMP TABLE cdnow (id int, x bigint, t_x float8, t float8, m float8, x_star bigint, m_star float8);
CREATE TEMP TABLE rounded (id int, x bigint, t_x float8, t float8, m float8);
CREATE TEMP TABLE days (id int, x bigint, t_x float8, t float8, x_star bigint);
CREATE TEMP TABLE orders (id int, x bigint, t_x float8, t float8, m float8, total float8, x_star bigint, m_star float8);
CREATE TEMP TABLE line (data text, k int GENERATED ALWAYS AS IDENTITY, text text);
CREATE TEMP TABLE short_name (long text, short text);
INSERT INTO short_name VALUES ('bgnbd', 'bgnbd'), ('mbgnbd', 'mbgnbd'), ('pnbd', 'pareto_nbd'), ('gg', 'gamma_gamma');
\if :there
\cd :shared
\copy cdnow FROM 'clv/cdnow_rfm_weeks_exact.csv' (FORMAT csv, HEADER)
\copy rounded FROM 'clv/cdnow_rfm_weeks_rounded.csv' (FORMAT csv, HEADER)
\copy days FROM 'clv/example_rfm_days.csv' (FORMAT csv, HEADER)
\copy orders FROM 'clv/orders_open_rfm_net_to_order_utc.csv' (FORMAT csv, HEADER)
\copy stress FROM 'clv/stress_cases.csv' (FORMAT csv, HEADER)
\copy line (text) FROM 'clv/cdnow_exact_reference.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'exact' WHERE data IS NULL;
\copy line (text) FROM 'clv/cdnow_rounded_reference.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'rounded' WHERE data IS NULL;
\copy line (text) FROM 'clv/example_days_reference.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'days' WHERE data IS NULL;
\copy line (text) FROM 'clv/orders_open_reference.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'orders' WHERE data IS NULL;
CREATE TEMP TABLE wanted AS SELECT data, string_agg(text, E'\n' ORDER BY k)::jsonb AS j FROM line GROUP BY data;
DELETE FROM line;
\copy line (text) FROM 'clv/cdnow_exact_scores.csv' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'exact' WHERE data IS NULL;
\copy line (text) FROM 'clv/cdnow_rounded_scores.csv' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'rounded' WHERE data IS NULL;
\copy line (text) FROM 'clv/example_days_scores.csv' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'days' WHERE data IS NULL;
\copy line (text) FROM 'clv/orders_open_scores.csv' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'orders' WHERE data IS NULL;
\copy line (text) FROM 'clv/cdnow_rounded_dert.csv' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE line SET data = 'dert' WHERE data IS NULL;
CREATE TEMP TABLE validation_line (k int GENERATED ALWAYS AS IDENTITY, data text, text text);
\copy validation_line (text) FROM 'clv/cdnow_validation.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE validation_line SET data = 'exact' WHERE data IS NULL;
\copy validation_line (text) FROM 'clv/example_validation.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE validation_line SET data = 'days' WHERE data IS NULL;
\copy validation_line (text) FROM 'clv/orders_open_validation.json' (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')
UPDATE validation_line SET data = 'orders' WHERE data IS NULL;
\cd :top
INSERT INTO rfm SELECT 'exact', id, x, t_x, t, m, x_star FROM cdnow UNION ALL SELECT 'rounded', id, x, t_x, t, m, NULL FROM rounded
  UNION ALL SELECT 'days', id, x, t_x, t, NULL, x_star FROM days UNION ALL SELECT 'orders', id, x, t_x, t, m, x_star FROM orders;

-- Source: README of the folder; optima confirmed by lifetimes 0.11.3, CLVTools 0.12.1, BTYD 2.4.3, BTYDplus 1.2.0.
CREATE TEMP TABLE fitted AS
  SELECT data, abm.bgnbd_fit(x, t_x, t) AS bgnbd, abm.mbgnbd_fit(x, t_x, t) AS mbgnbd, abm.pareto_nbd_fit(x, t_x, t) AS pareto_nbd,
    abm.gamma_gamma_fit(x, m) AS gamma_gamma FROM rfm GROUP BY data;
CREATE TEMP VIEW model AS
  SELECT data, kind, m FROM fitted, LATERAL (VALUES ('bgnbd', bgnbd), ('mbgnbd', mbgnbd), ('pareto_nbd', pareto_nbd), ('gamma_gamma', gamma_gamma)) v (kind, m);
CREATE TEMP VIEW wanted_fit AS
  SELECT w.data, s.short AS kind, f FROM wanted w, jsonb_array_elements(w.j -> 'fits') f, short_name s WHERE s.long = f ->> 'model';
SELECT is(count(*), 15::bigint, 'reference fits: all there') FROM wanted_fit;
SELECT is_empty($$ SELECT data, kind, abm.fit_status(m) FROM wanted_fit LEFT JOIN model USING (data, kind) WHERE abm.fit_status(m) IS DISTINCT FROM 'ok' $$,
  'reference fits: all are ok');
SELECT is_empty($$ SELECT data, kind, parameter, value, f -> 'params' ->> parameter FROM wanted_fit LEFT JOIN model USING (data, kind), abm.parameters(m)
  WHERE NOT pg_temp.off(value, (f -> 'params' ->> parameter)::float8) < 1e-8 $$, 'reference fits: parameters within 1e-8');
SELECT is_empty($$ SELECT data, kind, parameter, std_err, f -> 'se' ->> parameter FROM wanted_fit LEFT JOIN model USING (data, kind), abm.parameters(m)
  WHERE f ? 'se' AND NOT pg_temp.off(std_err, (f -> 'se' ->> parameter)::float8) < 1e-4 $$, 'reference fits: standard errors within 1e-4');
SELECT is_empty($$ SELECT data, kind, abm.log_likelihood(m), f ->> 'loglik' FROM wanted_fit LEFT JOIN model USING (data, kind)
  WHERE NOT abs(abm.log_likelihood(m) - (f ->> 'loglik')::float8) < 1e-5 $$, 'reference fits: log-likelihood within 1e-5');

-- Published: Fader, Hardie, Lee 2005; Schmittlein, Morrison, Colombo by Fader, Hardie 2005; Fader, Hardie 2013; BTYDplus.
SELECT is((SELECT string_agg(round(value::numeric, 3)::text, ', ') FROM abm.parameters(bgnbd)), '0.243, 4.414, 0.793, 2.426', 'CDNOW, published: BG/NBD') FROM fitted WHERE data = 'rounded';
SELECT is((SELECT string_agg(round(value::numeric, 3)::text, ', ') FROM abm.parameters(pareto_nbd)), '0.553, 10.578, 0.606, 11.668', 'CDNOW: Pareto/NBD (published 0.553, 10.578, 0.606, 11.669)')
  FROM fitted WHERE data = 'rounded';
SELECT ok(abs(abm.parameter(pareto_nbd, 'beta') - 11.669) < 0.0015, 'CDNOW, published: Pareto/NBD, beta') FROM fitted WHERE data = 'rounded';
SELECT is((SELECT string_agg(round(value::numeric, 2)::text, ', ') FROM abm.parameters(gamma_gamma)), '6.25, 3.74, 15.45', 'CDNOW: Gamma-Gamma (published 6.25, 3.74, 15.44)')
  FROM fitted WHERE data = 'rounded';
SELECT is((SELECT string_agg(round(value::numeric, 2)::text, ', ') FROM abm.parameters(gamma_gamma)), '6.25, 3.74, 15.44', 'CDNOW, published: Gamma-Gamma, by exact days')
  FROM fitted WHERE data = 'exact';
SELECT is((SELECT string_agg(round(value::numeric, 3)::text, ', ') FROM abm.parameters(mbgnbd)), '0.525, 6.183, 0.891, 1.614', 'CDNOW, as BTYDplus: MBG/NBD') FROM fitted WHERE data = 'exact';
SELECT is(round(abm.log_likelihood(bgnbd)::numeric, 1), -9582.4, 'CDNOW, published: log-likelihood of BG/NBD') FROM fitted WHERE data = 'rounded';
SELECT is(round(abm.log_likelihood(pareto_nbd)::numeric, 1), -9595.0, 'CDNOW, published: log-likelihood of Pareto/NBD') FROM fitted WHERE data = 'rounded';
SELECT is(round((abm.fit_quality(gamma_gamma)).association::numeric, 6), 0.206302, 'CDNOW: rank correlation of frequency and money over repeat buyers') FROM fitted WHERE data = 'exact';
SELECT is((abm.fit_quality(gamma_gamma)).left_out, 1411::bigint, 'CDNOW: who bought once says nothing about money') FROM fitted WHERE data = 'exact';
SELECT is(round(pearson::numeric, 6), 0.113888, 'CDNOW: Pearson''s correlation') FROM (SELECT abm.spend_agg(x, m) AS e FROM cdnow) s, abm.spend_association(e);
SELECT is(array_agg(model ORDER BY rank), '{mbgnbd,bgnbd,pareto_nbd}'::text[], 'CDNOW: MBG/NBD fits best') FROM (SELECT abm.rfm_agg(x, t_x, t) AS e FROM cdnow) s, abm.rank_models(e);
SELECT is(array_agg(model ORDER BY rank), '{mbgnbd,pareto_nbd,bgnbd}'::text[], 'example transactions: MBG/NBD fits best') FROM (SELECT abm.rfm_agg(x, t_x, t) AS e FROM days) s, abm.rank_models(e);
SELECT is(abm.best_fit(x, t_x, t)::text, abm.mbgnbd_fit(x, t_x, t)::text, 'best_fit is the best of them') FROM cdnow;

-- Scores of customers, at the parameters that the references were computed with.
CREATE TEMP TABLE given AS
  SELECT data, abm.given_model('bgnbd', ARRAY(SELECT jsonb_array_elements_text(j -> 'score_params' -> 'bgnbd')::float8)) AS bgnbd,
    abm.given_model('mbgnbd', ARRAY(SELECT jsonb_array_elements_text(j -> 'score_params' -> 'mbgnbd')::float8)) AS mbgnbd,
    abm.given_model('pareto_nbd', ARRAY(SELECT jsonb_array_elements_text(j -> 'score_params' -> 'pnbd')::float8)) AS pnbd,
    CASE WHEN jsonb_typeof(j -> 'gg_score_params') = 'array' THEN
      abm.given_model('gamma_gamma', ARRAY(SELECT jsonb_array_elements_text(j -> 'gg_score_params')::float8)) END AS gg,
    (j -> 'clv' ->> 'period_length')::float8 AS period FROM wanted;
INSERT INTO given SELECT 'dert', bgnbd, mbgnbd, pnbd, gg, period FROM given WHERE data = 'rounded';
CREATE TEMP TABLE want AS
  WITH head AS (SELECT DISTINCT ON (data) data, k, string_to_array(text, ',') AS names FROM line ORDER BY data, k),
  customer AS (SELECT data, line.k, names, string_to_array(text, ',') AS cells FROM line JOIN head USING (data) WHERE line.k > head.k)
  SELECT data, customer.k, c.name, c.cell::float8 AS want FROM customer, unnest(names, cells) c (name, cell);
CREATE TEMP TABLE who AS
  SELECT data, k, max(want) FILTER (WHERE name = 'x')::bigint AS x, max(want) FILTER (WHERE name = 't_x') AS t_x, max(want) FILTER (WHERE name = 'T') AS t,
    max(want) FILTER (WHERE name = 'm') AS m FROM want GROUP BY data, k;
CREATE TEMP TABLE scored AS
  SELECT w.data, w.k, w.name, w.want, CASE
    WHEN name = 'gg_em' THEN abm.expected_spend(gg, x, m)
    WHEN name LIKE '%_p_alive' THEN abm.p_alive(model, x, t_x, t)
    WHEN name LIKE '%_cet_%' THEN abm.expected_purchases(model, substring(name FROM 'cet_(.*)')::float8, x, t_x, t)
    WHEN name LIKE '%_clv12' THEN abm.clv(model, gg, 12, period, 0.01, x, t_x, t, m)
    WHEN name LIKE '%_dert_%' THEN abm.residual_purchases(model, substring(name FROM 'dert_(.*)')::float8, x, t_x, t) END AS got
  FROM want w JOIN who USING (data, k) JOIN given g USING (data),
    LATERAL (SELECT CASE split_part(name, '_', 1) WHEN 'bgnbd' THEN bgnbd WHEN 'mbgnbd' THEN mbgnbd WHEN 'pnbd' THEN pnbd END AS model) o
  WHERE name LIKE '%\_%' AND name NOT IN ('customer_id', 't_x');
SELECT cmp_ok(count(*), '>', 2000::bigint, 'reference scores: many') FROM scored;
SELECT is_empty($$ SELECT * FROM scored WHERE NOT pg_temp.off(got, want) < 1e-10 $$, 'reference scores: all within 1e-10');
SELECT is_empty($$ SELECT w.data, g, sum, sum_wanted FROM wanted w JOIN fitted USING (data), jsonb_each(j -> 'population_sums') p (g, v), short_name s,
    LATERAL (SELECT sum(abm.expected_purchases(abm.given_model(s.short, ARRAY(SELECT jsonb_array_elements_text(j -> 'score_params' -> g)::float8)), (v ->> 't')::float8, x, t_x, t)) AS sum,
      (v ->> 'sum_cet')::float8 AS sum_wanted FROM rfm r WHERE r.data = w.data) x
  WHERE s.long = g AND NOT pg_temp.off(sum, sum_wanted) < 1e-6 $$, 'reference sums over all customers, at rounded parameters');

-- Customers and parameters at which the usual formulas overflow or have a singularity: values of 40-digit arithmetic.
CREATE TEMP TABLE stressed AS
  SELECT s.*, abm.log_likelihood(m, e) AS l, abm.p_alive(m, x::bigint, t_x, t) AS pa, abm.expected_purchases(m, horizon, x::bigint, t_x, t) AS c,
    abm.expected_purchases_new(m, horizon) AS n
  FROM stress s JOIN short_name ON long = model, LATERAL (SELECT abm.given_model(short, ARRAY[p1, p2, p3, p4]) AS m) a,
    LATERAL (SELECT abm.rfm_agg(f, r, a) AS e FROM (VALUES (s.x::bigint, s.t_x, s.t)) v (f, r, a)) b;
SELECT is(count(*), 31::bigint, 'stress: all cases') FROM stressed;
SELECT is_empty($$ SELECT * FROM stressed WHERE NOT abs(l - loglik) < 1e-11 * greatest(1, abs(loglik)) $$, 'stress: log-likelihood within 1e-11');
SELECT is_empty($$ SELECT * FROM stressed WHERE NOT abs(pa::numeric - p_alive) <= 1e-11 * p_alive + 1e-300 $$, 'stress: P(alive) within 1e-11');
SELECT is_empty($$ SELECT * FROM stressed WHERE NOT abs(c::numeric - cet) <= 1e-11 * cet + 1e-300 $$, 'stress: expected purchases within 1e-11');
SELECT is_empty($$ SELECT * FROM stressed WHERE NOT pg_temp.off(n, new_expected) < 1e-11 $$, 'stress: new customers within 1e-11');

SELECT set_eq($$ SELECT data, model FROM (SELECT data, abm.rfm_agg(x, t_x, t) AS e FROM rfm GROUP BY data) s, abm.rank_models(e) WHERE rank = 1 $$,
  $$ VALUES ('exact', 'mbgnbd'), ('rounded', 'mbgnbd'), ('days', 'mbgnbd'), ('orders', 'bgnbd') $$, 'MBG/NBD is the best model of three of four sets');

-- The hold-out.
CREATE TEMP TABLE judged AS
  SELECT w.data, s.long AS kind, v, d.horizon, abm.forecast_agg(abm.expected_purchases(g, d.horizon, x, t_x, t), x_star, x) AS f,
    sum(abm.expected_purchases_new(g, t)) AS calibration
  FROM (SELECT data, string_agg(text, E'\n' ORDER BY k)::jsonb AS j FROM validation_line GROUP BY data) w, jsonb_each(j -> 'models') e (kind, v), short_name s,
    LATERAL (SELECT abm.given_model(s.short, ARRAY(SELECT jsonb_array_elements_text(v -> 'params')::float8)) AS g, (j ->> 'holdout_length')::float8 AS horizon) d
    JOIN LATERAL (SELECT * FROM rfm r WHERE r.data = w.data) r ON true
  WHERE s.long = e.kind GROUP BY 1, 2, 3, 4;
SELECT is(count(*), 9::bigint, 'hold-out: three data sets, three models') FROM judged;
SELECT is_empty($$ SELECT data, kind, e.*, v FROM judged, abm.forecast_eval(f) e WHERE NOT (
  pg_temp.off(predicted, (v ->> 'pred_total')::float8) < 1e-6 AND pg_temp.off(mae, (v ->> 'mae')::float8) < 1e-6 AND pg_temp.off(rmse, (v ->> 'rmse')::float8) < 1e-6
  AND pg_temp.off(pearson, (v ->> 'pearson')::float8) < 1e-6 AND pg_temp.off(calibration, (v ->> 'expected_repeat_in_calibration')::float8) < 1e-6) $$,
  'hold-out: totals, errors and correlation');
SELECT is_empty($$ SELECT data, kind, top_decile_share, v ->> 'top_decile_share_of_actual' FROM judged, abm.forecast_eval(f) e
  WHERE NOT abs(top_decile_share - (v ->> 'top_decile_share_of_actual')::float8) < 0.01 $$, 'hold-out: what the best tenth did, but for ties');
SELECT is_empty($$ SELECT data, kind, b.*, w FROM judged, abm.forecast_bins(f) b, LATERAL (SELECT v -> 'conditional_by_x' -> bin::text AS w) w
  WHERE NOT (customers = (w ->> 'n')::int AND pg_temp.off(predicted, (w ->> 'pred')::float8) < 1e-5 AND pg_temp.off(actual, (w ->> 'actual')::float8) < 1e-5) $$,
  'hold-out: conditional expectation by frequency');

-- Seconds instead of weeks: the same model.
SELECT ok(pg_temp.off(abm.parameter(s, 'a'), abm.parameter(w, 'a')) < 1e-8 AND pg_temp.off(abm.parameter(s, 'alpha'), abm.parameter(w, 'alpha') * 604800) < 1e-8
  AND pg_temp.off(abm.log_likelihood(s), abm.log_likelihood(w) - x * ln(604800)) < 1e-12, 'seconds or weeks: the same model')
FROM (SELECT abm.mbgnbd_fit(x, t_x, t) AS w, abm.mbgnbd_fit(x, t_x * 604800, t * 604800) AS s, sum(x)::float8 AS x FROM cdnow) q;
-- Collapsed, one by one, in parts, by hash: the same.
SELECT is(abm.pareto_nbd_fit(x, t_x, t, n::float8)::text, (SELECT abm.pareto_nbd_fit(x, t_x, t)::text FROM cdnow), 'weighted rows = rows one by one')
  FROM (SELECT x, t_x, t, count(*) AS n FROM cdnow GROUP BY 1, 2, 3) g;
SELECT is(abm.bgnbd_fit(abm.rollup(e))::text, (SELECT abm.bgnbd_fit(x, t_x, t)::text FROM cdnow), 'from stored parts = from the whole')
  FROM (SELECT id % 7, abm.rfm_agg(x, t_x, t) AS e FROM cdnow GROUP BY 1) g;
\else
SELECT skip('there is no data folder: set ABM_DATA to the one that has clv/ (CDNOW parity, references, stress cases)', 35);
\endif

-- Everything below needs no data. Customers are simulated: r = 2, so that rates are sums of two exponentials, and Beta(1, 2), which is 1 - sqrt(u).
SELECT setseed(0.37);
CREATE FUNCTION pg_temp.customer(alpha float8, until float8, OUT x bigint, OUT t_x float8) LANGUAGE plpgsql AS $$
DECLARE rate float8 := -ln(random() * random()) / alpha; leave float8 := 1 - sqrt(random()); at float8 := 0; BEGIN
  x := 0; t_x := 0;
  LOOP
    at := at - ln(1 - random()) / rate;
    EXIT WHEN at > until;
    x := x + 1; t_x := at;
    EXIT WHEN random() < leave;
  END LOOP; END $$;
-- Spending: p = 2, q = 3, v = 30: Erlang all of them.
CREATE FUNCTION pg_temp.spending(x bigint) RETURNS float8 LANGUAGE sql AS $$
  SELECT sum(-ln(1 - random()) - ln(1 - random())) / x / (-ln(random() * random() * random()) / 30) FROM generate_series(1, x) $$;
CREATE TEMP TABLE simulated AS
  SELECT i % 200 AS run, c.x, c.t_x, 40::float8 AS t, CASE WHEN c.x > 0 THEN pg_temp.spending(c.x) END AS m
  FROM generate_series(1, 100000) i, LATERAL (SELECT * FROM pg_temp.customer(6 + 0 * i, 40)) c;
CREATE TEMP TABLE run AS
  SELECT run, abm.bgnbd_fit(x, t_x, t) AS b, abm.gamma_gamma_fit(x, m) AS g FROM simulated GROUP BY run;
CREATE TEMP TABLE truth AS SELECT abm.given_model('bgnbd', '{2,6,1,2}') AS b, abm.given_model('gamma_gamma', '{2,3,30}') AS g;

-- Recovery: intervals of 95 % cover the truth in 90 to 98 % of 200 runs of 500 customers. (Runs of 2,000 for each model: test/math.)
SELECT cmp_ok(count(*) FILTER (WHERE abm.fit_status(b) = 'ok' AND abm.fit_status(g) = 'ok'), '>=', 190::bigint, 'recovery: nearly all runs determine all parameters') FROM run;
CREATE TEMP TABLE covered AS
  SELECT parameter, avg((lower < want AND want < upper)::int) AS share FROM run,
    LATERAL (SELECT * FROM abm.parameters(b) UNION ALL SELECT * FROM abm.parameters(g)) p JOIN (VALUES ('r', 2.0), ('alpha', 6.0), ('a', 1.0), ('b', 2.0), ('p', 2.0), ('q', 3.0), ('v', 30.0)) w (name, want) ON name = parameter
  WHERE lower IS NOT NULL GROUP BY parameter;
SELECT is((SELECT count(*) FROM covered), 7::bigint, 'recovery: seven parameters');
SELECT is_empty($$ SELECT * FROM covered WHERE share NOT BETWEEN 0.90 AND 0.98 $$, 'recovery: intervals of parameters');
CREATE TEMP TABLE valued AS
  SELECT x, avg((lower < want AND want < upper)::int) AS share, count(*) AS n FROM run, truth,
    (VALUES (0::bigint, 0::float8, 40::float8, NULL::float8), (3, 30, 40, 45), (6, 38, 40, 20)) c (x, t_x, t, m),
    LATERAL abm.clv_interval(run.b, run.g, 12, 4.345, 0.01, x, t_x, t, m) i, LATERAL (SELECT abm.clv(truth.b, truth.g, 12, 4.345, 0.01, x, t_x, t, m) AS want) w
  WHERE lower IS NOT NULL GROUP BY x;
SELECT is_empty($$ SELECT * FROM valued WHERE share NOT BETWEEN 0.90 AND 0.98 OR n < 190 $$, 'recovery: intervals of a customer''s value');
SELECT is(count(*), 3::bigint, 'recovery: three customers') FROM valued;

-- Values that must agree, computed in different ways.
CREATE TEMP TABLE asked AS
  SELECT k AS kind, abm.given_model(k, p) AS m FROM (VALUES ('bgnbd', '{0.24,4.4,0.8,2.4}'::float8[]), ('mbgnbd', '{0.5,6.2,0.9,1.6}'), ('pareto_nbd', '{0.55,10.6,0.6,11.7}')) v (k, p);
CREATE TEMP TABLE customer AS SELECT x::bigint, CASE WHEN x = 0 THEN 0::float8 ELSE age * share END AS t_x, age
  FROM generate_series(0, 12, 3) x, (VALUES (5::float8), (40)) a (age), (VALUES (0.3::float8), (1)) s (share);
SELECT is_empty($$ SELECT * FROM asked, customer, abm.p_alive(m, x, t_x, age) p WHERE NOT p BETWEEN 0 AND 1 $$, 'P(alive) is a probability');
SELECT is_empty($$ SELECT * FROM (SELECT m, kind, x, age, abm.p_alive(m, x, age * r / 10.0, age) - lag(abm.p_alive(m, x, age * r / 10.0, age)) OVER (PARTITION BY kind, x, age ORDER BY r) AS more
  FROM asked, customer, generate_series(0, 10) r WHERE x > 0 AND t_x = age) q WHERE more < 0 $$, 'who bought later is more probably there');
SELECT is_empty($$ SELECT kind, x, t_x, age, s.*, want FROM asked, customer, abm.expected_purchases(m, 10, x, t_x, age) want,
    LATERAL (SELECT sum(p) AS whole, sum(n * p) AS mean FROM generate_series(0, 400) n, abm.purchase_probability(m, n, 10, x, t_x, age) p) s
  WHERE NOT (abs(whole - 1) < 1e-9 AND pg_temp.off(mean, want) < 1e-8) $$,
  'probabilities sum to 1, and to what is expected');
SELECT is_empty($$ SELECT kind, t FROM asked, generate_series(1, 50) t WHERE NOT abm.expected_purchases_new(m, t) > abm.expected_purchases_new(m, t - 1) $$, 'more time, more purchases');
SELECT is_empty($$ SELECT * FROM (SELECT kind, x, t_x, age, k, abm.expected_purchases(m, 10.0::float8 ^ k, x, t_x, age) AS s, lag(abm.expected_purchases(m, 10.0::float8 ^ k, x, t_x, age)) OVER (PARTITION BY kind, x, t_x, age ORDER BY k) AS before
  FROM asked, (SELECT DISTINCT * FROM customer) c, generate_series(-10, 20, 5) k) q WHERE s IS NULL OR NOT s > before $$, 'from a moment to eternity: more time, more purchases');
SELECT is_empty($$ SELECT kind, x, t_x, age FROM asked, customer WHERE abm.expected_purchases(m, 0, x, t_x, age) <> 0 OR abm.purchase_probability(m, 0, 0, x, t_x, age) <> 1 OR abm.purchase_probability(m, 1, 0, x, t_x, age) <> 0
  OR abm.purchase_probability(m, 1000000000, 1e9, x, t_x, age) NOT BETWEEN 0 AND 1 OR abm.purchase_probability(m, 1000, 10, x, t_x, age) NOT BETWEEN 0 AND 1e-100 $$, 'no time, no purchase; numbers beyond all measure');
SELECT is_empty($$ SELECT kind, x, t_x, age, slow, fast FROM asked, customer, LATERAL (SELECT sum((abm.expected_purchases(m, k * 0.02, x, t_x, age) - abm.expected_purchases(m, (k - 1) * 0.02, x, t_x, age))
      * exp(-0.05 * (k - 0.5) * 0.02)) AS slow FROM generate_series(1, 1500) k) s,
    LATERAL (SELECT abm.clv_continuous(m, abm.given_model('gamma_gamma', '{2,3,1}'), 30, 0.05, x, t_x, age, NULL) AS fast) f
  WHERE NOT pg_temp.off(fast, slow) < 1e-6 $$, 'continuous discounting = very short periods (with a mean value of 1)');
SELECT is_empty($$ SELECT kind, x FROM asked, customer WHERE NOT pg_temp.off(abm.residual_clv(m, abm.given_model('gamma_gamma', '{2,3,1}'), 0.05, x, t_x, age, NULL), abm.residual_purchases(m, 0.05, x, t_x, age)) < 1e-12
  OR NOT abm.residual_purchases(m, 0.05, x, t_x, age) > abm.clv_continuous(m, abm.given_model('gamma_gamma', '{2,3,1}'), 30, 0.05, x, t_x, age, NULL) $$, 'what is still to come is more than what comes in time');
SELECT is_empty($$ SELECT kind, x FROM asked, customer, (SELECT abm.given_model('gamma_gamma', '{6,4,15}') AS g) g WHERE NOT pg_temp.off(
  abm.clv(abm.in_units(m, '7 days'), g, interval '70 days', 0.1, x, t_x, age, 20), abm.clv_continuous(m, g, 10, ln(1.1) * 7 / 365.25, x, t_x, age, 20)) < 1e-12
  OR NOT pg_temp.off(abm.expected_purchases(abm.in_units(m, '7 days'), interval '70 days', x, t_x, age), abm.expected_purchases(m, 10, x, t_x, age)) < 1e-12 $$, 'horizons as intervals, rates by the year');
SELECT ok(pg_temp.off(purchases, (SELECT sum(abm.expected_purchases(b, 39, x, t_x, t)) FROM simulated WHERE run = 0)) < 1e-12 AND lower < purchases AND purchases < upper AND std_err > 0,
  'the base expects what its customers do') FROM run, (SELECT abm.rfm_agg(x, t_x, t) AS e FROM simulated WHERE run = 0) e, abm.base_purchases(b, e, 39) WHERE run = 0;
SELECT ok(pg_temp.off(clv, (SELECT sum(abm.clv(b, g, 12, 4.345, 0.01, x, t_x, t, m)) FROM simulated WHERE run = 0)) < 1e-12 AND lower < clv AND clv < upper, 'the base is worth what its customers are')
  FROM run, (SELECT abm.rfm_spend_agg(x, t_x, t, m) AS e FROM simulated WHERE run = 0) e, abm.base_clv(b, g, e, 12, 4.345, 0.01) WHERE run = 0;
SELECT ok(pg_temp.off(i.std_err, o.std_err) < 1e-9, 'the base of one customer is that customer') FROM run, (SELECT abm.rfm_spend_agg(3, 30, 40, 45) AS e) e, abm.base_clv(b, g, e, 12, 4.345, 0.01) i,
  abm.clv_interval(b, g, 12, 4.345, 0.01, 3, 30, 40, 45) o WHERE run = 0;
SELECT ok(avg((lower < want AND want < upper)::int) BETWEEN 0.90 AND 0.98, 'recovery: intervals of the base''s value: ' || round(avg((lower < want AND want < upper)::int), 3))
FROM run, truth, (SELECT abm.rfm_spend_agg(x, t_x, t, m) AS e FROM (SELECT * FROM simulated WHERE run = 0 LIMIT 100) s) e, LATERAL abm.base_clv(run.b, run.g, e, 12, 4.345, 0.01), LATERAL (SELECT abm.base_clv(truth.b, truth.g, e, 12, 4.345, 0.01) AS w) t,
  LATERAL (SELECT (w).clv AS want) v WHERE lower IS NOT NULL;
SELECT ok(pg_temp.off(max(cumulative), (SELECT sum(abm.expected_purchases_new((SELECT b FROM run WHERE run = 0), t + 20)) FROM simulated WHERE run = 0)) < 1e-12 AND pg_temp.off(sum(increment), max(cumulative)) < 1e-12
  AND count(*) = 60, 'tracking ends at the sum of all customers') FROM run, (SELECT abm.rfm_agg(x, t_x, t) AS e FROM simulated WHERE run = 0) e, abm.expected_tracking(b, e, 1, 20) WHERE run = 0;
SELECT ok(pg_temp.off(sum(expected), 500) < 1e-12 AND sum(customers) = 500, 'all customers have a frequency') FROM run, (SELECT abm.rfm_agg(x, t_x, t) AS e FROM simulated WHERE run = 0) e, abm.frequency_fit(b, e) WHERE run = 0;
SELECT ok(abs(abm.log_likelihood(b, e) - abm.log_likelihood(b)) < 1e-9, 'the likelihood of the evidence is that of the fit') FROM run, (SELECT abm.rfm_agg(x, t_x, t) AS e FROM simulated WHERE run = 0) e WHERE run = 0;

-- So many histories that a sample shows the way: the whole decides, also where the sample says nothing.
CREATE TEMP TABLE many AS SELECT i, CASE WHEN i % 400 = 0 THEN c.x ELSE 0 END AS x, CASE WHEN i % 400 = 0 THEN c.t_x ELSE 0 END AS t_x, 40 + i / 1e4 AS t
  FROM generate_series(1, 40000) i, LATERAL (SELECT * FROM pg_temp.customer(6 + 0 * i, 40)) c;
SELECT ok(status = 'ok' AND gradient < 1e-6 AND pg_temp.off(w, value) < 1e-3, 'rare repeat buyers among very many: ' || parameter) FROM (SELECT abm.bgnbd_fit(x, t_x, t) AS m FROM many) a,
  (SELECT abm.bgnbd_fit(x, t_x, round(t::numeric, 2)::float8) AS n FROM many) b, abm.fit_quality(m), abm.parameters(m), abm.parameter(n, parameter) AS w;

-- Covariates: a covariate that only one half has is as two halves; none at all is as without.
SELECT is(abm.bgnbd_fit(x, t_x, t, '{}', '{}')::text, abm.bgnbd_fit(x, t_x, t)::text, 'no covariates: the same model') FROM simulated WHERE run < 5;
CREATE TEMP TABLE grouped AS SELECT i % 2 AS z, c.* FROM generate_series(1, 6000) i, LATERAL (SELECT *, 30::float8 AS t FROM pg_temp.customer(CASE WHEN i % 2 = 1 THEN 5 ELSE 10 END, 30)) c;
SELECT ok(lower < ln(2) AND ln(2) < upper AND std_err < 0.06, 'a covariate that doubles the rate') FROM (SELECT abm.bgnbd_fit(x, t_x, t, ARRAY[z], '{}') AS m FROM grouped) m, abm.parameters(m) WHERE parameter = 'transaction_1';
SELECT ok(pg_temp.off(abm.parameter(b, 'transaction_1'), abm.parameter(a, 'transaction_1') / 1000) < 1e-8 AND pg_temp.off(abm.log_likelihood(b), abm.log_likelihood(a)) < 1e-12
    AND pg_temp.off((SELECT std_err FROM abm.parameters(b) WHERE parameter = 'alpha'), (SELECT std_err FROM abm.parameters(abm.with_covariates(a, '{-7}', '{}')) WHERE parameter = 'alpha')) < 1e-6,
  'the unit and origin of a covariate do not matter') FROM (SELECT abm.pareto_nbd_fit(x, t_x, t, ARRAY[z], '{}') AS a, abm.pareto_nbd_fit(x, t_x, t, ARRAY[(z + 7) * 1000], '{}') AS b FROM grouped) m;
SELECT ok(pg_temp.off(abm.expected_purchases(abm.with_covariates(m, '{1}', '{0}'), 10, 2, 20, 30), abm.expected_purchases(abm.given_model('bgnbd', ARRAY[abm.parameter(m, 'r'),
  abm.parameter(m, 'alpha') * exp(-abm.parameter(m, 'transaction_1')), abm.parameter(m, 'a'), abm.parameter(m, 'b')]), 10, 2, 20, 30)) < 1e-12, 'a customer with covariates')
  FROM (SELECT abm.bgnbd_fit(x, t_x, t, ARRAY[z], ARRAY[z]) AS m FROM grouped) m;
SELECT is(abm.fit_status(abm.bgnbd_fit(x, t_x, t, '{7}', '{}')), 'boundary', 'a covariate that does not vary is not determined') FROM grouped;

-- Degenerate customers: an answer, an honest status or an error, never NaN or Infinity, never a hang.
CREATE TEMP TABLE odd (what text, x bigint, t_x float8, t float8, weight float8 DEFAULT 1);
INSERT INTO odd SELECT 'nobody came back', 0, 0, i FROM generate_series(1, 50) i;
INSERT INTO odd SELECT 'one customer', 3, 5, 10;
INSERT INTO odd SELECT 'all the same', 4, 20, 30 FROM generate_series(1, 200) i;
INSERT INTO odd SELECT 'no time', i % 2, 0, 0 FROM generate_series(1, 100) i;
INSERT INTO odd SELECT 'recency 0', i % 4, 0, 30 + i % 7 FROM generate_series(1, 100) i;
INSERT INTO odd SELECT 'only repeaters', 1 + i % 5, 20 + i % 10, 30 FROM generate_series(1, 200) i;
INSERT INTO odd SELECT 'one whale', i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE 10 + i % 20 END, 40 FROM generate_series(1, 3000) i;
INSERT INTO odd VALUES ('one whale', 20000, 39, 40);
INSERT INTO odd SELECT 'a million purchases', i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE 10 + i % 20 END, 40 FROM generate_series(1, 300) i;
INSERT INTO odd VALUES ('a million purchases', 1000000, 39, 40);
INSERT INTO odd SELECT 'there to the end', i % 6, CASE WHEN i % 6 = 0 THEN 0 ELSE 30 END, 30 FROM generate_series(1, 300) i;
INSERT INTO odd SELECT 'equal rates', 5 + i % 3, 28 + (i % 9) / 9.0, 30 FROM generate_series(1, 300) i;
INSERT INTO odd SELECT 'a dozen', (i * 7) % 5, CASE WHEN (i * 7) % 5 = 0 THEN 0 ELSE (i * 13) % 30 END, 30 + i FROM generate_series(1, 12) i;
INSERT INTO odd SELECT 'eons', x, t_x * 1e200, t * 1e200 FROM grouped;
INSERT INTO odd SELECT 'instants', x, t_x * 1e-200, t * 1e-200 FROM grouped;
INSERT INTO odd SELECT 'eons and instants', x, t_x * s, t * s FROM grouped, (VALUES (1e-100), (1e100)) v (s);
INSERT INTO odd SELECT 'hardly any weight', x, t_x, t, 1e-9 FROM grouped;
INSERT INTO odd SELECT 'much weight', x, t_x, t, 1e5 FROM grouped;
SET LOCAL client_min_messages = error;
SET LOCAL statement_timeout = '60s';
CREATE TEMP TABLE odd_model AS SELECT what, k, m, abm.fit_status(m) AS status FROM (
  SELECT what, abm.bgnbd_fit(x, t_x, t, weight) AS b, abm.mbgnbd_fit(x, t_x, t, weight) AS mb, abm.pareto_nbd_fit(x, t_x, t, weight) AS p FROM odd GROUP BY what) s,
  LATERAL (VALUES ('bgnbd', b), ('mbgnbd', mb), ('pareto_nbd', p)) v (k, m);
RESET client_min_messages;
SELECT is(status, want, what || ': ' || want) FROM odd_model LEFT JOIN (VALUES ('nobody came back', 'too_few'), ('one customer', 'too_few'), ('all the same', 'too_few'), ('no time', 'too_few'),
  ('recency 0', 'boundary'), ('only repeaters', 'boundary'), ('equal rates', 'boundary'), ('eons', 'boundary'), ('instants', 'boundary'), ('eons and instants', 'boundary'), ('hardly any weight', 'boundary'),
  ('much weight', 'ok')) w (what, want) USING (what) WHERE want IS NOT NULL AND k = 'bgnbd';
SELECT is_empty($$ SELECT what, k, status FROM odd_model WHERE status NOT IN ('ok', 'boundary', 'too_few') $$, 'degenerate customers: every fit ends');
SELECT is_empty($$ SELECT what, k, p.* FROM odd_model, abm.parameters(m) p WHERE NOT (value > 0 AND value < 'Infinity') OR std_err IN ('NaN', 'Infinity') OR upper IN ('NaN', 'Infinity') $$,
  'degenerate customers: finite parameters');
SELECT is_empty($$ SELECT what, k FROM odd_model o, abm.fit_quality(m) WHERE (o.status = 'too_few') <> (log_likelihood IS NULL) OR log_likelihood IN ('NaN', 'Infinity', '-Infinity') $$,
  'degenerate customers: finite likelihoods');
SELECT is_empty($$ SELECT what, k, s FROM odd_model, customer, LATERAL (VALUES (abm.p_alive(m, x, t_x, age)), (abm.expected_purchases(m, 10, x, t_x, age)), (abm.residual_purchases(m, 0.1, x, t_x, age)),
  (abm.expected_purchases_new(m, 10)), (abm.purchase_probability(m, 3, 10, x, t_x, age))) v (s) WHERE s IN ('NaN', 'Infinity') OR s < 0 OR (s IS NULL AND status <> 'too_few' AND what NOT LIKE 'eons%' AND what <> 'instants') $$,
  'degenerate customers: finite scores');
SELECT is_empty($$ SELECT what, k FROM odd_model WHERE m::text::abm.clv_model::text <> m::text $$, 'degenerate customers: models can be written and read');
SELECT is(abm.fit_status(abm.gamma_gamma_fit(x, m)), s, w) FROM (VALUES ('too_few', 'money: nobody', 0, 5::float8), ('too_few', 'money: unknown', 3, NULL), ('too_few', 'money: nothing', 3, 0), ('too_few', 'money: less than nothing', 3, -5),
  ('too_few', 'money: all the same', 3, 5)) v (s, w, x, m), generate_series(1, 9) GROUP BY s, w;
SELECT is((SELECT abm.fit_status(abm.gamma_gamma_fit(1 + i % 4, 30 * (i / 401.0) ^ (-1.6) * exp((i * 7 % 11 - 5) / 3.0 / sqrt(1 + i % 4)))) FROM generate_series(1, 400) i), 'mean_undefined', 'money with a very heavy tail: the mean is not defined');
SELECT is((SELECT abm.expected_spend(abm.gamma_gamma_fit(1 + i % 4, 30 * (i / 401.0) ^ (-1.6) * exp((i * 7 % 11 - 5) / 3.0 / sqrt(1 + i % 4))), 0, NULL) FROM generate_series(1, 400) i), NULL, '... and so unknown, not negative');

-- The value type: written and read to the last bit; what is none is refused.
CREATE TEMP TABLE kept AS SELECT b AS m FROM run WHERE run < 3 UNION ALL SELECT g FROM run WHERE run < 3 UNION ALL SELECT m FROM odd_model UNION ALL SELECT m FROM asked;
SELECT is_empty('SELECT m FROM kept WHERE m::text::abm.clv_model::text <> m::text', 'text and back');
\set work `echo "${ABM_WORK:-/tmp}"`
CREATE TEMP TABLE received (LIKE kept);
\set copy_out '\\copy kept TO ''' :work '/clv_model.bin'' (FORMAT binary)'
\set copy_in '\\copy received FROM ''' :work '/clv_model.bin'' (FORMAT binary)'
:copy_out
:copy_in
SELECT set_eq('SELECT m::text FROM received', 'SELECT m::text FROM kept', 'binary and back');
CREATE FUNCTION pg_temp.wire_checksum(data bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE crc bigint := 4294967295; BEGIN
  FOR i IN 0 .. length(data) - 1 LOOP
    crc := crc # get_byte(data, i);
    FOR j IN 1 .. 8 LOOP crc := CASE WHEN crc & 1 = 1 THEN (crc >> 1) # 2197175160 ELSE crc >> 1 END; END LOOP;
  END LOOP;
  RETURN decode(lpad(to_hex(crc # 4294967295), 8, '0'), 'hex'); END $$;
CREATE FUNCTION pg_temp.read_model(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  SELECT m::text || abm.fit_quality(m)::text || m::jsonb::text || coalesce(abm.p_alive(m, 1, 1, 2)::text, '') || (SELECT count(*) FROM abm.parameters(m)) || (SELECT count(*) FROM abm.covariance(m)), m::text
    INTO r, r FROM (SELECT input::abm.clv_model AS m) x;
  RETURN CASE WHEN r = input THEN 'accepted' ELSE 'accepted but changed' END;
EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
CREATE TEMP TABLE one AS SELECT b::text AS t FROM run WHERE run = 0;
SELECT is(pg_temp.read_model(t), 'accepted', 'a model is accepted') FROM one;
SELECT set_eq($$ SELECT pg_temp.read_model(left(t, n)) FROM one, generate_series(0, length(t) - 1) n $$, ARRAY['22P02'], 'truncated text is refused');
SELECT set_eq($$ SELECT pg_temp.read_model(overlay(t PLACING translate(substr(t, n, 1), '0123456789abcdef', '123456789abcdefg') FROM n FOR 1)) FROM one, generate_series(1, length(t)) n $$,
  ARRAY['22P02'], 'text changed in one digit is refused');
SELECT set_eq($$ SELECT pg_temp.read_model(bad) FROM one, LATERAL (VALUES (t || '00'), (''), ('hello'), (t || ' ')) v (bad) $$, ARRAY['22P02'], 'what is longer, empty or no model is refused');
SELECT is_empty($$ WITH b AS (SELECT decode(left(t, -8), 'hex') AS b FROM one),
  m AS (SELECT n, set_byte(CASE WHEN n % 3 = 0 THEN set_byte(b, (random() * (length(b) - 1))::int, (random() * 255)::int) ELSE b END,
      (random() * (length(b) - 1))::int, (ARRAY[0, 1, 127, 128, 255, (random() * 255)::int])[1 + (random() * 5)::int]) AS b FROM b, generate_series(1, 2000) n)
  SELECT r, count(*) FROM m, LATERAL (SELECT pg_temp.read_model(encode(b || pg_temp.wire_checksum(b), 'hex')) AS r) x WHERE r NOT IN ('22P02', '22023', 'accepted') GROUP BY r $$,
  'changed bytes with a right checksum are refused or harmless');
SELECT is(pg_temp.read_model((SELECT abm.rfm_agg(1, 1, 2)::text)), '22P02', 'a state is no model');

-- A model that did not converge answers nothing: made of a given one by its status byte.
CREATE TEMP TABLE lost AS SELECT encode(b || pg_temp.wire_checksum(b), 'hex')::abm.clv_model AS m FROM (SELECT set_byte(decode(left(m::text, -8), 'hex'), 5, 3) AS b FROM asked WHERE kind = 'mbgnbd') x;
SELECT ok(abm.fit_status(m) = 'not_converged' AND abm.p_alive(m, 1, 1, 2) IS NULL AND abm.expected_purchases(m, 1, 1, 1, 2) IS NULL AND abm.parameter(m, 'r') IS NULL
  AND NOT EXISTS (SELECT FROM abm.parameters(m)) AND (abm.base_purchases(m, e, 5)).purchases IS NULL, 'a model that did not converge answers nothing') FROM lost, (SELECT abm.rfm_agg(1, 1, 2) AS e) e;

-- A model in an argument is taken out once, and again when it changes.
SELECT is_empty($$ SELECT * FROM (SELECT run, abm.p_alive(b, 2, 20, 30) AS together FROM run) t JOIN (SELECT run, abm.p_alive((SELECT b FROM run r WHERE r.run = q.run), 2, 20, 30) AS apart FROM run q) a USING (run)
  WHERE together <> apart $$, 'models that change from row to row');
SELECT cmp_ok(count(DISTINCT abm.p_alive(b, 2, 20, 30)), '>', 190::bigint, '... and they differ') FROM run;

-- Long fits can be cancelled, wherever they are.
CREATE FUNCTION pg_temp.cancelled(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE start timestamptz := clock_timestamp(); BEGIN
  EXECUTE query;
  RETURN 'was not cancelled';
EXCEPTION WHEN query_canceled THEN
  RETURN CASE WHEN clock_timestamp() - start < interval '2 seconds' THEN 'cancelled' ELSE 'cancelled late' END; END $$;
CREATE TEMP TABLE much AS SELECT abm.rfm_agg(i % 50, i % 50 * (i % 997) / 1000.0, 50 + i / 1e5) AS e FROM generate_series(1, 300000) i;
SET LOCAL statement_timeout = '200ms';
SELECT is(pg_temp.cancelled('SELECT abm.pareto_nbd_fit(e) FROM much'), 'cancelled', 'a long fit');
SELECT is(pg_temp.cancelled('SELECT abm.base_purchases(m, e, 10) FROM much, asked'), 'cancelled', 'a forecast of the base');
SELECT is(pg_temp.cancelled('SELECT count(*) FROM asked, much, abm.expected_tracking(m, e, 0.01)'), 'cancelled', 'a tracking of small steps');
RESET statement_timeout;

-- Where a parameter is at its boundary: against the closed form of Fader, Hardie and Lee (2005) in 60 digits, and the integral of Pareto/NBD in 50 (mpmath 1.3).
SELECT is_empty($$ SELECT name, p, q, exact FROM (VALUES ('bgnbd', '{1e6,2e6,0.79,2.426}', 0.098761038425397223), ('bgnbd', '{1e11,2e11,0.79,2.426}', 0.098761237600311347), ('bgnbd', '{1e12,2e12,0.79,2.426}', 0.098761237602103946),
    ('bgnbd', '{0.243,4.414,0.79,1e13}', 0.0093655317327021112), ('pareto_nbd', '{1e9,2e9,0.606,11.67}', 0.139026325247742), ('pareto_nbd', '{1e12,2e12,0.606,11.67}', 0.13902632556824321), ('pareto_nbd', '{0.55,10.58,1e12,2e13}', 0.0038425750856286796)) v (name, p, exact),
    LATERAL abm.purchase_probability(abm.given_model(name, p::float8[]), 5, 10, 0, 0, 0) q WHERE abs(q / exact - 1) > 1e-12 $$, 'probabilities of models at the boundary');
-- Without covariates a model stays what it was.
CREATE TEMP TABLE bare AS SELECT name, abm.given_model(name, p::float8[]) AS m FROM (VALUES ('bgnbd', '{0.24,4.4,0.79,2.4}'), ('pareto_nbd', '{0.5,10,0.6,12}'), ('gamma_gamma', '{6,4,15}')) v (name, p)
  UNION ALL SELECT 'fitted', (SELECT b FROM run WHERE abm.fit_status(b) = 'ok' ORDER BY run LIMIT 1)
  UNION ALL SELECT 'mean undefined', (SELECT abm.gamma_gamma_fit(1 + i % 4, 30 * (i / 401.0) ^ (-1.6) * exp((i * 7 % 11 - 5) / 3.0 / sqrt(1 + i % 4))) FROM generate_series(1, 400) i);
SELECT is_empty($$ SELECT name, abm.fit_status(m), abm.fit_status(w), a, b FROM bare, LATERAL (SELECT abm.with_covariates(m, '{}', '{}') AS w) x, LATERAL abm.fit_quality(m) a, LATERAL abm.fit_quality(w) b WHERE a IS DISTINCT FROM b OR m::text <> w::text $$, 'no covariates change nothing');
SELECT bag_eq($$ SELECT abm.fit_status(m) FROM bare $$, $$ VALUES ('given'), ('given'), ('given'), ('ok'), ('mean_undefined') $$, '… of models of every status');
-- A fit that gets nowhere leaves a model that can be stored.
SET LOCAL client_min_messages = error;
CREATE TEMP TABLE absurd AS SELECT abm.bgnbd_fit(f, 0, 5e-324) AS m FROM generate_series(0, 5) f
  UNION ALL SELECT abm.pareto_nbd_fit(f, CASE WHEN f > 0 THEN 1.7e308 ELSE 0 END, 1.7e308) FROM generate_series(0, 5) f
  UNION ALL SELECT abm.pareto_nbd_fit(f % 5, CASE WHEN f % 5 > 0 THEN 1 ELSE 0 END, 2, ARRAY[(f % 2 * 2 - 1) * 1e308], ARRAY[(f % 3 - 1) * 1e308]) FROM generate_series(0, 50) f;
SELECT is_empty($$ SELECT m::jsonb FROM absurd WHERE m::text::abm.clv_model::text <> m::text $$, 'fits of absurd data are read back');
SELECT is_empty($$ SELECT q FROM absurd, abm.fit_quality(m) q WHERE q::text ~* 'nan|infinity' $$, '… and show no NaN');
-- Sums beyond a float are not known.
SELECT results_eq($$ SELECT bin, predicted, actual, lower, upper FROM abm.forecast_bins((SELECT abm.forecast_agg(1e308, 1e308, 1, 1e9) FROM generate_series(1, 2))) $$, $$ VALUES (1::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$, 'forecasts beyond a float');
SELECT * FROM finish();
ROLLBACK;
