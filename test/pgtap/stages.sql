-- Stages of a pipeline against window functions, on events that tie often; and the Maven and Olist data against answers that were computed without abm.
\i test/begin.sql
\set there `ls "$ABM_DATA"/*/maven_velocity.csv "$ABM_DATA"/*/olist_funnel.csv >/dev/null 2>&1 && echo true || echo false`
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';

SELECT setseed(0.21) \g /dev/null
CREATE TEMP TABLE event AS
  SELECT entity, timestamptz '2024-01-01' + (random() * (CASE WHEN entity % 2 = 0 THEN 5 ELSE 60 END))::int * interval '1 hour' AS at,
    (ARRAY['lead', 'meeting', 'proposal sent to the customer', 'talks', 'won', 'lost', 'note'])[1 + (random() * 6)::int] AS label
  FROM generate_series(1, 500) entity, LATERAL generate_series(0, (random() * 12 * (entity / entity))::int) n;
CREATE TEMP TABLE pipeline (p int, stages text[]);
INSERT INTO pipeline VALUES (1, '{lead,meeting,"proposal sent to the customer",talks,won}'), (2, '{won,talks,lead}'), (3, '{note}'), (4, '{nowhere,meeting,elsewhere,lost}');
CREATE TEMP TABLE moment AS SELECT timestamptz '2024-01-01' + h * interval '1 hour' AS as_of FROM unnest('{-1,0,3,20.5,5000}'::numeric[]) h;

-- by the book: events in the order of time and of the stages, consecutive ones with one label folded into a visit
CREATE TEMP TABLE visit AS
  SELECT p, as_of, entity, label, place, visit, entered, lead(entered) OVER v AS exited, lead(place) OVER v IS NULL AND lead(entered) OVER v IS NULL AS is_last
  FROM (SELECT p, as_of, entity, label, place, visit, min(at) AS entered
        FROM (SELECT *, count(*) FILTER (WHERE label IS DISTINCT FROM before) OVER (w ROWS UNBOUNDED PRECEDING) AS visit
              FROM (SELECT p, as_of, entity, at, label, array_position(stages, label) AS place, lag(label) OVER w AS before
                    FROM event JOIN moment ON at <= as_of CROSS JOIN pipeline
                    WINDOW w AS (PARTITION BY p, as_of, entity ORDER BY at, array_position(stages, label) NULLS LAST, label COLLATE "C")) x
              WINDOW w AS (PARTITION BY p, as_of, entity ORDER BY at, place NULLS LAST, label COLLATE "C")) y
        GROUP BY p, as_of, entity, label, place, visit) z
  WINDOW v AS (PARTITION BY p, as_of, entity ORDER BY visit);
CREATE TEMP TABLE stay AS -- what each entity did at each stage
  SELECT p, as_of, s.stage, entity, bool_or(place = stage) AS entered,
    coalesce(max(visit) FILTER (WHERE place > stage) > min(visit) FILTER (WHERE place = stage), false) AS moved_on,
    bool_or(is_last AND place = stage) IS TRUE AS still_there, bool_or(place > stage) IS TRUE AND bool_or(place = stage) IS NOT TRUE AS skipped
  FROM visit JOIN pipeline USING (p), generate_subscripts(stages, 1) s (stage) GROUP BY p, as_of, s.stage, entity;
CREATE TEMP TABLE back AS
  SELECT p, as_of, place AS stage, entity FROM (SELECT *, lead(place) OVER (PARTITION BY p, as_of, entity ORDER BY visit) AS next FROM visit WHERE place IS NOT NULL) x WHERE next < place GROUP BY 1, 2, 3, 4;
CREATE TEMP TABLE slow AS
  SELECT p, as_of, stage, stages[stage] AS label, n.*, r.*, d.*, CASE WHEN stage < cardinality(stages) THEN round(n.moved_on / nullif(n.entered, 0)::numeric, 12) END AS conversion
  FROM pipeline CROSS JOIN moment, generate_subscripts(stages, 1) stage,
    LATERAL (SELECT count(*) FILTER (WHERE entered) AS entered, count(*) FILTER (WHERE moved_on) AS moved_on, count(*) FILTER (WHERE still_there) AS still_there,
               count(*) FILTER (WHERE skipped) AS skipped FROM stay s WHERE s.p = pipeline.p AND s.as_of = moment.as_of AND s.stage = stage.stage) n,
    LATERAL (SELECT count(*) AS regressed FROM back b WHERE b.p = pipeline.p AND b.as_of = moment.as_of AND b.stage = stage.stage) r,
    LATERAL (SELECT count(exited) AS visits, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM exited - entered)::float8 / 86400))::numeric, 9) AS median_days,
               round((percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM exited - entered)::float8 / 86400))::numeric, 9) AS p90_days
             FROM visit v WHERE v.p = pipeline.p AND v.as_of = moment.as_of AND place = stage) d;

CREATE TEMP TABLE of_journeys AS SELECT p, as_of, abm.stages_agg(j, stages, as_of) AS s FROM (SELECT abm.journey_agg(at, label) AS j FROM event GROUP BY entity) x, pipeline, moment GROUP BY p, as_of;
CREATE FUNCTION figures(j jsonb) RETURNS text LANGUAGE sql AS
  $$ SELECT (j - '{lower,upper,conversion,median_days,p90_days,p,as_of}'::text[])::text || concat_ws(',', '', (j ->> 'conversion')::numeric(30, 12), (j ->> 'median_days')::numeric(30, 9), (j ->> 'p90_days')::numeric(30, 9)) $$;
SELECT cmp_ok((SELECT sum(least(regressed, skipped, still_there)) FROM slow), '>', 100::numeric, 'all kinds of thing happen');
SELECT is_empty($$ SELECT p, as_of, stage, figures(to_jsonb(f)), figures(to_jsonb(w)) FROM (SELECT p, as_of, r.* FROM of_journeys, abm.stage_report(s) r) f FULL JOIN slow w USING (p, as_of, stage)
  WHERE figures(to_jsonb(f)) IS DISTINCT FROM figures(to_jsonb(w)) $$, 'stages_agg by window functions');
SELECT is_empty($$ SELECT p, as_of, stage, figures(to_jsonb(f)), figures(to_jsonb(w))
  FROM (SELECT p, as_of, r.* FROM (SELECT abm.journeys_agg(entity, at, label) AS js FROM event) x, pipeline, moment, abm.stage_report(js, stages, as_of) r) f FULL JOIN slow w USING (p, as_of, stage)
  WHERE figures(to_jsonb(f)) IS DISTINCT FROM figures(to_jsonb(w)) $$, 'stage_report of a population by window functions');
SELECT is_empty($$ SELECT p, as_of FROM of_journeys JOIN pipeline USING (p), (SELECT abm.journeys_agg(entity, at, label) AS js FROM event) x WHERE abm.stages(js, stages, as_of)::text <> s::text $$,
  'stages(journeys) = stages_agg(journey), byte by byte');
SELECT is_empty($$ SELECT p, as_of FROM of_journeys JOIN (SELECT p, as_of, abm.rollup(abm.stages(js, stages, as_of)) AS r
    FROM (SELECT abm.journeys_agg('e' || entity, at, label) AS js FROM event GROUP BY hashint4(entity) & 15) x, pipeline, moment GROUP BY p, as_of) y USING (p, as_of) WHERE r::text <> s::text $$,
  'stages of buckets roll up to those of all');
SELECT is_empty($$ SELECT * FROM of_journeys, abm.stage_report(s) a JOIN abm.stage_report(s, 0.5) b USING (stage)
  WHERE (a.conversion IS NULL AND (a.entered = 0 OR a.stage = (SELECT max(c.stage) FROM abm.stage_report(s) c)) AND num_nulls(a.lower, a.upper) = 2 OR a.lower <= b.lower AND b.lower <= a.conversion AND a.conversion <= b.upper AND b.upper <= a.upper) IS NOT TRUE $$,
  'the interval holds the conversion and widens with its level; NULL without entries and of the last stage');
SELECT is_empty($$ SELECT FROM of_journeys, abm.stage_report(s) WHERE moved_on > entered OR still_there > entered OR regressed > entered $$, 'nobody did what only those that entered can');
SELECT throws_ok($$ SELECT abm.rollup(s) FROM of_journeys WHERE as_of = '2024-01-01' $$, '22023', 'cannot merge what was asked in different ways', 'other stages: no merge');
SELECT throws_ok($$ SELECT abm.rollup(s) FROM of_journeys WHERE p = 1 $$, '22023', 'cannot merge what was asked in different ways', 'another moment: no merge');
SELECT throws_ok($$ SELECT abm.stages_agg(j, stages, '2024-02-01') FROM (SELECT abm.journey_agg(at, label) AS j FROM event) x, pipeline $$, '22023', 'cannot merge what was asked in different ways', 'nor in one aggregate');
SELECT is((SELECT ARRAY[count(*), sum(entered), sum(moved_on), sum(still_there)]::int[] FROM (SELECT abm.stages_agg(j, (SELECT array_agg('s' || i) FROM generate_series(1, 256) i), '2025-01-01') AS s
    FROM (SELECT abm.journey_agg(timestamptz '1900-01-01' + i * interval '9 years 1 min', 's' || i) AS j FROM generate_series(1, 256) i) x) y, abm.stage_report(s)), '{256,13,12,1}', '256 stages, most of them after as_of');
SELECT is((SELECT round(median_days::numeric, 6) FROM (SELECT abm.stages_agg(j, '{a,b}', '2025-01-01') AS s FROM (SELECT abm.journey_agg(a::timestamptz, l) AS j FROM (VALUES ('1900-01-01', 'a'), ('2000-01-01', 'b')) v (a, l)) x) y,
    abm.stage_report(s) WHERE stage = 1), 36524::numeric, 'a visit of a century');

-- A state from outside: whatever its plan says, there are rows or an error.
\i test/wire_checksum.sql
CREATE FUNCTION planned(plan text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE b bytea := '\x0e01000000000001'::bytea || int4send(octet_length(plan)) || convert_to(plan, 'UTF8') || '\x00000000'::bytea; BEGIN
  RETURN (SELECT count(*) FROM abm.stage_report(encode(b || wire_checksum(b), 'hex')::abm.stages));
EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
SELECT is(planned('{"stages": ["a", "b"], "as_of": "2024-01-01T00:00:00+00:00"}'), '2', 'a plan as ours');
SELECT is(planned(plan), want, 'a plan that is ' || plan) FROM (VALUES ('{}', 'XX001'), ('[]', 'XX001'), ('"stages"', 'XX001'), ('5', 'XX001'), ('null', 'XX001'), ('', '22P02'), ('{"stages":', '22P02'), ('{"stages": 1}', 'XX001'),
  ('{"stages": {"a": 1}}', 'XX001'), ('{"stages": []}', 'XX001'), ('{"stages": [1]}', 'XX001'), ('{"stages": ["a", ["b"]]}', 'XX001'), ('{"stages": [null]}', 'XX001')) v (plan, want);
SELECT is(planned(format('{"stages": %s}', (SELECT jsonb_agg(i::text) FROM generate_series(1, 257) i))), 'XX001', 'a plan of too many stages');

\if :there
\i test/maven_deals.sql
\i test/olist_leads.sql
CREATE TEMP TABLE maven_reference (dimension text, key text, n float8, won float8, lost float8, open float8, win_rate float8, won_value float8, avg_won_value float8, median_won_value float8, avg_won_cycle_days float8,
  avg_lost_cycle_days float8, avg_closed_cycle_days float8, won_cycle_p25 float8, won_cycle_p50 float8, won_cycle_p75 float8, won_cycle_p90 float8, velocity_per_day float8, open_velocity_per_day float8, list_value_win_rate float8);
CREATE TEMP TABLE olist_reference (dimension text, key text, mql float8, closed float8, conversion float8, mean_days float8, p25 float8, median_days float8, p75 float8, p90 float8, max_days float8, within_30d float8, within_90d float8);
\cd :shared
\copy maven_reference FROM 'reference/maven_velocity.csv' (FORMAT csv, HEADER)
\copy olist_reference FROM 'reference/olist_funnel.csv' (FORMAT csv, HEADER)
\cd :top

-- Maven: deals are engaged, then won or lost; 500 of them are prospects without a date.
CREATE TEMP TABLE history AS
  SELECT opportunity_id, owner, product, region, outcome, created_on AS at, 'Engaging' AS label FROM opportunity UNION ALL
  SELECT opportunity_id, owner, product, region, outcome, closed_on, initcap(outcome::text) FROM opportunity WHERE closed_on IS NOT NULL;
CREATE TEMP TABLE maven AS
  SELECT dimension, key, abm.journeys_agg(opportunity_id, at, label) AS js, abm.journeys_agg(opportunity_id, at, label) FILTER (WHERE outcome = 'won') AS won
  FROM history, LATERAL (VALUES ('all', 'all'), ('sales_agent', owner), ('product_fixed', product), ('regional_office', region)) d (dimension, key) GROUP BY dimension, key;
SELECT results_eq($$ SELECT label, entered, moved_on, still_there, skipped, regressed, round(conversion::numeric, 9) FROM maven, abm.stage_report(js, '{Engaging,Won}', '2018-01-01') WHERE dimension = 'all' $$,
  $$ VALUES ('Engaging', 8300::bigint, 4238::bigint, 1589::bigint, 0::bigint, 0::bigint, round(4238 / 8300.0, 9)), ('Won', 4238, 0, 4238, 0, 0, NULL) $$, 'Maven: stages');
SELECT is((SELECT count(*) FROM maven JOIN maven_reference USING (dimension, key)), 41::bigint, 'Maven: all, 30 agents, 7 products, 3 regions');
SELECT is_empty($$ SELECT dimension, key, s, r FROM maven JOIN maven_reference r USING (dimension, key), abm.stage_report(js, '{Engaging,Won}', '2018-01-01') s
  WHERE stage = 1 AND NOT (s.moved_on = r.won AND s.visits = r.won + r.lost) OR stage = 2 AND NOT (s.entered = r.won AND s.visits = 0) $$, 'Maven: won deals as in the reference, by every dimension');
SELECT is_empty($$ SELECT dimension, key, s, r FROM maven JOIN maven_reference r USING (dimension, key), abm.stage_report(maven.won, '{Engaging,Won}', '2018-01-01') s
  WHERE stage = 1 AND NOT (s.entered = r.won AND s.conversion = 1 AND abs(s.median_days - r.won_cycle_p50) < 1e-9 AND abs(s.p90_days - r.won_cycle_p90) < 1e-9) $$, 'Maven: median and p90 of the days to a win');
SELECT is_empty($$ SELECT dimension, key, to_label, t.n, r FROM maven JOIN maven_reference r USING (dimension, key), abm.transition_rates(abm.transitions(js, '2018-01-01')) t
  WHERE from_label = 'Engaging' AND NOT (CASE to_label WHEN 'Won' THEN t.n = r.won AND abs(median_days - r.won_cycle_p50) < 1e-9 AND abs(p90_days - r.won_cycle_p90) < 1e-9 WHEN 'Lost' THEN t.n = r.lost ELSE t.n <= r.open END) $$,
  'Maven: transitions as in the reference');
SELECT is_empty($$ SELECT dimension, key, probability, win_rate FROM maven JOIN maven_reference r USING (dimension, key), abm.absorption(abm.transitions(js, '2018-01-01'), '{Won,Lost}')
  WHERE from_label = 'Engaging' AND final_label = 'Won' AND abs(probability - r.win_rate) > 1e-9 $$, 'Maven: with one stage only, absorption is the win rate');
SELECT results_eq($$ SELECT count(*), count(*) FILTER (WHERE abs(value - expected) <= 1e-9 * abs(expected)) FROM (SELECT dimension, key, abm.deal_agg(outcome, amount, created_on, closed_on) AS d
    FROM opportunity, LATERAL (VALUES ('all', 'all'), ('sales_agent', owner), ('product_fixed', product), ('regional_office', region)) x (dimension, key) GROUP BY dimension, key) g
    JOIN maven_reference r USING (dimension, key), abm.velocity_report(d) v JOIN LATERAL (VALUES ('created', r.n), ('open', open), ('won', won), ('lost', lost), ('win_rate', win_rate), ('won_value', won_value),
      ('average_deal_size', avg_won_value), ('median_deal_size', median_won_value), ('won_cycle_mean_days', avg_won_cycle_days), ('won_cycle_median_days', won_cycle_p50), ('lost_cycle_mean_days', avg_lost_cycle_days),
      ('closed_cycle_mean_days', avg_closed_cycle_days), ('velocity_per_day', velocity_per_day), ('open_velocity_per_day', open_velocity_per_day)) e (metric, expected) USING (metric) $$,
  $$ VALUES (41 * 14::bigint, 41 * 14::bigint) $$, 'Maven: velocity_report');

-- Olist: leads and when they were won; one was won two days before its first contact: here at the first contact.
CREATE TEMP TABLE olist AS
  SELECT dimension, key, abm.journeys_agg(id, at, label) AS js, abm.deal_agg(outcome, 1, first_contact, won) FILTER (WHERE label = 'mql') AS d
  FROM (SELECT id, first_contact, coalesce(origin, '(null)') AS origin, CASE WHEN won IS NULL THEN 'open' ELSE 'won' END::abm.deal_outcome AS outcome, greatest(first_contact, to_date(won, 'DD-MM-YYYY')) AS won
        FROM lead LEFT JOIN (SELECT id, won FROM closed) c USING (id)) l,
    LATERAL (VALUES ('mql', first_contact), ('closed', CASE outcome WHEN 'won' THEN won END)) e (label, at),
    LATERAL (VALUES ('all', 'all'), ('origin', origin), ('first_contact_month', to_char(first_contact, 'YYYY-MM'))) x (dimension, key) GROUP BY dimension, key;
SELECT results_eq($$ SELECT label, entered, moved_on, still_there, conversion, round(median_days::numeric, 9), round(p90_days::numeric, 9) FROM olist, abm.stage_report(js, '{mql,closed}', '2018-12-01') WHERE dimension = 'all' $$,
  $$ VALUES ('mql', 8000::bigint, 842::bigint, 7158::bigint, 0.10525::float8, 14.0, 161.9), ('closed', 842, 0, 842, NULL, NULL, NULL) $$, 'Olist: 8000 leads, 842 won');
SELECT is((SELECT count(*) FROM olist), (SELECT count(*) FROM olist_reference), 'Olist: all origins and months');
SELECT is_empty($$ SELECT dimension, key, s, r FROM olist FULL JOIN olist_reference r USING (dimension, key), abm.stage_report(js, '{mql,closed}', '2018-12-01') s
  WHERE stage = 1 AND (s.entered = r.mql AND s.moved_on = r.closed AND abs(s.conversion - r.conversion) < 1e-9 AND s.visits = r.closed AND (r.closed = 0 OR abs(s.median_days - r.median_days) < 1e-9 AND abs(s.p90_days - r.p90) < 1e-9)) IS NOT TRUE $$,
  'Olist: conversion, median and p90 as in the reference, by origin and month');
SELECT is_empty($$ SELECT dimension, key, r FROM olist JOIN olist_reference r USING (dimension, key) WHERE r.closed > 0 AND (abs(abm.win_rate(d, 'created') - r.conversion) < 1e-9
  AND abs(abm.sales_cycle_days(d, 'p25') - r.p25) < 1e-9 AND abs(abm.sales_cycle_days(d) - r.median_days) < 1e-9 AND abs(abm.sales_cycle_days(d, 'p75') - r.p75) < 1e-9 AND abs(abm.sales_cycle_days(d, 'p90') - r.p90) < 1e-9) IS NOT TRUE $$,
  'Olist: the same of deals, with the quartiles');
SELECT is_empty($$ SELECT dimension, key, n, r FROM olist JOIN olist_reference r USING (dimension, key),
    LATERAL (SELECT count(*) FILTER (WHERE abm.days_between(journey, 'mql', 'closed') <= 30) AS n, count(*) FILTER (WHERE abm.days_between(journey, 'mql', 'closed') <= 90) AS m FROM abm.journeys_unnest(js, NULL::text)) x
  WHERE n <> within_30d OR m <> within_90d $$, 'Olist: won within 30 and 90 days, journey by journey');
\else
SELECT skip('maven_crm, olist_funnel or their references are absent in ' || :'shared' || ' (ABM_DATA)');
\endif

SELECT * FROM finish();
ROLLBACK;
