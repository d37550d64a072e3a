-- seeds.sql: good values of our types, a line "TYPE <tab> EXPRESSION" each, for fuzzers to spoil: states of one to thirty
-- sample rows from every aggregate, those of test/fuzz/corpus, and a few written ones of the types that are no states.
\set QUIET 1
\pset format unaligned
\pset tuples_only true
SET client_min_messages = error;
\i test/sample.sql
CREATE FUNCTION gathered(call text, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text; BEGIN EXECUTE format('SELECT (%s)::text FROM (SELECT * FROM sample ORDER BY shuffle LIMIT %s) s', call, n) INTO r; RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN NULL; END $$;
SELECT DISTINCT format(E'%s\t%L::%s', state, s, state)
FROM gathering, unnest(ARRAY[1, 2, 5, 30]) n, gathered(call, n) s WHERE length(s) < 8000 ORDER BY 1;
-- states that a fuzzer came upon: sound in form, and else as strange as can be
CREATE TABLE corpus (name text, image text);
\copy corpus FROM test/fuzz/corpus (DELIMITER ' ', NULL '')
CREATE FUNCTION accepted(name text, image text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('SELECT %L::abm.%I', image, name); RETURN true; EXCEPTION WHEN OTHERS THEN RETURN false; END $$;
SELECT format(E'abm.%s\t%L::abm.%1$I', name, image) FROM corpus WHERE name IN (SELECT name FROM state_type) AND accepted(name, image);
SELECT E'abm.icp_profile\t' || quote_literal(p) || '::abm.icp_profile' FROM (VALUES
  ('{"criteria": [{"attribute": "a", "weight": 2, "any_of": {"x": 1, "y": 0.5}}, {"attribute": "n", "bands": [[1, 5, 0.5], [6, null, 1]]}], "tiers": [80, 50]}'),
  ('{"criteria": [{"attribute": "r", "weight": 20, "ramp": [5e6, 1e8]}, {"attribute": "c", "required": true, "none_of": ["x", "y"]}]}'),
  ('{"criteria": [{"attribute": "x", "at_least": 1}], "probability": {"intercept": -1, "scale": 2}}')) v (p);
SELECT E'abm.bant\tROW(1, 0.5, NULL, 0.2)::abm.bant';
SELECT E'abm.role_requirement[]\tabm.classic_buying_group()';
SELECT format(E'abm.clv_model\tabm.given_model(%L, %L)', model, parameters) FROM (VALUES ('bgnbd', '{0.2,4,0.8,2.4}'),
  ('mbgnbd', '{0.5,6,0.9,3}'), ('pareto_nbd', '{0.5,10,0.6,12}'), ('gamma_gamma', '{6,4,15}'), ('bgbb', '{1.2,0.8,0.7,2.8}'),
  ('sbg', '{0.7,1.2}'), ('bdw', '{0.8,1.5,1.3}')) v (model, parameters);
