-- sample.sql: rows to feed any aggregate of the extension with, and the list of the aggregates that build states, from the catalog.
SELECT setseed(0.42) \g /dev/null

-- Sample rows: a value for every type that an argument may have, unknown ones among them, ties in time, mixed scales.
CREATE TABLE sample AS
SELECT i AS id, i % 23 AS k, (random() * 4)::int AS part, random() AS shuffle,
  CASE WHEN random() < 0.95 THEN (random() * 40)::bigint END AS v_bigint,
  CASE WHEN random() < 0.95 THEN (random() * 20)::int END AS v_integer,
  CASE WHEN random() < 0.9 THEN round((random() * 1000)::numeric, (random() * 6)::int) END AS v_numeric,
  CASE WHEN random() < 0.9 THEN random() * 10 ^ (random() * 12 - 6)::int END AS v_float8,
  CASE WHEN random() < 0.95 THEN timestamptz '2024-01-01 00:00+00' + (random() * 300)::int * interval '1 hour' END AS v_at,
  CASE WHEN random() < 0.95 THEN 'label ' || (random() * 9)::int END AS v_text,
  random() < 0.5 AS v_boolean, (random() * 1000)::int AS v_pick, (random() * 90)::int AS v_days
FROM generate_series(1, 1500) i;

ALTER TABLE sample ADD v_journey abm.journey;
UPDATE sample SET v_journey = (SELECT abm.journey_agg(v_at + d * interval '3 days', 'label ' || (d * v_pick) % 9) FROM generate_series(0, 3) d);

-- How an argument is fed, by its type; by its name where all rows must agree.
CREATE FUNCTION sample_argument(argument text, type regtype, nth int) RETURNS text LANGUAGE sql AS $$
  SELECT CASE
    WHEN argument = 'currency' THEN '''EUR''::text'
    WHEN argument = 'half_life' THEN 'interval ''7 days'''
    WHEN argument IN ('budget', 'authority', 'need', 'timeline') THEN format('CASE WHEN v_pick %% 9 <> %s THEN v_pick * %s %% 11 / 10.0::float8 END', nth, nth)
    WHEN argument = 'weights' THEN '''{2,1,1,1}''::float8[]'
    WHEN argument = 'qualify_at' THEN '50::float8'
    WHEN argument = 'threshold' THEN '0.4::float8'
    WHEN argument = 'min_letters' THEN '2'
    WHEN argument = 'predicted' THEN 'CASE WHEN v_pick % 20 > 0 THEN v_pick % 97 / 97.0::float8 END'
    WHEN argument = 'profile' THEN '''{"criteria": [{"attribute": "a", "at_least": 1}, {"attribute": "b", "at_least": 1}]}''::abm.icp_profile'
    WHEN argument = 'degrees' THEN 'ARRAY[v_pick % 5 / 4.0::float8, CASE WHEN v_pick % 3 > 0 THEN v_pick % 7 / 7.0::float8 END]'
    WHEN argument = 'stages' THEN '''{label 1,label 2,label 3,label 7}''::text[]'
    WHEN argument = 'steps' THEN '''{label 1|label 2,label 3,label 7}''::text[]'
    WHEN argument = 'within' THEN 'interval ''10 days'''
    WHEN argument = 'mode' THEN '''ordered''::text'
    WHEN argument = 'gaps' THEN '''{7 days,NULL}''::interval[]'
    WHEN argument = 'excluded' THEN '''{label 8}''::text[]'
    WHEN argument = 'as_of' THEN 'timestamptz ''2024-06-01 00:00+00'''
    WHEN type = 'abm.journey'::regtype THEN 'v_journey'
    WHEN argument = 'periods' THEN 'v_integer + 1'
    WHEN argument = 'weight' THEN 'v_float8 + 0.001'
    WHEN argument = 'recency' THEN 'CASE WHEN v_bigint > 0 THEN v_days / 7.0::float8 ELSE 0 END'
    WHEN argument = 'age' AND type = 'float8'::regtype THEN 'v_days / 7.0::float8 + CASE WHEN part = 3 THEN v_float8 ELSE v_integer END'
    WHEN argument = 'transaction' THEN 'ARRAY[v_pick % 3, v_pick % 2]::float8[]'
    WHEN argument = 'lifetime' THEN 'ARRAY[v_days % 4 / 10.0]::float8[]'
    WHEN argument = 'entry_days' THEN 'v_float8 / 2 - 1'
    WHEN argument = 'entry' THEN '(v_days - 30) * interval ''20 minutes'''
    WHEN argument = 'entered_at' THEN 'v_at + interval ''1 day'''
    WHEN argument = 'entered_on' THEN 'v_at::date + 1'
    WHEN argument = 'daily_cap' THEN '100::float8'
    WHEN argument = 'into_account' THEN 'v_bigint + v_pick % 3'
    WHEN type = 'abm.buying_role[]'::regtype THEN 'enum_range(NULL::abm.buying_role)'
    WHEN type = 'inet'::regtype THEN
      'set_masklen(CASE WHEN v_pick % 5 > 0 THEN inet ''10.20.30.0'' + v_bigint * 16 ELSE inet ''2001:db8::'' + v_bigint END, 24 + v_pick % 9)'
    WHEN type = 'interval'::regtype THEN '(v_days - 1) * interval ''1 hour'''
    WHEN type = 'timestamptz'::regtype THEN format('v_at + %s * v_days * interval ''1 day''', nth - 1)
    WHEN type = 'date'::regtype THEN format('v_at::date + %s * v_days', nth - 1)
    WHEN type = 'uuid'::regtype THEN 'md5(v_text)::uuid'
    WHEN type = 'text[]'::regtype THEN 'ARRAY[v_text, ''x'']'
    WHEN type = 'float8[]'::regtype THEN 'ARRAY[v_float8, 1]'
    WHEN EXISTS (SELECT FROM pg_enum WHERE enumtypid = type) THEN
      (SELECT format('(%L::%s[])[1 + v_pick %% %s]', array_agg(enumlabel ORDER BY enumsortorder), type, count(*)) FROM pg_enum WHERE enumtypid = type)
    ELSE 'v_' || CASE type WHEN 'double precision'::regtype THEN 'float8' ELSE type::text END END
$$;

CREATE TABLE gathering AS -- the aggregates that build states, each with a call over the sample
SELECT p.oid::regprocedure AS aggregate, p.prorettype::regtype AS state, a.aggtransfn, format('%s(%s)', p.oid::regproc, args) AS call,
  args, format('%s(%s)', p.oid::regproc, nulls) AS null_call
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abm')
CROSS JOIN LATERAL (
  SELECT string_agg(sample_argument(p.proargnames[i], t, nth::int), ', ' ORDER BY i) AS args,
    string_agg('NULL::' || t::regtype::text, ', ' ORDER BY i) AS nulls
  FROM (SELECT i, t::oid::regtype AS t, row_number() OVER (PARTITION BY t ORDER BY i) AS nth
    FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, i)) x) x
WHERE p.proname LIKE '%\_agg';

CREATE TABLE state_type AS
SELECT DISTINCT ON (state) state, call, args, aggtransfn, substr(state::text, 5) AS name FROM gathering ORDER BY state, aggregate::text;
