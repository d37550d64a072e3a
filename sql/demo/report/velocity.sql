-- Part of report.sql: win rates and velocity.
\qecho '10. How fast does the pipeline earn?  Win rates and velocity'
\qecho '------------------------------------------------------------------------'
\qecho 'Win rate: won of all closed, the undecided (no decision) included; the true rate'
\qecho 'lies in the interval with 95 % probability.  Days: from opening to winning, mean.'
\qecho 'Velocity: deals x win rate x mean won value / days, money a day.  That of the'
\qecho 'closed deals compares regions, products and people; that of the open ones is'
\qecho 'what the pipeline of today earns a day.'
CREATE TEMP TABLE grouped AS
  SELECT dimension, key, abm.deal_agg(outcome, amount, o.created_at, closed_at)
      AS deals
  FROM demo.opportunities o LEFT JOIN demo.accounts a USING (account_id),
    LATERAL (VALUES ('all', 'all'), ('region', coalesce(o.region, a.region)),
                    ('product', product), ('owner', owner)) v(dimension, key)
  GROUP BY dimension, key;
SELECT replace(metric, '_', ' ') AS figure,
  pg_temp.figure(metric, value) AS value, pg_temp.figure(metric, lower) AS "from",
  pg_temp.figure(metric, upper) AS "to", n AS "deals behind it"
FROM grouped, abm.velocity_report(deals)
WHERE dimension = 'all' AND (metric <> 'invalid' OR value > 0);
CREATE TEMP VIEW velocity AS
  SELECT dimension, key, abm.deal_count(deals, 'open') AS open,
    abm.deal_count(deals, 'won') AS won, abm.deal_count(deals, 'lost') AS lost,
    abm.deal_count(deals, 'no_decision') AS undec,
    pg_temp.num(100 * r.win_rate, 1) AS "win %",
    pg_temp.num(100 * r.lower, 1) AS "from",
    pg_temp.num(100 * r.upper, 1) AS "to",
    pg_temp.money(abm.average_deal_size(deals), 8) AS "mean won",
    pg_temp.num(abm.sales_cycle_days(deals, 'mean'), 1) AS days,
    pg_temp.money(abm.pipeline_velocity(deals)::numeric, 9) AS velocity,
    pg_temp.money(abm.pipeline_velocity(deals, 'open')::numeric, 9)
      AS "of open"
  FROM grouped, abm.win_rate_interval(deals) r;
SELECT format('SELECT pg_temp.cut(coalesce(key, %L), 22) AS %I, open, won,
    lost, undec, "win %%", "from", "to", "mean won", days, velocity,
    "of open"
  FROM velocity WHERE dimension = %2$L ORDER BY won DESC, key NULLS LAST',
  '(unknown)', dimension)
FROM grouped WHERE dimension <> 'all'
GROUP BY dimension HAVING count(key) > 0
ORDER BY array_position('{region,product,owner}', dimension)
\gexec
SELECT string_agg(dimension, ', ') AS absent, count(*) > 0 AS some_absent
FROM (SELECT dimension FROM grouped GROUP BY dimension
      HAVING count(key) = 0) g \gset
\if :some_absent
\qecho 'Missing: opportunities.csv has no value in' :absent
\qecho
\endif
