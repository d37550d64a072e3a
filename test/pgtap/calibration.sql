-- Quality of predictions against its definitions in plain SQL, pair by pair
-- and row by row, and against identities.
\i test/begin.sql
BEGIN;
SELECT no_plan();

-- Predictions with many ties, and such without any; one side rare in some.
SELECT setseed(0.42);
CREATE TEMP TABLE forecast AS
  SELECT k, id, CASE WHEN k <= 3 THEN floor(p * 12) / 12 ELSE p END AS predicted, random() < CASE k % 3 WHEN 0 THEN p WHEN 1 THEN 0.5 ELSE p * p / 4 END AS won
  FROM generate_series(1, 6) k, generate_series(1, 300) id, LATERAL (SELECT random() AS p WHERE id > 0 AND k > 0) r;
CREATE TEMP TABLE past AS SELECT k, abm.calibration_agg(predicted, won) AS c FROM forecast GROUP BY k;

SELECT is_empty($$
  SELECT k, abm.auc(c), e FROM past JOIN (
    SELECT w.k, sum(CASE WHEN w.predicted > l.predicted THEN 1 WHEN w.predicted = l.predicted THEN 0.5 ELSE 0 END) / count(*) AS e
    FROM forecast w JOIN forecast l ON l.k = w.k WHERE w.won AND NOT l.won GROUP BY w.k) e USING (k)
  WHERE NOT coalesce(abs(abm.auc(c) - e) < 1e-15, false)$$, 'area = share of pairs in order, ties half');
SELECT is_empty($$
  SELECT k FROM past JOIN (SELECT k, avg((predicted - won::int) ^ 2) AS brier, -avg(ln(CASE WHEN won THEN predicted ELSE 1 - predicted END)) FILTER (WHERE predicted > 0) AS loss,
      bool_or(predicted = 0 AND won) AS wrong FROM forecast GROUP BY k) e USING (k)
  WHERE NOT coalesce(abs(abm.brier_score(c) - brier) < 1e-13 AND (k <= 3 OR abs(abm.log_loss(c) - loss) < 1e-12), false)$$, 'Brier score and log loss = their means over rows');
SELECT is_empty($$
  SELECT k, rule, bins FROM past, (VALUES ('count'), ('width')) r (rule), (VALUES (1), (2), (7), (10), (1000)) b (bins), abm.brier_parts(c, bins, rule) p,
    LATERAL (SELECT sum(n) AS n, sum(n * (predicted - observed) ^ 2) / sum(n) AS reliability, sum(n * observed) / sum(n) AS base,
      sum(n * observed ^ 2) / sum(n) - (sum(n * observed) / sum(n)) ^ 2 AS resolution FROM abm.calibration_curve(c, bins, rule)) e
  WHERE NOT coalesce(e.n = 300 AND abs(p.reliability - e.reliability) < 1e-14 AND abs(p.resolution - e.resolution) < 1e-14 AND abs(p.uncertainty - base * (1 - base)) < 1e-14
    AND abs(p.brier - (p.reliability - p.resolution + p.uncertainty + p.within_bins)) < 1e-15 AND p.brier = abm.brier_score(c), false)$$,
  'reliability - resolution + uncertainty + within bins = Brier score, from the curve''s own rows');
SELECT is_empty($$SELECT k, p.* FROM past, abm.brier_parts(c, 1000, 'width') p WHERE k <= 3 AND abs(within_bins) > 1e-15$$, 'nothing is left where every bin has one prediction');
SELECT is_empty($$
  SELECT k, g.bin FROM past, abm.gains(c, 10) g, LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE won) AS won FROM forecast f WHERE f.k = past.k AND predicted >= least_predicted) e,
    LATERAL (SELECT count(*) AS n, count(*) FILTER (WHERE won) AS won FROM forecast f WHERE f.k = past.k) a
  WHERE NOT coalesce(abs(reached - e.n / a.n::float8) < 1e-15 AND abs(captured - e.won / a.won::float8) < 1e-15 AND abs(cumulative_lift - captured / reached) < 1e-13
    AND abs(lift - g.rate / (a.won / a.n::float8)) < 1e-13, false)$$, 'gains = counts of the rows from there up');
SELECT is_empty($$SELECT k FROM past, LATERAL (SELECT count(*) AS bins, max(n) AS most, min(n) AS least FROM abm.calibration_curve(c, 10)) b WHERE k > 3 AND (bins, most, least) <> (10, 30, 30)$$,
  'without ties bins are equally large');
SELECT is_empty($$SELECT a.k FROM past a, abm.calibration_curve(c, 9) x, abm.calibration_curve(c, 9) y WHERE x.bin < y.bin AND x.highest >= y.lowest$$, 'no prediction is in two bins');

-- Ten deals.  Source of the figures: R 4.2.2,
--   p <- c(.1,.1,.2,.3,.3,.4,.6,.7,.7,.9); w <- c(0,0,1,0,1,0,1,1,0,1)
--   g <- glm(w ~ qlogis(p), binomial, control = glm.control(epsilon = 1e-15)); coef(g); confint.default(g)
--   wilcox.test(p[w == 1], p[w == 0])$statistic / 25; mean((p - w)^2); -mean(log(ifelse(w == 1, p, 1 - p)))
SELECT results_eq($$ SELECT metric, round(value::numeric, 8), round(lower::numeric, 8), round(upper::numeric, 8)
    FROM (SELECT abm.calibration_agg(p, w = 1) AS c FROM unnest('{.1,.1,.2,.3,.3,.4,.6,.7,.7,.9}'::float8[], '{0,0,1,0,1,0,1,1,0,1}'::int[]) u (p, w)) s, abm.calibration_report(c)
    WHERE metric LIKE 'calibration%' $$,
  $$ VALUES ('calibration_intercept', .29663184, -1.17312078, 1.76638446), ('calibration_slope', .77311032, -.39529077, 1.94151140) $$, 'intercept and slope as R');
SELECT results_eq($$ SELECT abm.auc(c), abm.brier_score(c), round(abm.log_loss(c)::numeric, 7)
    FROM (SELECT abm.calibration_agg(p, w = 1) AS c FROM unnest('{.1,.1,.2,.3,.3,.4,.6,.7,.7,.9}'::float8[], '{0,0,1,0,1,0,1,1,0,1}'::int[]) u (p, w)) s $$,
  $$ VALUES (0.72::float8, 0.215::float8, 0.6068466) $$, 'area, Brier score and log loss as R');

-- Newcombe's interval: each end is just not contradicted.
SELECT is_empty($$
  SELECT past.k, level FROM past, (VALUES (0.5), (0.9), (0.95), (0.999)) v (level), abm.auc_interval(c, level) i, LATERAL (VALUES (i.lower), (i.upper)) b (t),
    LATERAL (SELECT (n_won + n_lost) / 2.0 - 1 AS k) m
  WHERE NOT coalesce(abs(abs(i.auc - t) / sqrt(t * (1 - t) * (1 + m.k * (1 - t) / (2 - t) + m.k * t / (1 + t)) / n_won / n_lost)
    - (SELECT CASE level WHEN 0.5 THEN 0.674489750196082 WHEN 0.9 THEN 1.64485362695147 WHEN 0.95 THEN 1.95996398454005 ELSE 3.29052673149190 END)) < 1e-9
    AND i.lower < i.auc AND i.upper > i.auc AND i.auc = abm.auc(c), false)$$, 'the ends of the interval solve its equation');
-- The truth lies in 95 % intervals as often as they say: areas of two exponentials, P(X > Y) = 2 / 3.
SELECT cmp_ok((SELECT avg((0.6666666667 BETWEEN lower AND upper)::int) FROM (
    SELECT g, abm.calibration_agg(exp(CASE WHEN i <= 12 THEN 2 ELSE 1 END * ln(1 - random())), i > 12) AS c FROM generate_series(1, 1000) g, generate_series(1, 40) i GROUP BY g) s, abm.auc_interval(c)),
  '>=', 0.93, 'the interval holds the truth');

-- Any monotone change of the predictions leaves the area; turning them around turns it.
SELECT is_empty($$SELECT k FROM past JOIN (SELECT k, abm.auc(abm.calibration_agg(predicted ^ 2 / 2, won)) AS same, abm.auc(abm.calibration_agg(1 - predicted, won)) AS turned FROM forecast GROUP BY k) e USING (k)
  WHERE NOT (same = abm.auc(c) AND abs(turned + abm.auc(c) - 1) < 1e-15)$$, 'the area knows only ranks');
SELECT is((SELECT abm.auc(abm.calibration_agg(0.3, i % 3 = 0)) FROM generate_series(1, 50) i), 0.5::float8, 'a constant has an area of one half');
SELECT throws_ok(format('SELECT abm.calibration_agg(%s, true)', v), code, NULL, v || ' is refused')
FROM (VALUES ('''NaN''', '22003'), ('''-Infinity''', '22003'), ('1.0000001', '22023'), ('-1e-300', '22023')) v (v, code);

SELECT results_eq($$ SELECT bin, lowest FROM (SELECT abm.calibration_agg(p, o) AS c FROM (VALUES (0.05, true), (0.95, false), (1, true), (0.31, false)) v (p, o)) x, abm.calibration_curve(c, 10, 'width') $$,
  $$ VALUES (1, 0.05::float8), (4, 0.31), (10, 0.95) $$, 'bins of equal width keep their place when others are empty');
SELECT * FROM finish();
ROLLBACK;
