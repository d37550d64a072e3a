-- Win rate, deal size, cycle and velocity of the Maven data by region, product
-- and agent, through the demonstration's adapter, against answers that were
-- computed without abm.  Every row and figure, to 1e-9 relative.
\i test/begin.sql
\set ON_ERROR_STOP true

\set there `ls "$ABM_DATA"/*/maven_velocity.csv >/dev/null 2>&1 && echo true || echo false`
\if :there

BEGIN;
\i test/maven_deals.sql
CREATE TEMP TABLE reference (
  dimension text, key text, n float8, won float8, lost float8, open float8,
  win_rate float8, won_value float8, avg_won_value float8,
  median_won_value float8, avg_won_cycle_days float8,
  avg_lost_cycle_days float8, avg_closed_cycle_days float8,
  won_cycle_p25 float8, won_cycle_p50 float8, won_cycle_p75 float8,
  won_cycle_p90 float8, velocity_per_day float8, open_velocity_per_day float8,
  list_value_win_rate float8);
\cd :shared
\copy reference FROM 'reference/maven_velocity.csv' (FORMAT csv, HEADER)
\cd :top

CREATE TEMP TABLE found AS
  SELECT dimension, key,
    abm.deal_agg(outcome, amount, created_on, closed_on) AS d
  FROM opportunity, (VALUES ('all'), ('sales_agent'), ('product_fixed'),
                            ('regional_office')) v(dimension),
    LATERAL (SELECT CASE dimension WHEN 'sales_agent' THEN owner
      WHEN 'product_fixed' THEN product WHEN 'regional_office' THEN region
      ELSE 'all' END) k(key)
  GROUP BY dimension, key;
CREATE TEMP TABLE compared AS
  SELECT dimension, key, figure, value::float8 AS found, expected::float8
  FROM (found CROSS JOIN LATERAL jsonb_each_text(jsonb_build_object(
      'n', abm.deal_count(d), 'won', abm.deal_count(d, 'won'),
      'lost', abm.deal_count(d, 'lost'), 'open', abm.deal_count(d, 'open'),
      'win_rate', abm.win_rate(d), 'won_value', abm.deal_value(d),
      'avg_won_value', abm.average_deal_size(d),
      'median_won_value', abm.deal_size(d, 'median'),
      'avg_won_cycle_days', abm.sales_cycle_days(d, 'mean'),
      'avg_lost_cycle_days', abm.sales_cycle_days(d, 'mean', 'lost'),
      'avg_closed_cycle_days', abm.sales_cycle_days(d, 'mean', 'closed'),
      'won_cycle_p25', abm.sales_cycle_days(d, 'p25'),
      'won_cycle_p50', abm.sales_cycle_days(d),
      'won_cycle_p75', abm.sales_cycle_days(d, 'p75'),
      'won_cycle_p90', abm.sales_cycle_days(d, 'p90'),
      'velocity_per_day', abm.pipeline_velocity(d),
      'open_velocity_per_day', abm.pipeline_velocity(d, 'open')))
      f(figure, value))
    FULL JOIN (
      SELECT dimension, key, figure, expected FROM reference r,
        jsonb_each_text(to_jsonb(r) - '{dimension,key,list_value_win_rate}'
                        ::text[]) e(figure, expected)
      WHERE dimension IN ('all', 'sales_agent', 'product_fixed',
                          'regional_office')) e
    USING (dimension, key, figure);

SELECT plan(5 + 17);
SELECT is(count(*), rows, format('%s rows of dimension %s', rows, dimension))
FROM (VALUES ('all', 1::bigint), ('regional_office', 3), ('product_fixed', 7),
             ('sales_agent', 30)) v(dimension, rows)
  JOIN found USING (dimension)
GROUP BY dimension, rows ORDER BY dimension;
SELECT is(count(*), 41 * 17::bigint, 'figures compared') FROM compared;
SELECT is(string_agg(format('%s %s: %s, not %s', dimension, key, found,
                            expected), '; ')
    FILTER (WHERE NOT coalesce(abs(found - expected)
                               <= 1e-9 * abs(expected), false)),
  NULL, figure || ' agrees in all rows')
FROM compared GROUP BY figure ORDER BY figure;
SELECT * FROM finish();
ROLLBACK;

\else
SELECT plan(1);
SELECT skip('maven_crm or its reference is absent in ' || :'shared'
  || ' (ABM_DATA)');
SELECT * FROM finish();
\endif
