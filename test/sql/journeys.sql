-- journeys: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE event (account bigint, name text, id uuid, at timestamptz, label text, value float8);
INSERT INTO event VALUES
    (7, 'Ännchen', '00000000-0000-0000-0000-000000000007', '2024-01-02', 'visit', 1), (7, 'Ännchen', '00000000-0000-0000-0000-000000000007', '2024-01-01', 'visit', NULL),
    (7, 'Ännchen', '00000000-0000-0000-0000-000000000007', '2024-01-02', 'demo', -0.5), (-1, '', '00000000-0000-0000-0000-000000000001', '2024-01-03', 'visit', 0),
    (4294967296, 'a name of more than eight bytes', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '1900-01-01', 'visit', 2),
    (NULL, NULL, NULL, '2024-01-01', 'visit', 1), (8, 'x', '00000000-0000-0000-0000-000000000008', NULL, 'visit', 1), (9, 'y', '00000000-0000-0000-0000-000000000009', '2024-01-01', NULL, 1);
CREATE TABLE population AS
    SELECT abm.journeys_agg(account, at, label) AS js, abm.journeys_agg(name, at, label) AS by_name, abm.journeys_agg(id, at, label) AS by_id, abm.journeys_agg(account, at, label, value) AS valued FROM event;
SELECT abm.entities(js), abm.touches(js), abm.entities(by_name) AS names, abm.entities(by_id) AS ids, abm.touches(valued) AS valued FROM population;
SELECT jsonb_pretty(valued::jsonb) FROM population;
SELECT by_name::jsonb FROM population;

-- events and journeys of each entity
SELECT e.* FROM population, abm.journeys_events(valued) AS e;
SELECT e.* FROM population, abm.journeys_events(by_name, NULL::text) AS e;
SELECT e.* FROM population, abm.journeys_events(by_id, entity_type => NULL::uuid) AS e;
SELECT entity, abm.journey_path(journey) FROM population, abm.journeys_unnest(js);
SELECT entity, abm.journey_path(journey) FROM population, abm.journeys_unnest(by_name, NULL::text);
SELECT entity, abm.journey_path(journey) FROM population, abm.journeys_unnest(by_id, NULL::uuid);
SELECT abm.journey_path(abm.journey_of(js, 7)) AS number, abm.journey_path(abm.journey_of(by_name, 'Ännchen')) AS text, abm.journey_path(abm.journey_of(by_name, '')) AS empty,
    abm.journey_path(abm.journey_of(by_id, '00000000-0000-0000-0000-000000000007'::uuid)) AS uuid, abm.journey_of(js, 6) AS nobody FROM population;

-- labels that are numbers, entities and numbers of other types
SELECT e.* FROM (SELECT abm.journeys_agg(3::smallint, '2024-01-01'::date, 5::smallint, 2::numeric) AS js) AS x, abm.journeys_events(js) AS e;
SELECT e.* FROM (SELECT abm.journeys_agg('3'::varchar, '2024-01-01'::timestamp, -5) AS js) AS x, abm.journeys_events(js, NULL::text) AS e;

-- parts make the whole, and buckets are parts
SELECT abm.rollup(p)::text = (SELECT valued::text FROM population) AS whole FROM (SELECT abm.journeys_agg(account, at, label, value) AS p FROM event GROUP BY label) AS x;
SELECT abm.rollup(p)::text = (SELECT by_name::text FROM population) AS whole FROM (SELECT abm.journeys_agg(name, at, label) AS p FROM event GROUP BY hashtext(name) & 3) AS x;

-- no event
SELECT abm.journeys_agg(account, at, label) IS NULL AS none, abm.entities(abm.journeys_agg(account, at, label)) AS entities FROM event WHERE account IS NULL OR account > 7 AND account < 10;
SELECT count(*) FROM abm.journeys_unnest(NULL);
SELECT count(*) FROM abm.journeys_events(NULL, NULL::text);
SELECT abm.journey_of(js, NULL::bigint) IS NULL AS nobody FROM population;

-- bad input, one by one
SELECT abm.journeys_agg(1, 'infinity', 'a');
SELECT abm.journeys_agg(1, '2024-01-01', repeat('x', 1025));
SELECT abm.journeys_agg(repeat('x', 1025), '2024-01-01', 'a');
SELECT abm.journeys_agg(1, '2024-01-01', 'a', 'NaN');
SELECT abm.journeys_agg(1, '2024-01-01', 1, '-Infinity');
SELECT abm.touches(abm.journeys_agg(1, '2024-01-01', n)) FROM generate_series(1, 4097) AS n;
SELECT abm.merge(js, by_name) FROM population;
SELECT abm.merge(by_id, js) FROM population;
SELECT * FROM population, abm.journeys_unnest(by_name);
SELECT * FROM population, abm.journeys_unnest(by_name, NULL::uuid);
SELECT * FROM population, abm.journeys_events(js, NULL::int);
SELECT abm.journey_of(by_id, '00000000-0000-0000-0000-000000000007') FROM population;
SELECT abm.journey_of(by_name, 7) FROM population;
SELECT 'nonsense'::abm.journeys;
-- memory: the error names the remedies
SET abm.population_memory = '64kB';
SELECT abm.entities(abm.journeys_agg(n, '2024-01-01', 'a')) FROM generate_series(1, 5000) AS n;
SELECT abm.entities(abm.journeys_agg(n, '2024-01-01', 'a')) FROM generate_series(1, 6000) AS n;
RESET abm.population_memory;

DROP TABLE event, population;
