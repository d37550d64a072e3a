-- W7 with the order lines of all customers in one state.
SELECT count(*), sum(frequency), round(sum(recency)::numeric, 2), round(sum(age)::numeric, 2)
FROM (SELECT abm.purchases_agg(account_id, ordered_at, amount) AS ps FROM orders) o, abm.rfm(o.ps, '2025-01-01');
