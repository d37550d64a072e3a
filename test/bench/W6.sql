-- W6 with one pass over the lines of each customer: purchase_agg and its accessors instead of three aggregates.
SELECT count(*), sum(r*100 + f*10 + m), count(DISTINCT r*100 + f*10 + m), count(*) FILTER (WHERE r = 5 AND f = 5 AND m = 5) FROM (
  SELECT account_id, ntile(5) OVER (ORDER BY last_at, account_id) AS r, ntile(5) OVER (ORDER BY n, account_id) AS f, ntile(5) OVER (ORDER BY amt, account_id) AS m
  FROM (SELECT account_id, abm.last_purchase(p) AS last_at, abm.purchase_lines(p) AS n, abm.revenue(p) AS amt
        FROM (SELECT account_id, abm.purchase_agg(ordered_at, amount) AS p FROM orders GROUP BY account_id OFFSET 0) s) a) b;
