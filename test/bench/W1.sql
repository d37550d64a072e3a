-- W1 with icp_score_values(): the attributes of each account as arguments.
\ir profile.psql
SELECT chr(64 + tier) AS tier, count(*), round(sum(score)::numeric, 1) FROM (
  SELECT score, CASE WHEN score >= 75 THEN 1 WHEN score >= 55 THEN 2 WHEN score >= 35 THEN 3 WHEN score IS NOT NULL THEN 4 END AS tier
  FROM (
    SELECT abm.icp_score_values(:'profile'::abm.icp_profile, industry, employees, annual_revenue, country, tech, growth_rate,
             funding_stage, founded_year, has_budget_owner, is_hiring) AS score
    FROM accounts OFFSET 0) a) b
GROUP BY b.tier ORDER BY b.tier;
