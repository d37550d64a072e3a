-- Purchases of a population: against those of single customers and against plain SQL, in every form that lines can have.
\i test/begin.sql
SET client_min_messages = warning;
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';
SELECT setseed(0.71);

-- Rows that make states of every form: at a full second or not, with orders or not, numbers of customers and amounts of all sizes.
CREATE TEMP TABLE line AS
SELECT i, CASE WHEN random() > 0.01 THEN (random() ^ 2 * 120)::bigint END AS customer,
  CASE WHEN random() > 0.01 THEN timestamptz '2023-01-01' + floor(random() * random() * 5e7) * interval '1 second' END AS at,
  CASE WHEN random() > 0.05 THEN round((random() * 200 - 60)::numeric, 2) END AS amount,
  CASE WHEN random() > 0.05 THEN (random() * 15)::bigint END AS order_id, (random() * 5)::int AS part, random() AS shuffle
FROM generate_series(1, 4000) i;
CREATE TEMP TABLE variant AS SELECT * FROM (VALUES
  ('small',  0::bigint,            0,   1::numeric,  false, 12),
  ('timed',  0,                    17,  1,           false, 16),
  ('keyed',  0,                    0,   1,           true,  20),
  ('plain',  -1000000000000000000, 17,  1,           false, 24),
  ('large',  0,                    0,   1e10,        false, 24),
  ('packed', 5000000000,           17,  1,           true,  32),
  ('full',   0,                    0,   1e20,        false, 40)) v (form, first_customer, usecs, factor, ordered, bytes);
CREATE TEMP TABLE sale AS
SELECT form, i, customer + first_customer AS customer, at + usecs * interval '1 microsecond' AS at, amount * factor AS amount, order_id, ordered, part, shuffle
FROM line, variant;
CREATE TEMP TABLE population AS
SELECT form, CASE WHEN ordered THEN abm.purchases_agg(customer, at, amount, order_id) ELSE abm.purchases_agg(customer, at, amount) END AS ps
FROM sale GROUP BY form, ordered;
CREATE TEMP TABLE buyer AS
SELECT form, customer, CASE WHEN ordered THEN abm.purchase_agg(at, amount, order_id) ELSE abm.purchase_agg(at, amount) END AS p
FROM sale WHERE customer IS NOT NULL GROUP BY form, customer, ordered HAVING count(at) > 0;
SELECT is((pg_column_size(abm.merge(ps, NULL)) - 32) / abm.purchase_lines(ps), bytes::bigint, form || ': bytes a line') FROM population JOIN variant USING (form);

-- Order, parts, hash buckets: the same bytes.
SELECT is_empty($$ SELECT form FROM population JOIN (SELECT form, CASE WHEN ordered THEN abm.purchases_agg(customer, at, amount, order_id ORDER BY shuffle) ELSE
    abm.purchases_agg(customer, at, amount ORDER BY shuffle) END AS s FROM sale GROUP BY form, ordered) x USING (form) WHERE s::text <> ps::text $$, 'any order');
SELECT is_empty($$ SELECT form FROM population JOIN (SELECT form, abm.rollup(s) AS s FROM (SELECT form, CASE WHEN ordered THEN abm.purchases_agg(customer, at, amount, order_id) ELSE
    abm.purchases_agg(customer, at, amount) END AS s FROM sale GROUP BY form, ordered, part, hashint8(customer) & 3) p GROUP BY form) x USING (form) WHERE s::text <> ps::text $$, 'parts roll up');
SELECT is_empty($$ SELECT form FROM population WHERE ps::text::abm.customer_purchases::text <> ps::text $$, 'through text');
SELECT is_empty($$ SELECT a.form, b.form FROM population a, population b, LATERAL (SELECT CASE WHEN v.ordered THEN abm.purchases_agg(customer, at, amount, order_id) ELSE
    abm.purchases_agg(customer, at, amount) END AS s FROM sale v WHERE v.form IN (a.form, b.form) GROUP BY v.ordered) x
  WHERE a.form < b.form AND (SELECT count(DISTINCT ordered) FROM variant v WHERE v.form IN (a.form, b.form)) = 1 AND abm.merge(a.ps, b.ps)::text <> s::text $$, 'forms merge');
SELECT is((SELECT abm.rollup(ps)::text FROM population), (SELECT abm.rollup(ps ORDER BY form DESC)::text FROM population), 'all forms, with orders and without, in any order');

-- Every question to the population is the question to each customer.
CREATE TEMP TABLE question AS
SELECT * FROM (VALUES ('2023-05-05 03:30'::timestamptz), ('2030-01-01')) a (as_of), unnest('{line,none,hour,day,week,month}'::text[]) grain,
  unnest('{UTC,Australia/Lord_Howe}'::text[]) zone, unnest('{net_per_period,ignore,net_to_order}'::text[]) refunds;
CREATE FUNCTION pg_temp.differs(f text) RETURNS bigint LANGUAGE sql AS $$
  WITH ours AS (SELECT q, r.* FROM population, question q, abm.rfm(ps, as_of, '1 day', grain, zone, refunds) r
      WHERE form = f AND (refunds <> 'net_to_order' OR (SELECT ordered FROM variant v WHERE v.form = f))),
    theirs AS (SELECT q, customer AS entity, r.* FROM buyer, question q, abm.rfm(p, as_of, '1 day', grain, zone, refunds) r
      WHERE form = f AND (refunds <> 'net_to_order' OR (SELECT ordered FROM variant v WHERE v.form = f)))
  SELECT count(*) FROM (SELECT * FROM ours) o FULL JOIN (SELECT * FROM theirs) t USING (q, entity) WHERE o IS NULL OR t IS NULL
    OR (o.frequency, o.recency, o.age, o.monetary, o.total) IS DISTINCT FROM (t.frequency, t.recency, t.age, t.monetary, t.total) $$;
SELECT is(pg_temp.differs(form), 0::bigint, form || ': rfm of all is the rfm of each') FROM variant;
SELECT cmp_ok((SELECT count(*) FROM population, abm.rfm(ps, '2030-01-01') WHERE form = 'keyed' AND monetary IS NOT NULL)::int, '>', 50, 'and is something');
SELECT is_empty($$ SELECT form, entity, r.frequency, r.recency, r.age, r.monetary, r.total, holdout_frequency, holdout_age, holdout_monetary
    FROM population, unnest('{net_per_period,ignore}'::text[]) how, abm.rfm_holdout(ps, '2023-06-01 12:00', '2024-01-01', '1 day', refunds => how) r
  EXCEPT ALL SELECT form, customer, r.* FROM buyer, unnest('{net_per_period,ignore}'::text[]) how, abm.rfm_holdout(p, '2023-06-01 12:00', '2024-01-01', '1 day', refunds => how) r $$, 'hold-out');
SELECT is_empty($$ SELECT form, abm.rfm_counts(ps, as_of, '1 day', grain, zone)::text FROM population, question WHERE refunds = 'net_per_period'
  EXCEPT ALL SELECT form, abm.rfm_agg(r.frequency, r.recency, r.age)::text FROM buyer, question, abm.rfm(p, as_of, '1 day', grain, zone) r
    WHERE refunds = 'net_per_period' GROUP BY form, as_of, grain, zone $$, 'the evidence behind fits, byte by byte');
SELECT is((SELECT abm.rollup(abm.rfm_counts(s, '2030-01-01'))::text FROM (SELECT abm.purchases_agg(customer, at, amount) AS s FROM line GROUP BY hashint8(customer) & 15) b),
  (SELECT abm.rfm_counts(ps, '2030-01-01')::text FROM population WHERE form = 'small'), 'the evidence of hash buckets rolls up');
SELECT is_empty($$ SELECT form, customer FROM buyer JOIN population USING (form) WHERE abm.purchases_of(ps, customer)::text <> p::text $$, 'one customer of many: the same bytes');
SELECT is_empty($$ SELECT form, entity, purchases::text FROM population, abm.purchases_unnest(ps) EXCEPT ALL SELECT form, customer, p::text FROM buyer $$, 'all of them unnested');
SELECT is_empty($$ SELECT form FROM population JOIN (SELECT form, count(DISTINCT customer) AS n, count(*) AS lines, sum(amount) AS revenue FROM sale WHERE customer IS NOT NULL AND at IS NOT NULL GROUP BY form) x
  USING (form) WHERE (abm.entities(ps), abm.purchase_lines(ps), abm.revenue(ps)) IS DISTINCT FROM (n, lines, x.revenue) $$, 'customers, lines, revenue');
SELECT is_empty($$ SELECT form, entity, t.* FROM population, unnest('{2023-02-01,2030-01-01,NULL}'::timestamptz[]) as_of, LATERAL
    (SELECT entity, first_at, last_at, lines, revenue, as_of FROM abm.purchase_totals(ps, as_of)) t
  EXCEPT ALL SELECT form, customer, customer, min(at) FILTER (WHERE ok), max(at) FILTER (WHERE ok), count(*) FILTER (WHERE ok), sum(amount) FILTER (WHERE ok), as_of
    FROM sale, unnest('{2023-02-01,2030-01-01,NULL}'::timestamptz[]) as_of, LATERAL (SELECT (at <= as_of) IS NOT FALSE AS ok) x
    WHERE customer IS NOT NULL AND at IS NOT NULL GROUP BY form, customer, as_of $$, 'totals as plain SQL has them');

-- Entities that are texts or UUIDs, orders that are texts.
CREATE TEMP TABLE named AS SELECT abm.purchases_agg('customer ' || customer, at, amount, 'order ' || order_id) AS by_text,
  abm.purchases_agg(md5(customer::text)::uuid, at, amount, order_id) AS by_uuid, abm.purchases_agg(customer, at, amount, order_id) AS by_number FROM line;
SELECT is_empty($$ SELECT entity, r.frequency, r.recency, r.age, r.monetary, r.total FROM named, abm.rfm(by_text, '2024-01-01', '1 day', 'day', 'UTC', 'net_to_order', NULL::text) r
  EXCEPT ALL SELECT 'customer ' || entity, r.frequency, r.recency, r.age, r.monetary, r.total FROM named, abm.rfm(by_number, '2024-01-01', '1 day', refunds => 'net_to_order') r $$, 'texts');
SELECT is_empty($$ SELECT entity, r.frequency, r.recency, r.age, r.monetary, r.total FROM named, abm.rfm(by_uuid, '2024-01-01', '1 day', 'day', 'UTC', 'net_to_order', NULL::uuid) r
  EXCEPT ALL SELECT md5(entity::text)::uuid, r.frequency, r.recency, r.age, r.monetary, r.total FROM named, abm.rfm(by_number, '2024-01-01', '1 day', refunds => 'net_to_order') r $$, 'UUIDs');
SELECT is((SELECT string_agg(entity, ',' ORDER BY n) FROM named, abm.purchase_totals(by_text, NULL, NULL::text) WITH ORDINALITY AS t (entity, first_at, last_at, lines, revenue, n)),
  (SELECT string_agg(c, ',' ORDER BY c COLLATE "C") FROM (SELECT DISTINCT 'customer ' || customer AS c FROM line WHERE customer IS NOT NULL AND at IS NOT NULL) x), 'texts stand in byte order');
SELECT is(abm.purchases_of(by_text, 'customer 5')::text, (SELECT abm.purchase_agg(at, amount, 'order ' || order_id)::text FROM line WHERE customer = 5), 'one of them') FROM named;
SELECT is((SELECT abm.rollup(s)::text FROM (SELECT abm.purchases_agg('customer ' || customer, at, amount, 'order ' || order_id) AS s FROM line GROUP BY part) p), by_text::text, 'keys of parts are joined') FROM named;

-- Scores are ntile() over the same figures.
SELECT is_empty($$ SELECT form, bins, entity, s.idle_days, s.purchases, s.revenue, recency_score, frequency_score, monetary_score
    FROM population, unnest('{1,3,5,100,1000}'::int[]) bins, abm.rfm_scores(ps, '2024-01-01', bins) s
  EXCEPT ALL SELECT form, bins, entity, age - recency, coalesce(frequency + 1, 0), total, CASE WHEN frequency IS NOT NULL THEN r END, CASE WHEN frequency IS NOT NULL THEN f END, CASE WHEN total IS NOT NULL THEN m END
    FROM (SELECT form, x.*, bins, ntile(bins) OVER (PARTITION BY form, bins, frequency IS NULL ORDER BY age - recency DESC, entity) AS r,
        ntile(bins) OVER (PARTITION BY form, bins, frequency IS NULL ORDER BY frequency, entity) AS f, ntile(bins) OVER (PARTITION BY form, bins, total IS NULL ORDER BY total, entity) AS m
      FROM population, unnest('{1,3,5,100,1000}'::int[]) bins, abm.rfm(ps, '2024-01-01', '1 day') x) y $$, 'scores are by ntile()');
SELECT is_empty($$ SELECT entity, monetary_score FROM abm.rfm_scores((SELECT abm.purchases_agg(c, '2024-01-01', v) FROM generate_series(1, 500) c, LATERAL (SELECT (c * 7919 % 1009) * ('1e' || c % 30)::numeric) x (v)), '2024-06-01', 7)
  EXCEPT SELECT c, ntile(7) OVER (ORDER BY v, c) FROM generate_series(1, 500) c, LATERAL (SELECT (c * 7919 % 1009) * ('1e' || c % 30)::numeric) x (v) $$, 'also of amounts beyond 64 bits');
SELECT is((SELECT count(*) FROM population, abm.rfm_scores(ps, '2000-01-01') WHERE purchases = 0 AND recency_score IS NULL AND frequency_score IS NULL AND monetary_score IS NULL AND idle_days IS NULL AND revenue IS NULL),
  (SELECT sum(abm.entities(ps))::bigint FROM population), 'before the first purchase nobody has a score');

-- Amounts of many scales: exact, whatever comes first.
CREATE TEMP TABLE scales AS SELECT i % 20 AS customer, timestamptz '2024-01-01' + i * interval '1 hour' AS at, round((random() * 1000)::numeric, i % 7) AS amount FROM generate_series(1, 700) i;
SELECT is_empty($$ SELECT entity, revenue FROM abm.purchase_totals((SELECT abm.purchases_agg(customer, at, amount) FROM scales)) EXCEPT SELECT customer, sum(amount) FROM scales GROUP BY 1 $$, 'exact sums of mixed scales');
SELECT is((SELECT abm.purchases_agg(customer, at, amount ORDER BY scale(amount))::text FROM scales), (SELECT abm.purchases_agg(customer, at, amount ORDER BY scale(amount) DESC)::text FROM scales), 'the scale that comes first does not matter');

-- Limits.
SET LOCAL abm.population_memory = '64kB';
SELECT throws_ok($$ SELECT abm.purchases_agg(i, '2024-01-01', 1) FROM generate_series(1, 6000) i $$, '54000', NULL, 'more than the memory allows');
SELECT lives_ok($$ SELECT abm.purchases_agg(i, '2024-01-01', 1) FROM generate_series(1, 5000) i $$, 'as much as it allows');
-- In Newfoundland clocks went back over midnight until 2010: the day before came again for an hour. What stands there is of the day that has begun; nothing runs backwards.
CREATE TEMP TABLE midnight AS SELECT c, k, timestamptz '2006-10-28 12:00+00' + (k * 7919 + c * 104729) % 172800 * interval '1 second' AS at, 1 + k % 3 AS amount FROM generate_series(1, 300) c, generate_series(1, 2 + c % 6) k
  UNION ALL SELECT 0, 1, '2006-10-29 02:30:30+00', 10 UNION ALL SELECT 0, 2, '2006-10-29 03:00:00+00', 10;
CREATE TEMP TABLE night AS SELECT abm.purchases_agg(c::bigint, at, amount) AS p FROM midnight;
SELECT is_empty($$ SELECT grain, r FROM night, unnest('{hour,day,week,month}'::text[]) grain, abm.rfm(p, '2006-10-29 03:00+00', '1 day', grain, 'America/St_Johns') r WHERE r.recency < 0 OR r.age < r.recency OR r.frequency > 0 AND r.recency = 0 $$, 'no recency and no age is negative');
SELECT results_eq($$ SELECT frequency, recency, age FROM night, abm.rfm(p, '2006-11-10+00', '1 day', 'day', 'America/St_Johns') r WHERE entity = 0 $$, $$ VALUES (0::bigint, 0::float8, 11::float8) $$, 'one day, although the clock shows two');
SELECT is((SELECT count(*) FROM night, unnest('{1 day,11 hours,1 week}'::interval[]) unit, unnest('{hour,day}'::text[]) grain, unnest('{2006-10-29 03:00+00,2006-11-10+00}'::timestamptz[]) as_of,
    LATERAL (SELECT abm.rfm_counts(p, as_of, unit, grain, 'America/St_Johns') AS c) x WHERE c::text::abm.rfm_counts::text = c::text), 12::bigint, 'and the evidence is read back');
SELECT * FROM finish();
ROLLBACK;
