-- W7 by customer, and money on top, from a state of order lines.
SELECT count(*), sum((r).frequency), round(sum((r).recency)::numeric, 2), round(sum((r).age)::numeric, 2)
FROM (SELECT abm.rfm(abm.purchase_agg(ordered_at, amount), '2025-01-01', '7 days') AS r FROM orders GROUP BY account_id OFFSET 0) AS a;
