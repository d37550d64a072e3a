-- Laws of the ideal customer profile, with random profiles and accounts from a fixed seed, against the definition written in slow PL/pgSQL.
\i test/begin.sql
BEGIN;
SELECT plan(35);
SELECT setseed(0.4711);

CREATE FUNCTION pg_temp.pick(VARIADIC options text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT options[1 + floor(random() * cardinality(options))::int] $$;
CREATE FUNCTION pg_temp.share() RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT pg_temp.pick('0', '0.2', '0.25', '0.6', '0.75', '1') $$;

-- A random test or combinator; "extra" says whether unknown may get a value of its own (then bounds do not hold).
CREATE FUNCTION pg_temp.part(depth int, extra boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE out text; op text;
BEGIN
  IF depth > 0 AND random() < 0.4 THEN
    op := pg_temp.pick('all_of', 'best_of', 'sum_of', 'not');
    IF op = 'not' THEN out := format('"not": {%s}', pg_temp.part(depth - 1, extra));
    ELSE
      out := format('"%s": [%s]', op, (SELECT string_agg('{' || pg_temp.part(depth - 1 + 0 * g, extra) || '}', ', ') FROM generate_series(1, 1 + floor(random() * 3)::int) g));
    END IF;
  ELSE
    out := CASE floor(random() * 12)::int
      WHEN 0 THEN format('"attribute": "t", "any_of": {"a": %s, "medium": %s, "a long word of text": %s}', pg_temp.share(), pg_temp.share(), pg_temp.share())
      WHEN 1 THEN '"attribute": "t", "none_of": ["bb", "medium"]'
      WHEN 2 THEN format('"attribute": "l", "has_any": {"p": %s, "qq": %s, "a rather long tag": %s}', pg_temp.share(), pg_temp.share(), pg_temp.share())
      WHEN 3 THEN '"attribute": "l", "has_all": ["p", "qq"]'
      WHEN 4 THEN format('"attribute": "n", "bands": [[null, 10, %s], [11, 50], [40, 90, %s]]', pg_temp.share(), pg_temp.share())
      WHEN 5 THEN '"attribute": "n", "at_least": 50'
      WHEN 6 THEN '"attribute": "m", "at_most": 2.5'
      WHEN 7 THEN '"attribute": "n", "ramp": [20, 80]'
      WHEN 8 THEN '"attribute": "n", "near": {"ideal": 50, "halving": 20}'
      WHEN 9 THEN '"attribute": "d", "at_least": "2025-01-15"'
      WHEN 10 THEN '"attribute": "b", "is_true": true'
      ELSE '"attribute": "t", "prefix": ["a"]' END;
    IF random() < 0.3 THEN out := out || ', "else": ' || pg_temp.share(); END IF;
  END IF;
  IF random() < 0.3 THEN out := out || ', "score": ' || pg_temp.share(); END IF;
  IF random() < 0.1 THEN out := out || ', "needs": ["n"]'; END IF;
  IF extra AND random() < 0.3 THEN out := out || ', "if_unknown": ' || pg_temp.share(); END IF;
  RETURN out;
END $$;
CREATE FUNCTION pg_temp.profile(extra boolean, with_gates boolean DEFAULT true) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT '{"attributes": ["t", "n", "m", "l", "d", "b"], "criteria": [{"weight": ' || pg_temp.pick('1', '3', '0.1') || ', ' || pg_temp.part(2, extra) || '}' || coalesce(
    (SELECT string_agg(', {"weight": ' || CASE WHEN with_gates AND random() < 0.15 THEN '0.5, "required": true' ELSE pg_temp.pick('1', '2', '30', '0.7', '-1', '0') END || ', '
      || pg_temp.part(2 + 0 * g, extra) || '}', '') FROM generate_series(1, floor(random() * 6)::int) g), '') || '], "tiers": [75, 50, 25]}' $$;

CREATE TEMP TABLE accounts AS
SELECT i AS id, CASE WHEN random() < 0.3 THEN NULL ELSE pg_temp.pick('a', 'bb', 'medium', 'a long word of text', 'a long word of test', '') END AS t,
  CASE WHEN random() < 0.3 THEN NULL ELSE floor(random() * 100)::int END AS n,
  CASE WHEN random() < 0.3 THEN NULL ELSE round((random() * 5)::numeric, 2) END AS m,
  CASE WHEN random() < 0.3 THEN NULL ELSE array_remove(ARRAY[pg_temp.pick('p', 'x', NULL), pg_temp.pick('qq', NULL), pg_temp.pick('a rather long tag', NULL)], NULL) END AS l,
  CASE WHEN random() < 0.3 THEN NULL ELSE date '2025-01-01' + floor(random() * 30)::int END AS d,
  CASE WHEN random() < 0.3 THEN NULL ELSE random() < 0.5 END AS b
FROM generate_series(1, 60) i;
CREATE TEMP TABLE profiles AS
SELECT i AS id, i % 2 = 0 AS extra, pg_temp.profile(i % 2 = 0)::abm.icp_profile AS profile FROM generate_series(1, 120) i;

-- The definition, read from the document.
CREATE FUNCTION pg_temp.words(v jsonb) RETURNS text[] LANGUAGE sql AS $$
  SELECT CASE jsonb_typeof(v) WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(v)) WHEN 'object' THEN ARRAY(SELECT jsonb_object_keys(v)) ELSE ARRAY[v #>> '{}'] END $$;
CREATE FUNCTION pg_temp.degree(p jsonb, a jsonb) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
  s float8 := coalesce((p ->> 'score')::float8, 1);
  unknown float8[] := CASE WHEN p ? 'if_unknown' THEN ARRAY[(p ->> 'if_unknown')::float8 * s, (p ->> 'if_unknown')::float8 * s] ELSE ARRAY[0, s] END;
  lo float8; hi float8; d float8; one float8[]; part jsonb; v jsonb := a -> (p ->> 'attribute'); x float8; band jsonb;
BEGIN
  IF p ? 'needs' AND coalesce(a -> 'n', 'null') = 'null' THEN RETURN unknown; END IF;
  IF p ? 'all_of' OR p ? 'best_of' OR p ? 'sum_of' OR p ? 'not' THEN
    IF p ? 'not' THEN one := pg_temp.degree(p -> 'not', a); lo := 1 - one[2]; hi := 1 - one[1];
    ELSE
      FOR part IN SELECT jsonb_array_elements(coalesce(p -> 'all_of', p -> 'best_of', p -> 'sum_of')) LOOP
        one := pg_temp.degree(part, a);
        IF p ? 'all_of' THEN lo := least(lo, one[1]); hi := least(hi, one[2]);
        ELSIF p ? 'best_of' THEN lo := greatest(lo, one[1]); hi := greatest(hi, one[2]);
        ELSE lo := least(coalesce(lo, 0) + one[1], 1); hi := least(coalesce(hi, 0) + one[2], 1); END IF;
      END LOOP;
    END IF;
    IF lo <> hi AND p ? 'if_unknown' THEN RETURN unknown; END IF;
    RETURN ARRAY[lo * s, hi * s];
  END IF;
  IF coalesce(v, 'null') = 'null' THEN RETURN unknown; END IF;
  IF jsonb_typeof(v) = 'number' THEN x := v::text::float8; END IF;
  IF p ? 'any_of' THEN d := (p -> 'any_of' ->> (v #>> '{}'))::float8;
  ELSIF p ? 'none_of' THEN d := CASE WHEN NOT (v #>> '{}') = ANY (pg_temp.words(p -> 'none_of')) THEN 1 END;
  ELSIF p ? 'has_any' THEN d := (SELECT max((p -> 'has_any' ->> w)::float8) FROM unnest(pg_temp.words(v)) w);
  ELSIF p ? 'has_all' THEN d := CASE WHEN pg_temp.words(p -> 'has_all') <@ pg_temp.words(v) THEN 1 END;
  ELSIF p ? 'bands' THEN
    FOR band IN SELECT jsonb_array_elements(p -> 'bands') LOOP
      IF d IS NULL AND x >= coalesce((band ->> 0)::float8, '-Infinity') AND x <= (band ->> 1)::float8 THEN d := coalesce((band ->> 2)::float8, 1); END IF;
    END LOOP;
  ELSIF p ? 'at_least' AND jsonb_typeof(p -> 'at_least') = 'string' THEN d := CASE WHEN (v #>> '{}')::date >= (p ->> 'at_least')::date THEN 1 END;
  ELSIF p ? 'at_least' THEN d := CASE WHEN x >= (p ->> 'at_least')::float8 THEN 1 END;
  ELSIF p ? 'at_most' THEN d := CASE WHEN x <= (p ->> 'at_most')::float8 THEN 1 END;
  ELSIF p ? 'ramp' THEN d := nullif(greatest(0, least(1, (x - 20) / 60)), 0);
  ELSIF p ? 'near' THEN d := 2 ^ (-abs(x - 50) / 20);
  ELSIF p ? 'is_true' THEN d := CASE WHEN v::boolean THEN 1 END;
  ELSIF p ? 'prefix' THEN d := CASE WHEN v #>> '{}' LIKE 'a%' THEN 1 END;
  END IF;
  d := coalesce(d, (p ->> 'else')::float8, 0) * s;
  RETURN ARRAY[d, d];
END $$;
CREATE TYPE pg_temp.answer AS (score float8, lower float8, upper float8, coverage float8, failed boolean);
CREATE FUNCTION pg_temp.fit(p jsonb, a jsonb) RETURNS pg_temp.answer LANGUAGE plpgsql AS $$
DECLARE c jsonb; d float8[]; w float8; s float8 := 0; k float8 := 0; all_w float8 := 0; base float8; x0 float8; x1 float8; t float8; ws float8[] := '{}'; los float8[] := '{}'; his float8[] := '{}'; lo float8 := 0; hi float8 := 0; fails boolean := false; doubtful boolean := false; r pg_temp.answer;
BEGIN
  FOR c IN SELECT jsonb_array_elements(p -> 'criteria') LOOP
    d := pg_temp.degree(c, a); w := (c ->> 'weight')::float8;
    IF d[1] = d[2] OR w <= 0 THEN s := s + w * d[1]; k := k + greatest(w, 0);
    ELSE ws := ws || w; los := los || d[1]; his := his || d[2]; END IF;
    all_w := all_w + greatest(w, 0);
    lo := lo + w * CASE WHEN w > 0 THEN d[1] ELSE d[2] END;
    hi := hi + w * CASE WHEN w > 0 THEN d[2] ELSE d[1] END;
    IF (c ->> 'required')::boolean THEN fails := fails OR d[2] = 0; doubtful := doubtful OR d[1] = 0; END IF;
  END LOOP;
  r.coverage := k / all_w; r.failed := fails;
  IF k > 0 THEN
    x0 := -1e9; x1 := 1;
    FOR i IN 1..100 LOOP  -- halve the interval that holds the x with x = sum(w clamp(x, lo, hi)) / sum(w+)
      base := (x0 + x1) / 2; t := s - base * k;
      FOR i IN 1..cardinality(ws) LOOP
        t := t + ws[i] * (greatest(los[i], least(his[i], base)) - base);
      END LOOP;
      IF t > 0 THEN x0 := base; ELSE x1 := base; END IF;
    END LOOP;
    r.score := greatest(0, least(100, 100 * base));
  END IF;
  IF fails THEN r.score := 0; END IF;
  r.lower := CASE WHEN doubtful THEN 0 ELSE greatest(0, 100 * lo / all_w) END;
  r.upper := CASE WHEN fails THEN 0 ELSE greatest(0, 100 * hi / all_w) END;
  RETURN r;
END $$;

CREATE TEMP TABLE fits AS
SELECT p.id AS profile_id, p.extra, a.id AS account_id, abm.icp_score(p.profile, a) AS by_record, abm.icp_score(p.profile, to_jsonb(a)) AS by_json,
  abm.icp_score_values(p.profile, a.t, a.n, a.m, a.l, a.d, a.b) AS by_values, f.*, (pg_temp.fit(p.profile::jsonb, to_jsonb(a))).*
FROM profiles p, accounts a, abm.icp_fit(p.profile, a) AS f (score_c, lower_c, upper_c, coverage_c, tier, certain_tier, disqualified_by);

SELECT cmp_ok(count(*), '=', 7200::bigint, 'profiles by accounts') FROM fits;
SELECT cmp_ok(count(DISTINCT score), '>', 500::bigint, 'the scores are of many kinds') FROM fits;
SELECT is(count(*), 0::bigint, 'score as defined') FROM fits WHERE (score IS NULL) <> (score_c IS NULL) OR abs(score - score_c) > 1e-9;
SELECT is(count(*), 0::bigint, 'bounds as defined') FROM fits WHERE NOT (abs(lower - lower_c) < 1e-9 AND abs(upper - upper_c) < 1e-9);
SELECT is(count(*), 0::bigint, 'coverage as defined') FROM fits WHERE NOT abs(coverage - coverage_c) < 1e-12;
SELECT is(count(*), 0::bigint, 'a failed gate is named') FROM fits WHERE failed <> (disqualified_by IS NOT NULL);
SELECT is(count(*), 0::bigint, 'record = document = values = fit, to the last bit') FROM fits
WHERE by_record IS DISTINCT FROM by_json OR by_record IS DISTINCT FROM by_values OR by_record IS DISTINCT FROM score_c;
SELECT is(count(*), 0::bigint, 'lower <= score <= upper') FROM fits WHERE NOT (lower_c <= coalesce(score_c, lower_c) AND coalesce(score_c, upper_c) <= upper_c);
SELECT is(count(*), 0::bigint, 'within 0 and 100') FROM fits WHERE lower_c < 0 OR upper_c > 100;
SELECT is(count(*), 0::bigint, 'tiers are fit_tier() of the score and of its lower bound') FROM fits
WHERE tier IS DISTINCT FROM abm.fit_tier(score_c, '{75,50,25}') OR certain_tier <> abm.fit_tier(lower_c, '{75,50,25}');

-- Points add up exactly, in any order.
SELECT is(count(*), 0::bigint, 'points add up to the score to the last bit') FROM (
  SELECT p.id, a.id AS account_id, sum(points ORDER BY rank) AS up, sum(points ORDER BY rank DESC) AS down, sum(points ORDER BY md5(criterion || rank)) AS mixed
  FROM profiles p, accounts a, abm.icp_explain(p.profile, a) WHERE a.id <= 30 GROUP BY 1, 2) s
JOIN fits f ON f.profile_id = s.id AND f.account_id = s.account_id
WHERE up IS DISTINCT FROM score_c OR down IS DISTINCT FROM score_c OR mixed IS DISTINCT FROM score_c;
SELECT is(count(*), 0::bigint, 'degrees = definition') FROM profiles p, accounts a,
  unnest(abm.icp_degrees(p.profile, a)) WITH ORDINALITY AS e (degree, i), LATERAL pg_temp.degree(p.profile::jsonb -> 'criteria' -> (i::int - 1), to_jsonb(a)) AS def
WHERE a.id <= 20 AND ((degree IS NULL) <> (def[1] <> def[2]) OR abs(degree - def[1]) > 1e-12);

-- Learning an unknown fact never leaves the bounds (where unknown has no value of its own).
SELECT is(count(*), 0::bigint, 'what is learned stays within the bounds') FROM (
  SELECT f.lower_c, f.upper_c, abm.icp_score(p.profile, to_jsonb(a) || jsonb_build_object(known.key, known.value)) AS learned
  FROM profiles p JOIN fits f ON f.profile_id = p.id JOIN accounts a ON a.id = f.account_id,
    accounts other, LATERAL jsonb_each(to_jsonb(other) - 'id') AS known
  WHERE NOT p.extra AND p.id <= 40 AND other.id <= 8 AND known.value <> 'null' AND to_jsonb(a) -> known.key = 'null') s
WHERE learned < lower_c - 1e-9 OR learned > upper_c + 1e-9;
-- A question's best and worst answers bound every real answer.
SELECT is(count(*), 0::bigint, 'swing is at least what any answer moves') FROM (
  SELECT q.swing, max(s) - min(s) AS moved FROM profiles p, accounts a, abm.icp_next_question(p.profile, a) q, LATERAL (
    SELECT abm.icp_score(p.profile, to_jsonb(a) || jsonb_build_object(q.attribute, to_jsonb(other) -> q.attribute)) AS s FROM accounts other WHERE to_jsonb(other) -> q.attribute <> 'null') x
  WHERE a.id <= 10 AND NOT p.extra AND p.profile::text !~ 'needs' AND q.swing IS NOT NULL GROUP BY p.id, a.id, q.attribute, q.swing) s
WHERE moved > swing + 1e-9;
SELECT is(count(*), 0::bigint, 'a question for each unknown attribute') FROM profiles p, accounts a
WHERE (SELECT count(*) FROM abm.icp_next_question(p.profile, a)) <> (SELECT count(*) FROM jsonb_each(to_jsonb(a)) e WHERE e.value = 'null');

-- More of a good thing never lowers the score.
CREATE TEMP TABLE rising AS
SELECT i, format('{"criteria": [{"attribute": "n", "weight": %s, "%s": %s}, {"best_of": [{"attribute": "n", "at_least": %s, "score": %s}, {"attribute": "t", "any_of": ["a"]}]}, {"attribute": "b", "is_true": true, "weight": %s}]}',
  1 + i, CASE i % 2 WHEN 0 THEN 'at_least' ELSE 'ramp' END, CASE i % 2 WHEN 0 THEN '40' ELSE '[10, 90]' END, i, pg_temp.share(), 1 + i % 5)::abm.icp_profile AS profile
FROM generate_series(1, 30) i;
SELECT is(count(*), 0::bigint, 'more never lowers the score') FROM (
  SELECT score, lag(score) OVER (PARTITION BY r.i, a.id ORDER BY n2) AS before
  FROM rising r, accounts a, generate_series(0, 100, 10) n2, LATERAL (SELECT abm.icp_score(r.profile, to_jsonb(a) || jsonb_build_object('n', n2)) AS score) s WHERE a.id <= 20) x
WHERE score < before;

-- The text is exact and comes back; the wire form too.
SELECT is(count(*), 0::bigint, 'text comes back') FROM profiles WHERE profile::text::abm.icp_profile::text <> profile::text;
SELECT is(count(*), 0::bigint, 'jsonb is the same document') FROM profiles WHERE profile::jsonb <> profile::text::jsonb;
SELECT is(substr(abm.icp_profile_send(profile), 1, 1), '\x01'::bytea, 'the wire form has a version') FROM profiles LIMIT 1;
SELECT is(convert_from(substr(abm.icp_profile_send(profile), 2), 'UTF8'), profile::text, 'and the text') FROM profiles LIMIT 1;

-- Random damage never crashes: it is refused with an error of the right class, or accepted.
CREATE FUNCTION pg_temp.damage() RETURNS TABLE (state text, times bigint) LANGUAGE plpgsql AS $$
DECLARE t text; cut int; p abm.icp_profile; r record; s float8; states text[] := '{}';
BEGIN
  FOR i IN 1..4000 LOOP
    t := (SELECT profile::text FROM profiles WHERE id = 1 + i % 120);
    FOR k IN 0..(i % 3) LOOP
      cut := 1 + floor(random() * length(t))::int;
      t := CASE floor(random() * 5)::int
        WHEN 0 THEN left(t, cut - 1) || substr(t, cut + 1 + floor(random() * 8)::int)
        WHEN 1 THEN left(t, cut) || pg_temp.pick('"', '{', '}', '[', ']', ',', ':', '1', '-', 'null', '\', 'e', 'é') || substr(t, cut + 1)
        WHEN 2 THEN left(t, cut) || substr(t, 1 + floor(random() * length(t))::int)
        WHEN 3 THEN replace(t, pg_temp.pick('n', 'any_of', 'at_least', '1', '[', 'weight', 'is_true'), pg_temp.pick('l', 'bands', 'near', 'not', '1e400', '[[', 'ramp', 'null', 'required'))
        ELSE overlay(t PLACING pg_temp.pick('"a"', 'true', '{}', '[]', '"matches": "("') FROM cut) END;
    END LOOP;
    BEGIN
      p := t::abm.icp_profile;
      states := states || 'accepted'::text;
      SELECT * INTO r FROM accounts WHERE id = 1 + i % 60;
      s := abm.icp_score(p, r);
      PERFORM abm.icp_explain(p, r);
    EXCEPTION WHEN OTHERS THEN states := states || SQLSTATE; END;
  END LOOP;
  RETURN QUERY SELECT x, count(*) FROM unnest(states) x GROUP BY x;
END $$;
CREATE TEMP TABLE damaged AS SELECT * FROM pg_temp.damage();
SELECT cmp_ok(sum(times), '>=', 4000::numeric, 'all damaged profiles were tried') FROM damaged;
SELECT is(string_agg(state, ' '), NULL, 'errors are of the known classes') FROM damaged WHERE state NOT IN ('accepted', '22P02', '22023', '22003', '2201B', '54000', '42804');

-- Goldens.
CREATE TEMP TABLE g8 AS SELECT 2 AS a, 'x' AS b, NULL::boolean AS c, false AS d, true AS e;
SELECT is(ROW(score, lower, upper, round(coverage::numeric, 12))::text, '(65.625,52.5,72.5,0.800000000000)', 'G8: weights 30,25,20,15,10 with 1,.5,unknown,0,1')
FROM g8, abm.icp_fit('{"criteria": [{"attribute": "a", "weight": 30, "at_least": 1}, {"attribute": "b", "weight": 25, "any_of": {"x": 0.5}},
  {"attribute": "c", "weight": 20, "is_true": true}, {"attribute": "d", "weight": 15, "is_true": true}, {"attribute": "e", "weight": 10, "is_true": true}]}', g8);
SELECT is(abm.letter_grade(10), 'A+', 'G15: D and ten thirds');
SELECT is(string_agg(abm.letter_grade(i), ',' ORDER BY i), 'F,D-,D,D+,C-,C,C+,B-,B,B+,A-,A,A+', 'G15: the order of grades') FROM generate_series(-2, 10) i;
SELECT is(array_agg(abm.icp_score('{"criteria": [{"best_of": [{"all_of": [{"attribute": "region", "any_of": ["NE"]}, {"attribute": "size", "bands": [[10, 50]]}]},
    {"score": 0.5, "attribute": "region", "any_of": ["CA"]}]}]}', a) ORDER BY i), '{100,0,50}'::float8[], 'NE/30, NE/60, CA/30')
FROM (VALUES (1, 'NE', 30), (2, 'NE', 60), (3, 'CA', 30)) AS a (i, region, size);
SELECT is(round(abm.weights_disagreement('{40,30,20,10}', '{2,3,2,3}')::numeric, 12), 0.2, 'weights disagree by 0.2');

-- Errors.
SELECT throws_ok($$SELECT '{'::abm.icp_profile$$, '22P02', NULL, 'bad JSON');
SELECT throws_ok($$SELECT '{"criteria": [{"attribute": "a", "at_least": 1, "weight": 0}]}'::abm.icp_profile$$, '22023', NULL, 'no positive weight');
SELECT throws_ok($$SELECT abm.icp_score_values('{"criteria": [{"attribute": "a", "at_least": 1}]}', 'NaN'::float8)$$, '22003', NULL, 'NaN');
SELECT throws_ok($$SELECT abm.icp_score_values('{"criteria": [{"attribute": "a", "at_least": "2025-01-01"}]}', 'infinity'::timestamptz)$$, '22008', NULL, 'infinite time');
SELECT throws_ok($$SELECT abm.icp_score_values('{"criteria": [{"attribute": "a", "at_least": 1}]}', 'x'::text)$$, '42804', NULL, 'a type that the test cannot read');
SELECT throws_ok($$SELECT abm.fit_tier(1, '{1,2}')$$, '22023', NULL, 'cutpoints out of order');
SELECT throws_ok($$SELECT abm.weights_disagreement('{0,0}', '{1,1}')$$, '22023', NULL, 'weights that sum to 0');

-- A renamed value of an enumeration is what it is called now, also in a call that has seen it.
CREATE TYPE segment AS ENUM ('smb', 'ent');
CREATE TABLE in_segment (id int, s segment);
INSERT INTO in_segment VALUES (1, 'ent');
CREATE FUNCTION pg_temp.renamed() RETURNS text LANGUAGE plpgsql AS $$
DECLARE p abm.icp_profile := '{"criteria": [{"attribute": "s", "any_of": ["ent"]}]}'; r in_segment; seen text := ''; BEGIN
  SELECT * INTO r FROM in_segment;
  FOR i IN 1..3 LOOP
    seen := concat_ws(' ', seen, abm.icp_score(p, r), abm.icp_score_values(p, r.s));
    IF i = 1 THEN ALTER TYPE segment RENAME VALUE 'ent' TO 'enterprise'; ELSIF i = 2 THEN ALTER TYPE segment RENAME VALUE 'enterprise' TO 'ent'; END IF;
  END LOOP;
  RETURN trim(seen); END $$;
SELECT is(pg_temp.renamed(), '100 100 0 0 100 100', 'a renamed value of an enumeration');
SELECT * FROM finish();
ROLLBACK;
