-- Any condition is a gate.
SELECT abm.gate(true), abm.gate(false), abm.gate(NULL);

-- Kleene AND: none passes, NULL counts as unknown, one failure decides.
SELECT abm.gate_all() AS none, abm.gate_all('pass', 'pass') AS pass, abm.gate_all('pass', NULL) AS "null",
       abm.gate_all('pass', 'unknown') AS unknown, abm.gate_all('unknown', 'fail', NULL) AS fail,
       abm.gate_all(VARIADIC '{}') AS empty, abm.gate_all(VARIADIC NULL) AS no_array;
-- min() of verdicts is the same.
SELECT bool_and(abm.gate_all(a, b) = least(a, b)) FROM unnest(enum_range(NULL::abm.verdict)) a, unnest(enum_range(NULL::abm.verdict)) b;

-- Territory: significantly large accounts are an exception.
SELECT served, potential, exception, abm.territory_gate(served, potential, exception)
FROM unnest(ARRAY[true, false, NULL]) served, unnest(ARRAY[10, 1000, NULL]::numeric[]) potential, unnest(ARRAY[1000, NULL]::numeric[]) exception;
SELECT abm.territory_gate(false), abm.territory_gate(true), abm.territory_gate(NULL);
SELECT abm.territory_gate(true, 'NaN', 1);
SELECT abm.territory_gate(true, 1, 'Infinity');

-- Industry: the unorthodox does not fail by itself.
SELECT in_target, proven, abm.industry_gate(in_target, proven), abm.industry_gate(in_target, proven, true) AS excluded,
       abm.industry_gate(in_target, proven, NULL) AS excluded_unknown
FROM unnest(ARRAY[true, false, NULL]) in_target, unnest(ARRAY[true, false, NULL]) proven;

-- Size: bounds as the range says.
SELECT abm.size_gate(50, '[50,500)') AS low, abm.size_gate(500, '[50,500)') AS high, abm.size_gate(1e9, '[50,)') AS open,
       abm.size_gate(1, 'empty') AS empty, abm.size_gate(NULL, '[1,2]') AS no_value, abm.size_gate(1, NULL) AS no_range;
SELECT abm.size_gate('NaN', '[50,)');
SELECT abm.size_gate('-Infinity', '(,50]');

-- Persona.
SELECT abm.persona_gate('champion', '{champion,decision_maker}') AS pass, abm.persona_gate('user', '{champion}') AS fail,
       abm.persona_gate(NULL, '{champion}') AS no_role, abm.persona_gate('user', NULL) AS no_list, abm.persona_gate('user', '{champion,NULL}') AS list_with_null,
       abm.persona_gate('user', '{}') AS empty;
