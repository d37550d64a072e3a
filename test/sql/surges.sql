-- Twelve visits in a week after eighteen in four.
SELECT round(abm.surge_probability(12, 7, 18, 28)::numeric, 12) AS p;
SELECT r, b, round(abm.surge_probability(r, 7, b, 28)::numeric, 9) AS p, round((abm.surge_probability(r, 7, b, 28) + abm.surge_probability(b, 28, r, 7))::numeric, 9) AS one
FROM (VALUES (0, 0), (0, 10), (10, 0), (1, 4), (25, 100), (1000000, 1000000), (5, 9223372036854775807)) v(r, b);
SELECT account_id, recent, baseline, round(lift::numeric, 4) AS lift, round(probability::numeric, 6) AS probability, round(p_value::numeric, 6) AS p, round(q_value::numeric, 6) AS q, surging
FROM abm.surge_list((SELECT abm.surge_agg(a, r, b) FROM (VALUES (1, 12, 18), (2, 3, 12), (3, 0, 0), (4, 40, 30), (5, 6, 0), (6, 1, 0), (7, 0, 9)) v(a, r, b)), 7, 28);
-- The list is as long as asked for; single visits add up to the same.
SELECT fdr, count(*) FILTER (WHERE surging) FROM (SELECT abm.surge_agg(i, CASE WHEN i <= 20 THEN i ELSE 2 END, 8) AS s FROM generate_series(1, 200) i) x, unnest('{0.001,0.01,0.1,0.5}'::float8[]) fdr, abm.surge_list(s, 7, 28, fdr) GROUP BY fdr ORDER BY fdr;
SELECT abm.surge_agg(a, (at > 7)::int, (at <= 7)::int)::text = (SELECT abm.surge_agg(a, r, b)::text FROM (VALUES (1, 2, 1), (2, 0, 2)) v(a, r, b)) AS same FROM (VALUES (1, 8), (1, 9), (1, 3), (2, 1), (2, 2)) v(a, at);
SELECT abm.surge_agg(1, 2, 3)::jsonb;
SELECT abm.surge_agg(NULL, 1, 1) IS NULL AS no_account, abm.surge_agg(1, NULL, 1) IS NULL AS no_count, (SELECT count(*) FROM abm.surge_list(NULL, 7, 28)) AS no_rows, abm.surge_probability(NULL, 7, 1, 28) IS NULL AS unknown;
-- Bad input.
SELECT abm.surge_probability(-1, 7, 18, 28);
SELECT abm.surge_probability(1, 7, -18, 28);
SELECT abm.surge_probability(1, 0, 18, 28);
SELECT abm.surge_probability(1, 7, 18, 'NaN');
SELECT abm.surge_probability(1, 7, 18, 1e300);
SELECT abm.surge_agg(1, -1, 1);
SELECT abm.surge_agg(1, 9223372036854775807, i) FROM generate_series(1, 2) i;
SELECT * FROM abm.surge_list((SELECT abm.surge_agg(1, 1, 1)), 7, 28, 0);
SELECT * FROM abm.surge_list((SELECT abm.surge_agg(1, 1, 1)), 7, 28, 'NaN');
SELECT * FROM abm.surge_list((SELECT abm.surge_agg(1, 1, 1)), -7, 28);
