-- calibration: what a user sees
SET extra_float_digits = 0;

-- ten deals: what was predicted, and whether they were won
CREATE TEMP TABLE forecast (id int, predicted float8, won boolean);
INSERT INTO forecast VALUES (1, 0.1, false), (2, 0.1, false), (3, 0.2, true), (4, 0.3, false), (5, 0.3, true),
    (6, 0.4, false), (7, 0.6, true), (8, 0.7, true), (9, 0.7, false), (10, 0.9, true);
CREATE TEMP TABLE past AS SELECT abm.calibration_agg(predicted, won) AS c FROM forecast;

SELECT abm.auc(c), round(abm.brier_score(c)::numeric, 6) AS brier, round(abm.log_loss(c)::numeric, 6) AS log_loss, abm.calibration_unscored(c) FROM past;
SELECT auc, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper, n_won, n_lost FROM past, abm.auc_interval(c);
SELECT bin, n, won, lowest, highest, round(predicted::numeric, 6) AS predicted, round(observed::numeric, 6) AS observed,
    round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper FROM past, abm.calibration_curve(c, 3);
SELECT bin, n, won, lowest, highest, round(predicted::numeric, 6) AS predicted FROM past, abm.calibration_curve(c, 4, 'width', 0.9);
SELECT rule, bins, round(brier::numeric, 6) AS brier, round(reliability::numeric, 6) AS reliability, round(resolution::numeric, 6) AS resolution,
    round(uncertainty::numeric, 6) AS uncertainty, round(within_bins::numeric, 6) AS within_bins
FROM past, (VALUES ('count', 3), ('width', 4), ('width', 1000)) v (rule, bins), abm.brier_parts(c, bins, rule);
SELECT bin, least_predicted, n, won, round(rate::numeric, 4) AS rate, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper,
    round(lift::numeric, 4) AS lift, reached, captured, round(cumulative_lift::numeric, 4) AS cumulative_lift FROM past, abm.gains(c, 5);
SELECT metric, round(value::numeric, 6) AS value, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper, n FROM past, abm.calibration_report(c);
SELECT jsonb_pretty(c::jsonb #- '{forecasts,2}' #- '{forecasts,2}' #- '{forecasts,2}' #- '{forecasts,2}' #- '{forecasts,2}') FROM past;

-- what says nothing: no outcome; an outcome without a prediction is counted
SELECT abm.calibration_agg(0.5, NULL) IS NULL AS none, abm.auc(NULL) IS NULL AS no_auc;
SELECT abm.calibration_unscored(c), abm.auc(c), abm.brier_score(c), abm.log_loss(c), i.*
FROM (SELECT abm.calibration_agg(NULL, true) AS c) s, abm.auc_interval(c) i;
SELECT p.* FROM (SELECT abm.calibration_agg(NULL, true) AS c) s, abm.brier_parts(c) p;
SELECT r.* FROM (SELECT abm.calibration_agg(NULL, true) AS c) s, abm.calibration_report(c) r;
SELECT count(*) AS rows FROM (SELECT abm.calibration_agg(NULL, true) AS c) s, abm.calibration_curve(c), abm.gains(c);
-- one row; nothing won
SELECT abm.auc(c), round(abm.brier_score(c)::numeric, 6) AS brier, g.bin, g.n, g.lift, g.captured, g.reached FROM (SELECT abm.calibration_agg(0.25, false) AS c) s, abm.gains(c) g;
SELECT metric, round(value::numeric, 6) AS value, round(upper::numeric, 6) AS upper FROM (SELECT abm.calibration_agg(0.25, false) AS c) s, abm.calibration_report(c);
-- certain, and wrong: no infinity; sure and right: an area of 1 that five deals do not prove
SELECT abm.brier_score(c), round(abm.log_loss(c)::numeric, 6) AS log_loss FROM (SELECT abm.calibration_agg(p, p = 0) AS c FROM (VALUES (0), (1)) v (p)) s;
SELECT i.auc, round(i.lower::numeric, 6) AS lower, i.upper FROM (SELECT abm.calibration_agg(i / 5.0, i > 3) AS c FROM generate_series(1, 5) i) s, abm.auc_interval(c) i;
SELECT i.auc, i.lower, round(i.upper::numeric, 6) AS upper FROM (SELECT abm.calibration_agg(i / 5.0, i <= 3) AS c FROM generate_series(1, 5) i) s, abm.auc_interval(c, 0.5) i;

-- merging
SELECT abm.merge(a, b)::text = c::text AS merged, abm.merge(a, NULL)::text = a::text AS neutral
FROM past, (SELECT abm.calibration_agg(predicted, won) FILTER (WHERE id % 2 = 0) AS a, abm.calibration_agg(predicted, won) FILTER (WHERE id % 2 = 1) AS b FROM forecast) s;

-- errors
SELECT abm.calibration_agg('NaN', true);
SELECT abm.calibration_agg('Infinity', true);
SELECT abm.calibration_agg(1.5, true);
SELECT abm.calibration_agg(-0.1, false);
SELECT abm.calibration_curve(c, 0) FROM past;
SELECT abm.gains(c, 1001) FROM past;
SELECT abm.calibration_curve(c, 10, 'quantile') FROM past;
SELECT abm.calibration_curve(c, 10, 'width', 1) FROM past;
SELECT abm.auc_interval(c, 0) FROM past;
SELECT 'abc'::abm.calibration;
