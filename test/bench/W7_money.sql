-- Recency, frequency, age and money from a state of order lines, against days summed up first.
SELECT count(*), sum((r).frequency), round(sum((r).recency)::numeric, 2), round(sum((r).age)::numeric, 2), round(sum((r).monetary), 2)
FROM (SELECT abm.rfm(abm.purchase_agg(ordered_at, amount), '2025-01-01', '7 days') AS r FROM orders GROUP BY account_id OFFSET 0) AS a;
