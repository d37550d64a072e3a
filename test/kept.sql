-- kept.sql: what a user's database may hold of the extension, for tests that carry a database elsewhere: states of every type, a
-- materialized view, a view, a generated column, a CHECK, an index, enumerations and defaults. The view "content" tells whether all came along.
\i test/sample.sql

-- a table with a column for every state type, other types beside them
CREATE TABLE kept AS SELECT DISTINCT k FROM sample;
ALTER TABLE kept ADD PRIMARY KEY (k), ADD outcome abm.deal_outcome DEFAULT 'open', ADD profile abm.icp_profile,
  ADD needs abm.role_requirement[] DEFAULT abm.classic_buying_group();
SELECT format('ALTER TABLE kept ADD COLUMN %I %s', name, state) FROM state_type \gexec
SELECT format('UPDATE kept SET %I = (SELECT %s FROM sample WHERE sample.k = kept.k)', name, call) FROM state_type \gexec
UPDATE kept SET profile = '{"criteria": [{"attribute": "x", "at_least": 1}]}';

-- the same states where they are made again by a refresh
SELECT format('CREATE MATERIALIZED VIEW mart AS SELECT k, %s FROM sample GROUP BY k', string_agg(format('%s AS %I', call, name), ', ' ORDER BY name))
FROM state_type \gexec
CREATE UNIQUE INDEX ON mart (k);
-- pg_upgrade takes no column of a type like regprocedure
DROP TABLE gathering, state_type;
DROP FUNCTION sample_argument;

CREATE TABLE scored (p abm.purchases, revenue numeric GENERATED ALWAYS AS (abm.revenue(p)) STORED, CHECK (abm.revenue(p) > 0));
INSERT INTO scored SELECT purchases FROM mart;
CREATE INDEX scored_last_purchase ON scored (abm.last_purchase(p));

CREATE TABLE settled (outcome abm.deal_outcome DEFAULT 'open', role abm.buying_role, stage abm.lifecycle_stage);
INSERT INTO settled VALUES ('won', 'champion', 'adopted'), (DEFAULT, NULL, NULL);

CREATE VIEW content (what, n, it) AS
SELECT 'kept', count(*), md5(string_agg(t::text, ',' ORDER BY k)) FROM kept t
UNION ALL SELECT 'mart', count(*), md5(string_agg(t::text, ',' ORDER BY k)) FROM mart t
UNION ALL SELECT 'scored', count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM scored t
UNION ALL SELECT 'settled', count(*), string_agg(t::text, ',' ORDER BY t::text) FROM settled t
UNION ALL SELECT 'revenue', count(*), sum(abm.revenue(purchases))::text FROM mart
UNION ALL SELECT 'columns of kept', count(*), string_agg(concat_ws(' ', column_name, udt_name, column_default), ',' ORDER BY ordinal_position)
  FROM information_schema.columns WHERE table_name = 'kept'
UNION ALL SELECT 'indexes', count(*), string_agg(indexdef, ',' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public';
