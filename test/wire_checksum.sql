-- wire_checksum.sql: the checksum (CRC-32C) that ends the wire form of a state, so that tests can forge states.
CREATE FUNCTION wire_checksum(data bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE crc bigint := 4294967295; i int; j int; BEGIN
  FOR i IN 0 .. length(data) - 1 LOOP
    crc := crc # get_byte(data, i);
    FOR j IN 1 .. 8 LOOP crc := CASE WHEN crc & 1 = 1 THEN (crc >> 1) # 2197175160 ELSE crc >> 1 END; END LOOP;
  END LOOP;
  RETURN decode(lpad(to_hex(crc # 4294967295), 8, '0'), 'hex'); END $$;
