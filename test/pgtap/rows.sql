-- Rows that are read as they are made: the same as in FROM, whoever keeps them and for however long.
\i test/begin.sql
SET client_min_messages = warning;
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';
SELECT setseed(0.21);
CREATE TEMP TABLE event AS SELECT (random() ^ 2 * 700)::bigint AS entity, timestamptz '2024-01-01' + random() * interval '300 days' AS at,
  (ARRAY['web', 'mail', 'call'])[1 + floor(random() * 3)::int] AS class, CASE WHEN random() > 0.1 THEN floor(random() * 10) END AS points FROM generate_series(1, 6000) i;
CREATE TEMP TABLE base AS SELECT abm.journeys_agg(entity, at, class, points) AS js, abm.journeys_agg('e' || entity, at, class, points) AS named,
  abm.journeys_agg(md5(entity::text)::uuid, at, class, points) AS ids, abm.purchases_agg(entity, at, points::numeric) AS ps,
  abm.purchases_agg('e' || entity, at, points::numeric) AS named_ps FROM event;
CREATE TEMP TABLE call (call text);
INSERT INTO call SELECT format($$engagement_list(%s, '2024-10-01', '7 days', 7, 28, %s, %s, %s)$$, js, fdr, caps, key)
  FROM (VALUES ('js', 'NULL::bigint'), ('named', 'NULL::text'), ('ids', 'NULL::uuid')) k (js, key), (VALUES ('0.1'), ('NULL')) f (fdr), (VALUES ('NULL, NULL'), ($$'{web}', '{3}'$$)) c (caps);
INSERT INTO call VALUES ('journeys_unnest(js)'), ('journeys_unnest(named, NULL::text)'), ('journeys_events(js)'), ('journeys_events(ids, NULL::uuid)'),
  ($$funnel_states(js, '{web,mail,call}', '2024-10-01', '60 days')$$), ($$rfm(ps, '2024-10-01')$$), ($$rfm(named_ps, '2024-10-01', '7 days', 'day', 'UTC', 'net_per_period', NULL::text)$$),
  ($$rfm_holdout(ps, '2024-06-01', '2024-10-01')$$), ($$rfm_scores(ps, '2024-10-01')$$), ($$rfm_scores(named_ps, '2024-10-01', 5, 'day', 'UTC', 'net_per_period', NULL::text)$$),
  ('purchase_totals(ps)'), ('purchases_unnest(ps)'), ('purchases_unnest(named_ps, NULL::text)');

-- Every column, in the same order.
SELECT results_eq('SELECT r::text, row(r.*)::text FROM base, abm.' || call || ' r', 'SELECT r::text, row((r).*)::text FROM (SELECT abm.' || call || ' AS r FROM base) s', call) FROM call;
-- Whoever keeps rows keeps what they were: arrays, sorts, groups, windows, sets, CTEs that are kept.
CREATE FUNCTION digest(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE t text; BEGIN EXECUTE query INTO t; RETURN t; END $$;
CREATE TEMP TABLE truth AS SELECT call, digest('SELECT string_agg(md5(r::text), '','' ORDER BY r::text COLLATE "C") FROM base, abm.' || call || ' r') AS sum FROM call;
SELECT is(digest(format(kept, 'SELECT abm.' || call || ' AS r FROM base')), sum, call || ' ' || what) FROM truth, (VALUES
  ('in an array', 'SELECT string_agg(md5(e::text), '','' ORDER BY e::text COLLATE "C") FROM (SELECT unnest(array_agg(r)) AS e FROM (%s) s) u'),
  ('in an array of arrays', 'SELECT string_agg(md5(e::text), '','' ORDER BY e::text COLLATE "C") FROM (SELECT unnest(array_agg(ARRAY[r])) AS e FROM (%s) s) u'),
  ('sorted', 'SELECT string_agg(md5(r::text), '','' ORDER BY r::text COLLATE "C") FROM (SELECT r FROM (%s) s ORDER BY md5(r::text)) s'),
  ('before the next', 'SELECT string_agg(md5(r::text), '','' ORDER BY r::text COLLATE "C") FROM (SELECT coalesce(lag(r) OVER w, last_value(r) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS r FROM (%s) s WINDOW w AS ()) s'),
  ('in a CTE', 'WITH c AS MATERIALIZED (%s) SELECT string_agg(md5(r::text), '','' ORDER BY r::text COLLATE "C") FROM c'),
  ('joined', 'SELECT string_agg(md5(s.r::text), '','' ORDER BY s.r::text COLLATE "C") FROM (%1$s) s JOIN (%1$s) o ON md5(s.r::text) = md5(o.r::text)'),
  ('as jsonb', 'SELECT string_agg(md5(t.r::text), '','' ORDER BY t.r::text COLLATE "C") FROM (SELECT r, to_jsonb(r) AS j FROM (%s) s) t WHERE j IS NOT NULL')) k (what, kept);
-- Groups of rows: a row is what it is in a hash table, too.
SELECT is(count(*), (SELECT count(*) FROM base, abm.engagement_list(js, '2024-10-01', '7 days')), 'distinct') FROM (SELECT DISTINCT r FROM (SELECT abm.engagement_list(js, '2024-10-01', '7 days') AS r FROM base) s) d;
SELECT results_eq($$ SELECT r::text FROM (SELECT abm.engagement_list(js, '2024-10-01', '7 days') AS r FROM base) s ORDER BY (r).score DESC, r LIMIT 50 $$,
  $$ SELECT l::text FROM base, abm.engagement_list(js, '2024-10-01', '7 days') l ORDER BY score DESC, l LIMIT 50 $$, 'the greatest');
-- Rows one by one, as variables of a language that keeps them.
CREATE FUNCTION walk() RETURNS text LANGUAGE plpgsql AS $$
DECLARE r record; kept record; n int := 0; faults int := 0; was text;
BEGIN
  FOR r IN SELECT l FROM (SELECT abm.engagement_list(named, '2024-10-01', '7 days', 7, 28, 0.1, NULL, NULL, NULL::text) AS l FROM base) s LOOP
    faults := faults + (n > 0 AND kept::text <> was)::int;
    kept := r; was := kept::text; n := n + 1;
  END LOOP;
  RETURN n || ' ' || faults;
END $$;
SELECT is(walk(), (SELECT count(*) FROM base, abm.engagement_list(js, '2024-10-01', '7 days')) || ' 0', 'rows kept by PL/pgSQL');
-- Left early and begun again, and with others at the same time.
SELECT results_eq($$ SELECT g, (r).entity FROM generate_series(0, 5) g, LATERAL (SELECT abm.engagement_list(js, '2024-10-01'::timestamptz - g * interval '1 day', '7 days') AS r FROM base LIMIT g) s $$,
  $$ SELECT g, r.entity FROM generate_series(0, 5) g, LATERAL (SELECT l.entity FROM base, abm.engagement_list(js, '2024-10-01'::timestamptz - g * interval '1 day', '7 days') l LIMIT g) r $$, 'left early');
SELECT results_eq($$ SELECT (a).entity, (b).entity FROM (SELECT abm.engagement_list(js, '2024-10-01', '7 days') AS a, abm.engagement_list(js, '2024-03-01', '7 days') AS b FROM base) s $$,
  $$ SELECT a.entity, b.entity FROM (SELECT row_number() OVER () AS n, l.entity FROM base, abm.engagement_list(js, '2024-10-01', '7 days') l) a
    FULL JOIN (SELECT row_number() OVER () AS n, l.entity FROM base, abm.engagement_list(js, '2024-03-01', '7 days') l) b USING (n) ORDER BY n $$, 'two at once');
DECLARE forth SCROLL CURSOR FOR SELECT (r).entity FROM (SELECT abm.engagement_list(js, '2024-10-01', '7 days') AS r FROM base) s;
MOVE FORWARD 5 IN forth;
MOVE BACKWARD ALL IN forth;
CREATE FUNCTION first_of(refcursor) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE e bigint; BEGIN FETCH NEXT FROM $1 INTO e; RETURN e; END $$;
SELECT is(first_of('forth'), (SELECT min(entity) FROM base, abm.engagement_list(js, '2024-10-01', '7 days')), 'a cursor goes back');
-- Nothing is kept: a list of many accounts takes the memory of a row.
CREATE TEMP TABLE crowd AS SELECT abm.journeys_agg(i, timestamptz '2024-06-01 00:00+00' - i % 90 * interval '1 day', 'a', 1) AS js FROM generate_series(1, 60000) i;
CREATE TEMP TABLE taken AS SELECT (r).entity, CASE WHEN (r).entity % 20000 = 0 THEN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts) END AS bytes
  FROM (SELECT abm.engagement_list(js, '2024-06-01', '7 days') AS r FROM crowd) s;
SELECT cmp_ok(max(bytes) - min(bytes), '<', 200000::numeric, 'rows leave nothing behind') FROM taken;
SELECT is(count(bytes), 3::bigint, 'looked at three times') FROM taken;
-- NULLs and nobody.
SELECT is_empty('SELECT abm.' || call || ' FROM (SELECT b.* FROM (VALUES (0)) v LEFT JOIN base b ON false) base', call || ' of NULL') FROM call;
SELECT is_empty($$ SELECT abm.engagement_list(js, '2020-01-01', '7 days') FROM base $$, 'nobody as yet');
SELECT throws_ok($$ SELECT abm.engagement_list(js, '2024-10-01', '0 days') FROM base $$, '22023');
SELECT throws_ok($$ SELECT abm.engagement_list(named, '2024-10-01', '7 days') FROM base $$, '42804');
SELECT * FROM finish();
ROLLBACK;
