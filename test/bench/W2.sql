-- W2 BANT per opportunity: four letters 0..1, 25 points each; qualified when >= 3 letters reach 0.5 and score >= 60.
SELECT status = 'qualified' AS qualified, sum(n), round(sum(total_score)::numeric, 1), sum(n * mask)
FROM abm.bant_patterns((
  SELECT abm.bant_tally_agg('pass',
    CASE WHEN budget_confirmed THEN 1 ELSE coalesce(0.8 * abm.bant_budget(amount, budget), 0) END,
    coalesce(abm.role_authority(primary_role), 0), coalesce(need_score / 10.0::float8, 0),
    CASE WHEN timeline_days <= 30 THEN 1.0::float8 WHEN timeline_days <= 90 THEN 0.8 WHEN timeline_days <= 180 THEN 0.5
      WHEN timeline_days IS NOT NULL THEN 0.2 ELSE 0 END)
  FROM opportunities))
GROUP BY 1 ORDER BY 1;
