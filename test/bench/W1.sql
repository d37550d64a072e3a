-- W1 with icp_score_values(): the attributes of each account as arguments.
\ir profile.psql
SELECT chr(64 + tier) AS tier, count(*), round(sum(score)::numeric, 1) FROM (
  SELECT score, abm.fit_tier(score, '{75,55,35}') AS tier
  FROM (
    SELECT abm.icp_score_values(:'profile'::abm.icp_profile, industry, employees, annual_revenue, country, tech, growth_rate,
             funding_stage, founded_year, has_budget_owner, is_hiring) AS score
    FROM accounts OFFSET 0) a) b
GROUP BY b.tier ORDER BY b.tier;
