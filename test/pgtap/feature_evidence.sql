-- Naive Bayes against Odoo's published figures and against plain SQL.
\i test/begin.sql
BEGIN;
SELECT no_plan();

-- Three teams of Odoo's own test of its lead scoring (addons/crm/tests/test_crm_pls.py, test_predictive_lead_scoring).  Odoo counts a
-- stage for a deal that went through it, a won deal through all four, and takes all deals as its denominator: so stages are flags.
CREATE TEMP TABLE lead (team int, won boolean, country int, state int, source int, stage int);
INSERT INTO lead VALUES (1, false, 0, 0, 0, 0), (1, false, 1, 1, 1, 1), (1, true, 2, 2, 2, 3), (2, false, 0, 1, 1, 2), (2, false, 0, 1, 2, 1), (2, true, 0, 2, 2, 3),
  (3, true, 1, 1, 1, 3), (3, false, 0, 1, 0, 0), (3, false, 1, 2, 2, 0);
CREATE TEMP TABLE odoo AS
  SELECT team, abm.feature_evidence_agg(won, ARRAY['country=' || country, 'state=' || state, 'source=' || source] || (SELECT array_agg('stage' || s) FROM generate_series(0, stage) s)) AS e FROM lead GROUP BY team;
SELECT results_eq($$SELECT team, round(100 * abm.win_probability(e, '{country=0,state=1,source=2,stage1}')::numeric, 2) FROM odoo ORDER BY team$$,
  $$VALUES (1, 33.49), (2, 7.74), (3, 35.09)$$, 'Odoo''s figures');

-- Random deals with features of several kinds, some of them named like others.
SELECT setseed(0.42);
CREATE TEMP TABLE deal AS
  SELECT id, id % 6 AS k, CASE WHEN random() < 0.95 THEN random() < 0.3 END AS won,
    ARRAY['a=' || floor(random() * 4), CASE WHEN random() < 0.8 THEN 'a b=' || floor(random() * 3) END, CASE WHEN random() < 0.5 THEN 'a' END, CASE WHEN random() < 0.3 THEN 'a=' || floor(random() * 9) END,
      CASE WHEN random() < 0.1 THEN 'long name of a feature=' || floor(random() * 40) END, CASE WHEN random() < 0.2 THEN '' END, CASE WHEN random() < 0.05 THEN '=' || floor(random() * 2) END] AS features
  FROM generate_series(1, 900) id;
CREATE TEMP TABLE evidence AS SELECT k, abm.feature_evidence_agg(won, features) AS e FROM deal GROUP BY k;
CREATE TEMP TABLE weight AS -- by the definition
  SELECT k, prior, feature, won, lost, ln((won + prior) / won_all) - ln((lost + prior) / lost_all) AS weight, 1 / (won + prior) - 1 / won_all + 1 / (lost + prior) - 1 / lost_all AS variance
  FROM (SELECT k, prior, feature, won, lost, CASE WHEN feature LIKE '%=%' THEN sum(won + prior) OVER w ELSE n_won + prior END AS won_all, CASE WHEN feature LIKE '%=%' THEN sum(lost + prior) OVER w ELSE n_lost + prior END AS lost_all
    FROM (SELECT k, feature, count(*) FILTER (WHERE won)::float8 AS won, count(*) FILTER (WHERE NOT won)::float8 AS lost FROM (SELECT DISTINCT id, k, won, unnest(features) AS feature FROM deal) d WHERE won IS NOT NULL AND feature <> '' GROUP BY 1, 2) c
    JOIN (SELECT k, count(*) FILTER (WHERE won) AS n_won, count(*) FILTER (WHERE NOT won) AS n_lost FROM deal GROUP BY k) n USING (k), unnest('{0.1,1,7}'::float8[]) prior
    WINDOW w AS (PARTITION BY k, prior, feature LIKE '%=%', split_part(feature, '=', 1))) x;
SELECT is_empty($$
  SELECT k, prior, feature FROM (SELECT k, prior, w.* FROM evidence, unnest('{0.1,1,7}'::float8[]) prior, abm.weights_of_evidence(e, prior) w) f FULL JOIN weight w USING (k, prior, feature)
  WHERE NOT coalesce(abs(f.weight - w.weight) < 1e-12 AND f.won = w.won AND f.lost = w.lost AND abs(f.upper - f.weight - 1.95996398454005 * sqrt(greatest(variance, 0))) < 1e-6
    AND name IS NOT DISTINCT FROM CASE WHEN feature LIKE '%=%' THEN split_part(feature, '=', 1) END, false)$$, 'weights = their definition');
CREATE TEMP TABLE asked AS
  SELECT e.k, id, prior, features, (SELECT ln((count(*) FILTER (WHERE won) + prior) / (count(*) FILTER (WHERE NOT won) + prior)) FROM deal x WHERE x.k = e.k)
      + coalesce((SELECT sum(weight) FROM weight w WHERE w.k = e.k AND w.prior = p.prior AND w.feature = ANY (features)), 0) AS logit
  FROM evidence e, unnest('{0.1,1,7}'::float8[]) p (prior), deal d WHERE d.k <> e.k AND id <= 60;
SELECT is_empty($$SELECT k, id FROM asked JOIN evidence USING (k) WHERE NOT coalesce(abs(abm.win_probability(e, features, prior) - 1 / (1 + exp(-logit))) < 1e-12, false)$$,
  'win_probability = the sum of the weights, through evidence that changes from row to row');
SELECT is_empty($$SELECT k, id FROM asked JOIN evidence USING (k), LATERAL (SELECT sum(log_odds) AS z FROM abm.explain_win(e, features, prior)) x WHERE NOT coalesce(abs(z - logit) < 1e-12, false)$$,
  'contributions sum to the logit');
SELECT is_empty($$SELECT k, id FROM asked JOIN evidence USING (k), abm.win_probability_bounds(e, features, prior) b WHERE NOT (lower < probability AND probability < upper AND lower > 0 AND upper < 1 AND probability = abm.win_probability(e, features, prior))$$,
  'bounds lie around it, within 0 and 1');
-- Ten times the deals: the same probability (without a prior to speak of), and intervals that are narrower by the root of ten.
SELECT is_empty($$
  SELECT k FROM (SELECT k, abm.rollup(e) AS ten FROM evidence, generate_series(1, 10) GROUP BY k) t JOIN evidence USING (k), LATERAL (SELECT sum(upper - lower) AS a FROM abm.weights_of_evidence(e, 1e-6) WHERE won > 0 AND lost > 0) x,
    LATERAL (SELECT sum(upper - lower) AS b FROM abm.weights_of_evidence(ten, 1e-6) WHERE won > 0 AND lost > 0) y WHERE abs(a / b - sqrt(10)) > 1e-4$$, 'more deals, narrower intervals');

SELECT * FROM finish();
ROLLBACK;
