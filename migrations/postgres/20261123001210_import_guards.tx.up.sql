-- What the database refuses by itself about imports. The SQLite file beside this one has the same guards under the same
-- names.

CREATE FUNCTION imports_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'uploaded' THEN
        RAISE EXCEPTION 'supportledger:import_state: an import begins as uploaded, once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER imports_insert BEFORE INSERT ON imports FOR EACH ROW EXECUTE FUNCTION imports_insert();

--bun:split

CREATE FUNCTION imports_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.profile <> OLD.profile OR NEW.sha256 <> OLD.sha256 OR NEW.content <> OLD.content
       OR NEW.uploaded_by <> OLD.uploaded_by OR NEW.uploaded_at <> OLD.uploaded_at
       OR OLD.state || '>' || NEW.state NOT IN ('uploaded>previewed', 'previewed>committed', 'committed>undone') THEN
        RAISE EXCEPTION 'supportledger:import_state: an import is uploaded, previewed, committed, undone, in this order, and its file never changes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER imports_update BEFORE UPDATE ON imports FOR EACH ROW EXECUTE FUNCTION imports_update();

--bun:split

CREATE TRIGGER imports_delete BEFORE DELETE ON imports FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an import is never deleted');

--bun:split

CREATE TRIGGER imports_truncate BEFORE TRUNCATE ON imports FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'imports are never deleted');

--bun:split

CREATE FUNCTION import_entries_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM imports WHERE id = NEW.import_id AND state = 'previewed') THEN
        RAISE EXCEPTION 'supportledger:import_state: entries join an import when it is committed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER import_entries_insert BEFORE INSERT ON import_entries FOR EACH ROW EXECUTE FUNCTION import_entries_insert();

--bun:split

CREATE TRIGGER import_entries_update BEFORE UPDATE ON import_entries FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'which entries an import made is never changed');

--bun:split

CREATE TRIGGER import_entries_delete BEFORE DELETE ON import_entries FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'which entries an import made is never changed');

--bun:split

CREATE TRIGGER import_entries_truncate BEFORE TRUNCATE ON import_entries FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'which entries an import made is never changed');
