-- olist_leads.sql: the leads of the Olist data, and when those were won that were. After begin.sql.
\set work `mktemp -d`
\setenv WORK :work
\! cut -d, -f1,2,4 "$ABM_DATA/olist_funnel/olist_marketing_qualified_leads_dataset.csv" >"$WORK/leads.csv"
\! cut -d, -f1,5 "$ABM_DATA/olist_funnel/olist_closed_deals_dataset.csv" >"$WORK/closed.csv"
CREATE TEMP TABLE lead (id text, first_contact date, origin text);
CREATE TEMP TABLE closed (id text, won text);
\cd :work
\copy lead FROM 'leads.csv' (FORMAT csv, HEADER)
\copy closed FROM 'closed.csv' (FORMAT csv, HEADER)
\cd :top
\! rm -r "$WORK"
