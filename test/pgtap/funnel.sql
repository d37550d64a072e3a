-- Funnels: known cases; all chains tried in SQL, on events that tie often; windows without ties as window functions find them; reports counted by hand; the Olist data against answers that were computed without abm.
\i test/begin.sql
\set there `ls "$ABM_DATA"/*/olist_marketing_qualified_leads_dataset.csv "$ABM_DATA"/*/olist_funnel.csv >/dev/null 2>&1 && echo true || echo false`
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';

-- Cases that others got wrong. Events are written label@second.
CREATE FUNCTION journey(events text) RETURNS abm.journey LANGUAGE sql AS
  $$ SELECT abm.journey_agg('2024-01-01'::timestamptz + split_part(e, '@', 2)::int * interval '1 second', split_part(e, '@', 1)) FROM unnest(string_to_array(events, ' ')) e $$;
SELECT is(abm.funnel_steps(journey(events), string_to_array(steps, ' '), seconds * interval '1 second', mode), want, name) FROM (VALUES
  ('A@0 B@1 B@2 C@2', 'A B C', 10, 'increasing', 3, 'G16: the B that ties with C hides no earlier one (ClickHouse, Doris)'),
  ('A@1 A@4 B@4', 'A B', 4, 'increasing', 2, 'G16: the A that ties with B hides no earlier one (ClickHouse)'),
  ('A@1', 'A|B A|C', 10, 'ordered', 1, 'G16: one event that matches steps 1 and 2 serves one (ClickHouse 34986)'),
  ('A@1 A@1', 'A|B A|C', 10, 'ordered', 2, '… two serve both'),
  ('A@1 A@1', 'A A', 10, 'increasing', 1, '… unless they must be later'),
  ('install@0 start@5 login@10 install@15 start@20 install@25 start@30 login@35 end@40', 'install start login end', 60, 'ordered', 4, 'G16: ClickHouse 37177'),
  ('install@0 start@5 login@10 install@15 start@20 install@25 start@30 login@35 end@40', 'install start login end', 15, 'ordered', 4, '… the clock starts with the last install'),
  ('install@0 start@5 login@10 install@15 start@20 install@25 start@30 login@35 end@40', 'install start login end', 14, 'ordered', 3, '… and the window is inclusive'),
  ('install@0 start@5 login@10 install@15 start@20 install@25 start@30 login@35 end@40', 'install start login end', 60, 'strict', 4, '… strictly, too'),
  ('page@100 page@100 page@300', 'page page page', 1000, 'increasing', 2, 'ClickHouse 34986, second case'),
  ('1@100 2@100', '1 2', 50, 'increasing', 1, 'ClickHouse 21835: what ties is not later'),
  ('2@100 1@100', '1 2', 50, 'ordered', 2, '… but it may be in order'),
  ('A@1 D@2 B@3 C@4', 'A B C D', 10, 'strict', 1, 'a step between that is out of order'),
  ('A@1 B@2 D@3 C@4', 'A B C D', 10, 'strict', 2, '… later (PR 9773)'),
  ('A@1 x@2 B@3 C@4', 'A B C', 10, 'strict', 3, 'a label between that is no step does no harm'),
  ('A@1 A@2 B@3 B@4 C@5 C@6', 'A B C', 10, 'strict', 3, 'nor does a step that is repeated'),
  ('C@1 B@2 A@3', 'A B C', 10, 'ordered', 1, 'backwards'), ('C@1 B@2 A@3', 'A B C', 10, 'any_order', 3, '… in any order'),
  ('B@1 C@2', 'A B C', 10, 'ordered', 0, 'nothing without the first step'), ('B@1 C@2', 'A B C', 10, 'any_order', 2, '… but in any order')) v (events, steps, seconds, mode, want, name);
CREATE TEMP TABLE toolkit AS SELECT "user", abm.journey_agg(at::timestamptz, event) AS j FROM (VALUES
  ('2020-01-01 00:00+00', 1, 'LOGIN'), ('2020-01-02 00:00+00', 1, 'LOGIN'), ('2020-01-02 01:00+00', 1, 'SEARCH'), ('2020-01-02 03:00+00', 1, 'BUY'),
  ('2020-01-03 00:00+00', 2, 'LOGIN'), ('2020-01-03 01:00+00', 2, 'SEARCH'), ('2020-01-03 01:30+00', 2, 'BUY'), ('2020-01-20 00:00+00', 2, 'LOGIN'),
  ('2020-02-01 01:00+00', 3, 'SEARCH'), ('2020-02-14 01:30+00', 3, 'BUY'), ('2020-02-15 00:00+00', 4, 'LOGIN'), ('2020-02-28 00:00+00', 4, 'LOGIN')) v (at, "user", event) GROUP BY "user";
SELECT is((SELECT array_agg("user" ORDER BY "user") FROM toolkit WHERE abm.funnel_steps(j, steps, within, excluded => excluded) = 2), want::int[], 'G16, Toolkit 475: ' || name) FROM (VALUES
  ('{LOGIN,LOGIN}'::text[], interval '7 days', NULL::text[], '{1}', 'two logins within a week'), ('{SEARCH,BUY}', '1 hour', NULL, '{2}', 'bought within an hour of a search'),
  ('{LOGIN,LOGIN}', NULL, '{SEARCH,BUY}', '{1,4}', 'two logins and nothing between'), ('{SEARCH,BUY}', NULL, '{LOGIN}', '{1,2,3}', 'bought after a search and nothing between')) v (steps, within, excluded, want, name);

-- 1500 entities with few hours and labels; a third of them have no ties
SELECT setseed(0.16) \g /dev/null
CREATE TABLE event AS
  SELECT row_number() OVER () AS id, entity::bigint, timestamptz '2024-01-01' + CASE WHEN entity % 3 = 0 THEN n ELSE (random() * (CASE WHEN entity % 2 = 0 THEN 2 ELSE 6 END))::int END * interval '1 hour' AS at,
    (ARRAY['a', 'b', 'c', 'a label that is long', 'x', 'n'])[ceil(random() * 6)] AS label
  FROM generate_series(1, 1500) entity, LATERAL generate_series(0, (random() * 8 * (entity / entity))::int) n;
CREATE TABLE question (q int PRIMARY KEY, steps text[], within interval, mode text, gaps interval[], excluded text[]);
INSERT INTO question VALUES
  (1, '{a,b,c}', NULL, 'ordered', NULL, NULL), (2, '{a,b,c}', '2 hours', 'ordered', NULL, NULL), (3, '{a|b,a|c,b|c,a}', '3 hours', 'ordered', NULL, '{x}'), (4, '{a,b|a,a label that is long|c}', '5 hours', 'ordered', '{1 hour,2 hours}', '{x,n}'),
  (5, '{a,a,b}', '1 hour', 'ordered', NULL, NULL), (6, '{a,b,c}', NULL, 'increasing', NULL, NULL), (7, '{a|b,a|c,b|c,a}', '3 hours', 'increasing', '{NULL,2 hours,NULL}', '{x}'), (8, '{n,n|a,n|b}', '4 hours', 'increasing', NULL, '{x}'),
  (9, '{a,b,c}', '3 hours', 'any_order', NULL, NULL), (10, '{a|b,a|c,b|c,n}', '2 hours', 'any_order', NULL, '{x}'), (11, '{a,b,c}', NULL, 'strict', NULL, NULL), (12, '{a|b,b|c,c,n}', '5 hours', 'strict', '{3 hours,NULL,1 hour}', '{x}'),
  (13, '{nowhere,a}', '1 hour', 'ordered', NULL, NULL), (14, '{a}', '0', 'ordered', NULL, NULL);
CREATE TEMP TABLE moment AS SELECT timestamptz '2024-01-01' + h * interval '1 hour' AS as_of FROM unnest('{-1,0,1,3.5,5,7,9,1000}'::numeric[]) h;
CREATE TEMP TABLE one AS SELECT entity, abm.journey_agg(at, label) AS j, min(at) AS began FROM event GROUP BY entity;
CREATE TEMP TABLE all_in_one AS SELECT abm.journeys_agg(entity, at, label) AS js, abm.journeys_agg('entity ' || entity, at, label) AS of_text, abm.journeys_agg(md5(entity::text)::uuid, at, label) AS of_uuid FROM event;
CREATE TEMP TABLE state AS SELECT q, as_of, s.* FROM all_in_one, question, moment, abm.funnel_states(js, steps, as_of, within, mode, gaps, excluded) s;
CREATE TEMP TABLE report AS SELECT q, as_of, r.* FROM all_in_one, question, moment, abm.funnel_report(js, steps, as_of, within, mode, gaps, excluded, 0.9) r;
CREATE TEMP TABLE funnel AS SELECT q, as_of, abm.funnel_agg(j, steps, as_of, within, mode, gaps, excluded) AS f FROM one, question, moment GROUP BY q, as_of;
SELECT cmp_ok((SELECT count(*) FROM (SELECT FROM event GROUP BY entity, at HAVING count(DISTINCT label) > 1) x), '>', 1000::bigint, 'many moments tie');
SELECT cmp_ok((SELECT min(n) FROM (SELECT count(*) AS n FROM state WHERE q < 13 GROUP BY q, state) x), '>', 20::bigint, 'every question has all kinds of answer');

-- By brute force: every chain. An event serves a step when its label is one of the step's alternatives.
CREATE TEMP TABLE serves AS SELECT q, step, id, entity, at FROM question, unnest(steps) WITH ORDINALITY s (s, step) JOIN event ON label = ANY (string_to_array(s, '|'));
CREATE INDEX ON serves (q, entity);
CREATE TEMP TABLE bad AS SELECT q, entity, at FROM question JOIN event ON label = ANY (excluded);
CREATE INDEX ON bad (q, entity);
-- in mode strict, of those without ties: an event of the funnel, which does no harm beside the steps it serves
CREATE TEMP TABLE other AS SELECT q, entity, at, array_agg(step) AS steps FROM serves JOIN question USING (q) WHERE mode = 'strict' GROUP BY q, entity, id, at;
CREATE INDEX ON other (q, entity);
ANALYZE serves; ANALYZE bad; ANALYZE other;
CREATE TEMP TABLE chain AS
  WITH RECURSIVE chain AS (
    SELECT q, mode, cardinality(steps) AS length, within, gaps, entity, 1 AS depth, step, ARRAY[id] AS ids, ARRAY[at] AS times FROM serves JOIN question USING (q) WHERE step = 1 OR mode = 'any_order'
    UNION ALL
    SELECT q, mode, length, within, gaps, entity, depth + 1, s.step, ids || id, times || at FROM chain c JOIN serves s USING (q, entity)
    WHERE id <> ALL (ids) AND CASE mode WHEN 'any_order' THEN s.step > c.step
      ELSE s.step = c.step + 1 AND (at > times[depth] OR at = times[depth] AND mode <> 'increasing') AND (at - times[depth] <= gaps[depth] AND at - times[1] <= within) IS NOT FALSE END)
  SELECT q, mode, length, within, gaps[depth] AS gap, entity, depth, CASE mode WHEN 'any_order' THEN (SELECT array_agg(t ORDER BY t) FROM unnest(times) t) ELSE times END AS times FROM chain;
DELETE FROM chain WHERE times[depth] - times[1] > within OR mode = 'strict' AND entity % 3 > 0
  OR EXISTS (SELECT FROM bad b WHERE b.q = chain.q AND b.entity = chain.entity AND b.at > times[1] AND b.at < times[depth])
  OR EXISTS (SELECT FROM other o, generate_series(1, depth - 1) i WHERE o.q = chain.q AND o.entity = chain.entity AND o.at > times[i] AND o.at < times[i + 1] AND NOT o.steps && ARRAY[i::bigint, i + 1]);
CREATE TEMP TABLE chain_at AS
  SELECT q, as_of, entity, depth, length, times, depth < length AND (as_of - times[1] <= within AND as_of - times[depth] <= gap) IS NOT FALSE
    AND NOT EXISTS (SELECT FROM bad b WHERE b.q = chain.q AND b.entity = chain.entity AND b.at > times[1] AND b.at <= as_of)
    AND NOT EXISTS (SELECT FROM other o WHERE o.q = chain.q AND o.entity = chain.entity AND o.at > times[depth] AND o.at <= as_of AND NOT o.steps && ARRAY[depth::bigint, depth + 1]) AS open
  FROM chain JOIN moment ON times[depth] <= as_of;
-- of the longest chains an open one if there is any, and of these the earliest
CREATE TEMP TABLE brute AS
  SELECT q, as_of, entity, coalesce(depth, 0) AS steps_reached, CASE WHEN depth IS NULL THEN 'not_entered' WHEN depth = length THEN 'converted' WHEN any_open THEN 'in_progress' ELSE 'dropped' END::abm.funnel_status AS state,
    coalesce(times, '{}') || array_fill(NULL::timestamptz, ARRAY[cardinality(steps) - coalesce(depth, 0)]) AS times
  FROM question JOIN moment ON true JOIN one ON began <= as_of AND (mode <> 'strict' OR entity % 3 = 0)
  LEFT JOIN (SELECT DISTINCT ON (q, as_of, entity) *, bool_or(open) OVER (PARTITION BY q, as_of, entity) AS any_open FROM chain_at ORDER BY q, as_of, entity, depth DESC, open DESC, times) c USING (q, as_of, entity);
SELECT cmp_ok((SELECT count(*) FROM brute WHERE steps_reached > 1), '>', 10000::bigint, 'many chains are longer than one step');
SELECT is((SELECT count(*) FROM brute), (SELECT count(*) FROM state JOIN question USING (q) WHERE mode <> 'strict' OR entity % 3 = 0), 'every entity that has begun');
SELECT is_empty(format($$ SELECT q, as_of, entity, b.steps_reached, b.state, b.times, s.steps_reached, s.state, s.times FROM brute b JOIN question USING (q) LEFT JOIN state s USING (q, as_of, entity)
  WHERE mode = %L AND (b.steps_reached, b.state, b.times) IS DISTINCT FROM (s.steps_reached, s.state, s.times) $$, mode), 'by brute force: ' || mode) FROM (SELECT DISTINCT mode FROM question) m;

-- All forms say the same.
SELECT is_empty($$ SELECT q, as_of, entity FROM state JOIN question USING (q) JOIN one USING (entity) WHERE abm.funnel_state(j, steps, as_of, within, mode, gaps, excluded) IS DISTINCT FROM state $$, 'funnel_state of each journey');
CREATE TEMP TABLE so_far AS SELECT as_of, entity, abm.journey_agg(at, label) AS j FROM event JOIN moment ON at <= as_of GROUP BY as_of, entity;
SELECT is_empty($$ SELECT q, as_of, entity FROM state JOIN question USING (q) FULL JOIN so_far USING (as_of, entity) WHERE abm.funnel_steps(j, steps, within, mode, gaps, excluded) IS DISTINCT FROM steps_reached $$, 'funnel_steps of what has happened so far');
SELECT is_empty($$ SELECT q, entity FROM state JOIN question USING (q), all_in_one WHERE as_of = (SELECT max(as_of) FROM moment) AND abm.funnel_times(abm.journey_of(js, entity), steps, within, mode, gaps, excluded) IS DISTINCT FROM times $$, 'funnel_times of each journey, when all windows are over');
SELECT is_empty($$ SELECT q, as_of, entity FROM state WHERE (entered_at, reached_at, steps_reached) IS DISTINCT FROM (times[1], (SELECT max(t) FROM unnest(times) t), (SELECT count(t)::int FROM unnest(times) t))
  OR (state = 'not_entered') <> (steps_reached = 0) OR (state = 'converted') <> (steps_reached = cardinality(times)) $$, 'ends of the times, and states');
SELECT bag_eq($$ SELECT q, as_of, s.* FROM all_in_one, question, moment, abm.funnel_states(of_text, steps, as_of, within, mode, gaps, excluded, NULL::text) s $$,
  $$ SELECT q, as_of, 'entity ' || entity, steps_reached, state, entered_at, reached_at, times FROM state $$, 'entities of text');
SELECT bag_eq($$ SELECT q, as_of, s.* FROM all_in_one, question, moment, abm.funnel_states(of_uuid, steps, as_of, within, mode, gaps, excluded, NULL::uuid) s $$,
  $$ SELECT q, as_of, md5(entity::text)::uuid, steps_reached, state, entered_at, reached_at, times FROM state $$, 'entities of uuid');
SELECT is_empty($$ SELECT q, as_of FROM funnel JOIN question USING (q), all_in_one,
  LATERAL unnest(ARRAY[abm.funnel(js, steps, as_of, within, mode, gaps, excluded), abm.funnel(of_text, steps, as_of, within, mode, gaps, excluded), abm.funnel(of_uuid, steps, as_of, within, mode, gaps, excluded)]) x WHERE x::text IS DISTINCT FROM f::text $$,
  'funnel(journeys) = funnel_agg(journey), byte by byte');
SELECT is_empty($$ SELECT q, as_of FROM funnel LEFT JOIN (SELECT q, as_of, abm.rollup(abm.funnel(js, steps, as_of, within, mode, gaps, excluded)) AS r FROM (SELECT abm.journeys_agg(entity, at, label) AS js FROM event GROUP BY hashint8(entity) & 15) x, question, moment
    GROUP BY q, as_of) y USING (q, as_of) WHERE r::text IS DISTINCT FROM f::text $$, 'funnels of buckets roll up to that of all');
SELECT is_empty($$ SELECT q, as_of FROM funnel JOIN (SELECT q, as_of, abm.funnel_agg(j, steps, as_of, within, mode) AS s FROM one, question, moment WHERE gaps IS NULL AND excluded IS NULL GROUP BY q, as_of) x USING (q, as_of) WHERE s::text <> f::text $$,
  'without gaps and exclusions the short form is the same');
SELECT results_eq($$ SELECT q, as_of, r.* FROM funnel, abm.funnel_report(f, 0.9) r ORDER BY q, as_of, step $$, $$ SELECT * FROM report ORDER BY q, as_of, step $$, 'the report of a state is that of its population');
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; line text; BEGIN FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP r := concat(r, line); END LOOP; RETURN r; END $$;
UPDATE pg_proc SET procost = 1 WHERE proname = 'merge' AND pronamespace = 'abm'::regnamespace; -- workers, however few rows
SET LOCAL max_parallel_workers_per_gather = 2; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
ALTER TABLE event SET (parallel_workers = 2);
SELECT matches(plan_of('SELECT abm.journeys_agg(entity, at, label) FROM event'), 'Finalize.*Gather.*Partial', 'a population is gathered in parallel');
CREATE TEMP TABLE in_parallel AS SELECT abm.journeys_agg(entity, at, label) AS js FROM event;
SELECT results_eq($$ SELECT q, as_of, r.* FROM in_parallel, question, moment, abm.funnel_report(js, steps, as_of, within, mode, gaps, excluded, 0.9) r ORDER BY q, as_of, step $$, $$ SELECT * FROM report ORDER BY q, as_of, step $$, '… and gives the same reports');
RESET max_parallel_workers_per_gather;

-- Reports counted by hand, from what each entity did.
CREATE TEMP TABLE counted AS
  SELECT q, as_of, step, n.*, before - waiting AS base, started - stood AS all_base, d.* FROM question CROSS JOIN moment, generate_subscripts(steps, 1) step,
    LATERAL (SELECT count(*) FILTER (WHERE steps_reached >= step) AS reached, count(*) FILTER (WHERE steps_reached = step AND state = 'in_progress') AS in_progress, count(*) FILTER (WHERE steps_reached = step AND state = 'dropped') AS dropped,
        count(*) FILTER (WHERE steps_reached >= step - 1) AS before, count(*) FILTER (WHERE steps_reached = step - 1 AND state = 'in_progress') AS waiting,
        count(*) FILTER (WHERE steps_reached > 0) AS started, count(*) FILTER (WHERE steps_reached BETWEEN 1 AND step - 1 AND state = 'in_progress') AS stood
      FROM state s WHERE s.q = question.q AND s.as_of = moment.as_of) n,
    LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days, percentile_cont(0.9) WITHIN GROUP (ORDER BY days) AS p90_days
      FROM (SELECT extract(epoch FROM times[step] - times[step - 1])::float8 / 86400 AS days FROM state s WHERE s.q = question.q AND s.as_of = moment.as_of AND steps_reached >= step AND step > 1) x) d;
SELECT is((SELECT count(*) FROM report), (SELECT count(*) FROM counted), 'a row for each step');
SELECT is_empty($$ SELECT r, c FROM report r FULL JOIN counted c USING (q, as_of, step) JOIN question USING (q)
  WHERE (r.reached, r.in_progress, r.dropped, r.label) IS DISTINCT FROM (c.reached, c.in_progress, c.dropped, CASE mode WHEN 'any_order' THEN 'any ' || step ELSE steps[step] END) $$, 'counts; in any order the steps have no labels');
SELECT is_empty($$ SELECT r, c FROM report r JOIN counted c USING (q, as_of, step) WHERE round(r.conversion::numeric, 12) IS DISTINCT FROM round(c.reached / nullif(base, 0)::numeric, 12)
  OR round(from_start::numeric, 12) IS DISTINCT FROM round(c.reached / nullif(all_base, 0)::numeric, 12) $$, 'who is in progress is in no denominator; and without one there is no rate');
SELECT cmp_ok((SELECT count(*) FROM counted WHERE base = 0), '>', 10::bigint, '… which occurs');
SELECT is_empty($$ SELECT r, c FROM report r JOIN counted c USING (q, as_of, step) WHERE round(r.median_days::numeric, 9) IS DISTINCT FROM round(c.median_days::numeric, 9) OR round(r.p90_days::numeric, 9) IS DISTINCT FROM round(c.p90_days::numeric, 9) $$,
  'median and 90th percentile of the days from step to step');
SELECT is_empty($$ SELECT FROM (SELECT *, lag(reached) OVER w AS before, lag(from_start) OVER w AS share_before FROM report WINDOW w AS (PARTITION BY q, as_of ORDER BY step)) x
  WHERE reached > before OR from_start > share_before OR (conversion BETWEEN 0 AND 1 AND from_start BETWEEN 0 AND 1) IS FALSE $$, 'no step is reached more often than the one before');
SELECT is_empty($$ SELECT FROM report WHERE (conversion IS NULL AND num_nulls(lower, upper) = 2 OR 0 <= lower AND lower <= conversion AND conversion <= upper AND upper <= 1) IS NOT TRUE $$, 'the interval holds the conversion');
SELECT is_empty($$ SELECT FROM report a JOIN funnel USING (q, as_of), abm.funnel_report(f) b WHERE a.step = b.step AND (b.lower <= a.lower AND a.upper <= b.upper) IS FALSE $$, '… and widens with its level');
-- Laws of matching: a longer window, a weaker rule, or fewer exclusions never lose a step; time only adds steps
SELECT is_empty($$ SELECT FROM one, question WHERE abm.funnel_steps(j, steps, within, mode, gaps, excluded) > least(abm.funnel_steps(j, steps, within * 2, mode, gaps, excluded), abm.funnel_steps(j, steps, NULL, mode, gaps, excluded),
  abm.funnel_steps(j, steps, within, mode, NULL, excluded), abm.funnel_steps(j, steps, within, mode, gaps, NULL)) $$, 'wider limits lose nothing');
SELECT is_empty($$ SELECT FROM one, question q WHERE mode <> 'any_order' AND (greatest(abm.funnel_steps(j, steps, within, 'increasing', gaps, excluded), abm.funnel_steps(j, steps, within, 'strict', gaps, excluded)) > abm.funnel_steps(j, steps, within, 'ordered', gaps, excluded)
  OR abm.funnel_steps(j, steps, within, 'ordered', NULL, excluded) > abm.funnel_steps(j, steps, within, 'any_order', NULL, excluded)) $$, 'increasing, strict <= ordered <= any order');
SELECT is_empty($$ SELECT FROM state a JOIN state b USING (q, entity) WHERE a.as_of < b.as_of AND a.steps_reached > b.steps_reached $$, 'as time goes by, nobody falls back');
SELECT is_empty($$ SELECT FROM state a JOIN state b USING (q, entity) WHERE a.as_of < b.as_of AND a.state = 'dropped' AND b.steps_reached > a.steps_reached AND NOT EXISTS
  (SELECT FROM event JOIN serves USING (id, entity, at) WHERE event.entity = a.entity AND q = a.q AND at > a.as_of AND at <= b.as_of AND (step = 1 OR q IN (9, 10))) $$, 'who has dropped out gets further only by entering again');

-- Without ties window functions can do it: for every step the latest first step that leads there is carried along.
CREATE TEMP TABLE touch AS SELECT entity::bigint, timestamptz '2024-01-01' + n * interval '1 hour' * (1 + entity % 7) AS at, ceil(random() * (4 + entity % 4))::int AS label FROM generate_series(1, 1500) entity, generate_series(1, 40) n;
CREATE TEMP TABLE level AS
  SELECT entity, CASE WHEN bool_or(label = 5 AND at - r4 <= interval '3 days') THEN 5 WHEN max(r4) IS NOT NULL THEN 4 WHEN max(r3) IS NOT NULL THEN 3 WHEN max(r2) IS NOT NULL THEN 2 WHEN max(r1) IS NOT NULL THEN 1 ELSE 0 END AS steps
  FROM (SELECT *, max(CASE WHEN label = 4 AND at - r3 <= interval '3 days' THEN r3 END) OVER w AS r4
  FROM (SELECT *, max(CASE WHEN label = 3 AND at - r2 <= interval '3 days' THEN r2 END) OVER w AS r3
  FROM (SELECT *, max(CASE WHEN label = 2 AND at - r1 <= interval '3 days' THEN r1 END) OVER w AS r2
  FROM (SELECT *, max(CASE WHEN label = 1 THEN at END) OVER w AS r1 FROM touch WINDOW w AS (PARTITION BY entity ORDER BY at)) a
  WINDOW w AS (PARTITION BY entity ORDER BY at)) b WINDOW w AS (PARTITION BY entity ORDER BY at)) c WINDOW w AS (PARTITION BY entity ORDER BY at)) d GROUP BY entity;
SELECT cmp_ok((SELECT min(n) FROM (SELECT count(*) AS n FROM level GROUP BY steps) x), '>', 5::bigint, 'all levels occur');
SELECT bag_eq($$ SELECT entity, abm.funnel_steps(abm.journey_agg(at, label), '{1,2,3,4,5}', '3 days') FROM touch GROUP BY entity $$, $$ SELECT entity, steps FROM level $$, 'funnel_steps by window functions');
SELECT bag_eq($$ SELECT s.entity, steps_reached FROM (SELECT abm.journeys_agg(entity, at, label) AS js FROM touch) x, abm.funnel_states(js, '{1,2,3,4,5}', '2025-01-01', '3 days') s $$, $$ SELECT entity, steps FROM level $$, '… of a population');
SELECT results_eq($$ SELECT step, reached FROM (SELECT abm.journeys_agg(entity, at, label) AS js FROM touch) x, abm.funnel_report(js, '{1,2,3,4,5}', '2025-01-01', '3 days') $$,
  $$ SELECT step, count(*) FILTER (WHERE steps >= step) FROM level, generate_series(1, 5) step GROUP BY step ORDER BY step $$, '… and in the report');
SELECT is_empty($$ SELECT FROM touch GROUP BY entity HAVING abm.funnel_steps(abm.journey_agg(at, label), '{1,2,3,4,5}', '3 days') <> abm.funnel_steps(abm.journey_agg(at, label), '{1,2,3,4,5}', '3 days', 'increasing') $$, 'without ties, ordered is increasing');

-- Funnels of different definitions do not merge, whatever is different.
SELECT throws_ok(format($$ SELECT abm.merge(abm.funnel(js, '{a,b}', '2024-01-02', '1 day', 'ordered', '{5 hours}', '{x}'), abm.funnel(js, %s)) FROM all_in_one $$, other), '22023', 'cannot merge what was asked in different ways', 'no merge: other ' || what)
FROM (VALUES ('steps', $$'{a,c}', '2024-01-02', '1 day', 'ordered', '{5 hours}', '{x}'$$), ('alternatives', $$'{a,b|c}', '2024-01-02', '1 day', 'ordered', '{5 hours}', '{x}'$$), ('moment', $$'{a,b}', '2024-01-02 00:00:00.000001', '1 day', 'ordered', '{5 hours}', '{x}'$$),
  ('window', $$'{a,b}', '2024-01-02', '23 hours', 'ordered', '{5 hours}', '{x}'$$), ('window: none', $$'{a,b}', '2024-01-02', NULL, 'ordered', '{5 hours}', '{x}'$$), ('mode', $$'{a,b}', '2024-01-02', '1 day', 'strict', '{5 hours}', '{x}'$$),
  ('gaps', $$'{a,b}', '2024-01-02', '1 day', 'ordered', '{6 hours}', '{x}'$$), ('gaps: none', $$'{a,b}', '2024-01-02', '1 day', 'ordered', NULL, '{x}'$$), ('exclusion', $$'{a,b}', '2024-01-02', '1 day', 'ordered', '{5 hours}', '{n}'$$),
  ('exclusion: none', $$'{a,b}', '2024-01-02', '1 day', 'ordered', '{5 hours}', NULL$$)) v (what, other);
SELECT throws_ok($$ SELECT abm.rollup(f) FROM funnel WHERE q = 1 $$, '22023', 'cannot merge what was asked in different ways', 'nor roll up');
SELECT is(abm.funnel(js, '{a,b}', '2024-01-02', '24 hours', 'ordered', '{NULL}', '{}')::text, abm.funnel(js, '{a,b}', '2024-01-02 01:00+01', '1 day')::text, 'no limit is no limit, however it is written') FROM all_in_one;

-- A state from outside: whatever its plan says, there are rows or an error; whatever its marks say, no share is beyond 1.
\i test/wire_checksum.sql
CREATE FUNCTION given(plan text, marks bytea DEFAULT '\x00000000') RETURNS abm.funnel LANGUAGE sql AS
  $$ SELECT encode(b || wire_checksum(b), 'hex')::abm.funnel FROM (SELECT '\x0d01000000000001'::bytea || int4send(octet_length(plan)) || convert_to(plan, 'UTF8') || marks) x (b) $$;
CREATE FUNCTION planned(plan text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN (SELECT count(*) FROM abm.funnel_report(given(plan))); EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
SELECT is(given(plan)::text, f::text, 'a plan as ours') FROM (VALUES ('{"steps": ["a", "b"], "as_of": "2023-01-01T00:00:00+00:00", "mode": "ordered"}')) v (plan), (SELECT abm.funnel(js, '{a,b}', '2023-01-01', NULL) AS f FROM all_in_one) x;
SELECT is(planned(plan), want, 'a plan that is ' || plan) FROM (VALUES ('{"steps": ["a", "b"], "mode": "ordered"}', '2'), ('{"steps": ["a", "b"], "mode": "any_order"}', '2'), ('{}', 'XX001'), ('[]', 'XX001'), ('"steps"', 'XX001'), ('5', 'XX001'), ('null', 'XX001'),
  ('', '22P02'), ('{"steps":', '22P02'), ('{"steps": 1}', 'XX001'), ('{"steps": {"a": 1}}', 'XX001'), ('{"steps": [], "mode": "ordered"}', 'XX001'), ('{"steps": [1], "mode": "ordered"}', 'XX001'), ('{"steps": [null], "mode": "ordered"}', 'XX001'),
  ('{"steps": ["a", ["b"]], "mode": "ordered"}', 'XX001'), ('{"steps": ["a", "b"]}', 'XX001'), ('{"steps": ["a", "b"], "mode": 5}', 'XX001'), ('{"steps": ["a", "b"], "mode": null}', 'XX001'), ('{"steps": ["a", "b"], "mode": ["ordered"]}', 'XX001')) v (plan, want);
SELECT is(planned(format('{"steps": %s, "mode": "ordered"}', (SELECT jsonb_agg(i::text) FROM generate_series(1, 257) i))), 'XX001', 'a plan of too many steps');
CREATE TEMP TABLE mark AS SELECT step, what, int4send(step) || int4send(what) || int8send(CASE WHEN step < 2 THEN -1 ELSE 3600000000 END) AS bytes FROM generate_series(0, 3) step, unnest('{0,1,3}'::int[]) what;
SELECT is_empty($$ SELECT r FROM mark a, mark b, LATERAL (SELECT int4send(2) || least(a.bytes, b.bytes) || greatest(a.bytes, b.bytes)) x (marks), abm.funnel_report(given('{"steps": ["a", "b", "c"], "mode": "ordered"}', marks)) r
  WHERE (a.step, a.what) <= (b.step, b.what) AND (conversion BETWEEN 0 AND 1 AND from_start BETWEEN 0 AND 1 AND lower BETWEEN 0 AND 1 AND upper BETWEEN 0 AND 1 AND least(reached, in_progress, dropped) >= 0) IS FALSE $$, 'marks that no funnel makes');
SELECT throws_ok(format($$ SELECT given('{}', int4send(1) || int4send(%s) || int4send(%s) || int8send(-1)) $$, step, what), '22P02', NULL, format('a mark %s at step %s', what, step)) FROM (VALUES (-1, 0), (257, 0), (1, -1), (1, 64)) v (step, what);

-- A million events of one entity: soon answered, and stopped as soon.
CREATE TEMP TABLE million AS SELECT abm.journey_agg('2024-01-01'::timestamptz + n * 7919::bigint % 1000003 * interval '1 s', (n % 7)::int) AS j, abm.journey_agg('2024-01-01'::timestamptz, CASE n WHEN 5 THEN 'y' WHEN 6 THEN 'w' ELSE 'z' END) AS tied FROM generate_series(1, 1000000) n;
SET LOCAL statement_timeout = '60s';
SELECT is((SELECT array_agg(cardinality(abm.funnel_times(j, '{1,2|3,0|4,1,6,nowhere}', '1 hour', mode)) ORDER BY mode) FROM million, unnest('{ordered,increasing,strict,any_order}'::text[]) mode), '{6,6,6,6}', 'a million events in each mode');
SET LOCAL statement_timeout = 0;
CREATE TEMP TABLE stopped (mode text, outcome text, late_ms int);
CREATE FUNCTION work(mode text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE began timestamptz := clock_timestamp(); r text; BEGIN
  BEGIN -- all labels of 31 steps tie, and three steps are left to two events
    FOR i IN 1 .. 1000 LOOP PERFORM abm.funnel_times(tied, array_fill('z'::text, '{29}') || '{y|w,y|w,y|w}'::text[], '1 day', mode) FROM million; END LOOP;
    r := 'done';
  EXCEPTION WHEN query_canceled THEN r := 'stopped';
  END;
  INSERT INTO stopped VALUES (mode, r, extract(epoch FROM clock_timestamp() - began) * 1000 - 300); END $$;
\o /dev/null
SELECT 'SET LOCAL statement_timeout = 300', format('SELECT work(%L)', mode), 'SET LOCAL statement_timeout = 0' FROM unnest('{ordered,increasing,strict,any_order}'::text[]) mode \gexec
\o
SELECT is((SELECT count(*) FROM stopped WHERE outcome = 'stopped'), 4::bigint, 'work is stopped');
SELECT is_empty($$ SELECT * FROM stopped WHERE late_ms > 500 $$, '… soon, in every mode');

\if :there
\i test/olist_leads.sql
CREATE TEMP TABLE olist_reference (dimension text, key text, mql float8, closed float8, conversion float8, mean_days float8, p25 float8, median_days float8, p75 float8, p90 float8, max_days float8, within_30d float8, within_90d float8);
\cd :shared
\copy olist_reference FROM 'reference/olist_funnel.csv' (FORMAT csv, HEADER)
\cd :top
-- leads and when they were won; one was won two days before its first contact: here at the first contact
CREATE TEMP TABLE olist AS
  SELECT dimension, key, abm.journeys_agg(id, at, label) AS js
  FROM (SELECT id, first_contact, coalesce(origin, '(null)') AS origin, greatest(first_contact, to_date(won, 'DD-MM-YYYY')) AS won, won IS NOT NULL AS is_won FROM lead LEFT JOIN closed USING (id)) l,
    LATERAL (VALUES ('mql', first_contact), ('closed', CASE WHEN is_won THEN won END)) e (label, at),
    LATERAL (VALUES ('all', 'all'), ('origin', origin), ('first_contact_month', to_char(first_contact, 'YYYY-MM'))) x (dimension, key) GROUP BY dimension, key;
SELECT is_empty($$ SELECT dimension, key, within, f, r FROM olist FULL JOIN olist_reference r USING (dimension, key) CROSS JOIN (VALUES (30), (90), (500)) v (within),
    LATERAL (SELECT CASE within WHEN 30 THEN within_30d WHEN 90 THEN within_90d ELSE closed END AS won) w, LATERAL (SELECT * FROM abm.funnel_report(js, '{mql,closed}', '2030-01-01', within * interval '1 day')) f
  WHERE (CASE step WHEN 1 THEN reached = mql AND dropped = mql - won AND in_progress = 0 AND f.conversion = 1 ELSE reached = won AND abs(f.conversion - won / mql) < 1e-9 AND f.conversion = from_start
    AND (within < 500 OR won = 0 OR abs(f.median_days - r.median_days) < 1e-9 AND abs(p90_days - p90) < 1e-9) END) IS NOT TRUE $$, 'Olist: won within 30 and 90 days and ever, as in the reference, by origin and month');
SELECT is((SELECT reached FROM olist, abm.funnel_report(js, '{mql,closed}', '2030-01-01', '30 days') WHERE dimension = 'all' AND step = 2), 555::bigint, 'Olist: 555 within 30 days');
-- while the window is open, a lead is in no denominator
CREATE TEMP TABLE fresh AS
  SELECT count(*) AS n, count(*) FILTER (WHERE is_won) AS won, count(*) FILTER (WHERE first_contact >= '2018-03-01'::date - 90 AND NOT is_won) AS open
  FROM (SELECT first_contact, coalesce(greatest(first_contact, to_date(won, 'DD-MM-YYYY')) <= least('2018-03-01'::date, first_contact + 90) AND won IS NOT NULL, false) AS is_won
        FROM lead LEFT JOIN closed USING (id) WHERE first_contact <= '2018-03-01') x;
SELECT results_eq($$ SELECT step, reached, in_progress, dropped, conversion FROM olist, abm.funnel_report(js, '{mql,closed}', '2018-03-01', '90 days') WHERE dimension = 'all' $$,
  $$ SELECT 1, n, open, n - open - won, 1::float8 FROM fresh UNION ALL SELECT 2, won, 0, 0, won / (n - open)::float8 FROM fresh $$, 'Olist: as of 1 March 2018');
\else
SELECT skip('olist_funnel or its reference is absent in ' || :'shared' || ' (ABM_DATA)');
\endif
-- A funnel that is unknown, call after call, leaves nothing in the query's memory.
CREATE FUNCTION pg_temp.memory() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
SELECT cmp_ok(grown, '<', 1000000::bigint, 'nothing stays behind: ' || what) FROM (
  SELECT 'no steps' AS what, max(m) - min(m) + 0 * count(s) AS grown FROM (SELECT abm.funnel_state(j, NULL::text[], '2024-03-01', '30 days') AS s, CASE WHEN i IN (500, 20000) THEN pg_temp.memory() END AS m
    FROM (SELECT abm.journey_agg('2024-01-01', 'a') AS j OFFSET 0) x, generate_series(1, 20000) i OFFSET 0) q
  UNION ALL SELECT 'no mode', max(m) - min(m) + 0 * count(s) FROM (SELECT abm.funnel_times(j, '{a,b}', '30 days', NULL) AS s, CASE WHEN i IN (500, 20000) THEN pg_temp.memory() END AS m
    FROM (SELECT abm.journey_agg('2024-01-01', 'a') AS j OFFSET 0) x, generate_series(1, 20000) i OFFSET 0) q) leaks;
-- PL/pgSQL keeps a call for a whole transaction, its variables being parameters that change: so may the funnel.
CREATE TABLE asked AS SELECT n, CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '{x}' WHEN 2 THEN '{a,b}' WHEN 3 THEN '{a,b,c}' WHEN 4 THEN '{a,c}' WHEN 5 THEN '{a|x,b|y,c|z,d}' ELSE ARRAY['a', repeat('long ', n), 'c'] END::text[] AS steps,
  CASE n % 5 WHEN 0 THEN NULL ELSE (n % 5 - 1) * interval '2 days' END AS within, CASE n % 3 WHEN 0 THEN 'strict' WHEN 1 THEN 'ordered' ELSE 'any_order' END AS mode, timestamptz '2024-01-01 00:00+00' + n % 11 * interval '1 day' AS as_of FROM generate_series(1, 400) n;
CREATE TABLE trail AS SELECT abm.journey_agg(timestamptz '2024-01-01 00:00+00' + i * interval '36 hours', label) AS j FROM unnest('{a,b,q,c,d}'::text[]) WITH ORDINALITY l (label, i);
CREATE FUNCTION pg_temp.by_record() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE r record; j abm.journey; answer text[]; BEGIN
  SELECT t.j INTO j FROM trail t;
  FOR r IN SELECT * FROM asked ORDER BY n LOOP
    answer := answer || concat_ws(' ', abm.funnel_steps(j, r.steps, r.within, r.mode), abm.funnel_state(j, r.steps, r.as_of, r.within, r.mode), abm.funnel_times(j, r.steps, r.within, r.mode));
  END LOOP;
  RETURN answer; END $$;
CREATE FUNCTION pg_temp.by_variable(j abm.journey, steps text[], within interval, mode text, as_of timestamptz) RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN concat_ws(' ', abm.funnel_steps(j, steps, within, mode), abm.funnel_state(j, steps, as_of, within, mode), abm.funnel_times(j, steps, within, mode)); END $$;
-- each question in a statement of its own: nothing can be kept
CREATE FUNCTION pg_temp.one_by_one() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE q asked; one text; answer text[]; BEGIN
  FOR q IN SELECT * FROM asked ORDER BY n LOOP
    EXECUTE format('SELECT concat_ws('' '', abm.funnel_steps(j, %1$L, %2$L, %3$L), abm.funnel_state(j, %1$L, %4$L, %2$L, %3$L), abm.funnel_times(j, %1$L, %2$L, %3$L)) FROM trail', q.steps, q.within, q.mode, q.as_of) INTO one;
    answer := answer || one;
  END LOOP;
  RETURN answer; END $$;
SELECT cmp_ok((SELECT count(DISTINCT x) FROM unnest(pg_temp.one_by_one()) x), '>', 15::bigint, 'funnels that differ');
SELECT is(pg_temp.by_record(), pg_temp.one_by_one(), 'each row of a loop has its funnel');
SELECT is((SELECT array_agg(pg_temp.by_variable(j, steps, within, mode, as_of) ORDER BY n) FROM asked, trail), pg_temp.one_by_one(), 'so has each call of a function');
SELECT is((SELECT array_agg(concat_ws(' ', abm.funnel_steps(j, steps, within, mode), abm.funnel_state(j, steps, as_of, within, mode), abm.funnel_times(j, steps, within, mode)) ORDER BY n) FROM asked, trail), pg_temp.one_by_one(), 'and each row of a query');
SELECT * FROM finish();
ROLLBACK;
