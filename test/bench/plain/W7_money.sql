-- W7 with money, the way plain SQL does it: purchases by day first, then customers. Floats, as they are faster than numeric.
SELECT count(*), sum(x), round(sum(tx)::numeric, 2), round(sum(t)::numeric, 2), round(sum(m)::numeric, 2) FROM (
  SELECT account_id, count(*) - 1 AS x, (max(d) - min(d)) / 7.0::float8 AS tx, (date '2025-01-01' - min(d)) / 7.0::float8 AS t,
    (sum(net) - (array_agg(net ORDER BY d))[1]) / nullif(count(*) - 1, 0) AS m
  FROM (SELECT account_id, ordered_at::date AS d, sum(amount::float8) AS net FROM orders WHERE ordered_at <= '2025-01-01' GROUP BY 1, 2) AS l GROUP BY 1) AS s;
