-- Networks: against a plain SQL join that tries every network, on random nets that lie within each other.
\i test/begin.sql
BEGIN;
SELECT plan(16);
SELECT setseed(0.23);

-- Few bits that differ, so that networks meet often; both families, accounts of all sizes, some networks twice.
CREATE FUNCTION pg_temp.address(wide boolean) RETURNS inet LANGUAGE sql VOLATILE AS $$
  SELECT CASE WHEN wide THEN inet '2001:db8::' + (random() * 15)::bigint * 4294967296 * 4096 + (random() * 7)::bigint * 65536 * 4096 + (random() * 255)::bigint
    ELSE (ARRAY[inet '10.0.0.0', '10.0.255.0', '0.0.0.0', '255.255.255.0', '192.168.7.0'])[1 + floor(random() * 5)::int] + floor(random() * 256)::int END $$;
CREATE TEMP TABLE site AS
SELECT i, network(set_masklen(ip, CASE WHEN family(ip) = 4 THEN floor(random() * 33)::int ELSE (ARRAY[0, 8, 32, 40, 47, 48, 63, 64, 65, 80, 96, 100, 120, 127, 128])[1 + floor(random() * 15)::int] END)) AS net,
  CASE WHEN i % 97 = 0 THEN i * 10000000000 ELSE i % 40 END AS account_id, i % 5 AS part
FROM (SELECT i, pg_temp.address(random() < 0.4) AS ip FROM generate_series(1, 700) i) s;
CREATE TEMP TABLE visit AS SELECT DISTINCT ip FROM (SELECT pg_temp.address(random() < 0.4) AS ip FROM generate_series(1, 4000) UNION ALL
  SELECT host(net)::inet FROM site UNION ALL SELECT host(broadcast(net))::inet FROM site UNION ALL SELECT host(broadcast(net))::inet + 1 FROM site WHERE host(broadcast(net)) !~ '^(255.255.255.255|ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff)$'
  UNION ALL SELECT host(net)::inet - 1 FROM site WHERE host(net) NOT IN ('0.0.0.0', '::')) v;
CREATE TEMP TABLE map AS SELECT abm.network_map_agg(net, account_id) AS m FROM site;
CREATE TEMP TABLE slow AS
SELECT ip, net, CASE WHEN accounts = 1 THEN account_id END AS account_id
FROM visit LEFT JOIN LATERAL (SELECT net, count(DISTINCT account_id) AS accounts, min(account_id) AS account_id FROM site WHERE net >>= ip GROUP BY net ORDER BY masklen(net) DESC LIMIT 1) s ON true;
SELECT cmp_ok((SELECT count(*) FROM slow WHERE account_id IS NOT NULL), '>', 1000::bigint, 'many addresses have an account');
SELECT cmp_ok((SELECT count(*) FROM slow WHERE account_id IS NULL AND net IS NOT NULL), '>', 100::bigint, 'some have two');
SELECT is_empty($$SELECT *, abm.account_for_ip(m, ip) FROM slow, map WHERE abm.account_for_ip(m, ip) IS DISTINCT FROM account_id$$, 'accounts as the slow way finds them');
SELECT is_empty($$SELECT *, abm.network_for_ip(m, ip) FROM slow, map WHERE abm.network_for_ip(m, ip) IS DISTINCT FROM net$$, 'networks as the slow way finds them');
SELECT is_empty($$SELECT * FROM slow, map WHERE family(ip) = 4 AND abm.account_for_ip(m, ('::ffff:' || host(ip))::inet) IS DISTINCT FROM account_id$$, 'an IPv4 address in its IPv6 form');
SELECT bag_eq($$SELECT network, account_id FROM map, abm.network_conflicts(m)$$,
  $$SELECT DISTINCT net, account_id FROM site WHERE net IN (SELECT net FROM site GROUP BY net HAVING count(DISTINCT account_id) > 1)$$, 'conflicts');
-- One family alone, and each net alone.
SELECT is_empty($$SELECT * FROM slow, (SELECT abm.network_map_agg(net, account_id) AS m FROM site WHERE family(net) = 4) x WHERE abm.account_for_ip(m, ip) IS DISTINCT FROM CASE WHEN family(ip) = 4 THEN account_id END$$, 'IPv4 alone');
SELECT is_empty($$SELECT * FROM slow, (SELECT abm.network_map_agg(net, account_id) AS m FROM site WHERE family(net) = 6) x WHERE abm.account_for_ip(m, ip) IS DISTINCT FROM CASE WHEN family(ip) = 6 THEN account_id END$$, 'IPv6 alone');
SELECT is_empty($$SELECT net, ip FROM (SELECT net, abm.network_map_agg(net, 1) AS m FROM site WHERE i <= 60 GROUP BY net) x, (SELECT ip FROM visit ORDER BY md5(ip::text) LIMIT 300) v
  WHERE (abm.account_for_ip(m, ip) IS NOT NULL) <> (net >>= ip)$$, 'one network alone');
-- The map in a table, compressed, plain and out of line.
CREATE TEMP TABLE stored (m abm.network_map);
ALTER TABLE stored ALTER m SET STORAGE EXTERNAL;
INSERT INTO stored SELECT abm.network_map_agg(set_masklen(inet '10.0.0.0' + i * 8, 29), i) FROM generate_series(1, 20000) i;
SELECT is((SELECT sum(abm.account_for_ip((SELECT m FROM stored), inet '10.0.0.0' + i)) FROM generate_series(8, 160007) i), (SELECT sum(i / 8) FROM generate_series(8, 160007) i)::numeric, 'a map stored out of line');
-- Other maps between: a call site notices.
INSERT INTO stored SELECT abm.network_map_agg(set_masklen(inet '10.0.0.0' + i * 8, 29), -i) FROM generate_series(1, 20000) i;
SELECT is((SELECT sum(abm.account_for_ip(m, inet '10.0.0.0' + i)) FROM generate_series(8, 1600, 80) i, stored), 0::numeric, 'maps that change from row to row');

-- Many rows leave nothing behind.
CREATE FUNCTION pg_temp.used() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
SELECT cmp_ok((SELECT max(b) - min(b) FROM (SELECT abm.account_for_ip((SELECT m FROM map), inet '10.0.0.0' + i % 65536) AS a, abm.network_for_ip((SELECT m FROM map), inet '10.0.0.0' + i % 65536) AS n,
  CASE WHEN i % 100000 = 0 THEN pg_temp.used() END AS b FROM generate_series(1, 1000000) i OFFSET 0) x), '<', 200000::bigint, 'memory stays flat');

-- Addresses as text: every form of every address, and noise against the server's own reader.
SELECT is_empty($$SELECT ip, t FROM visit, LATERAL (VALUES (host(ip)), (upper(ip::text)), (' ' || host(ip) || ', 198.51.100.1'), (CASE family(ip) WHEN 4 THEN host(ip) || ':443' ELSE '[' || host(ip) || ']:443' END),
    (CASE family(ip) WHEN 4 THEN '::ffff:' || host(ip) ELSE host(ip) || '%eth0' END)) v (t) WHERE abm.normalize_ip(t) IS DISTINCT FROM ip$$, 'every address as logs write it');
CREATE FUNCTION pg_temp.cast_ip(t text) RETURNS inet LANGUAGE plpgsql AS $$ BEGIN RETURN t::inet; EXCEPTION WHEN invalid_text_representation THEN RETURN NULL; END $$;
CREATE TEMP TABLE noise AS SELECT (SELECT string_agg(substr('0123456789abcdef:::::...1.2.3', 1 + floor(random() * 30)::int, 1), '') FROM generate_series(1, 3 + i % 13)) AS t FROM generate_series(1, 20000) i;
INSERT INTO noise SELECT translate(overlay(CASE WHEN i % 2 = 0 THEN '10.20.30.40' ELSE '2001:db8:7::9' END PLACING substr('0123456789abcdef::..', 1 + floor(random() * 20)::int, 1) FROM 1 + floor(random() * 11)::int FOR floor(random() * 3)::int), ' ', '') FROM generate_series(1, 20000) i;
SELECT is_empty($$SELECT t, abm.normalize_ip(t), pg_temp.cast_ip(t) FROM noise WHERE abm.normalize_ip(t) IS NOT NULL AND abm.normalize_ip(t) IS DISTINCT FROM abm.normalize_ip(pg_temp.cast_ip(regexp_replace(t, '^([^:]*):[0-9]+$', '\1'))::text)$$, 'noise is never read as another address');
SELECT is_empty($$SELECT t FROM noise WHERE abm.normalize_ip(t) IS NULL AND pg_temp.cast_ip(t) IS NOT NULL AND t !~ '(^|[.:])0[0-9]|[.]$|:.*[.]'$$, 'what the server reads is read, but for zeros in front, a dot at the end and half an IPv4 address within IPv6');
SELECT cmp_ok((SELECT count(*) FROM noise WHERE abm.normalize_ip(t) IS NOT NULL), '>', 2000::bigint, 'some noise is an address');
SELECT * FROM finish();
ROLLBACK;
