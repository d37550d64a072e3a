-- Part of report.sql: the stages of the pipeline.
\qecho '9. Where do deals get stuck?  The stages of the pipeline'
\qecho '------------------------------------------------------------------------'
\if :has_history
-- Stages that are entered when a deal is closed are its ends; the others are
-- put in the order in which deals mostly come through them.
CREATE TEMP TABLE entry AS
  SELECT opportunity_id, h.stage, h.entered_at, outcome, closed_at,
    row_number() OVER (PARTITION BY opportunity_id
                       ORDER BY h.entered_at, h.stage) AS nth
  FROM demo.stage_history h JOIN demo.opportunities USING (opportunity_id);
CREATE TEMP TABLE stage_kind AS
  SELECT stage, avg(nth) AS place,
    avg((closed_at IS NOT NULL AND entered_at >= closed_at - interval '1 day')
        ::int) > 0.5 AS is_end
  FROM entry GROUP BY stage;
CREATE TEMP TABLE event AS
  SELECT opportunity_id, entered_at AS at, stage AS label FROM entry
UNION ALL
  SELECT opportunity_id, closed_at, initcap(replace(outcome::text, '_', ' '))
  FROM demo.opportunities o
  WHERE closed_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM entry JOIN stage_kind USING (stage)
    WHERE opportunity_id = o.opportunity_id AND is_end);
CREATE TEMP TABLE pipeline AS
  SELECT (SELECT abm.journeys_agg(opportunity_id, at, label) FROM event)
      AS journeys,
    ARRAY(SELECT stage FROM stage_kind WHERE NOT is_end
          ORDER BY place, stage LIMIT 30) AS stages,
    (SELECT mode() WITHIN GROUP (ORDER BY label)
     FROM event JOIN demo.opportunities o USING (opportunity_id)
     WHERE o.outcome = 'won' AND at >= closed_at - interval '1 day') AS won,
    ARRAY(SELECT label FROM event GROUP BY label
          HAVING bool_or(label IN (SELECT stage FROM stage_kind WHERE is_end))
              OR NOT bool_or(label IN (SELECT stage FROM stage_kind))
          ORDER BY count(*) DESC, label) AS ends;
\qecho 'Moved on: came to a later stage, or was won, at some time.  Went back: to an'
\qecho 'earlier one.  Days are those spent in the stage until leaving it; help where they'
\qecho 'are many and the conversion is low.'
SELECT stage AS "#", label AS stage, entered, moved_on AS "moved on",
  still_there AS "there now", skipped, regressed AS "went back",
  pg_temp.percent(conversion) AS conversion, pg_temp.percent(lower) AS "from",
  pg_temp.percent(upper) AS "to", pg_temp.num(median_days, 1) AS "median days",
  pg_temp.num(p90_days, 1) AS "nine in ten"
FROM pipeline, demo.dataset,
  abm.stage_report(journeys, stages || won, as_of)
WHERE label <> won;
\qecho 'What comes after each stage, and how deals end from there if they go on as they'
\qecho 'did (a Markov chain: skipped and repeated stages are counted in).'
CREATE TEMP TABLE move AS
  SELECT abm.transitions(journeys, as_of) AS t FROM pipeline, demo.dataset;
SELECT label AS stage, next AS "what comes next", final AS "how it ends"
FROM pipeline, unnest(stages) WITH ORDINALITY s(label, place),
  LATERAL (SELECT string_agg(concat(to_label, ' ',
               pg_temp.num(100 * probability, 0), ' %'), ', '
               ORDER BY probability DESC, to_label) AS next
           FROM (SELECT r.* FROM move, abm.transition_rates(t) r
                 WHERE from_label = label AND to_label IS NOT NULL
                 ORDER BY probability DESC, to_label LIMIT 3) m) n,
  LATERAL (SELECT string_agg(concat(coalesce(final_label, 'never'), ' ',
               pg_temp.num(100 * probability, 0), ' %'), ', '
               ORDER BY probability DESC, final_label) AS final
           FROM move, abm.absorption(t, ends) a
           WHERE from_label = label AND probability >= 0.005) f
ORDER BY place;
\else
\qecho 'Missing: stage_history.csv (stages that opportunities have entered, with times).'
\qecho
\endif
