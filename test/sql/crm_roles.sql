-- Labels: whatever their case, spaces, underscores and hyphens.
SELECT label, abm.crm_role(label) FROM unnest(ARRAY['Business User', 'Decision Maker', 'Economic Buyer',
  'Economic Decision Maker', 'Evaluator', 'Executive Sponsor', 'Influencer', 'Technical Buyer', 'Other',
  'BLOCKER', 'BUDGET_HOLDER', 'CHAMPION', 'DECISION_MAKER', 'END_USER', 'EXECUTIVE_SPONSOR', 'INFLUENCER',
  'LEGAL_AND_COMPLIANCE', 'Legal & Compliance', 'Practitioner', 'Executive Steering Committee', 'technical_buyer',
  'technical buyer', ' Décision-Maker ', 'it_expert', 'king', '', ' ', 'Лицо', NULL]) label;
-- Every value of the enumeration is its own label.
SELECT bool_and(abm.crm_role(role::text) = role) FROM unnest(enum_range(NULL::abm.buying_role)) role;
SELECT abm.crm_role(repeat('decision maker', 1000)) IS NULL AS too_long;

-- Authority of a single contact.
SELECT role, abm.role_authority(role) FROM unnest(enum_range(NULL::abm.buying_role)) role;
SELECT abm.role_authority('Technical Buyer'::text) AS label, abm.role_authority('king'::text) AS unknown, abm.role_authority(NULL::text) AS no_label,
       abm.role_authority(NULL::abm.buying_role) AS no_role;
