-- Part of report.sql: the people of the best accounts.
\qecho '7. Do we know the people who decide?  Buying groups of the best accounts'
\qecho '------------------------------------------------------------------------'
\if :has_contacts
\qecho 'Complete is the share of the needed roles (a decision maker, an economic buyer,'
\qecho 'a champion, an IT expert, a user) that a person fills who is engaged to'
\qecho '0.3 at least.  "Effective" counts people by how evenly engaged they are.'
CREATE TEMP TABLE needed AS
  SELECT ARRAY[('decision_maker', 1, 3), ('economic_buyer', 1, 3),
    ('champion', 1, 2), ('it_expert', 1, 1), ('user', 1, 1)]
    ::abm.role_requirement[] AS roles;
SELECT pg_temp.cut(s.name, 26) AS account,
  abm.group_size(members) AS people,
  pg_temp.num(abm.effective_contacts(members), 1) AS effective,
  pg_temp.percent(abm.completeness(members, roles, 0.3)) AS complete,
  abm.missing_roles(members, roles, 0.3) AS "roles to find or win"
FROM scored s JOIN buying_group USING (account_id), needed
WHERE score IS NOT NULL AND disqualified_by IS NULL
ORDER BY score DESC, lower DESC, account_id LIMIT 12;
\else
\qecho 'Missing: contacts.csv (people with their account, role or title, engagement).'
\qecho
\endif
