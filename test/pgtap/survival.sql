-- Time to an event against R, against published answers and against plain
-- SQL written the slow way.
\i test/begin.sql
\set there `ls "$ABM_DATA"/*/maven_survival.csv "$ABM_DATA"/*/telco_km.csv "$ABM_DATA"/*/olist_km.csv >/dev/null 2>&1 && echo true || echo false`
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';

-- Ten deals.  Source of all figures: R 4.2, package survival 3.5-3:
--   t <- c(10,20,20,30,30,40,50,60,60,90); c <- c(1,2,1,0,2,1,2,0,1,0)
--   survfit(Surv(t, c > 0) ~ 1, conf.type = "log-log")
--   survfit(Surv(t, factor(c)) ~ 1, conf.type = "log-log")
--   survdiff(Surv(t, c == k) ~ rep(1:2, 5)), print(survfit(..), rmean = 70)
CREATE TEMP TABLE ten AS
  SELECT id, days, cause, weight, entry FROM unnest('{10,20,20,30,30,40,50,60,60,90}'::float8[], '{1,2,1,0,2,1,2,0,1,0}'::int[],
    '{1,2,1.5,1,3,1,.5,2,1,1}'::float8[], '{0,5,0,10,0,25,20,0,30,40}'::float8[]) WITH ORDINALITY u(days, cause, weight, entry, id);
CREATE TEMP TABLE g5 AS SELECT abm.survival_agg(days, cause) AS s FROM ten;
SELECT results_eq($$ SELECT day, round(survival::numeric, 9), round(std_err::numeric, 9), round(lower::numeric, 9), round(upper::numeric, 9) FROM g5, abm.kaplan_meier(s) $$,
  $$ VALUES (10::float8, .900000000, .094868330, .473009271, .985281393), (20, .700000000, .144913767, .328716593, .891949041),
       (30, .600000000, .154919334, .252668897, .827220967), (40, .480000000, .163951212, .160854669, .744665727),
       (50, .360000000, .160996894, .089871505, .648422637), (60, .240000000, .145327217, .037698468, .537252888),
       (90, .240000000, .145327217, .037698468, .537252888) $$, 'Kaplan-Meier, Greenwood, log-log interval as R');
SELECT results_eq($$ SELECT cause, day, round(probability::numeric, 9), round(std_err::numeric, 9), round(lower::numeric, 9), round(upper::numeric, 9)
    FROM g5, abm.cumulative_incidence(s) $$,
  $$ VALUES (1, 10::float8, .100000000, .094868330, .005723456, .358127461), (1, 20, .200000000, .126491106, .030909024, .474714690),
       (1, 30, .200000000, .126491106, .030909024, .474714690), (1, 40, .320000000, .153883072, .073849521, .607591239),
       (1, 50, .320000000, .153883072, .073849521, .607591239), (1, 60, .440000000, .165891531, .132725591, .716229112),
       (2, 10, .000000000, NULL, NULL, NULL), (2, 20, .100000000, .094868330, .005723456, .358127461),
       (2, 30, .200000000, .126491106, .030909024, .474714690), (2, 40, .200000000, .126491106, .030909024, .474714690),
       (2, 50, .320000000, .153883072, .073849521, .607591239), (2, 60, .320000000, .153883072, .073849521, .607591239) $$,
  'Aalen-Johansen with its error and interval as R');
SELECT results_eq($$ SELECT abm.median_time(s), round(a.mean_days::numeric, 6), round(a.std_err::numeric, 6), round(b.mean_days::numeric, 6), round(b.std_err::numeric, 6)
    FROM g5, abm.restricted_mean(s, 70) a, abm.restricted_mean(s, 45) b $$, $$ VALUES (40::float8, 42.800000, 6.815277, 34.400000, 4.013976) $$,
  'median and restricted mean as R');
CREATE FUNCTION pg_temp.halves(cause int DEFAULT NULL) RETURNS TABLE (chi2 numeric, p numeric, a float8, e numeric) LANGUAGE sql AS $$
  SELECT round(t.chi2::numeric, 9), round(p_value::numeric, 9), observed_a, round(expected_a::numeric, 9)
  FROM (SELECT abm.survival_agg(days, ten.cause) FILTER (WHERE id % 2 = 1) AS a, abm.survival_agg(days, ten.cause) FILTER (WHERE id % 2 = 0) AS b FROM ten) g,
    LATERAL (SELECT * FROM abm.logrank_test(a, b) WHERE halves.cause IS NULL UNION ALL SELECT * FROM abm.logrank_test(a, b, halves.cause) WHERE halves.cause IS NOT NULL) t $$;
SELECT results_eq('SELECT * FROM pg_temp.halves(1)', 'VALUES (1.822757112, .176985440, 3::float8, 1.677777778)', 'log-rank test of winning as R');
SELECT results_eq('SELECT chi2, a, e FROM pg_temp.halves(2)', 'VALUES (.529931222, 2::float8, 1.373015873)', 'log-rank test of losing as R');
SELECT results_eq('SELECT chi2, a, e FROM pg_temp.halves()', 'VALUES (2.317814468, 5::float8, 3.050793651)', 'log-rank test of any end as R');
-- survfit(Surv(e, t, c > 0) ~ 1, conf.type = "log-log", weights = w, robust = FALSE)
SELECT results_eq($$ SELECT day, at_risk, round(survival::numeric, 9), round(std_err::numeric, 9), round(lower::numeric, 9)
    FROM (SELECT abm.survival_agg(days, cause, weight, entry) AS s FROM ten) x, abm.kaplan_meier(s) $$,
  $$ VALUES (10::float8, 9.5::float8, .894736842, .099568979, .453664666), (20, 9.5, .565096953, .153502021, .234419415), (30, 7.5, .339058172, .136752841, .105783110),
       (40, 4.5, .263711911, .125413900, .068408091), (50, 4.5, .234410588, .118126689, .056932901), (60, 4, .175807941, .102101810, .035228615),
       (90, 1, .175807941, .102101810, .035228615) $$, 'weights and entry times as R');

-- Random spells with many ties, causes 0..3, weights and late entries, by the
-- definitions in SQL.
SELECT setseed(0.42);
CREATE TEMP TABLE spell AS
  SELECT id, id % 4 AS k, floor(random() * random() * 60) AS days, (random() * 3)::int AS cause, (1 + floor(random() * 8)) / 4 AS weight,
    CASE WHEN random() < 0.3 THEN floor(random() * 25) ELSE 0 END AS entry FROM generate_series(1, 1200) id;
CREATE TEMP TABLE part AS
  SELECT k, abm.survival_agg(days, cause, weight, CASE WHEN k % 2 = 0 THEN 0 ELSE entry END) AS s FROM spell GROUP BY k;
CREATE TEMP TABLE good AS
  SELECT k, days, cause, weight, CASE WHEN k % 2 = 0 THEN 0 ELSE entry END AS entry FROM spell WHERE k % 2 = 0 OR entry = 0 OR entry < days;
CREATE TEMP TABLE slow AS
  SELECT k, day, n, d, d1, c, exp(sum(ln(nullif(1 - d / n, 0))) OVER before) AS s_before, d1 / n AS g, d / n AS h
  FROM (SELECT k, day, (SELECT sum(weight) FROM good g WHERE g.k = t.k AND g.days >= day AND (entry = 0 OR entry < day)) AS n,
          (SELECT coalesce(sum(weight), 0) FROM good g WHERE g.k = t.k AND g.days = day AND cause > 0) AS d,
          (SELECT coalesce(sum(weight), 0) FROM good g WHERE g.k = t.k AND g.days = day AND cause = 1) AS d1,
          (SELECT coalesce(sum(weight), 0) FROM good g WHERE g.k = t.k AND g.days = day AND cause = 0) AS c
        FROM (SELECT DISTINCT k, days AS day FROM good) t) x
  WINDOW before AS (PARTITION BY k ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
UPDATE slow SET s_before = 1 WHERE s_before IS NULL;
CREATE TEMP TABLE slow_curve AS
  SELECT k, day, n, d, d1, c, g, h, s_before, s_before * (1 - h) AS survival, sum(s_before * g) OVER up_to AS incidence,
    s_before * (1 - h) * sqrt(sum(d / (n * nullif(n - d, 0))) OVER up_to) AS error FROM slow WINDOW up_to AS (PARTITION BY k ORDER BY day);
SELECT cmp_ok((SELECT count(*) FROM slow_curve), '>', 150::bigint, 'ages compared');
SELECT is_empty($$ SELECT k, f.*, w FROM (SELECT k, x.* FROM part, abm.kaplan_meier(s) x) f FULL JOIN slow_curve w USING (k, day)
  WHERE (at_risk = w.n AND events = w.d AND censored = w.c AND abs(f.survival - w.survival) < 1e-12
    AND (w.survival > 1 - 1e-12 OR w.survival < 1e-12 OR abs(std_err - w.error) < 1e-12)) IS NOT TRUE $$, 'Kaplan-Meier by its definition');
SELECT is_empty($$ SELECT k, f.*, w FROM (SELECT k, x.* FROM part, abm.cumulative_incidence(s) x WHERE cause = 1) f
    FULL JOIN (SELECT * FROM slow_curve WHERE d > 0) w USING (k, day)
  WHERE (at_risk = w.n AND events = w.d1 AND abs(probability - w.incidence) < 1e-12) IS NOT TRUE $$, 'Aalen-Johansen by its definition');
-- Gaynor et al. 1993: the variance as one sum
SELECT is_empty($$
  SELECT k, day, std_err, sqrt(v) FROM (SELECT k, x.* FROM part, abm.cumulative_incidence(s) x WHERE cause = 1) f JOIN slow_curve t USING (k, day),
    LATERAL (SELECT sum((t.incidence - u.incidence) ^ 2 * d / (n * nullif(n - d, 0)) + s_before ^ 2 * d1 * (n - d1) / n ^ 3
                        - 2 * (t.incidence - u.incidence) * s_before * d1 / n ^ 2) AS v FROM slow_curve u WHERE u.k = t.k AND u.day <= t.day) y
  WHERE t.survival > 1e-12 AND abs(coalesce(std_err, 0) - sqrt(v)) > 1e-11 $$, 'its error by the sum of Gaynor et al.');
SELECT is_empty($$ SELECT k, day, sum(probability), 1 - abm.survival_at(s, day) FROM part, abm.cumulative_incidence(s)
  GROUP BY k, s::text, day, abm.survival_at(s, day) HAVING abs(sum(probability) - 1 + abm.survival_at(s, day)) > 1e-12 $$, 'incidences of all causes and survival make 1');
SELECT is_empty($$ SELECT * FROM part, abm.kaplan_meier(s) x, abm.kaplan_meier(s, 0.5) y
  WHERE x.day = y.day AND (x.lower <= y.lower AND y.lower <= x.survival AND x.survival <= y.upper AND y.upper <= x.upper AND x.lower >= 0 AND x.upper <= 1) IS FALSE $$,
  'a higher level gives a wider interval, inside 0..1, around the curve');
SELECT is_empty($$ SELECT k, x.* FROM (SELECT k, abm.survival_agg(days + 1, 1, weight) AS s FROM spell GROUP BY k) g, LATERAL (SELECT * FROM abm.cumulative_incidence(s) ORDER BY day DESC LIMIT 1) x
  WHERE (abs(probability - 1) < 1e-12 AND probability <= 1 AND abm.ultimate_rate(s) <= 1 AND num_nulls(std_err, lower, upper) = 3) IS NOT TRUE $$, 'when all has ended by one cause: 1, and no error known');
SELECT is_empty($$ SELECT k, age FROM part p, generate_series(0, 60, 0.5) age
  WHERE abm.survival_at(s, age::float8) IS DISTINCT FROM (SELECT CASE WHEN age <= max(day) OR min(survival) = 0 THEN coalesce((array_agg(survival ORDER BY day DESC) FILTER (WHERE day <= age))[1], 1) END
    FROM abm.kaplan_meier(s)) $$, 'survival_at looks up the curve');
SELECT is_empty($$ SELECT k, p, abm.time_quantile(s, p), q FROM part, unnest('{0.01,0.1,0.25,0.5,0.6,0.75,0.9,0.99}'::float8[]) p,
    LATERAL (SELECT min(day) AS q FROM abm.kaplan_meier(s) WHERE survival <= 1 - p + 1e-12) x WHERE abm.time_quantile(s, p) IS DISTINCT FROM q $$, 'quantiles look it up the other way');
SELECT is_empty($$ SELECT k, h, m FROM part, unnest('{1,7.5,20,40}'::float8[]) h, abm.restricted_mean(s, h) m,
    LATERAL (SELECT sum(abm.survival_at(s, (i + 0.5) / 100)) / 100 AS area FROM generate_series(0, (h * 100)::int - 1) i) x WHERE abs(mean_days - area) > 1e-9 $$, 'the restricted mean is the area under the curve');
SELECT is_empty($$ SELECT k, a, h, c FROM part, generate_series(0, 45, 2.5) a, unnest('{0.5,3,10,30}'::float8[]) h, generate_series(1, 3) c,
    LATERAL (SELECT coalesce(max(probability) FILTER (WHERE day <= a), 0) AS f, coalesce(max(probability) FILTER (WHERE day <= a + h), 0) AS g
             FROM abm.cumulative_incidence(s) WHERE cause = c) x,
    LATERAL (SELECT abm.win_probability(s, a::float8, h, c) AS p, abm.survival_at(s, a::float8) AS open, max(day) AS last FROM abm.kaplan_meier(s)) y
  WHERE CASE WHEN a >= last OR open = 0 THEN p IS NOT NULL ELSE (abs(p - greatest(1e-12, least(1 - 1e-12, (g - f) / open))) < 1e-12) IS NOT TRUE END $$,
  'win_probability: (F(age + horizon) - F(age)) / S(age)');
SELECT is_empty($$ SELECT * FROM part, generate_series(0, 40) a, abm.win_probability(s, a, 5) p, abm.win_probability(s, a, 9) q WHERE q < p $$, 'a longer horizon is never worse');
-- log-rank by its definition
SELECT is_empty($$
  WITH w AS (SELECT x.k AS a, y.k AS b, u.* FROM part x, part y, LATERAL (
      SELECT sum(d1) AS o, sum(e) AS e, sum(v) AS v FROM (
        SELECT d1, (d1 + d2) * n1 / (n1 + n2) AS e, CASE WHEN n1 + n2 > 1 THEN (d1 + d2) * n1 * n2 * (n1 + n2 - d1 - d2) / ((n1 + n2) ^ 2 * (n1 + n2 - 1)) ELSE 0 END AS v
        FROM (SELECT days AS t, coalesce(sum(weight) FILTER (WHERE k = x.k AND cause = 1), 0) AS d1, coalesce(sum(weight) FILTER (WHERE k = y.k AND cause = 1), 0) AS d2
              FROM good WHERE k IN (x.k, y.k) GROUP BY days) m,
          LATERAL (SELECT coalesce(sum(weight) FILTER (WHERE k = x.k), 0) AS n1, coalesce(sum(weight) FILTER (WHERE k = y.k), 0) AS n2
                   FROM good WHERE days >= t AND (entry = 0 OR entry < t)) r WHERE d1 + d2 > 0) z) u WHERE x.k < y.k)
  SELECT w.*, l.* FROM w, part x, part y, abm.logrank_test(x.s, y.s, 1) l WHERE x.k = a AND y.k = b
    AND NOT (abs(l.observed_a - o) < 1e-9 AND abs(l.expected_a - e) < 1e-9 AND abs(l.chi2 - (o - e) ^ 2 / v) < 1e-9
      AND abs(l.observed_a + l.observed_b - l.expected_a - l.expected_b) < 1e-9) $$, 'log-rank test by its definition');

-- One call site, many states: each is answered from its own curve, also when
-- there are more than are kept, also through storage.
CREATE TEMP TABLE many AS
  SELECT n AS k, abm.survival_agg(days + n, cause) AS s FROM spell, generate_series(1, 40) n GROUP BY n;
ALTER TABLE many ALTER s SET STORAGE external;
CREATE TEMP TABLE answer AS SELECT k, a, c, NULL::float8 AS alone FROM many, generate_series(0, 40, 7) a, generate_series(1, 2) c;
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT k, a, c FROM answer LOOP
    EXECUTE format('UPDATE answer SET alone = (SELECT abm.win_probability(%L::abm.survival, %s, 10, %s)) WHERE k = %s AND a = %2$s AND c = %3$s',
      (SELECT s FROM many WHERE k = r.k), r.a, r.c, r.k);
  END LOOP; END $$;
SELECT is_empty($$ SELECT * FROM answer JOIN many USING (k) WHERE abm.win_probability(s, a, 10, c) IS DISTINCT FROM alone $$, 'many states in one query');
SELECT is_empty($$ SELECT * FROM (SELECT * FROM answer JOIN many USING (k) ORDER BY a, c, k OFFSET 0) x WHERE abm.win_probability(s, a, 10, c) IS DISTINCT FROM alone $$, '… in turn');
SELECT is_empty($$ SELECT * FROM answer a WHERE abm.win_probability((SELECT abm.rollup(s) FROM many m WHERE m.k = a.k), a, 10, c) IS DISTINCT FROM alone $$, '… and made for each row');

-- The simulation behind the rule for open deals: a quarter is won, losses come
-- sooner than wins, and what is young is still open.
CREATE TEMP TABLE truth AS
  SELECT won, start, CASE WHEN won THEN 120 ELSE 60 END * -ln(1 - r) AS days
  FROM (SELECT random() < 0.25 AS won, random() * 720 AS start, random() AS r FROM generate_series(1, 20000)) x;
CREATE TEMP TABLE seen AS
  SELECT CASE WHEN start + days > 720 THEN 'open' WHEN won THEN 'won' ELSE 'lost' END::abm.deal_outcome AS outcome,
    timestamptz '2022-01-01' + start * interval '1 day' AS opened_at, timestamptz '2022-01-01' + (start + days) * interval '1 day' AS closed_at FROM truth;
CREATE TEMP TABLE simulated AS SELECT abm.deal_survival_agg(outcome, opened_at, closed_at, timestamptz '2022-01-01' + interval '720 days') AS s, abm.deal_agg(outcome, 1, opened_at, closed_at) AS d FROM seen;
SELECT cmp_ok(abm.win_rate(d), '<', 0.24::float8, 'of closed deals too few are won') FROM simulated;
SELECT cmp_ok(abm.win_rate(d, 'created'), '<', 0.22::float8, 'of all deals even fewer') FROM simulated;
SELECT ok(abs(abm.ultimate_rate(s) - 0.25) < 0.01, 'Aalen-Johansen is right') FROM simulated;
SELECT ok(lower < 0.25 AND 0.25 < upper AND upper - lower < 0.02, 'and its interval holds the truth')
FROM simulated, LATERAL (SELECT * FROM abm.cumulative_incidence(s) WHERE cause = 1 ORDER BY day DESC LIMIT 1) x;
SELECT ok(upper - lower BETWEEN 0 AND 0.01 AND lower = abm.ultimate_rate(s), 'little is undetermined after two years') FROM simulated, abm.ultimate_bounds(s);
SELECT ok(abm.sales_cycle_days(d, 'mean') < 110 AND abs(mean_days - 75) < 1.5, 'as with cycles') FROM simulated, abm.restricted_mean(s, 500);
SELECT is_empty($$ SELECT a, p FROM simulated, unnest('{0,30,100,200}'::float8[]) a, abm.win_probability(s, a, 90) p,
    LATERAL (SELECT avg((won AND days <= a + 90)::int)::float8 AS t FROM truth WHERE days > a) x WHERE abs(p - t) > 0.02 $$, 'and win_probability tells what will be');
SELECT results_eq($$ SELECT round(abm.win_rate(d)::numeric, 3), round(i.lower::numeric, 3), round(i.upper::numeric, 3), round(abm.win_rate(d, 'created')::numeric, 3), round(abm.ultimate_rate(s)::numeric, 3),
    round(c.lower::numeric, 3), round(c.upper::numeric, 3), round(v.value::numeric, 1), round(m.mean_days::numeric, 1), array(SELECT round(abm.win_probability(s, a, 90)::numeric, 3) FROM unnest('{0,100,200}'::float8[]) a)
    FROM simulated, abm.win_rate_interval(d) i, abm.velocity_report(d) v, abm.restricted_mean(s, 500) m,
      LATERAL (SELECT * FROM abm.cumulative_incidence(s) WHERE cause = 1 ORDER BY day DESC LIMIT 1) c WHERE v.metric = 'closed_cycle_mean_days' $$,
  $$ VALUES (.234, .228, .240, .210, .252, .246, .259, 64.0, 74.2, '{.132,.236,.349}'::numeric[]) $$, 'the figures that README tells');
-- deals that were imported in mid-life
SELECT ok(abs(abm.median_time(b) - abm.median_time(a)) < 2 AND abm.median_time(c) > abm.median_time(a) + 10, 'entry times undo the bias of an import that dropped the closed')
FROM (SELECT abm.deal_survival_agg(outcome, opened_at, closed_at, as_of) AS a,
        abm.deal_survival_agg(outcome, opened_at, closed_at, as_of, greatest(opened_at, import)) FILTER (WHERE closed_at > import) AS b,
        abm.deal_survival_agg(outcome, opened_at, closed_at, as_of) FILTER (WHERE closed_at > import) AS c
      FROM seen, (VALUES (timestamptz '2022-01-01' + interval '360 days', timestamptz '2022-01-01' + interval '720 days')) v (import, as_of)) x;

\if :there
\i test/maven_deals.sql
\i test/olist_leads.sql
\set work `mktemp -d`
\setenv WORK :work
\! cut -d, -f6,16,21 "$ABM_DATA/telco_churn/telco_customer_churn.csv" >"$WORK/telco.csv"
CREATE TEMP TABLE telco (tenure int, contract text, churn text);
CREATE TEMP TABLE maven_reference (grp text, day float8, at_risk float8, won float8, lost float8, censored float8, km_open float8, cif_won float8, cif_lost float8, km_se_greenwood float8);
CREATE TEMP TABLE telco_reference (contract text, tenure_month float8, at_risk float8, churned float8, km float8, se float8);
CREATE TEMP TABLE olist_reference (day float8, at_risk float8, events float8, km_open float8);
\cd :work
\copy telco FROM 'telco.csv' (FORMAT csv, HEADER)
\cd :top
\! rm -r "$WORK"
\cd :shared
\copy maven_reference FROM 'reference/maven_survival.csv' (FORMAT csv, HEADER)
\copy telco_reference FROM 'reference/telco_km.csv' (FORMAT csv, HEADER)
\copy olist_reference FROM 'reference/olist_km.csv' (FORMAT csv, HEADER)
\cd :top

CREATE TEMP TABLE maven AS
  SELECT coalesce(region, 'all') AS grp, abm.deal_survival_agg(outcome, created_on, closed_on, '2017-12-31') AS s FROM opportunity GROUP BY GROUPING SETS ((), (region));
CREATE TEMP TABLE maven_found AS
  SELECT grp, k.*, max(won) OVER w AS won, max(lost) OVER w AS lost
  FROM maven, abm.kaplan_meier(s) k
    LEFT JOIN LATERAL (SELECT day, max(probability) FILTER (WHERE cause = 1) AS won, max(probability) FILTER (WHERE cause = 2) AS lost
                       FROM abm.cumulative_incidence(s) GROUP BY day) c USING (day)
  WINDOW w AS (PARTITION BY grp ORDER BY day);
SELECT is((SELECT count(*) FROM maven_reference), 1231::bigint, 'Maven: rows of the reference');
SELECT is_empty($$ SELECT grp, day, f, r FROM maven_found f FULL JOIN maven_reference r USING (grp, day)
  WHERE (f.at_risk = r.at_risk AND f.events = r.won + r.lost AND f.censored = r.censored AND abs(f.survival - r.km_open) < 1e-9
    AND abs(coalesce(f.won, 0) - r.cif_won) < 1e-9 AND abs(coalesce(f.lost, 0) - r.cif_lost) < 1e-9
    AND abs(coalesce(f.std_err, 0) - r.km_se_greenwood) < 1e-9) IS NOT TRUE $$, 'Maven: all regions and days');
SELECT is_empty($$ SELECT contract, tenure_month, f, r
  FROM (SELECT contract, k.*, k.day AS tenure_month FROM (SELECT coalesce(contract, 'all') AS contract, abm.survival_agg(tenure, (churn = 'Yes')::int) AS s FROM telco GROUP BY GROUPING SETS ((), (contract))) x,
          abm.kaplan_meier(s) k) f FULL JOIN telco_reference r USING (contract, tenure_month)
  WHERE (f.at_risk = r.at_risk AND f.events = r.churned AND abs(f.survival - r.km) < 1e-9 AND abs(coalesce(f.std_err, 0) - r.se) < 1e-9) IS NOT TRUE $$, 'Telco: all contracts and months');
-- one lead was won two days before its first contact: all days are counted from there
SELECT is_empty($$ SELECT f, r
  FROM (SELECT k.*, k.day - 2 AS since FROM (
          SELECT abm.survival_agg(coalesce(won, last) - first_contact + 2, (won IS NOT NULL)::int) AS s
          FROM lead LEFT JOIN (SELECT id, to_date(won, 'DD-MM-YYYY') AS won FROM closed) c USING (id),
            LATERAL (SELECT max(to_date(z.won, 'DD-MM-YYYY')) AS last FROM closed z) l) x, abm.kaplan_meier(s) k WHERE events > 0) f
    FULL JOIN olist_reference r ON r.day = since
  WHERE (f.at_risk = r.at_risk AND f.events = r.events AND abs(f.survival - r.km_open) < 1e-9) IS NOT TRUE $$, 'Olist: all days with a win');
\else
SELECT skip('maven_crm, telco_churn, olist_funnel or their references are absent in ' || :'shared' || ' (ABM_DATA)');
\endif

SELECT * FROM finish();
ROLLBACK;
