-- W3 with a journey for each account.
SELECT level, count(*)
FROM (SELECT abm.funnel_steps(abm.journey_agg(ts, etype), '{1,2,3,4,5}', '90 days') AS level FROM touches WHERE etype <= 5 GROUP BY account_id) a
GROUP BY level ORDER BY level;
