-- What the database refuses by itself about letterheads. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER letterheads_update BEFORE UPDATE ON letterheads FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a letterhead is never changed');

--bun:split

CREATE TRIGGER letterheads_delete BEFORE DELETE ON letterheads FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a letterhead is never deleted');

--bun:split

CREATE TRIGGER letterheads_truncate BEFORE TRUNCATE ON letterheads FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'letterheads are never deleted');
