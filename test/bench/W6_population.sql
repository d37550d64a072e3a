-- W6 with the order lines of all customers in one state, which ranks them itself.
SELECT count(*), sum(r*100 + f*10 + m), count(DISTINCT r*100 + f*10 + m), count(*) FILTER (WHERE r = 5 AND f = 5 AND m = 5)
FROM (SELECT abm.purchases_agg(account_id, ordered_at, amount) AS ps FROM orders) o,
  abm.rfm_scores(o.ps, '2025-01-01', grain => 'line') AS s (entity, idle_days, purchases, revenue, r, f, m);
