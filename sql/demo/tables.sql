-- Makes the empty warehouse, schema demo, from contract.sql.  Run by psql
-- within a transaction.
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE TEMP TABLE contract (
  id int GENERATED ALWAYS AS IDENTITY,
  file text, column_name text, type text, required text, "check" text,
  refers text, allowed text, low numeric, high numeric, rule text,
  rule_text text, meaning text);
\ir contract.sql

-- the contract's words for types
CREATE TEMP TABLE column_type (type text PRIMARY KEY, sql_type text);
INSERT INTO column_type VALUES
  ('text', 'text'), ('whole', 'bigint'), ('number', 'float8'),
  ('money', 'numeric'), ('boolean', 'boolean'), ('list', 'text[]'),
  ('date', 'date'), ('timestamp', 'timestamptz'),
  ('outcome', 'abm.deal_outcome'), ('network', 'inet'), ('address', 'inet');

-- Replaces only a schema that this script has made.
DO $$
DECLARE
  ours CONSTANT text := 'Warehouse of the demonstration of abm';
  comment text := obj_description(to_regnamespace('demo'), 'pg_namespace');
BEGIN
  IF to_regnamespace('demo') IS NOT NULL THEN
    IF comment IS DISTINCT FROM ours THEN
      RAISE EXCEPTION 'schema "demo" exists and is not the demonstration''s'
        USING HINT = 'Use another database (PGDATABASE).';
    END IF;
    DROP SCHEMA demo CASCADE;
  END IF;
  CREATE SCHEMA demo;
  EXECUTE format('COMMENT ON SCHEMA demo IS %L', ours);
END $$;

SELECT format('CREATE TABLE demo.%I (%s%s)', c.file,
         string_agg(format('%I %s%s', c.column_name, t.sql_type,
                           CASE WHEN c.required = 'yes' THEN ' NOT NULL' END),
                    ', ' ORDER BY c.id),
         ', PRIMARY KEY (' || string_agg(quote_ident(c.column_name), ', '
           ORDER BY c.id) FILTER (WHERE c."check" = 'key') || ')')
FROM contract c JOIN column_type t USING (type)
GROUP BY c.file ORDER BY min(c.id)
\gexec
SELECT format('COMMENT ON TABLE demo.%I IS %L', file, meaning)
FROM contract WHERE column_name IS NULL ORDER BY id
\gexec
SELECT format('COMMENT ON COLUMN demo.%I.%I IS %L', file, column_name,
         meaning || CASE WHEN type = 'money' THEN ' (currency of the data)'
                         ELSE '' END)
FROM contract WHERE type IS NOT NULL ORDER BY id
\gexec

CREATE TABLE demo.dataset (
  title text NOT NULL, as_of timestamptz NOT NULL, profile text NOT NULL,
  own_profile boolean NOT NULL);
COMMENT ON TABLE demo.dataset IS 'what the tables hold, one row';
COMMENT ON COLUMN demo.dataset.title IS 'name of the data';
COMMENT ON COLUMN demo.dataset.as_of IS
  'the moment for which the report is made';
COMMENT ON COLUMN demo.dataset.profile IS 'ideal customer profile, JSON';
COMMENT ON COLUMN demo.dataset.own_profile IS 'the profile came with the data';
