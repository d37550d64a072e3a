-- states.sql: states whose bytes were changed and whose checksum was made right again: what can be read is handed to every function of its
-- type, with an argument of each further type that must be given. Neither a crash nor an internal error. The last line tells how many calls.
SET client_min_messages = error;
\i test/sample.sql
\i test/wire_checksum.sql
CREATE TABLE small_state (state regtype, t text);
SELECT format('INSERT INTO small_state SELECT %L::regtype, (%s)::text FROM (SELECT * FROM sample WHERE num_nulls(v_at, v_bigint, v_numeric, v_text) = 0 ORDER BY id LIMIT 6) s', state, call)
FROM state_type \gexec
CREATE TABLE one AS SELECT * FROM sample WHERE num_nulls(v_bigint, v_integer, v_numeric, v_float8, v_at, v_text, v_journey) = 0 AND v_float8 BETWEEN 0.1 AND 0.9 ORDER BY id LIMIT 1;
UPDATE one SET v_at = '2030-01-01';
CREATE TABLE call AS
SELECT p.oid::regprocedure AS f, s.state, format('abm.%I(s%s)', proname, (SELECT string_agg(', ' || CASE t WHEN s.state THEN 's' ELSE sample_argument(proargnames[i], t, nth::int) END, '' ORDER BY i)
    FROM (SELECT i, t::oid::regtype AS t, row_number() OVER (PARTITION BY t ORDER BY i) AS nth FROM unnest(proargtypes::oid[]) WITH ORDINALITY u (t, i)) x
    WHERE i BETWEEN 2 AND pronargs - pronargdefaults)) AS call
FROM pg_proc p, state_type s WHERE pronamespace = 'abm'::regnamespace AND prokind = 'f' AND proargtypes[0] = s.state AND prorettype <> 'cstring'::regtype AND proname !~ '_(accum|seal|send)$'
  AND NOT ('anyelement'::regtype = ANY (proargtypes) AND pronargdefaults = 0);
CREATE FUNCTION readable(state regtype, input text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('SELECT %L::%s', input, state); RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;
CREATE FUNCTION answer(call text, state regtype, input text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SELECT count(x) FROM (SELECT pg_column_size(%s) AS x FROM (SELECT %L::%s AS s OFFSET 0) held, one OFFSET 0) q', call, input, state);
  RETURN '00000';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate || CASE WHEN sqlstate LIKE 'XX000%' THEN ' ' || sqlerrm || ' ' || call || ' ' || input ELSE '' END; END $$;
CREATE TABLE changed (state regtype, t text);
CREATE PROCEDURE change(wanted int) LANGUAGE plpgsql AS $$
DECLARE s small_state; whole bytea; b bytea; hits int; BEGIN
  FOR s IN SELECT * FROM small_state LOOP
    whole := decode(left(s.t, -8), 'hex'); hits := 0;
    FOR n IN 1..wanted * 50 LOOP
      b := whole;
      FOR k IN 0..n % 4 LOOP
        b := set_byte(b, (random() * (length(b) - 1))::int, (ARRAY[0, 1, 2, 3, 127, 128, 255, (random() * 255)::int])[1 + (random() * 7)::int]);
      END LOOP;
      b := b || wire_checksum(b);
      CONTINUE WHEN NOT readable(s.state, encode(b, 'hex'));
      INSERT INTO changed VALUES (s.state, encode(b, 'hex'));
      hits := hits + 1;
      EXIT WHEN hits = wanted;
    END LOOP;
  END LOOP; END $$;
CALL change(40 * :times);
CREATE TABLE outcome AS SELECT answer(call, state, t) AS r FROM changed JOIN call USING (state);
SELECT 'states changed: ' || (SELECT count(*) FROM changed) || ', calls: ' || count(*) || ' (' || (SELECT string_agg(r || ' ' || n, ', ' ORDER BY n DESC) FROM (SELECT left(r, 5) AS r, count(*) AS n FROM outcome GROUP BY 1) x)
  || '), ' || count(*) FILTER (WHERE r LIKE 'XX000%') || ' internal errors' FROM outcome;
SELECT r FROM outcome WHERE r LIKE 'XX000%' LIMIT 20;
