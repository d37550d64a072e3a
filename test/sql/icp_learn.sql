-- icp_learn: what a user sees
SET extra_float_digits = 0;

CREATE TEMP TABLE account (id int, industry text, employees int, competitor boolean, country text, won boolean);
INSERT INTO account
SELECT i, (ARRAY['software','fintech','retail','farming'])[1 + i % 4], CASE WHEN i % 7 > 0 THEN i * 37 % 900 END, i % 3 = 0,
    CASE WHEN i % 11 = 0 THEN 'FR' ELSE 'US' END, CASE WHEN i % 13 > 0 THEN i * 31 % 17 < (ARRAY[9, 6, 3, 3])[1 + i % 4] END
FROM generate_series(1, 120) i;
CREATE TEMP TABLE question AS SELECT '{"criteria": [
    {"attribute": "industry", "weight": 30, "any_of": {"software": 1, "fintech": 0.8, "retail": 0.3}},
    {"name": "size", "attribute": "employees", "weight": 20, "bands": [[10, 50], [51, 500, 0.6]], "else": 0.1},
    {"attribute": "competitor", "weight": -10, "is_true": true},
    {"attribute": "country", "required": true, "any_of": ["US"]}], "tiers": [80, 50]}'::abm.icp_profile AS profile;
CREATE TEMP TABLE evidence AS
SELECT abm.icp_evidence_agg(profile, abm.icp_degrees(profile, a), won) AS e FROM account a, question;

SELECT criterion, round(weight::numeric, 6) AS weight, round(std_err::numeric, 6) AS std_err, round(lower::numeric, 6) AS lower,
    round(upper::numeric, 6) AS upper, round(odds_ratio::numeric, 6) AS odds_ratio, n FROM evidence, abm.icp_coefficients(e);
SELECT criterion, round(weight::numeric, 6) AS weight, round(std_err::numeric, 6) AS std_err, round(lower::numeric, 6) AS lower
FROM evidence, abm.icp_coefficients(e, 10, 0.5);
-- the learned profile is one, with the same questions, and scores
CREATE TEMP TABLE learned AS SELECT abm.icp_learn(e) AS profile FROM evidence;
SELECT c->>'attribute' AS attribute, round((c->>'weight')::numeric, 6) AS weight, round((c->>'typical')::numeric, 6) AS typical,
    c - 'weight' - 'typical' = q - 'weight' AS same_question
FROM learned l, question o, ROWS FROM (jsonb_array_elements(l.profile::jsonb->'criteria'), jsonb_array_elements(o.profile::jsonb->'criteria')) x (c, q);
SELECT round((p->'probability'->>'intercept')::numeric, 6) AS intercept, round((p->'probability'->>'scale')::numeric, 6) AS scale, p->'tiers' AS tiers
FROM (SELECT profile::jsonb AS p FROM learned) l;
SELECT id, round(abm.icp_score(profile, a)::numeric, 4) AS score, round(abm.icp_probability(profile, a)::numeric, 6) AS probability,
    abm.icp_probability(profile, a) = abm.icp_probability(profile, to_jsonb(a)) AS same FROM account a, learned WHERE id <= 11;
SELECT x.rank, x.criterion, round(degree::numeric, 4) AS degree, known, round(log_odds::numeric, 6) AS log_odds FROM account a, learned, abm.icp_explain_probability(profile, a) x WHERE id = 7;
SELECT x.rank, x.criterion, round(degree::numeric, 4) AS degree, known, round(log_odds::numeric, 4) AS log_odds FROM account a, learned, abm.icp_explain_probability(profile, to_jsonb(a)) x WHERE id = 11;
-- an account of which nothing is known is a typical one; NULL is none
SELECT round(abm.icp_probability(profile, '{}'::jsonb)::numeric, 6) AS nothing_known, abm.icp_probability(profile, NULL::jsonb) AS none FROM learned;
-- by hand: probabilities can be edited; without any there is none
SELECT round(abm.icp_probability('{"criteria": [{"attribute": "x", "at_least": 1, "weight": 2}], "probability": {"intercept": -1, "scale": 1}}', j)::numeric, 6) AS p
FROM (VALUES ('{"x": 1}'::jsonb), ('{"x": 0}'), ('{}')) v (j);
SELECT abm.icp_probability('{"criteria": [{"attribute": "x", "at_least": 1, "weight": 1000}], "probability": {"intercept": -500, "scale": 1}}', j) AS least,
    1 - abm.icp_probability('{"criteria": [{"attribute": "x", "at_most": 1, "weight": 1000}], "probability": {"intercept": -500, "scale": 1}}', j) < 2e-12 AS greatest FROM (VALUES ('{"x": 0}'::jsonb)) v (j);

-- evidence for a person to read
SELECT jsonb_pretty(abm.icp_evidence_agg(profile, degrees, won)::jsonb) FROM question, (VALUES
    ('{0.8,NULL,1,1}'::float8[], true), ('{0.8,NULL,1,1}', false), ('{0.123456789,0.6,0,1}', true), ('{0,0.6,0,1}', NULL), (NULL, true)) v (degrees, won);
SELECT abm.icp_evidence_agg(profile, NULL, true) IS NULL AS none, abm.icp_learn(NULL) IS NULL AS nothing FROM question;
-- a deal that was reopened is taken back
SELECT abm.minus(e, b)::text = (SELECT abm.icp_evidence_agg(profile, abm.icp_degrees(profile, a), won)::text FROM account a WHERE id > 3) AS taken_back
FROM evidence, (SELECT abm.icp_evidence_agg(profile, abm.icp_degrees(profile, a), won) AS b FROM account a, question WHERE id <= 3) b, question;

-- a handful: nothing refuses two accounts, but the intervals know
SELECT criterion, round(weight::numeric, 4) AS weight, round(lower::numeric, 4) AS lower, round(upper::numeric, 4) AS upper, n
FROM (SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}]}', ARRAY[x], x = 1) AS e FROM (VALUES (0::float8), (1)) v (x)) s, abm.icp_coefficients(e);
-- a criterion that says the same of all, or is never known, has no coefficient
SELECT criterion, round(weight::numeric, 4) AS weight, std_err IS NULL AS none, n
FROM (SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}, {"attribute": "y", "at_least": 1}, {"attribute": "z", "at_least": 1}]}',
        ARRAY[x, 0.5, NULL], i % 4 < 1 + 2 * x) AS e FROM generate_series(1, 40) i, LATERAL (SELECT (i % 5 > 2)::int::float8 AS x) o) s, abm.icp_coefficients(e);
-- a gate with a weight is learned, unless it speaks against winning
SELECT criterion, round(weight::numeric, 4) AS weight, std_err IS NULL AS none, n
FROM (SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}, {"attribute": "y", "required": true, "weight": 5, "at_least": 1}, {"attribute": "z", "required": true, "weight": 5, "at_least": 1}]}',
        ARRAY[(i % 2)::float8, 1 - i % 3 * 0.5, i % 5 * 0.25], i % 7 + 2 * (i % 2) - (i % 3) - i % 5 < 3) AS e FROM generate_series(1, 210) i) s, abm.icp_coefficients(e);
-- nothing but criteria against winning: they are turned round; nothing to learn at all: the base rate
SELECT abm.icp_probability(p, '{"x": 1, "y": 0}'::jsonb) < abm.icp_probability(p, '{"x": 0, "y": 0}'::jsonb) AS less, round((c->>'weight')::numeric, 4) AS weight, c - 'weight' AS criterion
FROM (SELECT abm.icp_learn(abm.icp_evidence_agg('{"criteria": [{"name": "X", "attribute": "x", "at_least": 1}, {"attribute": "y", "at_least": 1}]}', ARRAY[x, 0], x = 0 AND i > 3)) AS p
    FROM generate_series(1, 40) i, LATERAL (SELECT (i % 2)::float8 AS x) o) s, jsonb_array_elements(p::jsonb->'criteria') c;
SELECT p FROM (SELECT abm.icp_learn(abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "weight": 7, "at_least": 1}]}', '{1}', i % 2 = 0)) AS p FROM generate_series(1, 40) i) s;

-- errors
SELECT abm.icp_learn(abm.icp_evidence_agg(profile, '{1,1,1,1}', true)) FROM question;
SELECT abm.icp_learn(abm.icp_evidence_agg(profile, '{1,1,1,0}', i > 1)) FROM question, generate_series(1, 3) i;
SELECT abm.icp_coefficients(abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}]}', ARRAY[x], x = 1), 0) FROM (VALUES (0::float8), (1)) v (x);
SELECT abm.icp_coefficients(abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}, {"attribute": "y", "at_least": 1}]}', ARRAY[i % 2, i % 2]::float8[], i % 3 = 0), 0)
FROM generate_series(1, 12) i;
SELECT abm.icp_learn(e, -1) FROM evidence;
SELECT abm.icp_learn(e, 'NaN') FROM evidence;
SELECT abm.icp_coefficients(e, 1, 1) FROM evidence;
SELECT abm.icp_evidence_agg(profile, '{1,1}', true) FROM question;
SELECT abm.icp_evidence_agg(profile, '{{1,1},{1,1}}', true) FROM question;
SELECT abm.icp_evidence_agg(profile, '{1,1,1.5,1}', true) FROM question;
SELECT abm.icp_evidence_agg(profile, '{1,1,NaN,1}', true) FROM question;
SELECT abm.merge(e, (SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}]}', '{1}', true))) FROM evidence;
SELECT abm.icp_evidence_agg(format('{"criteria": [{"attribute": "x", "at_least": %s}]}', i)::abm.icp_profile, '{1}', true) FROM generate_series(1, 2) i;
SELECT abm.minus(e, (SELECT abm.icp_evidence_agg(profile, '{0.5,0.5,0.5,0.5}', true) FROM question)) FROM evidence;
SELECT abm.minus(NULL, e) FROM evidence;
SELECT abm.minus(e, (SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "other", "at_least": 1}]}', '{0.5}', true))) FROM evidence;
SELECT abm.icp_probability(profile, '{}'::jsonb) FROM question;
SELECT abm.icp_explain_probability(profile, '{}'::jsonb) FROM question;
SELECT '{"criteria": [{"attribute": "x", "at_least": 1}], "probability": 3}'::abm.icp_profile;
SELECT '{"criteria": [{"attribute": "x", "at_least": 1}], "probability": {"intercept": 1}}'::abm.icp_profile;
SELECT '{"criteria": [{"attribute": "x", "at_least": 1}], "probability": {"intercept": 1, "scale": 0}}'::abm.icp_profile;
SELECT '{"criteria": [{"attribute": "x", "at_least": 1}], "probability": {"intercept": 1, "slope": 1}}'::abm.icp_profile;
SELECT '{"criteria": [{"attribute": "x", "at_least": 1, "typical": 2}]}'::abm.icp_profile;
SELECT '{"criteria": [{"all_of": [{"attribute": "x", "at_least": 1, "typical": 0.5}]}]}'::abm.icp_profile;
