-- leaks.sql: does a function keep memory, call after call? For the database in which the hostile calls ran: three calls of each
-- function that went well are repeated 100,000 times in one query, or for about three seconds; from the first tenth to the end the
-- backend's memory must not grow by more than a byte a call. Prints what grows, and what was called.
\set QUIET 1
\pset format unaligned
\pset tuples_only true
SET client_min_messages = error;
SET jit = off;
SELECT setseed(0.42) \g /dev/null
CREATE FUNCTION hostile.memory() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
CREATE TABLE hostile.example AS SELECT sig, expr, proretset FROM (
  SELECT c.sig, f.proretset, e.expr, row_number() OVER (PARTITION BY c.sig ORDER BY random()) AS nth
  FROM hostile.call c JOIN hostile.result r USING (id) JOIN hostile.fn f ON f.fnoid = c.fn
  CROSS JOIN LATERAL (SELECT coalesce(substring(c.sql FROM ' END FROM \(SELECT (.*) AS a, '), substring(c.sql FROM 'FROM \(SELECT (.*) AS x LIMIT'),
    substring(c.sql FROM '^SELECT \((.*)\) IS NULL$'))) e (expr)
  WHERE c.phase IN ('fn1', 'fn2') AND r.state = '00000' AND r.ms < 200 AND length(c.sql) < 20000 AND c.sql !~ 'repeat\(|array_fill' AND e.expr IS NOT NULL) q WHERE nth <= 3;
-- a function of constants would be called once
UPDATE pg_proc SET provolatile = 'v' FROM hostile.fn f WHERE f.fnoid = pg_proc.oid;
CREATE TABLE hostile.leak (sig text, expr text, calls bigint, before bigint, after bigint, problem text);
DO $$
DECLARE e record; n bigint; started timestamptz; a bigint; b bigint; BEGIN
  FOR e IN SELECT * FROM hostile.example LOOP
    BEGIN
      n := 50;
      FOR pass IN 1..2 LOOP
        started := clock_timestamp();
        EXECUTE format('SELECT min(m), max(m) FROM (SELECT %s AS x, CASE WHEN i IN (%s, %s) THEN hostile.memory() END AS m FROM generate_series(1, %s) i OFFSET 0) q', e.expr, n / 10, n, n) INTO a, b;
        IF pass = 1 THEN n := least(100000, greatest(100, 50 * 3000 / greatest(0.001, 1000 * extract(epoch FROM clock_timestamp() - started)))); END IF;
      END LOOP;
      INSERT INTO hostile.leak VALUES (e.sig, e.expr, n, a, b);
    EXCEPTION WHEN OTHERS THEN INSERT INTO hostile.leak VALUES (e.sig, e.expr, n, NULL, NULL, sqlerrm);
    END;
  END LOOP;
END $$;
SELECT format('GROWS %s: %s bytes a call, %s', sig, round((after - before) / (0.9 * calls), 1), left(expr, 300)) FROM hostile.leak WHERE after - before > greatest(100000, 0.9 * calls) ORDER BY 1;
SELECT format('%s functions repeated, %s calls, %s fail, %s grow', count(DISTINCT sig), sum(calls), count(*) FILTER (WHERE problem IS NOT NULL), count(*) FILTER (WHERE after - before > greatest(100000, 0.9 * calls))) FROM hostile.leak;
