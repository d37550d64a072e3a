-- Learning weights against R, against the definitions in plain SQL, and on a
-- real list of leads that is learned from one half and asked about the other.
\i test/begin.sql
\set there `ls "$ABM_DATA"/olist_funnel/olist_marketing_qualified_leads_dataset.csv "$ABM_DATA"/olist_funnel/olist_closed_deals_dataset.csv >/dev/null 2>&1 && echo true || echo false`
BEGIN;
SELECT no_plan();

-- Sixty patterns with unknown degrees.  Source of all figures: R 4.2.2,
--   i <- 1:60; w <- (i*13) %% 7; l <- (i*5) %% 9
--   x1 <- (i %% 5)/4; x2 <- ifelse(i %% 4 == 0, NA, ((i*7) %% 11)/10); x3 <- i %% 2; x4 <- exp(-i/7)
--   X <- cbind(1, x1, x2 with NA filled by its mean weighted by w + l, x3, x4)
--   Newton's method, b <- b + solve(t(X) %*% (X * (w+l)*p*(1-p)) + P, t(X) %*% (w*(1-p) - l*p) - P %*% b), P <- diag(c(0, ridge, ...));
--   for ridge 0 the same as glm(cbind(w, l) ~ X[, -1], binomial).
CREATE TEMP TABLE sixty AS
  SELECT abm.icp_evidence_agg(format('{"criteria": [%s]}', (SELECT string_agg(format('{"name": "x%s", "attribute": "x%1$s", "at_least": 1}', k), ', ' ORDER BY k) FROM generate_series(1, 4) k))::abm.icp_profile,
    ARRAY[i % 5 / 4.0, CASE WHEN i % 4 > 0 THEN i * 7 % 11 / 10.0 END, i % 2, exp(-i / 7.0::float8)]::float8[], n <= i * 13 % 7) AS e
  FROM generate_series(1, 60) i, LATERAL generate_series(1, i * 13 % 7 + i * 5 % 9) n;
SELECT is_empty($$
  SELECT ridge, criterion, weight, b FROM sixty, (VALUES
    (0, '{-0.266182297868738,0.098235565903571,-0.060027371940377,-0.095454309016836,0.378205581722697}'::float8[], '{0.26457770521274,0.28253556091108,0.36812026732544,0.19671170199882,0.46952277903112}'::float8[]),
    (0.1, '{-0.265838685113306,0.097005395121230,-0.058385548073743,-0.094731474001652,0.369767998840104}', '{0.26354319479037,0.28133839103277,0.36555095375776,0.19630228181718,0.46438605294686}'),
    (1, '{-0.263164714339379,0.087484530486349,-0.046545317378734,-0.089039248686361,0.307836855455531}', '{0.25497143526326,0.27130702409645,0.34473494363647,0.19278029687950,0.42474114146379}'),
    (25, '{-0.2504652365109509,0.0272503261663758,-0.0053423466418962,-0.0415756797935455,0.0551890242140858}', '{0.17228873347442,0.16255333077839,0.17516503614062,0.13985856959892,0.18388816661457}')) r (ridge, b, se),
    LATERAL (SELECT row_number() OVER () AS i, c.* FROM abm.icp_coefficients(e, ridge) c) c
  WHERE NOT coalesce(abs(weight - b[i]) < 1e-12 AND abs(std_err - se[i]) < 1e-10 AND abs(upper - weight - 1.95996398454005 * se[i]) < 1e-9 AND abs(weight - lower - 1.95996398454005 * se[i]) < 1e-9
    AND abs(odds_ratio - exp(b[i])) < 1e-10, false)$$, 'coefficients and errors as R');

-- Random accounts with unknown values; some profiles have gates and combinators.
SELECT setseed(0.42);
CREATE TEMP TABLE account AS
  SELECT id, CASE WHEN random() < 0.9 THEN floor(random() * 100) END AS size, CASE WHEN random() < 0.8 THEN 'r' || floor(random() * 5) END AS region,
    CASE WHEN random() < 0.7 THEN random() < 0.3 END AS rival, NULL::boolean AS won, random() AS chance FROM generate_series(1, 1000) id;
UPDATE account SET won = chance < 1 / (1 + exp(1.5 - 0.02 * coalesce(size, 50) - CASE WHEN region IN ('r1', 'r2') THEN 1 ELSE 0 END + CASE WHEN rival THEN 0.8 ELSE 0 END));
CREATE TEMP TABLE question AS SELECT k, p::abm.icp_profile AS profile FROM (VALUES
  (1, '{"criteria": [{"attribute": "size", "ramp": [0, 100]}, {"attribute": "region", "any_of": {"r1": 1, "r2": 0.9, "r3": 0.2}}, {"attribute": "rival", "is_true": true}]}'),
  (2, '{"criteria": [{"attribute": "size", "near": {"ideal": 80, "halving": 20}}, {"attribute": "region", "required": true, "weight": 3, "none_of": ["r4"]}, {"attribute": "rival", "is_true": false, "if_unknown": 0.5}], "tiers": [70]}'),
  (3, '{"criteria": [{"all_of": [{"attribute": "size", "at_least": 30}, {"attribute": "region", "any_of": ["r1", "r2"]}]}, {"attribute": "rival", "known": true}, {"attribute": "size", "required": true, "at_least": 5}]}'),
  (4, '{"criteria": [{"attribute": "rival", "is_true": true, "weight": 9}, {"name": "small", "attribute": "size", "at_most": 40}]}')) v (k, p);
CREATE TEMP TABLE lesson AS SELECT k, profile, (SELECT abm.icp_evidence_agg(profile, abm.icp_degrees(profile, a), won) FROM account a) AS e FROM question;
CREATE TEMP TABLE learned AS SELECT k, ridge, profile, abm.icp_learn(e, ridge) AS new, e FROM lesson, unnest('{0.01,1,30}'::float8[]) ridge;

-- The maximum: the derivatives are zero, in plain SQL over all rows.
CREATE TEMP TABLE degree AS
  SELECT k, id, won, i, d, avg(d) OVER (PARTITION BY k, i) AS typical FROM question, account a, unnest(abm.icp_degrees(profile, a)) WITH ORDINALITY u (d, i)
  WHERE NOT EXISTS (SELECT FROM abm.icp_fit(profile, a) f WHERE disqualified_by IS NOT NULL);
CREATE TEMP TABLE coefficient AS
  SELECT k, ridge, i - 1 AS i, criterion, weight, n FROM learned, LATERAL (SELECT row_number() OVER () AS i, c.* FROM abm.icp_coefficients(e, ridge) c) c;
CREATE TEMP TABLE logit AS
  SELECT k, ridge, id, won, bool_or(d IS NULL) AS partly, sum(c.weight * coalesce(d, typical)) + max(z.weight) AS z
  FROM degree JOIN coefficient c USING (k, i) JOIN (SELECT k, ridge, weight FROM coefficient WHERE i = 0) z USING (k, ridge) GROUP BY k, ridge, id, won;
SELECT is_empty($$
  SELECT k, ridge, i, sum((won::int - 1 / (1 + exp(-z))) * coalesce(d, typical)) - ridge * weight FROM logit JOIN degree USING (k, id, won) JOIN coefficient USING (k, ridge, i) WHERE weight IS NOT NULL
  GROUP BY k, ridge, i, weight HAVING NOT abs(sum((won::int - 1 / (1 + exp(-z))) * coalesce(d, typical)) - ridge * weight) < 1e-8
  UNION ALL SELECT k, ridge, 0, sum(won::int - 1 / (1 + exp(-z))) FROM logit GROUP BY k, ridge HAVING NOT abs(sum(won::int - 1 / (1 + exp(-z)))) < 1e-8$$, 'the derivatives are zero');
SELECT is_empty($$SELECT k, i, c.n, count(d) FROM coefficient c JOIN degree USING (k, i) GROUP BY k, ridge, i, c.n HAVING c.n <> count(d)$$, 'n is the number of accounts of which it is known');
SELECT is_empty($$
  SELECT k, ridge, id FROM logit JOIN learned USING (k, ridge) JOIN account a USING (id)
  WHERE NOT (k = 3 AND partly) -- of a combinator the bounds are known
    AND NOT coalesce(abs(abm.icp_probability(new, a) - 1 / (1 + exp(-z))) < 1e-12, false)$$, 'the learned profile gives the probabilities of the regression');
SELECT is_empty($$
  SELECT k, ridge, id FROM learned, account a, LATERAL (SELECT abm.icp_probability(new, a) AS p, (SELECT sum(log_odds) FROM abm.icp_explain_probability(new, a)) AS z) x
  WHERE id <= 300 AND NOT coalesce(abs(ln(p) - ln(1 - p) - z) < 1e-12 OR p = 1e-12 AND abs(z + 27.6310211159275) < 1e-9, false)$$, 'contributions sum to the logit');
SELECT is_empty($$SELECT k, ridge FROM learned, account a WHERE NOT abm.icp_probability(new, a) BETWEEN 1e-12 AND 1 - 1e-12$$, 'no probability is 0 or 1');
SELECT is_empty($$SELECT k FROM learned WHERE new::text::abm.icp_profile::text <> new::text OR (new::jsonb->'tiers') IS DISTINCT FROM (profile::jsonb->'tiers')$$, 'a learned profile is a profile');
-- Where all is known and nothing counts against winning, the score sorts as the probability does.
SELECT is_empty($$
  SELECT k FROM (SELECT k, rank() OVER (PARTITION BY k, ridge ORDER BY round(abm.icp_score(new, a)::numeric, 8)) AS s, rank() OVER (PARTITION BY k, ridge ORDER BY round(ln(abm.icp_probability(new, a))::numeric, 8)) AS p
    FROM learned, account a WHERE num_nulls(size, region, rival) = 0 AND NOT EXISTS (SELECT FROM jsonb_array_elements(new::jsonb->'criteria') c WHERE (c->>'weight')::float8 < 0)) r
  WHERE s <> p AND k <> 2$$, 'score and probability agree on the order');
SELECT is_empty($$SELECT k FROM (SELECT k, sum(weight ^ 2) FILTER (WHERE ridge = 0.01) AS a, sum(weight ^ 2) FILTER (WHERE ridge = 1) AS b, sum(weight ^ 2) FILTER (WHERE ridge = 30) AS c FROM coefficient WHERE i > 0 GROUP BY k) s
  WHERE NOT (a > b AND b > c)$$, 'more ridge, smaller coefficients');
SELECT is((SELECT count(*) FROM learned, jsonb_array_elements(new::jsonb->'criteria') c WHERE c->>'weight' LIKE '-%' AND c ? 'required')::int, 0, 'no gate counts against winning');

-- Relearned without a deal that was reopened = learned from the others.
SELECT is(abm.icp_learn(abm.minus(e, b))::text, abm.icp_learn(rest)::text, 'a reopened deal can be taken back: profile ' || k)
FROM (SELECT k, abm.icp_evidence_agg(profile, abm.icp_degrees(profile, a), won) FILTER (WHERE id % 50 = 7) AS b, abm.icp_evidence_agg(profile, abm.icp_degrees(profile, a), won) FILTER (WHERE id % 50 <> 7) AS rest
  FROM question, account a GROUP BY k) s JOIN lesson USING (k) ORDER BY k;

-- Intervals hold the truth as often as they say: 300 times 150 accounts.
SELECT setseed(0.7);
CREATE TEMP TABLE trial AS
  SELECT t, abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}, {"attribute": "y", "at_least": 1}]}', ARRAY[x, y], u < 1 / (1 + exp(0.5 - x + 0.5 * y))) AS e
  FROM generate_series(1, 300) t, generate_series(1, 150) i, LATERAL (SELECT round(random()) + 0 * i AS x, floor(random() * 5) / 4 + 0 * i AS y, random() + 0 * i AS u WHERE t > 0) r GROUP BY t;
SELECT cmp_ok(avg((truth BETWEEN lower AND upper)::int), '>', 0.92, criterion || ': intervals hold the truth')
FROM trial, abm.icp_coefficients(e, 0.01) JOIN (VALUES ('intercept', -0.5), ('x', 1), ('y', -0.5)) v (criterion, truth) USING (criterion) GROUP BY criterion ORDER BY criterion;
SELECT is_empty($$SELECT c.* FROM unnest('{2,3,5,8,40}'::int[]) n, LATERAL (SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}, {"attribute": "y", "at_least": 1}]}', ARRAY[i % 2, 1 - i % 2]::float8[], i % 2 = 0) AS e
    FROM generate_series(1, n) i) s, abm.icp_coefficients(e) c WHERE NOT (abs(weight) < 10 AND upper - lower > 1)$$, 'a handful of accounts, separated and collinear: finite, and not sure');

\if :there
-- Leads of 2018 of a marketplace: learned from those up to the middle of March, asked about the later ones.
CREATE TEMP TABLE mql (mql_id text, first_contact date, landing text, origin text);
CREATE TEMP TABLE deal (mql_id text, seller_id text, sdr text, sr text, won_date text, segment text, lead_type text, profile text, company text, gtin text, stock text, business text, catalog text, revenue text);
\cd :shared
\copy mql FROM 'olist_funnel/olist_marketing_qualified_leads_dataset.csv' (FORMAT csv, HEADER)
\copy deal FROM 'olist_funnel/olist_closed_deals_dataset.csv' (FORMAT csv, HEADER)
\cd :top
CREATE TEMP TABLE lead AS
  SELECT landing, nullif(origin, 'unknown') AS origin, EXISTS (SELECT FROM deal d WHERE d.mql_id = m.mql_id) AS won, first_contact < '2018-03-15' AS past FROM mql m WHERE first_contact >= '2018-01-01';
-- By hand: what one would guess of the origins; and the pages that have the most leads, none better than another.
CREATE TEMP TABLE by_hand AS SELECT format('{"criteria": [%s]}', string_agg(c, ', ' ORDER BY i))::abm.icp_profile AS profile FROM (
  SELECT i, format('{"name": "%s", "attribute": "origin", "weight": %s, "any_of": ["%1$s"]}', o, w) AS c FROM unnest('{referral,organic_search,direct_traffic,paid_search,email,social,display,other_publicities,other}'::text[],
    '{30,25,20,15,15,10,5,5,5}'::int[]) WITH ORDINALITY u (o, w, i)
  UNION ALL SELECT 10 + i, format('{"name": "%s", "attribute": "landing", "weight": 10, "prefix": ["%1$s"]}', p) FROM unnest('{b76ef374,22c29808,88740e65,40dec9f3,ce1a65ab,f017be4d,58326e62,e492ee5e}'::text[]) WITH ORDINALITY u (p, i)) x;
CREATE TEMP TABLE lessons AS SELECT profile, x.* FROM by_hand, LATERAL (SELECT abm.icp_evidence_agg(profile, abm.icp_degrees(profile, l), won) AS e,
  abm.feature_evidence_agg(won, ARRAY['origin=' || origin, 'landing=' || landing]) AS f, avg(won::int)::float8 AS rate FROM lead l WHERE past) x;
CREATE TEMP TABLE outcome AS
  SELECT model, abm.calibration_agg(p, won) AS c FROM (SELECT *, abm.icp_learn(e) AS learned FROM lessons OFFSET 0) x, lead l, LATERAL (VALUES ('constant', rate), ('by hand', abm.icp_score(profile, l) / 100), ('learned', abm.icp_probability(learned, l)),
    ('features', abm.win_probability(f, ARRAY['origin=' || origin, 'landing=' || landing]))) v (model, p) WHERE NOT past GROUP BY model;
-- Source: R 4.2.2 as above, unknown origins filled with their mean; the area by wilcox.test.
SELECT is_empty($$
  SELECT criterion, weight, b FROM lessons, LATERAL (SELECT row_number() OVER () AS i, c.* FROM abm.icp_coefficients(e) c) c, (SELECT
    '{-2.41768546180899246,-0.13988924189173288,0.39179252559081323,0.57746182857377504,0.51688748452191158,-0.62205866887150874,0.03041931406210826,-0.56977115456822136,0.47091582821937661,-0.65575791563661978,0.80787001732839570,0.84006622965537836,-0.00083055181009598,0.58398258037129902,0.62628941947557526,-0.34647471358486759,NULL,-0.78851163235731181}'::float8[] AS b,
    '{0.36442771028125,0.47358398119186,0.37106619400711,0.39754110465758,0.37868736822019,0.46746892105172,0.43723252852418,0.64500890294502,0.60930664453727,0.56502566680588,0.16082936227666,0.16472323016132,0.33117607109767,0.21644014348426,0.21697927494513,0.31253711907713,NULL,0.43317836839921}'::float8[] AS se) r
  WHERE NOT (abs(weight - b[i]) < 1e-8 AND abs(std_err - se[i]) < 1e-8 OR num_nulls(weight, std_err, b[i]) = 3)$$, 'leads: coefficients and errors as R');
SELECT results_eq($$SELECT round(abm.auc(c)::numeric, 12), round(abm.brier_score(c)::numeric, 12), round(abm.log_loss(c)::numeric, 12) FROM outcome WHERE model = 'learned'$$,
  $$VALUES (0.657977917916, 0.103953267052, 0.355756346869)$$, 'leads: area, Brier score and log loss of the later half as R');
SELECT is(abm.auc(c), 0.5::float8, 'leads: the area of a constant') FROM outcome WHERE model = 'constant';
SELECT cmp_ok((SELECT lower FROM abm.auc_interval(l.c)), '>', abm.auc(h.c), 'leads: learned weights sort better than those by hand') FROM outcome l, outcome h WHERE l.model = 'learned' AND h.model = 'by hand';
SELECT cmp_ok((SELECT lower FROM abm.auc_interval(l.c)), '>', abm.auc(h.c), 'leads: and so does naive Bayes') FROM outcome l, outcome h WHERE l.model = 'features' AND h.model = 'by hand';
SELECT ok((SELECT value > 0.02 FROM abm.calibration_report(c) WHERE metric = 'log_loss_skill') AND (SELECT value > 0.01 FROM abm.calibration_report(c) WHERE metric = 'brier_skill'), 'leads: better than the won rate of the later half itself: ' || model)
FROM outcome WHERE model IN ('learned', 'features') ORDER BY model;
SELECT is((SELECT 1 BETWEEN lower AND upper FROM abm.calibration_report(c) WHERE metric = 'calibration_slope'), true, 'leads: the learned percentages are as far apart as they should be') FROM outcome WHERE model = 'learned';
\else
SELECT skip('the olist leads are absent in ' || :'shared' || ' (ABM_DATA)');
\endif

SELECT * FROM finish();
ROLLBACK;
