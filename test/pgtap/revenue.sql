-- Laws and figures of room revenue.
\i test/begin.sql
SET client_min_messages = warning;
BEGIN;
SELECT plan(12);

-- Source: ChartMogul's example of gross and net churn: start 100, churn 10, contraction 10, expansion 10.
CREATE TEMP TABLE example AS SELECT abm.retention_agg(o, c, true) AS r FROM (VALUES (10, 0), (40, 30), (30, 40), (20, 20)) v (o, c);
SELECT is(round(1 - abm.grr(r)::numeric, 12), 0.2, 'gross churn .20') FROM example;
SELECT is(round(1 - abm.nrr(r)::numeric, 12), 0.1, 'net churn .10') FROM example;
SELECT is(round(abm.nrr(r)::numeric, 12), 0.9, 'net revenue retention .90') FROM example;
SELECT is(round(abm.grr(r)::numeric, 12), 0.8, 'gross revenue retention .80') FROM example;
SELECT is(abm.quick_ratio(r), 0.5::float8, 'quick ratio .5') FROM example;

-- Random customers, mixed scales, some unknown or negative, against slow plain SQL.
SELECT setseed(0.31);
CREATE TEMP TABLE customer AS
  SELECT i, i % 9 AS segment, CASE WHEN random() > 0.03 THEN CASE WHEN random() < 0.3 THEN 0 ELSE round((random() * 500 - 5)::numeric, (random() * 5)::int) END END AS o,
    CASE WHEN random() > 0.03 THEN CASE WHEN random() < 0.3 THEN 0 ELSE round((random() * 500 - 5)::numeric, (random() * 5)::int) END END AS c,
    CASE WHEN random() > 0.05 THEN random() < 0.4 END AS s
  FROM generate_series(1, 5000) i;
UPDATE customer SET c = o WHERE i % 11 = 0;
CREATE TEMP VIEW known AS SELECT *, CASE WHEN o = c THEN 'none' WHEN o > 0 AND c = 0 THEN 'churn' WHEN o > 0 AND c > o THEN 'expansion'
    WHEN o > 0 THEN 'contraction' WHEN s THEN 'reactivation' ELSE 'new' END AS kind
  FROM customer WHERE o >= 0 AND c >= 0 AND (o > 0 OR c = 0 OR s IS NOT NULL);
SELECT is_empty($$SELECT i, abm.movement(u.o, u.c, u.s), k.kind FROM customer u LEFT JOIN known k USING (i)
  WHERE abm.movement(u.o, u.c, u.s)::text IS DISTINCT FROM k.kind$$, 'movement of each customer');
SELECT set_eq($$SELECT segment, movement, customers, amount FROM (SELECT segment, abm.retention_agg(o, c, s) AS r FROM customer GROUP BY segment) x, abm.revenue_movements(r)
    WHERE movement NOT IN ('opening', 'closing')$$,
  $$SELECT segment, kind, count(*), sum(c - o) FROM known WHERE kind <> 'none' GROUP BY 1, 2$$, 'movements by segment');
SELECT set_eq($$SELECT segment, customers, amount, movement FROM (SELECT segment, abm.retention_agg(o, c, s) AS r FROM customer GROUP BY segment) x, abm.revenue_movements(r)
    WHERE movement IN ('opening', 'closing')$$,
  $$SELECT segment, count(*) FILTER (WHERE o > 0), sum(o), 'opening' FROM known GROUP BY 1 UNION ALL
    SELECT segment, count(*) FILTER (WHERE c > 0), sum(c), 'closing' FROM known GROUP BY 1$$, 'opening and closing by segment');
SELECT is_empty($$SELECT segment FROM (SELECT segment, abm.retention_agg(o, c, s) AS r FROM customer GROUP BY segment) x, abm.revenue_movements(r)
  GROUP BY segment HAVING sum(amount) FILTER (WHERE movement <> 'closing') <> sum(amount) FILTER (WHERE movement = 'closing')$$, 'opening and the movements add up to the closing exactly');
SELECT is((abm.retention_agg(o, c, s)::jsonb ->> 'unknown')::bigint, (SELECT count(*) FROM customer WHERE (o IS NULL) <> (c IS NULL) OR o = 0 AND c > 0 AND s IS NULL), 'unknown rows are counted')
FROM customer;
SELECT is((abm.retention_agg(o, c, s)::jsonb ->> 'negative')::bigint, (SELECT count(*) FROM customer WHERE o < 0 AND c IS NOT NULL OR c < 0 AND o IS NOT NULL), 'negative rows are counted')
FROM customer;
SELECT is_empty($$SELECT segment FROM (SELECT segment, abm.retention_agg(o, c, s) AS r FROM customer GROUP BY segment) a JOIN
  (SELECT segment, sum(least(o, c)) FILTER (WHERE o > 0) / sum(o) AS grr, sum(c) FILTER (WHERE o > 0) / sum(o) AS nrr,
     count(*) FILTER (WHERE o > 0 AND c > 0)::numeric / count(*) FILTER (WHERE o > 0) AS logo FROM known GROUP BY 1) b USING (segment)
  WHERE abs(abm.grr(r) - grr) > 1e-12 OR abs(abm.nrr(r) - nrr) > 1e-12 OR abs(abm.logo_retention(r) - logo) > 1e-12$$, 'rates by segment');
SELECT * FROM finish();
ROLLBACK;
