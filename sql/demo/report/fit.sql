-- Part of report.sql: accounts against the ideal customer profile.
\qecho '1. Which accounts are worth the effort?  Fit to the ideal customer profile'
\qecho '------------------------------------------------------------------------'
\if :own_profile
\else
\qecho 'The data bring no profile.json: the accounts are held against the sample''s'
\qecho 'profile.  Write your own to make these figures yours.'
\endif
\qecho 'The score, 0 to 100, is over the facts that are known.  With the unknown ones'
\qecho 'it may turn out anywhere between "worst" and "best"; "known" is the share of'
\qecho 'the profile''s weight that is known, and "sure tier" the tier even at worst.'
SELECT row_number() OVER ranked AS "#", pg_temp.cut(s.name, 30) AS account,
  industry, country, pg_temp.num(score, 1) AS score,
  pg_temp.num(lower, 1) AS worst, pg_temp.num(upper, 1) AS best,
  tier, certain_tier AS "sure tier", pg_temp.percent(coverage) AS known
FROM scored s JOIN demo.accounts a USING (account_id)
WHERE score IS NOT NULL AND disqualified_by IS NULL
WINDOW ranked AS (ORDER BY score DESC, lower DESC, account_id)
ORDER BY 1 LIMIT 12;
\qecho 'All accounts by tier (tier 1 is the best; "-": nothing is known of them).'
SELECT tier, count(*) AS accounts,
  count(*) FILTER (WHERE certain_tier = tier) AS "of these sure",
  pg_temp.num(min(score), 1) AS "lowest score",
  pg_temp.num(max(score), 1) AS "highest score",
  pg_temp.percent(avg(coverage)) AS "known on average"
FROM scored GROUP BY tier ORDER BY tier NULLS LAST;
SELECT count(*) > 0 AS has_scores FROM scored
WHERE score IS NOT NULL AND disqualified_by IS NULL \gset
\if :has_scores
SELECT account_id AS first_id, name AS first_name FROM scored
WHERE score IS NOT NULL AND disqualified_by IS NULL
ORDER BY score DESC, lower DESC, account_id LIMIT 1 \gset
\qecho 'Why' :first_name 'scores as it does: the points add up to the score.'
SELECT e.rank AS "#", e.criterion, pg_temp.cut(e.value, 40) AS "fact",
  pg_temp.num(e.degree, 2) AS "met to", pg_temp.num(e.weight) AS weight,
  pg_temp.num(e.points, 1) AS points
FROM demo.accounts a, demo.dataset s,
  abm.icp_explain(s.profile::abm.icp_profile, a) e
WHERE a.account_id = :'first_id' ORDER BY e.rank;
CREATE TEMP TABLE question AS
  SELECT pg_temp.cut(a.name, 30) AS account, f.score, f.tier, q.*
  FROM (SELECT * FROM scored
        WHERE certain_tier > tier AND disqualified_by IS NULL
        ORDER BY score DESC, lower DESC, account_id LIMIT 200) f
    JOIN demo.accounts a USING (account_id), demo.dataset s,
    LATERAL (SELECT * FROM abm.icp_next_question(s.profile::abm.icp_profile, a)
             ORDER BY swing DESC, attribute LIMIT 1) q
  WHERE q.tier_if_worst > q.tier_if_best
  ORDER BY f.score DESC, f.lower DESC, f.account_id LIMIT 8;
SELECT count(*) > 0 AS has_next FROM question \gset
\if :has_next
\qecho 'The next question to ask: the best accounts whose tier hangs on one unknown fact.'
SELECT account, pg_temp.num(score, 1) AS score, tier, attribute AS "ask for",
  pg_temp.num(swing, 1) AS "may move the score by",
  tier_if_best AS "tier if good", tier_if_worst AS "tier if bad"
FROM question ORDER BY question.score DESC, account;
\else
\qecho 'The next question to ask: none, no single unknown fact would move an account to'
\qecho 'another tier.'
\qecho
\endif
\else
\qecho 'Missing: accounts.csv has none of the facts that the profile asks for.'
\qecho
\endif
