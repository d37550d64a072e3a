-- clv_discrete: what a user sees
SET extra_float_digits = 0;

CREATE TABLE account (segment text, periods int, churned boolean);
INSERT INTO account SELECT 'regular', t, true FROM unnest('{369,163,86,56,37,27,21}'::int[]) WITH ORDINALITY AS x (n, t), generate_series(1, n);
INSERT INTO account SELECT 'regular', 7, false FROM generate_series(1, 241);
INSERT INTO account VALUES ('young', 0, false), ('young', 1, false), ('young', 2, true), ('young', NULL, true), ('young', 3, NULL);

-- evidence
SELECT segment, e::jsonb FROM (SELECT segment, abm.renewal_agg(periods, churned) AS e FROM account GROUP BY segment) AS x ORDER BY segment;
SELECT abm.renewal_agg(periods, churned)::text FROM account WHERE segment = 'young';
SELECT abm.renewal_agg(3, true, 2.5)::jsonb;
SELECT abm.renewal_agg(NULL, true) IS NULL AS none;
SELECT period, customers, churned, round(retention::numeric, 4) AS retention, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, round(survival::numeric, 4) AS survival
FROM abm.observed_retention((SELECT abm.renewal_agg(periods, churned) FROM account));
SELECT count(*) FROM abm.observed_retention((SELECT abm.renewal_agg(0, false)));

-- models by segment: aggregates, with FILTER, from stored evidence
CREATE TABLE model AS SELECT segment, abm.sbg_fit(periods, churned) AS sbg, abm.bdw_fit(periods, churned) AS bdw FROM account GROUP BY segment;
SELECT segment, abm.fit_status(sbg) AS sbg, abm.fit_status(bdw) AS bdw, (abm.fit_quality(sbg)).customers, (abm.fit_quality(sbg)).left_out FROM model ORDER BY segment;
SELECT parameter, round(value::numeric, 5) AS value, round(std_err::numeric, 5) AS std_err FROM model, abm.parameters(sbg) WHERE segment = 'regular';
SELECT parameter, round(value::numeric, 5) AS value, round(std_err::numeric, 5) AS std_err FROM model, abm.parameters(bdw) WHERE segment = 'regular';
SELECT round(abm.log_likelihood(sbg)::numeric, 5) AS sbg, round(abm.log_likelihood(bdw)::numeric, 5) AS bdw FROM model WHERE segment = 'regular';
SELECT abm.fit_status(abm.sbg_fit(periods, churned) FILTER (WHERE churned)) AS only_leavers FROM account;
SELECT abm.sbg_fit(abm.rollup(e))::text = (SELECT abm.sbg_fit(periods, churned)::text FROM account) AS same
FROM (SELECT abm.renewal_agg(periods, churned) AS e FROM account GROUP BY segment) AS x;

-- questions
SELECT t, round(abm.retention(sbg, t)::numeric, 6) AS retention, round(abm.survival(sbg, t)::numeric, 6) AS survival, round(abm.survival(bdw, t)::numeric, 6) AS bdw
FROM model, unnest('{1,2,12,2147483647}'::int[]) AS t WHERE segment = 'regular';
SELECT abm.survival(sbg, 0) FROM model WHERE segment = 'regular';
SELECT period, round(retention::numeric, 4) AS retention, round(retention_lower::numeric, 4) AS lower, round(retention_upper::numeric, 4) AS upper,
    round(survival::numeric, 4) AS survival, round(survival_lower::numeric, 4) AS lower, round(survival_upper::numeric, 4) AS upper
FROM model, abm.retention_curve(bdw, 3, 0.9) WHERE segment = 'regular';
SELECT age, round(abm.residual_lifetime(sbg, age, 0.1)::numeric, 6) AS sbg, round(abm.residual_lifetime(bdw, age, 0.1)::numeric, 6) AS bdw, abm.residual_lifetime(sbg, age) AS for_ever
FROM model, unnest('{0,1,50,1000000}'::int[]) AS age WHERE segment = 'regular';
SELECT round(residual_lifetime::numeric, 5) AS residual_lifetime, round(std_err::numeric, 5) AS std_err, round(lower::numeric, 5) AS lower, round(upper::numeric, 5) AS upper
FROM model, abm.residual_lifetime_interval(sbg, 2, 0.1) WHERE segment = 'regular';
SELECT round(abm.expected_lifetime(sbg, 0.1)::numeric, 6) AS discounted, abm.expected_lifetime(sbg) AS for_ever FROM model WHERE segment = 'regular';

-- parameters that are known; no covariance, no bounds
SELECT c.* FROM abm.given_model('sbg', '{1,1}') AS m, abm.retention_curve(m, 2) AS c;
SELECT abm.residual_lifetime(m, 2), r.* FROM abm.given_model('sbg', '{3,4}') AS m, abm.residual_lifetime_interval(m, 2) AS r;
-- too few: no answer
SELECT abm.retention(m, 1), abm.survival(m, 1), abm.residual_lifetime(m, 1, 0.1), abm.expected_lifetime(m, 0.1), (SELECT count(*) FROM abm.retention_curve(m)) AS rows,
    abm.residual_lifetime_interval(m)
FROM (SELECT abm.sbg_fit(3, false) AS m) AS x;
SELECT abm.retention(NULL, 1), abm.retention(sbg, NULL) FROM model;

-- BG/BB
CREATE TABLE donor (x int, t_x int, n int, customers int);
INSERT INTO donor VALUES (0,0,6,3464), (1,1,6,1091), (1,2,6,277), (1,3,6,129), (1,4,6,78), (1,5,6,119), (1,6,6,129), (2,2,6,613), (2,3,6,255), (2,4,6,155), (2,5,6,173),
    (2,6,6,234), (3,3,6,322), (3,4,6,181), (3,5,6,225), (3,6,6,357), (4,4,6,240), (4,5,6,284), (4,6,6,512), (5,5,6,335), (5,6,6,728), (6,6,6,1203);
SELECT parameter, round(value::numeric, 5) AS value, round(std_err::numeric, 5) AS std_err, round(lower::numeric, 5) AS lower, round(upper::numeric, 5) AS upper
FROM abm.parameters((SELECT abm.bgbb_fit(x, t_x, n, customers) FROM donor));
SELECT model, status, customers, parameters, round(log_likelihood::numeric, 4) AS log_likelihood FROM abm.fit_quality((SELECT abm.bgbb_fit(x, t_x, n, customers) FROM donor));
SELECT x, t_x, round(abm.p_alive(m, x, t_x, n)::numeric, 6) AS p_alive, round(abm.expected_purchases(m, 5, x, t_x, n)::numeric, 6) AS five,
    round(abm.purchase_probability(m, 0, 5, x, t_x, n)::numeric, 6) AS none, round(abm.residual_purchases(m, 0.1, x, t_x, n)::numeric, 6) AS discounted
FROM donor, abm.given_model('bgbb', '{1.204,0.75,0.657,2.783}') AS m WHERE x IN (0, 4);
SELECT round(abm.expected_purchases(m, interval '1095 days', 1, 1, 6)::numeric, 4) AS three_years, round(abm.expected_purchases(m, 3, 1, 1, 6)::numeric, 4) AS three
FROM abm.in_units(abm.given_model('bgbb', '{1.204,0.75,0.657,2.783}'), '365 days') AS m;
SELECT abm.fit_status(abm.bgbb_fit(x, t_x, n)) FROM (VALUES (0, 0, 5), (0, 0, NULL), (NULL, 1, 1)) AS v (x, t_x, n);

-- errors
SELECT abm.renewal_agg(-1, false);
SELECT abm.renewal_agg(0, true);
SELECT abm.sbg_fit(1, true, -1);
SELECT abm.retention(sbg, 0) FROM model;
SELECT abm.survival(sbg, -1) FROM model;
SELECT abm.retention_curve(sbg, 20000) FROM model;
SELECT abm.residual_lifetime(sbg, 1, -0.5) FROM model;
SELECT abm.residual_lifetime(sbg, 1, 'Infinity') FROM model;
SELECT abm.residual_lifetime_interval(sbg, 1, 0.1, 2) FROM model;
SELECT abm.retention(abm.given_model('bgbb', '{1,1,1,1}'), 1);
SELECT abm.expected_purchases(sbg, 5, 1, 1, 1) FROM model;
SELECT abm.bgbb_fit(3, 2, 6);
SELECT abm.bgbb_fit(3, 7, 6);
SELECT abm.bgbb_fit(0, 0, 10001);
SELECT abm.bgbb_fit(abm.rfm_agg(2, 2.5, 6));
SELECT abm.p_alive(abm.given_model('bgbb', '{1,1,1,1}'), 2, 2, 6.5);

DROP TABLE account, model, donor;
