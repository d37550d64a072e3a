-- W5 with the journeys of all accounts in one state, their values being points, their classes not asked for; windows end with as_of, so that it is the last microsecond:
-- what comes after it the list does not look at, so that it need not be filtered.
SELECT count(*), round(sum(score)::numeric, 3), count(*) FILTER (WHERE recent_points >= baseline_points / 4 AND baseline_points <> 0)
FROM (SELECT abm.journeys_agg(account_id, ts, 1, weight) AS js
      FROM touches WHERE ts >= timestamptz '2024-07-05') t,
  abm.engagement_list(t.js, timestamptz '2025-01-01' - interval '1 microsecond', '14 days', 7, 56);
