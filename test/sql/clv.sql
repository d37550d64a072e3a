-- clv: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE line (customer int, at timestamptz, amount numeric);
INSERT INTO line VALUES
    (1, '2024-01-10 09:00', 100.00), (1, '2024-01-10 17:00', 50),      -- one day, one purchase
    (1, '2024-02-09 12:00', 80), (1, '2024-02-09 18:00', -30),         -- partly refunded
    (1, '2024-03-10 12:00', 60), (1, '2024-03-10 13:00', -60),         -- all taken back
    (1, '2024-03-20 23:30', 40.505),
    (1, '2024-06-30 23:59:59.999999', 10),
    (2, '2024-05-01', 25),
    (3, '2024-05-01', -5),                                             -- nothing but a refund
    (4, '2024-04-01', 20), (4, '2024-04-08', NULL), (4, '2024-04-15', 30),
    (5, '2024-04-01', NULL),
    (6, NULL, 99);
CREATE TABLE customer AS
    SELECT customer, abm.purchase_agg(at, amount) AS p FROM line GROUP BY customer;

-- recency, frequency, money: as_of counts itself
SELECT customer, r.* FROM customer, abm.rfm(p, '2024-06-30', '1 day') AS r ORDER BY customer;
SELECT customer, frequency, recency, age, round(monetary, 6) AS monetary
FROM customer, abm.rfm(p, '2024-06-30 23:59:59.999999') AS r WHERE customer = 1;
SELECT as_of, r.* FROM customer,
    unnest('{2024-01-10 08:59:59,2024-01-10 09:00,2024-03-10 12:30,2024-03-10 13:00}'::timestamptz[]) AS as_of,
    abm.rfm(p, as_of, '1 day') AS r
WHERE customer = 1;

-- the grain of a purchase, and the zone of its calendar
SELECT grain, frequency, recency, age, round(monetary, 4) AS monetary, abm.purchase_count(p, '2024-06-30', grain) AS n
FROM customer, unnest('{none,hour,day,week,month}'::text[]) AS grain, abm.rfm(p, '2024-06-30', '1 day', grain) AS r
WHERE customer = 1;
SELECT zone, frequency, recency, age, abm.purchase_count(p, '2024-06-30', 'day', zone) AS n
FROM customer, unnest('{UTC,Europe/Berlin,America/New_York,Asia/Kolkata,utc}'::text[]) AS zone,
    abm.rfm(p, '2024-06-30', '1 day', 'day', zone) AS r
WHERE customer = 1;
-- days are whole although a clock is changed between; hours and moments do
-- not run backwards when an hour comes twice
SELECT grain, frequency, recency, age
FROM unnest('{none,hour,day}'::text[]) AS grain,
    abm.rfm((SELECT abm.purchase_agg(at, 1) FROM unnest('{2024-11-03 05:50,2024-11-03 06:10}'::timestamptz[]) AS at),
            '2024-11-04 05:00', '1 hour', grain, 'America/New_York') AS r;

-- refunds: when they were paid, with the order that they take back, or not
CREATE TABLE ordered (at timestamptz, amount numeric, order_id bigint);
INSERT INTO ordered VALUES
    ('2024-01-10 09:00', 100, 1), ('2024-01-10 17:00', 50, 2), ('2024-01-12 08:00', 7, 2),
    ('2024-02-09 12:00', 80, 3), ('2024-02-20 18:00', -30, 1),
    ('2024-03-10 12:00', 60, 4), ('2024-04-02 13:00', -60, 4),         -- all of order 4, later
    ('2024-05-01 12:00', NULL, 5), ('2024-05-02 12:00', -5, 5),
    ('2024-05-20 12:00', 0, 6), ('2024-06-01 12:00', 30, NULL), ('2024-06-01 13:00', -10, NULL);
SELECT refunds, frequency, recency, age, round(monetary, 4) AS monetary, total, abm.purchase_count(p, '2024-06-30', refunds => refunds) AS n
FROM (SELECT abm.purchase_agg(at, amount, order_id) AS p FROM ordered) AS o,
    unnest('{net_per_period,net_to_order,ignore}'::text[]) AS refunds, abm.rfm(p, '2024-06-30', '1 day', refunds => refunds) AS r;
SELECT as_of, frequency, recency, round(monetary, 4) AS monetary, total
FROM (SELECT abm.purchase_agg(at, amount, order_id::text) AS p FROM ordered) AS o,
    unnest('{2024-01-09,2024-01-11,2024-03-31,2024-04-02 13:00}'::timestamptz[]) AS as_of,
    abm.rfm(p, as_of, '1 day', refunds => 'net_to_order') AS r;
SELECT count(DISTINCT p::text) AS one FROM (
    SELECT abm.purchase_agg(at, amount, order_id::int) AS p FROM ordered UNION ALL
    SELECT abm.purchase_agg(at, amount, order_id ORDER BY amount) FROM ordered) AS o;
-- without orders there is nothing to net refunds to
SELECT r.* FROM abm.rfm((SELECT abm.purchase_agg(at, amount) FROM ordered WHERE amount > 0), '2024-06-30', '1 day', refunds => 'net_to_order') AS r;
SELECT abm.rfm((SELECT abm.purchase_agg(at, amount) FROM ordered), '2024-06-30', refunds => 'net_to_order');
SELECT r.* FROM abm.rfm((SELECT abm.purchase_agg(at, amount, NULL::bigint) FROM ordered), '2024-06-30', '1 day', refunds => 'net_to_order') AS r;
SELECT abm.rfm(p, '2024-06-30', refunds => 'net') FROM customer;
SELECT abm.purchase_agg('2024-01-01', 1, -1::bigint);

-- hold-out: nothing that came later is known at the calibration
SELECT refunds, r.* FROM (SELECT abm.purchase_agg(at, amount, order_id) AS p FROM ordered) AS o,
    unnest('{net_per_period,net_to_order,ignore}'::text[]) AS refunds,
    abm.rfm_holdout(p, '2024-03-31', '2024-06-30', '1 day', refunds => refunds) AS r;
SELECT r.* FROM (SELECT abm.purchase_agg(at, amount, order_id) AS p FROM ordered) AS o,
    unnest('{2024-01-09,2024-01-10 12:00,2024-06-30}'::timestamptz[]) AS split,
    abm.rfm_holdout(p, split, '2024-07-01', '1 day') AS r;
SELECT abm.rfm_holdout(p, '2024-06-30', '2024-06-30') FROM customer;
SELECT abm.rfm_holdout(p, '2024-06-30', 'infinity') FROM customer;
DROP TABLE ordered;

-- the lines themselves
SELECT customer, abm.purchase_lines(p), abm.revenue(p), abm.revenue(p, '2024-03-10 12:30') AS until,
    abm.first_purchase(p), abm.last_purchase(p)
FROM customer ORDER BY customer;

-- revenue over time
SELECT h.* FROM customer, abm.revenue_history(p, '2024-12-31') AS h WHERE customer = 1;
SELECT h.* FROM customer, abm.revenue_history(p, '2024-03-20 23:30', 'day') AS h WHERE customer = 1;
SELECT h.* FROM customer, abm.revenue_history(p, '2024-12-31', 'week', 'Europe/Berlin') AS h WHERE customer = 1;
SELECT customer, h.* FROM customer, abm.revenue_history(p, '2024-12-31', 'day') AS h WHERE customer IN (4, 5) ORDER BY 1, 2;
SELECT count(*) FROM customer, abm.revenue_history(p, '2023-12-31') AS h;

-- inside
SELECT p::jsonb FROM customer WHERE customer = 4;
SELECT p FROM customer WHERE customer = 2;
SELECT bool_and(p::text::abm.purchases::text = p::text) FROM customer;

-- no row, no time, no purchase, bad input
SELECT abm.purchase_agg(at, amount) IS NULL AS none FROM line WHERE false;
SELECT customer FROM customer WHERE p IS NULL;
SELECT abm.purchase_agg('infinity', 1);
SELECT abm.purchase_agg('-infinity', 1);
SELECT abm.purchase_agg('2024-01-01', 'NaN');
SELECT abm.purchase_agg('2024-01-01', 'Infinity');
SELECT abm.revenue(abm.purchase_agg('2024-01-01', 1e38)) FROM generate_series(1, 2);
SELECT abm.rfm(p, 'infinity') FROM customer;
SELECT abm.rfm(p, '2024-06-30', '1 month') FROM customer;
SELECT abm.rfm(p, '2024-06-30', '0 days') FROM customer;
SELECT abm.rfm(p, '2024-06-30', '-1 days') FROM customer;
SELECT abm.rfm(p, '2024-06-30', '1 day', 'quarter') FROM customer;
SELECT abm.rfm(p, '2024-06-30', '1 day', 'day', 'Europe/Atlantis') FROM customer;
SELECT abm.rfm(p, '2024-06-30', '1 day', 'day', '') FROM customer;
SELECT abm.purchase_count(p, '-infinity') FROM customer;
SELECT abm.purchase_count(p, '2024-06-30', 'year') FROM customer;
SELECT abm.revenue(p, 'infinity') FROM customer;
SELECT abm.revenue_history(p, '2024-06-30', 'hour') FROM customer;
SELECT abm.revenue_history(p, 'infinity') FROM customer;
SELECT ''::abm.purchases;

-- the customer base
CREATE TABLE base AS
    SELECT abm.customer_base_agg(abm.revenue(p), abm.purchase_count(p, '2024-12-31')) AS b
    FROM customer WHERE customer <> 3;
SELECT abm.customers(b), abm.base_revenue(b), round(abm.repeat_rate(b)::numeric, 6) AS repeat_rate,
    round(abm.top_share(b)::numeric, 6) AS top_share, round(abm.gini(b)::numeric, 6) AS gini
FROM base;
SELECT m AS method, n, repeat, repeat_rate, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM base, unnest('{jeffreys,wilson}'::text[]) AS m, abm.repeat_rate_interval(b, 0.9, m);
SELECT bin, customers, revenue, round(share::numeric, 6) AS share, round(cumulative_share::numeric, 6) AS cumulative_share
FROM base, abm.revenue_concentration(b, 2);
-- there are no more groups than customers whose revenue is known
SELECT bin, customers, revenue FROM base, abm.revenue_concentration(b);
SELECT b::jsonb FROM base;

-- the known cases
SELECT xs, abm.gini(b), abm.top_share(b, 0.25), abm.top_share(b, 0.5), abm.top_share(b, 1)
FROM (VALUES ('{7,7,7,7}'::numeric[]), ('{0,0,0,1}'), ('{1,2,3,4}'), ('{5}')) AS v (xs),
    LATERAL (SELECT abm.customer_base_agg(x, NULL) AS b FROM unnest(xs) AS x) AS c;
-- a fraction is rounded up to whole customers: 7 of 100, not 8; one at least
SELECT abm.top_share(b, 0.07) AS seven, abm.top_share(b, 0.071) AS eight, abm.top_share(b, 1e-300) AS one
FROM (SELECT abm.customer_base_agg(1, 1) AS b FROM generate_series(1, 100)) AS c;

-- no row, nothing known, no revenue, nobody bought, bad input
SELECT abm.customer_base_agg(1, 1) IS NULL AS none WHERE false;
SELECT abm.customer_base_agg(NULL, NULL) IS NULL AS none;
SELECT abm.customers(b), abm.base_revenue(b), abm.repeat_rate(b), abm.gini(b), abm.top_share(b)
FROM (SELECT abm.customer_base_agg(revenue, purchases) AS b
      FROM (VALUES (NULL, 2), (0, 0), (3.5, NULL)) AS v (revenue, purchases)
      GROUP BY revenue, purchases ORDER BY revenue) AS c;
SELECT abm.customer_base_agg(NULL, 2) AS b \gset
SELECT count(*) FROM abm.revenue_concentration(:'b');
SELECT * FROM abm.revenue_concentration((SELECT abm.customer_base_agg(0, 0)), 1);
SELECT abm.customer_base_agg(1, -1);
SELECT abm.customer_base_agg('NaN', 1);
SELECT abm.gini(abm.customer_base_agg(-1, 1));
SELECT abm.top_share(abm.customer_base_agg(-1, 1));
SELECT abm.revenue_concentration((SELECT abm.customer_base_agg(-1, 1)));
SELECT abm.base_revenue(abm.customer_base_agg(-1, 1));
SELECT abm.top_share(b, 0) FROM base;
SELECT abm.top_share(b, 2) FROM base;
SELECT abm.top_share(b, 'NaN') FROM base;
SELECT abm.revenue_concentration(b, 0) FROM base;
SELECT abm.revenue_concentration(b, 1001) FROM base;
SELECT abm.repeat_rate_interval(b, 1.5) FROM base;
SELECT abm.repeat_rate_interval(b, 0.9, 'exact') FROM base;

-- totals: the same figures without the lines
SELECT abm.first_purchase(t), abm.last_purchase(t), abm.purchase_lines(t), abm.revenue(t), t::jsonb
FROM (SELECT abm.purchase_totals_agg(at::timestamptz, amount) AS t
      FROM (VALUES ('2024-05-03 10:00Z', 20.5), ('2024-05-01 09:00Z', 10), ('2024-06-01 12:00Z', -5.25), ('2024-06-02 12:00Z', NULL), (NULL, 7)) AS v (at, amount)) AS c;
SELECT abm.revenue(abm.purchase_totals_agg('2024-05-03 10:00Z', NULL)) IS NULL AS unknown;
SELECT abm.purchase_totals_agg(NULL, 1) IS NULL AS none;
SELECT abm.purchase_totals_agg('infinity', 1);
SELECT abm.purchase_totals_agg('2024-05-03', 'NaN');

DROP TABLE line, customer, base;
