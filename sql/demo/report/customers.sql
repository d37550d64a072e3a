-- Part of report.sql: orders and subscriptions so far; makes table customer,
-- which clv.sql reads.
\qecho '12. What are the customers worth?  Orders so far'
\qecho '------------------------------------------------------------------------'
\if :has_orders
CREATE TEMP TABLE customer AS
  SELECT c.account_id, abm.revenue(purchases, s.as_of) AS revenue, r.*
  FROM (SELECT account_id, abm.purchase_agg(ordered_at, amount) AS purchases
        FROM demo.orders GROUP BY account_id) c,
    demo.dataset s, LATERAL abm.rfm(purchases, s.as_of) r;
\qecho 'Refunds are taken off.  The repeat rate is the share of the customers who have'
\qecho 'bought on more than one day; a Gini of 0 says that all spend alike, near 1 that'
\qecho 'one spends everything.'
SELECT abm.customers(base) AS customers,
  pg_temp.money(abm.base_revenue(base)) AS revenue,
  pg_temp.percent(abm.repeat_rate(base)) AS "repeat rate",
  pg_temp.percent(abm.top_share(base, 0.2)) AS "share of the top 20 %",
  pg_temp.num(abm.gini(base), 2) AS gini
FROM (SELECT abm.customer_base_agg(revenue, frequency + 1) AS base
      FROM customer WHERE revenue > 0) b;
\qecho 'The ten largest customers: repeats are the purchases after the first (days with'
\qecho 'an order, as far as not refunded), with their mean value; then how many weeks'
\qecho 'ago the first and the last purchase were.'
SELECT pg_temp.cut(a.name, 30) AS account, pg_temp.money(revenue) AS revenue,
  frequency AS repeats, pg_temp.money(monetary) AS "mean value",
  pg_temp.num(c.age, 1) AS "first", pg_temp.num(c.age - c.recency, 1) AS "last",
  s.tier AS "fit tier"
FROM customer c JOIN demo.accounts a USING (account_id)
  JOIN scored s USING (account_id)
ORDER BY revenue DESC NULLS LAST, account_id LIMIT 10;
\else
\qecho 'Missing: orders.csv (account, time and amount of each order).'
\qecho
\endif
\if :has_subscriptions
CREATE TEMP TABLE year AS
  SELECT closing, opening,
    abm.retention_agg(opened, closed, earlier) AS retention
  FROM (SELECT max(month) AS closing, (max(month) - interval '1 year')::date AS opening
        FROM demo.subscriptions) m,
    LATERAL (SELECT coalesce(sum(mrr) FILTER (WHERE month = opening), 0) AS opened,
               coalesce(sum(mrr) FILTER (WHERE month = closing), 0) AS closed,
               bool_or(month < opening) AS earlier
             FROM demo.subscriptions GROUP BY account_id) a
  GROUP BY closing, opening;
SELECT to_char(opening, 'YYYY-MM') AS opening, to_char(closing, 'YYYY-MM') AS closing,
  abm.nrr(retention) IS NOT NULL AS has_year FROM year \gset
\if :has_year
\qecho 'Recurring revenue, monthly, of' :closing 'against' :opening':'
SELECT movement, customers, pg_temp.money(amount) AS amount,
  pg_temp.percent(share) AS "of the opening"
FROM year, abm.revenue_movements(retention);
SELECT pg_temp.percent(abm.nrr(retention)) AS "net retention",
  pg_temp.percent(abm.grr(retention)) AS "gross retention",
  pg_temp.percent(l.logo_retention) AS "customers kept",
  pg_temp.percent(l.lower) AS "from", pg_temp.percent(l.upper) AS "to",
  pg_temp.num(abm.quick_ratio(retention), 2) AS "gained per lost"
FROM year, abm.logo_retention_interval(retention) l;
\else
\qecho 'Missing: subscriptions.csv has no month a year before its last.'
\qecho
\endif
\else
\qecho 'Missing: subscriptions.csv (recurring revenue month by month).'
\qecho
\endif
