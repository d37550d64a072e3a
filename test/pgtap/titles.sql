BEGIN;
SELECT plan(6);

-- Laws of titles, over combinations of words.
CREATE TEMP TABLE title AS
  SELECT rank || ' ' || field AS title, rank, field
  FROM unnest(ARRAY['VP', 'Director', 'Manager', 'Analyst', 'Head of', 'Chief']) rank,
       unnest(ARRAY['Sales', 'Finance', 'IT', 'Legal', 'Procurement', 'Software', 'Achats', 'Einkauf']) field;
SELECT is_empty($$ SELECT title FROM title WHERE abm.title_seniority(title) IS DISTINCT FROM abm.title_seniority(upper(title)) $$,
  'case does not matter');
SELECT is_empty($$ SELECT title FROM title WHERE abm.title_role(title) IS DISTINCT FROM abm.title_role(field || ', ' || replace(rank, ' of', '')) $$,
  'the order of rank and field does not matter');
SELECT is_empty($$ SELECT title FROM title WHERE abm.title_seniority('Assistant to the ' || title) <> 'individual_contributor'
                     OR abm.title_role('Assistant to the ' || title) IS NOT NULL $$,
  'an assistant has no authority of her own');
SELECT is_empty($$ SELECT title FROM title WHERE abm.title_seniority('Former ' || title) IS NOT NULL $$,
  'a former title says nothing');
SELECT is_empty($$ SELECT title FROM title WHERE abm.title_seniority('CEO and ' || title) <> 'c_level' $$,
  'the highest rank counts');
SELECT is_empty($$ SELECT title FROM title WHERE abm.title_role(title || ' at IT Procurement Legal Ltd') IS DISTINCT FROM abm.title_role(title) $$,
  'the name of the company says nothing');

SELECT * FROM finish();
ROLLBACK;
