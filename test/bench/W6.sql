-- W6 with one aggregate over the order lines of each customer and three questions to its state, instead of three aggregates.
SELECT count(*), sum(r*100 + f*10 + m), count(DISTINCT r*100 + f*10 + m), count(*) FILTER (WHERE r = 5 AND f = 5 AND m = 5) FROM (
  SELECT account_id, ntile(5) OVER (ORDER BY last_at, account_id) AS r, ntile(5) OVER (ORDER BY n, account_id) AS f, ntile(5) OVER (ORDER BY amt, account_id) AS m
  FROM (SELECT account_id, abm.last_purchase(abm.purchase_totals_agg(ordered_at, amount)) AS last_at,
          abm.purchase_lines(abm.purchase_totals_agg(ordered_at, amount)) AS n, abm.revenue(abm.purchase_totals_agg(ordered_at, amount)) AS amt
        FROM orders GROUP BY account_id) a) b;
