-- W5 with the journeys of all accounts in one state, their values being points, their classes not asked for; the list in a select list, so that its
-- rows are read as they are made. Windows end with as_of, so that it is the last microsecond: what comes after it the list does not look at, so that it
-- need not be filtered.
SELECT count(*), round(sum((l).score)::numeric, 3), count(*) FILTER (WHERE (l).recent_points / nullif((l).baseline_points, 0) >= 2.0 / 8)
FROM (SELECT abm.engagement_list(abm.journeys_agg(account_id, ts, 1, weight), timestamptz '2025-01-01' - interval '1 microsecond', '14 days', 7, 56, NULL) AS l
      FROM touches WHERE ts >= timestamptz '2024-07-05') list;
