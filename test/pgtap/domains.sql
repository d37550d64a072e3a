-- Domains: the vectors that come with the public suffix list, and addresses put together from parts that are known.
\i test/begin.sql
BEGIN;
SELECT plan(16);
SELECT setseed(0.22);

-- From https://raw.githubusercontent.com/publicsuffix/list/master/tests/test_psl.txt (public domain).
CREATE TEMP TABLE vector (host text, registrable text);
INSERT INTO vector VALUES (NULL, NULL), ('COM', NULL), ('example.COM', 'example.com'), ('WwW.example.COM', 'example.com'),
  ('.com', NULL), ('.example', NULL), ('.example.com', NULL), ('.example.example', NULL),
  ('example', NULL), ('example.example', 'example.example'), ('b.example.example', 'example.example'), ('a.b.example.example', 'example.example'),
  ('biz', NULL), ('domain.biz', 'domain.biz'), ('b.domain.biz', 'domain.biz'), ('a.b.domain.biz', 'domain.biz'),
  ('com', NULL), ('example.com', 'example.com'), ('b.example.com', 'example.com'), ('a.b.example.com', 'example.com'), ('uk.com', NULL),
  ('example.uk.com', 'example.uk.com'), ('b.example.uk.com', 'example.uk.com'), ('a.b.example.uk.com', 'example.uk.com'), ('test.ac', 'test.ac'),
  ('mm', NULL), ('c.mm', NULL), ('b.c.mm', 'b.c.mm'), ('a.b.c.mm', 'b.c.mm'),
  ('jp', NULL), ('test.jp', 'test.jp'), ('www.test.jp', 'test.jp'), ('ac.jp', NULL), ('test.ac.jp', 'test.ac.jp'), ('www.test.ac.jp', 'test.ac.jp'),
  ('kyoto.jp', NULL), ('test.kyoto.jp', 'test.kyoto.jp'), ('ide.kyoto.jp', NULL), ('b.ide.kyoto.jp', 'b.ide.kyoto.jp'), ('a.b.ide.kyoto.jp', 'b.ide.kyoto.jp'),
  ('c.kobe.jp', NULL), ('b.c.kobe.jp', 'b.c.kobe.jp'), ('a.b.c.kobe.jp', 'b.c.kobe.jp'), ('city.kobe.jp', 'city.kobe.jp'), ('www.city.kobe.jp', 'city.kobe.jp'),
  ('ck', NULL), ('test.ck', NULL), ('b.test.ck', 'b.test.ck'), ('a.b.test.ck', 'b.test.ck'), ('www.ck', 'www.ck'), ('www.www.ck', 'www.ck'),
  ('us', NULL), ('test.us', 'test.us'), ('www.test.us', 'test.us'), ('ak.us', NULL), ('test.ak.us', 'test.ak.us'), ('www.test.ak.us', 'test.ak.us'),
  ('k12.ak.us', NULL), ('test.k12.ak.us', 'test.k12.ak.us'), ('www.test.k12.ak.us', 'test.k12.ak.us'),
  ('食狮.com.cn', 'xn--85x722f.com.cn'), ('食狮.公司.cn', 'xn--85x722f.xn--55qx5d.cn'), ('www.食狮.公司.cn', 'xn--85x722f.xn--55qx5d.cn'),
  ('shishi.公司.cn', 'shishi.xn--55qx5d.cn'), ('公司.cn', NULL), ('食狮.中国', 'xn--85x722f.xn--fiqs8s'), ('www.食狮.中国', 'xn--85x722f.xn--fiqs8s'),
  ('shishi.中国', 'shishi.xn--fiqs8s'), ('中国', NULL), ('xn--85x722f.com.cn', 'xn--85x722f.com.cn'), ('xn--85x722f.xn--55qx5d.cn', 'xn--85x722f.xn--55qx5d.cn'),
  ('www.xn--85x722f.xn--55qx5d.cn', 'xn--85x722f.xn--55qx5d.cn'), ('shishi.xn--55qx5d.cn', 'shishi.xn--55qx5d.cn'), ('xn--55qx5d.cn', NULL),
  ('xn--85x722f.xn--fiqs8s', 'xn--85x722f.xn--fiqs8s'), ('www.xn--85x722f.xn--fiqs8s', 'xn--85x722f.xn--fiqs8s'), ('shishi.xn--fiqs8s', 'shishi.xn--fiqs8s'), ('xn--fiqs8s', NULL);
SELECT is_empty($$SELECT *, abm.registrable_domain(host) FROM vector WHERE abm.registrable_domain(host) IS DISTINCT FROM registrable$$, 'the vectors of the public suffix list');

-- Addresses from parts: what comes out is the part that went in.
CREATE FUNCTION pg_temp.pick(VARIADIC a text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT a[1 + floor(random() * cardinality(a))::int] $$;
CREATE TEMP TABLE address AS
SELECT host, pg_temp.pick('', 'http://', 'https://', 'HTTPS://', '//', 'ftp://', 'http:\\') || pg_temp.pick('', '', 'user@', 'user:pa:ss@', 'a@b@', 'www.acme.org@')
  || pg_temp.pick('', '', 'www.', 'WWW.', 'www.www.') || CASE WHEN random() < 0.5 THEN upper(host) ELSE host END || pg_temp.pick('', '', '.') || pg_temp.pick('', ':80', ':', ':65535')
  || pg_temp.pick('', '/', '/x', '/x?y=http://b.com/z', '?q=a@b.de', '#a:b', '\x') AS url,
  pg_temp.pick('b', 'a.b+c', '"a@b"', 'x''y', 'Ä') || '@' || host AS email
FROM (SELECT i, pg_temp.pick('a', 'acme', 'a-b', 'x1', '9', 'a_b', 'xn--bcher-kva') || pg_temp.pick('', '.', '-1.') AS first FROM generate_series(1, 5000) i) g,
  LATERAL (SELECT rtrim(first, '.') || '.' || pg_temp.pick('com', 'de', 'co.uk', 'acme.com', 'github.io', 'zz', 'd9.fr') AS host) h;
SELECT is_empty($$SELECT * FROM address WHERE abm.normalize_domain(url) IS DISTINCT FROM host$$, 'the host of an address');
SELECT is_empty($$SELECT * FROM address WHERE abm.email_domain(email) IS DISTINCT FROM host$$, 'the domain of a mailbox');
SELECT is_empty($$SELECT * FROM address WHERE abm.email_domain(pg_temp.pick('Bob ', '', '"B, C" ') || '<' || email || '>') IS DISTINCT FROM host$$, 'with a name before it');
SELECT is_empty($$SELECT * FROM address WHERE abm.registrable_domain(url) IS DISTINCT FROM abm.registrable_domain(host)$$, 'an address has the registrable domain of its host');
SELECT is_empty($$SELECT * FROM address WHERE NOT (abm.normalize_domain(host) = abm.registrable_domain(host) OR abm.normalize_domain(host) LIKE '%.' || abm.registrable_domain(host))$$,
  'the registrable domain is the end of the host');

-- Laws: once is enough; nothing is an error; what comes out is a name.
CREATE TEMP TABLE noise AS
SELECT string_agg(pg_temp.pick('a', 'B', '0', '.', '.', '-', '_', '@', ':', '/', '?', '#', '<', '>', '"', ' ', E'\t', E'\\', '%', '[', ']', '*', 'ü', 'ß', '食', '。', U&'\200D', U&'\00AD', U&'\FFFD', U&'\+01F600',
  'www.', 'http://', 'mailto:', '.com', '.co.uk', 'xn--', '1.2', ','), '') AS t FROM generate_series(1, 20000) i, generate_series(1, 8) j GROUP BY i;
SELECT lives_ok($$SELECT count(abm.normalize_domain(t)), count(abm.registrable_domain(t)), count(abm.email_domain(t)), count(abm.is_free_mail(t)) FROM noise$$, 'noise is no error');
SELECT cmp_ok((SELECT count(abm.normalize_domain(t)) FROM noise), '>', 100::bigint, 'in noise there are names');
SELECT is_empty($$SELECT t FROM noise WHERE abm.normalize_domain(abm.normalize_domain(t)) IS DISTINCT FROM abm.normalize_domain(t)$$, 'a normal name is normal');
SELECT is_empty($$SELECT t FROM noise WHERE abm.registrable_domain(abm.registrable_domain(t)) IS DISTINCT FROM abm.registrable_domain(t)$$, 'a registrable domain is its own');
SELECT is_empty($$SELECT t, d FROM (SELECT t, abm.normalize_domain(t) AS d FROM noise) n WHERE d !~ '^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9_-]{0,61}[a-z0-9_])$'$$, 'a name has the form of a name');
SELECT is_empty($$SELECT t FROM noise WHERE abm.email_domain(t) IS NOT NULL AND t !~ '@'$$, 'mail has an @');

-- A million rows leave nothing behind.
CREATE FUNCTION pg_temp.used() RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts';
SELECT cmp_ok((SELECT max(b) - min(b) FROM (SELECT abm.registrable_domain('www.büro' || i || '.co.uk') IS NULL AS n, CASE WHEN i % 50000 = 0 THEN pg_temp.used() END AS b
  FROM generate_series(1, 300000) i OFFSET 0) x WHERE NOT n), '<', 200000::bigint, 'memory stays flat');

-- Several addresses in one field are no address; a name before one is.
SELECT is_empty($$ SELECT t FROM unnest('{"a@b.com, c@d.com",a@b.com;c@d.com,"Bob bob@acme.com","<a@b.com> c@d.com"}'::text[]) t
  WHERE (abm.normalize_domain(t), abm.registrable_domain(t), abm.is_free_mail(t), abm.email_domain(t)) IS DISTINCT FROM (NULL, NULL, NULL, NULL) $$, 'a list of addresses has no domain');
SELECT results_eq($$ SELECT abm.normalize_domain(t), abm.registrable_domain(t), abm.is_free_mail(t), abm.email_domain(t) FROM (VALUES ('Bob <bob@mail.acme.co.uk>'), ('Bob <bob@gmail.com> ')) v (t) $$,
  $$ VALUES ('mail.acme.co.uk', 'acme.co.uk', false, 'mail.acme.co.uk'), ('gmail.com', 'gmail.com', true, 'gmail.com') $$, 'a name and an address have the domain of the address');
SELECT results_eq($$ SELECT abm.normalize_domain(t) FROM unnest('{http://user:pass@acme.com:8080/x,acme.com:65535,acme.com:65536,acme.com:99999999999,acme.com:}'::text[]) t $$,
  $$ VALUES ('acme.com'), ('acme.com'), (NULL), (NULL), ('acme.com') $$, 'users, and ports that there are');
SELECT * FROM finish();
ROLLBACK;
