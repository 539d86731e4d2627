-- What the database refuses by itself about letterheads. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER letterheads_insert BEFORE INSERT ON letterheads
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a letterhead is written once') WHERE EXISTS (SELECT 1 FROM letterheads WHERE NEW.id = id); END;

--bun:split

CREATE TRIGGER letterheads_update BEFORE UPDATE ON letterheads
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a letterhead is never changed'); END;

--bun:split

CREATE TRIGGER letterheads_delete BEFORE DELETE ON letterheads
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a letterhead is never deleted'); END;
