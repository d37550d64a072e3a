-- Part of report.sql: the stage of each account.
\qecho '6. How far has each account come?  From unknown to advocate'
\qecho '------------------------------------------------------------------------'
-- What there is evidence for; NULL where the data cannot tell.
CREATE TEMP TABLE progress AS
  SELECT a.account_id, s.tier, d.open_amount,
    abm.lifecycle_stage(t.touches > 0 OR e.score IS NOT NULL, e.score >= 5,
      e.score >= 5 AND s.certain_tier <= 2, d.open_deals + d.won > 0,
      d.won > 0,
      u.mrr > 0 OR b.bought_at > as_of - interval '1 year',
      t.uses > 0, u.mrr > u.mrr_before OR d.products > 1, t.praises > 0)
      AS stage
  FROM demo.dataset, demo.accounts a JOIN scored s USING (account_id)
    LEFT JOIN engaged e USING (account_id)
    LEFT JOIN (SELECT account_id, count(*) AS touches,
                 count(*) FILTER (WHERE channel = 'product'
                   AND at > as_of - interval '60 days') AS uses,
                 count(*) FILTER (WHERE channel = 'advocacy'
                   AND at > as_of - interval '1 year') AS praises
               FROM demo.touches, demo.dataset GROUP BY account_id) t
      USING (account_id)
    LEFT JOIN (SELECT account_id, count(*) FILTER (WHERE outcome = 'open')
                   AS open_deals,
                 sum(amount) FILTER (WHERE outcome = 'open') AS open_amount,
                 count(*) FILTER (WHERE outcome = 'won') AS won,
                 count(DISTINCT product) FILTER (WHERE outcome = 'won')
                   AS products
               FROM demo.opportunities GROUP BY account_id) d
      USING (account_id)
    LEFT JOIN (SELECT account_id, sum(mrr) FILTER (WHERE month = last) AS mrr,
                 sum(mrr) FILTER (WHERE month = last - interval '1 year')
                   AS mrr_before
               FROM demo.subscriptions, (SELECT max(month) AS last
                                         FROM demo.subscriptions) m
               GROUP BY account_id) u USING (account_id)
    LEFT JOIN (SELECT account_id, max(ordered_at) AS bought_at
               FROM demo.orders GROUP BY account_id) b USING (account_id);
\qecho 'Each account at the last stage that there is evidence for; what is not in the data'
\qecho 'is no evidence.  A contract alone makes no customer: it must be in use too.'
SELECT stage, meaning AS "evidence", count(p.account_id) AS accounts,
  pg_temp.percent(count(p.account_id)
    / nullif(sum(count(p.account_id)) OVER (), 0)::float8) AS share,
  count(*) FILTER (WHERE tier = 1) AS "of tier 1",
  pg_temp.money(sum(open_amount), 10) AS "open deals"
FROM (VALUES ('account', 'none but its record'),
    ('aware', 'a touch or a visit'),
    ('engaged', 'engagement of 5 or more'),
    ('qualified', 'engaged, and surely of tier 1 or 2'),
    ('opportunity', 'an open deal, or a contract not in use'),
    ('customer', 'won; a subscription, or an order within a year'),
    ('adopted', 'used within 60 days'),
    ('expanded', 'pays more than a year ago, or has a second product'),
    ('advocate', 'a good word for us within a year')) v(name, meaning),
  LATERAL (SELECT name::abm.lifecycle_stage) e(stage)
  LEFT JOIN progress p USING (stage)
GROUP BY stage, meaning ORDER BY stage;
