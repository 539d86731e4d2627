-- What the database refuses by itself about files of donors and gifts. The PostgreSQL file beside this one has the same guards
-- under the same names.

CREATE TRIGGER donor_imports_insert BEFORE INSERT ON donor_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: an import begins as a preview, once')
    WHERE NEW.state <> 'previewed' OR EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER donor_imports_update BEFORE UPDATE ON donor_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: an import is previewed, then committed and undone, or discarded, and never changes')
    WHERE NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.profile <> OLD.profile OR NEW.fingerprint <> OLD.fingerprint
       OR NEW.row_count <> OLD.row_count OR NEW.uploaded_by <> OLD.uploaded_by OR NEW.uploaded_at <> OLD.uploaded_at
       OR OLD.state || '>' || NEW.state NOT IN ('previewed>committed', 'previewed>discarded', 'committed>undone');
    SELECT RAISE(ABORT, 'supportledger:import_state: the file is taken away before its import is decided')
    WHERE EXISTS (SELECT 1 FROM donor_import_parts WHERE import_id = OLD.id);
END;

--bun:split

CREATE TRIGGER donor_imports_delete BEFORE DELETE ON donor_imports
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an import is never deleted'); END;

--bun:split

CREATE TRIGGER donor_import_parts_insert BEFORE INSERT ON donor_import_parts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: a file belongs to an import that is looked at')
    WHERE NOT EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.import_id AND state = 'previewed')
       OR EXISTS (SELECT 1 FROM donor_import_parts WHERE import_id = NEW.import_id AND part = NEW.part);
END;

--bun:split

CREATE TRIGGER donor_import_parts_update BEFORE UPDATE ON donor_import_parts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a file never changes'); END;

--bun:split

CREATE TRIGGER donor_import_items_insert BEFORE INSERT ON donor_import_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: what an import makes joins it when it is committed')
    WHERE NOT EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.import_id AND state = 'previewed')
       OR EXISTS (SELECT 1 FROM donor_import_items WHERE item_id = NEW.item_id OR import_id = NEW.import_id AND position = NEW.position);
END;

--bun:split

CREATE TRIGGER donor_import_items_update BEFORE UPDATE ON donor_import_items
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what an import made is never changed'); END;

--bun:split

CREATE TRIGGER donor_import_items_delete BEFORE DELETE ON donor_import_items
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what an import made is never changed'); END;
