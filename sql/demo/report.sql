-- The report of the demonstration over schema demo: what the extension says
-- of the accounts, the people, the pipeline and the customers.  A section is a
-- file of the folder report; one that lacks its data says what is missing.
\set ON_ERROR_STOP on
\set QUIET on
\pset border 1
\pset footer off
\pset null '-'
\pset pager off
SET timezone = 'UTC';
SET client_min_messages = warning;

-- how figures are shown: right-aligned, rounded to what a reader can use
CREATE FUNCTION pg_temp.right_aligned(x text, width int) RETURNS text
RETURN lpad(coalesce(x, '-'), greatest(width, length(x)));
CREATE FUNCTION pg_temp.money(x numeric, width int DEFAULT 12) RETURNS text
RETURN pg_temp.right_aligned(to_char(round(x), 'FM999,999,999,999,990'), width);
CREATE FUNCTION pg_temp.percent(x float8) RETURNS text
RETURN pg_temp.right_aligned(to_char(100 * x, 'FM990.0') || ' %', 7);
CREATE FUNCTION pg_temp.num(x float8, digits int DEFAULT 0) RETURNS numeric
RETURN round(x::numeric, digits);
CREATE FUNCTION pg_temp.cut(x text, width int) RETURNS text
RETURN CASE WHEN length(x) > width THEN left(x, width - 2) || '..' ELSE x END;
-- a figure of velocity_report by its name
CREATE FUNCTION pg_temp.figure(metric text, x float8) RETURNS text
RETURN pg_temp.right_aligned(CASE
  WHEN metric LIKE 'win_rate%' THEN pg_temp.percent(x)
  WHEN metric LIKE '%_days' THEN to_char(x, 'FM99990.0')
  ELSE pg_temp.money(x::numeric) END, 12);

SELECT title, to_char(as_of, 'YYYY-MM-DD') AS as_of, own_profile,
  coalesce((SELECT 'in ' || min(currency) FROM demo.opportunities),
           'in the currency of the data') AS in_currency,
  EXISTS (SELECT FROM demo.contacts) AS has_contacts,
  EXISTS (SELECT FROM demo.touches) AS has_touches,
  EXISTS (SELECT FROM demo.visits) AS has_visits,
  EXISTS (SELECT FROM demo.networks) AS has_networks,
  EXISTS (SELECT FROM demo.stage_history) AS has_history,
  EXISTS (SELECT FROM demo.orders) AS has_orders,
  EXISTS (SELECT FROM demo.subscriptions) AS has_subscriptions,
  EXISTS (SELECT FROM demo.opportunities WHERE outcome = 'open') AS has_open,
  EXISTS (SELECT FROM demo.opportunities
          WHERE num_nonnulls(budget, product_fit, needed_by) > 0) AS has_bant
FROM demo.dataset \gset

-- The row of demo.accounts with its fit.
CREATE TEMP TABLE scored AS
  SELECT a.account_id, a.name, f.*
  FROM demo.accounts a, demo.dataset s,
    abm.icp_fit(s.profile::abm.icp_profile, a) f;
-- Roles from the CRM's label, or else from the job title.
CREATE TEMP TABLE buying_group AS
  SELECT account_id,
    abm.buying_group_agg(contact_id,
      coalesce(abm.crm_role(role), abm.title_role(title)), engagement) AS members
  FROM demo.contacts GROUP BY account_id;

\qecho
\qecho '========================================================================'
\qecho  :title as of :as_of, money :in_currency
\qecho '========================================================================'
SELECT t.name AS "table", n AS rows,
  obj_description(('demo.' || t.name)::regclass) AS "what they are"
FROM (VALUES
  (1, 'accounts', (SELECT count(*) FROM demo.accounts)),
  (2, 'contacts', (SELECT count(*) FROM demo.contacts)),
  (3, 'opportunities', (SELECT count(*) FROM demo.opportunities)),
  (4, 'stage_history', (SELECT count(*) FROM demo.stage_history)),
  (5, 'touches', (SELECT count(*) FROM demo.touches)),
  (6, 'orders', (SELECT count(*) FROM demo.orders)),
  (7, 'subscriptions', (SELECT count(*) FROM demo.subscriptions)),
  (8, 'networks', (SELECT count(*) FROM demo.networks)),
  (9, 'visits', (SELECT count(*) FROM demo.visits)))
  t(ordinal, name, n)
ORDER BY ordinal;

\ir report/fit.sql
\ir report/tiers.sql
\ir report/learned.sql
\ir report/interest.sql
\ir report/funnel.sql
\ir report/lifecycle.sql
\ir report/buying_groups.sql
\ir report/bant.sql
\ir report/stages.sql
\ir report/velocity.sql
\ir report/open_deals.sql
\ir report/customers.sql
\ir report/clv.sql

\set explore ''
\getenv explore ABM_EXPLORE
SELECT :'explore' <> '' AS may_explore \gset
\if :may_explore
\qecho 'To go on exploring (tables in schema demo, functions in schema abm):'
\qecho
\qecho '   ' :explore
\qecho
\endif
