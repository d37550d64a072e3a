-- engagement_list: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE event (account int, at timestamptz, class text, points float8);
INSERT INTO event VALUES
    (1, '2024-01-01', 'visit', 10), (1, '2024-01-08', 'visit', 10), (1, '2024-01-15', 'visit', 10),
    (2, '2024-01-12', 'visit', 15), (2, '2024-01-12 09:00', 'visit', 15), (2, '2024-01-12 15:00', 'demo', 50), (2, '2024-01-13', 'visit', 5),
    (2, '2024-01-14', 'mail', 1), (2, '2024-01-14', 'mail', 1), (2, '2023-12-20', 'mail', 1),
    (3, '2024-01-10', 'visit', NULL),                                  -- points not known
    (4, '2023-06-01', 'visit', 10),                                    -- long ago
    (5, '2024-02-01', 'visit', 10),                                    -- to come
    (6, NULL, 'visit', 1), (6, '2024-01-01', NULL, 1), (NULL, '2024-01-01', 'visit', 1);
CREATE TABLE base AS SELECT abm.journeys_agg(account, at, class, points) AS js, abm.journeys_agg('a' || account, at, class, points) AS named FROM event;

-- score and trend: those of each account by itself
SELECT entity, round(score::numeric, 6) AS score, round(previous_score::numeric, 6) AS previous_score, round(trend::numeric, 6) AS trend, events, last_at
FROM base, abm.engagement_list(js, '2024-01-15', '7 days');
SELECT account, round(abm.engagement_score(abm.engagement_agg(at, points, '7 days') FILTER (WHERE at <= '2024-01-15'), '2024-01-15')::numeric, 6) AS score,
    round(abm.engagement_score(abm.engagement_agg(at, points, '7 days') FILTER (WHERE at <= '2024-01-08'), '2024-01-08')::numeric, 6) AS previous_score
FROM event WHERE account <= 5 GROUP BY account ORDER BY account;
-- now against before
SELECT entity, recent, baseline, recent_points, baseline_points, round(lift::numeric, 4) AS lift, round(probability::numeric, 4) AS probability,
    round(q_value::numeric, 4) AS q_value, surging
FROM base, abm.engagement_list(js, '2024-01-15', '7 days');
-- both times end with their last moment
SELECT as_of, recent, baseline FROM base, unnest('{2024-01-08,2024-01-14 23:59:59.999999,2024-01-15,2024-01-15 00:00:00.000001}'::timestamptz[]) AS as_of,
    abm.engagement_list(js, as_of, '7 days', 7, 7) WHERE entity = 1;
-- no class earns more than its cap in a day
SELECT entity, round(score::numeric, 4) AS score, round(previous_score::numeric, 4) AS previous_score
FROM base, abm.engagement_list(js, '2024-01-15', '7 days', capped => '{visit,webinar}', daily_caps => '{20,5}');
SELECT account, round(abm.engagement_score(abm.capped_engagement_agg(at, class, points, CASE class WHEN 'visit' THEN 20 END, '7 days') FILTER (WHERE at <= '2024-01-15'), '2024-01-15')::numeric, 4) AS score
FROM event WHERE account <= 5 GROUP BY account ORDER BY account;
-- entities that are no numbers
SELECT entity, round(score::numeric, 4) AS score, recent FROM base, abm.engagement_list(named, '2024-01-15', '7 days', 7, 28, 0.1, NULL, NULL, NULL::text);

-- nothing, and bad input one by one
SELECT count(*) FROM abm.engagement_list(NULL, '2024-01-15', '7 days');
SELECT count(*) FROM base, abm.engagement_list(js, NULL, '7 days');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', NULL);
SELECT entity, lift, probability, q_value, surging FROM base, abm.engagement_list(js, '2024-01-15', '7 days', fdr => NULL);
SELECT count(*) FROM base, abm.engagement_list(js, '2020-01-15', '7 days');
SELECT count(*) FROM base, abm.engagement_list(named, '2024-01-15', '7 days');
SELECT count(*) FROM base, abm.engagement_list(js, 'infinity', '7 days');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '1 month');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '0 days');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', 0);
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', 7, 'NaN');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', 7, 2e9);
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', 1e9, 1e9);
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', fdr => 1);
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', capped => '{visit}');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', capped => '{visit,mail}', daily_caps => '{1}');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', capped => '{visit,visit}', daily_caps => '{1,2}');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '7 days', capped => '{visit}', daily_caps => '{-1}');
SELECT count(*) FROM base, abm.engagement_list(js, '2024-01-15', '30 minutes', capped => '{visit}', daily_caps => '{1}');
SELECT * FROM abm.engagement_list((SELECT abm.journeys_agg(1, '2024-01-01', 'a', 1e10)), '2024-01-15', '7 days');

DROP TABLE event, base;
