-- W4 as stage_report defines a visit: consecutive rows of one stage are one. What is not the first row of its visit is left out before
-- anything is asked; otherwise the query of the workload.
SELECT stage, count(*) FILTER (WHERE first_visit) AS entered,
       count(*) FILTER (WHERE first_visit AND later > stage) AS advanced,
       count(dwell) AS visits, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY dwell)
FROM (
  SELECT stage,
    coalesce(bit_or(1 << stage) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) & (1 << stage) = 0 AS first_visit,
    max(CASE WHEN stage = 7 THEN 0 ELSE stage END) OVER (w ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later,
    date_part('epoch', lead(entered_at) OVER w - entered_at) / 86400 AS dwell
  FROM (SELECT *, lag(stage) OVER (PARTITION BY opp_id ORDER BY entered_at, stage) IS DISTINCT FROM stage AS begins FROM stage_history) h
  WHERE begins
  WINDOW w AS (PARTITION BY opp_id ORDER BY entered_at, stage)) s
WHERE stage <= 5
GROUP BY stage ORDER BY stage;
