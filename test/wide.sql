-- wide.sql: the sample of sample.sql once more, but no two rows alike, and without end: wide(n), and wide_journeys(n) where a journey is asked for.
CREATE TABLE few_journeys AS SELECT (row_number() OVER () - 1)::int AS i, v_journey FROM sample WHERE v_journey IS NOT NULL;
ALTER TABLE few_journeys ADD PRIMARY KEY (i);
CREATE FUNCTION wide(n int) RETURNS TABLE (id int, k int, part int, shuffle float8, v_bigint bigint, v_integer int, v_numeric numeric, v_float8 float8,
  v_at timestamptz, v_text text, v_boolean boolean, v_pick int, v_days int, v_journey abm.journey) LANGUAGE sql AS $$
  SELECT i, i % 23, i % 5, 0.5::float8, i::bigint, i, i::numeric, i + 0.25::float8, timestamptz '1990-01-01 00:00+00' + i * interval '37 s', 'label ' || i % 9, i % 2 = 0,
    (i % 1001), i % 91, NULL::abm.journey FROM generate_series(1, n) i $$;
CREATE FUNCTION wide_journeys(n int) RETURNS TABLE (id int, k int, part int, shuffle float8, v_bigint bigint, v_integer int, v_numeric numeric, v_float8 float8,
  v_at timestamptz, v_text text, v_boolean boolean, v_pick int, v_days int, v_journey abm.journey) LANGUAGE sql AS $$
  SELECT w.id, w.k, w.part, w.shuffle, w.v_bigint, w.v_integer, w.v_numeric, w.v_float8, w.v_at, w.v_text, w.v_boolean, w.v_pick, w.v_days, j.v_journey
  FROM wide(n) w JOIN few_journeys j ON j.i = w.id % (SELECT count(*) FROM few_journeys) $$;
ALTER TABLE gathering ADD source text;
UPDATE gathering SET source = CASE WHEN call ~ 'v_journey' THEN 'wide_journeys' ELSE 'wide' END;
