-- survival: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

-- how long ten deals have lasted, and what ended them: 1 won, 2 lost, 0 open
CREATE TABLE spell (id int, days float8, cause int, weight float8, entry float8);
INSERT INTO spell VALUES
    (1, 10, 1, 1,   0),  (2, 20, 2, 2, 5),  (3, 20, 1, 1.5, 0), (4, 30, 0, 1, 10),
    (5, 30, 2, 3,   0),  (6, 40, 1, 1, 25), (7, 50, 2, 0.5, 20), (8, 60, 0, 2, -3),
    (9, 60, 1, 1,  30), (10, 90, 0, 1, 40);
CREATE TABLE pipeline AS SELECT abm.survival_agg(days, cause) AS s FROM spell;

-- the curves
SELECT day, at_risk, events, censored, round(survival::numeric, 6) AS survival,
    round(std_err::numeric, 6) AS std_err, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM pipeline, abm.kaplan_meier(s);
SELECT cause, day, at_risk, events, round(probability::numeric, 6) AS probability,
    round(std_err::numeric, 6) AS std_err, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM pipeline, abm.cumulative_incidence(s, 0.9);

-- single figures
SELECT abm.median_time(s), abm.time_quantile(s, 0.1) AS p10, abm.time_quantile(s, 0.75) AS p75,
    abm.time_quantile(s, 0.77) AS p77, abm.survival_invalid(s) FROM pipeline;
SELECT age, round(abm.survival_at(s, age)::numeric, 6) AS still_open
FROM pipeline, unnest('{0,9.9,10,45,60,90,90.1}'::float8[]) AS age;
SELECT round(mean_days::numeric, 6) AS mean_days, round(std_err::numeric, 6) AS std_err,
    round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM pipeline, unnest('{5,45,70,90,100}'::float8[]) AS horizon, abm.restricted_mean(s, horizon);
SELECT c AS cause, round(abm.ultimate_rate(s, c)::numeric, 6) AS rate, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM pipeline, generate_series(1, 3) AS c, abm.ultimate_bounds(s, c);
SELECT age, horizon, round(abm.win_probability(s, age, horizon)::numeric, 6) AS won,
    round(abm.win_probability(s, age, horizon, 2)::numeric, 6) AS lost
FROM pipeline, (VALUES (0, 30), (0, 300), (20, 30), (20, 9.999), (65, 10), (89, 300), (90, 10), (500, 10)) AS v (age, horizon);
-- what has not begun
SELECT abm.survival_at(s, -1) AS at, abm.survival_at(s, interval '-1 day') AS also_at,
    abm.win_probability(s, -0.5, 10) AS win, abm.win_probability(s, interval '-1 day', interval '30 days') AS also_win FROM pipeline;
SELECT abm.win_probability(s, interval '20 days', interval '30 days') = abm.win_probability(s, 20, 30) AS win,
    abm.survival_at(s, interval '45 days') = abm.survival_at(s, 45) AS at,
    abm.restricted_mean(s, interval '70 days') = abm.restricted_mean(s, 70) AS mean FROM pipeline;
-- never certain, not even of a cause that does not occur
SELECT abm.win_probability(s, 0, 100, 3) AS least, 1 - abm.win_probability((SELECT abm.survival_agg(7, 1)), 1, 80) < 2e-12 AS greatest
FROM pipeline;

-- do the odd ones end sooner?
SELECT v.name, round(chi2::numeric, 6) AS chi2, df, round(p_value::numeric, 6) AS p_value, observed_a,
    round(expected_a::numeric, 6) AS expected_a, observed_b, round(expected_b::numeric, 6) AS expected_b
FROM (SELECT abm.survival_agg(days, cause) FILTER (WHERE id % 2 = 1) AS a,
        abm.survival_agg(days, cause) FILTER (WHERE id % 2 = 0) AS b FROM spell) AS g,
    LATERAL (SELECT 'any' AS name, t.* FROM abm.logrank_test(a, b) AS t
             UNION ALL SELECT 'won', t.* FROM abm.logrank_test(a, b, 1) AS t
             UNION ALL SELECT 'none', t.* FROM abm.logrank_test(a, b, 7) AS t) AS v;

-- weights and entry times: a weight of 2 is two rows, what enters late is at
-- risk only afterwards, and an entry before the start is none
SELECT day, at_risk, events, censored, round(survival::numeric, 6) AS survival, round(std_err::numeric, 6) AS std_err
FROM (SELECT abm.survival_agg(days, cause, weight, entry) AS s FROM spell) AS x, abm.kaplan_meier(s);
SELECT abm.survival_agg(days, cause, 2, 0)::text = (SELECT abm.survival_agg(days, cause)::text FROM spell, generate_series(1, 2)) AS two
FROM spell;
SELECT abm.survival_agg(days * interval '1 day', cause, weight, entry * interval '1 day')::text = abm.survival_agg(days, cause, weight, entry)::text AS intervals
FROM spell;
-- what ends where it enters, or before, or before its start, is left out and counted
SELECT abm.survival_agg(days, 1, 1, entry)::jsonb AS s
FROM (VALUES (10, 10), (10, 11), (-1, 0), (0, 0), (0, 1), (10, 9.5)) AS v (days, entry);

-- straight from deals, as they stood on a day
CREATE TABLE deal (id int, outcome abm.deal_outcome, opened date, closed date, imported date);
INSERT INTO deal VALUES
    (1, 'won',         '2024-01-01', '2024-01-31', '2024-01-01'),
    (2, 'lost',        '2024-01-01', '2024-01-31', '2024-01-20'),
    (3, 'no_decision', '2024-02-01', '2024-04-01', '2024-01-20'),
    (4, 'open',        '2024-02-01', NULL,         '2024-03-01'),
    (5, 'open',        '2024-02-01', 'infinity',   '2024-03-01'),
    (6, 'won',         '2024-03-01', '2024-02-01', '2024-03-01'),  -- closed before opened
    (7, 'won',         '2024-03-01', NULL,         '2024-03-01'),  -- when it closed is not known
    (8, NULL,          '2024-03-01', '2024-04-01', '2024-03-01'),
    (9, 'won',         NULL,         '2024-04-01', '2024-03-01'),
    (10, 'won',        '2024-04-01', '2024-05-01', NULL),
    (11, 'open',       '2024-06-01', NULL,         '2024-06-01');
SELECT as_of::text, abm.survival_invalid(s) AS invalid, (e ->> 'cause')::int AS cause, e ->> 'duration_days' AS days, e ->> 'weight' AS weight
FROM (SELECT as_of, abm.deal_survival_agg(outcome, opened, closed, as_of) AS s
      FROM deal, (VALUES (date '2024-03-15'), ('2024-07-01')) AS v (as_of) GROUP BY as_of) AS x,
    jsonb_array_elements(s::jsonb -> 'spells') AS e ORDER BY x.as_of, (e ->> 'duration_days')::float8, cause;
SELECT abm.survival_invalid(s) AS invalid, (e ->> 'cause')::int AS cause, e ->> 'duration_days' AS days, e ->> 'entry_days' AS entry
FROM (SELECT abm.deal_survival_agg(outcome, opened, closed, '2024-03-15', imported) AS s FROM deal) AS x,
    jsonb_array_elements(s::jsonb -> 'spells') AS e;
SELECT abm.deal_survival_agg(outcome, opened, closed, date '2024-03-15')::text
    = abm.deal_survival_agg(outcome, opened::timestamptz, closed::timestamptz, timestamptz '2024-03-15')::text AS moments FROM deal;

-- no row, nothing known, one row, nothing but invalid rows
SELECT abm.survival_agg(days, cause) IS NULL AS none, abm.median_time(abm.survival_agg(days, cause)) AS median FROM spell WHERE false;
SELECT abm.survival_agg(NULL::float8, 1) IS NULL AS days, abm.survival_agg(1, NULL) IS NULL AS cause,
    abm.survival_agg(1, 1, NULL) IS NULL AS weight, abm.survival_agg(1, 1, 1, NULL) IS NULL AS entry;
SELECT count(*) FROM abm.kaplan_meier(NULL);
SELECT abm.median_time(s), abm.survival_at(s, 0) AS at_0, abm.survival_at(s, 8) AS at_8, abm.ultimate_rate(s), abm.ultimate_bounds(s),
    abm.restricted_mean(s, 6) AS mean_6, abm.restricted_mean(s, 9) AS mean_9, abm.win_probability(s, 1, 100) AS win, abm.win_probability(s, 7, 1) AS late,
    abm.logrank_test(s, s)
FROM (SELECT abm.survival_agg(7, 1) AS s) AS one;
SELECT abm.median_time(s), abm.survival_at(s, 0) AS at_0, abm.survival_at(s, 8) AS at_8, abm.ultimate_rate(s), abm.ultimate_bounds(s),
    abm.restricted_mean(s, 6) AS mean_6, abm.restricted_mean(s, 9) AS mean_9, abm.win_probability(s, 1, 100) AS win
FROM (SELECT abm.survival_agg(7, 0) AS s) AS open;
SELECT k.* FROM (SELECT abm.survival_agg(7, 0) AS s) AS open, abm.kaplan_meier(s) AS k;
SELECT count(*) FROM abm.cumulative_incidence((SELECT abm.survival_agg(7, 0)));
SELECT abm.survival_invalid(s), abm.median_time(s), abm.survival_at(s, 0) AS at_0, abm.ultimate_rate(s), abm.ultimate_bounds(s),
    abm.restricted_mean(s, 6) AS mean_6, abm.win_probability(s, 1, 100) AS win, abm.logrank_test(s, s)
FROM (SELECT abm.survival_agg(-7, 1) AS s) AS invalid;
SELECT count(*) FROM abm.kaplan_meier((SELECT abm.survival_agg(-7, 1)));

-- bad input, one by one
SELECT abm.survival_agg('NaN'::float8, 1);
SELECT abm.survival_agg('Infinity'::float8, 1);
SELECT abm.survival_agg(1e9, 1);
SELECT abm.survival_agg(1, -1);
SELECT abm.survival_agg(1, 256);
SELECT abm.survival_agg(1, 1, 0);
SELECT abm.survival_agg(1, 1, -2);
SELECT abm.survival_agg(1, 1, 1e-10);
SELECT abm.survival_agg(1, 1, 1.1e9);
SELECT abm.survival_agg(1, 1, 'NaN');
SELECT abm.survival_agg(1, 1, 1, '-Infinity'::float8);
SELECT abm.survival_agg(1, 1, 1e9) FROM generate_series(1, 10);
SELECT abm.median_time(abm.survival_agg(i, 1, 1e9)) FROM generate_series(1, 10) AS i;
SELECT abm.survival_agg(interval '1 month', 1);
SELECT abm.survival_agg(interval '1 day', 1, 1, interval '1 year');
SELECT abm.survival_agg(interval '178000000 days', 1);
SELECT abm.deal_survival_agg('open', timestamptz 'infinity', NULL, '2024-01-01');
SELECT abm.deal_survival_agg('won', timestamptz '2024-01-01', 'infinity', '2024-01-01');
SELECT abm.deal_survival_agg('won', date '2024-01-01', '2024-01-02', 'infinity');
SELECT abm.deal_survival_agg('open', date '2024-01-01', NULL, '2024-01-02', '-infinity');
SELECT abm.deal_survival_agg('open', timestamptz '4713-01-01 BC', NULL, timestamptz '294276-01-01');
SELECT * FROM pipeline, abm.kaplan_meier(s, 95);
SELECT * FROM pipeline, abm.cumulative_incidence(s, 0);
SELECT abm.restricted_mean(s, 10, 'NaN') FROM pipeline;
SELECT abm.restricted_mean(s, 0) FROM pipeline;
SELECT abm.restricted_mean(s, interval '-1 day') FROM pipeline;
SELECT abm.restricted_mean(s, interval '1 month') FROM pipeline;
SELECT abm.time_quantile(s, 0) FROM pipeline;
SELECT abm.time_quantile(s, 1) FROM pipeline;
SELECT abm.time_quantile(s, 'NaN') FROM pipeline;
SELECT abm.survival_at(s, 'NaN'::float8) FROM pipeline;
SELECT abm.win_probability(s, 1, 0) FROM pipeline;
SELECT abm.win_probability(s, 1, 10, 0) FROM pipeline;
SELECT abm.win_probability(s, interval '1 month', interval '1 day') FROM pipeline;
SELECT abm.win_probability(s, interval '1 day', interval '0 days') FROM pipeline;
SELECT abm.ultimate_rate(s, 0) FROM pipeline;
SELECT abm.ultimate_bounds(s, 256) FROM pipeline;
SELECT abm.logrank_test(s, s, 0) FROM pipeline;
SELECT 'nonsense'::abm.survival;

DROP TABLE spell, pipeline, deal;
