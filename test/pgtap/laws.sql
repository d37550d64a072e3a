-- Laws that hold for every aggregate and every state type of the extension. The catalog says which there are: a new one is
-- tested here without being named. A state is equal to another when its bytes are, so states are compared by their text.
\i test/begin.sql
\set work `echo "${ABM_WORK:-/tmp}"`
SET client_min_messages = warning;
BEGIN;
SELECT no_plan();
\i test/sample.sql

SELECT cmp_ok((SELECT count(*) FROM gathering)::int, '>=', 6, 'the catalog names the aggregates');
SELECT is_empty($$
  SELECT a.aggfnoid::regprocedure FROM pg_aggregate a JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = a.aggfnoid::oid
    AND d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abm')
  WHERE a.aggtranstype::regtype NOT IN (SELECT state FROM state_type)$$, 'every state of an aggregate is built by some x_agg');
SELECT is_empty($$
  SELECT state FROM state_type s WHERE NOT EXISTS (
    SELECT FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.proname = 'rollup' AND p.proargtypes[0] = s.state)$$,
  'every state type has rollup()');

CREATE FUNCTION whole(call text, source text DEFAULT 'sample') RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN EXECUTE format('SELECT (%s)::text FROM %s s', call, source) INTO r; RETURN r; END $$;
CREATE FUNCTION grouped(call text, source text DEFAULT 'sample') RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  EXECUTE format('SELECT md5(string_agg(k || s, '','' ORDER BY k)) FROM (SELECT k, (%s)::text AS s FROM %s s GROUP BY k) g', call, source) INTO r;
  RETURN r; END $$;

-- Any order, any partition, through text: the same bytes.
SELECT isnt(whole(call), NULL, call || ' gathers something') FROM gathering;
SELECT is(whole(call, '(SELECT * FROM sample ORDER BY shuffle OFFSET 0)'), whole(call), aggregate || ': any order') FROM gathering;
SELECT is(whole(call, '(SELECT * FROM sample ORDER BY id DESC OFFSET 0)'), whole(call), aggregate || ': backwards') FROM gathering;
SELECT is(whole('abm.rollup(s)', format('(SELECT %s AS s FROM sample GROUP BY part)', call)), whole(call), aggregate || ': rollup of parts') FROM gathering;
SELECT is(whole('abm.rollup(s)', format('(SELECT %s AS s FROM sample GROUP BY id)', call)), whole(call), aggregate || ': rollup of single rows') FROM gathering;
SELECT is(whole(format('abm.rollup(s::text::%s)', state), format('(SELECT %s AS s FROM sample GROUP BY part)', call)), whole(call),
  aggregate || ': rollup of parts that went through text') FROM gathering;
SELECT is(whole(call, '(SELECT * FROM sample WHERE false)'), NULL, aggregate || ': no row, no state') FROM gathering;
SELECT is(whole(null_call), NULL, aggregate || ': nothing but NULL, no state') FROM gathering;

-- Any plan: parallel, partitionwise.
CREATE FUNCTION plan_of(call text, source text DEFAULT 'sample') RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := ''; BEGIN
  FOR line IN EXECUTE format('EXPLAIN (COSTS OFF) SELECT k, %s FROM %s s GROUP BY k', call, source) LOOP plan := plan || line || E'\n'; END LOOP;
  RETURN plan; END $$;
CREATE TABLE serial AS SELECT aggregate, whole(call) AS whole, grouped(call) AS grouped FROM gathering;
CREATE TABLE pieces (LIKE sample) PARTITION BY HASH (k);
CREATE TABLE pieces_0 PARTITION OF pieces FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE pieces_1 PARTITION OF pieces FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE pieces_2 PARTITION OF pieces FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO pieces SELECT * FROM sample;
ANALYZE sample; ANALYZE pieces;
SET LOCAL enable_partitionwise_aggregate = on;
SELECT matches(plan_of(call, 'pieces'), 'Append.*HashAggregate', aggregate || ': is aggregated in each partition') FROM gathering;
SELECT is(grouped(call, 'pieces'), grouped, aggregate || ': partitionwise = serial') FROM gathering JOIN serial USING (aggregate);
SET LOCAL max_parallel_workers_per_gather = 2;
UPDATE pg_proc SET procost = 1 WHERE proname = 'merge' AND pronamespace = 'abm'::regnamespace; -- workers, however few rows
SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;
ALTER TABLE sample SET (parallel_workers = 2);
SELECT matches(plan_of(call), 'Finalize.*Gather.*Partial', aggregate || ': runs in parallel') FROM gathering;
SELECT is(whole(call), whole, aggregate || ': parallel = serial') FROM gathering JOIN serial USING (aggregate);
SELECT is(grouped(call), grouped, aggregate || ': parallel = serial by group') FROM gathering JOIN serial USING (aggregate);

-- An unchanged concurrent refresh under a parallel plan rewrites no row.
CREATE FUNCTION refreshed(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE before text; after text; BEGIN
  EXECUTE format('CREATE MATERIALIZED VIEW mart AS SELECT k, %s AS s FROM sample GROUP BY k', call);
  CREATE UNIQUE INDEX ON mart (k);
  SELECT string_agg(ctid || ':' || xmin, ',' ORDER BY k) INTO before FROM mart;
  REFRESH MATERIALIZED VIEW CONCURRENTLY mart;
  SELECT string_agg(ctid || ':' || xmin, ',' ORDER BY k) INTO after FROM mart;
  DROP MATERIALIZED VIEW mart;
  RETURN CASE WHEN before = after THEN 'no row rewritten' ELSE before || ' <> ' || after END; END $$;
SELECT is(refreshed(call), 'no row rewritten', aggregate || ': unchanged refresh') FROM gathering;

-- Window frames: the state goes on after its final function was called.
CREATE FUNCTION windowed(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE a text; b text; BEGIN
  EXECUTE format('SELECT string_agg(s, '','' ORDER BY id) FROM (SELECT id, (%s OVER (ORDER BY id))::text AS s FROM sample WHERE id <= 60) x', call) INTO a;
  EXECUTE format('SELECT string_agg(s, '','' ORDER BY i) FROM (SELECT i, (SELECT (%s)::text FROM sample WHERE id <= i) AS s FROM generate_series(1, 60) i) x', call) INTO b;
  RETURN CASE WHEN a = b THEN 'the same' ELSE 'different' END; END $$;
SELECT is(windowed(call), 'the same', aggregate || ': as a window function') FROM gathering;

-- merge(): neutral NULL, commutative, associative; arguments stay as they were. A transition called by hand does the same as the aggregate.
CREATE FUNCTION merged(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  EXECUTE format($q$
    WITH p AS MATERIALIZED (SELECT part, %1$s AS s FROM sample GROUP BY part),
      t AS (SELECT a.s AS a, b.s AS b, c.s AS c FROM p a, p b, p c WHERE a.part = 0 AND b.part = 1 AND c.part = 2)
    SELECT concat_ws(', ',
      CASE WHEN abm.merge(a, NULL)::text <> a::text OR abm.merge(NULL, a)::text <> a::text THEN 'NULL is not neutral' END,
      CASE WHEN abm.merge(a, b)::text <> abm.merge(b, a)::text THEN 'not commutative' END,
      CASE WHEN abm.merge(abm.merge(a, b), c)::text <> abm.merge(a, abm.merge(b, c))::text THEN 'not associative' END,
      CASE WHEN (a OPERATOR(abm.+) b)::text <> abm.merge(a, b)::text THEN '+ is not merge' END,
      CASE WHEN a::text <> (SELECT s::text FROM p WHERE part = 0) THEN 'argument changed' END) FROM t$q$, call) INTO r;
  RETURN r; END $$;
SELECT is(merged(call), '', aggregate || ': merge') FROM gathering;
CREATE FUNCTION by_hand(call text, transition regprocedure, args text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  EXECUTE format($q$
    WITH b AS MATERIALIZED (SELECT %1$s AS s FROM sample WHERE id < 50),
      r AS MATERIALIZED (SELECT * FROM sample WHERE id = 50 OR v_bigint IS NOT NULL AND v_at IS NOT NULL AND v_numeric IS NOT NULL ORDER BY id <> 50, id LIMIT 2),
      t AS (SELECT b.s AS before, %2$s(b.s, %3$s) AS after, b.s::text AS later, r.id FROM b, r)
    SELECT string_agg(CASE WHEN later <> before::text THEN 'the argument changed'
      WHEN after::text <> (SELECT (%1$s)::text FROM (SELECT * FROM sample WHERE id < 50 UNION ALL SELECT * FROM sample s2 WHERE s2.id = t.id) x) THEN 'differs' END, ', ') FROM t$q$,
    call, transition::oid::regproc, args) INTO r;
  RETURN r; END $$;
SELECT is(by_hand(call, aggtransfn::regprocedure, args), NULL, aggregate || ': the transition called by hand') FROM gathering;

-- The jsonb form is put together record by record: it is what the server makes of its text, wherever one looks into it.
CREATE FUNCTION jsonb_form(name text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  EXECUTE format($q$
    WITH form AS MATERIALIZED (SELECT j, j::text::jsonb AS t FROM (SELECT abm.%1$I_jsonb(%2$s) AS j FROM sample GROUP BY GROUPING SETS ((k), ()) OFFSET 0) x)
    SELECT concat_ws(', ', CASE WHEN NOT bool_and(j = t) THEN 'other content' END, CASE WHEN NOT bool_and(pg_column_size(j) = pg_column_size(t)) THEN 'other bytes' END,
      CASE WHEN EXISTS (SELECT FROM form, jsonb_each(t) e, generate_series(0, 100) i WHERE j -> e.key <> e.value OR j -> e.key -> i <> e.value -> i) THEN 'other parts' END) FROM form$q$,
    name, call) INTO r;
  RETURN r; END $$;
SELECT is(jsonb_form(name, call), '', state || ': jsonb form') FROM state_type;

-- minus(), of the states that are counts: what was put in can be taken back, to the byte; what was not, cannot.
CREATE FUNCTION taken_back(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; b text; BEGIN
  EXECUTE format($q$
    WITH p AS MATERIALIZED (SELECT %1$s FILTER (WHERE part = 0) AS a, %1$s FILTER (WHERE part > 0) AS b, %1$s AS whole FROM sample)
    SELECT concat_ws(', ',
      CASE WHEN abm.minus(whole, a)::text <> b::text OR abm.minus(whole, b)::text <> a::text THEN 'not the rest' END,
      CASE WHEN (whole OPERATOR(abm.-) a)::text <> b::text THEN '- is not minus' END,
      CASE WHEN abm.minus(whole, whole) IS NOT NULL THEN 'something is left of nothing' END,
      CASE WHEN abm.minus(whole, NULL)::text <> whole::text OR abm.minus(NULL, NULL::%2$s) IS NOT NULL THEN 'NULL takes something' END), a::text FROM p$q$,
    call, (SELECT state FROM gathering g WHERE g.call = taken_back.call)) INTO r, b;
  BEGIN
    EXECUTE format('SELECT abm.minus(%L, %s) FROM sample', b, call);
    r := r || 'more was taken than there is';
  EXCEPTION WHEN invalid_parameter_value THEN NULL; END;
  RETURN r; END $$;
SELECT is(taken_back(call), '', aggregate || ': what was put in can be taken back')
FROM gathering WHERE EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure(format('abm.minus(%s,%1$s)', state)));

-- Large states, which an aggregate without groups keeps in memory of their own: in any order, in parallel, as a group, rolled up, the same bytes.
\i test/wide.sql
CREATE TABLE many AS SELECT * FROM wide_journeys(40000);
UPDATE many SET shuffle = random();
ANALYZE many;
ALTER TABLE many SET (parallel_workers = 0);
CREATE TABLE many_in_parallel AS SELECT * FROM many;
ANALYZE many_in_parallel;
ALTER TABLE many_in_parallel SET (parallel_workers = 2);
CREATE FUNCTION large(call text, OUT objects bigint, OUT faults text) LANGUAGE plpgsql AS $$
DECLARE whole text; BEGIN
  EXECUTE format('SELECT md5(s::text), (SELECT count(*) FROM pg_backend_memory_contexts WHERE name = ''large state'') FROM (SELECT %s AS s FROM many OFFSET 0) x', call) INTO whole, objects;
  EXECUTE format($q$ SELECT concat_ws(', ',
    CASE WHEN %1$L <> (SELECT md5(s::text) FROM (SELECT %3$s ORDER BY shuffle) AS s FROM many) x) THEN 'in another order' END,
    CASE WHEN %1$L <> (SELECT md5(s::text) FROM (SELECT %2$s AS s FROM many_in_parallel) x) THEN 'in parallel' END,
    CASE WHEN %1$L <> (SELECT md5(s::text) FROM (SELECT %2$s AS s FROM many GROUP BY v_bigint < 0) x) THEN 'as a group' END,
    CASE WHEN %1$L <> (SELECT md5(abm.rollup(s)::text) FROM (SELECT %2$s AS s FROM many GROUP BY part) x) THEN 'rolled up' END) $q$, whole, call, left(call, -1)) INTO faults;
END $$;
CREATE TABLE large AS SELECT DISTINCT ON (g.state) g.state, l.* FROM gathering g, LATERAL large(g.call) l
  WHERE g.call !~ 'v_integer[,)]' ORDER BY g.state, length(g.args) DESC;
SELECT is(faults, '', state || ': large, the same in every way') FROM large;
SELECT cmp_ok((SELECT count(*) FROM large WHERE objects > 0), '>=', 18::bigint, 'of which many were in memory of their own');

-- Stored: compressed, out of line, plain, with a short header; and through binary COPY.
CREATE TABLE stored (type text, k int, part int);
SELECT format('ALTER TABLE stored ADD COLUMN %I %s', name, state) FROM state_type \gexec
SELECT format('INSERT INTO stored (type, k, part, %I) SELECT %L, k, part, %s FROM sample GROUP BY GROUPING SETS ((k), (part))', name, state, call) FROM state_type \gexec
SELECT is(whole(format('abm.rollup(%I)', name), format('(SELECT * FROM stored WHERE part IS NOT NULL)')), whole(call), state || ': stored and rolled up') FROM state_type;
CREATE TABLE stored_plain (LIKE stored);
SELECT format('ALTER TABLE stored_plain ALTER COLUMN %I SET STORAGE EXTERNAL', name) FROM state_type \gexec
INSERT INTO stored_plain SELECT * FROM stored;
SELECT is(whole(format('abm.rollup(%I)', name), format('(SELECT * FROM stored_plain WHERE k IS NOT NULL)')), whole(call), state || ': stored out of line') FROM state_type;
CREATE TABLE received (LIKE stored);
\set copy_out '\\copy stored TO ''' :work '/stored.bin'' (FORMAT binary)'
\set copy_in '\\copy received FROM ''' :work '/stored.bin'' (FORMAT binary)'
:copy_out
:copy_in
SELECT is((SELECT md5(string_agg(s::text, ',' ORDER BY s::text)) FROM received s), (SELECT md5(string_agg(s::text, ',' ORDER BY s::text)) FROM stored s), 'binary COPY and back: the same');
SELECT cmp_ok((SELECT count(*) FROM received)::int, '>', 23 * (SELECT count(*) FROM state_type)::int, 'binary COPY carried every state');

-- A state of one row, which may have counters and no record, comes back from its text, and rolls up to what all rows make.
CREATE FUNCTION alone(call text, state regtype) RETURNS text LANGUAGE plpgsql AS $$
DECLARE faults text; BEGIN
  EXECUTE format('SELECT concat_ws('', '', CASE WHEN bool_or(back IS DISTINCT FROM s::text) THEN ''changed'' END,
      CASE WHEN abm.rollup(back::%2$s)::text IS DISTINCT FROM (SELECT (%1$s)::text FROM sample WHERE id <= 400) THEN ''rolled up'' END)
    FROM (SELECT s, s::text::%2$s::text AS back FROM (SELECT %1$s AS s FROM sample WHERE id <= 400 GROUP BY id) a OFFSET 0) b', call, state) INTO faults;
  RETURN faults;
EXCEPTION WHEN OTHERS THEN RETURN sqlerrm; END $$;
SELECT is(alone(call, state), '', aggregate || ': states of one row each') FROM gathering;

-- What cannot be a state is refused: truncated, lengthened, changed in one digit; and, with the checksum made right again, changed in
-- some bytes: then it is refused, or is a state that writes itself as it was read and that merge() and jsonb can take.
\i test/wire_checksum.sql
CREATE FUNCTION read_state(state regtype, input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN
  EXECUTE format('SELECT abm.merge(s, s)::text || s::jsonb::text, s::text FROM (SELECT %L::%s AS s) x', input, state) INTO r, r;
  RETURN CASE WHEN r = input THEN 'accepted' ELSE 'accepted but changed' END;
EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
CREATE TABLE small_state AS SELECT NULL::regtype AS state, NULL::text AS t WHERE false;
SELECT format('INSERT INTO small_state SELECT %L::regtype, (%s)::text FROM (SELECT * FROM sample WHERE v_at IS NOT NULL AND v_bigint IS NOT NULL AND v_numeric IS NOT NULL ORDER BY id LIMIT 4) s', state, call) FROM state_type \gexec
SELECT is((SELECT encode(wire_checksum('123456789'), 'hex')), 'e3069283', 'crc32c of the check string');
SELECT is(encode(wire_checksum(decode(left(t, -8), 'hex')), 'hex'), right(t, 8), state || ': ends with the crc32c of the rest') FROM small_state;
SELECT set_eq(format($$SELECT read_state(%L, left(%L, n)) FROM generate_series(0, %s) n$$, state, t, length(t) - 1), ARRAY['22P02'], state || ': truncated text is refused') FROM small_state;
SELECT set_eq(format($$SELECT read_state(%L, overlay(%L PLACING translate(substr(%2$L, n, 1), '0123456789abcdef', '123456789abcdefg') FROM n FOR 1)) FROM generate_series(1, %s) n$$,
  state, t, length(t)), ARRAY['22P02'], state || ': text changed in one digit is refused') FROM small_state;
SELECT set_eq(format($$SELECT read_state(%L, %L)$$, state, bad), ARRAY['22P02'], state || ': ' || what) FROM small_state, LATERAL (VALUES
  (t || '00', 'text with more at its end is refused'), ('', 'empty text is refused'), ('hello', 'words are refused'), (upper(t) || ' ', 'a blank at its end is refused')) v(bad, what);
SELECT is_empty(format($$
  WITH b AS (SELECT decode(left(%L, -8), 'hex') AS b),
  m AS (SELECT n, set_byte(CASE WHEN n %% 3 = 0 THEN set_byte(b, (random() * (length(b) - 1))::int, (random() * 255)::int) ELSE b END,
      (random() * (length(b) - 1))::int, (ARRAY[0, 1, 127, 128, 255, (random() * 255)::int])[1 + (random() * 5)::int]) AS b FROM b, generate_series(1, 1200) n)
  SELECT r, count(*) FROM m, LATERAL (SELECT read_state(%L, encode(b || wire_checksum(b), 'hex')) AS r) x
  WHERE r NOT IN ('22P02', '22003', '22023', 'accepted') GROUP BY r$$, t, state), state || ': changed bytes with a right checksum are refused or harmless') FROM small_state;
-- The same over the wire: bytes go into a binary COPY as bytea and come out as the state type.
CREATE TABLE wire (b bytea);
CREATE FUNCTION receive_state(state regtype, input bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE file text := current_setting('data_directory') || '/abm_wire'; r text; BEGIN
  TRUNCATE wire; INSERT INTO wire VALUES (input);
  EXECUTE format('COPY wire TO %L (FORMAT binary)', file);
  EXECUTE format('CREATE TEMP TABLE received_one (s %s) ON COMMIT DROP', state);
  EXECUTE format('COPY received_one FROM %L (FORMAT binary)', file);
  SELECT CASE WHEN s::text = encode(input, 'hex') THEN 'accepted' ELSE 'accepted but changed' END INTO r FROM received_one;
  DROP TABLE received_one;
  RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN sqlstate; END $$;
SELECT is(receive_state(state, decode(t, 'hex')), 'accepted', state || ': binary as sent is accepted') FROM small_state;
SELECT set_eq(format($$SELECT receive_state(%L, substr(decode(%L, 'hex'), 1, n)) FROM generate_series(0, %s, 7) n$$, state, t, length(t) / 2 - 1), ARRAY['22P03'],
  state || ': truncated binary is refused') FROM small_state;
SELECT set_eq(format($$SELECT receive_state(%L, set_byte(b, n, get_byte(b, n) # 16)) FROM decode(%L, 'hex') b, generate_series(0, %s, 5) n$$, state, t, length(t) / 2 - 1), ARRAY['22P03'],
  state || ': binary with a changed byte is refused') FROM small_state;
SELECT is_empty($$SELECT a.state, b.state FROM small_state a JOIN small_state b ON a.state < b.state AND left(a.t, 2) = left(b.t, 2)$$, 'every state type has a kind of its own');
SELECT is_empty($$SELECT a.state, b.state FROM small_state a, small_state b WHERE a.state <> b.state AND read_state(b.state, a.t) <> '22P02'$$, 'no state type reads another''s states');

-- A function that returns rows leaves nothing in the query's memory, however often it is called.
CREATE TABLE rows_call AS SELECT * FROM (VALUES
  ('bant_assess',           $$('pass', ROW(0.1, 0.2, i, NULL)::abm.bant)$$),
  ('bant_shortfall',        $$('fail', ROW(0.1, 0.2, i, NULL)::abm.bant)$$),
  ('bant_patterns',         $$((SELECT abm.bant_tally_agg('pass', v, 1, 1, 1) FROM (SELECT i) o (v)))$$),
  ('role_coverage',         $$((SELECT abm.buying_group_agg(v, 'user', 1) FROM (SELECT i) o (v)))$$),
  ('velocity_report',       $$((SELECT abm.deal_agg('won', v, date '2024-01-01', date '2024-02-01') FROM (SELECT i) o (v)))$$),
  ('revenue_history',       $$((SELECT abm.purchase_agg('2024-01-01 00:00Z', v) FROM (SELECT i) o (v)), '2025-01-01 00:00Z')$$),
  ('rfm',                   $$((SELECT abm.purchases_agg(v, '2024-01-01 00:00Z', v) FROM (SELECT i) o (v)), '2025-01-01 00:00Z')$$),
  ('rfm_holdout',           $$((SELECT abm.purchases_agg(v, '2024-01-01 00:00Z', v) FROM (SELECT i) o (v)), '2024-06-01 00:00Z', '2025-01-01 00:00Z')$$),
  ('purchase_totals',       $$((SELECT abm.purchases_agg(v, '2024-01-01 00:00Z', v) FROM (SELECT i) o (v)))$$),
  ('rfm_scores',            $$((SELECT abm.purchases_agg(v, '2024-01-01 00:00Z', v) FROM (SELECT i) o (v)), '2025-01-01 00:00Z')$$),
  ('purchases_unnest',      $$((SELECT abm.purchases_agg(v, '2024-01-01 00:00Z', v) FROM (SELECT i) o (v)))$$),
  ('observed_retention',    $$((SELECT abm.renewal_agg(v + 1, true) FROM (SELECT i) o (v)))$$),
  ('retention_curve',       $$(abm.given_model('sbg', ARRAY[1, i + 1]), 3)$$),
  ('revenue_concentration', $$((SELECT abm.customer_base_agg(v, 1) FROM (SELECT i) o (v)))$$),
  ('kaplan_meier',          $$((SELECT abm.survival_agg(v, 1) FROM (SELECT i) o (v)))$$),
  ('cumulative_incidence',  $$((SELECT abm.survival_agg(v, 1) FROM (SELECT i) o (v)))$$),
  ('journey_timeline',      $$((SELECT abm.journey_agg(v, 'a') FROM (SELECT timestamptz '2024-01-01 00:00+00' + i * interval '1 day') o (v)), '2025-01-01 00:00+00')$$),
  ('journeys_unnest',       $$((SELECT abm.journeys_agg(v, '2024-01-01 00:00+00', 'a') FROM (SELECT i) o (v)))$$),
  ('journeys_events',       $$((SELECT abm.journeys_agg(v::text, '2024-01-01 00:00+00', 'a') FROM (SELECT i) o (v)), NULL::text)$$),
  ('transition_rates',      $$((SELECT abm.transitions(abm.journeys_agg(v, '2024-01-01 00:00+00', 'a'), '2025-01-01 00:00+00') FROM (SELECT i) o (v)))$$),
  ('absorption',            $$((SELECT abm.transitions(abm.journeys_agg(v, '2024-01-01 00:00+00', 'a'), '2025-01-01 00:00+00') FROM (SELECT i) o (v)), '{b}')$$),
  ('stage_report',          $$((SELECT abm.journeys_agg(v, '2024-01-01 00:00+00', 'a') FROM (SELECT i) o (v)), '{a,b}', '2025-01-01 00:00+00')$$),
  ('stage_report',          $$((SELECT abm.stages(abm.journeys_agg(v, '2024-01-01 00:00+00', 'a'), '{a,b}', '2025-01-01 00:00+00') FROM (SELECT i) o (v)))$$),
  ('funnel_report',         $$((SELECT abm.journeys_agg(v, '2024-01-01 00:00+00', 'a') FROM (SELECT i) o (v)), '{a,b}', '2025-01-01 00:00+00', '9 days')$$),
  ('funnel_report',         $$((SELECT abm.funnel(abm.journeys_agg(v, '2024-01-01 00:00+00', 'a'), '{a,b}', '2025-01-01 00:00+00', '9 days') FROM (SELECT i) o (v)))$$),
  ('funnel_states',         $$((SELECT abm.journeys_agg(v, '2024-01-01 00:00+00', 'a') FROM (SELECT i) o (v)), '{a,b}', '2025-01-01 00:00+00', '9 days')$$),
  ('revenue_movements',     $$((SELECT abm.retention_agg(v, 1, false) FROM (SELECT i) o (v)))$$),
  ('free_mail_domains',     $$()$$),
  ('network_conflicts',     $$((SELECT abm.network_map_agg(inet '10.0.0.0/8', v + w) FROM (SELECT i) o (v), generate_series(1, 2) w))$$),
  ('merge_faults',          $$((SELECT abm.merge_agg(v, 1 - v, '2024-01-01 00:00Z') FROM (SELECT i UNION SELECT 1 - i) o (v)))$$),
  ('engagement_by_class',   $$((SELECT abm.capped_engagement_agg('2024-01-01 00:00Z', 'web', v, 1, '7 days') FROM (SELECT i) o (v)), '2025-01-01 00:00Z')$$),
  ('engagement_list',       $$((SELECT abm.journeys_agg(v, '2024-01-01 00:00+00', 'a', 1) FROM (SELECT i) o (v)), '2025-01-01 00:00+00', '7 days')$$),
  ('surge_list',            $$((SELECT abm.surge_agg(v, 5, 1) FROM (SELECT i) o (v)), 7, 28)$$),
  ('calibration_curve',     $$((SELECT abm.calibration_agg(v / 2.0, true) FROM (SELECT i) o (v)))$$),
  ('gains',                 $$((SELECT abm.calibration_agg(v / 2.0, true) FROM (SELECT i) o (v)))$$),
  ('calibration_report',    $$((SELECT abm.calibration_agg(v / 2.0, true) FROM (SELECT i) o (v)))$$),
  ('icp_coefficients',      $$((SELECT abm.icp_evidence_agg('{"criteria": [{"attribute": "x", "at_least": 1}]}', ARRAY[v / 2.0], v > 0) FROM (VALUES (i), (1 - i)) o (v)))$$),
  ('icp_explain_probability', $$('{"criteria": [{"attribute": "x", "at_least": 1}], "probability": {"intercept": -1, "scale": 2}}', jsonb_build_object('x', i))$$),
  ('icp_explain_probability', $$('{"criteria": [{"attribute": "x", "at_least": 1}], "probability": {"intercept": -1, "scale": 2}}', r)$$),
  ('weights_of_evidence',   $$((SELECT abm.feature_evidence_agg(true, ARRAY['a=' || v]) FROM (SELECT i) o (v)))$$),
  ('explain_win',           $$((SELECT abm.feature_evidence_agg(true, ARRAY['a=' || v]) FROM (SELECT i) o (v)), '{a=1,b}')$$),
  ('parameters',            $$(abm.given_model('sbg', ARRAY[1, 2 + i]))$$),
  ('covariance',            $$(abm.given_model('sbg', ARRAY[1, 2 + i]))$$),
  ('histories',             $$((SELECT abm.rfm_agg(v, v, 2) FROM (SELECT i) o (v)))$$),
  ('rank_models',           $$((SELECT abm.rfm_agg(v, v, 2) FROM (SELECT i) o (v)))$$),
  ('expected_tracking',     $$(abm.given_model('bgnbd', ARRAY[1, 2, 3, 4]), (SELECT abm.rfm_agg(v, v, 2) FROM (SELECT i) o (v)))$$),
  ('frequency_fit',         $$(abm.given_model('bgnbd', ARRAY[1, 2, 3, 4]), (SELECT abm.rfm_agg(v, v, 2) FROM (SELECT i) o (v)), 2)$$),
  ('forecast_bins',         $$((SELECT abm.forecast_agg(v, 1) FROM (SELECT i) o (v)))$$),
  ('icp_attributes',        $$(format('{"criteria": [{"attribute": "x", "at_least": %s}]}', i)::abm.icp_profile)$$),
  ('icp_explain',           $$('{"criteria": [{"attribute": "x", "at_least": 1}]}', jsonb_build_object('x', i))$$),
  ('icp_explain',           $$('{"criteria": [{"attribute": "x", "at_least": 1}]}', r)$$),
  ('icp_next_question',     $$('{"criteria": [{"attribute": "x", "at_least": 1}]}', jsonb_build_object('y', i))$$),
  ('icp_next_question',     $$('{"criteria": [{"attribute": "x", "at_least": 1}]}', r)$$)) v (name, arguments);
SELECT set_eq($$SELECT DISTINCT name FROM rows_call$$,
  $$SELECT DISTINCT proname::text FROM pg_proc WHERE pronamespace = 'abm'::regnamespace AND proretset$$, 'every function that returns rows is called');
CREATE FUNCTION used_memory() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts';
CREATE FUNCTION growth(call text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE r bigint; BEGIN
  EXECUTE format('SELECT max(bytes) - min(bytes) FROM (SELECT (SELECT count(*) FROM %s AS c WHERE i >= 0) AS n,
      CASE WHEN k %% 2000 = 0 THEN used_memory() END AS bytes
    FROM (SELECT k, k %% 2 AS i, k AS x FROM generate_series(1, 10000) k) r OFFSET 0) q WHERE n >= 0', call) INTO r;
  RETURN r; END $$;
SELECT cmp_ok(growth('abm.' || name || arguments), '<', 1000000::bigint, name || arguments || ' leaves nothing behind') FROM rows_call;
-- In a select list rows are read as they are made, or from a store as in FROM: they are the same.
SELECT results_eq('SELECT c::text FROM (SELECT 3 AS k, 1 AS i, 3 AS x) r, abm.' || name || arguments || ' AS c',
  'SELECT c::text FROM (SELECT abm.' || name || arguments || ' AS c FROM (SELECT 3 AS k, 1 AS i, 3 AS x) r) q', name || arguments || ' in a select list') FROM rows_call;
SELECT cmp_ok(growth(format('(SELECT abm.%s%s%s)', name, arguments, early)), '<', 1000000::bigint, name || arguments || ' in a select list leaves nothing behind' || early)
FROM rows_call, (VALUES (''), (' LIMIT 1')) e (early) WHERE name IN ('engagement_list', 'funnel_states', 'journeys_events', 'journeys_unnest', 'purchase_totals', 'purchases_unnest', 'rfm', 'rfm_holdout', 'rfm_scores');

SELECT * FROM finish();
ROLLBACK;
