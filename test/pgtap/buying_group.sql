BEGIN;
SELECT plan(18);
SELECT setseed(0.30);

-- 200 accounts; contacts repeat, hold several roles, lack roles and measures.
CREATE TEMP TABLE contact AS SELECT 1 + floor(random() * 200)::int AS account,
  CASE WHEN random() < 0.95 THEN floor(random() * 12)::bigint - 3 END AS id,
  CASE WHEN random() < 0.85 THEN (enum_range(NULL::abm.buying_role))[1 + floor(random() * 10)::int] END AS role,
  CASE WHEN random() < 0.9 THEN round((random() * 100)::numeric, 1)::float8 END AS engagement, floor(random() * 4)::int AS part
FROM generate_series(1, 3000) i;
CREATE TEMP TABLE account AS SELECT account, abm.buying_group_agg(id, role, engagement) AS g FROM contact GROUP BY account;
CREATE TEMP VIEW member AS SELECT account, id, role, max(engagement) AS engagement FROM contact WHERE id IS NOT NULL GROUP BY account, id, role;
CREATE TEMP VIEW person AS SELECT account, id, max(engagement) AS e FROM member GROUP BY account, id;

-- Goldens G13 and G17 of the project.
CREATE FUNCTION pg_temp.grp(VARIADIC float8[]) RETURNS abm.buying_group LANGUAGE sql AS
  $$ SELECT abm.buying_group_agg(i, 'user', e) FROM unnest($1) WITH ORDINALITY u (e, i) $$;
SELECT ok(abs(abm.effective_contacts(pg_temp.grp(80, 50, 30, 20)) - 3.52186623) < 1e-8, 'G13: 80, 50, 30, 20');
SELECT ok(abs(abm.effective_contacts(pg_temp.grp(100, 1, 1, 1)) - 1.17784909) < 1e-8, 'G13: 100, 1, 1, 1');
SELECT ok(abs(abm.effective_contacts(pg_temp.grp(7, 7, 7, 7)) - 4) < 1e-12, 'G13: four equal');
SELECT ok(abs(abm.group_engagement(pg_temp.grp(80, 50, 30, 20), how => 'champion') - 61.3333333333) < 1e-9, 'G17');

-- Against slow plain SQL.
SELECT is_empty($$ SELECT account FROM account FULL JOIN (SELECT account, count(DISTINCT id) AS n FROM member GROUP BY account) s USING (account)
  WHERE abm.group_size(g) IS DISTINCT FROM n $$, 'group_size');
SELECT is_empty($$ SELECT account FROM account JOIN (SELECT account, sum(e::numeric) AS s, max(e) AS m, count(e) AS n FROM person GROUP BY account) x USING (account)
  WHERE abs(abm.group_engagement(g) - s) > 1e-9 OR abs(abm.group_engagement(g, how => 'mean') - s / n) > 1e-9
     OR abs(abm.group_engagement(g, how => 'champion') - (0.6 * m + coalesce(0.4 * (s - m::numeric) / nullif(n - 1, 0), 0)::float8)) > 1e-9 $$, 'group_engagement');
SELECT is_empty($$ SELECT account FROM account JOIN (SELECT account, exp(-sum(p * ln(p))) AS h
    FROM (SELECT account, e / sum(e) OVER (PARTITION BY account) AS p FROM person WHERE e > 0) y GROUP BY account) x USING (account)
  WHERE abs(abm.effective_contacts(g) - h) > 1e-9 $$, 'effective_contacts');
CREATE TEMP TABLE template AS SELECT '{"(user,2,1)","(decision_maker,1,3)","(champion,3,2)","(blocker,1,0)"}'::abm.role_requirement[] AS t;
CREATE TEMP TABLE slow AS
  SELECT account, r.role, r.min_members, r.weight, count(m.id) AS members, count(m.id) FILTER (WHERE m.engagement >= 40) AS engaged, max(m.engagement) AS engagement
  FROM account CROSS JOIN template CROSS JOIN unnest(t) r LEFT JOIN member m USING (account, role) GROUP BY 1, 2, 3, 4;
SELECT bag_eq($$ SELECT account, c.* FROM account, template, abm.role_coverage(g, t, 40) c $$,
  $$ SELECT account, role, min_members, members, engaged, engagement, engaged >= min_members, weight FROM slow $$, 'role_coverage');
SELECT is_empty($$ SELECT account FROM account CROSS JOIN template JOIN (SELECT account, sum(weight * least(1, engaged::float8 / min_members)) / sum(weight) AS c,
    coalesce(string_agg(role::text, ', ' ORDER BY array_position(ARRAY['user', 'decision_maker', 'champion', 'blocker'], role::text)) FILTER (WHERE engaged < min_members), '') AS missing
  FROM slow GROUP BY account) s USING (account) WHERE abs(abm.completeness(g, t, 40) - c) > 1e-12 OR abm.missing_roles(g, t, 40) <> missing $$, 'completeness and missing_roles');
SELECT is_empty($$ SELECT account FROM account JOIN (SELECT account, count(DISTINCT role) FILTER (WHERE engagement >= 40 AND role IN ('user', 'champion', 'other')) AS n FROM member GROUP BY account) s USING (account)
  WHERE abm.roles_covered(g, '{user,champion,other}', 40) <> n $$, 'roles_covered');
SELECT is_empty($$ SELECT account FROM account LEFT JOIN (SELECT account, bool_or(role IS NOT NULL) AS known,
    max(coalesce(engagement, -1)) FILTER (WHERE role IN ('decision_maker', 'economic_buyer', 'executive_sponsor')) AS e FROM member GROUP BY account) s USING (account)
  WHERE abm.bant_authority(g, full_engagement => 100) IS DISTINCT FROM CASE WHEN NOT known OR e < 0 THEN NULL WHEN e IS NULL THEN 0 ELSE e / 100 END $$, 'bant_authority');

-- Parts combined are the whole, bit for bit; order does not matter.
SELECT is_empty($$ SELECT account FROM account JOIN (SELECT account, abm.rollup(p) AS r
    FROM (SELECT account, abm.buying_group_agg(id, role, engagement) AS p FROM contact GROUP BY account, part) x GROUP BY account) y USING (account)
  WHERE g::text IS DISTINCT FROM r::text $$, 'parts rolled up are the whole');
SELECT is_empty($$ SELECT account FROM account JOIN (SELECT account, abm.buying_group_agg(id, role, engagement ORDER BY engagement DESC, id, role) AS r FROM contact GROUP BY account) y USING (account)
  WHERE g::text IS DISTINCT FROM r::text $$, 'the order of rows does not matter');
SELECT is_empty($$ SELECT account FROM account WHERE abm.merge(g, g)::text IS DISTINCT FROM g::text $$, 'merging a group with itself changes nothing');

-- The smaller form of records shows in nothing but the size.
CREATE TEMP TABLE edge AS SELECT * FROM (VALUES (0::bigint, 0::float8), (4294967295, 268435.453), (4294967295, 268435.454), (4294967295, 268435.455),
  (4294967296, 0), (-1, 0), (1, 0.001), (1, 0.0005), (1, 1e-300), (1, 1e300), (1, 0.1 + 0.2), (1, NULL), (9223372036854775807, NULL)) v (id, e);
SELECT is_empty($$ SELECT * FROM (SELECT id, e, abm.buying_group_agg(id, 'user', e)::jsonb -> 'members' -> 0 AS m FROM edge GROUP BY id, e) x
  WHERE (m ->> 'contact_id')::bigint <> id OR (m ->> 'engagement')::float8 IS DISTINCT FROM e $$, 'values at the edges of the smaller form come back');
SELECT is((SELECT pg_column_size(abm.buying_group_agg(1, 'user', e)) FROM unnest('{0.3000000000000001,7}'::float8[]) e),
  (SELECT pg_column_size(abm.buying_group_agg(1, 'user', 7))), 'a record folded away does not hold the others in the full form');

-- Monotone: one more role or more engagement never lowers completeness or the sum.
SELECT is_empty($$ SELECT account FROM account CROSS JOIN template CROSS JOIN (SELECT abm.buying_group_agg(1, 'champion', 99) AS h) x
  WHERE abm.completeness(abm.merge(g, h), t, 40) < abm.completeness(g, t, 40) OR abm.group_engagement(abm.merge(g, h)) < abm.group_engagement(g) $$, 'more is never less');

SELECT is((SELECT abm.completeness(abm.buying_group_agg(i::bigint, 'user'::abm.buying_role, 1.0::float8), ARRAY[row('user', 4, 1.7e308)::abm.role_requirement]) FROM generate_series(1, 2) i), 0.5::float8, 'the greatest weights');
SELECT * FROM finish();
ROLLBACK;
