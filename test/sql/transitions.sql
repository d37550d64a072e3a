-- transitions: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE event (account int, at timestamptz, label text);
INSERT INTO event VALUES
    (1, '2024-01-01', 'lead'), (1, '2024-01-11', 'talks'), (1, '2024-01-31', 'won'),
    (2, '2024-01-01', 'lead'), (2, '2024-01-05', 'talks'), (2, '2024-01-06', 'talks'), (2, '2024-01-15', 'lead'), (2, '2024-02-01', 'talks'), (2, '2024-02-11', 'lost'),
    (3, '2024-01-01', 'lead'), (3, '2024-03-01', 'lost'),
    (4, '2024-02-01', 'lead'), (5, '2024-02-10', 'lead'), (5, '2024-02-20', 'parked');
CREATE TABLE moves AS SELECT abm.transition_agg(j, '2024-03-01') AS t FROM (SELECT abm.journey_agg(at, label) AS j FROM event GROUP BY account) AS x;
SELECT t::jsonb FROM moves;
SELECT from_label, to_label, n, round(probability::numeric, 4) AS probability, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, median_days, p90_days
FROM moves, abm.transition_rates(t);
SELECT from_label, to_label, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM moves, abm.transition_rates(t, 0.5) WHERE from_label = 'lead';
-- as of a day before most of it happened; before all of it
SELECT from_label, to_label, n, probability, median_days
FROM (SELECT abm.transitions(abm.journeys_agg(account, at, label), '2024-01-05') AS t FROM event) AS x, abm.transition_rates(t);
SELECT abm.transitions(abm.journeys_agg(account, at, label), '2023-12-31') IS NULL AS none FROM event;
-- where it ends: from every label, in each final one, or in none
SELECT from_label, final_label, round(probability::numeric, 6) AS probability FROM moves, abm.absorption(t, '{won,lost}');
SELECT from_label, final_label, round(probability::numeric, 6) AS probability FROM moves, abm.absorption(t, '{nowhere}') WHERE from_label = 'talks';
-- the same of a population, and rolled up
SELECT abm.transitions(abm.journeys_agg(account, at, label), '2024-03-01')::text = (SELECT t::text FROM moves) AS same FROM event;
SELECT abm.rollup(p)::text = (SELECT t::text FROM moves) AS same FROM (SELECT abm.transitions(abm.journeys_agg(account, at, label), '2024-03-01') AS p FROM event GROUP BY account % 2) AS x;

-- nothing
SELECT abm.transition_agg(NULL, '2024-01-01') IS NULL AS journey, abm.transition_agg(j, NULL) IS NULL AS as_of FROM (SELECT abm.journey_agg(at, label) AS j FROM event) AS x;
SELECT count(*) FROM abm.transition_rates(NULL);
SELECT count(*) FROM abm.absorption(NULL, '{won}');

-- bad input, one by one
SELECT abm.transition_agg(j, 'infinity') FROM (SELECT abm.journey_agg(at, label) AS j FROM event) AS x;
SELECT abm.transitions(js, '-infinity') FROM (SELECT abm.journeys_agg(account, at, label) AS js FROM event) AS x;
SELECT * FROM moves, abm.transition_rates(t, 1);
SELECT * FROM moves, abm.transition_rates(t, 'NaN');
SELECT * FROM moves, abm.absorption(t, '{}');
SELECT * FROM moves, abm.absorption(t, '{won,NULL}');
SELECT * FROM moves, abm.absorption(t, '{won,lost,won}');
SELECT * FROM moves, abm.absorption(t, '{{won},{lost}}');
SELECT abm.transition_agg(j, as_of) FROM (SELECT abm.journey_agg(at, label) AS j FROM event) AS x, (VALUES (timestamptz '2024-03-01'), ('2024-04-01')) AS v (as_of);
SELECT abm.merge(t, abm.transitions(js, '2024-04-01')) FROM moves, (SELECT abm.journeys_agg(account, at, label) AS js FROM event) AS x;
SELECT 'nonsense'::abm.transitions;

DROP TABLE event, moves;
