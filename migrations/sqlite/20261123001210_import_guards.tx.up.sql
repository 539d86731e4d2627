-- What the database refuses by itself about imports. The PostgreSQL file beside this one has the same guards under the
-- same names.

CREATE TRIGGER imports_insert BEFORE INSERT ON imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: an import begins as uploaded, once')
    WHERE NEW.state <> 'uploaded' OR EXISTS (SELECT 1 FROM imports WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER imports_update BEFORE UPDATE ON imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: an import is uploaded, previewed, committed, undone, in this order, and its file never changes')
    WHERE NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.profile <> OLD.profile OR NEW.sha256 <> OLD.sha256 OR NEW.content <> OLD.content
       OR NEW.uploaded_by <> OLD.uploaded_by OR NEW.uploaded_at <> OLD.uploaded_at
       OR OLD.state || '>' || NEW.state NOT IN ('uploaded>previewed', 'previewed>committed', 'committed>undone');
END;

--bun:split

CREATE TRIGGER imports_delete BEFORE DELETE ON imports
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an import is never deleted'); END;

--bun:split

CREATE TRIGGER import_entries_insert BEFORE INSERT ON import_entries
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: entries join an import when it is committed')
    WHERE NOT EXISTS (SELECT 1 FROM imports WHERE id = NEW.import_id AND state = 'previewed')
       OR EXISTS (SELECT 1 FROM import_entries WHERE entry_id = NEW.entry_id);
END;

--bun:split

CREATE TRIGGER import_entries_update BEFORE UPDATE ON import_entries
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: which entries an import made is never changed'); END;

--bun:split

CREATE TRIGGER import_entries_delete BEFORE DELETE ON import_entries
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: which entries an import made is never changed'); END;
