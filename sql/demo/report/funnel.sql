-- Part of report.sql: how far accounts come within a year.
\qecho '5. Where do we lose accounts on the way to a contract?  Funnel of a year'
\qecho '------------------------------------------------------------------------'
-- Each account's clock starts at its first touch.
CREATE TEMP TABLE population AS
  SELECT abm.journeys_agg(account_id, at, label) AS journeys,
    array_remove(ARRAY['touched',
      CASE WHEN bool_or(label = 'person known') THEN 'person known' END,
      'deal opened', 'deal won'], NULL) AS steps
  FROM (SELECT account_id, min(at) AS at, 'touched' AS label
        FROM demo.touches GROUP BY account_id
        UNION ALL
        SELECT account_id, at, 'person known' FROM demo.touches
        WHERE contact_id IS NOT NULL
        UNION ALL
        SELECT account_id, created_at, 'deal opened' FROM demo.opportunities
        UNION ALL
        SELECT account_id, closed_at, 'deal won' FROM demo.opportunities
        WHERE outcome = 'won') event;
\if :has_touches
\qecho 'How far accounts come within a year of the first touch.  Those whose year is not'
\qecho 'over are in progress: they are not yet lost, and no part of the conversion, which'
\qecho 'is from the step before and lies in the interval with 95 % probability.'
SELECT step AS "#", label AS step, reached, in_progress AS "in progress",
  dropped,
  CASE WHEN step > 1 THEN pg_temp.percent(conversion) END AS conversion,
  CASE WHEN step > 1 THEN pg_temp.percent(lower) END AS "from",
  CASE WHEN step > 1 THEN pg_temp.percent(upper) END AS "to",
  pg_temp.percent(from_start) AS "of the touched",
  pg_temp.num(median_days, 1) AS "median days",
  pg_temp.num(p90_days, 1) AS "nine in ten"
FROM population, demo.dataset,
  abm.funnel_report(journeys, steps, as_of, interval '365 days');
\else
\qecho 'Missing: touches.csv (contacts between the accounts and us).'
\qecho
\endif
