-- W11 with a map of the networks, made once for each of the two questions. Where two accounts have one network the plain SQL takes the
-- first of them; account_for_ip() would take none, so that the map is given the first.
WITH m AS MATERIALIZED (
  SELECT abm.network_map_agg(net, account_id) AS m FROM (SELECT net, min(account_id) AS account_id FROM account_nets GROUP BY net) n)
SELECT count(*), count(account_id), sum(account_id), sum(masklen(net)) FROM (
  SELECT abm.account_for_ip((SELECT m FROM m), ip) AS account_id, abm.network_for_ip((SELECT m FROM m), ip) AS net
  FROM touches WHERE ts >= timestamptz '2024-11-08' OFFSET 0) t;
