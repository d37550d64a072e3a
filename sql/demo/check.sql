-- Fills schema demo from the rows of read_csv on standard input, after every
-- value has been held against the contract.  From the environment: TITLE,
-- AS_OF (empty: the latest moment in the data), OWN_PROFILE (true: PROFILE is
-- the JSON that came with the data, else the sample's is taken), PRESENT (the files read, without .csv),
-- PROBLEMS (the file that receives what is wrong; it stays empty when all is
-- well).  With any problem nothing is kept.
\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
BEGIN;
\ir tables.sql

CREATE TEMP TABLE record (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file text, line int, lines int[], fields text[], fault text);
\copy record (file, line, lines, fields, fault) FROM pstdin
CREATE TEMP TABLE problem (
  file text, line int, column_name text, message text);
-- the first record of each file names its columns
CREATE TEMP TABLE header AS
  SELECT DISTINCT ON (file) file, id, line,
    ARRAY(SELECT lower(btrim(f)) FROM unnest(fields) WITH ORDINALITY u(f, i)
          ORDER BY i) AS columns
  FROM record WHERE fault IS NULL ORDER BY file, id;
CREATE TEMP VIEW position AS
  SELECT c.*, t.sql_type, array_position(h.columns, c.column_name) AS pos
  FROM contract c JOIN column_type t USING (type) JOIN header h USING (file);
CREATE TEMP VIEW data AS
  SELECT r.* FROM record r JOIN header h USING (file)
  WHERE r.id > h.id AND cardinality(r.fields) = cardinality(h.columns);

CREATE FUNCTION pg_temp.shown(value text) RETURNS text
RETURN format('"%s"', CASE WHEN length(value) > 40
                           THEN left(value, 37) || '...' ELSE value END);

-- What is wrong with a value that is there; NULL: nothing.
CREATE FUNCTION pg_temp.fault(kind text, value text, low numeric,
  high numeric, allowed text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  number numeric;
  must text := CASE kind
    WHEN 'whole' THEN 'a whole number'
    WHEN 'number' THEN 'a number such as 0.25'
    WHEN 'money' THEN 'an amount such as 1234.50'
    WHEN 'boolean' THEN 'true or false'
    WHEN 'date' THEN 'a date such as 2024-12-31'
    WHEN 'timestamp' THEN 'a time such as 2024-12-31 or 2024-12-31 17:30:00+01'
    WHEN 'network' THEN 'a network such as 192.0.2.0/24 or 2001:db8::/48'
    WHEN 'address' THEN 'an address such as 192.0.2.17 or 2001:db8::1'
    ELSE 'one of ' || replace(allowed, '|', ', ') END;
  form text := CASE kind
    WHEN 'whole' THEN '^[+-]?[0-9]{1,18}$'
    WHEN 'number' THEN '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]{1,3})?$'
    WHEN 'money' THEN '^[+-]?([0-9]{1,18}[.]?[0-9]{0,9}|[.][0-9]{1,9})$'
    WHEN 'boolean' THEN '^(true|false|t|f|yes|no|y|n|1|0)$'
    WHEN 'date' THEN '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    WHEN 'timestamp' THEN '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}'
      '(:[0-9]{2}([.][0-9]{1,9})?)?( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))?)?$'
    WHEN 'network' THEN '^[0-9a-f.:]+(/[0-9]{1,3})?$'
    WHEN 'address' THEN '^[0-9a-f.:]+$'
    WHEN 'outcome' THEN '^(' || allowed || ')$' END;
BEGIN
  IF kind IN ('text', 'list') THEN
    RETURN NULL;
  ELSIF value ~* '^[+-]?(nan|inf|infinity)$' THEN
    RETURN format('must be finite, not %s', pg_temp.shown(value));
  ELSIF length(value) > 400 OR value !~* form THEN
    RETURN format('must be %s, not %s', must, pg_temp.shown(value));
  END IF;
  IF kind IN ('number', 'date', 'timestamp', 'network', 'address') THEN
    BEGIN
      PERFORM CASE kind WHEN 'number' THEN value::float8::text
        WHEN 'date' THEN value::date::text
        WHEN 'timestamp' THEN value::timestamptz::text
        ELSE value::inet::text END;
    EXCEPTION WHEN data_exception THEN
      RETURN format('must be %s, not %s', must, pg_temp.shown(value));
    END;
  END IF;
  number := CASE WHEN low IS NOT NULL THEN value::numeric END;
  IF number < low OR number > high THEN
    RETURN format('must be %s, not %s',
      CASE WHEN high IS NULL THEN 'greater than or equal to ' || low
           ELSE format('between %s and %s', low, high) END, value);
  END IF;
  RETURN NULL;
END $$;

\getenv present PRESENT
\getenv title TITLE
\getenv as_of AS_OF
\getenv profile PROFILE
\getenv own_profile OWN_PROFILE
\if :own_profile
\else
\ir profile.sql
\set profile :sample_profile
\endif
\getenv problems PROBLEMS

-- files and headers
INSERT INTO problem
  SELECT file, NULL, NULL, 'required file is missing'
  FROM contract c WHERE column_name IS NULL AND required = 'yes'
    AND NOT file = ANY (string_to_array(:'present', ' '));
INSERT INTO problem
  SELECT name, NULL, NULL, 'is empty; its first line must name the columns'
  FROM unnest(string_to_array(:'present', ' ')) name
  WHERE NOT EXISTS (SELECT FROM record WHERE file = name);
INSERT INTO problem
  SELECT file, line, NULL, fault FROM record WHERE fault IS NOT NULL;
INSERT INTO problem
  SELECT h.file, h.line, c.column_name, 'required column is missing'
    || CASE WHEN cardinality(h.columns) = 1 AND h.columns[1] ~ '[;\t|]'
            THEN '; columns must be separated by commas' ELSE '' END
  FROM contract c JOIN header h USING (file)
  WHERE c.type IS NOT NULL AND c.required = 'yes'
    AND NOT c.column_name = ANY (h.columns);
INSERT INTO problem
  SELECT file, line, name, 'stands in the header more than once'
  FROM header, unnest(columns) name
  GROUP BY file, line, name HAVING count(*) > 1;
INSERT INTO problem
  SELECT r.file, r.line, NULL, format('%s fields where the header has %s',
           cardinality(r.fields), cardinality(h.columns))
  FROM record r JOIN header h USING (file)
  WHERE r.id > h.id AND cardinality(r.fields) <> cardinality(h.columns);

-- each value by itself
SELECT format($q$
  INSERT INTO problem
  SELECT file, coalesce(lines[%1$s], line), %2$L,
    CASE WHEN value IS NULL THEN 'must not be empty' ELSE wrong END
  FROM data, nullif(btrim(fields[%1$s]), '') value,
    pg_temp.fault(%3$L, value, %4$L, %5$L, %6$L) wrong
  WHERE file = %7$L AND (wrong IS NOT NULL OR value IS NULL AND %8$L)
  $q$, pos, column_name, type, low, high, allowed, file,
  coalesce(required = 'yes', false))
FROM position
WHERE pos IS NOT NULL AND (type NOT IN ('text', 'list') OR required = 'yes')
ORDER BY id
\gexec

-- The rows as typed tables; a value with a fault is left out.
CREATE TEMP VIEW typed AS
  SELECT p.*, CASE type
      WHEN 'list' THEN format('regexp_split_to_array(%s, %L)', value, ' *; *')
      WHEN 'outcome' THEN format('lower(%s)::%s', value, sql_type)
      ELSE format('%s::%s', value, sql_type) END AS typed,
    format('pg_temp.fault(%L, %s, %L, %L, %L)', type, value, low, high,
           allowed) AS fault,
    EXISTS (SELECT FROM problem b WHERE b.file = p.file
              AND b.column_name = p.column_name) AS faulty
  FROM position p,
    format('nullif(btrim(fields[%s]), %L)', coalesce(pos, 0), '') value;
SELECT format('CREATE TEMP TABLE loaded_%s AS SELECT line, lines, %s
               FROM data WHERE file = %1$L', file,
  string_agg(CASE WHEN faulty
      THEN format('CASE WHEN %s IS NULL THEN %s END', fault, typed)
      ELSE typed END || ' AS ' || quote_ident(column_name), ', ' ORDER BY id))
FROM typed GROUP BY file
\gexec

-- keys
SELECT format($q$
  INSERT INTO problem
  SELECT %1$L, coalesce(lines[%2$s], line), %3$L,
    format('"%%s" stands on line %%s already', concat_ws(', ', %4$s), first)
  FROM (SELECT *, first_value(line) OVER w AS first, row_number() OVER w AS n
        FROM loaded_%1$s WHERE num_nulls(%4$s) = 0
        WINDOW w AS (PARTITION BY %4$s ORDER BY line)) keyed
  WHERE n > 1 $q$, file, min(pos), string_agg(column_name, ', ' ORDER BY id),
  string_agg(quote_ident(column_name), ', ' ORDER BY id))
FROM position WHERE "check" = 'key' GROUP BY file HAVING bool_and(pos > 0)
\gexec
-- columns with one value in all rows
SELECT format($q$
  INSERT INTO problem
  SELECT %1$L, coalesce(l.lines[%2$s], l.line), %3$L,
    format('must be the same in all rows, not "%%s" here and "%%s" on line '
           || '%%s', l.%3$I, first.%3$I, first.line)
  FROM loaded_%1$s l, (SELECT * FROM loaded_%1$s WHERE %3$I IS NOT NULL
                       ORDER BY line LIMIT 1) first
  WHERE l.%3$I <> first.%3$I $q$, file, pos, column_name)
FROM position WHERE "check" = 'same' AND pos IS NOT NULL
\gexec
-- References; not into a file that could not be read as a whole.
SELECT format($q$
  INSERT INTO problem
  SELECT %1$L, coalesce(lines[%2$s], line), %3$L,
    format('"%%s" is not in column "%4$s" of %5$s.csv', %3$I)
  FROM loaded_%1$s l
  WHERE %3$I IS NOT NULL
    AND NOT EXISTS (SELECT FROM loaded_%5$s r WHERE r.%4$I = l.%3$I) $q$,
  p.file, p.pos, p.column_name, t.column_name, t.file)
FROM position p JOIN position t ON p.refers = t.file || '.' || t.column_name
WHERE p.pos IS NOT NULL AND t.pos IS NOT NULL AND NOT EXISTS (
  SELECT FROM problem b WHERE b.file = t.file AND b.column_name IS NULL)
ORDER BY p.id
\gexec
-- rules between the columns of a row
SELECT format($q$
  INSERT INTO problem
  SELECT %1$L, coalesce(lines[%2$s], line), %3$L, %4$L
  FROM loaded_%1$s WHERE NOT (%5$s) $q$,
  c.file, p.pos, c.column_name, c.rule_text, c.rule)
FROM contract c JOIN position p USING (file, column_name)
WHERE c.rule IS NOT NULL AND p.pos IS NOT NULL ORDER BY c.id
\gexec

-- the profile and the moment of the report
SELECT set_config('demo.profile', :'profile', true) \g /dev/null
DO $$
BEGIN
  PERFORM current_setting('demo.profile')::abm.icp_profile;
EXCEPTION WHEN data_exception THEN
  INSERT INTO problem VALUES ('profile.json', NULL, NULL, SQLERRM);
END $$;
SELECT coalesce(string_agg(format('SELECT max(%I) AS at FROM loaded_%s',
         column_name, file), ' UNION ALL '), 'SELECT NULL::timestamptz AS at')
    AS moments
FROM position WHERE type = 'timestamp' \gset
SELECT coalesce(max(at)::text, '') AS latest,
  coalesce(nullif(:'as_of', ''), max(at)::text, '') AS as_of
FROM (:moments) moment \gset
INSERT INTO problem
  SELECT 'AS_OF', NULL, NULL, CASE
    WHEN :'as_of' = '' THEN 'is needed, as no file has a time'
    WHEN fault IS NOT NULL THEN fault
    ELSE format('must not be before the latest time in the data, %s',
                :'latest') END
  FROM pg_temp.fault('timestamp', nullif(:'as_of', ''), NULL, NULL, NULL)
         fault
  WHERE :'as_of' = '' AND NOT EXISTS (SELECT FROM problem) OR fault IS NOT NULL
    OR CASE WHEN fault IS NULL THEN :'as_of'::text::timestamptz END
       < nullif(:'latest', '')::timestamptz;

\o :problems
SELECT format('%s%s: %s%s',
         CASE WHEN file = 'AS_OF' OR file LIKE '%.json' THEN file
              ELSE file || '.csv' END,
         ':' || line, 'column "' || column_name || '": ', message)
FROM (SELECT *, row_number() OVER w AS n FROM problem
      WINDOW w AS (PARTITION BY file ORDER BY line NULLS FIRST, column_name,
                   message)) p
WHERE n <= 20
ORDER BY file, n;
SELECT format('%s.csv: %s problems in all, the first 20 are shown', file,
              count(*))
FROM problem GROUP BY file HAVING count(*) > 20 ORDER BY file;
\o

SELECT count(*) = 0 AS good FROM problem \gset
\if :good
  SELECT format('INSERT INTO demo.%I (%s) SELECT %2$s FROM loaded_%1$s',
           file, string_agg(quote_ident(column_name), ', ' ORDER BY id))
  FROM position GROUP BY file
  \gexec
  SELECT format('ANALYZE demo.%I', file) FROM position GROUP BY file
  \gexec
  INSERT INTO demo.dataset
    VALUES (:'title', :'as_of', :'profile', :'own_profile');
  SELECT format('%s.csv: column "%s" is not in the contract and is ignored',
                file, name)
  FROM header h, unnest(columns) WITH ORDINALITY u(name, i)
  WHERE NOT EXISTS (SELECT FROM contract c
                    WHERE c.file = h.file AND c.column_name = name)
  ORDER BY file, i;
  COMMIT;
\else
  ROLLBACK;
\endif
