-- W1 with icp_score(): the whole row as a record.
\ir profile.psql
SELECT chr(64 + tier) AS tier, count(*), round(sum(score)::numeric, 1) FROM (
  SELECT score, CASE WHEN score >= 75 THEN 1 WHEN score >= 55 THEN 2 WHEN score >= 35 THEN 3 WHEN score IS NOT NULL THEN 4 END AS tier
  FROM (SELECT abm.icp_score(:'profile'::abm.icp_profile, accounts) AS score FROM accounts OFFSET 0) a) b
GROUP BY b.tier ORDER BY b.tier;
