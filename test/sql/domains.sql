-- One name for the many ways of writing an address.
SELECT url, abm.normalize_domain(url), abm.registrable_domain(url) FROM unnest(ARRAY[
  'acme.com', 'ACME.com', ' acme.com ', E'\tacme.com\r\n', 'acme.com.', 'www.acme.com', 'WWW.Acme.com', 'http://acme.com', 'HTTPS://www.acme.com/',
  '//acme.com/about', 'acme.com/path?x=a@b.com', 'acme.com?x=1', 'acme.com#top', 'acme.com:8080', 'acme.com:', 'http://acme.com:80/x:y',
  'https://user:secret@acme.com:443/', 'user@acme.com', 'https://a@b@acme.com/', 'mailto:Bob@Acme.com?subject=hello', 'http:\\acme.com\x', 'ftp://ftp.acme.com',
  'shop.acme.co.uk', 'https://www.shop.acme.co.uk', 'acme.github.io', 'a.b.acme.github.io', 'x.y.city.kobe.jp', 'x.y.kobe.jp', 'my_host.acme.com', '3m.com', 'a-b.example.com',
  'www.com', 'www.co.uk', 'www.www.www.com', 'www2.acme.com', 'www.acme', 'xn--bcher-kva.example.de', 'acme.local', 'co.uk', 'blogspot.com', 'com.']) url;
-- Names beyond ASCII are encoded as the domain name system has them. (~ is a sign without width.)
SELECT translate(left(url, 40), U&'\00AD\200B', '~~') AS url, abm.normalize_domain(url), abm.registrable_domain(url) FROM unnest(ARRAY[
  'https://www.bücher.de/', 'BÜCHER.de', U&'bu\0308cher.de', 'straße.de', 'пример.рф', 'www.食狮.公司.cn', '例え。jp', 'ａｃｍｅ．ｃｏｍ', 'acme.com/straße', 'ünï@bücher.de',
  U&'ac\00ADme.com', U&'ac\200Bme.com', 'a‑b.com', U&'acme\2044x.com', U&'\00A0acme.com', repeat('ü', 60) || '.de', repeat('ü', 600) || '.de']) url;
-- What is no name of a host with a domain is NULL, and never an error.
SELECT url, abm.normalize_domain(url) FROM unnest(ARRAY[
  '', ' ', '.', '..', 'n/a', 'none', 'localhost', 'acme', 'acme..com', '.acme.com', 'acme.com..', '-acme.com', 'acme-.com', 'ac me.com', 'ac,me.com', '*.acme.com', 'acme.c', 'e.g',
  '192.168.0.1', 'http://192.168.0.1:80/', '[::1]', 'http://[2001:db8::1]/', '::1', 'fe80::1', '1.2.3.4.', '0x7f.1', 'acme.0x1f', 'http://', 'https:///x', 'http:acme.com', 'http//acme.com', 'http://http://acme.com',
  'acme.com:80a', 'acme.com:80:90', 'android-app://com.example.app', 'javascript:alert(1)', 'file:///etc/hosts', 'acme%2ecom', 'acme.com@', '@', 'bob@', 'Bob <bob@acme.com>', E'ac\x01me.com', repeat('a', 64) || '.com',
  NULL]) url;
SELECT abm.normalize_domain(repeat('a.', 125) || 'com') IS NOT NULL AS longest, abm.normalize_domain(repeat('a.', 126) || 'com') IS NULL AS too_long,
  abm.normalize_domain(repeat('a', 63) || '.com') IS NOT NULL AS longest_label, abm.normalize_domain(repeat('a@', 1000000)) IS NULL AS very_long, abm.normalize_domain(repeat('.', 100000)) IS NULL AS dots;
SELECT url, abm.registrable_domain(url) FROM unnest(ARRAY['com', 'uk', 'co.uk', 'github.io', 'kobe.jp', 'a.b.acme.invalid', 'intranet.acme.corp', '10.0.0.1', 'garbage', '', NULL]) url;

-- Mail.
SELECT email, abm.email_domain(email) FROM unnest(ARRAY[
  'bob@acme.com', 'BOB@ACME.COM', ' bob@acme.com ', 'bob@acme.com.', 'bob+tag@mail.acme.co.uk', 'Bob <bob@acme.com>', '"Smith, Bob" <bob@acme.com>', '<bob@acme.com>', 'mailto:bob@acme.com?subject=a@b.com', 'bob@www.acme.com',
  '"a@b c"@acme.com', 'b@bücher.de', 'bob@[10.0.0.1]', 'bob@10.0.0.1', 'bob@localhost', 'bob', '@acme.com', 'bob@', '@', '', 'bob@acme..com', 'bob@acme.com:25', 'bob smith@acme.com', 'a@b.com, c@d.com', 'a@b.com;c@d.com', 'a@b@acme.com',
  'bob@acme.com>', '<>', '""@acme.com', '"@acme.com', 'bob@acme_inc.com', 'https://acme.com', NULL]) email;
SELECT domain, abm.is_free_mail(domain) FROM unnest(ARRAY['gmail.com', 'GMAIL.COM', 'bob@gmail.com', 'mail.yahoo.co.uk', 'https://www.gmx.de/', 'acme.com', 'gmail.com.acme.com', 'notgmail.com', 'com', 't-online.de', 'mailinator.com', 'nonsense', '', NULL]) domain;

-- The lists.
SELECT kind, count(*) > 50 AS many FROM abm.free_mail_domains() GROUP BY kind ORDER BY kind;
SELECT count(*) FROM abm.free_mail_domains() WHERE NOT abm.is_free_mail(domain) OR abm.normalize_domain(domain) IS DISTINCT FROM domain;
SELECT domain FROM (SELECT domain, lag(domain) OVER () AS before FROM abm.free_mail_domains()) d WHERE before COLLATE "C" >= domain COLLATE "C";
SELECT domain FROM abm.free_mail_domains() WHERE abm.registrable_domain(domain) IS NULL;
SELECT abm.suffix_list_date() > '2020-01-01' AS dated;
