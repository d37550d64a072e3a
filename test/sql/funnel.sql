-- funnel: what a user sees
SET timezone = 'UTC';
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SET extra_float_digits = 0;

CREATE TABLE event (account int, at timestamptz, label text);
INSERT INTO event VALUES
    (1, '2024-01-01', 'ad'), (1, '2024-01-02', 'demo'), (1, '2024-01-05', 'offer'), (1, '2024-01-09', 'won'),       -- all the way in 8 days
    (2, '2024-01-01', 'mail'), (2, '2024-01-11', 'demo'), (2, '2024-01-31', 'offer'),                               -- slower; the other door
    (3, '2024-01-01', 'ad'), (3, '2024-03-01', 'demo'),                                                             -- comes back too late
    (4, '2024-01-01', 'ad'), (4, '2024-02-20', 'ad'), (4, '2024-02-25', 'demo'),                                    -- starts again, and is still on its way
    (5, '2024-01-01', 'demo'), (5, '2024-01-02', 'offer'), (5, '2024-01-03', 'won'),                                -- never enters
    (6, '2024-01-01', 'won'), (6, '2024-01-01', 'ad'), (6, '2024-01-01', 'offer'), (6, '2024-01-01', 'demo'),       -- all at one moment
    (7, '2024-01-01', 'ad'), (7, '2024-01-03', 'unsubscribed'), (7, '2024-01-04', 'demo'),
    (8, '2024-02-28', 'ad'),                                                                                        -- has just entered
    (9, '2024-01-01', 'newsletter'),                                                                                -- something else
    (10, '2024-06-01', 'ad'), (10, '2024-06-02', 'demo');                                                           -- not yet there
CREATE TABLE journey AS SELECT account, abm.journey_agg(at, label) AS j FROM event GROUP BY account;
CREATE TABLE population AS SELECT abm.journeys_agg(account, at, label) AS js FROM event;

SELECT step, label, reached, in_progress, dropped, round(conversion::numeric, 4) AS conversion, round(lower::numeric, 4) AS lower,
    round(upper::numeric, 4) AS upper, round(from_start::numeric, 4) AS from_start, median_days, p90_days
FROM population, abm.funnel_report(js, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days');
SELECT entity, steps_reached, state, entered_at::date, reached_at::date, times::date[]
FROM population, abm.funnel_states(js, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days');
-- the same journey by journey, and from states that can be stored and rolled up
SELECT account, abm.funnel_steps(j, '{ad|mail,demo,offer,won}', '30 days') AS steps, abm.funnel_state(j, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days') AS state,
    abm.funnel_times(j, '{ad|mail,demo,offer,won}', '30 days')::date[] AS times
FROM journey ORDER BY account;
CREATE TABLE part AS SELECT account % 3 AS part, abm.funnel_agg(j, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days', 'ordered') AS f FROM journey GROUP BY account % 3;
SELECT abm.rollup(f)::text = (SELECT abm.funnel(js, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days')::text FROM population) AS same FROM part;
SELECT r = p AS same
FROM (SELECT abm.rollup(f) AS f FROM part) AS x, abm.funnel_report(f) AS r
JOIN (SELECT p.* FROM population, abm.funnel_report(js, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days') AS p) AS p USING (step);
SELECT abm.rollup(f)::jsonb FROM part;

-- modes
SELECT mode, array_agg(abm.funnel_steps(j, '{ad|mail,demo,offer,won}', '30 days', mode) ORDER BY account) AS steps
FROM journey, unnest('{ordered,increasing,strict,any_order}'::text[]) AS mode GROUP BY mode ORDER BY mode;
SELECT step, label, reached, in_progress, dropped, median_days FROM population, abm.funnel_report(js, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days', 'any_order');
SELECT entity, steps_reached, state, times::date[] FROM population, abm.funnel_states(js, '{ad|mail,demo,offer,won}', '2024-03-01', '30 days', 'any_order') WHERE entity IN (2, 5, 6);

-- windows, inclusive to the microsecond: from first to last, and from step to step; none
SELECT days, abm.funnel_steps(j, '{ad,demo,offer,won}', days * interval '1 day') AS exactly,
    abm.funnel_steps(j, '{ad,demo,offer,won}', days * interval '1 day' - interval '1 us') AS less
FROM journey, unnest('{1,4,8}'::int[]) AS days WHERE account = 1;
SELECT abm.funnel_steps(j, '{ad,demo,offer,won}', '0'), abm.funnel_state(j, '{ad,demo,offer,won}', '2024-01-01', '0') AS now,
    abm.funnel_state(j, '{ad,demo,offer,won}', '2024-01-01 00:00:00.000001', '0') AS later FROM journey WHERE account IN (1, 6);
SELECT gaps, abm.funnel_steps(j, '{ad,demo,offer,won}', NULL, gaps => gaps), abm.funnel_state(j, '{ad,demo,offer,won}', '2024-03-01', NULL, gaps => gaps)
FROM journey, (VALUES ('{1 day,3 days,4 days}'::interval[]), ('{1 day,3 days,95:59:59.999999}'), ('{1 day,NULL,3 days}'), ('{0,1 day,1 day}'), ('{NULL,NULL,NULL}'), (NULL)) AS v (gaps) WHERE account = 1;
SELECT account, abm.funnel_steps(j, '{ad|mail,demo,offer,won}', NULL), abm.funnel_state(j, '{ad|mail,demo,offer,won}', '2024-03-01', NULL) FROM journey ORDER BY account;

-- excluded labels may not come between; those who met one have dropped out, unless they enter again
SELECT account, abm.funnel_steps(j, '{ad,demo}', NULL, excluded => '{unsubscribed,complained}'), abm.funnel_state(j, '{ad,demo}', '2024-03-01', NULL, excluded => '{unsubscribed,complained}'),
    abm.funnel_times(j, '{ad,demo}', NULL, excluded => '{unsubscribed,complained}')::date[]
FROM journey WHERE account IN (1, 7, 8) ORDER BY account;
SELECT excluded, abm.funnel_steps(j, '{a,b}', NULL, excluded => excluded)
FROM (SELECT abm.journey_agg('2024-01-01'::timestamptz + n * interval '1 day', l) AS j FROM (VALUES (0, 'x'), (0, 'a'), (1, 'y'), (2, 'b'), (2, 'z')) AS v (n, l)) AS x,
    (VALUES ('{x}'::text[]), ('{y}'), ('{z}'), ('{x,z}'), ('{"x|y"}'), ('{}'), (NULL)) AS v (excluded);

-- alternatives; a bar or backslash in a label is written with a backslash before it; an empty label is a label
SELECT label, step, abm.funnel_steps(abm.journey_agg('2024-01-01'::timestamptz, label), ARRAY[step], NULL)
FROM (VALUES ('a', 'a|b'), ('b', 'a|b'), ('a|b', 'a|b'), ('a|b', 'a\|b'), ('a\', 'a\'), ('a\', 'a\\'), ('a\|', 'a\\\|'), ('a\b', 'a\b'), ('a\b', 'a\\b'), ('', 'a|'), ('', ''), ('', 'a|b'), ('a', '|a'),
        ('c', 'a|b\|c|c'), ('ä', 'x|ä|y'), (' a', 'a'), ('A', 'a')) AS v (label, step) GROUP BY label, step ORDER BY step COLLATE "C", label COLLATE "C";
-- a label may serve several steps, an event only one of them
SELECT steps, abm.funnel_steps(j, steps, NULL), abm.funnel_steps(j, steps, NULL, 'increasing') AS increasing, abm.funnel_steps(j, steps, NULL, 'any_order') AS any_order
FROM (SELECT abm.journey_agg(at, label) AS j FROM (VALUES (timestamptz '2024-01-01', 'visit'), ('2024-01-02', 'visit'), ('2024-01-02', 'visit')) AS v (at, label)) AS x,
    (VALUES ('{visit,visit}'::text[]), ('{visit,visit,visit}'), ('{visit,visit,visit,visit}'), ('{visit|a,visit|b,a}')) AS v (steps);
-- labels that are numbers are named by their digits
SELECT label, reached FROM (SELECT abm.journeys_agg(account, at, length(label)) AS js FROM event) AS x, abm.funnel_report(js, '{2|4,4,5}', '2024-03-01', '30 days');
-- entities of other types
SELECT entity, pg_typeof(entity), steps_reached, state FROM (SELECT abm.journeys_agg('account ' || account, at, label) AS js FROM event) AS x,
    abm.funnel_states(js, '{ad|mail,demo}', '2024-03-01', '30 days', 'ordered', NULL, NULL, NULL::text) WHERE entity < 'account 3';
SELECT entity, pg_typeof(entity), steps_reached, state FROM (SELECT abm.journeys_agg(md5(account::text)::uuid, at, label) AS js FROM event WHERE account < 4) AS x,
    abm.funnel_states(js, '{ad|mail,demo}', '2024-03-01', '30 days', 'ordered', NULL, NULL, NULL::uuid);

-- as of: what comes later does not exist, nor do journeys that begin later
SELECT as_of::date, label, reached, in_progress, dropped, round(conversion::numeric, 4) AS conversion, round(from_start::numeric, 4) AS from_start
FROM population, unnest('{2023-12-31,2024-01-01,2024-01-04,2024-03-01,2024-06-01,2025-01-01}'::timestamptz[]) AS as_of, abm.funnel_report(js, '{ad|mail,demo}', as_of, '30 days');
SELECT as_of::date, entity, steps_reached, state FROM population, unnest('{2023-12-31,2024-01-01}'::timestamptz[]) AS as_of, abm.funnel_states(js, '{ad|mail,demo}', as_of, '30 days');
SELECT abm.funnel_agg(j, '{ad}', '2023-12-31', NULL, 'ordered')::text = (SELECT abm.funnel(js, '{ad}', '2023-12-31', NULL)::text FROM population) AS same FROM journey;
-- of several longest chains the one that can still go on counts
SELECT entity, state, times::date[] FROM population, abm.funnel_states(js, '{ad|mail,demo,offer}', '2024-02-21', '30 days') WHERE entity = 4;
-- 32 steps, and another level
SELECT count(*), max(step), sum(reached), min(median_days) AS median, bool_and(conversion = 1) AS all FROM (SELECT abm.journeys_agg(1::bigint, '2024-01-01'::timestamptz + n * interval '1 day', n) AS js FROM generate_series(1, 32) AS n) AS x,
    abm.funnel_report(js, (SELECT array_agg(n::text) FROM generate_series(1, 32) AS n), '2024-03-01', NULL);
SELECT step, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM population, abm.funnel_report(js, '{ad|mail,demo}', '2024-03-01', '30 days', level => 0.8);
SELECT step, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper FROM population, abm.funnel_report(abm.funnel(js, '{ad|mail,demo}', '2024-03-01', '30 days'), 0.8);

-- NULL, one by one; a definition that is not known has no answer
SELECT abm.funnel_steps(NULL, '{ad}', NULL) AS j, abm.funnel_steps(j, NULL, NULL) AS steps, abm.funnel_steps(j, '{ad}', NULL, NULL) AS mode, abm.funnel_steps(j, '{ad}', NULL, 'ordered', NULL, NULL) AS others FROM journey WHERE account = 1;
SELECT abm.funnel_times(NULL, '{ad}', NULL) AS j, abm.funnel_times(j, NULL, NULL) AS steps, abm.funnel_times(j, '{ad}', NULL, NULL) AS mode, abm.funnel_times(j, '{ad}', NULL, 'ordered', NULL, NULL) AS others FROM journey WHERE account = 1;
SELECT abm.funnel_state(NULL, '{ad}', '2024-03-01', NULL) AS j, abm.funnel_state(j, NULL, '2024-03-01', NULL) AS steps, abm.funnel_state(j, '{ad}', NULL, NULL) AS as_of, abm.funnel_state(j, '{ad}', '2024-03-01', NULL, NULL) AS mode,
    abm.funnel_state(j, '{ad}', '2024-03-01', NULL, 'ordered', NULL, NULL) AS others FROM journey WHERE account = 1;
SELECT abm.funnel_agg(NULL, '{ad}', '2024-03-01', NULL, 'ordered') IS NULL AS j, abm.funnel_agg(j, NULL, '2024-03-01', NULL, 'ordered') IS NULL AS steps, abm.funnel_agg(j, '{ad}', NULL, NULL, 'ordered') IS NULL AS as_of,
    abm.funnel_agg(j, '{ad}', '2024-03-01', NULL, NULL) IS NULL AS mode, abm.funnel_agg(j, '{ad}', '2024-03-01', NULL, 'ordered', NULL, NULL) IS NULL AS others FROM journey;
SELECT abm.funnel(NULL, '{ad}', '2024-03-01', NULL) IS NULL AS js, abm.funnel(js, NULL, '2024-03-01', NULL) IS NULL AS steps, abm.funnel(js, '{ad}', NULL, NULL) IS NULL AS as_of,
    abm.funnel(js, '{ad}', '2024-03-01', NULL, NULL) IS NULL AS mode, abm.funnel(js, '{ad}', '2024-03-01', NULL, 'ordered', NULL, NULL) IS NULL AS others FROM population;
SELECT count(*) FROM population, abm.funnel_report(NULL::abm.journeys, '{ad}', '2024-03-01', NULL);
SELECT count(*) FROM population, abm.funnel_report(js, NULL, '2024-03-01', NULL);
SELECT count(*) FROM population, abm.funnel_report(js, '{ad}', NULL, NULL);
SELECT count(*) FROM population, abm.funnel_report(js, '{ad}', '2024-03-01', NULL, NULL);
SELECT count(*) FROM population, abm.funnel_report(js, '{ad}', '2024-03-01', NULL, level => NULL);
SELECT count(*) FROM population, abm.funnel_report(NULL);
SELECT count(*) FROM part, abm.funnel_report(f, NULL);
SELECT count(*) FROM population, abm.funnel_states(NULL, '{ad}', '2024-03-01', NULL);
SELECT count(*) FROM population, abm.funnel_states(js, NULL, '2024-03-01', NULL);
SELECT count(*) FROM population, abm.funnel_states(js, '{ad}', NULL, NULL);
SELECT count(*) FROM population, abm.funnel_states(js, '{ad}', '2024-03-01', NULL, NULL);
-- no row; nobody in the funnel
SELECT abm.funnel_agg(j, '{ad}', '2024-03-01', NULL, 'ordered') IS NULL AS none FROM journey WHERE false;
SELECT step, label, reached, in_progress, dropped, conversion, lower, round(upper::numeric, 4) AS upper, from_start, median_days, p90_days
FROM population, abm.funnel_report(js, '{nowhere,"nor here"}', '2024-03-01', NULL);
SELECT abm.funnel_times(j, '{nowhere,ad}', NULL), abm.funnel_state(j, '{nowhere,ad}', '2024-03-01', NULL) FROM journey WHERE account = 1;

-- bad input, one by one
SELECT abm.funnel_steps(j, '{}', NULL) FROM journey;
SELECT abm.funnel_steps(j, '{ad,NULL}', NULL) FROM journey;
SELECT abm.funnel_steps(j, '{{ad},{demo}}', NULL) FROM journey;
SELECT abm.funnel_steps(j, array_fill('ad'::text, '{33}'), NULL) FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', '-1 us') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', '1 month') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', '2000000000 days') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', NULL, 'Strict') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', NULL, '') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo,won}', NULL, gaps => '{1 day}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo,won}', NULL, gaps => '{{1 day},{1 day}}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo,won}', NULL, gaps => '{1 day,-1 day}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo,won}', NULL, gaps => '{1 year,NULL}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', NULL, 'any_order', '{1 day}') FROM journey;
SELECT abm.funnel_steps(j, '{ad}', NULL, gaps => '{}') FROM journey WHERE account = 1;
SELECT abm.funnel_steps(j, '{ad,demo}', NULL, excluded => '{lost,NULL}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', NULL, excluded => '{{lost}}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,demo}', NULL, excluded => (SELECT array_agg(n::text) FROM generate_series(1, 257) AS n)) FROM journey;
-- a contradiction is one whether or not the label occurs
SELECT abm.funnel_steps(j, '{ad,demo|nowhere}', NULL, excluded => '{lost,nowhere}') FROM journey;
SELECT abm.funnel_steps(j, '{ad,"demo\\|nowhere"}', NULL, excluded => '{lost,demo|nowhere}') FROM journey;
SELECT abm.funnel_state(j, '{ad}', 'infinity', NULL) FROM journey;
SELECT abm.funnel_state(j, '{ad}', '-infinity', NULL) FROM journey;
SELECT abm.funnel_agg(j, '{ad}', 'infinity', NULL, 'ordered') FROM journey;
SELECT abm.funnel(js, '{ad}', 'infinity', NULL) FROM population;
SELECT * FROM population, abm.funnel_states(js, '{ad}', '-infinity', NULL);
SELECT * FROM population, abm.funnel_report(js, '{ad}', 'infinity', NULL);
SELECT * FROM population, abm.funnel_report(js, '{ad}', '2024-03-01', NULL, level => 95);
SELECT * FROM part, abm.funnel_report(f, 'NaN');
SELECT * FROM population, abm.funnel_states(js, '{ad}', '2024-03-01', NULL, 'ordered', NULL, NULL, NULL::text);
SELECT s.* FROM (SELECT abm.journeys_agg('account ' || account, at, label) AS js FROM event) AS x, abm.funnel_states(js, '{ad}', '2024-03-01', NULL) AS s;
-- funnels of different definitions do not merge
SELECT abm.funnel_agg(j, p, '2024-03-01', NULL, 'ordered') FROM journey, (VALUES ('{ad}'::text[]), ('{demo}')) AS v (p);
SELECT abm.merge(f, abm.funnel(js, '{ad|mail,demo,offer,won}', '2024-03-01', '31 days')) FROM part, population WHERE part = 1;
SELECT 'nonsense'::abm.funnel;

DROP TABLE event, journey, population, part;
