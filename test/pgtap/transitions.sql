-- Transitions against plain SQL written the slow way, and absorption against the chain followed for a long time.
\i test/begin.sql
BEGIN;
SELECT no_plan();
SET LOCAL timezone = 'UTC';

SELECT setseed(0.11) \g /dev/null
-- 500 entities whose events tie often; those of even entities come at full seconds, the others do not
CREATE TEMP TABLE event AS
  SELECT entity, timestamptz '2024-01-01' + (random() * 40)::int * interval '1 hour' + entity % 2 * interval '1.5 s' AS at, chr(97 + (random() ^ 2 * 7)::int) || repeat('x', entity % 2 * 10) AS label
  FROM generate_series(1, 500) entity, LATERAL generate_series(0, (random() * 12 * (entity / entity))::int) n;
CREATE TEMP TABLE moment AS SELECT timestamptz '2024-01-01' + h * interval '1 hour' AS as_of FROM unnest('{0,7.3,25,1000}'::numeric[]) h;
CREATE TEMP TABLE visit AS
  SELECT entity, as_of, visit, label, min(at) AS entered_at FROM (
    SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY entity, as_of ORDER BY at, label COLLATE "C" ROWS UNBOUNDED PRECEDING) AS visit
    FROM (SELECT entity, as_of, at, label, lag(label) OVER (PARTITION BY entity, as_of ORDER BY at, label COLLATE "C") IS DISTINCT FROM label AS begins FROM event JOIN moment ON at <= as_of) x) y
  GROUP BY entity, as_of, visit, label;
CREATE TEMP TABLE move AS
  SELECT as_of, label AS from_label, lead(label) OVER w AS to_label, extract(epoch FROM coalesce(lead(entered_at) OVER w, as_of) - entered_at)::float8 / 86400 AS days FROM visit
  WINDOW w AS (PARTITION BY entity, as_of ORDER BY visit);
CREATE TEMP TABLE t AS
  SELECT as_of, abm.transition_agg(j, as_of) AS t FROM (SELECT abm.journey_agg(at, label) AS j FROM event GROUP BY entity) x, moment GROUP BY as_of;

SELECT is((SELECT count(*) FROM t), 4::bigint, 'four moments');
SELECT bag_eq($$ SELECT as_of, from_label, to_label, n, round(probability::numeric, 12) AS share, round(median_days::numeric, 9) AS p50, round(p90_days::numeric, 9) AS p90 FROM t, abm.transition_rates(t) $$,
  $$ SELECT as_of, from_label, to_label, count(*), round(count(*) / sum(count(*)) OVER (PARTITION BY as_of, from_label), 12) AS share,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY days))::numeric, 9) AS p50, round((percentile_cont(0.9) WITHIN GROUP (ORDER BY days))::numeric, 9) AS p90 FROM move GROUP BY as_of, from_label, to_label $$,
  'transition_rates: counts, shares, days');
SELECT is_empty($$ SELECT as_of, from_label, sum(probability) FROM t, abm.transition_rates(t) GROUP BY 1, 2 HAVING abs(sum(probability) - 1) > 1e-12 $$, 'the shares of a label add up to 1');
SELECT is_empty($$ SELECT * FROM t, abm.transition_rates(t) a, abm.transition_rates(t, 0.5) b WHERE a.from_label = b.from_label AND a.to_label IS NOT DISTINCT FROM b.to_label
  AND NOT (a.lower < b.lower AND b.lower < a.probability AND a.probability < b.upper AND b.upper < a.upper) AND a.probability < 1 $$, 'a higher level gives a wider interval around the share');
SELECT is_empty($$ SELECT as_of, from_label FROM (SELECT as_of, from_label, n, lag(n) OVER (PARTITION BY as_of, from_label ORDER BY nth) AS before
    FROM t, abm.transition_rates(t) WITH ORDINALITY AS r (from_label, to_label, n, p, l, u, m, q, nth)) x WHERE n > before $$, 'the most frequent first');
-- Jeffreys 95 % of 7 in 20 (scipy 1.10: beta.ppf([.025, .975], 7.5, 13.5))
SELECT results_eq($$ SELECT to_label, n, round(lower::numeric, 10), round(upper::numeric, 10)
    FROM (SELECT abm.transition_agg(j, '2025-01-01') AS t FROM (SELECT abm.journey_agg(timestamptz '2024-01-01' + k * interval '1 day', CASE WHEN k = 0 THEN 'a' WHEN e <= 7 THEN 'b' ELSE 'c' END) AS j
            FROM generate_series(1, 20) e, generate_series(0, 1) k GROUP BY e) x) y, abm.transition_rates(t) WHERE from_label = 'a' AND to_label = 'b' $$,
  $$ VALUES ('b', 7::bigint, 0.1722762136, 0.5677660938) $$, 'Jeffreys interval');

-- the population form says the same
SELECT is_empty($$ SELECT as_of FROM t, (SELECT abm.journeys_agg(entity, at, label) AS js FROM event) y WHERE abm.transitions(js, as_of)::text IS DISTINCT FROM t::text $$, 'transitions(journeys) = transition_agg(journey)');
SELECT is_empty($$ SELECT as_of FROM (SELECT as_of, abm.rollup(abm.transitions(js, as_of)) AS r FROM (SELECT abm.journeys_agg(entity, at, label) AS js FROM event GROUP BY entity % 7) y, moment GROUP BY as_of) z
  JOIN t USING (as_of) WHERE r::text <> t::text $$, 'and that of buckets rolls up');
SELECT is_empty($$ SELECT FROM (SELECT abm.transitions(abm.journeys_agg(entity, at, label), '2023-12-31') AS t FROM event) x WHERE t IS NOT NULL $$, 'before the first event: NULL');
SELECT throws_ok($$ SELECT abm.rollup(t) FROM t $$, '22023', 'cannot merge transitions up to different moments', 'moves up to different moments are not counted together');

-- Absorption. Gambler's ruin with even odds: from i of 9 the other end comes first with probability i/9 (Feller 1968, XIV.2).
CREATE TEMP TABLE ruin AS SELECT abm.transitions(js, '2025-01-01') AS t FROM (
  SELECT abm.journeys_agg(step * 1000 + i, timestamptz '2024-01-01' + k * interval '1 day', i + k * step) AS js FROM generate_series(1, 8) i, unnest('{-1,1}'::int[]) step, generate_series(0, 1) k) x;
SELECT is_empty($$ SELECT from_label, final_label, probability FROM ruin, abm.absorption(t, '{0,9}') WHERE abs(probability - CASE final_label WHEN '9' THEN from_label::int / 9.0 WHEN '0' THEN 1 - from_label::int / 9.0 ELSE 0 END) > 1e-12 $$,
  'gambler''s ruin');
SELECT is((SELECT count(*) FROM ruin, abm.absorption(t, '{0,9}')), 24::bigint, 'for each label that is not final: each final one, and none');
-- a trap beside it: who falls in reaches nothing
SELECT results_eq($$ SELECT from_label, final_label, round(probability::numeric, 12) FROM (SELECT abm.transitions(abm.journeys_agg(e, timestamptz '2024-01-01' + k * interval '1 day', l), '2025-01-01') AS t
      FROM (VALUES (1, 0, 'start'), (1, 1, 'won'), (2, 0, 'start'), (2, 1, 'trap'), (2, 2, 'pit'), (2, 3, 'trap'), (3, 0, 'start'), (4, 0, 'start'), (4, 1, 'won'), (4, 2, 'start')) v (e, k, l)) x,
      abm.absorption(t, '{won,never}') $$,
  $$ VALUES ('pit', 'won', 0::numeric), ('pit', 'never', 0), ('pit', NULL, 1), ('start', 'won', round(2 / 3.0, 12)), ('start', 'never', 0), ('start', NULL, round(1 / 3.0, 12)),
       ('trap', 'won', 0), ('trap', 'never', 0), ('trap', NULL, 1) $$, 'a trap, and a final label that does not occur');
-- the chain of random moves, followed for 20,000 steps
CREATE FUNCTION follow(moment timestamptz, final text[]) RETURNS TABLE (from_label text, final_label text, probability float8) LANGUAGE plpgsql AS $$
DECLARE l text[]; q float8[]; p float8[]; p2 float8[]; n int; s float8; total float8;
BEGIN
  SELECT array_agg(x ORDER BY x) INTO l FROM (SELECT v.label AS x FROM visit v WHERE v.as_of = moment GROUP BY v.label) y;
  n := cardinality(l);
  SELECT array_agg(CASE WHEN a = ANY (final) THEN (a = b)::int ELSE coalesce(c / nullif(all_c, 0), (a = b)::int) END ORDER BY a, b) INTO q
  FROM unnest(l) a, unnest(l) b, LATERAL (SELECT count(*) FILTER (WHERE m.to_label = b)::float8 AS c, count(m.to_label)::float8 AS all_c FROM move m WHERE m.as_of = moment AND m.from_label = a) x;
  -- the power 2^15 of the matrix, by squaring
  FOR k IN 1 .. 15 LOOP
    p2 := array_fill(0::float8, ARRAY[n * n]);
    FOR i IN 0 .. n - 1 LOOP FOR j IN 0 .. n - 1 LOOP
      s := 0;
      FOR m IN 0 .. n - 1 LOOP s := s + q[i * n + m + 1] * q[m * n + j + 1]; END LOOP;
      p2[i * n + j + 1] := CASE WHEN s > 1e-100 THEN s ELSE 0 END;
    END LOOP; END LOOP;
    q := p2;
  END LOOP;
  FOR i IN 0 .. n - 1 LOOP CONTINUE WHEN l[i + 1] = ANY (final); total := 0;
    FOREACH final_label IN ARRAY final LOOP
      probability := coalesce((SELECT q[i * n + j] FROM generate_subscripts(l, 1) j WHERE l[j] = final_label), 0);
      total := total + probability; from_label := l[i + 1]; RETURN NEXT;
    END LOOP;
    final_label := NULL; probability := 1 - total; RETURN NEXT;
  END LOOP;
END $$;
SELECT is_empty($$ SELECT * FROM (SELECT as_of, final, a.* FROM t, unnest(ARRAY['g', 'a', 'h,c', 'c,bxxxxxxxxxx,zz', 'nothing']) f, LATERAL (SELECT string_to_array(f, ',') AS final) y, abm.absorption(t, final) a) a
    FULL JOIN (SELECT as_of, final, b.* FROM t, unnest(ARRAY['g', 'a', 'h,c', 'c,bxxxxxxxxxx,zz', 'nothing']) f, LATERAL (SELECT string_to_array(f, ',') AS final) y, follow(as_of, final) b) b
    ON a.as_of = b.as_of AND a.final = b.final AND a.from_label = b.from_label AND a.final_label IS NOT DISTINCT FROM b.final_label
  WHERE abs(a.probability - b.probability) < 1e-9 IS NOT TRUE $$, 'absorption = the chain followed for long');
SELECT is_empty($$ SELECT as_of, from_label, sum(probability) FROM t, abm.absorption(t, '{a,c,gxxxxxxxxxx}') GROUP BY 1, 2 HAVING abs(sum(probability) - 1) > 1e-12 OR min(probability) < 0 $$,
  'what becomes of a label adds up to 1');

SELECT * FROM finish();
ROLLBACK;
