-- W1 with icp_score(): the whole row as a record.
\ir profile.psql
SELECT tier, count(*), round(sum(score)::numeric, 1) FROM (
  SELECT score, CASE WHEN score >= 75 THEN 'A' WHEN score >= 55 THEN 'B' WHEN score >= 35 THEN 'C' WHEN score IS NOT NULL THEN 'D' END AS tier
  FROM (SELECT abm.icp_score(:'profile'::abm.icp_profile, accounts) AS score FROM accounts OFFSET 0) a OFFSET 0) b
GROUP BY tier ORDER BY tier;
