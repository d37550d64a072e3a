BEGIN;
SELECT plan(4);

SELECT results_eq($$ SELECT abm.crm_role(label) FROM unnest(ARRAY['decision maker', 'Decision_Maker', 'DECISION-MAKER', 'decisionMaker']) label $$,
  $$ VALUES ('decision_maker'::abm.buying_role), ('decision_maker'), ('decision_maker'), ('decision_maker') $$,
  'case, spaces, underscores and hyphens do not matter');
-- Every label of the documentation, in three spellings.
CREATE TEMP TABLE label AS SELECT trim(l) AS label, role::abm.buying_role FROM (VALUES
  ('user', 'User, End User, Business User, User Buyer, Practitioner'), ('influencer', 'Influencer, Evaluator, Recommender'),
  ('decision_maker', 'Decision Maker, Approver, Signatory, Signer'), ('it_expert', 'IT Expert, Technical Buyer, Technical Evaluator, Technical Decision Maker'),
  ('champion', 'Champion, Internal Champion, Advocate, Promoter, Coach'),
  ('economic_buyer', 'Economic Buyer, Economic Decision Maker, Financial Buyer, Financial Decision Maker, Budget Holder, Budget Owner'),
  ('executive_sponsor', 'Executive Sponsor, Executive Steering Committee'), ('procurement', 'Procurement, Purchasing, Purchaser, Buyer'),
  ('blocker', 'Blocker, Detractor, Gatekeeper, Adversary'), ('other', 'Other, Legal, Compliance, Legal & Compliance, Stakeholder')) v (role, labels),
  unnest(string_to_array(labels, ',')) l;
SELECT is_empty($$ SELECT label FROM label WHERE abm.crm_role(label) IS DISTINCT FROM role OR abm.crm_role(upper(replace(label, ' ', '_'))) IS DISTINCT FROM role
  OR abm.crm_role(lower(replace(label, ' ', '-'))) IS DISTINCT FROM role $$, 'every label, in every spelling');
SELECT is_empty($$ SELECT label FROM label WHERE abm.crm_role(label || 'x') IS NOT NULL OR abm.crm_role(left(label, -1)) = role AND left(label, -1) NOT IN (SELECT label FROM label) $$,
  'no other label');
SELECT is_empty($$ SELECT label FROM label WHERE abm.role_authority(label) IS DISTINCT FROM abm.role_authority(role) $$, 'authority of a label is that of its role');

SELECT * FROM finish();
ROLLBACK;
