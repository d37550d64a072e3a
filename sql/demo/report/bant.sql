-- Part of report.sql: budget, authority, need and timeline of the open
-- opportunities.
\qecho '8. Which open opportunities are real?  Budget, authority, need, timeline'
\qecho '------------------------------------------------------------------------'
\if :has_open
\if :has_bant
-- Each open opportunity with its gate and its four letters.
CREATE TEMP TABLE qualified AS
  SELECT o.opportunity_id, coalesce(o.name,
      concat_ws(' for ', o.product, coalesce(a.name, o.opportunity_id))) AS name,
    o.amount, l.gate, l.bant, b.*
  FROM demo.opportunities o LEFT JOIN demo.accounts a USING (account_id)
    LEFT JOIN buying_group g USING (account_id), demo.dataset s,
    LATERAL (SELECT abm.gate_all(abm.territory_gate(a.is_served, o.amount,
                                                    250000)) AS gate,
      ROW(CASE WHEN o.amount > 0 THEN abm.bant_budget(o.amount, o.budget,
                                        coalesce(o.reallocatable, 0)) END,
          abm.bant_authority(g.members),
          abm.bant_need(o.problem_scope, o.prior_approach, o.why_prior_fails,
                        o.why_us, o.product_fit),
          abm.bant_timeline_score(abm.bant_timeline(s.as_of,
            o.needed_by::timestamptz,
            o.implementation_days * interval '1 day')))::abm.bant AS bant) l,
    LATERAL abm.bant_assess(l.gate, l.bant) b
  WHERE o.outcome = 'open';
\qecho 'Each letter (b, a, n, t) is met to a degree from 0 to 1 or is unknown ("-"); the'
\qecho 'score, 0 to 100, is over the known ones.  A deal in a territory that we do not'
\qecho 'serve is disqualified unless it is worth 250,000 or more.'
SELECT status, count(*) AS opportunities, pg_temp.money(sum(amount)) AS amount,
  pg_temp.num(avg(score)) AS "mean score",
  pg_temp.percent(avg(coverage)) AS "known on average"
FROM qualified GROUP BY status ORDER BY sum(amount) DESC NULLS LAST;
\qecho 'The largest that are qualified, or of which we know too little to say:'
SELECT pg_temp.cut(name, 40) AS opportunity, pg_temp.money(amount) AS amount,
  pg_temp.num((bant).budget, 2) AS b, pg_temp.num((bant).authority, 2) AS a,
  pg_temp.num((bant).need, 2) AS n, pg_temp.num((bant).timeline, 2) AS t,
  pg_temp.num(score) AS score, pg_temp.num(lower) AS worst,
  pg_temp.num(upper) AS best, status
FROM qualified WHERE status IN ('qualified', 'unknown')
ORDER BY amount DESC NULLS LAST, opportunity_id LIMIT 12;
SELECT count(*) > 0 AS has_questions FROM qualified
WHERE status IN ('qualified', 'unknown') AND missing <> '' \gset
\if :has_questions
SELECT opportunity_id AS ask_id, name AS ask_name FROM qualified
WHERE status IN ('qualified', 'unknown') AND missing <> ''
ORDER BY amount DESC NULLS LAST, opportunity_id LIMIT 1 \gset
\qecho 'What' :ask_name 'still lacks:'
SELECT s.criterion, pg_temp.num(s.evidence, 2) AS evidence, s.verdict,
  s.next_question AS "ask next"
FROM qualified, abm.bant_shortfall(gate, bant) s
WHERE opportunity_id = :'ask_id';
\endif
\else
\qecho 'Missing: opportunities.csv has no value in budget, product_fit and needed_by'
\qecho '(and, for the authority, contacts.csv with roles and engagement).'
\qecho
\endif
\else
\qecho 'Missing: no opportunity is open.'
\qecho
\endif
