-- Generates the sample warehouse: some 3,000 companies that might buy
-- business software, invented, with their people, deals, orders,
-- subscriptions, touches and visits up to the first day of 2025.  Everything follows from hashes
-- of row numbers, so each run gives the same rows.  Facts that sales seldom
-- knows are NULL in part.
\set ON_ERROR_STOP on
\set QUIET on
\set as_of '''2025-01-01 00:00+00''::timestamptz'
BEGIN;
\ir tables.sql
\ir profile.sql
INSERT INTO demo.dataset
  VALUES ('Sample warehouse', :as_of, :'sample_profile', true);

-- Uniform between 0 and 1, never either, and standard normal, from a key.
CREATE FUNCTION pg_temp.u(key text) RETURNS float8
RETURN ((hashtextextended(key, 0) & 4503599627370495) + 0.5)
       / 4503599627370496;
CREATE FUNCTION pg_temp.z(key text) RETURNS float8
RETURN sqrt(-2 * ln(pg_temp.u(key || 'r')))
       * cosd(360 * pg_temp.u(key || 'a'));
CREATE FUNCTION pg_temp.pick(key text, choices text[]) RETURNS text
RETURN choices[1 + floor(pg_temp.u(key) * cardinality(choices))::int];
CREATE FUNCTION pg_temp.share(x float8) RETURNS float8
RETURN 1 / (1 + exp(-x));

-- What is true of each company; demo.accounts has what is known of it.
CREATE TEMP TABLE truth AS
WITH company AS (
  SELECT i, 'A' || lpad(i::text, 5, '0') AS account_id,
    (ARRAY['Al', 'Bran', 'Cor', 'Dal', 'El', 'Fen', 'Gar', 'Hol', 'Ing', 'Jar',
           'Kel', 'Lor', 'Mar', 'Nor', 'Os', 'Pel', 'Quin', 'Ros', 'Sel',
           'Tor', 'Ul', 'Ver', 'Wes', 'Yar', 'Zel', 'Bel', 'Cald', 'Drum',
           'Ever', 'Fair', 'Glen', 'Hart', 'Kirk', 'Lang', 'Mill', 'Nether',
           'Over', 'Pen', 'Raven', 'Stan'])[1 + i % 40]
    || (ARRAY['by', 'combe', 'dale', 'don', 'field', 'ford', 'gate', 'ham',
              'hurst', 'ington', 'land', 'ley', 'low', 'mere', 'mont', 'more',
              'ness', 'port', 'ridge', 'shaw', 'stead', 'stoke', 'ton', 'vale',
              'wick'])[1 + (i / 40) % 25] AS stem,
    pg_temp.pick(i || 'industry', '{software,software,software,software,
      fintech,fintech,healthcare,healthcare,manufacturing,manufacturing,
      manufacturing,retail,retail,logistics,logistics,education,
      public sector}') AS industry,
    pg_temp.pick(i || 'country', '{United States,United States,United States,
      United States,United States,United States,Canada,United Kingdom,
      United Kingdom,Germany,Germany,Germany,France,France,Netherlands,
      Australia,Brazil}') AS country,
    greatest(8, exp(5.4 + 1.4 * pg_temp.z(i || 'size')))::bigint AS employees,
    ARRAY(SELECT t FROM unnest('{aws,azure,hubspot,marketo,salesforce,sap,
            shopify,snowflake}'::text[]) t
          WHERE pg_temp.u(i || t) < CASE t WHEN 'salesforce' THEN 0.35
            WHEN 'hubspot' THEN 0.25 WHEN 'aws' THEN 0.5 ELSE 0.2 END) AS tech,
    0.12 + 0.18 * pg_temp.z(i || 'growth') AS growth,
    pg_temp.u(i || 'competitor') < 0.18 AS competitor,
    pg_temp.share(1.1 * pg_temp.z(i || 'warm')) AS warmth,
    pg_temp.u(i || 'people') AS people
  FROM generate_series(1, 3000) i)
SELECT i, account_id, stem, industry, country, employees, tech, growth,
  competitor, warmth, 2 + floor(people * (2 + ln(employees)))::int AS people,
  c.employees * (90000 + 220000 * pg_temp.u(i || 'revenue'))
    AS revenue,
  CASE WHEN country IN ('United States', 'Canada') THEN 'North America'
       WHEN country = 'Australia' THEN 'Asia Pacific'
       WHEN country = 'Brazil' THEN 'Latin America'
       ELSE 'Europe' END AS region,
  0.30 * CASE industry WHEN 'software' THEN 1 WHEN 'fintech' THEN 0.9
    WHEN 'healthcare' THEN 0.6 WHEN 'logistics' THEN 0.5
    WHEN 'manufacturing' THEN 0.45 WHEN 'retail' THEN 0.35 ELSE 0.15 END
  + 0.25 * CASE WHEN employees < 50 THEN 0.1 WHEN employees < 200 THEN 0.6
    WHEN employees <= 2000 THEN 1 ELSE 0.5 END
  + 0.20 * (tech && '{salesforce,hubspot}')::int
  + 0.15 * least(1, greatest(0, growth / 0.3))
  + 0.10 * (country NOT IN ('Brazil', 'France', 'Australia'))::int
  - 0.20 * competitor::int AS fit
FROM company c;

INSERT INTO demo.accounts
SELECT account_id, stem || ' ' || CASE industry
    WHEN 'software' THEN pg_temp.pick(i || 'n',
      '{Software,Systems,Labs,Cloud,Digital}')
    WHEN 'fintech' THEN pg_temp.pick(i || 'n', '{Pay,Capital,Finance,Ledger}')
    WHEN 'healthcare' THEN pg_temp.pick(i || 'n', '{Health,Care,Clinics}')
    WHEN 'manufacturing' THEN pg_temp.pick(i || 'n',
      '{Works,Industries,Tools,Components}')
    WHEN 'retail' THEN pg_temp.pick(i || 'n', '{Stores,Retail,Outfitters}')
    WHEN 'logistics' THEN pg_temp.pick(i || 'n', '{Freight,Logistics,Lines}')
    WHEN 'education' THEN pg_temp.pick(i || 'n', '{College,Academy}')
    ELSE pg_temp.pick(i || 'n', '{County Council,Authority}') END
    || CASE WHEN i > 2000 THEN ' International' WHEN i > 1000 THEN ' Group'
            ELSE '' END,
  lower(stem) || CASE WHEN i > 2000 THEN '-intl' WHEN i > 1000 THEN '-group'
                      ELSE '' END || '.example',
  industry, country, region,
  CASE WHEN pg_temp.u(i || 'k1') > 0.05 THEN employees END,
  CASE WHEN pg_temp.u(i || 'k2') > 0.20
       THEN round(revenue::numeric, -4) END,
  CASE WHEN pg_temp.u(i || 'k3') > 0.20 THEN tech END,
  CASE WHEN pg_temp.u(i || 'k4') > 0.30 THEN round(growth::numeric, 2) END,
  CASE WHEN pg_temp.u(i || 'k5') > 0.35 THEN competitor END,
  CASE WHEN pg_temp.u(i || 'k6') > 0.10
       THEN country <> 'Brazil' AND pg_temp.u(i || 'served') > 0.08 END,
  date '2020-01-01' + floor(700 * pg_temp.u(i || 'created'))::int
FROM truth;

INSERT INTO demo.contacts
SELECT 'C' || lpad(i::text, 5, '0') || lpad(n::text, 2, '0'), account_id,
  first || ' ' || last,
  CASE part WHEN 'Executive Sponsor' THEN pg_temp.pick(key || 't',
      '{Chief Executive Officer,Chief Revenue Officer,Managing Director}')
    WHEN 'Economic Buyer' THEN pg_temp.pick(key || 't',
      '{Chief Financial Officer,VP Finance,Finance Director}')
    WHEN 'Decision Maker' THEN pg_temp.pick(key || 't',
      '{VP Sales,VP Marketing,Head of Operations,Director of Sales}')
    WHEN 'Champion' THEN pg_temp.pick(key || 't',
      '{Sales Operations Manager,Marketing Manager,Revenue Operations Lead}')
    WHEN 'Technical Buyer' THEN pg_temp.pick(key || 't',
      '{IT Manager,Chief Information Officer,Security Engineer}')
    WHEN 'Procurement' THEN pg_temp.pick(key || 't',
      '{Procurement Manager,Head of Purchasing}')
    WHEN 'Influencer' THEN pg_temp.pick(key || 't',
      '{Business Analyst,Consultant,Product Manager}')
    ELSE pg_temp.pick(key || 't', '{Account Executive,Marketing Specialist,
      Sales Representative,Data Analyst}') END,
  lower(first || '.' || last) || '@' || lower(stem)
    || CASE WHEN i > 2000 THEN '-intl' WHEN i > 1000 THEN '-group' ELSE '' END
    || '.example',
  CASE WHEN pg_temp.u(key || 'known') > 0.25 THEN part END,
  CASE WHEN pg_temp.u(key || 'seen') > 0.10 THEN round(pg_temp.share(
    ln(warmth / (1 - warmth)) + 0.9 * pg_temp.z(key || 'warm') - 0.3)::numeric,
    2) END
FROM truth, generate_series(1, people) n,
  concat(i, '/', n) key,
  pg_temp.pick(key || 'first', '{Ada,Ben,Carla,Daniel,Elif,Femi,Greta,Hugo,
    Ines,Jonas,Karin,Luis,Mei,Nadia,Omar,Petra,Quentin,Rosa,Samir,Tara,Ugo,
    Vera,Wanda,Yusuf,Zoe,Aidan,Birgit,Claire,Dario,Emma}') first,
  pg_temp.pick(key || 'last', '{Abel,Brandt,Castro,Dubois,Eriksen,Ferrara,
    Gruber,Hansen,Ito,Jensen,Keller,Lindholm,Moreau,Novak,Okafor,Price,Quist,
    Rossi,Sato,Tanner,Ueda,Vidal,Weber,Young,Zeman,Archer,Bishop,Cole,Drake,
    Ellis,Frost,Grant,Hale,Irwin,Judd}') last,
  pg_temp.pick(key || 'part', '{User,User,End User,Influencer,Influencer,
    Champion,Champion,Decision Maker,Decision Maker,Economic Buyer,
    Technical Buyer,Technical Buyer,Executive Sponsor,Procurement}') part;

-- Deals: whether one is won hangs on fit and warmth; how long it takes, on
-- its size and its end.
CREATE TEMP TABLE deal AS
WITH opened AS (
  SELECT t.*, n, concat(i, '-', n) AS key,
    pg_temp.pick(concat(i, '-', n, 'p'),
                 '{Platform,Platform,Analytics,Connect,Assist}') AS product
  FROM truth t, generate_series(1, floor(pg_temp.u(i || 'deals')
                                         * (2 + 4 * warmth))::int) n),
ended AS (
  SELECT o.*, timestamptz '2022-01-01 08:00+00'
      + 1085 * pg_temp.u(key || 'open') * interval '1 day' AS created_at,
    pg_temp.u(key || 'end') AS luck,
    pg_temp.share(-5.1 + 4.5 * fit + 2.4 * warmth + CASE product
      WHEN 'Platform' THEN -0.1 WHEN 'Assist' THEN 0.3 ELSE 0 END) AS chance,
    round((18000 * CASE product WHEN 'Platform' THEN 2
                     WHEN 'Analytics' THEN 1.1 WHEN 'Connect' THEN 0.6
                     ELSE 0.35 END
           * (employees / 220.0) ^ 0.35
           * exp(0.5 * pg_temp.z(key || 'amount')))::numeric, -2) AS amount,
    CASE product WHEN 'Platform' THEN 90 WHEN 'Analytics' THEN 45
                 ELSE 20 END AS implementation_days
  FROM opened o),
lasting AS (
  SELECT e.*, CASE WHEN luck < chance THEN 'won'
      WHEN luck < chance + 0.82 * (1 - chance) THEN 'lost'
      ELSE 'no_decision' END AS ending,
    exp(4.1 + 0.45 * pg_temp.z(key || 'days'))
      * (amount / 20000) ^ 0.15::float8 * CASE WHEN luck < chance THEN 1
             WHEN luck < chance + 0.82 * (1 - chance) THEN 0.8
             ELSE 1.7 END AS days
  FROM ended e),
closing AS (
  SELECT l.*, date_trunc('minute', created_at + days * interval '1 day')
    AS ends_at FROM lasting l)
SELECT c.*, ends_at > :as_of AS running,
  ending = 'lost' AND ends_at <= :as_of - interval '10 days'
    AND ends_at > :as_of - interval '200 days'
    AND pg_temp.u(key || 'again') < 0.2 AS reopened,
  CASE ending WHEN 'lost' THEN 1 + floor(4 * pg_temp.u(key || 'reach'))
    WHEN 'no_decision' THEN 2 + floor(3 * pg_temp.u(key || 'reach'))
    ELSE 4 END AS reach
FROM closing c;

-- One deal in fourteen skips a stage, one in eleven goes back a stage.
CREATE TEMP TABLE step AS
  SELECT key, ordinal, stage, date_trunc('minute', created_at + days * position
    * (1 + 0.1 * pg_temp.u(key || stage)) * interval '1 day') AS entered_at
  FROM deal, (VALUES (1, 'Discovery', 0, 1), (2, 'Qualification', 0.2, 2),
                     (3, 'Proposal', 0.45, 3), (4, 'Qualification', 0.55, 3),
                     (5, 'Proposal', 0.65, 3), (6, 'Negotiation', 0.75, 4))
             s(ordinal, stage, position, needs)
  WHERE needs <= reach
    AND (ordinal NOT IN (4, 5) OR pg_temp.u(key || 'back') < 0.09)
    AND (ordinal <> 2 OR reach < 3 OR pg_temp.u(key || 'skip') > 0.07)
UNION ALL
  SELECT key, 7, CASE ending WHEN 'won' THEN 'Won' WHEN 'lost' THEN 'Lost'
                             ELSE 'No decision' END, ends_at
  FROM deal
UNION ALL
  SELECT key, 8, 'Negotiation', ends_at + interval '9 days'
  FROM deal WHERE reopened;
DELETE FROM step WHERE entered_at > :as_of;

INSERT INTO demo.opportunities
SELECT 'O' || key, account_id, product || ' for ' || a.name,
  CASE d.region WHEN 'Europe' THEN pg_temp.pick(i || 'owner',
      '{Anke Holm,Bruno Salis,Celine Faure,Derek Moss,Eva Lindt}')
    WHEN 'North America' THEN pg_temp.pick(i || 'owner',
      '{Frank Ortega,Gina Park,Harold Stone,Irene Walsh,Jack Deng}')
    ELSE pg_temp.pick(i || 'owner', '{Kim Tran,Luiza Prado}') END,
  product, d.region, stage,
  outcome::abm.deal_outcome,
  CASE WHEN outcome <> 'open' OR pg_temp.u(key || 'k0') > 0.06
       THEN amount END, 'USD', date_trunc('minute', d.created_at),
  CASE WHEN outcome <> 'open' THEN ends_at END,
  CASE WHEN pg_temp.u(key || 'k1') > 0.35 THEN round((amount
    * (0.4 + 0.9 * pg_temp.u(key || 'budget')))::numeric, -2) END,
  CASE WHEN pg_temp.u(key || 'k2') > 0.60 THEN round((amount
    * 0.4 * pg_temp.u(key || 'more'))::numeric, -2) END,
  CASE WHEN pg_temp.u(key || 'k3') > 0.15
       THEN pg_temp.u(key || 'scope') < 0.5 + 0.4 * warmth END,
  CASE WHEN pg_temp.u(key || 'k4') > 0.25
       THEN pg_temp.u(key || 'prior') < 0.4 + 0.4 * warmth END,
  CASE WHEN pg_temp.u(key || 'k5') > 0.30
       THEN pg_temp.u(key || 'fails') < 0.3 + 0.5 * warmth END,
  CASE WHEN pg_temp.u(key || 'k6') > 0.30
       THEN pg_temp.u(key || 'us') < 0.3 + 0.5 * warmth END,
  CASE WHEN pg_temp.u(key || 'k7') > 0.15 THEN round(least(1, 0.45 + 0.5 * fit
    + 0.15 * pg_temp.z(key || 'fit'))::numeric, 2) END,
  CASE WHEN pg_temp.u(key || 'k8') > 0.30 THEN d.created_at::date
    + (60 + 320 * pg_temp.u(key || 'need'))::int END,
  implementation_days
FROM deal d JOIN demo.accounts a USING (account_id)
  JOIN (SELECT DISTINCT ON (key) key, stage FROM step
        ORDER BY key, ordinal DESC) last USING (key),
  LATERAL (SELECT CASE WHEN running OR reopened THEN 'open'
                       ELSE ending END AS outcome) o;

INSERT INTO demo.stage_history
SELECT 'O' || key, stage, entered_at FROM step ORDER BY key, ordinal;

-- A won deal is the customer's first order; some order again, the better the
-- fit the more often; now and then a part is refunded.
CREATE TEMP TABLE purchase AS
  SELECT p.key, concat('R', deal.key, '-', nth) AS order_id, account_id,
    date_trunc('minute', ends_at + interval '1 day' * nth
      * (45 + 90 * pg_temp.u(deal.key || 'pace')
         + 20 * pg_temp.u(p.key || 'at')))
      AS ordered_at,
    round((amount * CASE WHEN nth = 0 THEN 1
      ELSE 0.1 + 0.4 * pg_temp.u(p.key || 'size') END)::numeric, 2) AS amount
  FROM deal, generate_series(0, floor(ln(pg_temp.u(deal.key || 'again'))
      / ln(0.4 + 0.5 * fit))::int) nth,
    LATERAL (SELECT concat(deal.key, '/', nth)) p(key)
  WHERE ending = 'won' AND NOT running;
INSERT INTO demo.orders
  SELECT order_id, account_id, ordered_at, amount
  FROM purchase WHERE ordered_at < :as_of
UNION ALL
  SELECT order_id || '-refund', account_id, ordered_at + interval '12 days',
    -round((amount * (0.2 + 0.8 * pg_temp.u(key || 'part')))::numeric, 2)
  FROM purchase WHERE pg_temp.u(key || 'refund') < 0.03
    AND ordered_at < :as_of - interval '12 days'
ORDER BY 3, 1;

INSERT INTO demo.subscriptions
SELECT account_id, month::date,
  sum(round((amount / 12 * 1.08 ^ floor(age))::numeric, 2))
FROM deal, generate_series(date_trunc('month', ends_at, 'UTC')
    + interval '1 month', :as_of - interval '1 month', '1 month') month,
  LATERAL (SELECT extract(epoch FROM month - ends_at) / 86400 / 365.25) a(age)
WHERE ending = 'won' AND NOT running AND product <> 'Assist'
  AND age < -ln(pg_temp.u(key || 'stay')) * (1.5 + 6 * fit)
GROUP BY account_id, month;
\ir interest.sql
COMMIT;
ANALYZE demo.accounts, demo.contacts, demo.opportunities, demo.stage_history,
  demo.touches, demo.orders, demo.subscriptions, demo.networks, demo.visits;
