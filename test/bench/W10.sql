-- W10 buying-group coverage per account: five required roles; known and engaged (active in 90 days) coverage. OFFSET 0 computes the
-- two arguments below the grouping, so that it has little to carry. Two questions to one aggregate, which is computed once.
SELECT known, engaged, count(*) FROM (
  SELECT abm.roles_covered(abm.buying_group_agg(contact_id, role, active), '{economic_buyer,decision_maker,it_expert,champion,influencer}') AS known,
         abm.roles_covered(abm.buying_group_agg(contact_id, role, active), '{economic_buyer,decision_maker,it_expert,champion,influencer}', 1) AS engaged
  FROM (SELECT account_id, contact_id, abm.crm_role(buying_role) AS role,
               CASE WHEN engaged AND last_activity_at >= timestamptz '2024-10-03' THEN 1::float8 ELSE 0 END AS active
        FROM contacts OFFSET 0) c
  GROUP BY account_id) t GROUP BY 1, 2 ORDER BY 1, 2;
