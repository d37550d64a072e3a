-- Part of report.sql: win rate by tier of the profile.
\qecho '2. Does the fit tell who will buy?  Win rate by tier'
\qecho '------------------------------------------------------------------------'
CREATE TEMP TABLE tiered AS
  SELECT tier, abm.deal_agg(outcome, amount, created_at, closed_at) AS deals
  FROM demo.opportunities JOIN scored USING (account_id) GROUP BY tier;
SELECT count(*) > 0 AS has_tiers FROM tiered \gset
\if :has_tiers
\qecho 'If the profile is any good, tier 1 wins more often than the others and the'
\qecho 'intervals (95 %) hardly touch.  The last column is the probability that the'
\qecho 'win rate of the tier is higher than that of the next one.'
SELECT t.tier, r.n AS closed, r.won, pg_temp.percent(r.win_rate) AS "win rate",
  pg_temp.percent(r.lower) AS "from", pg_temp.percent(r.upper) AS "to",
  pg_temp.money(abm.average_deal_size(t.deals)) AS "mean won",
  CASE WHEN better > 0.999 THEN '> 99.9 %' WHEN better < 0.001 THEN '< 0.1 %'
    ELSE pg_temp.percent(better) END AS "better than the next"
FROM tiered t LEFT JOIN tiered next ON next.tier = t.tier + 1,
  LATERAL abm.probability_better(t.deals, next.deals) better,
  LATERAL abm.win_rate_interval(t.deals) r
ORDER BY t.tier NULLS LAST;
SELECT CASE
  WHEN p >= 0.95 THEN 'It does: better accounts win more often.'
  WHEN p <= 0.05 THEN 'It does not: better accounts win less often. '
    'The profile points the wrong way.'
  ELSE 'These deals do not tell: the tiers win about equally often.' END
  AS verdict
FROM (SELECT coalesce(abm.probability_better(
    (SELECT deals FROM tiered WHERE tier IS NOT NULL ORDER BY tier LIMIT 1),
    (SELECT deals FROM tiered WHERE tier IS NOT NULL
     ORDER BY tier DESC LIMIT 1)), 0.5)) best(p) \gset
\qecho :verdict
\else
\qecho 'Missing: no opportunity names its account.'
\endif
\qecho
