-- W6 with the order lines of all customers in one state, which ranks them itself.
SELECT count(*), sum(r*100 + f*10 + m), count(DISTINCT r*100 + f*10 + m), count(*) FILTER (WHERE r = 5 AND f = 5 AND m = 5)
FROM (SELECT (s).recency_score AS r, (s).frequency_score AS f, (s).monetary_score AS m
  FROM (SELECT abm.rfm_scores(abm.purchases_agg(account_id, ordered_at, amount), '2025-01-01', grain => 'line') AS s FROM orders) o) scores;
