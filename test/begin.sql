-- begin.sql: how tests print, also by plain psql; and where the reference data is: \cd :shared reads it with \copy, which knows no variables, and \cd :top goes back.
\set ECHO none
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
\set shared `echo "${ABM_DATA:-../shared/data}"`
\setenv ABM_DATA :shared
\set top `pwd`
