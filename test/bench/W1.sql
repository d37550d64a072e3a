-- W1 with icp_score_values(): the attributes of each account as arguments.
\ir profile.psql
SELECT tier, count(*), round(sum(score)::numeric, 1) FROM (
  SELECT score, CASE WHEN score >= 75 THEN 'A' WHEN score >= 55 THEN 'B' WHEN score >= 35 THEN 'C' WHEN score IS NOT NULL THEN 'D' END AS tier
  FROM (
    SELECT abm.icp_score_values(:'profile'::abm.icp_profile, industry, employees, annual_revenue, country, tech, growth_rate,
             funding_stage, founded_year, has_budget_owner, is_hiring) AS score
    FROM accounts OFFSET 0) a OFFSET 0) b
GROUP BY tier ORDER BY tier;
