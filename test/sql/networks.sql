-- Networks within networks, one that two accounts have, and both families.
CREATE TABLE site (net cidr, account_id bigint);
INSERT INTO site VALUES ('10.0.0.0/8', 1), ('10.1.0.0/16', 2), ('10.1.2.0/24', 3), ('10.1.2.3', 4), ('10.1.2.0/24', 5), ('10.1.2.0/24', 5), ('192.0.2.0/24', 6),
  ('255.255.255.255', 7), ('2001:db8::/32', 8), ('2001:db8:1::/48', 9), ('2001:db8:1:2::1', 10), ('::ffff:198.51.100.0/120', 11), (NULL, 12), ('203.0.113.0/24', NULL);
CREATE TABLE map AS SELECT abm.network_map_agg(net, account_id) AS m FROM site;
SELECT jsonb_array_elements(m::jsonb -> 'networks') FROM map;
-- The longest prefix; where two accounts have it, none, and not the one around it.
SELECT ip, abm.account_for_ip(m, ip), abm.network_for_ip(m, ip) FROM map, unnest(ARRAY[
  '10.0.0.0', '10.255.255.255', '10.1.0.0', '10.1.1.255', '10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.3.0', '9.255.255.255', '11.0.0.0', '192.0.2.77', '192.0.3.0', '255.255.255.254', '255.255.255.255', '0.0.0.0',
  '198.51.100.9', '::ffff:198.51.100.9', '::ffff:10.1.2.3', '2001:db8::', '2001:db8:1::', '2001:db8:1:2::1', '2001:db8:1:2::2', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db9::', '::', '::1',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '203.0.113.1', NULL]::inet[]) ip;
SELECT c.* FROM map, abm.network_conflicts(m) c;
-- A netmask of the address does not matter, one of the network does; bits behind it do not.
SELECT abm.account_for_ip(m, '10.1.2.3/8') AS masked, abm.account_for_ip(m, '10.1.0.0/16'::cidr) AS cidr FROM map;
SELECT abm.network_map_agg('10.1.2.3/8'::inet, 1)::text = abm.network_map_agg('10.0.0.0/8'::cidr, 1)::text AS same;
SELECT abm.network_map_agg('::ffff:10.1.2.3/104', 1)::text = abm.network_map_agg('10.0.0.0/8', 1)::text AS folded, abm.network_map_agg('::ffff:0:0/96', 1)::jsonb AS all_ipv4;
-- Everything: each family for itself.
SELECT ip, abm.account_for_ip(m, ip) FROM (SELECT abm.network_map_agg(net, a) AS m FROM (VALUES (cidr '0.0.0.0/0', 4::bigint), ('::/0', 6), ('ffff::/16', 7)) v(net, a)) s,
  unnest('{0.0.0.0,255.255.255.255,::,::ffff:1.2.3.4,::fffe:1.2.3.4,fffe:ffff::,ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff}'::inet[]) ip;
SELECT abm.account_for_ip(abm.network_map_agg('::/0', 6), '1.2.3.4') IS NULL AS ipv4_is_not_ipv6, abm.account_for_ip(abm.network_map_agg('0.0.0.0/0', 4), '::1') IS NULL AS nor_the_other_way;
-- Accounts of any size, in the form that is small enough for all.
SELECT a, abm.account_for_ip(abm.network_map_agg('10.0.0.0/8', a), '10.0.0.1') = a AS kept, pg_column_size(abm.network_map_agg('10.0.0.0/8', a)) AS bytes
FROM unnest('{0,67108863,67108864,-1,9223372036854775807,-9223372036854775808}'::bigint[]) a GROUP BY a ORDER BY a;
SELECT pg_column_size(abm.network_map_agg('::1', 1)) AS bytes, pg_column_size(abm.network_map_agg('10.0.0.0/8' , 1) OPERATOR(abm.+) abm.network_map_agg('10.0.0.0/8', 1)) AS twice_is_once;
-- What logs write: ports, brackets, zones, netmasks, lists; what is no address is nothing.
SELECT t, abm.normalize_ip(t) FROM unnest(ARRAY['10.1.2.3', ' 10.1.2.3 ', '10.1.2.3:443', '10.1.2.3/24', '10.1.2.3, 192.0.2.1', '2001:DB8::1', '[2001:db8::1]', '[2001:db8::1]:8080', 'fe80::1%eth0', '[fe80::1%25eth0]:80', '2001:db8::1/64',
  '::ffff:10.1.2.3', '[::ffff:10.1.2.3]:1', '0:0:0:0:0:ffff:0a01:0203', '::', '1:2:3:4:5:6:7:8']) t;
SELECT t FROM unnest(ARRAY['', ' ', '-', ',', 'unknown', 'localhost', '10.1.2', '010.1.2.3', '256.1.1.1', '10.1.2.3:', '10.1.2.3:65536', '10.1.2.3:000001', '10.1.2.3:80:1', '10.1.2.3/', '10.1.2.3/33', '10.1.2.3 4', '10.1.2.3%eth0',
  'unknown, 10.1.2.3', '[10.1.2.3]', '[10.1.2.3]:80', '[', ']', '[]', '[::1', '::1]', '[::1]80', '[::1]:', '[::1]/64', '[::1/64]', '::1%', '::1/129', '1:2:3:4:5:6:7:8:9', ':80', '%', '/', '12345::', '10.1.2.3' || repeat('0', 100), NULL]) t WHERE abm.normalize_ip(t) IS NOT NULL;
-- No map, no answer.
SELECT abm.network_map_agg(net, account_id) IS NULL AS no_map, abm.account_for_ip(abm.network_map_agg(net, account_id), '10.0.0.1') IS NULL AS no_account FROM site WHERE false;
SELECT abm.account_for_ip(NULL, '10.0.0.1'), abm.account_for_ip(m, NULL), abm.network_for_ip(m, NULL), (SELECT count(*) FROM abm.network_conflicts(NULL)) FROM map;
-- A stored map, maps that change from row to row, a map within a function.
SELECT count(*), count(abm.account_for_ip((SELECT m FROM map), ip)) FROM (SELECT inet '10.1.0.0' + i AS ip FROM generate_series(1, 1000) i) t;
SELECT sum(abm.account_for_ip(m, '10.9.9.9')) FROM (SELECT abm.network_map_agg('10.0.0.0/8', i) AS m FROM generate_series(1, 100) i GROUP BY i) t;
CREATE FUNCTION account_of(ip inet) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN abm.account_for_ip((SELECT m FROM map), ip); END $$;
SELECT account_of('10.1.2.3'), account_of('192.0.2.1');
UPDATE map SET m = abm.merge(m, (SELECT abm.network_map_agg('192.0.2.0/25', 66)));
SELECT account_of('10.1.2.3'), account_of('192.0.2.1');
-- Bad input.
SELECT abm.network_map_agg('10.0.0.0/33', 1);
SELECT abm.account_for_ip('ff'::abm.network_map, '10.0.0.1');
SELECT abm.network_map_agg(net, 1) FROM (SELECT set_masklen(inet '1.0.0.0' + i, 32) AS net FROM generate_series(1, 4000001) i) n;
DROP FUNCTION account_of; DROP TABLE site, map;
