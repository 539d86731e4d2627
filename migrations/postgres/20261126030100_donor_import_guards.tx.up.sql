-- What the database refuses by itself about files of donors and gifts. The SQLite file beside this one has the same guards under
-- the same names.

CREATE FUNCTION donor_imports_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'previewed' THEN
        RAISE EXCEPTION 'supportledger:import_state: an import begins as a preview, once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER donor_imports_insert BEFORE INSERT ON donor_imports FOR EACH ROW EXECUTE FUNCTION donor_imports_insert();

--bun:split

CREATE FUNCTION donor_imports_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.profile <> OLD.profile OR NEW.fingerprint <> OLD.fingerprint
       OR NEW.row_count <> OLD.row_count OR NEW.uploaded_by <> OLD.uploaded_by OR NEW.uploaded_at <> OLD.uploaded_at
       OR OLD.state || '>' || NEW.state NOT IN ('previewed>committed', 'previewed>discarded', 'committed>undone') THEN
        RAISE EXCEPTION 'supportledger:import_state: an import is previewed, then committed and undone, or discarded, and never changes' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM donor_import_parts WHERE import_id = OLD.id) THEN
        RAISE EXCEPTION 'supportledger:import_state: the file is taken away before its import is decided' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER donor_imports_update BEFORE UPDATE ON donor_imports FOR EACH ROW EXECUTE FUNCTION donor_imports_update();

--bun:split

CREATE TRIGGER donor_imports_delete BEFORE DELETE ON donor_imports FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an import is never deleted');

--bun:split

CREATE TRIGGER donor_imports_truncate BEFORE TRUNCATE ON donor_imports FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'imports are never deleted');

--bun:split

CREATE FUNCTION donor_import_parts_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.import_id AND state = 'previewed') THEN
        RAISE EXCEPTION 'supportledger:import_state: a file belongs to an import that is looked at' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER donor_import_parts_insert BEFORE INSERT ON donor_import_parts FOR EACH ROW EXECUTE FUNCTION donor_import_parts_insert();

--bun:split

CREATE TRIGGER donor_import_parts_update BEFORE UPDATE ON donor_import_parts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a file never changes');

--bun:split

CREATE FUNCTION donor_import_items_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.import_id AND state = 'previewed') THEN
        RAISE EXCEPTION 'supportledger:import_state: what an import makes joins it when it is committed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER donor_import_items_insert BEFORE INSERT ON donor_import_items FOR EACH ROW EXECUTE FUNCTION donor_import_items_insert();

--bun:split

CREATE TRIGGER donor_import_items_update BEFORE UPDATE ON donor_import_items FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'what an import made is never changed');

--bun:split

CREATE TRIGGER donor_import_items_delete BEFORE DELETE ON donor_import_items FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'what an import made is never changed');

--bun:split

CREATE TRIGGER donor_import_items_truncate BEFORE TRUNCATE ON donor_import_items FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'what an import made is never changed');
