-- Purchases, RFM and the customer base against reference figures and against
-- plain SQL written the slow way.
\i test/begin.sql
BEGIN;
SELECT plan(87);
SET LOCAL timezone = 'UTC';

-- Reference data, where the folder is there.
\set there `test -d "$ABM_DATA/clv" && echo true || echo false`
CREATE TEMP TABLE orders (customer_id int, order_id int, ordered_at timestamptz, amount numeric, refund_of int);
CREATE TEMP TABLE orders_rfm (customer_id int, x int, t_x float8, "T" float8, m float8, total numeric, x_star int, m_star float8, refunds text DEFAULT 'net_per_period', zone text DEFAULT 'UTC');
CREATE TEMP TABLE cdnow (customer_id int, master_id int, date date, cds int, amount numeric);
CREATE TEMP TABLE cdnow_rfm (customer_id int, x int, t_x float8, "T" float8, m float8, x_star int, m_star float8);
\if :there
\cd :shared
\copy orders FROM 'clv/orders_open.csv' (FORMAT csv, HEADER)
\copy orders_rfm (customer_id, x, t_x, "T", m, total) FROM 'clv/orders_open_rfm_net_per_day_utc.csv' (FORMAT csv, HEADER)
ALTER TABLE orders_rfm ALTER refunds SET DEFAULT 'ignore';
\copy orders_rfm (customer_id, x, t_x, "T", m, total) FROM 'clv/orders_open_rfm_ignore_utc.csv' (FORMAT csv, HEADER)
ALTER TABLE orders_rfm ALTER refunds SET DEFAULT 'net_to_order';
\copy orders_rfm (customer_id, x, t_x, "T", m, total, x_star, m_star) FROM 'clv/orders_open_rfm_net_to_order_utc.csv' (FORMAT csv, HEADER)
ALTER TABLE orders_rfm ALTER zone SET DEFAULT 'America/New_York';
\copy orders_rfm (customer_id, x, t_x, "T", m, total) FROM 'clv/orders_open_rfm_net_to_order_newyork.csv' (FORMAT csv, HEADER)
\copy cdnow FROM 'clv/cdnow_sample_elog.csv' (FORMAT csv, HEADER)
\copy cdnow_rfm FROM 'clv/cdnow_rfm_weeks_exact.csv' (FORMAT csv, HEADER)
\cd :top

CREATE TEMP TABLE customer AS SELECT customer_id, abm.purchase_agg(ordered_at, amount, coalesce(refund_of, order_id)) AS p FROM orders GROUP BY 1;
-- Source: README of the folder; as of 2024-06-30 inclusive, hold-out until 2024-12-30 inclusive.
CREATE TEMP TABLE customer_rfm AS
  SELECT customer_id, refunds, zone, r.* FROM customer, (SELECT DISTINCT refunds, zone FROM orders_rfm) v,
    abm.rfm_holdout(p, timestamp '2024-06-30 23:59:59.999999' AT TIME ZONE zone, timestamp '2024-12-30 23:59:59.999999' AT TIME ZONE zone, '1 day', 'day', zone, refunds) r;
SELECT set_eq(format('SELECT customer_id, frequency, recency, age, total FROM customer_rfm WHERE (refunds, zone) = (%L, %L) AND frequency IS NOT NULL', refunds, zone),
  format('SELECT customer_id, x::bigint, t_x, "T", total FROM orders_rfm WHERE (refunds, zone) = (%L, %L)', refunds, zone),
  format('order lines, %s, %s: frequency, recency, age, total', refunds, zone))
FROM (SELECT DISTINCT refunds, zone FROM orders_rfm ORDER BY 1, 2) v;
SELECT is_empty($$ SELECT customer_id, refunds, zone, m, monetary FROM customer_rfm JOIN orders_rfm USING (customer_id, refunds, zone)
  WHERE (monetary IS NULL) <> (x = 0) OR abs(coalesce(monetary, 0) - m::numeric) > 1e-9 * greatest(1, m::numeric) $$, 'order lines: monetary, all policies and zones');
SELECT is_empty($$ SELECT customer_id, x_star, holdout_frequency, m_star, holdout_monetary FROM customer_rfm JOIN orders_rfm USING (customer_id, refunds, zone)
  WHERE x_star IS NOT NULL AND NOT (holdout_frequency = x_star AND (holdout_monetary IS NULL) = (x_star = 0)
    AND abs(coalesce(holdout_monetary, 0) - m_star::numeric) <= 1e-9 * greatest(1, m_star::numeric)) $$, 'order lines: hold-out');
SELECT is_empty($$ SELECT customer_id, refunds, zone FROM customer_rfm c JOIN customer USING (customer_id) CROSS JOIN LATERAL
    abm.rfm(p, timestamp '2024-06-30 23:59:59.999999' AT TIME ZONE zone, '1 day', 'day', zone, refunds) r
  WHERE (c.frequency, c.recency, c.age, c.monetary, c.total) IS DISTINCT FROM (r.frequency, r.recency, r.age, r.monetary, r.total) $$, 'rfm_holdout begins with rfm');
SELECT is(count(*), 400::bigint, 'order lines: every customer has a state') FROM customer;
-- Source: weeks computed from the log by days / 7, calibrated to 1997-09-30.
CREATE TEMP TABLE cdnow_customer AS SELECT customer_id, abm.purchase_agg(date, amount) AS p FROM cdnow GROUP BY 1;
SELECT is_empty($$ SELECT customer_id, r.*, x, t_x, "T", m FROM cdnow_rfm LEFT JOIN cdnow_customer USING (customer_id), abm.rfm(p, '1997-09-30', '7 days') r
  WHERE NOT coalesce(frequency = x AND abs(recency - t_x) < 1e-8 AND abs(age - "T") < 1e-8 AND abs(coalesce(monetary, 0) - m::numeric) < 1e-7, false) $$,
  'CDNOW: weeks');
SELECT is_empty($$ SELECT customer_id FROM cdnow_rfm JOIN cdnow_customer USING (customer_id), abm.rfm_holdout(p, '1997-09-30', '1998-06-30') h
  WHERE NOT coalesce(abm.purchase_count(p, '1998-06-30') - abm.purchase_count(p, '1997-09-30') = x_star AND holdout_frequency = x_star AND holdout_age = 39
    AND abs(coalesce(holdout_monetary, 0) - m_star::numeric) < 1e-7, false) $$, 'CDNOW: purchases of the hold-out');
SELECT is(sum(abm.revenue(p)), (SELECT sum(amount) FROM cdnow), 'CDNOW: revenue') FROM cdnow_customer;
\else
SELECT skip('there is no data folder: set ABM_DATA to the one that has clv/', 11);
\endif

-- Random lines: refunds, unknown amounts, unknown times, many on one day.
SELECT setseed(0.17);
CREATE TEMP TABLE line AS
  SELECT id % 101 AS customer,
    CASE WHEN random() > 0.02 THEN timestamptz '2023-01-01' + floor(random() * random() * 3e7) * interval '1.7 seconds' END AS at,
    CASE WHEN random() > 0.05 THEN round((random() * 200 - 60)::numeric, (random() * 3)::int) END AS amount,
    CASE WHEN random() > 0.05 THEN (random() * 15)::int END AS order_id
  FROM generate_series(1, 3000) id;
CREATE TEMP TABLE buyer AS SELECT customer, abm.purchase_agg(at, amount, order_id) AS p FROM line GROUP BY 1;

-- What counts, in SQL: a period whose known lines come to more than nothing,
-- or of which a line is not known, or that has no refund.  Days and longer are calendar days, hours
-- and moments are moments.
CREATE FUNCTION pg_temp.slow_rfm(as_of timestamptz, grain text, zone text)
RETURNS TABLE (customer int, frequency bigint, recency float8, age float8, monetary numeric) LANGUAGE sql AS $$
  WITH periods AS (
    SELECT customer, p, count(*) AS lines, count(amount) AS known, sum(amount) AS net, count(*) FILTER (WHERE amount < 0) AS refunds
    FROM line, LATERAL (SELECT CASE WHEN grain = 'none' THEN extract(epoch FROM at) WHEN grain = 'hour' THEN extract(epoch FROM date_trunc('hour', at, zone))
                                    ELSE extract(epoch FROM date_trunc(grain, at AT TIME ZONE zone)) END / 86400 AS p) x
    WHERE at <= as_of GROUP BY 1, 2),
  numbered AS (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY p) AS i FROM periods WHERE net > 0 OR known < lines OR refunds = 0)
  SELECT customer, count(*) - 1, max(p) - min(p),
    CASE WHEN grain = 'none' THEN extract(epoch FROM as_of) WHEN grain = 'hour' THEN extract(epoch FROM date_trunc('hour', as_of, zone))
         ELSE extract(epoch FROM date_trunc(grain, as_of AT TIME ZONE zone)) END / 86400 - min(p),
    avg(net) FILTER (WHERE i > 1 AND known = lines)
  FROM numbered GROUP BY 1 $$;
CREATE FUNCTION pg_temp.rfm_differs(as_of timestamptz, grain text, zone text) RETURNS bigint LANGUAGE sql AS $$
  SELECT count(*) FROM buyer LEFT JOIN pg_temp.slow_rfm(as_of, grain, zone) s USING (customer), abm.rfm(p, as_of, '1 day', grain, zone) r
  WHERE r.frequency IS DISTINCT FROM s.frequency OR (r.recency IS NULL) <> (s.recency IS NULL) OR abs(r.recency - s.recency) > 1e-9
    OR (r.age IS NULL) <> (s.age IS NULL) OR abs(r.age - s.age) > 1e-9 OR r.monetary IS DISTINCT FROM s.monetary
    OR abm.purchase_count(p, as_of, grain, zone) <> coalesce(s.frequency + 1, 0) $$;
SELECT is(pg_temp.rfm_differs('2024-02-29 03:30', grain, zone), 0::bigint, format('rfm by %s in %s', grain, zone))
FROM unnest('{none,hour,day,week,month}'::text[]) grain, unnest('{UTC,America/New_York,Asia/Kolkata,Australia/Lord_Howe}'::text[]) zone;
SELECT is(sum(pg_temp.rfm_differs(as_of, 'day', 'America/New_York')), 0::numeric, 'as_of any time')
FROM generate_series('2022-12-31'::timestamptz, '2024-09-01', '37 days 5 hours') as_of;
SELECT is_empty($$ SELECT customer FROM buyer, abm.rfm(p, '2024-02-29', '1 day') d, abm.rfm(p, '2024-02-29') w, abm.rfm(p, '2024-02-29', '90 minutes') m
  WHERE d.frequency <> w.frequency OR abs(d.recency - 7 * w.recency) > 1e-9 OR abs(d.age - m.age / 16) > 1e-9 OR d.monetary <> w.monetary $$,
  'the unit changes nothing but the measure');
-- Refunds, in SQL: left out, or moved to the first line of their order, of which something must be left. And the hold-out.
CREATE FUNCTION pg_temp.booked(refunds text, until timestamptz) RETURNS TABLE (customer int, at timestamptz, amount numeric, gone boolean) LANGUAGE sql AS $$
  SELECT customer, at, amount, false FROM line WHERE refunds <> 'net_to_order' AND at <= until AND (refunds = 'net_per_period' OR coalesce(amount, 0) >= 0)
  UNION ALL SELECT customer, coalesce(min(at) FILTER (WHERE coalesce(amount, 0) >= 0), min(at)), CASE WHEN count(amount) = count(*) THEN sum(amount) END,
    count(amount) = count(*) AND sum(amount) <= 0 AND min(amount) < 0
  FROM line WHERE refunds = 'net_to_order' AND at <= until AND order_id IS NOT NULL GROUP BY customer, order_id
  UNION ALL SELECT customer, at, amount, false FROM line WHERE refunds = 'net_to_order' AND at <= until AND order_id IS NULL $$;
CREATE FUNCTION pg_temp.slow_days(refunds text, zone text, after timestamptz, until timestamptz) RETURNS TABLE (customer int, day date, known boolean, net numeric) LANGUAGE sql AS $$
  SELECT customer, (at AT TIME ZONE zone)::date, count(amount) = count(*), coalesce(sum(amount), 0) FROM pg_temp.booked(refunds, until)
  WHERE at > after AND NOT gone GROUP BY 1, 2
  HAVING sum(amount) > 0 OR count(amount) < count(*) OR coalesce(min(amount), 0) >= 0 $$;
SELECT is_empty(format($$
  SELECT customer, r.frequency, r.recency, r.age, r.monetary, holdout_frequency, holdout_monetary
  FROM buyer, abm.rfm_holdout(p, '2023-08-01 03:00', '2024-06-01', '1 day', 'day', %2$L, %1$L) r WHERE frequency IS NOT NULL
  EXCEPT SELECT customer, c.x, c.t_x, c.age, c.m, coalesce(h.x, 0), h.m
  FROM (SELECT customer, count(*) - 1 AS x, max(day) - min(day) AS t_x, (timestamptz '2023-08-01 03:00' AT TIME ZONE %2$L)::date - min(day) AS age,
          avg(net) FILTER (WHERE known AND i > 1) AS m, max(day) AS last
        FROM (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY day) AS i FROM pg_temp.slow_days(%1$L, %2$L, '-infinity', '2023-08-01 03:00')) d GROUP BY 1) c
  LEFT JOIN LATERAL (SELECT count(*) AS x, avg(net) FILTER (WHERE known) AS m FROM pg_temp.slow_days(%1$L, %2$L, '2023-08-01 03:00', '2024-06-01') d
        WHERE d.customer = c.customer AND d.day <> c.last) h ON true $$, refunds, zone), format('hold-out, refunds %s, %s, as SQL has them', refunds, zone))
FROM unnest('{net_per_period,net_to_order,ignore}'::text[]) refunds, unnest('{UTC,Australia/Lord_Howe}'::text[]) zone;
SELECT is(count(*), 3::bigint, 'the policies differ') FROM (SELECT DISTINCT sum(r.total), sum(r.frequency) FROM buyer, unnest('{net_per_period,net_to_order,ignore}'::text[]) v,
    abm.rfm(p, '2024-06-01', refunds => v) r GROUP BY v) x;
SELECT is_empty($$ SELECT customer FROM buyer, (SELECT customer AS c, abm.purchase_agg(at, amount, 'A-' || order_id) AS t FROM line GROUP BY 1) x,
    abm.rfm(p, '2024-06-01', refunds => 'net_to_order') r, abm.rfm(t, '2024-06-01', refunds => 'net_to_order') s WHERE customer = c AND r IS DISTINCT FROM s $$,
  'an order may be named by a text');

-- An hour that comes twice: a recency cannot be negative.
SELECT is_empty($$ SELECT grain, a, b FROM unnest('{none,hour,day}'::text[]) grain,
    generate_series(timestamptz '2023-11-05 04:00', '2023-11-05 08:00', '20 minutes') a, generate_series(a, '2023-11-05 08:00', '20 minutes') b,
    LATERAL (SELECT abm.purchase_agg(at, 1) AS p FROM unnest(ARRAY[a, b]) at) x, abm.rfm(p, b, '1 day', grain, 'America/New_York') r
  WHERE NOT coalesce(0 <= recency AND recency <= age, false) $$, 'no clock runs backwards');

SELECT is(round(recency), (date '294276-12-31' - date '4714-11-24 BC')::float8, 'from the first to the last day that there is')
FROM abm.rfm((SELECT abm.purchase_agg(at, 1) FROM unnest('{4714-11-24 BC,294276-12-31}'::timestamptz[]) at), '294276-12-31', '1 day');

-- Revenue, lines, first and last.
SELECT is_empty($$ SELECT customer FROM buyer, LATERAL (SELECT sum(amount) AS all_of_it, sum(amount) FILTER (WHERE at <= '2023-06-01') AS until,
      count(at) AS n, min(at) AS first, max(at) AS last FROM line WHERE line.customer = buyer.customer AND at IS NOT NULL) s
  WHERE (abm.revenue(p), abm.revenue(p, '2023-06-01'), abm.purchase_lines(p), abm.first_purchase(p), abm.last_purchase(p))
    IS DISTINCT FROM (all_of_it, until, n, first, last) $$, 'revenue is exact, up to and with as_of; a line without time is left out');
SELECT is_empty(format($$
  SELECT customer, period, lines, revenue, cumulative FROM buyer, abm.revenue_history(p, '2023-12-05 12:00', %1$L, %2$L)
  EXCEPT SELECT *, sum(net) OVER (PARTITION BY customer ORDER BY period)
    FROM (SELECT customer, date_trunc(%1$L, at AT TIME ZONE %2$L)::date AS period, count(*), sum(amount) AS net
          FROM line WHERE at <= '2023-12-05 12:00' GROUP BY 1, 2) x $$, grain, zone), format('revenue history by %s in %s', grain, zone))
FROM unnest('{day,week,month}'::text[]) grain, unnest('{UTC,America/New_York}'::text[]) zone;
SELECT is(sum(r), (SELECT sum(amount) FROM line WHERE at IS NOT NULL), 'the history adds up to the revenue')
FROM buyer, LATERAL (SELECT sum(revenue) AS r FROM abm.revenue_history(p, '2030-01-01')) h;

-- The base: against slow SQL.
CREATE TEMP TABLE member AS
  SELECT id, id % 7 AS segment, CASE WHEN random() > 0.1 THEN round((random() ^ 4 * 1e5)::numeric, 2) END AS revenue,
    CASE WHEN random() > 0.1 THEN floor(random() * random() * 6)::bigint END AS purchases
  FROM generate_series(1, 1500) id;
CREATE TEMP TABLE segment AS SELECT segment, abm.customer_base_agg(revenue, purchases) AS b FROM member GROUP BY 1;
SELECT is_empty($$ SELECT segment FROM segment, LATERAL (SELECT count(coalesce(revenue, purchases)) AS n, sum(revenue) AS revenue,
      count(*) FILTER (WHERE purchases >= 1) AS bought, count(*) FILTER (WHERE purchases >= 2) AS again FROM member WHERE member.segment = segment.segment) s,
      abm.repeat_rate_interval(b) i
  WHERE abm.customers(b) <> s.n OR abm.base_revenue(b) <> s.revenue OR abm.repeat_rate(b) <> s.again::float8 / s.bought OR i.n <> s.bought OR i.repeat <> s.again $$,
  'customers, revenue, repeat rate');
-- Gini as half the relative mean difference of all pairs.
SELECT is_empty($$ SELECT g.segment FROM segment, (SELECT x.segment, sum(abs(x.revenue - y.revenue)) / 2 / sum(x.revenue) AS g
    FROM member x JOIN member y USING (segment) WHERE x.revenue IS NOT NULL AND y.revenue IS NOT NULL GROUP BY 1) g
  WHERE g.segment = segment.segment AND NOT abs(abm.gini(b) - g) < 1e-12 $$, 'Gini: mean difference of all pairs');
SELECT is_empty($$ SELECT s.segment, part FROM segment s, unnest('{0.01,0.05,0.07,0.1,0.2,0.5,0.99,1}'::numeric[]) part, LATERAL (
    SELECT sum(revenue) FILTER (WHERE i <= ceil(part * n)) / sum(revenue) AS share
    FROM (SELECT revenue, row_number() OVER (ORDER BY revenue DESC) AS i, count(*) OVER () AS n FROM member m WHERE m.segment = s.segment AND revenue IS NOT NULL) x) y
  WHERE NOT abs(abm.top_share(b, part::float8) - share) < 1e-14 $$, 'top share');
SELECT is_empty($$ SELECT s.segment, bins, bin, customers, revenue FROM segment s, unnest('{1,3,10,64,1000}'::int[]) bins, abm.revenue_concentration(b, bins)
  EXCEPT SELECT segment, bins, bin, count(*), sum(revenue)
    FROM (SELECT *, ntile(bins) OVER (PARTITION BY bins, segment ORDER BY revenue DESC) AS bin FROM member, unnest('{1,3,10,64,1000}'::int[]) bins WHERE revenue IS NOT NULL) x
    GROUP BY 1, 2, 3 $$, 'concentration is by ntile()');
SELECT is_empty($$ SELECT segment FROM segment, abm.revenue_concentration(b, 17) GROUP BY segment, b::text
  HAVING sum(customers) <> (SELECT count(revenue) FROM member m WHERE m.segment = segment.segment) OR abs(sum(share) - 1) > 1e-12 OR max(cumulative_share) <> 1
    OR (array_agg(share ORDER BY bin))[1] <> max(share) $$, 'its shares add up to 1, the best first');

-- Known cases.
CREATE FUNCTION pg_temp.base(VARIADIC revenues numeric[]) RETURNS abm.customer_base LANGUAGE sql AS
  $$ SELECT abm.customer_base_agg(r, 1) FROM unnest(revenues) r $$;
SELECT is(abm.gini(pg_temp.base(7, 7, 7)), 0::float8, 'Gini: all equal');
SELECT is(abm.gini(pg_temp.base(0, 0, 0, 0, 9)), 0.8::float8, 'Gini: one earns us all, (n - 1) / n');
SELECT is(abm.gini(pg_temp.base(1, 2, 3, 4)), 0.25::float8, 'Gini: 1, 2, 3, 4');
SELECT is(abm.gini(pg_temp.base(0, 0)), NULL, 'Gini: no revenue, no share');
SELECT ok(abm.gini(pg_temp.base(10, 20, 30)) = abm.gini(pg_temp.base(0.001, 0.002, 0.003)), 'Gini: the currency does not matter');

-- Errors.
CREATE FUNCTION pg_temp.state_of(query text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN EXECUTE query; RETURN 'no error'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SELECT is(pg_temp.state_of(query), code, code || ':' || query) FROM (VALUES
  ('22008', $$ SELECT abm.purchase_agg('infinity', 1) $$),
  ('22003', $$ SELECT abm.purchase_agg('2024-01-01', 'NaN') $$),
  ('22003', $$ SELECT abm.purchase_agg('2024-01-01', '-Infinity') $$),
  ('22008', $$ SELECT abm.rfm(p, '-infinity') FROM buyer $$),
  ('22008', $$ SELECT abm.revenue(p, 'infinity') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm(p, '2024-01-01', '1 month') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm(p, '2024-01-01', '0') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm(p, '2024-01-01', '-7 days') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm(p, '2024-01-01', '1 day', 'year') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm(p, '2024-01-01', refunds => 'gross') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm((SELECT abm.purchase_agg('2024-01-01', -1)), '2024-01-01', refunds => 'net_to_order') $$),
  ('22023', $$ SELECT abm.purchase_agg('2024-01-01', 1, -2) $$),
  ('22023', $$ SELECT abm.rfm_holdout(p, '2024-01-01', '2023-01-01') FROM buyer $$),
  ('22008', $$ SELECT abm.rfm_holdout(p, '2024-01-01', 'infinity') FROM buyer $$),
  ('22023', $$ SELECT abm.rfm(p, '2024-01-01', '1 day', 'day', 'Moon/Crater') FROM buyer $$),
  ('22023', $$ SELECT abm.revenue_history(p, '2024-01-01', 'none') FROM buyer $$),
  ('22023', $$ SELECT abm.customer_base_agg(1, -1) $$),
  ('22003', $$ SELECT abm.customer_base_agg('NaN', 1) $$),
  ('22023', $$ SELECT abm.gini(pg_temp.base(3, -1)) $$),
  ('22023', $$ SELECT abm.top_share(b, 0) FROM segment $$),
  ('22023', $$ SELECT abm.top_share(b, 1.01) FROM segment $$),
  ('22023', $$ SELECT abm.top_share(b, 'NaN') FROM segment $$),
  ('22023', $$ SELECT abm.revenue_concentration(b, 0) FROM segment $$),
  ('22023', $$ SELECT abm.repeat_rate_interval(b, 'NaN') FROM segment $$),
  ('22P02', $$ SELECT 'x'::abm.customer_base $$)) AS v (code, query);

-- Totals answer as the lines do.
SELECT is_empty($$ SELECT customer FROM (SELECT customer, abm.purchase_agg(at, amount) AS p, abm.purchase_totals_agg(at, amount) AS t, min(at) AS first, max(at) AS last,
    count(at) AS lines, sum(amount) FILTER (WHERE at IS NOT NULL) AS revenue FROM line GROUP BY 1) x
  WHERE (abm.first_purchase(t), abm.last_purchase(t), abm.purchase_lines(t), abm.revenue(t)) IS DISTINCT FROM (first, last, lines, revenue)
    OR (abm.first_purchase(p), abm.last_purchase(p), abm.purchase_lines(p), abm.revenue(p)) IS DISTINCT FROM (first, last, lines, revenue) $$, 'totals = lines = plain SQL');
SELECT * FROM finish();
ROLLBACK;
