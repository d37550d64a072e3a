-- Part of report.sql: customer lifetime value.
\qecho '13. What will the customers be worth?  Lifetime value over two years'
\qecho '------------------------------------------------------------------------'
\if :has_orders
-- Weeks are the unit; the hold-out is the last half year, or the last third of
-- the orders' time when they go back less than eighteen months.
CREATE TEMP TABLE span AS
  SELECT date_trunc('day', as_of - least(interval '182 days',
           (as_of - min(ordered_at)) / 3)) - interval '1 microsecond' AS split
  FROM demo.orders, demo.dataset GROUP BY as_of;
CREATE TEMP TABLE past AS
  SELECT h.*
  FROM (SELECT abm.purchase_agg(ordered_at, amount) AS purchases
        FROM demo.orders GROUP BY account_id) c, span, demo.dataset,
    LATERAL abm.rfm_holdout(purchases, split, as_of) h
  WHERE h.frequency IS NOT NULL AND split < as_of;
CREATE TEMP TABLE history AS
  SELECT abm.rfm_agg(frequency, recency, age) AS everybody,
    abm.spend_agg(frequency, monetary::float8) AS spending,
    abm.rfm_spend_agg(frequency, recency, age, monetary::float8) AS with_money,
    (SELECT abm.rfm_agg(frequency, recency, age) FROM past) AS until_split
  FROM customer WHERE frequency IS NOT NULL;
CREATE TEMP TABLE model AS
  SELECT abm.best_fit(everybody) AS m, abm.gamma_gamma_fit(spending) AS g,
    abm.best_fit(until_split) AS m_split
  FROM history;
SELECT abm.fit_status(m) AS purchase_status, abm.fit_status(g) AS spend_status,
  abm.fit_status(m) IN ('ok', 'boundary') AND abm.fit_status(g)
    IN ('ok', 'boundary') AS has_model,
  abm.fit_status(m) = 'ok' AND abm.fit_status(g) = 'ok' AS has_errors,
  coalesce(abm.fit_status(m_split) IN ('ok', 'boundary'), false) AS has_test
FROM model \gset
\qecho 'Three models of how customers buy and leave, fitted to the same customers by'
\qecho 'maximum likelihood; the best is chosen by AIC, where less is better.  In the'
\qecho 'BG/NBD nobody leaves before the second purchase, in the MBG/NBD customers may'
\qecho 'leave after any, in the Pareto/NBD at any moment.  Weight: what speaks for it.'
SELECT rank AS "#", model, pg_temp.num(log_likelihood, 1) AS "log-likelihood",
  pg_temp.num(aic, 1) AS "AIC", pg_temp.percent(weight) AS weight, status
FROM history, abm.rank_models(everybody);
\if :has_test
SELECT to_char(split, 'YYYY-MM-DD') AS split FROM span \gset
\qecho 'Can it foretell?  Chosen and fitted anew on what was known until' :split', asked for'
\qecho 'the purchases since, and held against what came:'
SELECT q.model, f.customers, pg_temp.num(predicted, 1) AS foretold, actual,
  pg_temp.percent((predicted - actual) / nullif(actual, 0)) AS "off by",
  pg_temp.num(mae, 2) AS "mean error", pg_temp.num(pearson, 2) AS correlation,
  pg_temp.percent(top_decile_share) AS "had by the best tenth"
FROM (SELECT abm.forecast_agg(abm.expected_purchases(m_split, holdout_age,
               frequency, recency, age), holdout_frequency) AS f
      FROM past, model) x, model,
  abm.forecast_eval(x.f) f, abm.fit_quality(m_split) q;
\qecho 'By the number of repeat purchases until then, a customer on average:'
SELECT CASE WHEN bin = 7 THEN '7 or more' ELSE bin::text END AS repeats,
  customers, pg_temp.num(predicted, 2) AS foretold,
  pg_temp.num(actual, 2) AS came, pg_temp.num(lower, 2) AS "from",
  pg_temp.num(upper, 2) AS "to"
FROM (SELECT abm.forecast_agg(abm.expected_purchases(m_split, holdout_age,
               frequency, recency, age), holdout_frequency, frequency) AS f
      FROM past, model) x, abm.forecast_bins(f) ORDER BY bin;
\else
\qecho 'There are too few orders to hold any back and test the model.'
\qecho
\endif
\if :has_model
CREATE TEMP TABLE worth AS
  SELECT c.*, abm.p_alive(m, frequency, recency, age) AS alive,
    abm.expected_purchases(m, 104, frequency, recency, age) AS purchases,
    abm.clv(m, g, 8, 13, 0.025, frequency, recency, age, monetary::float8)
      AS value
  FROM customer c, model WHERE frequency IS NOT NULL;
\qecho 'What all customers of today will still buy in two years, discounted by 2.5 % a'
\qecho 'quarter: expected purchases by the model, times the value of each by a Gamma-'
\qecho 'Gamma model.  The interval (95 %) is for how little the models are known; chance'
\qecho 'comes on top.'
SELECT w.customers, pg_temp.money(revenue) AS "revenue so far",
  pg_temp.num(alive) AS "still customers", pg_temp.num(purchases) AS purchases,
  pg_temp.money(clv::numeric) AS value,
  pg_temp.money(b.lower::numeric) AS "from",
  pg_temp.money(b.upper::numeric) AS "to",
  pg_temp.num(spearman, 2) AS "money by frequency"
FROM (SELECT count(*) AS customers, sum(revenue) AS revenue,
        sum(alive) AS alive, sum(purchases) AS purchases FROM worth) w,
  model, history, LATERAL abm.base_clv(m, g, with_money, 8, 13, 0.025) b,
  LATERAL abm.spend_association(spending);
\qecho '(The last column is the rank correlation of how much with how often, which the'
\qecho 'Gamma-Gamma model takes for none: beyond 0.3 do not believe the value.)'
\if :has_errors
\else
\qecho '(Status boundary: some parameter cannot be told from these orders, for instance'
\qecho 'since nobody seems to have left; the value stands, but has no interval.)'
\endif
\qecho
\qecho 'The ten most valuable: whom to keep.'
SELECT pg_temp.cut(name, 30) AS account, frequency AS repeats,
  pg_temp.num(w.age - recency, 1) AS "last, weeks ago",
  pg_temp.money(revenue) AS "revenue so far", pg_temp.percent(alive) AS alive,
  pg_temp.num(purchases, 1) AS "will buy",
  pg_temp.money(value::numeric) AS value,
  pg_temp.money(lower::numeric) AS "from",
  pg_temp.money(upper::numeric) AS "to"
FROM (SELECT * FROM worth
      ORDER BY value DESC NULLS LAST, account_id LIMIT 10) w
  JOIN demo.accounts USING (account_id), model,
  LATERAL abm.clv_interval(m, g, 8, 13, 0.025, frequency, recency, age,
                           monetary::float8) i
ORDER BY value DESC, account_id;
CREATE TEMP TABLE endangered AS
  SELECT *, value / alive AS value_if_kept FROM worth
  WHERE alive BETWEEN 0.1 AND 0.5;
SELECT count(*) > 0 AS has_endangered FROM endangered \gset
\if :has_endangered
\qecho 'The ten most endangered of value: more likely gone than not, but not yet beyond'
\qecho 'hope (alive with 10 to 50 %), by what they are worth if they can be kept.'
SELECT pg_temp.cut(name, 30) AS account, frequency AS repeats,
  pg_temp.num(recency / nullif(frequency, 0), 1) AS "weeks between",
  pg_temp.num(e.age - recency, 1) AS "last, weeks ago",
  pg_temp.money(revenue) AS "revenue so far", pg_temp.percent(alive) AS alive,
  pg_temp.money(value::numeric) AS value,
  pg_temp.money(value_if_kept::numeric) AS "value if kept"
FROM endangered e JOIN demo.accounts USING (account_id)
ORDER BY value_if_kept DESC, account_id LIMIT 10;
\else
\qecho 'Endangered: nobody; no customer is alive with only 10 to 50 %.'
\qecho
\endif
\else
\qecho 'No value can be given: the model of purchases is' :purchase_status', that of money'
\qecho :spend_status'; see the chapter on fitted models.'
\qecho
\endif
\else
\qecho 'Missing: orders.csv (account, time and amount of each order).'
\qecho
\endif
