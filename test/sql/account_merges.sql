-- A chain, an account merged twice, one that was taken back, a circle, and one that went into two at once.
CREATE TABLE merged (from_account bigint, into_account bigint, at timestamptz);
INSERT INTO merged VALUES (1, 2, '2024-01-01 00:00Z'), (2, 3, '2024-02-01 00:00Z'), (3, 4, '2023-12-01 00:00Z'), (1, 2, '2024-01-01 00:00Z'),
  (10, 11, '2024-01-01 00:00Z'), (10, 12, '2024-03-01 00:00Z'), (20, 21, '2024-01-01 00:00Z'), (20, 20, '2024-02-01 00:00Z'), (20, 22, '2024-03-01 00:00Z'),
  (30, 31, '2024-01-01 00:00Z'), (31, 32, '2024-02-01 00:00Z'), (32, 30, '2024-03-01 00:00Z'), (33, 31, '2024-01-15 00:00Z'),
  (40, 41, '2024-01-01 00:00Z'), (40, 42, '2024-01-01 00:00Z'), (40, 43, '2024-02-01 00:00Z'), (NULL, 1, '2024-01-01 00:00Z'), (1, NULL, '2024-01-01 00:00Z'), (1, 9, NULL);
CREATE TABLE merges AS SELECT abm.merge_agg(from_account, into_account, at) AS m FROM merged;
SET timezone = 'UTC';
SELECT jsonb_array_elements(m::jsonb -> 'merges') FROM merges LIMIT 3;
SELECT account, abm.surviving_account(m, account, '2023-06-01 00:00Z') AS before, abm.surviving_account(m, account, '2024-01-01 00:00Z') AS new_year,
  abm.surviving_account(m, account, '2024-02-15 00:00Z') AS february, abm.surviving_account(m, account, '2025-01-01 00:00Z') AS after, abm.surviving_account(m, account) AS all_merges
FROM merges, unnest('{1,2,3,4,5,10,11,20,21,0,-1,9223372036854775807,-9223372036854775808,NULL}'::bigint[]) account;
-- The circle is there from March on, the account in two only in January.
SELECT account, abm.surviving_account(m, account, '2024-02-15 00:00Z') FROM merges, unnest('{30,31,32,33,40}'::bigint[]) account;
SELECT abm.surviving_account(m, 32, '2024-03-01 00:00Z') FROM merges;
SELECT abm.surviving_account(m, 33) FROM merges;
SELECT abm.surviving_account(m, 40, '2024-01-31 00:00Z') FROM merges;
SELECT f.* FROM merges, abm.merge_faults(m) f;
SELECT f.* FROM merges, abm.merge_faults(m, '2024-01-31 00:00Z') f;
SELECT f.* FROM merges, abm.merge_faults(m, '2024-02-15 00:00Z') f;
-- Taken back and merged in one moment is two at the same time.
SELECT abm.surviving_account(abm.merge_agg(1, b, '2024-01-01 00:00Z'), 1) FROM unnest('{0,1}'::bigint[]) b;
SELECT abm.surviving_account(abm.merge_agg(1, b, '2024-01-01 00:00Z'), 1) FROM unnest('{1,2}'::bigint[]) b;
SELECT abm.surviving_account(abm.merge_agg(1, 1, '2024-01-01 00:00Z'), 1);
-- A long circle, a long chain.
SELECT abm.surviving_account(abm.merge_agg(i, i % 100 + 1, '2024-01-01 00:00Z'), 57) FROM generate_series(1, 100) i;
SELECT abm.surviving_account(abm.merge_agg(i, i + 1, '2024-01-01 00:00Z'), 1) FROM generate_series(1, 100000) i;
SELECT count(*), min(account_id), max(account_id) FROM abm.merge_faults((SELECT abm.merge_agg(i, i % 1000 + 1, '2024-01-01 00:00Z') FROM generate_series(1, 2000) i));
-- No merges: every account is itself. No account, no time: nothing.
SELECT abm.merge_agg(from_account, into_account, at) IS NULL AS nothing, abm.surviving_account(abm.merge_agg(from_account, into_account, at), 7) AS itself FROM merged WHERE false;
SELECT abm.surviving_account(NULL, 7, '2024-01-01 00:00Z') AS itself, abm.surviving_account(m, NULL) AS no_account, abm.surviving_account(m, 1, NULL) AS no_time, (SELECT count(*) FROM abm.merge_faults(NULL)) AS no_faults FROM merges;
-- Accounts grouped after their merges.
SELECT abm.surviving_account((SELECT m FROM merges), account_id, '2025-01-01 00:00Z') AS account_id, sum(amount)
FROM (VALUES (1, 100), (2, 50), (4, 7), (10, 1), (12, 2), (99, 5)) AS deal (account_id, amount) GROUP BY 1 ORDER BY 1;
-- Bad input.
SELECT abm.merge_agg(1, 2, 'infinity');
SELECT abm.surviving_account(m, 1, '-infinity') FROM merges;
SELECT abm.merge_faults(m, 'infinity') FROM merges;
SELECT abm.surviving_account('00'::abm.account_merges, 1);
DROP TABLE merged, merges;
