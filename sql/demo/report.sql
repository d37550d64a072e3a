-- The report of the demonstration over schema demo: what the extension says
-- of the accounts, the open opportunities, the buying groups, the pipeline
-- and the customers.  Each section that lacks its data says what is missing.
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
  (7, 'subscriptions', (SELECT count(*) FROM demo.subscriptions)))
  t(ordinal, name, n)
ORDER BY ordinal;

\qecho '1. Which accounts are worth the effort?  Fit to the ideal customer profile'
\qecho '------------------------------------------------------------------------'
\if :own_profile
\else
\qecho 'The data bring no profile.json: the accounts are held against the sample''s'
\qecho 'profile.  Write your own to make these figures yours.'
\endif
\qecho 'The score, 0 to 100, is over the facts that are known.  With the unknown ones'
\qecho 'it may turn out anywhere between "worst" and "best"; "known" is the share of'
\qecho 'the profile''s weight that is known, and "sure tier" the tier even at worst.'
SELECT row_number() OVER ranked AS "#", pg_temp.cut(s.name, 30) AS account,
  industry, country, pg_temp.num(score, 1) AS score,
  pg_temp.num(lower, 1) AS worst, pg_temp.num(upper, 1) AS best,
  tier, certain_tier AS "sure tier", pg_temp.percent(coverage) AS known
FROM scored s JOIN demo.accounts a USING (account_id)
WHERE score IS NOT NULL AND disqualified_by IS NULL
WINDOW ranked AS (ORDER BY score DESC, lower DESC, account_id)
ORDER BY 1 LIMIT 12;
\qecho 'All accounts by tier (tier 1 is the best; "-": nothing is known of them).'
SELECT tier, count(*) AS accounts,
  count(*) FILTER (WHERE certain_tier = tier) AS "of these sure",
  pg_temp.num(min(score), 1) AS "lowest score",
  pg_temp.num(max(score), 1) AS "highest score",
  pg_temp.percent(avg(coverage)) AS "known on average"
FROM scored GROUP BY tier ORDER BY tier NULLS LAST;
SELECT count(*) > 0 AS has_scores FROM scored
WHERE score IS NOT NULL AND disqualified_by IS NULL \gset
\if :has_scores
SELECT account_id AS first_id, name AS first_name FROM scored
WHERE score IS NOT NULL AND disqualified_by IS NULL
ORDER BY score DESC, lower DESC, account_id LIMIT 1 \gset
\qecho 'Why' :first_name 'scores as it does: the points add up to the score.'
SELECT e.rank AS "#", e.criterion, pg_temp.cut(e.value, 40) AS "fact",
  pg_temp.num(e.degree, 2) AS "met to", pg_temp.num(e.weight) AS weight,
  pg_temp.num(e.points, 1) AS points
FROM demo.accounts a, demo.dataset s,
  abm.icp_explain(s.profile::abm.icp_profile, a) e
WHERE a.account_id = :'first_id' ORDER BY e.rank;
CREATE TEMP TABLE question AS
  SELECT pg_temp.cut(a.name, 30) AS account, f.score, f.tier, q.*
  FROM (SELECT * FROM scored
        WHERE certain_tier > tier AND disqualified_by IS NULL
        ORDER BY score DESC, lower DESC, account_id LIMIT 200) f
    JOIN demo.accounts a USING (account_id), demo.dataset s,
    LATERAL (SELECT * FROM abm.icp_next_question(s.profile::abm.icp_profile, a)
             ORDER BY swing DESC, attribute LIMIT 1) q
  WHERE q.tier_if_worst > q.tier_if_best
  ORDER BY f.score DESC, f.lower DESC, f.account_id LIMIT 8;
SELECT count(*) > 0 AS has_next FROM question \gset
\if :has_next
\qecho 'The next question to ask: the best accounts whose tier hangs on one unknown fact.'
SELECT account, pg_temp.num(score, 1) AS score, tier, attribute AS "ask for",
  pg_temp.num(swing, 1) AS "may move the score by",
  tier_if_best AS "tier if good", tier_if_worst AS "tier if bad"
FROM question ORDER BY question.score DESC, account;
\else
\qecho 'The next question to ask: none, no single unknown fact would move an account to'
\qecho 'another tier.'
\qecho
\endif
\else
\qecho 'Missing: accounts.csv has none of the facts that the profile asks for.'
\qecho
\endif

\qecho '2. Which open opportunities are real?  Budget, authority, need, timeline'
\qecho '------------------------------------------------------------------------'
\if :has_open
\if :has_bant
-- Each open opportunity with its gate and its four letters.
CREATE TEMP TABLE qualified AS
  SELECT o.opportunity_id, coalesce(o.name,
      concat_ws(' for ', o.product, coalesce(a.name, o.opportunity_id))) AS name,
    o.amount, l.gate, l.bant, b.*
  FROM demo.opportunities o LEFT JOIN demo.accounts a USING (account_id)
    LEFT JOIN buying_group g USING (account_id), demo.dataset s,
    LATERAL (SELECT abm.gate_all(abm.territory_gate(a.is_served, o.amount,
                                                    250000)) AS gate,
      ROW(CASE WHEN o.amount > 0 THEN abm.bant_budget(o.amount, o.budget,
                                        coalesce(o.reallocatable, 0)) END,
          abm.bant_authority(g.members),
          abm.bant_need(o.problem_scope, o.prior_approach, o.why_prior_fails,
                        o.why_us, o.product_fit),
          abm.bant_timeline_score(abm.bant_timeline(s.as_of,
            o.needed_by::timestamptz,
            o.implementation_days * interval '1 day')))::abm.bant AS bant) l,
    LATERAL abm.bant_assess(l.gate, l.bant) b
  WHERE o.outcome = 'open';
\qecho 'Each letter (b, a, n, t) is met to a degree from 0 to 1 or is unknown ("-"); the'
\qecho 'score, 0 to 100, is over the known ones.  A deal in a territory that we do not'
\qecho 'serve is disqualified unless it is worth 250,000 or more.'
SELECT status, count(*) AS opportunities, pg_temp.money(sum(amount)) AS amount,
  pg_temp.num(avg(score)) AS "mean score",
  pg_temp.percent(avg(coverage)) AS "known on average"
FROM qualified GROUP BY status ORDER BY sum(amount) DESC NULLS LAST;
\qecho 'The largest that are qualified, or of which we know too little to say:'
SELECT pg_temp.cut(name, 40) AS opportunity, pg_temp.money(amount) AS amount,
  pg_temp.num((bant).budget, 2) AS b, pg_temp.num((bant).authority, 2) AS a,
  pg_temp.num((bant).need, 2) AS n, pg_temp.num((bant).timeline, 2) AS t,
  pg_temp.num(score) AS score, pg_temp.num(lower) AS worst,
  pg_temp.num(upper) AS best, status
FROM qualified WHERE status IN ('qualified', 'unknown')
ORDER BY amount DESC NULLS LAST, opportunity_id LIMIT 12;
SELECT count(*) > 0 AS has_questions FROM qualified
WHERE status IN ('qualified', 'unknown') AND missing <> '' \gset
\if :has_questions
SELECT opportunity_id AS ask_id, name AS ask_name FROM qualified
WHERE status IN ('qualified', 'unknown') AND missing <> ''
ORDER BY amount DESC NULLS LAST, opportunity_id LIMIT 1 \gset
\qecho 'What' :ask_name 'still lacks:'
SELECT s.criterion, pg_temp.num(s.evidence, 2) AS evidence, s.verdict,
  s.next_question AS "ask next"
FROM qualified, abm.bant_shortfall(gate, bant) s
WHERE opportunity_id = :'ask_id';
\endif
\else
\qecho 'Missing: opportunities.csv has no value in budget, product_fit and needed_by'
\qecho '(and, for the authority, contacts.csv with roles and engagement).'
\qecho
\endif
\else
\qecho 'Missing: no opportunity is open.'
\qecho
\endif

\qecho '3. Do we know the people who decide?  Buying groups of the best accounts'
\qecho '------------------------------------------------------------------------'
\if :has_contacts
\qecho 'Complete is the share of the needed roles (a decision maker, an economic buyer,'
\qecho 'a champion, an IT expert, a user) that a person fills who is engaged to'
\qecho '0.3 at least.  "Effective" counts people by how evenly engaged they are.'
CREATE TEMP TABLE needed AS
  SELECT ARRAY[('decision_maker', 1, 3), ('economic_buyer', 1, 3),
    ('champion', 1, 2), ('it_expert', 1, 1), ('user', 1, 1)]
    ::abm.role_requirement[] AS roles;
SELECT pg_temp.cut(s.name, 26) AS account,
  abm.group_size(members) AS people,
  pg_temp.num(abm.effective_contacts(members), 1) AS effective,
  pg_temp.percent(abm.completeness(members, roles, 0.3)) AS complete,
  abm.missing_roles(members, roles, 0.3) AS "roles to find or win"
FROM scored s JOIN buying_group USING (account_id), needed
WHERE score IS NOT NULL AND disqualified_by IS NULL
ORDER BY score DESC, lower DESC, account_id LIMIT 12;
\else
\qecho 'Missing: contacts.csv (people with their account, role or title, engagement).'
\qecho
\endif

\qecho '4. How fast does the pipeline earn?  Win rates and velocity'
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

\qecho '5. What are the customers worth?  Orders so far'
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
\endif
\endif

\qecho '6. Does the fit tell who will buy?  Win rate by tier'
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

\qecho '7. What will the open deals bring?  The next 90 days'
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

\set explore ''
\getenv explore ABM_EXPLORE
SELECT :'explore' <> '' AS may_explore \gset
\if :may_explore
\qecho 'To go on exploring (tables in schema demo, functions in schema abm):'
\qecho
\qecho '   ' :explore
\qecho
\endif
