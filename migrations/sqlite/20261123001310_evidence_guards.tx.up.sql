-- What is proved stays proved. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER evidence_insert BEFORE INSERT ON evidence
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this evidence exists')
    WHERE EXISTS (SELECT 1 FROM evidence WHERE id = NEW.id OR sha256 = NEW.sha256);
END;

--bun:split

CREATE TRIGGER evidence_update BEFORE UPDATE ON evidence
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: evidence is never changed; only kept longer')
    WHERE NEW.id <> OLD.id OR NEW.sha256 <> OLD.sha256 OR NEW.media_type <> OLD.media_type OR NEW.bytes <> OLD.bytes OR NEW.kind <> OLD.kind
       OR NEW.taken_on <> OLD.taken_on OR NEW.stored_by <> OLD.stored_by OR NEW.stored_at <> OLD.stored_at
       OR NEW.retention_until < OLD.retention_until;
END;

--bun:split

CREATE TRIGGER evidence_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: evidence is never deleted'); END;

--bun:split

CREATE TRIGGER entry_evidence_insert BEFORE INSERT ON entry_evidence
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this evidence is attached already')
    WHERE EXISTS (SELECT 1 FROM entry_evidence WHERE entry_id = NEW.entry_id AND evidence_id = NEW.evidence_id);
END;

--bun:split

CREATE TRIGGER entry_evidence_update BEFORE UPDATE ON entry_evidence
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what proves an entry is never changed'); END;

--bun:split

CREATE TRIGGER entry_evidence_delete BEFORE DELETE ON entry_evidence
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what proves an entry is never taken away'); END;
