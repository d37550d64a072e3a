-- Part of report.sql: the profile learned from closed deals, judged by deals
-- it has not seen.
\qecho '3. What would the deals have us look for?  The profile learned from won and lost'
\qecho '------------------------------------------------------------------------'
-- Closed deals with the account of each; half of the accounts to learn from.
CREATE TEMP TABLE closed_deal AS
  SELECT a.account_id, outcome = 'won' AS won,
    hashtextextended(a.account_id, 0) % 2 = 0 AS learnt_from,
    abm.icp_degrees(s.profile::abm.icp_profile, a) AS degrees
  FROM demo.opportunities o JOIN demo.accounts a USING (account_id),
    demo.dataset s
  WHERE outcome <> 'open';
SELECT coalesce(bool_or(won) FILTER (WHERE learnt_from)
    AND bool_or(NOT won) FILTER (WHERE learnt_from)
    AND bool_or(won) FILTER (WHERE NOT learnt_from)
    AND bool_or(NOT won) FILTER (WHERE NOT learnt_from), false) AND
  (SELECT count(score) > 0 FROM scored) AS can_learn
FROM closed_deal \gset
\if :can_learn
CREATE TEMP TABLE evidence AS
  SELECT abm.icp_evidence_agg(profile::abm.icp_profile, degrees, won) AS e,
    avg(won::int)::float8 AS won_rate
  FROM closed_deal, demo.dataset WHERE learnt_from;
CREATE TEMP TABLE taught AS
  SELECT abm.icp_learn(e) AS profile, won_rate FROM evidence;
CREATE TEMP TABLE judged AS
  SELECT v.judge, v.ordinal, v.by_chance,
    abm.calibration_agg(v.predicted, won) AS c
  FROM closed_deal JOIN demo.accounts a USING (account_id)
    JOIN scored USING (account_id), taught,
    LATERAL (VALUES ('a constant, the rate of all', 1, won_rate, true),
      ('the profile as written', 2, score / 100, false),
      ('the profile as learned', 3, abm.icp_probability(taught.profile, a),
       true)) v(judge, ordinal, predicted, by_chance)
  WHERE NOT learnt_from GROUP BY 1, 2, 3;
\qecho 'The same questions, their weights learned from half of the accounts and judged by'
\qecho 'the deals of the other half.  AUC is the chance that a deal that was won had been'
\qecho 'placed above one that was not: 50 % is a coin, 100 % hindsight.  Log loss is the'
\qecho 'price of wrong probabilities, which the written profile does not give: less is'
\qecho 'better.'
SELECT judge AS "ranked by", n_won AS won, n_lost AS "not won",
  pg_temp.percent(auc) AS "AUC", pg_temp.percent(lower) AS "from",
  pg_temp.percent(upper) AS "to",
  CASE WHEN by_chance THEN pg_temp.num(abm.log_loss(c), 3) END AS "log loss"
FROM judged, abm.auc_interval(c) ORDER BY ordinal;
SELECT CASE
    WHEN l.lower <= 0.5 AND w.lower <= 0.5 THEN 'No better than a coin: '
      'what these criteria ask does not tell who buys.'
    WHEN l.lower > w.upper THEN 'Learning pays: keep the learned profile.'
    WHEN l.upper < w.lower THEN 'Keep the profile as written.'
    ELSE 'Better than a coin; which of the two is better, these deals do not '
      'settle.' END AS verdict
FROM judged a, judged b, abm.auc_interval(a.c) w, abm.auc_interval(b.c) l
WHERE a.ordinal = 2 AND b.ordinal = 3 \gset
\qecho :verdict
\qecho
\qecho 'What a full match of each criterion makes of the odds of winning; a criterion'
\qecho 'whose interval holds 1 may say nothing at all.  Learned weights are on the scale'
\qecho 'of those written.'
SELECT c.criterion, pg_temp.num(written) AS "weight written",
  pg_temp.num(weight * sum(abs(written)) OVER () / nullif(sum(abs(weight))
    OVER (), 0)) AS "weight learned",
  pg_temp.num(odds_ratio, 2) AS "odds times",
  pg_temp.num(exp(c.lower), 2) AS "from", pg_temp.num(exp(c.upper), 2) AS "to",
  n AS "deals that know it"
FROM evidence, demo.dataset s, abm.icp_coefficients(e) WITH ORDINALITY
    c(criterion, weight, std_err, lower, upper, odds_ratio, n, ordinal),
  LATERAL (SELECT (s.profile::jsonb->'criteria'->(ordinal - 2)::int->>'weight')
           ::float8) w(written)
WHERE c.ordinal > 1 ORDER BY c.ordinal;
\qecho 'Are its probabilities right?  What was foretold to the other half, in five equal'
\qecho 'groups, and what came true; it should lie in the interval.'
SELECT pg_temp.percent(predicted) AS foretold, n AS deals, won,
  pg_temp.percent(observed) AS "came true", pg_temp.percent(lower) AS "from",
  pg_temp.percent(upper) AS "to"
FROM judged, abm.calibration_curve(c, 5) WHERE ordinal = 3 ORDER BY bin;
\else
\qecho 'Missing: closed deals, won and not won, of accounts with facts that the profile'
\qecho 'asks for.'
\qecho
\endif
