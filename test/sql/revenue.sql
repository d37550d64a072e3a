-- What a user sees of room revenue: recurring revenue between two dates.
SET client_min_messages = warning;
CREATE TABLE mrr (customer int, opening numeric, closing numeric, seen_before boolean);
INSERT INTO mrr VALUES (1, 50, 60, true), (2, 30, 20, true), (3, 10, 0, true), (4, 10, 10, true), (5, 0, 25.50, false), (6, 0, 5, true);

SELECT customer, abm.movement(opening, closing, seen_before) FROM mrr ORDER BY customer;
SELECT * FROM abm.revenue_movements((SELECT abm.retention_agg(opening, closing, seen_before) FROM mrr));
SELECT abm.nrr(r), abm.nrr(r, true) AS with_reactivation, abm.grr(r), abm.logo_retention(r), round(abm.quick_ratio(r)::numeric, 6) AS quick
FROM (SELECT abm.retention_agg(opening, closing, seen_before) AS r FROM mrr) x;
SELECT n, retained, round(logo_retention::numeric, 6) AS rate, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM abm.logo_retention_interval((SELECT abm.retention_agg(opening, closing, seen_before) FROM mrr), 0.9, 'wilson');
SELECT abm.retention_agg(opening, closing, seen_before)::jsonb FROM mrr;

-- no row; rows that say nothing; what is unknown is counted, what is negative too
SELECT abm.retention_agg(opening, closing, seen_before) IS NULL AS "null" FROM mrr WHERE false;
SELECT abm.retention_agg(NULL, NULL, true) IS NULL AS "null" FROM mrr;
SELECT r::jsonb -> 'unknown' AS unknown, r::jsonb -> 'negative' AS negative, r::jsonb -> 'closing' AS closing, abm.grr(r), abm.nrr(r), abm.quick_ratio(r), abm.logo_retention(r)
FROM (SELECT abm.retention_agg(o, c, s) AS r FROM (VALUES (NULL, 5.0, true), (5, NULL, true), (0, 5, NULL), (-1, 5, true), (5, -1, true), (0, 3, false)) v (o, c, s)) x;
SELECT abm.movement(NULL, 1, true), abm.movement(1, NULL, true), abm.movement(0, 1, NULL), abm.movement(1, 2, NULL), abm.movement(-1, 2, true), abm.movement(1.0, 1.00, NULL);

-- bad input
SELECT abm.retention_agg('NaN', 1, true);
SELECT abm.movement('Infinity', 1, true);
SELECT abm.logo_retention_interval(abm.retention_agg(1, 1, true), 1);
SELECT abm.logo_retention_interval(abm.retention_agg(1, 1, true), 0.9, 'wald');
-- a state from outside in which more customers left than there were
SELECT abm.logo_retention('050100000000000660000000000000000000000000000000720000000000001b00000000000000000000000000000000000000000000000000000000000600000000000000000000000000000000001b000000000000000000000002f05cb48f000000000000000000000002f05cb48f00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006ef3dbb7'::abm.retention);
