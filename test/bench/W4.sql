-- W4 with every opportunity in one state: stage 6 is won, 7 is lost and no stage of the pipeline.
SELECT r.stage, r.entered, r.moved_on AS advanced, r.visits, ARRAY[r.median_days, r.p90_days]
FROM (SELECT abm.journeys_agg(opp_id, entered_at, stage) AS js FROM stage_history) h,
  abm.stage_report(h.js, '{1,2,3,4,5,6}', '2100-01-01 00:00+00') AS r
WHERE r.stage <= 5;
