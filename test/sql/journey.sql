-- journey: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

-- two accounts: one goes its way, skips a stage and comes back; one does everything on one day
CREATE TABLE event (account int, at timestamptz, label text);
INSERT INTO event VALUES
    (1, '2024-01-01', 'lead'), (1, '2024-01-05', 'lead'), (1, '2024-01-11', 'proposal'), (1, '2024-01-21 12:00', 'lead'),
    (1, '2024-02-01', 'newsletter'), (1, '2024-02-02', 'lead'), (1, '2024-03-01', 'won'),
    (2, '2024-01-01', 'won'), (2, '2024-01-01', 'lead'), (2, '2024-01-01', 'proposal'), (2, '2024-01-01', 'meeting'),
    (3, NULL, 'lead'), (4, '2024-01-01', NULL);
CREATE TABLE account AS SELECT account, abm.journey_agg(at, label) AS j FROM event GROUP BY account;
SELECT account, j IS NULL AS nothing, abm.touches(j), j::jsonb FROM account WHERE account > 1 ORDER BY account;

-- the visits: up to a moment, at the moment of an event, before all
SELECT t.* FROM account, abm.journey_timeline(j, '2024-04-01') AS t WHERE account = 1;
SELECT t.* FROM account, abm.journey_timeline(j, '2024-01-11') AS t WHERE account = 1;
SELECT t.* FROM account, abm.journey_timeline(j, '2023-12-31 23:59:59.999999') AS t WHERE account = 1;
-- at one moment: the order of the bytes of the labels
SELECT visit, label, exited_at, days, is_current FROM account, abm.journey_timeline(j, '2024-01-02') AS t WHERE account = 2;

-- single figures
SELECT account, l AS label, abm.visits(j, l), abm.days_in(j, l, '2024-04-01') AS days_in, abm.days_in(j, l, '2024-01-08') AS early,
    abm.first_at(j, l), abm.last_at(j, l)
FROM account, unnest('{lead,proposal,newsletter,won,lost}'::text[]) AS l WHERE account < 3 ORDER BY account, l;
SELECT m AS as_of, abm.label_at(j, m) FROM account, unnest('{2023-12-31,2024-01-01,2024-01-21 11:59,2024-01-21 12:00,2025-01-01}'::timestamptz[]) AS m
WHERE account = 1;
SELECT account, abm.label_at(j, '2024-01-01') FROM account WHERE account = 2;
-- the pipeline: at one moment its own order counts
SELECT account, abm.furthest(j, p), abm.regressions(j, p), abm.skips(j, p)
FROM account, (VALUES ('{lead,meeting,proposal,won}'::text[])) AS v (p) WHERE account < 3 ORDER BY account;
SELECT abm.furthest(j, '{x,y}'), abm.regressions(j, '{x,y}'), abm.skips(j, '{x,y}') FROM account WHERE account = 1;
SELECT abm.furthest(j, '{won,proposal}'), abm.regressions(j, '{won,proposal}'), abm.skips(j, '{x,y,lead}') FROM account WHERE account = 1;
-- first entry to first later entry; the same moment is not earlier; into itself: again
SELECT f, t, abm.days_between(j, f, t) FROM account, (VALUES ('lead', 'won'), ('proposal', 'lead'), ('won', 'lead'), ('lead', 'lead'), ('lead', 'x'), ('x', 'lead')) AS v (f, t)
WHERE account = 1;
SELECT abm.days_between(j, 'won', 'lead') AS back, abm.days_between(j, 'lead', 'won') AS forth, abm.days_between(j, 'lead', 'lead') AS again FROM account WHERE account = 2;
SELECT h AS transform, abm.journey_path(j, h) FROM account, unnest('{none,unique,exposure,first}'::text[]) AS h WHERE account = 1;
SELECT abm.journey_path(j) FROM account WHERE account = 2;

-- labels: empty, of 8 bytes and more, of several bytes a letter, numbers; the order of their bytes
SELECT abm.journey_path(abm.journey_agg(at, label))
FROM (VALUES ('2024-01-01'::timestamptz, ''), ('2024-01-01', 'ä'), ('2024-01-01', 'z'), ('2024-01-01', 'Z'), ('2024-01-01', '12345678'), ('2024-01-01', '123456789'), ('2024-01-01', '1234567')) AS v (at, label);
SELECT abm.journey_path(abm.journey_agg('2024-01-01', n)) FROM unnest('{2,10,-1,-2147483648}'::int[]) AS n;
SELECT abm.journey_path(abm.journey_agg('2024-01-01'::date, 7::smallint)) AS small, abm.journey_path(abm.journey_agg('2024-01-01'::timestamp, 'won'::varchar)) AS varchar,
    abm.visits(abm.journey_agg('2024-01-01', 7), '7') AS by_digits;
SELECT abm.touches(abm.journey_agg('2024-01-01', repeat('é', 512)));

-- no event, nothing known
SELECT abm.journey_agg(at, label) IS NULL AS none, abm.touches(abm.journey_agg(at, label)) AS touches FROM event WHERE account > 2;
SELECT count(*) FROM abm.journey_timeline(NULL, '2024-01-01');
SELECT abm.label_at(j, NULL) AS at_null, abm.days_in(j, NULL, '2024-01-01') AS in_null, abm.furthest(j, NULL) AS through_null, abm.journey_path(j, NULL) AS path FROM account WHERE account = 1;

-- the last stage there is evidence for
SELECT v.*, abm.lifecycle_stage(aware, engaged, qualified, open_opportunity, won, in_use, adopted, expanded, advocating)
FROM (VALUES (NULL::boolean, NULL::boolean, NULL::boolean, NULL::boolean, NULL::boolean, NULL::boolean, NULL::boolean, NULL::boolean, NULL::boolean),
        (true, false, false, false, false, false, false, false, false),
        (true, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (NULL, NULL, true, false, false, false, false, false, false),
        (true, true, true, true, false, false, false, false, false),
        (true, true, true, false, true, false, false, false, false),      -- signed, not yet used
        (true, true, true, false, true, true, false, false, false),
        (true, true, true, false, false, true, false, false, false),      -- a trial
        (true, true, true, true, true, true, true, false, false),         -- a second deal is open
        (true, true, true, false, true, true, true, true, NULL),
        (false, false, false, false, false, false, false, false, true))
    AS v (aware, engaged, qualified, open_opportunity, won, in_use, adopted, expanded, advocating);

-- bad input, one by one
SELECT abm.journey_agg('infinity'::timestamptz, 'a');
SELECT abm.journey_agg('-infinity', 1);
SELECT abm.journey_agg('2024-01-01', repeat('x', 1025));
SELECT abm.touches(abm.journey_agg('2024-01-01', n)) FROM generate_series(1, 4097) AS n;
SELECT * FROM account, abm.journey_timeline(j, 'infinity');
SELECT abm.label_at(j, '-infinity') FROM account;
SELECT abm.days_in(j, 'lead', 'infinity') FROM account;
SELECT abm.furthest(j, '{}') FROM account;
SELECT abm.furthest(j, '{a,NULL}') FROM account;
SELECT abm.regressions(j, '{{a,b},{c,d}}') FROM account;
SELECT abm.skips(j, '{a,b,a}') FROM account;
SELECT abm.furthest(j, array_fill('a'::text, ARRAY[257])) FROM account;
SELECT abm.journey_path(j, 'last') FROM account;
SELECT 'nonsense'::abm.journey;

DROP TABLE event, account;
