-- What the extension declares: every object explained, labelled as it behaves, safe to call.
\i test/begin.sql
SET client_min_messages = warning;
BEGIN;
SELECT no_plan();

CREATE TEMP VIEW member AS
SELECT classid, objid FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'abm');
CREATE TEMP VIEW routine AS
SELECT p.*, p.oid::regprocedure AS signature, l.lanname FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
JOIN pg_language l ON l.oid = p.prolang;
CREATE TEMP VIEW gathering AS
SELECT a.*, r.signature, r.proname, r.proargtypes, r.provariadic FROM pg_aggregate a JOIN routine r ON r.oid = a.aggfnoid;

SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member WHERE obj_description(objid, classid::regclass::text) IS NULL
  AND pg_describe_object(classid, objid, 0) NOT LIKE 'type %[]'$$, 'every member has a comment');
SELECT is_empty($$SELECT signature FROM routine WHERE pronamespace <> 'abm'::regnamespace$$, 'everything is in schema abm');
SELECT is_empty($$SELECT signature FROM routine WHERE provolatile <> 'i'$$, 'every function is immutable');
SELECT is_empty($$SELECT signature FROM routine WHERE proparallel <> 's'$$, 'every function is parallel safe');
SELECT is_empty($$SELECT signature FROM routine WHERE prosecdef$$, 'no SECURITY DEFINER');
SELECT is_empty($$SELECT signature FROM routine WHERE lanname = 'sql' AND prosqlbody IS NULL$$, 'SQL bodies are bound when created');
SELECT is_empty($$SELECT signature FROM routine WHERE lanname NOT IN ('c', 'sql', 'internal')$$, 'no other language');
SELECT is_empty($$SELECT signature, probin FROM routine WHERE lanname = 'c' AND probin <> '$libdir/abm'$$, 'the library is the extension''s own');
-- support functions (those that types and aggregates name) may leave arguments unnamed; whatever a user calls may not
SELECT is_empty($$
  SELECT signature FROM routine r WHERE pronargs > 0 AND NOT (proargnames IS NOT NULL AND NOT '' = ANY (proargnames[1:pronargs]))
    AND NOT EXISTS (SELECT FROM pg_type t WHERE r.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
    AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE r.oid = a.aggtransfn)$$, 'arguments of what users call have names');
SELECT is_empty($$SELECT signature FROM routine r WHERE prokind = 'f' AND lanname = 'c' AND NOT proisstrict AND NOT EXISTS (
    SELECT FROM pg_aggregate a WHERE r.oid IN (a.aggtransfn, a.aggcombinefn)) AND provariadic = 0 AND obj_description(oid, 'pg_proc') !~ 'NULL|unknown'$$,
  'what is not strict and no transition says in its comment what NULL means');
SELECT is_empty($$SELECT signature FROM routine, LATERAL unnest(proallargtypes, proargmodes) AS a(type, mode)
  WHERE mode = 't' AND (type IN ('interval'::regtype, 'jsonb'::regtype, 'json'::regtype) OR (SELECT typcategory FROM pg_type WHERE oid = type) = 'A')
    AND NOT (proname = 'funnel_states' AND type = 'timestamptz[]'::regtype)$$, -- the one list whose plain ends stand beside it
  'result columns are plain: no interval, json or array');

-- rules for aggregates that run anywhere (parallel, partitionwise, distributed)
SELECT is_empty($$SELECT signature FROM gathering WHERE aggcombinefn = 0$$, 'aggregates: a combine function');
SELECT is_empty($$SELECT signature FROM gathering g JOIN pg_type t ON t.oid = aggtranstype WHERE typtype = 'p' OR typsend = 0 OR typreceive = 0$$,
  'aggregates: a state type of their own with send and receive');
SELECT is_empty($$SELECT signature FROM gathering WHERE aggkind <> 'n' OR aggfinalextra OR aggfinalmodify <> 'r' OR provariadic <> 0
  OR cardinality(proargtypes::oid[]) = 0$$, 'aggregates: plain, with arguments, final function reads only');
SELECT is_empty($$SELECT signature FROM gathering, LATERAL unnest(proargtypes::oid[]) x JOIN pg_type y ON y.oid = x WHERE y.typtype = 'p'$$,
  'aggregates: concrete argument types');
SELECT is_empty($$SELECT signature FROM gathering WHERE aggtransspace = 0$$, 'aggregates: the size of the state is stated');
SELECT is_empty($$SELECT signature FROM gathering WHERE proname IN ('avg', 'min', 'max', 'sum', 'count', 'array_agg', 'jsonb_agg', 'jsonb_object_agg',
  'json_agg', 'json_object_agg', 'bit_and', 'bit_or', 'bool_and', 'bool_or', 'every', 'any_value') OR proname LIKE 'tdigest%' OR proname LIKE 'hll%'$$,
  'aggregates: no name that a distributing engine takes for its own');
SELECT is_empty($$SELECT t.oid::regtype FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
  JOIN gathering g ON g.aggtranstype = t.oid WHERE typalign <> 'd' OR typlen <> -1 OR typstorage <> 'x'$$, 'state types: aligned to 8 bytes, toastable');

-- enumerations are closed lists; C numbers them in this order
SELECT enum_has_labels('abm', 'verdict', ARRAY['fail', 'unknown', 'pass']);
SELECT enum_has_labels('abm', 'lifecycle_stage', ARRAY['account', 'aware', 'engaged', 'qualified', 'opportunity', 'customer', 'adopted', 'expanded', 'advocate']);
SELECT enum_has_labels('abm', 'buying_role', ARRAY['user', 'influencer', 'decision_maker', 'it_expert', 'champion', 'economic_buyer', 'executive_sponsor',
  'procurement', 'blocker', 'other']);
SELECT enum_has_labels('abm', 'deal_outcome', ARRAY['open', 'won', 'lost', 'no_decision']);
SELECT enum_has_labels('abm', 'timeline_status', ARRAY['unknown', 'infeasible', 'ready', 'deliberating']);
SELECT enum_has_labels('abm', 'movement_kind', ARRAY['none', 'new', 'expansion', 'contraction', 'churn', 'reactivation']);
SELECT enum_has_labels('abm', 'expansion_kind', ARRAY['none', 'renewal', 'upsell', 'cross_sell_unit', 'cross_sell_product']);
SELECT enum_has_labels('abm', 'advocacy_class', ARRAY['lurker', 'liker', 'lover']);
SELECT enum_has_labels('abm', 'funnel_status', ARRAY['not_entered', 'in_progress', 'dropped', 'converted']);
SELECT is((SELECT min(v) FROM unnest('{pass,unknown,pass}'::abm.verdict[]) v), 'unknown'::abm.verdict, 'min(verdict) is AND of three values');
SELECT is((SELECT max(v) FROM unnest('{fail,unknown,fail}'::abm.verdict[]) v), 'unknown'::abm.verdict, 'max(verdict) is OR of three values');

-- installation
SELECT is((SELECT nspowner FROM pg_namespace WHERE nspname = 'abm'), (SELECT extowner FROM pg_extension WHERE extname = 'abm'), 'the schema is the extension''s');
SELECT ok(has_schema_privilege('public', 'abm', 'USAGE') AND NOT has_schema_privilege('public', 'abm', 'CREATE'), 'PUBLIC may use the schema, not create in it');
-- who may use a view may use what it calls, whatever the session has done before: making a type makes it forget
CREATE ROLE abm_reader;
GRANT USAGE ON SCHEMA public TO abm_reader;
CREATE VIEW public.abm_roles AS SELECT abm.crm_role('champion')::text AS role, abm.title_role('CFO')::text AS title;
GRANT SELECT ON public.abm_roles TO abm_reader;
REVOKE USAGE ON SCHEMA abm FROM PUBLIC;
CREATE TYPE public.abm_something AS (i int);
SET ROLE abm_reader;
SELECT results_eq('SELECT role, title FROM public.abm_roles', $$VALUES ('champion', 'economic_buyer')$$, 'a view for one who may not use the schema');
RESET ROLE;
DROP EXTENSION abm CASCADE;
CREATE SCHEMA abm;
SELECT throws_ok('CREATE EXTENSION abm', '42P06', NULL, 'a schema abm made by somebody else stops the installation');
DROP SCHEMA abm;
CREATE ROLE abm_owner;
SELECT lives_ok(format('GRANT CREATE ON DATABASE %I TO abm_owner', current_database()), 'a role that may create in the database');
SET ROLE abm_owner;
SELECT lives_ok('CREATE EXTENSION abm', '… installs the extension without being superuser');
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
