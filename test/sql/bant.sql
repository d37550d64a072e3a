-- Budget.
SELECT abm.bant_budget(100, 50) AS half, abm.bant_budget(100, 50, 25) AS with_more, abm.bant_budget(100, 500) AS capped,
       abm.bant_budget(100, 0) AS none, abm.bant_budget(100, NULL) AS unknown, abm.bant_budget(NULL, 1) AS no_price;
-- What could be moved matters only where the budget falls short.
SELECT abm.bant_budget(100, 50, NULL) AS unknown, abm.bant_budget(100, 100, NULL) AS enough;
-- Rounding alone never makes a budget fall short.
SELECT abm.bant_budget(0.8, 0.7, 0.1) = 1 AS exact, abm.bant_budget(0.8000000000000000001, 0.7, 0.1) < 1 AS short;
SELECT abm.bant_budget(0, 1);
SELECT abm.bant_budget(-1, 1);
SELECT abm.bant_budget(1, -1);
SELECT abm.bant_budget(1, 1, -1);
SELECT abm.bant_budget('NaN', 1);
SELECT abm.bant_budget(1, 'Infinity');
SELECT abm.bant_budget(1, 1e400);

-- Authority is the greatest, never the sum: ten mid-level contacts have none between them.
WITH g AS (
  SELECT kind, abm.buying_group_agg(contact, role, engagement) AS g FROM (VALUES
    ('one decision maker', 1, 'decision_maker'::abm.buying_role, 0.4::float8), ('one decision maker', 2, 'user', 1),
    ('two with authority', 1, 'economic_buyer', 0.3), ('two with authority', 2, 'executive_sponsor', 0.6),
    ('roles not known', 1, NULL, 1), ('roles not known', 2, NULL, 0.5),
    ('one role known', 1, NULL, 1), ('one role known', 2, 'influencer', 0.5),
    ('never measured', 1, 'decision_maker', NULL), ('never measured', 2, 'user', 1),
    ('one measured', 1, 'decision_maker', NULL), ('one measured', 2, 'decision_maker', 0.2)) v (kind, contact, role, engagement)
  GROUP BY kind
  UNION ALL
  SELECT 'ten mid-level', abm.buying_group_agg(c, CASE c % 2 WHEN 0 THEN 'user'::abm.buying_role ELSE 'influencer' END, 1) FROM generate_series(1, 10) c)
SELECT kind, abm.bant_authority(g) FROM g ORDER BY kind;
SELECT abm.bant_authority(g) AS capped, abm.bant_authority(g, full_engagement => 100) AS scaled, abm.bant_authority(g, '{champion}') AS other_roles, abm.bant_authority(NULL) AS nobody
FROM (SELECT abm.buying_group_agg(1, 'decision_maker', 40) AS g) s;
SELECT abm.bant_authority(abm.buying_group_agg(1, 'user', 1), '{}');
SELECT abm.bant_authority(abm.buying_group_agg(1, 'user', 1), '{NULL}');
SELECT abm.bant_authority(abm.buying_group_agg(1, 'user', 1), full_engagement => 0);
SELECT abm.bant_authority(abm.buying_group_agg(1, 'user', 1), full_engagement => 'NaN');

-- Need.
SELECT abm.bant_need(true, true, true, true, 0.8) AS all_four, abm.bant_need(true, true, false, NULL, 0.8) AS two,
       abm.bant_need(false, false, false, false, 0.8) AS none, abm.bant_need(NULL, NULL, NULL, NULL, 0.8) AS not_asked,
       abm.bant_need(true, true, true, true, NULL) AS no_fit;
SELECT abm.bant_need(true, true, true, true, 1.5);
SELECT abm.bant_need(true, true, true, true, 'NaN');

-- Timeline: not monotone in urgency.
SELECT needed_by, status, abm.bant_timeline_score(status) AS score
FROM (SELECT needed_by AT TIME ZONE 'UTC' AS needed_by, abm.bant_timeline('2025-01-31 00:00+00', needed_by, '30 days') AS status FROM unnest(ARRAY[
  '2024-12-01 00:00+00', '2025-01-31 00:00+00', '2025-03-01 23:59:59+00', '2025-03-02 00:00+00', '2025-07-31 00:00+00', '2025-07-31 00:00:01+00', '2027-01-01 00:00+00', NULL]::timestamptz[]) needed_by) s;
-- A horizon of months follows the UTC calendar, whatever the session's zone.
SET TimeZone = 'Pacific/Auckland';
SELECT abm.bant_timeline('2025-01-31 00:00+00', '2025-02-28 00:00+00', '0', '1 month') AS in_time,
       abm.bant_timeline('2025-01-31 00:00+00', '2025-02-28 00:00:01+00', '0', '1 month') AS late;
RESET TimeZone;
SELECT abm.bant_timeline(NULL, 'epoch', '1 day'), abm.bant_timeline('epoch', 'epoch', NULL), abm.bant_timeline('epoch', 'epoch', '1 day', NULL);
SELECT abm.bant_timeline('infinity', 'epoch', '1 day');
SELECT abm.bant_timeline('epoch', '-infinity', '1 day');
SELECT abm.bant_timeline('epoch', 'epoch', '-1 day');
SELECT abm.bant_timeline('epoch', 'epoch', '1 day', '-1 month');
SELECT abm.bant_timeline('epoch', 'epoch', '300000 years');

-- Score: nothing until the gates pass; unknown letters are neutral.
SELECT gates, abm.bant_score(gates, 1, 0.5, 0.5, 0) FROM unnest(ARRAY['pass', 'unknown', 'fail', NULL]::abm.verdict[]) gates;
SELECT abm.bant_score('pass', 1, 1, 1, 1) AS best, abm.bant_score('pass', 0, 0, 0, 0) AS worst, abm.bant_score('pass', 0.6, NULL, NULL, NULL) AS one,
       abm.bant_score('pass', NULL, NULL, NULL, NULL) AS none, abm.bant_score('pass', 1, 0, NULL, NULL, '{3,1,0,0}') AS weighted,
       abm.bant_score('pass', NULL, NULL, 1, 1, '{3,1,0,0}') AS no_weight_known, abm.bant_score('pass', 1, 1, 1, 1, NULL) AS no_weights;
SELECT abm.bant_score('pass', ROW(1, 0.5, NULL, 0)), abm.bant_score('pass', NULL::abm.bant), abm.bant_score('fail', ROW(1, 1, 1, 1));
SELECT abm.bant_score('pass', 1.5, 0, 0, 0);
SELECT abm.bant_score('pass', 0, -0.1, 0, 0);
SELECT abm.bant_score('pass', 0, 0, 'NaN', 0);
SELECT abm.bant_score('pass', 0, 0, 0, 'Infinity');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{1,1,1}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{1,1,1,-1}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{0,0,0,0}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{1,1,1,NULL}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{1,1,1,NaN}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{1e308,1e308,1,1}');
SELECT abm.bant_score('pass', 0, 0, 0, 0, '{{1,1},{1,1}}');

-- Mask.
SELECT abm.bant_mask(1, 0.5, 0.49, NULL) AS default_threshold, abm.bant_mask(0, 0, 0, 0, 0) AS all_known, abm.bant_mask(1, NULL, 1, 1, 1), abm.bant_letters(13), abm.bant_mask(1, 1, 1, 1, NULL);
SELECT abm.bant_mask(1, 1, 1, 1, 2);
SELECT abm.bant_mask(1, 1, 1, 1, 'NaN');

-- Assessment.
SELECT what, round(score::numeric, 2) AS score, round(lower::numeric, 2) AS lower, round(upper::numeric, 2) AS upper, coverage, status, missing, failed
FROM (VALUES
  (1, 'all good', 'pass'::abm.verdict, ROW(1, 0.8, 0.7, 1)::abm.bant), (2, 'three of four known', 'pass', ROW(1, 0.8, 0.7, NULL)::abm.bant),
  (3, 'two known, two could help', 'pass', ROW(1, 0.8, NULL, NULL)::abm.bant), (4, 'nothing known', 'pass', NULL), (5, 'two letters failed', 'pass', ROW(1, 1, 0.2, 0.1)::abm.bant),
  (6, 'letters enough, score too low', 'pass', ROW(0.5, 0.5, 0.5, 0)::abm.bant), (7, 'gates unknown', 'unknown', ROW(1, 1, 1, 1)::abm.bant), (8, 'gates failed', 'fail', ROW(1, 1, 1, 1)::abm.bant),
  (9, 'gates NULL', NULL, ROW(1, 1, 1, 1)::abm.bant)) v (n, what, gates, b), abm.bant_assess(gates, b) ORDER BY n;
SELECT status, score FROM abm.bant_assess('pass', ROW(0.4, 0.4, 0, 0), '{1,1,0,0}', qualify_at => 40, threshold => 0.4, min_letters => 2);
SELECT count(*) FROM abm.bant_assess('pass', ROW(1, 1, 1, 1), NULL);
SELECT * FROM abm.bant_assess('pass', ROW(1, 1, 1, 1), qualify_at => 101);
SELECT * FROM abm.bant_assess('pass', ROW(1, 1, 1, 1), qualify_at => NULL);
SELECT * FROM abm.bant_assess('pass', ROW(1, 1, 1, 1), threshold => 2);
SELECT * FROM abm.bant_assess('pass', ROW(1, 1, 1, 1), min_letters => 5);
SELECT * FROM abm.bant_assess('pass', ROW(1, 1, 1, 2));
SELECT * FROM abm.bant_assess('pass', ROW(1, 1, 1, 1), '{0,0,0,0}');

-- What to ask next: nothing when everything passes.
SELECT * FROM abm.bant_shortfall('unknown', ROW(1, 0.2, NULL, 1));
SELECT criterion, evidence, verdict FROM abm.bant_shortfall('fail', NULL);
SELECT count(*) FROM abm.bant_shortfall('pass', ROW(1, 1, 1, 1));
SELECT criterion FROM abm.bant_shortfall('pass', ROW(1, 1, 0.7, 1), 0.8);
SELECT * FROM abm.bant_shortfall('pass', NULL, NULL);

-- Context: the timeline is asked here again.
SELECT abm.context_completeness(true, true, NULL, false, true) AS flags, abm.context_completeness('grow', ' ', NULL, E'\t', 'Q3') AS texts,
       abm.context_completeness(NULL::text, NULL, NULL, NULL, NULL) AS nothing;
