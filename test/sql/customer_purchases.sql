-- customer_purchases: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE line (customer int, at timestamptz, amount numeric, order_id bigint);
INSERT INTO line VALUES
    (1, '2024-01-10 09:00', 100.00, 1), (1, '2024-01-10 17:00', 50, 2),
    (1, '2024-02-09 12:00', 80, 3), (1, '2024-02-09 18:00', -30, 2),
    (1, '2024-03-10 12:00', 60, 4), (1, '2024-03-10 13:00', -60, 4),
    (1, '2024-03-20 23:30', 40.50, 5),
    (2, '2024-05-01', 25, 6),
    (3, '2024-05-01', -5, 7),                                          -- nothing but a refund
    (4, '2024-04-01', 20, 8), (4, '2024-04-08', NULL, 9), (4, '2024-04-15', 30, NULL),
    (5, '2024-04-01', NULL, 10),
    (6, NULL, 99, 11), (NULL, '2024-04-01', 99, 12);                   -- left out
CREATE TABLE base AS SELECT abm.purchases_agg(customer, at, amount) AS ps,
    abm.purchases_agg(customer, at, amount, order_id) AS ordered,
    abm.purchases_agg('c' || customer, at, amount, 'o' || order_id) AS named,
    abm.purchases_agg(md5(customer::text)::uuid, at, amount) AS by_uuid FROM line;

-- the population
SELECT abm.entities(ps), abm.purchase_lines(ps), abm.revenue(ps) FROM base;
SELECT abm.entities(named), abm.purchase_lines(named), abm.revenue(named) FROM base;

-- every customer in one call
SELECT r.* FROM base, abm.rfm(ps, '2024-06-30', '1 day') AS r;
SELECT r.* FROM base, abm.rfm(ordered, '2024-06-30', '1 day', refunds => 'net_to_order') AS r;
SELECT r.* FROM base, abm.rfm(named, '2024-06-30', '1 day', 'month', 'UTC', 'ignore', NULL::text) AS r;
SELECT entity = md5('2')::uuid AS second, r.frequency, r.age FROM base, abm.rfm(by_uuid, '2024-06-30', '1 day', 'day', 'UTC', 'ignore', NULL::uuid) AS r WHERE age = 60 AND total = 25;
SELECT r.* FROM base, abm.rfm_holdout(ps, '2024-03-01', '2024-06-30', '1 day') AS r;
SELECT r.* FROM base, abm.rfm_holdout(named, '2024-04-10', '2024-06-30', '1 day', 'day', 'Europe/Berlin', 'net_to_order', NULL::text) AS r;
SELECT r.* FROM base, abm.purchase_totals(ps) AS r;
SELECT r.* FROM base, abm.purchase_totals(named, '2024-04-08', NULL::text) AS r;

-- a line by itself, for one customer as for all
SELECT grain, frequency, r.recency, r.monetary, r.total, abm.purchase_count(abm.purchases_of(ps, 1), '2024-06-30', grain) AS n
FROM base, unnest('{line,none,day}'::text[]) AS grain, abm.rfm(ps, '2024-06-30', '1 day', grain) AS r WHERE entity = 1;
SELECT frequency FROM base, abm.rfm((SELECT abm.purchase_agg('2024-01-01', 1) FROM generate_series(1, 3)), '2024-06-30', grain => 'line');

-- groups of equal size
SELECT r.* FROM base, abm.rfm_scores(ps, '2024-06-30') AS r;
SELECT r.* FROM base, abm.rfm_scores(named, '2024-04-20', 2, 'line', 'UTC', 'net_per_period', NULL::text) AS r;
SELECT entity, monetary_score FROM abm.rfm_scores((SELECT abm.purchases_agg(c, '2024-01-01', 1e37 - c) FROM generate_series(1, 6) AS c), '2024-06-30', 3);

-- what models are fitted to
SELECT h.* FROM base, abm.histories(abm.rfm_counts(ps, '2024-06-30', '1 day')) AS h;
SELECT abm.rfm_counts(ps, '2023-06-30') IS NULL AS nobody FROM base;

-- one customer of many
SELECT abm.purchases_of(ps, 4)::jsonb FROM base;
SELECT abm.revenue(abm.purchases_of(named, 'c1')), abm.purchases_of(named, 'c7') IS NULL AS no_such, abm.purchases_of(by_uuid, md5('9')::uuid) IS NULL AS nor_this FROM base;
SELECT entity, abm.purchase_lines(purchases) FROM base, abm.purchases_unnest(ps);
SELECT entity, abm.purchase_lines(purchases) FROM base, abm.purchases_unnest(named, NULL::text);

-- parts are the whole; states of one kind merge
SELECT abm.rollup(part)::text = (SELECT ps::text FROM base) AS same FROM (SELECT abm.purchases_agg(customer, at, amount) AS part FROM line GROUP BY hashint4(customer) & 3) AS p;
SELECT abm.merge(ps, named) FROM base;
SELECT abm.purchases_agg(customer, at, amount)::jsonb FROM line WHERE customer IN (2, 3);
SELECT abm.purchases_agg('x' || customer, at, amount, order_id)::jsonb FROM line WHERE customer IN (4);
SELECT abm.purchases_agg(customer, at, amount) FROM line WHERE customer = 2;

-- nothing, and bad input one by one
SELECT abm.purchases_agg(customer, at, amount) IS NULL AS none FROM line WHERE customer = 6 OR customer IS NULL;
SELECT count(*) FROM abm.rfm(NULL::abm.customer_purchases, '2024-06-30');
SELECT count(*) FROM base, abm.rfm(ps, NULL);
SELECT count(*) FROM base, abm.rfm(named, '2024-06-30', NULL, 'day', 'UTC', 'ignore', NULL::text);
SELECT count(*) FROM abm.purchase_totals(NULL::abm.customer_purchases);
SELECT * FROM base, abm.rfm(named, '2024-06-30');
SELECT * FROM base, abm.rfm(ps, '2024-06-30', '7 days', 'day', 'UTC', 'ignore', NULL::uuid);
SELECT abm.purchases_of(ps, 'c1') FROM base;
SELECT * FROM base, abm.rfm(ps, 'infinity');
SELECT * FROM base, abm.rfm(ps, '2024-06-30', '1 month');
SELECT * FROM base, abm.rfm(ps, '2024-06-30', grain => 'year');
SELECT * FROM base, abm.rfm(ps, '2024-06-30', zone => 'Moon/Crater');
SELECT * FROM base, abm.rfm(ps, '2024-06-30', refunds => 'net_to_order');
SELECT * FROM base, abm.rfm_holdout(ps, '2024-06-30', '2024-06-30');
SELECT * FROM base, abm.purchase_totals(ps, '-infinity');
SELECT * FROM base, abm.rfm_scores(ps, '2024-06-30', 0);
SELECT * FROM base, abm.rfm_scores(ps, '2024-06-30', 1001);
SELECT abm.purchases_agg(1, 'infinity', 1);
SELECT abm.purchases_agg(1, '2024-01-01', 'NaN');
SELECT abm.purchases_agg(1, '2024-01-01', 1, -1::bigint);
SELECT abm.purchases_agg(repeat('x', 1025), '2024-01-01', 1);
SELECT ''::abm.customer_purchases;
SET abm.population_memory = '64kB';
SELECT abm.purchases_agg(i, '2024-01-01', i) FROM generate_series(1, 10000) AS i;
RESET abm.population_memory;

DROP TABLE line, base;
