-- Part of report.sql: what the open deals will bring.
\qecho '11. What will the open deals bring?  The next 90 days'
\qecho '------------------------------------------------------------------------'
CREATE TEMP TABLE curve AS
  SELECT abm.deal_survival_agg(outcome, created_at, closed_at, as_of) AS s,
    abm.deal_agg(outcome, amount, created_at, closed_at) AS deals
  FROM demo.opportunities, demo.dataset;
CREATE TEMP TABLE open_deal AS
  SELECT o.*, extract(epoch FROM as_of - created_at)::float8 / 86400 AS age,
    abm.win_probability(s, as_of - created_at, interval '90 days') AS p
  FROM demo.opportunities o, demo.dataset, curve WHERE outcome = 'open';
SELECT count(p) > 0 AS has_chances FROM open_deal \gset
\if :has_chances
\qecho 'How deals of the same age went on: open deals count as open, not as lost and not'
\qecho 'as nothing.  A deal older than any that was watched has no chance to show.'
SELECT pg_temp.num(abm.median_time(s), 1) AS "median days open",
  pg_temp.percent(abm.win_rate(deals)) AS "won of closed",
  pg_temp.percent(abm.ultimate_rate(s)) AS "won in the end",
  pg_temp.percent(upper) AS "at most"
FROM curve, abm.ultimate_bounds(s);
SELECT count(*) AS "open deals", count(p) AS "with a chance",
  pg_temp.money(sum(amount) FILTER (WHERE p IS NOT NULL)) AS "their amount",
  pg_temp.money(sum(amount * p::numeric)) AS "expected in 90 days"
FROM open_deal;
\qecho 'The open deals that should bring most:'
SELECT opportunity_id AS deal, pg_temp.cut(a.name, 30) AS account,
  pg_temp.num(age, 0) AS "days open", pg_temp.money(amount) AS amount,
  pg_temp.percent(p) AS chance, pg_temp.money(amount * p::numeric) AS expected
FROM open_deal LEFT JOIN demo.accounts a USING (account_id)
WHERE p IS NOT NULL
ORDER BY amount * p::numeric DESC NULLS LAST, opportunity_id LIMIT 10;
\else
\qecho 'Missing: open deals with the time they were opened, or closed ones to learn from.'
\endif
\qecho
