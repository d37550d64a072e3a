-- Win rate, deal size, cycle and velocity against published figures and
-- against plain SQL written the slow way.
BEGIN;
SELECT plan(61);
SET LOCAL timezone = 'UTC';

-- Deals by their numbers: so many won, lost, undecided and open ones.
CREATE FUNCTION pg_temp.deals(won int, lost int, undecided int DEFAULT 0, open int DEFAULT 0,
    amount numeric DEFAULT 1, days int DEFAULT 1) RETURNS abm.deals LANGUAGE sql AS $$
  SELECT abm.deal_agg(outcome, deals.amount, date '2024-01-01', date '2024-01-01' + days)
  FROM (VALUES ('won'::abm.deal_outcome, won), ('lost', lost), ('no_decision', undecided), ('open', open)) AS v (outcome, n),
       generate_series(1, n) $$;

-- Intervals of a proportion, computed elsewhere from the definitions in Brown,
-- Cai, DasGupta: Interval estimation for a binomial proportion, 2001.
PREPARE rate_interval AS
  SELECT round(lower::numeric, 12), round(upper::numeric, 12) FROM abm.win_rate_interval(pg_temp.deals($1, $2), 0.95, $3);
SELECT results_eq($$ EXECUTE rate_interval(7, 13, 'jeffreys') $$, $$ VALUES (.172276213632, .567766093841) $$, 'Jeffreys, 7 of 20');
SELECT results_eq($$ EXECUTE rate_interval(0, 4, 'jeffreys') $$, $$ VALUES (0.000000000000, .444762617658) $$, 'Jeffreys, 0 of 4, from 0');
SELECT results_eq($$ EXECUTE rate_interval(4, 0, 'jeffreys') $$, $$ VALUES (.555237382342, 1.000000000000) $$, 'Jeffreys, 4 of 4, up to 1');
SELECT results_eq($$ EXECUTE rate_interval(7, 13, 'wilson') $$, $$ VALUES (.181191824101, .567145723315) $$, 'Wilson, 7 of 20');
SELECT results_eq($$ EXECUTE rate_interval(0, 4, 'wilson') $$, $$ VALUES (0.000000000000, .489890836455) $$, 'Wilson, 0 of 4');
SELECT is_empty($$ SELECT k, method FROM generate_series(0, 12) k, unnest('{jeffreys,wilson}'::text[]) method,
    abm.win_rate_interval(pg_temp.deals(k, 12 - k), 0.95, method) i, abm.win_rate_interval(pg_temp.deals(k, 12 - k), 0.5, method) j
  WHERE NOT (0 <= i.lower AND i.lower <= j.lower AND j.lower <= i.win_rate AND i.win_rate <= j.upper AND j.upper <= i.upper AND i.upper <= 1) $$,
  'a higher level gives a wider interval, inside 0..1, around the rate');
SELECT ok(lower IS NOT NULL AND upper IS NOT NULL, 'a level next to 1 still has an interval')
FROM abm.win_rate_interval(pg_temp.deals(7, 13), 1 - 1.2e-16, 'wilson');

-- Velocity: worked examples.
SELECT is(round(abm.pipeline_velocity(pg_temp.deals(25, 75, 0, 0, 50000, 60))::numeric, 2), 20833.33, '100 * .25 * 50000 / 60');
SELECT is(round(abm.pipeline_velocity(pg_temp.deals(22, 78, 0, 80, 45000, 72), 'open')::numeric, 6), 11000.000000, '80 open * .22 * 45000 / 72');
SELECT is(round(abm.pipeline_velocity(pg_temp.deals(10, 30, 10, 0, 25000, 60))::numeric, 2), 4166.67, '50 * .20 * 25000 / 60');
SELECT is(round(abm.pipeline_velocity(pg_temp.deals(10, 30, 10, 25, 25000, 60), 'created')::numeric, 2), 6250.00, '75 created * .20 * 25000 / 60');

-- The mean's interval.  Source: R, t.test(1:10)$conf.int.
CREATE TEMP TABLE ten AS
  SELECT abm.deal_agg('won', i, date '2024-01-01', date '2024-01-01' + i) AS d FROM generate_series(1, 10) i;
SELECT results_eq($$ SELECT value, round(lower::numeric, 6), round(upper::numeric, 6) FROM ten, abm.velocity_report(d) WHERE metric = 'average_deal_size' $$,
  $$ VALUES (5.5::float8, 3.334149, 7.665851) $$, 'Student''s interval of a mean size');
SELECT results_eq($$ SELECT value, round(lower::numeric, 6), round(upper::numeric, 6) FROM ten, abm.velocity_report(d) WHERE metric = 'won_cycle_mean_days' $$,
  $$ VALUES (5.5::float8, 3.334149, 7.665851) $$, 'Student''s interval of a mean cycle');
-- The median's, between order statistics whose cover a sum of binomials gives.
SELECT is_empty($$
  SELECT m, level, r.lower, r.upper, k
  FROM generate_series(1, 60) m, unnest('{0.5,0.8,0.9,0.95,0.99}'::float8[]) level,
    LATERAL (SELECT abm.deal_agg('won', i, NULL::date, NULL) AS d FROM generate_series(1, m) i) a,
    abm.velocity_report(d, level) r,
    LATERAL (SELECT coalesce(max(k), 0) AS k FROM generate_series(1, m / 2) k
             WHERE (SELECT sum(factorial(m) / factorial(j) / factorial(m - j)) FROM generate_series(0, k - 1) j) / 2::numeric ^ m
                   <= (1 - level::numeric) / 2) b
  WHERE r.metric = 'median_deal_size' AND (r.lower, r.upper) IS DISTINCT FROM (nullif(k, 0)::float8, CASE WHEN k > 0 THEN (m + 1 - k)::float8 END) $$,
  'the interval of a median, n = 1..60');

-- Is a better than b?  With x = sin^2 t the density of Beta(k + 1/2, m + 1/2)
-- is sin(t)^2k cos(t)^2m, and its integrals are sums over a fine grid.
CREATE FUNCTION pg_temp.better(won_a int, lost_a int, won_b int, lost_b int) RETURNS float8 LANGUAGE sql AS $$
  WITH grid AS (
    SELECT i, exp(greatest(-600, 2 * won_a * ln(sin(t)) + 2 * lost_a * ln(cos(t)))) AS a,
      exp(greatest(-600, 2 * won_b * ln(sin(t)) + 2 * lost_b * ln(cos(t)))) AS b
    FROM generate_series(1, 19999) i, LATERAL (SELECT i * pi() / 40000 AS t) g),
  cumulated AS (SELECT a, b, sum(b) OVER (ORDER BY i) - b / 2 AS below FROM grid)
  SELECT sum(a * below) / sum(a) / sum(b) FROM cumulated $$;
SELECT is_empty($$ SELECT v.* FROM (VALUES (1, 1, 2, 3), (7, 13, 3, 20), (19, 83, 11, 91), (2, 30, 30, 200), (60, 40, 5, 5), (1, 5, 5, 1)) AS v (a, b, c, d)
  WHERE abs(abm.probability_better(pg_temp.deals(a, b), pg_temp.deals(c, d)) - pg_temp.better(a, b, c, d)) > 1e-6 $$,
  'probability_better against numerical integration');
SELECT is_empty($$ SELECT v.* FROM (VALUES (1, 1, 2, 3), (0, 9, 9, 0), (3, 4, 20000, 30000), (20000, 30000, 20100, 29900)) AS v (a, b, c, d)
  WHERE abs(abm.probability_better(pg_temp.deals(a, b), pg_temp.deals(c, d)) + abm.probability_better(pg_temp.deals(c, d), pg_temp.deals(a, b)) - 1) > 1e-12 $$,
  'either a or b is better, also when one is known far better than the other');
SELECT ok(abs(abm.probability_better(d, d) - 0.5) < 1e-12, 'nothing is better than itself') FROM (SELECT pg_temp.deals(7, 13) AS d) x;
SELECT ok(p >= 1e-12 AND q <= 1 - 1e-12 AND p < 1e-6, 'never certain')
FROM (SELECT abm.probability_better(pg_temp.deals(0, 5000), pg_temp.deals(5000, 0)) AS p,
             abm.probability_better(pg_temp.deals(5000, 0), pg_temp.deals(0, 5000)) AS q) x;
SELECT is(abm.probability_better(pg_temp.deals(1, 0, 2), pg_temp.deals(2, 1)), abm.probability_better(pg_temp.deals(1, 2), pg_temp.deals(2, 1)),
  'no decision counts as not won');
SELECT is(abm.probability_better(pg_temp.deals(5, 5), pg_temp.deals(0, 0, 0, 9)), NULL, 'nothing closed on one side: not known');

-- Random deals: amounts with up to four decimals, some negative; everything
-- unknown now and then; some that closed before they opened; one currency a
-- segment.
SELECT setseed(0.42);
CREATE TEMP TABLE deal AS
  SELECT id, id % 13 AS segment, outcome, amount, opened_at,
    CASE WHEN r5 > 0.1 THEN opened_at + (r6 * r6 * 200 - 5) * interval '1 day' END AS closed_at
  FROM (SELECT id, random() AS r5, random() AS r6,
          (ARRAY['open', 'won', 'won', 'lost', 'lost', 'no_decision', NULL])[1 + floor(random() * 7)]::abm.deal_outcome AS outcome,
          CASE WHEN random() > 0.1 THEN round((random() * 1e5 - 5e3)::numeric, (random() * 4)::int) END AS amount,
          CASE WHEN random() > 0.1 THEN timestamptz '2023-01-01' + random() * interval '400 days' END AS opened_at
        FROM generate_series(1, 4000) id) x;
CREATE TEMP TABLE segment AS SELECT segment, abm.deal_agg(outcome, amount, opened_at, closed_at) AS d FROM deal GROUP BY segment;
-- The rules in SQL: no outcome, no deal; closed before opened, none either;
-- an open deal has no cycle.
CREATE TEMP TABLE good AS
  SELECT *, CASE WHEN outcome <> 'open' THEN extract(epoch FROM closed_at - opened_at)::float8 / 86400 END AS cycle
  FROM deal WHERE outcome IS NOT NULL AND (outcome = 'open' OR (closed_at < opened_at) IS NOT TRUE);
CREATE TEMP TABLE population (name text, members abm.deal_outcome[]);
INSERT INTO population VALUES ('created', '{open,won,lost,no_decision}'), ('open', '{open}'), ('closed', '{won,lost,no_decision}'),
  ('decided', '{won,lost}'), ('won', '{won}'), ('lost', '{lost}'), ('no_decision', '{no_decision}');
CREATE TEMP TABLE slow AS
  SELECT segment, name, d, x.*
  FROM segment s, population p, LATERAL (
    SELECT count(*) AS n, sum(amount) AS value, avg(amount) AS mean_size,
      array_agg(amount ORDER BY amount) FILTER (WHERE amount IS NOT NULL) AS amounts,
      avg(cycle) AS mean_cycle, array_agg(cycle ORDER BY cycle) FILTER (WHERE cycle IS NOT NULL) AS cycles
    FROM good g WHERE g.segment = s.segment AND g.outcome = ANY (p.members)) x;

SELECT is_empty($$ SELECT segment, name FROM slow WHERE abm.deal_count(d, name) <> n $$, 'counts');
SELECT is_empty($$ SELECT segment FROM segment s WHERE abm.deals_invalid(d)
  <> (SELECT count(*) FROM deal x WHERE x.segment = s.segment AND outcome <> 'open' AND closed_at < opened_at) $$, 'rows that closed before they opened');
SELECT is_empty($$ SELECT segment, name FROM slow WHERE abm.deal_value(d, name) IS DISTINCT FROM value $$, 'sums are exact');
SELECT is_empty($$ SELECT segment, name FROM slow WHERE abm.deal_size(d, 'mean', name)::text IS DISTINCT FROM mean_size::text $$,
  'means are those of avg(), to the last digit');
SELECT is_empty($$
  SELECT segment, name, percent FROM slow, (VALUES ('median', 50), ('p10', 10), ('p25', 25), ('p75', 75), ('p90', 90)) v (how, percent)
  WHERE abm.deal_size(d, how, name) IS DISTINCT FROM (
    SELECT amounts[1 + i] + (amounts[least(2 + i, cardinality(amounts))] - amounts[1 + i]) * ((cardinality(amounts) - 1) * percent % 100) / 100
    FROM (SELECT (cardinality(amounts) - 1) * percent / 100 AS i) x) $$, 'percentiles of amounts are exact');
SELECT is_empty($$
  SELECT segment, name, how FROM slow, (VALUES ('median', 0.5), ('p10', 0.1), ('p25', 0.25), ('p75', 0.75), ('p90', 0.9)) v (how, part)
  WHERE NOT coalesce(abs(abm.sales_cycle_days(d, how, name) - (SELECT percentile_cont(part) WITHIN GROUP (ORDER BY c) FROM unnest(cycles) c)) < 1e-9,
                     abm.sales_cycle_days(d, how, name) IS NULL AND cycles IS NULL) $$, 'percentiles of cycles are those of percentile_cont()');
SELECT is_empty($$ SELECT segment, name FROM slow
  WHERE NOT coalesce(abs(abm.sales_cycle_days(d, 'mean', name) - mean_cycle) < 1e-9, abm.sales_cycle_days(d, 'mean', name) IS NULL AND mean_cycle IS NULL) $$,
  'mean cycles');
SELECT is_empty($$ SELECT segment FROM segment, LATERAL (
    SELECT count(*) FILTER (WHERE outcome = 'won')::float8 AS won, count(*) FILTER (WHERE outcome <> 'open') AS closed,
      count(*) FILTER (WHERE outcome IN ('won', 'lost')) AS decided, count(*) AS created,
      (sum(amount) FILTER (WHERE outcome = 'won') / sum(amount) FILTER (WHERE outcome <> 'open'))::float8 AS by_amount
    FROM good WHERE good.segment = segment.segment) s
  WHERE abm.win_rate(d) <> won / closed OR abm.win_rate(d, 'decided') <> won / decided OR abm.win_rate(d, 'created') <> won / created
    OR abs(abm.win_rate(d, 'amount') - by_amount) > 1e-15 $$, 'win rates');
SELECT is(count(abm.win_rate(d, 'amount')), count(*), 'none of them is NULL') FROM segment;

-- Velocity and its interval by the delta method, with plain aggregates.
CREATE TEMP TABLE slow_velocity AS
  SELECT segment, d, v, v * exp(-1.959963984540054 * se) AS lower, v * exp(1.959963984540054 * se) AS upper, closed, open
  FROM (SELECT s.segment, s.d, closed, open, closed * rate * size / cycle AS v,
          sqrt((1 - rate) / won + vs / ns / size ^ 2 + vc / nc / cycle ^ 2 - 2 * cov * nb / ns / nc / size / cycle) AS se
        FROM segment s, LATERAL (
          SELECT count(*) FILTER (WHERE w)::float8 AS won, count(*) FILTER (WHERE outcome <> 'open') AS closed,
            count(*) FILTER (WHERE outcome = 'open') AS open,
            count(*) FILTER (WHERE w)::float8 / count(*) FILTER (WHERE outcome <> 'open') AS rate,
            avg(amount::float8) FILTER (WHERE w) AS size, avg(cycle) FILTER (WHERE w) AS cycle,
            var_samp(amount::float8) FILTER (WHERE w) AS vs, var_samp(cycle) FILTER (WHERE w) AS vc,
            count(amount) FILTER (WHERE w)::float8 AS ns, count(cycle) FILTER (WHERE w)::float8 AS nc,
            count(amount + cycle::numeric) FILTER (WHERE w)::float8 AS nb,
            sum((amount::float8 - ma) * (cycle - mc)) FILTER (WHERE w) / (count(amount + cycle::numeric) FILTER (WHERE w) - 1) AS cov
          FROM (SELECT *, outcome = 'won' AS w, avg(amount::float8) FILTER (WHERE outcome = 'won') OVER () AS ma,
                  avg(cycle) FILTER (WHERE outcome = 'won') OVER () AS mc
                FROM good WHERE good.segment = s.segment) x) y) z;
SELECT is_empty($$ SELECT segment FROM slow_velocity WHERE NOT abs(abm.pipeline_velocity(d) / v - 1) < 1e-12
  OR NOT abs(abm.pipeline_velocity(d, 'open') / (v / closed * open) - 1) < 1e-12 $$, 'velocity');
SELECT is_empty($$ SELECT segment, r.* FROM slow_velocity s, abm.velocity_report(d) r
  WHERE metric = 'velocity_per_day' AND NOT (abs(value / v - 1) < 1e-12 AND abs(r.lower / s.lower - 1) < 1e-10 AND abs(r.upper / s.upper - 1) < 1e-10) $$,
  'the interval of velocity');
SELECT is_empty($$ SELECT metric FROM segment, abm.velocity_report(d) WHERE value IS NULL OR lower > value OR value > upper $$,
  'every figure of a report lies in its interval');
SELECT is_empty($$ SELECT segment, metric FROM segment, abm.velocity_report(d) WHERE value <> CASE metric
    WHEN 'created' THEN abm.deal_count(d) WHEN 'open' THEN abm.deal_count(d, 'open') WHEN 'closed' THEN abm.deal_count(d, 'closed')
    WHEN 'won' THEN abm.deal_count(d, 'won') WHEN 'lost' THEN abm.deal_count(d, 'lost') WHEN 'no_decision' THEN abm.deal_count(d, 'no_decision')
    WHEN 'invalid' THEN abm.deals_invalid(d) WHEN 'win_rate' THEN abm.win_rate(d) WHEN 'win_rate_decided' THEN abm.win_rate(d, 'decided')
    WHEN 'win_rate_by_amount' THEN abm.win_rate(d, 'amount') WHEN 'won_cycle_mean_days' THEN abm.sales_cycle_days(d, 'mean')
    WHEN 'won_cycle_median_days' THEN abm.sales_cycle_days(d) WHEN 'lost_cycle_mean_days' THEN abm.sales_cycle_days(d, 'mean', 'lost')
    WHEN 'closed_cycle_mean_days' THEN abm.sales_cycle_days(d, 'mean', 'closed') WHEN 'velocity_per_day' THEN abm.pipeline_velocity(d)
    WHEN 'open_velocity_per_day' THEN abm.pipeline_velocity(d, 'open') ELSE value END $$, 'the report and the single figures agree');

-- Rules.
SELECT is(abm.deal_count(abm.deal_agg(NULL, 1, date '2024-01-01', NULL)), NULL, 'a deal without outcome is left out');
SELECT is(abm.win_rate(pg_temp.deals(0, 0, 0, 3)), NULL, 'no closed deal: no win rate, not 0');
SELECT is(abm.win_rate(pg_temp.deals(0, 0, 0, 3), 'created'), 0::float8, 'but none of the created ones was won');
SELECT is(abm.win_rate(pg_temp.deals(1, 2, 1)), 0.25::float8, 'no decision is in the denominator');
SELECT is(abm.sales_cycle_days(abm.deal_agg('open', 1, date '2024-01-01', date '2024-02-01'), 'mean', 'created'), NULL, 'a reopened deal is open and has no cycle');
SELECT is(abm.win_rate(abm.deal_agg(o::abm.deal_outcome, a, NULL::date, NULL), 'amount'), NULL, 'negative amounts make no share')
FROM (VALUES ('won', 10), ('lost', -5)) AS v (o, a);
SELECT is(abm.deal_value(abm.deal_agg('won', a, NULL::date, NULL)), 0.300000000000000000000000000003, 'thirty decimals are exact')
FROM (VALUES (0.1), (0.1), (0.1), (0.000000000000000000000000000003)) AS v (a);
SELECT ok(value IS NOT NULL AND lower IS NULL AND upper IS NULL, 'no infinite bound when the mean amount is next to 0')
FROM (SELECT abm.deal_agg('won', a, date '2024-01-01', c) AS d FROM (VALUES (1e12, date '2024-01-03'), (1e-3 - 1e12, '2024-01-09')) AS v (a, c)) x,
     abm.velocity_report(d) WHERE metric = 'velocity_per_day';
SELECT is(abm.sales_cycle_days(abm.deal_agg('won', 1, t, t)), 0::float8, 'a deal may close when it opens')
FROM (SELECT timestamptz '2024-01-01') AS v (t);
-- The zone of the session does not matter: a state knows moments.
SET LOCAL timezone = 'America/New_York';
SELECT is_empty($$ SELECT segment FROM segment WHERE abm.merge(d, NULL)::text <> (
  SELECT abm.deal_agg(outcome, amount, opened_at, closed_at) FROM deal WHERE deal.segment = segment.segment)::text $$, 'the same state in every time zone');
SELECT is_empty($$ SELECT days FROM generate_series(0, 800) days GROUP BY days
  HAVING abm.sales_cycle_days(abm.deal_agg('won', 1, date '2023-01-01', date '2023-01-01' + days)) <> days $$, 'dates make whole days');
SET LOCAL timezone = 'UTC';

-- Errors.
CREATE TEMP TABLE fault (code text, query text);
INSERT INTO fault VALUES
  ('22003', $$ SELECT abm.deal_agg('won', 'NaN', NULL::date, NULL) $$),
  ('22003', $$ SELECT abm.deal_agg('won', 'Infinity', NULL::date, NULL) $$),
  ('22003', $$ SELECT abm.deal_agg('won', 1e39, NULL::date, NULL) $$),
  ('22003', $$ SELECT abm.deal_agg('won', 1e-31, NULL::date, NULL) $$),
  ('22003', $$ SELECT abm.deal_agg('won', a, NULL::date, NULL) FROM unnest('{1e30,0.000000001}'::numeric[]) a $$),
  ('22008', $$ SELECT abm.deal_agg('won', 1, 'infinity'::timestamptz, NULL) $$),
  ('22008', $$ SELECT abm.deal_agg('lost', 1, NULL::timestamptz, '-infinity') $$),
  ('22008', $$ SELECT abm.deal_agg('won', 1, NULL::date, 'infinity') $$),
  ('22023', $$ SELECT abm.deal_agg('won', 1, NULL::date, NULL, c) FROM unnest('{EUR,USD}'::text[]) c $$),
  ('22023', $$ SELECT abm.deal_agg('won', 1, NULL::date, NULL, 'EURO') $$),
  ('22023', $$ SELECT abm.rollup(d) FROM (SELECT abm.deal_agg('won', 1, NULL::date, NULL, c) AS d FROM unnest('{EUR,USD}'::text[]) c GROUP BY c) x $$),
  ('22023', $$ SELECT abm.win_rate(d, 'count') FROM ten $$),
  ('22023', $$ SELECT abm.win_rate_interval(d, 1) FROM ten $$),
  ('22023', $$ SELECT abm.win_rate_interval(d, 'NaN') FROM ten $$),
  ('22023', $$ SELECT abm.velocity_report(d, 0) FROM ten $$),
  ('22P02', $$ SELECT 'x'::abm.deals $$);
CREATE FUNCTION pg_temp.state_of(query text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN EXECUTE query; RETURN 'no error'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SELECT is(pg_temp.state_of(query), code, code || ':' || query) FROM fault;
-- Ten million deals are the limit, also for two states put together.
DO $$ DECLARE d abm.deals := pg_temp.deals(1000, 0); BEGIN
  FOR i IN 1..13 LOOP d := abm.merge(d, d); END LOOP; d := abm.merge(d, d);
  EXCEPTION WHEN program_limit_exceeded THEN PERFORM set_config('test.limit', SQLERRM, true); END $$;
SELECT is(current_setting('test.limit', true), 'deals state exceeds its limit of 10000000 deals', 'the limit of a state');

SELECT * FROM finish();
ROLLBACK;
