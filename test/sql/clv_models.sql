-- Models of customers: what a user sees. The figures are checked in test/pgtap/clv_models.sql.
SET client_min_messages = notice;
-- Customers counted together: coarse cells of the CDNOW sample (weeks), and quartiles of what repeat buyers spent.
CREATE TEMP TABLE history (frequency bigint, recency float8, age float8, customers float8);
INSERT INTO history VALUES
  (0, 0, 30, 738), (0, 0, 36, 673), (1, 4, 30, 89), (1, 4, 36, 90), (1, 12, 30, 52), (1, 12, 36, 55), (1, 23, 30, 55),
  (1, 23, 36, 44), (1, 29, 30, 34), (1, 33, 36, 20), (2, 4, 30, 17), (2, 4, 36, 11), (2, 12, 30, 29), (2, 12, 36, 33),
  (2, 23, 30, 35), (2, 23, 36, 32), (2, 29, 30, 30), (2, 33, 36, 27), (3, 4, 30, 7), (3, 4, 36, 4), (3, 12, 30, 9),
  (3, 12, 36, 9), (3, 23, 30, 21), (3, 23, 36, 19), (3, 29, 30, 22), (3, 33, 36, 9), (4, 4, 30, 1), (4, 4, 36, 4),
  (4, 12, 30, 7), (4, 12, 36, 10), (4, 23, 30, 13), (4, 23, 36, 17), (4, 29, 30, 27), (4, 33, 36, 21), (7, 4, 36, 1),
  (7, 12, 30, 4), (7, 12, 36, 2), (7, 23, 30, 7), (7, 23, 36, 11), (7, 29, 30, 19), (7, 33, 36, 20), (14, 4, 30, 1),
  (14, 23, 30, 1), (14, 23, 36, 3), (14, 29, 30, 7), (14, 33, 36, 17);
CREATE TEMP TABLE spending (frequency bigint, monetary numeric, customers float8);
INSERT INTO spending VALUES
  (1, 11.77, 110), (1, 15.36, 110), (1, 28.69, 110), (1, 54.52, 110), (2, 13.16, 54), (2, 21.53, 54), (2, 34.19, 54),
  (2, 55.89, 54), (3, 14.23, 25), (3, 20.58, 25), (3, 32.00, 25), (3, 48.87, 25), (4, 17.65, 25), (4, 27.19, 25),
  (4, 35.19, 25), (4, 61.06, 25), (7, 17.22, 16), (7, 27.96, 16), (7, 38.17, 16), (7, 65.88, 16), (14, 17.05, 8),
  (14, 26.64, 8), (14, 37.19, 8), (14, 62.32, 8);
CREATE TEMP TABLE model AS
  SELECT abm.bgnbd_fit(frequency, recency, age, customers) AS b, abm.mbgnbd_fit(frequency, recency, age, customers) AS mb,
    abm.pareto_nbd_fit(frequency, recency, age, customers) AS p, (SELECT abm.gamma_gamma_fit(frequency, monetary, customers) FROM spending) AS g FROM history;

-- A model shows its parameters, their errors and how the fit went.
SELECT name, parameter, round(value::numeric, 5) AS value, round(std_err::numeric, 5) AS std_err, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper
FROM model, LATERAL (VALUES (1, 'bgnbd', b), (2, 'mbgnbd', mb), (3, 'pareto_nbd', p), (4, 'gamma_gamma', g)) v (n, name, m), abm.parameters(m) WITH ORDINALITY x (parameter, value, std_err, lower, upper, o) ORDER BY n, o;
SELECT model, status, customers, left_out, parameters, round(log_likelihood::numeric, 4) AS log_likelihood, round(aic::numeric, 3) AS aic, round(bic::numeric, 3) AS bic,
  gradient < 1e-6 AS at_the_top, round(association::numeric, 4) AS association FROM model, LATERAL (VALUES (b), (mb), (p), (g)) v (m), abm.fit_quality(m);
SELECT parameter_a, parameter_b, round(covariance::numeric, 6) AS covariance FROM model, abm.covariance(g);
SELECT round(abm.parameter(b, 'alpha')::numeric, 5), round(abm.log_likelihood(b)::numeric, 4), round(abm.aic(b)::numeric, 3), round(abm.bic(b)::numeric, 3), abm.fit_status(b) FROM model;
SELECT b::jsonb - 'std_err' - 'log_likelihood' - 'parameters' AS shown FROM model;

-- Questions about customers.
SELECT frequency, recency, age, round(abm.p_alive(b, frequency, recency, age)::numeric, 5) AS bgnbd, round(abm.p_alive(mb, frequency, recency, age)::numeric, 5) AS mbgnbd,
  round(abm.p_alive(p, frequency, recency, age)::numeric, 5) AS pareto, round(abm.expected_purchases(mb, 26, frequency, recency, age)::numeric, 5) AS half_a_year,
  round(abm.purchase_probability(mb, 0, 26, frequency, recency, age)::numeric, 5) AS none, round(abm.residual_purchases(mb, 0.002, frequency, recency, age)::numeric, 4) AS ever,
  round(abm.expected_spend(g, frequency, 20)::numeric, 3) AS spend, round(abm.clv(mb, g, 12, 4.345, 0.01, frequency, recency, age, 20)::numeric, 3) AS clv
FROM history, model WHERE age = 36 AND frequency IN (0, 1, 3, 14) ORDER BY frequency, recency, age;
SELECT round(abm.expected_purchases_new(mb, 26)::numeric, 5) AS new, round(abm.clv_continuous(mb, g, 52, 0.002, 2, 18, 26, 17)::numeric, 3) AS continuous,
  round(abm.residual_clv(mb, g, 0.002, 2, 18, 26, 17)::numeric, 3) AS ever FROM model;
SELECT round(abm.clv(m, g, '1 day'::interval * 364, 0.1, 2, 18, 26, 17)::numeric, 3) AS calendar, round(abm.expected_purchases(m, interval '182 days', 2, 18, 26)::numeric, 5) AS half_a_year
FROM (SELECT abm.in_units(mb, '7 days') AS m, g FROM model) x;
SELECT round(clv::numeric, 3) AS clv, round(std_err::numeric, 3) AS std_err, round(lower::numeric, 3) AS lower, round(upper::numeric, 3) AS upper
FROM model, abm.clv_interval(mb, g, 12, 4.345, 0.01, 2, 18, 26, 17);

-- The evidence, and what is asked of all customers together.
CREATE TEMP TABLE evidence AS SELECT abm.rfm_agg(frequency, recency, age, customers) AS e, (SELECT abm.spend_agg(frequency, monetary, customers) FROM spending) AS s FROM history;
SELECT h.* FROM evidence, abm.histories(e) h LIMIT 3;
SELECT jsonb_array_length(e::jsonb -> 'histories'), s::jsonb -> 'left_out' AS left_out FROM evidence;
SELECT abm.bgnbd_fit(e)::text = b::text AS from_evidence, abm.gamma_gamma_fit(s)::text = g::text AS from_spending FROM evidence, model;
SELECT rank, model, status, round(aic::numeric, 3) AS aic, round(weight::numeric, 4) AS weight FROM evidence, abm.rank_models(e);
SELECT model FROM evidence, abm.fit_quality(abm.best_fit(e));
SELECT frequency, customers, round(expected::numeric, 2) AS expected FROM evidence, model, abm.frequency_fit(mb, e, 4);
SELECT "time", from_now, round(cumulative::numeric, 3) AS cumulative, round(increment::numeric, 3) AS increment FROM evidence, model, abm.expected_tracking(mb, e, 13, 13);
SELECT round(purchases::numeric, 3) AS purchases, round(std_err::numeric, 3) AS std_err, round(lower::numeric, 3) AS lower, round(upper::numeric, 3) AS upper FROM evidence, model, abm.base_purchases(mb, e, 26);
SELECT round(clv::numeric, 2) AS clv, round(std_err::numeric, 2) AS std_err, round(lower::numeric, 2) AS lower, round(upper::numeric, 2) AS upper
FROM model, (SELECT abm.rfm_spend_agg(frequency, recency, age, 30, customers) AS e FROM history) e, abm.base_clv(mb, g, e, 12, 4.345, 0.01);
SELECT round(abm.log_likelihood(mb, e)::numeric, 4) AS mbgnbd, round(abm.log_likelihood(abm.given_model('mbgnbd', '{0.5,6,0.9,1.6}'), e)::numeric, 4) AS another FROM evidence, model;
SELECT customers, left_out, round(pearson::numeric, 5) AS pearson, round(spearman::numeric, 5) AS spearman, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM evidence, abm.spend_association(s);

-- Forecasts and what came true.
CREATE TEMP TABLE forecast (predicted float8, actual float8, frequency bigint);
INSERT INTO forecast VALUES (0.5, 0, 0), (0.5, 1, 0), (1.5, 1, 1), (2.5, 3, 2), (4, 6, 5), (1, NULL, 3), (NULL, 1, 3);
SELECT customers, predicted, actual, bias, mae, round(rmse::numeric, 6) AS rmse, round(pearson::numeric, 6) AS pearson, round(top_decile_share::numeric, 6) AS top
FROM (SELECT abm.forecast_agg(predicted, actual) AS f FROM forecast) f, abm.forecast_eval(f);
SELECT bin, customers, predicted, actual, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM (SELECT abm.forecast_agg(predicted, actual, frequency) AS f FROM forecast) f, abm.forecast_bins(f, 2);

-- Covariates.
CREATE TEMP TABLE channel AS SELECT frequency, recency, age, z, customers * abs(1 - z - 0.3 - 0.05 * least(frequency, 6)) AS customers FROM history, (VALUES (0), (1)) v (z);
SELECT parameter, round(value::numeric, 4) AS value FROM (SELECT abm.bgnbd_fit(frequency, recency, age, ARRAY[z], '{}', customers) AS m FROM channel) m, abm.parameters(m);
SELECT parameter, round(value::numeric, 4) AS value FROM (SELECT abm.bgnbd_fit(frequency, recency, age, ARRAY[z], '{}', customers) AS m FROM channel) m, abm.parameters(abm.with_covariates(m, '{1}', '{}'));

-- Money that goes with frequency is said.
SELECT abm.fit_status(abm.gamma_gamma_fit(1 + i % 7, 10 + 3 * (1 + i % 7) + (i * 13) % 20)) FROM generate_series(1, 300) i;

-- Nothing known, nothing said; too few customers are too few.
SELECT abm.bgnbd_fit(NULL::bigint, 1, 2) IS NULL AS no_model, abm.gamma_gamma_fit(NULL::bigint, 1) IS NULL AS no_money, abm.forecast_eval(NULL) IS NULL AS no_forecast;
SELECT abm.fit_status(b) AS status, abm.log_likelihood(b) AS log_likelihood, (SELECT count(*) FROM abm.parameters(b)) AS parameters, abm.p_alive(b, 1, 1, 2) AS p_alive,
  abm.expected_purchases(b, 1, 1, 1, 2) AS purchases, abm.parameter(b, 'r') AS r, b::jsonb FROM (SELECT abm.bgnbd_fit(i, 0, 5) AS b FROM generate_series(0, 0) i) x;
SELECT abm.fit_status(abm.gamma_gamma_fit(0, NULL)) AS status, abm.expected_spend(abm.gamma_gamma_fit(0, NULL), 3, 10) AS spend FROM generate_series(1, 9);
SELECT abm.expected_spend(g, 0, NULL) = abm.expected_spend(g, 5, NULL) AS mean_of_all, abm.expected_spend(g, NULL, 5) AS no_frequency, abm.clv(b, g, 12, 1, 0.01, NULL, 1, 2, 5) AS no_history,
  abm.clv(b, g, 12, 1, 0.01, 0, 0, 2, NULL) > 0 AS no_money FROM model;
SELECT * FROM abm.clv_interval(NULL, NULL, 12, 1, 0.01, 1, 1, 2, 5);
SELECT abm.fit_status(m) AS status, abm.log_likelihood(m) AS log_likelihood, (SELECT count(*) FROM abm.covariance(m)) AS covariances, round(abm.p_alive(m, 2, 30.43, 38.86)::numeric, 6) AS p_alive
FROM (SELECT abm.given_model('bgnbd', '{0.243,4.414,0.793,2.426}') AS m) x;
SELECT c.clv > 0 AS clv, c.std_err, c.lower FROM model, abm.clv_interval(abm.given_model('bgnbd', '{0.243,4.414,0.793,2.426}'), g, 12, 1, 0.01, 1, 1, 2, 5) c;

-- Errors, one by one.
\set VERBOSITY default
SELECT abm.bgnbd_fit(-1, 0, 5);
SELECT abm.bgnbd_fit(2000000000, 1, 5);
SELECT abm.bgnbd_fit(1, 6, 5);
SELECT abm.bgnbd_fit(1, -1, 5);
SELECT abm.bgnbd_fit(0, 1, 5);
SELECT abm.bgnbd_fit(1, 'NaN', 5);
SELECT abm.bgnbd_fit(1, 1, 'Infinity');
SELECT abm.bgnbd_fit(1, 1, 5, 0);
SELECT abm.bgnbd_fit(1, 1, 5, 'NaN');
SELECT abm.gamma_gamma_fit(1, 'NaN');
SELECT abm.gamma_gamma_fit(1, 1, -1);
SELECT abm.bgnbd_fit(1, 1, 5, '{1,2,3,4,5,6,7,8,9}', '{}');
SELECT abm.bgnbd_fit(1, 1, 5, '{NULL}', '{}');
SELECT abm.bgnbd_fit(1, 1, 5, '{NaN}', '{}');
SELECT abm.bgnbd_fit(i, i, 5, CASE WHEN i = 1 THEN '{1}'::float8[] ELSE '{}' END, '{}') FROM generate_series(0, 1) i;
SELECT abm.given_model('nbd', '{1,2}');
SELECT abm.given_model('bgnbd', '{1,2}');
SELECT abm.given_model('bgnbd', '{1,2,0,4}');
SELECT abm.given_model('bgnbd', '{1,2,Infinity,4}');
SELECT abm.parameter(b, 's') FROM model;
SELECT abm.parameters(b, 1) FROM model;
SELECT abm.in_units(b, '1 month') FROM model;
SELECT abm.in_units(b, '0 days') FROM model;
SELECT abm.p_alive(g, 1, 1, 2) FROM model;
SELECT abm.p_alive(b, 1, 3, 2) FROM model;
SELECT abm.expected_purchases(b, -1, 1, 1, 2) FROM model;
SELECT abm.expected_purchases(b, 'NaN'::float8, 1, 1, 2) FROM model;
SELECT abm.expected_purchases(b, interval '1 day', 1, 1, 2) FROM model;
SELECT abm.purchase_probability(b, -1, 1, 1, 1, 2) FROM model;
SELECT abm.residual_purchases(b, 0, 1, 1, 2) FROM model;
SELECT abm.expected_spend(b, 1, 1) FROM model;
SELECT abm.expected_spend(g, 1, -1) FROM model;
SELECT abm.clv(b, b, 12, 1, 0.01, 1, 1, 2, 5) FROM model;
SELECT abm.clv(g, g, 12, 1, 0.01, 1, 1, 2, 5) FROM model;
SELECT abm.clv(b, g, 0, 1, 0.01, 1, 1, 2, 5) FROM model;
SELECT abm.clv(b, g, 12, 1, -0.01, 1, 1, 2, 5) FROM model;
SELECT abm.base_purchases(g, e, 26) FROM model, evidence;
SELECT abm.base_clv(b, b, e, 12, 1, 0.01) FROM model, (SELECT abm.rfm_spend_agg(1, 1, 2, 3) AS e) e;
SELECT abm.rfm_spend_agg(1, 1, 2, -3);
SELECT abm.expected_tracking(b, e, 0) FROM model, evidence;
SELECT abm.frequency_fit(b, e, -1) FROM model, evidence;
SELECT abm.forecast_agg('NaN', 1);
SELECT abm.forecast_agg(1, 1, -1);
SELECT abm.with_covariates(b, '{1}', '{}') FROM model;
SELECT abm.p_alive(abm.bgnbd_fit(frequency, recency, age, ARRAY[z], '{}'), 1, 1, 2) FROM channel;
SELECT 'a model'::abm.clv_model;
