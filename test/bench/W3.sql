-- W3 with every account in one state.
SELECT v.level, v.n
FROM (SELECT abm.journeys_agg(account_id, ts, etype) AS js FROM touches WHERE etype <= 5) t
CROSS JOIN LATERAL (
  SELECT step, reached, lead(reached, 1, 0::bigint) OVER (ORDER BY step) AS further
  FROM abm.funnel_report(t.js, '{1,2,3,4,5}', '2100-01-01 00:00+00', '90 days')) r
CROSS JOIN LATERAL (VALUES (r.step, r.reached - r.further), (0, CASE r.step WHEN 1 THEN abm.entities(t.js) - r.reached END)) v (level, n)
WHERE v.n > 0
ORDER BY v.level;
