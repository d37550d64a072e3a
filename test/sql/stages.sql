-- stages: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE event (account int, at timestamptz, label text);
INSERT INTO event VALUES
    (1, '2024-01-01', 'lead'), (1, '2024-01-11', 'talks'), (1, '2024-01-21', 'offer'), (1, '2024-01-31', 'won'),     -- straight
    (2, '2024-01-01', 'lead'), (2, '2024-01-05', 'offer'), (2, '2024-01-15', 'won'),                                 -- skips talks
    (3, '2024-01-01', 'lead'), (3, '2024-01-03', 'talks'), (3, '2024-01-06', 'lead'), (3, '2024-01-10', 'talks'),    -- comes back once
    (4, '2024-01-01', 'talks'), (4, '2024-01-02', 'lead'),                                                           -- goes back and stays
    (5, '2024-01-01', 'lead'), (5, '2024-01-04', 'lead'), (5, '2024-01-11', 'lost'),                                 -- leaves the pipeline
    (6, '2024-01-01', 'won'), (6, '2024-01-01', 'lead'), (6, '2024-01-01', 'offer'), (6, '2024-01-01', 'talks'),     -- all on one day
    (7, '2024-02-01', 'talks'), (7, '2024-02-03', 'newsletter'), (7, '2024-02-06', 'talks'),                         -- two visits
    (8, '2024-01-01', 'newsletter'), (9, '2025-01-01', 'lead');                                                      -- not in the pipeline; later
CREATE TABLE population AS SELECT abm.journeys_agg(account, at, label) AS js FROM event;
SELECT stage, label, entered, moved_on, still_there, skipped, regressed, round(conversion::numeric, 4) AS conversion,
    round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, visits, median_days, p90_days
FROM population, abm.stage_report(js, '{lead,talks,offer,won}', '2024-03-01');
-- the same from states that can be stored and rolled up
CREATE TABLE part AS SELECT account % 3 AS part, abm.stages_agg(j, '{lead,talks,offer,won}', '2024-03-01') AS s
FROM (SELECT account, abm.journey_agg(at, label) AS j FROM event GROUP BY account) AS x GROUP BY account % 3;
SELECT r = f AS same FROM (SELECT abm.rollup(s) AS s FROM part) AS x, abm.stage_report(s) AS r JOIN (SELECT f.* FROM population, abm.stage_report(js, '{lead,talks,offer,won}', '2024-03-01') AS f) AS f USING (stage);
SELECT abm.stages(js, '{lead,talks,offer,won}', '2024-03-01')::text = (SELECT abm.rollup(s)::text FROM part) AS same FROM population;
SELECT abm.stages(js, '{lead,talks}', '2024-01-05')::jsonb FROM population;
-- another level; another moment; another order; stages that nobody entered
SELECT stage, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM part, abm.stage_report(s, 0.8) WHERE part = 1;
SELECT stage, label, entered, moved_on, still_there, skipped, regressed, visits, median_days FROM population, abm.stage_report(js, '{lead,talks,offer,won}', '2024-01-05');
SELECT stage, label, entered, moved_on, still_there, skipped, regressed, visits, median_days FROM population, abm.stage_report(js, '{won,lead}', '2024-03-01');
SELECT r.* FROM population, abm.stage_report(js, '{nowhere,"no stage at all"}', '2024-03-01') AS r;
SELECT stage, label, entered, skipped FROM population, abm.stage_report(js, '{lead,talks}', '2023-03-01');
-- labels that are numbers are named by their digits
SELECT label, entered, moved_on FROM (SELECT abm.journeys_agg(account, at, length(label)) AS js FROM event) AS x, abm.stage_report(js, '{4,5,3}', '2024-03-01');

-- nothing
SELECT abm.stages_agg(NULL, '{a}', '2024-01-01') IS NULL AS journey, abm.stages_agg(j, NULL, '2024-01-01') IS NULL AS stages, abm.stages_agg(j, '{a}', NULL) IS NULL AS as_of
FROM (SELECT abm.journey_agg(at, label) AS j FROM event) AS x;
SELECT count(*) FROM abm.stage_report(NULL);
SELECT count(*) FROM abm.stage_report(NULL, '{a}', '2024-01-01');

-- bad input, one by one
SELECT abm.stages(js, '{lead}', 'infinity') FROM population;
SELECT * FROM population, abm.stage_report(js, '{lead}', '-infinity');
SELECT * FROM population, abm.stage_report(js, '{}', '2024-01-01');
SELECT * FROM population, abm.stage_report(js, '{lead,NULL}', '2024-01-01');
SELECT * FROM population, abm.stage_report(js, '{lead,talks,lead}', '2024-01-01');
SELECT * FROM population, abm.stage_report(js, '{{lead},{talks}}', '2024-01-01');
SELECT * FROM population, abm.stage_report(js, (SELECT array_agg(n::text) FROM generate_series(1, 257) AS n), '2024-01-01');
SELECT * FROM population, abm.stage_report(js, '{lead}', '2024-01-01', 0);
SELECT * FROM part, abm.stage_report(s, 95);
SELECT abm.merge(s, abm.stages(js, '{lead,talks,offer}', '2024-03-01')) FROM part, population;
SELECT abm.merge(s, abm.stages(js, '{lead,talks,offer,won}', '2024-03-02')) FROM part, population;
SELECT abm.stages_agg(j, p, '2024-03-01') FROM (SELECT abm.journey_agg(at, label) AS j FROM event) AS x, (VALUES ('{lead}'::text[]), ('{talks}')) AS v (p);
SELECT 'nonsense'::abm.stages;

DROP TABLE event, population, part;
