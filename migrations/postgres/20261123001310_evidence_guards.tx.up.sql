-- What is proved stays proved. The SQLite file beside this one has the same guards under the same names.

CREATE FUNCTION evidence_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.sha256 <> OLD.sha256 OR NEW.media_type <> OLD.media_type OR NEW.bytes <> OLD.bytes OR NEW.kind <> OLD.kind
       OR NEW.taken_on <> OLD.taken_on OR NEW.stored_by <> OLD.stored_by OR NEW.stored_at <> OLD.stored_at
       OR NEW.retention_until < OLD.retention_until THEN
        RAISE EXCEPTION 'supportledger:append_only: evidence is never changed; only kept longer' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER evidence_update BEFORE UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION evidence_update();

--bun:split

CREATE TRIGGER evidence_delete BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'evidence is never deleted');

--bun:split

CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'evidence is never deleted');

--bun:split

CREATE TRIGGER entry_evidence_update BEFORE UPDATE ON entry_evidence FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what proves an entry is never changed');

--bun:split

CREATE TRIGGER entry_evidence_delete BEFORE DELETE ON entry_evidence FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what proves an entry is never taken away');

--bun:split

CREATE TRIGGER entry_evidence_truncate BEFORE TRUNCATE ON entry_evidence FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what proves an entry is never taken away');
