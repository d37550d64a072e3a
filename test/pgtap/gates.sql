BEGIN;
SELECT plan(4);
CREATE TEMP TABLE verdict AS SELECT v FROM unnest(enum_range(NULL::abm.verdict)) v;

SELECT is_empty($$ SELECT a.v, b.v, c.v FROM verdict a, verdict b, verdict c
  WHERE abm.gate_all(a.v, b.v, c.v) <> (SELECT min(v) FROM unnest(ARRAY[a.v, b.v, c.v]) v) $$, 'gate_all is the least verdict');
SELECT is_empty($$ SELECT a.v, b.v, c.v FROM verdict a, verdict b, verdict c
  WHERE abm.gate_all(abm.gate_all(a.v, b.v), c.v) <> abm.gate_all(c.v, b.v, a.v) $$, 'gate_all does not depend on order or grouping');
-- Unknown evidence never lies: making it known only moves unknown to pass or fail.
SELECT is_empty($$ SELECT * FROM (VALUES (true), (false)) s (served), (VALUES (1), (10)) p (potential), (VALUES (5), (NULL)) e (exception)
  WHERE abm.territory_gate(NULL, potential, exception) NOT IN ('unknown', abm.territory_gate(served, potential, exception))
     OR abm.territory_gate(served, NULL, exception) NOT IN ('unknown', abm.territory_gate(served, potential, exception)) $$,
  'territory_gate: what is known later never contradicts');
SELECT is_empty($$ SELECT * FROM (VALUES (true), (false)) t (target), (VALUES (true), (false)) p (proven), (VALUES (true), (false)) x (excluded)
  WHERE abm.industry_gate(NULL, proven, excluded) NOT IN ('unknown', abm.industry_gate(target, proven, excluded))
     OR abm.industry_gate(target, NULL, excluded) NOT IN ('unknown', abm.industry_gate(target, proven, excluded))
     OR abm.industry_gate(target, proven, NULL) NOT IN ('unknown', abm.industry_gate(target, proven, excluded)) $$,
  'industry_gate: what is known later never contradicts');

SELECT * FROM finish();
ROLLBACK;
