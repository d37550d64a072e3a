-- members.sql: what the extension is made of in this database, object by object; one query. The array type of a type, a member of its
-- own since PostgreSQL 17, says nothing new.
SELECT pg_describe_object(d.classid, d.objid, 0) || ': ' || coalesce(obj_description(d.objid, d.classid::regclass::text), '') ||
  coalesce((SELECT concat_ws(' ', prosrc, probin, provolatile, proparallel, proisstrict, procost, prorows, proargnames, proargmodes,
    pg_get_expr(proargdefaults, 0), pg_get_function_result(oid), prosqlbody IS NOT NULL, proconfig, proacl, aggtransfn, aggfinalfn, aggcombinefn, aggtransspace)
    FROM pg_proc p LEFT JOIN pg_aggregate ON aggfnoid = p.oid WHERE d.classid = 'pg_proc'::regclass AND p.oid = d.objid AND p.prokind <> 'x'), '') ||
  coalesce((SELECT concat_ws(' ', typinput, typoutput, typreceive, typsend, typalign, typstorage, typlen, typbyval,
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
    (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = typrelid))
    FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid), '')
FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND extname = 'abm' AND d.deptype = 'e'
WHERE d.classid <> 'pg_type'::regclass OR NOT EXISTS (SELECT FROM pg_type a WHERE a.typarray = d.objid)
ORDER BY 1
