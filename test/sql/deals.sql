-- deals: what a user sees
SET timezone = 'UTC';
SET extra_float_digits = 0;

CREATE TABLE deal (id int, outcome abm.deal_outcome, amount numeric,
    opened timestamptz, closed timestamptz, currency text);
INSERT INTO deal VALUES
    (1, 'won',         12000.50, '2024-01-01', '2024-01-31', 'EUR'),
    (2, 'won',          8000,    '2024-01-10', '2024-03-10', 'eur'),
    (3, 'won',          NULL,    '2024-02-01', '2024-02-11', 'EUR'),
    (4, 'lost',         9000.25, '2024-01-05', '2024-01-25', 'EUR'),
    (5, 'lost',         NULL,    '2024-01-05', NULL,         'EUR'),
    (6, 'no_decision',  5000,    '2024-01-15', '2024-06-13', 'EUR'),
    (7, 'open',        20000,    '2024-05-01', NULL,         'EUR'),
    (8, 'open',         4000,    '2024-05-01', '2024-05-20', 'EUR'),  -- reopened
    (9, 'won',          7777,    '2024-03-01', '2024-02-01', 'EUR'),  -- closed before opened
    (10, NULL,          1111,    '2024-03-01', '2024-04-01', 'EUR'),
    (11, 'won',         2222,    '2024-03-01', '2024-04-01', NULL);
CREATE TABLE pipeline AS
    SELECT abm.deal_agg(outcome, amount, opened, closed) AS d FROM deal WHERE id < 11;

-- counts: a row without outcome is left out, one that closed before it
-- opened is counted as invalid
SELECT p AS population, abm.deal_count(d, p), abm.deal_value(d, p)
FROM pipeline, unnest('{created,open,closed,decided,won,lost,no_decision}'::text[]) AS p;
SELECT abm.deal_count(d), abm.deal_value(d), abm.deals_invalid(d) FROM pipeline;

-- rates
SELECT b AS basis, round(abm.win_rate(d, b)::numeric, 6) AS win_rate
FROM pipeline, unnest('{closed,decided,created,amount}'::text[]) AS b;
SELECT abm.win_rate(d) FROM pipeline;
SELECT n, won, round(win_rate::numeric, 6) AS win_rate,
    round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM pipeline, abm.win_rate_interval(d);
SELECT m AS method, b AS basis, n, won, round(lower::numeric, 6) AS lower, round(upper::numeric, 6) AS upper
FROM pipeline, unnest('{jeffreys,wilson}'::text[]) AS m,
    unnest('{closed,decided,created}'::text[]) AS b, abm.win_rate_interval(d, 0.9, m, b);

-- sizes and cycles
SELECT h AS how, abm.deal_size(d, h), abm.deal_size(d, h, 'closed') AS closed_size,
    abm.sales_cycle_days(d, h), abm.sales_cycle_days(d, h, 'closed') AS closed_cycle
FROM pipeline, unnest('{mean,median,p10,p25,p75,p90}'::text[]) AS h;
SELECT abm.average_deal_size(d), abm.deal_size(d), abm.sales_cycle_days(d) FROM pipeline;
SELECT abm.deal_size(d, 'mean', 'open'), abm.sales_cycle_days(d, 'mean', 'open') FROM pipeline;

-- velocity
SELECT b AS basis, round(abm.pipeline_velocity(d, b)::numeric, 6) AS velocity
FROM pipeline, unnest('{closed,created,open}'::text[]) AS b;
SELECT metric, round(value::numeric, 4) AS value, round(lower::numeric, 4) AS lower,
    round(upper::numeric, 4) AS upper, n
FROM pipeline, abm.velocity_report(d);
SELECT round(abm.probability_better(
    abm.deal_agg(outcome, amount, opened, closed) FILTER (WHERE id % 2 = 1),
    abm.deal_agg(outcome, amount, opened, closed) FILTER (WHERE id % 2 = 0))::numeric, 6) AS p
FROM deal;

-- inside
SELECT abm.deal_agg(outcome, amount, opened, closed, currency)::jsonb FROM deal WHERE id IN (1, 3, 7, 9, 11);
SELECT d::text::abm.deals::text = d::text FROM pipeline;
SELECT abm.deal_agg('won', 1.5, '2024-01-01'::date, '2024-01-02'::date);

-- with a currency: its case does not matter, a row without one is left out
SELECT abm.deal_count(abm.deal_agg(outcome, amount, opened, closed, currency)) AS n,
    abm.deal_agg(outcome, amount, opened, closed, currency)::jsonb ->> 'currency' AS currency
FROM deal;
SELECT abm.deal_count(abm.deal_agg(outcome, amount, opened::date, closed::date, currency)) FROM deal;

-- dates are whole days, also where a clock was changed in between
SET timezone = 'Europe/Berlin';
SELECT abm.sales_cycle_days(abm.deal_agg('won', 1, date '2024-03-30', date '2024-04-01')) AS dates,
    round(abm.sales_cycle_days(abm.deal_agg('won', 1, timestamptz '2024-03-30', timestamptz '2024-04-01'))::numeric, 6) AS moments;
SET timezone = 'UTC';

-- no row, no outcome, one row, nothing known, nothing but invalid rows
SELECT abm.deal_agg(outcome, amount, opened, closed) IS NULL AS none,
    abm.deal_count(abm.deal_agg(outcome, amount, opened, closed)) AS n,
    abm.win_rate(abm.deal_agg(outcome, amount, opened, closed)) AS rate
FROM deal WHERE false;
SELECT count(*) FROM abm.velocity_report(NULL);
SELECT abm.deal_agg(NULL, 1, now(), now()) IS NULL AS none;
SELECT abm.deal_count(d), abm.win_rate(d), abm.average_deal_size(d), abm.sales_cycle_days(d), abm.pipeline_velocity(d)
FROM (SELECT abm.deal_agg('won', 100, date '2024-01-01', date '2024-01-11') AS d) AS one;
SELECT abm.deal_count(d), abm.deal_value(d), abm.win_rate(d), abm.win_rate(d, 'amount') AS by_amount,
    abm.average_deal_size(d), abm.deal_size(d, 'median'), abm.sales_cycle_days(d), abm.pipeline_velocity(d)
FROM (SELECT abm.deal_agg('won', NULL, NULL::date, NULL::date) AS d) AS nothing_known;
SELECT abm.deal_count(d), abm.deals_invalid(d), abm.win_rate(d), abm.win_rate(d, 'created') AS created,
    abm.deal_value(d), abm.sales_cycle_days(d), abm.pipeline_velocity(d), abm.probability_better(d, d)
FROM (SELECT abm.deal_agg('won', 5, date '2024-01-02', date '2024-01-01') AS d) AS invalid;
SELECT * FROM abm.win_rate_interval((SELECT abm.deal_agg('open', 5, date '2024-01-02', NULL)));
SELECT metric, value, lower, upper, n
FROM abm.velocity_report((SELECT abm.deal_agg('open', 5, date '2024-01-02', NULL)));

-- open deals may have any close; closed ones must not
SELECT abm.deal_count(abm.deal_agg('open', 1, timestamptz '2024-01-01', timestamptz 'infinity')),
    abm.deal_count(abm.deal_agg('open', 1, date '2024-01-01', date 'infinity')) AS with_date;
SELECT abm.deal_agg('won', 1, timestamptz '2024-01-01', timestamptz 'infinity');
SELECT abm.deal_agg('won', 1, date '2024-01-01', date 'infinity');
SELECT abm.deal_agg('open', 1, timestamptz '-infinity', NULL);
SELECT abm.deal_agg('won', 1, date '5874897-01-01', NULL);
SELECT abm.deal_agg('won', 1, timestamptz '4000-01-01 BC', timestamptz '294276-01-01');

-- bad input, one by one
SELECT abm.deal_agg('won', 'NaN', date '2024-01-01', date '2024-01-02');
SELECT abm.deal_agg('won', '-Infinity', date '2024-01-01', date '2024-01-02');
SELECT abm.deal_agg('won', 1e38 * 10, date '2024-01-01', date '2024-01-02');
SELECT abm.deal_agg('won', 1e-31, date '2024-01-01', date '2024-01-02');
SELECT abm.deal_value(abm.deal_agg('won', 1e38, date '2024-01-01', NULL)) FROM generate_series(1, 2);
SELECT abm.deal_count(d, 'pending') FROM pipeline;
SELECT abm.deal_value(d, '') FROM pipeline;
SELECT abm.win_rate(d, 'Closed') FROM pipeline;
SELECT abm.win_rate_interval(d, 0.95, 'wald') FROM pipeline;
SELECT abm.win_rate_interval(d, 0.95, 'wilson', 'amount') FROM pipeline;
SELECT abm.win_rate_interval(d, 0) FROM pipeline;
SELECT abm.win_rate_interval(d, 1) FROM pipeline;
SELECT abm.win_rate_interval(d, 'NaN') FROM pipeline;
SELECT abm.velocity_report(d, 95) FROM pipeline;
SELECT abm.deal_size(d, 'mode') FROM pipeline;
SELECT abm.deal_size(d, 'mean', 'all') FROM pipeline;
SELECT abm.sales_cycle_days(d, 'p95') FROM pipeline;
SELECT abm.pipeline_velocity(d, 'decided') FROM pipeline;
SELECT abm.deal_agg('won', 1, date '2024-01-01', NULL, c) FROM unnest('{EUR,USD}'::text[]) AS c;
SELECT abm.deal_agg('won', 1, date '2024-01-01', NULL, 'EURO');
SELECT abm.deal_agg('won', 1, date '2024-01-01', NULL, 'E1R');
SELECT abm.deal_agg('won', 1, date '2024-01-01', NULL, '');
SELECT abm.deal_agg('won', 1, date '2024-01-01', NULL, 'EUR') OPERATOR(abm.+) abm.deal_agg('won', 1, date '2024-01-01', NULL, 'USD');
SELECT abm.merge(abm.deal_agg('won', 1, date '2024-01-01', NULL, 'EUR'), abm.deal_agg('won', 1, date '2024-01-01', NULL, 'USD'));
SELECT abm.merge(abm.deal_agg('won', 1, date '2024-01-01', NULL, 'EUR'), abm.deal_agg('won', 1, date '2024-01-01', NULL));
SELECT 'nonsense'::abm.deals;
SELECT '01'::abm.deals;

DROP TABLE deal, pipeline;
