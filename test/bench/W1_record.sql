-- W1 with icp_score(): the whole row as a record.
\ir profile.psql
SELECT chr(64 + tier) AS tier, count(*), round(sum(score)::numeric, 1) FROM (
  SELECT score, abm.fit_tier(score, '{75,55,35}') AS tier
  FROM (SELECT abm.icp_score(:'profile'::abm.icp_profile, accounts) AS score FROM accounts OFFSET 0) a) b
GROUP BY b.tier ORDER BY b.tier;
