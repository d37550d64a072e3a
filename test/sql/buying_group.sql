-- Four contacts with the goldens' engagement; one of them in two roles.
CREATE TABLE contact (account int, id bigint, role abm.buying_role, engagement float8);
INSERT INTO contact VALUES (1, 1, 'user', 80), (1, 2, 'decision_maker', 50), (1, 3, 'influencer', 30), (1, 4, 'user', 20), (1, 4, 'champion', 10),
  (2, 1, 'user', 5), (2, 1, 'user', 7), (2, 1, 'user', NULL), (2, 2, NULL, NULL), (2, NULL, 'champion', 9),
  (3, NULL, 'user', 1), (4, 9, 'it_expert', 0);
CREATE VIEW account AS SELECT account, abm.buying_group_agg(id, role, engagement) AS g FROM contact GROUP BY account;
SELECT account, g::jsonb FROM account ORDER BY account;
SELECT account, abm.group_size(g), round(abm.effective_contacts(g)::numeric, 6) AS effective, abm.completeness(g), abm.missing_roles(g),
       abm.group_engagement(g) AS sum, abm.group_engagement(g, how => 'mean') AS mean, round(abm.group_engagement(g, how => 'champion')::numeric, 4) AS champion
FROM account ORDER BY account;
-- Unknown role: in the group's size, fills no role.
SELECT abm.group_size(g), abm.completeness(g, abm.role_template('other')) FROM (SELECT abm.buying_group_agg(i, NULL, 1) AS g FROM generate_series(1, 3) i) s;

-- The classic group has four roles; a purchase with more than four people is another thing.
SELECT role, min_members, weight FROM unnest(abm.classic_buying_group());
SELECT abm.group_size(g) > 4 AS more_than_four, abm.completeness(g) FROM (
  SELECT abm.buying_group_agg(i, (ARRAY['user', 'influencer', 'decision_maker', 'it_expert']::abm.buying_role[])[i], 1) AS g FROM generate_series(1, 4) i) s;
-- One person may fill every role; many may share one.
SELECT abm.group_size(g), abm.completeness(g) FROM (SELECT abm.buying_group_agg(1, role, 1) AS g FROM unnest(enum_range(NULL::abm.buying_role)) role) s;
SELECT abm.group_size(g), abm.completeness(g) FROM (SELECT abm.buying_group_agg(i, 'user', 1) AS g FROM generate_series(1, 10) i) s;

-- The heat map.
SELECT account, c.* FROM account, abm.role_coverage(g, '{"(user,2,1)","(decision_maker,1,2)","(it_expert,1,1)"}', 25) c ORDER BY account, role;
SELECT count(*) AS nobody FROM abm.role_coverage(NULL);
SELECT count(*) AS no_template FROM abm.role_coverage(NULL, NULL);
-- Half of two users is half a role; never measured reaches only 0.
SELECT account, abm.completeness(g, '{"(user,2,1)"}', 50) AS half, abm.missing_roles(g, '{"(user,2,1)","(decision_maker,1,1)","(blocker,1,1)"}', 25) AS missing,
       abm.roles_covered(g, '{user,decision_maker,it_expert}') AS known, abm.roles_covered(g, '{user,decision_maker,it_expert}', 25) AS engaged
FROM account ORDER BY account;
SELECT abm.completeness(g, abm.role_template('user')) AS known, abm.completeness(g, abm.role_template('user'), 0.001) AS engaged
FROM (SELECT abm.buying_group_agg(1, 'user', NULL) AS g) s;
-- Engagement of some roles only; a person counts once, with the greatest.
SELECT abm.group_engagement(g, abm.role_template('user', 'champion')) AS sum, abm.group_engagement(g, abm.role_template('champion'), 'mean') AS mean,
       abm.group_engagement(g, abm.role_template('champion'), 'champion') AS alone, abm.group_engagement(g, abm.role_template('blocker')) AS nobody
FROM account WHERE account = 1;
SELECT abm.effective_contacts(abm.buying_group_agg(i, 'user', 0)) AS nobody_engaged, abm.effective_contacts(abm.buying_group_agg(i, 'user', NULL)) AS not_measured FROM generate_series(1, 2) i;

-- Merging; NULL is neutral.
SELECT abm.merge(a.g, b.g)::jsonb, (a.g OPERATOR(abm.+) b.g)::text = abm.merge(b.g, a.g)::text AS commutes FROM account a, account b WHERE a.account = 2 AND b.account = 4;
SELECT abm.rollup(g)::text = (SELECT abm.buying_group_agg(id, role, engagement)::text FROM contact) AS whole FROM account;
SELECT abm.rollup(g) IS NULL AS nothing FROM account WHERE false;
-- Text and back; what is no state is refused.
SELECT bool_and(g::text::abm.buying_group::text = g::text) AS round_trip FROM account;
SELECT 'x'::abm.buying_group;
SELECT ''::abm.buying_group;

-- Bad input, one by one.
SELECT abm.buying_group_agg(1, 'user', -1);
SELECT abm.buying_group_agg(1, 'user', 'NaN');
SELECT abm.buying_group_agg(1, 'user', 'Infinity');
SELECT abm.completeness(g, '{}') FROM account;
SELECT abm.completeness(g, '{NULL}') FROM account;
SELECT abm.completeness(g, '{"(,1,1)"}') FROM account;
SELECT abm.completeness(g, '{"(user,,1)"}') FROM account;
SELECT abm.completeness(g, '{"(user,1,)"}') FROM account;
SELECT abm.completeness(g, '{"(user,0,1)"}') FROM account;
SELECT abm.completeness(g, '{"(user,1,-1)"}') FROM account;
SELECT abm.completeness(g, '{"(user,1,NaN)"}') FROM account;
SELECT abm.completeness(g, '{"(user,1,0)","(other,1,0)"}') FROM account;
SELECT abm.completeness(g, '{"(user,1,1)","(user,2,1)"}') FROM account;
SELECT abm.completeness(g, abm.classic_buying_group(), -1) FROM account;
SELECT abm.completeness(g, abm.classic_buying_group(), 'NaN') FROM account;
SELECT abm.roles_covered(g, '{}') FROM account;
SELECT abm.roles_covered(g, '{user,NULL}') FROM account;
SELECT abm.group_engagement(g, how => 'median') FROM account;
SELECT abm.group_engagement(g) FROM (SELECT abm.buying_group_agg(i, 'user', 1e308) AS g FROM generate_series(1, 9) i) s;
SELECT abm.completeness(NULL), abm.missing_roles(NULL), abm.group_size(NULL), abm.group_engagement(NULL), abm.roles_covered(NULL, '{user}');
-- The template may change from row to row.
SELECT role, abm.completeness(g, abm.role_template(role)) FROM account, unnest(enum_range(NULL::abm.buying_role)) role WHERE account = 1;
DROP VIEW account;
DROP TABLE contact;
