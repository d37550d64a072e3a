-- Part of report.sql: visits without a name, engagement and surges; makes
-- table engaged, which lifecycle.sql reads.
\qecho '4. Who is interested and has not told us?  Visits, engagement, surges'
\qecho '------------------------------------------------------------------------'
-- Accounts as numbers, which networks and surges are kept by.
CREATE TEMP TABLE numbered AS
  SELECT account_id, row_number() OVER (ORDER BY account_id) AS number
  FROM demo.accounts;
CREATE TEMP TABLE known_network AS
  SELECT abm.network_map_agg(network, number) AS map
  FROM demo.networks JOIN numbered USING (account_id);
-- A domain that two accounts have tells neither.
CREATE TEMP TABLE known_domain AS
  SELECT abm.registrable_domain(domain) AS domain, min(number) AS number
  FROM demo.accounts JOIN numbered USING (account_id)
  WHERE NOT abm.is_free_mail(domain) GROUP BY 1 HAVING count(*) = 1;
-- The e-mail address that a visitor left says more than the network.
CREATE TEMP TABLE visitor AS
  SELECT v.*, d.number AS by_email,
    abm.account_for_ip((SELECT map FROM known_network), ip) AS by_network,
    abm.is_free_mail(email) AS free_mail
  FROM demo.visits v LEFT JOIN known_domain d
    ON d.domain = abm.registrable_domain(abm.email_domain(email));
CREATE TEMP TABLE interest AS
  SELECT number, at, left(channel, 60) AS class,
    least(coalesce(points, 1), 1000) AS points
  FROM demo.touches JOIN numbered USING (account_id)
UNION ALL
  SELECT coalesce(by_email, by_network), at, 'visit',
    least(coalesce(points, 1), 1000)
  FROM visitor WHERE num_nonnulls(by_email, by_network) > 0;
DELETE FROM interest WHERE points = 0;
CREATE TEMP TABLE engaged AS
  SELECT n.account_id, abm.engagement_score(now, as_of) AS score,
    coalesce(abm.engagement_score(before, as_of - interval '30 days'), 0)
      AS score_before
  FROM numbered n JOIN (
      SELECT number,
        abm.capped_engagement_agg(at, class, points, 20, '30 days') AS now,
        abm.capped_engagement_agg(at, class, points, 20, '30 days')
          FILTER (WHERE at <= as_of - interval '30 days') AS before
      FROM interest, demo.dataset GROUP BY number) e USING (number),
    demo.dataset;

\if :has_visits
\if :has_networks
\else
\qecho 'Missing: networks.csv; only their e-mail addresses tell whose visits are.'
\endif
\qecho 'A visit has no name, but an address: it is an account''s if it comes from its'
\qecho 'network, or if the visitor left an e-mail address of its domain.  In dispute:'
\qecho 'networks that two accounts have, so that their visits are nobody''s.'
SELECT count(*) AS visits, count(by_network) AS "by network",
  count(by_email) AS "by e-mail",
  count(*) FILTER (WHERE free_mail) AS "free mail",
  pg_temp.percent(avg((num_nonnulls(by_email, by_network) > 0)::int))
    AS matched,
  count(DISTINCT coalesce(by_email, by_network)) AS accounts,
  (SELECT count(DISTINCT c.network)
   FROM known_network, abm.network_conflicts(map) c) AS "in dispute"
FROM visitor;
\else
\qecho 'Missing: visits.csv and networks.csv (visits without a name).'
\qecho
\endif

SELECT count(*) > 0 AS has_interest FROM engaged \gset
\if :has_interest
\qecho 'Engagement: the points of all touches and visits, of one kind at most 20 a day;'
\qecho 'half of them are forgotten in 30 days.  Accounts by tier and engagement: the hot'
\qecho 'are the best tenth of those with any, the warm the next three tenths.  Where fit'
\qecho 'and engagement meet and no deal is open, somebody should call.'
CREATE TEMP TABLE heat AS
  SELECT s.account_id, s.tier, s.disqualified_by, e.score, e.score_before,
    heat, coalesce(open_deals, 0) AS open_deals
  FROM scored s LEFT JOIN (
      SELECT *, CASE WHEN p >= 0.9 THEN 'hot' WHEN p >= 0.6 THEN 'warm'
                     ELSE 'cool' END AS heat
      FROM (SELECT *, percent_rank() OVER (ORDER BY score) AS p
            FROM engaged) r) e USING (account_id)
    LEFT JOIN (SELECT account_id, count(*) AS open_deals
               FROM demo.opportunities WHERE outcome = 'open'
               GROUP BY account_id) o USING (account_id);
SELECT tier, count(*) AS accounts, count(*) FILTER (WHERE heat = 'hot') AS hot,
  count(*) FILTER (WHERE heat = 'warm') AS warm,
  count(*) FILTER (WHERE heat = 'cool') AS cool,
  count(*) FILTER (WHERE heat IS NULL) AS "nothing yet",
  count(*) FILTER (WHERE heat = 'hot' AND open_deals = 0)
    AS "hot without open deal"
FROM heat GROUP BY tier ORDER BY tier NULLS LAST;

-- Days with any event: ten page views of one visit are no surge.
CREATE TEMP TABLE active_day AS
  SELECT number, max(at) AS at FROM interest
  GROUP BY number, date_trunc('day', at);
CREATE TEMP TABLE surging AS
  SELECT n.account_id, l.recent, l.baseline, l.lift, l.probability, l.q_value,
    l.surging
  FROM (SELECT abm.surge_agg(number, (at > as_of - interval '14 days')::int,
                 (at <= as_of - interval '14 days')::int) AS surges
        FROM active_day, demo.dataset WHERE at > as_of - interval '98 days') s,
    abm.surge_list(surges, 14, 84) l
    JOIN numbered n ON n.number = l.account_id;
SELECT count(*) FILTER (WHERE surging) AS surges, count(*) AS watched,
  count(*) FILTER (WHERE surging) > 0 AS has_surges FROM surging \gset
\if :has_surges
\qecho :surges 'of' :watched 'accounts are active on a greater share of the last 14 days than of'
\qecho 'the 84 before, each compared with itself; one in ten of the list at most may be'
\qecho 'chance.  The best fitting of them, those without an open deal first:'
SELECT pg_temp.cut(a.name, 30) AS account, tier, open_deals AS "open deals",
  recent AS "days of 14", baseline AS "of 84 before",
  coalesce(pg_temp.num(lift, 1)::text, 'new') AS "times as often",
  CASE WHEN probability > 0.999 THEN '> 99.9 %'
       ELSE pg_temp.percent(probability) END AS "more than chance",
  pg_temp.num(h.score_before, 1) AS "engaged 30 days ago",
  pg_temp.num(h.score, 1) AS "today"
FROM surging s JOIN heat h USING (account_id)
  JOIN demo.accounts a USING (account_id)
WHERE surging AND disqualified_by IS NULL
ORDER BY (open_deals > 0), tier NULLS LAST, q_value, account_id LIMIT 10;
\else
\qecho 'No account is active on so much greater a share of the last 14 days than of the'
\qecho '84 before that it could not be chance (of' :watched 'accounts).'
\qecho
\endif
\else
\qecho 'Missing: touches.csv (contacts between the accounts and us).'
\qecho
\endif
