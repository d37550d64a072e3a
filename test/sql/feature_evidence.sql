-- feature_evidence: what a user sees
SET extra_float_digits = 0;

-- deals with their country, source, and the stages that they passed
CREATE TEMP TABLE deal (id int, won boolean, features text[]);
INSERT INTO deal VALUES
    (1, false, '{country=FR,source=fair,demo}'), (2, false, '{country=US,source=web,demo,trial}'), (3, true, '{country=DE,source=web,demo,trial,offer}'),
    (4, true, '{country=DE,source=fair,demo,offer,offer}'), (5, NULL, '{country=DE}'), (6, false, NULL), (7, true, '{NULL,"",country=US}');
CREATE TEMP TABLE evidence AS SELECT abm.feature_evidence_agg(won, features) AS e FROM deal;
SELECT jsonb_pretty(e::jsonb #- '{features,2}' #- '{features,2}' #- '{features,2}' #- '{features,2}' #- '{features,2}') FROM evidence;

SELECT feature, name, won, lost, round(weight::numeric, 6) AS weight, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper FROM evidence, abm.weights_of_evidence(e);
SELECT f, round(abm.win_probability(e, f)::numeric, 6) AS win, round(abm.win_probability(e, f, 1)::numeric, 6) AS with_prior_1
FROM evidence, (VALUES ('{country=DE,offer}'::text[]), ('{offer,NULL,country=DE,offer}'), ('{country=FR,source=fair}'), ('{}'), ('{country=XX,unheard of}'), (NULL)) v (f);
SELECT round(probability::numeric, 6) AS probability, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM evidence, (VALUES ('{country=DE,offer}'::text[]), ('{}'), (NULL)) v (f), abm.win_probability_bounds(e, f);
SELECT rank, feature, won, lost, round(log_odds::numeric, 6) AS log_odds, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM evidence, abm.explain_win(e, '{country=DE,offer,source=web,referral}', 0.1, 0.9);
SELECT round(sum(log_odds)::numeric, 10) = round(ln(p / (1 - p))::numeric, 10) AS sums_up
FROM evidence, LATERAL (SELECT abm.win_probability(e, '{country=DE,offer,source=web}') AS p) x, abm.explain_win(e, '{country=DE,offer,source=web}') GROUP BY p;

-- one outcome only, one deal, none: still no certainty
SELECT round(abm.win_probability(abm.feature_evidence_agg(true, '{a=1}'), '{a=1}')::numeric, 6) AS one FROM generate_series(1, 5);
SELECT round(abm.win_probability(abm.feature_evidence_agg(i % 2 = 0, ARRAY['a=' || i % 2]), '{a=0}', 1e-12)::numeric, 12) AS nearly_sure FROM generate_series(1, 6) i;
SELECT abm.feature_evidence_agg(NULL, '{a=1}') IS NULL AS none, abm.win_probability(NULL::abm.feature_evidence, '{a=1}') IS NULL AS nothing;
SELECT count(*) AS rows FROM (SELECT abm.feature_evidence_agg(true, NULL) AS e) s, abm.weights_of_evidence(e);
SELECT rank, feature, won, lost, round(log_odds::numeric, 6) AS log_odds FROM (SELECT abm.feature_evidence_agg(true, NULL) AS e) s, abm.explain_win(e, '{}');

-- a reopened deal is taken back
SELECT abm.minus(e, b)::text = r::text AS taken_back, abm.minus(r, r) IS NULL AS nothing_left, (r OPERATOR(abm.+) b)::text = e::text AS put_back
FROM evidence, (SELECT abm.feature_evidence_agg(won, features) FILTER (WHERE id = 3) AS b, abm.feature_evidence_agg(won, features) FILTER (WHERE id <> 3) AS r FROM deal) s;

-- errors
SELECT abm.win_probability(e, '{}', 0) FROM evidence;
SELECT abm.win_probability(e, '{}', -1) FROM evidence;
SELECT abm.win_probability(e, '{}', 'NaN') FROM evidence;
SELECT abm.win_probability(e, '{}', 1e7) FROM evidence;
SELECT abm.win_probability_bounds(e, '{}', 0.1, 0) FROM evidence;
SELECT abm.weights_of_evidence(e, 0) FROM evidence;
SELECT abm.explain_win(e, '{}', 0.1, 1) FROM evidence;
SELECT abm.minus(e, (SELECT abm.feature_evidence_agg(true, '{country=FR}'))) FROM evidence;
SELECT abm.minus(e, (SELECT abm.feature_evidence_agg(true, '{country=ES}'))) FROM evidence;
SELECT abm.feature_evidence_agg(true, ARRAY['id=' || i]) FROM generate_series(1, 65536) i;
