-- W7 with the order lines of all customers in one state.
SELECT count(*), sum((r).frequency), round(sum((r).recency)::numeric, 2), round(sum((r).age)::numeric, 2)
FROM (SELECT abm.rfm(abm.purchases_agg(account_id, ordered_at, amount), '2025-01-01') AS r FROM orders) o;
