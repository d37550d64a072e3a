-- What the companies of the sample do before they buy and afterwards: touches,
-- networks and visits.  Run by warehouse.sql, whose tables truth and deal say
-- what is true of them.

-- When each company came to our notice: mostly before its first deal; some
-- never did.
CREATE TEMP TABLE met AS
  SELECT t.*, CASE WHEN first_deal IS NULL
      THEN timestamptz '2021-06-01' + 1290 * pg_temp.u(i || 'met')
           * interval '1 day'
      ELSE greatest(timestamptz '2021-06-01' + 120 * pg_temp.u(i || 'began')
             * interval '1 day', first_deal - interval '1 day'
             * (3 - 220 * ln(pg_temp.u(i || 'met')))) END AS met_at
  FROM truth t LEFT JOIN (SELECT i, min(created_at) AS first_deal FROM deal
                          GROUP BY i) d USING (i)
  WHERE first_deal IS NOT NULL OR pg_temp.u(i || 'unknown') > 0.25;

CREATE FUNCTION pg_temp.person(i int, people int, key text, known float8)
RETURNS text
RETURN CASE WHEN pg_temp.u(key || 'who') < known
  THEN 'C' || lpad(i::text, 5, '0') || lpad((1 + floor(people
       * pg_temp.u(key || 'whom')))::text, 2, '0') END;

-- Interest by and by, the work on each deal, and what customers do.
INSERT INTO demo.touches
SELECT account_id, person, date_trunc('minute', at), split_part(touch, '/', 1),
  split_part(touch, '/', 2), split_part(touch, '/', 3)::float8
FROM (
  SELECT account_id, pg_temp.person(i, people, key, 0.4) AS person,
    CASE n WHEN 0 THEN met_at
           ELSE met_at + (:as_of - met_at) * pg_temp.u(key || 'at') END AS at,
    pg_temp.pick(key || 'touch', '{web/visit/1,web/visit/1,web/visit/1,
      web/pricing page/3,email/opened/1,email/opened/1,email/clicked/2,
      ads/clicked/1,event/webinar/5,event/trade fair/10}') AS touch
  FROM met, generate_series(0, floor((1.5 + 9 * warmth) * extract(epoch FROM
      :as_of - met_at) / 86400 / 365 * 2 * pg_temp.u(i || 'often'))::int) n,
    concat(i, '.', n) key
UNION ALL
  SELECT account_id, pg_temp.person(i, people, k, 0.85), CASE WHEN early
      THEN created_at - 45 * pg_temp.u(k || 'at') ^ 2 * interval '1 day'
      ELSE created_at + (least(ends_at, :as_of) - created_at)
           * pg_temp.u(k || 'at') END,
    pg_temp.pick(k || 'touch', CASE WHEN early
      THEN '{web/visit/1,web/pricing page/3,web/pricing page/3,email/clicked/2,
        event/webinar/5,sales/call/8}'::text[]
      ELSE '{web/visit/1,web/pricing page/3,email/clicked/2,sales/call/8,
        sales/call/8,sales/meeting/15}' END)
  FROM deal, generate_series(1, 3 + floor(pg_temp.u(key || 'work')
                                          * (4 + 10 * warmth))::int) nth,
    concat(key, '.', nth) k, LATERAL (SELECT nth % 5 < 2) e(early)
UNION ALL
  SELECT account_id, pg_temp.person(i, people, key, 1),
    month + 28 * pg_temp.u(key || 'at') * interval '1 day', 'product/used/0'
  FROM demo.subscriptions JOIN truth USING (account_id),
    generate_series(1, 3) n, concat(account_id, month, n) key
  WHERE pg_temp.u(key || 'use')
        < CASE WHEN pg_temp.u(i || 'adopts') < 0.3 THEN 0.05 ELSE 0.7 END
UNION ALL
  SELECT account_id, pg_temp.person(i, people, key, 1),
    won_at + (:as_of - won_at) * pg_temp.u(key || 'at'),
    pg_temp.pick(key || 'touch', '{advocacy/review/10,
      advocacy/reference call/15,advocacy/referral/20}')
  FROM (SELECT i, account_id, fit, people, min(ends_at) AS won_at FROM deal
        WHERE ending = 'won' AND NOT running
        GROUP BY i, account_id, fit, people) w,
    generate_series(1, floor(3 * fit * pg_temp.u(i || 'praise'))::int) n,
    concat(i, '/', n) key) t
WHERE at < :as_of;

-- Two companies in three have a network that we know, one in five of these by
-- IPv6; two share an office park, so that nobody knows which of them it is.
INSERT INTO demo.networks
SELECT CASE WHEN i % 5 = 0
    THEN set_masklen(inet '2001:db8::' + (i::bigint << 40), 88)
    ELSE set_masklen(inet '10.64.0.0' + i * 64, 26) END, account_id
FROM truth WHERE pg_temp.u(i || 'network') < 0.66
UNION ALL
SELECT '203.0.113.0/24', account_id FROM truth WHERE i IN (11, 22);

-- Fifteen weeks of visits.  Some companies that fit well and have no open deal
-- have begun to look at us in the last two weeks.
CREATE TEMP TABLE visit AS
  SELECT v.*, concat(i, 'v', n) AS key
  FROM (
    SELECT t.*, n, 105 * pg_temp.u(concat(i, 'v', n, 'at')) AS age
    FROM truth t, generate_series(1, floor((2 + 18 * warmth)
                    * pg_temp.u(i || 'visits'))::int) n
  UNION ALL
    SELECT t.*, -n, 13 * pg_temp.u(concat(i, 'v', -n, 'at'))
    FROM truth t,
      generate_series(1, 5 + floor(8 * pg_temp.u(i || 'more'))::int) n
    WHERE pg_temp.u(i || 'surge') < 0.12 * fit * fit AND NOT EXISTS
      (SELECT FROM demo.opportunities o WHERE o.account_id = t.account_id
         AND outcome = 'open')) v;
INSERT INTO demo.visits
SELECT date_trunc('minute', :as_of - age * interval '1 day'),
  coalesce(host(network + (1 + 60 * pg_temp.u(key || 'host'))::int)::inet,
           inet '198.18.0.0' + (131071 * pg_temp.u(key || 'host'))::int),
  CASE WHEN kind IN ('white paper', 'demo request') AND pg_temp.u(key || 'm')
    < 0.7 THEN CASE WHEN pg_temp.u(key || 'free') < 0.3
      THEN 'not-a-person-' || abs(hashtext(key)) % 1000 || '@gmail.com'
      ELSE 'info@' || domain END END,
  kind, CASE kind WHEN 'page' THEN 1 WHEN 'demo request' THEN 10 ELSE 3 END
FROM (
  SELECT age, key, domain, pg_temp.pick(key || 'kind', '{page,page,page,page,
      pricing page,pricing page,white paper,demo request}') AS kind,
    network
  FROM visit JOIN demo.accounts USING (account_id)
    LEFT JOIN (SELECT account_id, max(network) AS network FROM demo.networks
               GROUP BY account_id) office USING (account_id)
UNION ALL
  SELECT 105 * pg_temp.u(n || 'e'), n || 'e', NULL, 'page', NULL
  FROM generate_series(1, 9000) n) v
ORDER BY 1, key;
