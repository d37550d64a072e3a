-- Merges: against a recursive query, on random merges with circles among them.
\i test/begin.sql
BEGIN;
SELECT plan(10);
SELECT setseed(0.24);
CREATE TEMP TABLE merged AS
SELECT DISTINCT ON (from_account, at) from_account, CASE WHEN random() < 0.75 THEN from_account + (random() * 9)::bigint ELSE (random() * 300)::bigint END AS into_account, at, i % 5 AS part
FROM (SELECT i, (random() * 300)::bigint AS from_account, timestamptz '2024-01-01 00:00Z' + (random() * 50)::int * interval '1 day' AS at FROM generate_series(1, 400) i) r ORDER BY from_account, at, i;
CREATE TEMP TABLE merges AS SELECT abm.merge_agg(from_account, into_account, at) AS m FROM merged;
CREATE TEMP TABLE moment AS SELECT timestamptz '2023-12-31 00:00Z' + i * interval '5 days' AS as_of FROM generate_series(0, 11) i;
-- The slow way: the latest merge of each account, followed until it ends or has taken more steps than there are accounts.
CREATE TEMP TABLE latest AS
SELECT as_of, from_account, into_account FROM (SELECT DISTINCT ON (as_of, from_account) * FROM merged JOIN moment ON at <= as_of ORDER BY as_of, from_account, at DESC) l WHERE into_account <> from_account;
CREATE TEMP TABLE slow AS
WITH RECURSIVE walk AS (
  SELECT as_of, a AS account, a AS now, 0 AS steps FROM moment, generate_series(0::bigint, 320) a
  UNION ALL SELECT as_of, account, into_account, steps + 1 FROM walk JOIN latest USING (as_of) WHERE from_account = now AND steps < 400)
SELECT DISTINCT ON (as_of, account) as_of, account, CASE WHEN steps < 400 THEN now END AS survivor FROM walk ORDER BY as_of, account, steps DESC;
CREATE FUNCTION pg_temp.survivor(m abm.account_merges, account bigint, as_of timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN RETURN abm.surviving_account(m, account, as_of); EXCEPTION WHEN invalid_parameter_value THEN RETURN NULL; END $$;
SELECT cmp_ok((SELECT count(*) FROM slow WHERE survivor <> account), '>', 500::bigint, 'many accounts have become others');
SELECT cmp_ok((SELECT count(*) FROM slow WHERE survivor IS NULL), '>', 10::bigint, 'some are in a circle');
SELECT is_empty($$SELECT *, pg_temp.survivor(m, account, as_of) FROM slow, merges WHERE pg_temp.survivor(m, account, as_of) IS DISTINCT FROM survivor$$, 'accounts as the slow way finds them');
SELECT is_empty($$SELECT * FROM slow, merges WHERE as_of = '2024-02-24 00:00Z' AND survivor IS NOT NULL AND abm.surviving_account(m, account) IS DISTINCT FROM survivor$$, 'without a time: all merges');
-- One call site keeps ways while the time is the same, and forgets them when it is not.
CREATE FUNCTION pg_temp.differ(how text) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE format('SELECT as_of, account FROM (SELECT * FROM slow WHERE survivor IS NOT NULL ORDER BY %s OFFSET 0) s, merges WHERE abm.surviving_account(m, account, as_of) <> survivor', how); END $$;
SELECT is_empty($$SELECT * FROM pg_temp.differ('as_of, account') AS (as_of timestamptz, account bigint)$$, 'time by time');
SELECT is_empty($$SELECT * FROM pg_temp.differ('account, as_of') AS (as_of timestamptz, account bigint)$$, 'account by account');
SET LOCAL statement_timeout = '20s';
SELECT is((SELECT count(*) FROM (SELECT abm.merge_agg(i, i + 1, '2024-01-01 00:00Z') AS m FROM generate_series(1, 500000) i) x, generate_series(1, 500000) i
  WHERE abm.surviving_account(m, i) = 500001), 500000::bigint, 'half a million accounts in one chain: no way is gone twice');
RESET statement_timeout;
-- Circles: those whose way comes back to them.
CREATE TEMP TABLE circle AS
WITH RECURSIVE walk AS (
  SELECT as_of, from_account AS account, into_account AS now, 1 AS steps FROM latest
  UNION SELECT w.as_of, account, into_account, steps + 1 FROM walk w JOIN latest l ON l.as_of = w.as_of AND from_account = now WHERE now <> account AND steps < 400)
SELECT DISTINCT as_of, account FROM walk WHERE now = account;
SELECT bag_eq($$SELECT as_of, account_id FROM moment, merges, abm.merge_faults(m, as_of)$$, $$SELECT as_of, account FROM circle$$, 'accounts in a circle');
SELECT is((SELECT abm.rollup(m)::text FROM (SELECT abm.merge_agg(from_account, into_account, at) AS m FROM merged GROUP BY part) p), (SELECT m::text FROM merges), 'parts rolled up are the whole');
SELECT throws_ok($$SELECT abm.surviving_account(abm.merge_agg(a, b, '2024-01-01 00:00Z'), 7) FROM (VALUES (7, 5), (5, 6), (6, 7)) v (a, b)$$, '22023', 'accounts are merged in a circle: 5 -> 6 -> 7 -> 5', 'the error names the accounts');
SELECT * FROM finish();
ROLLBACK;
