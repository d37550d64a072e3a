-- W7 by customer: frequency, recency, age and, what plain SQL would pay extra for, money, from a state of order lines.
SELECT count(*), sum(frequency), round(sum(recency)::numeric, 2), round(sum(age)::numeric, 2)
FROM (SELECT account_id, abm.purchase_agg(ordered_at, amount) AS p FROM orders GROUP BY account_id) a,
  abm.rfm(p, '2025-01-01', '7 days') AS r;
