-- maven_deals.sql: the deals of the Maven data, as the demonstration's adapter reads them. After begin.sql.
\set work `mktemp -d`
\setenv WORK :work
\setenv PGDATABASE :DBNAME
\! sql/demo/adapters/maven "$ABM_DATA/maven_crm" "$WORK"
CREATE TEMP TABLE opportunity (opportunity_id text, account_id text, owner text, product text, region text, stage text, outcome abm.deal_outcome, amount numeric,
  currency text, created_on date, closed_on date);
\cd :work
\copy opportunity FROM 'opportunities.csv' (FORMAT csv, HEADER)
\cd :top
\! rm -r "$WORK"
