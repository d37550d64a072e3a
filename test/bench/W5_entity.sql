-- W5 with a state of decaying points for each account, which can be stored and merged; the surge as in the plain SQL.
SELECT count(*), round(sum(score)::numeric, 3), count(*) FILTER (WHERE surge >= 2) FROM (
  SELECT account_id, abm.engagement_score(abm.engagement_agg(ts, weight, '14 days'), '2025-01-01 00:00Z') AS score,
    sum(weight) FILTER (WHERE ts >= timestamptz '2024-12-25')
      / nullif(sum(weight) FILTER (WHERE ts < timestamptz '2024-12-25' AND ts >= timestamptz '2024-10-30') / 8, 0) AS surge
  FROM touches WHERE ts >= timestamptz '2024-07-05' AND ts < timestamptz '2025-01-01'
  GROUP BY account_id) s;
