-- A statement's life, held by the database. The SQLite file beside this one has the same guards under the same names.

CREATE FUNCTION statements_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'DRAFT' OR NEW.number IS NOT NULL THEN
        RAISE EXCEPTION 'supportledger:statement_issued: a statement begins as a draft' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER statements_insert BEFORE INSERT ON statements FOR EACH ROW EXECUTE FUNCTION statements_insert();

--bun:split

CREATE FUNCTION statements_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.state IN ('ISSUED', 'SENT', 'SUPERSEDED', 'WITHDRAWN') AND (
        NEW.state NOT IN ('ISSUED', 'SENT', 'SUPERSEDED', 'WITHDRAWN')
        OR OLD.state IN ('SUPERSEDED', 'WITHDRAWN') AND NEW.state <> OLD.state
        OR OLD.state = 'SENT' AND NEW.state = 'ISSUED'
        OR NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject OR NEW.from_date <> OLD.from_date OR NEW.to_date <> OLD.to_date
        OR NEW.lang <> OLD.lang OR NEW.round <> OLD.round OR NEW.number IS DISTINCT FROM OLD.number OR NEW.version <> OLD.version
        OR NEW.replaces IS DISTINCT FROM OLD.replaces OR NEW.cutoff_seq <> OLD.cutoff_seq OR NEW.value <> OLD.value OR NEW.data_hash <> OLD.data_hash
        OR NEW.cleared IS DISTINCT FROM OLD.cleared OR NEW.cleared_hash IS DISTINCT FROM OLD.cleared_hash OR NEW.privacy IS DISTINCT FROM OLD.privacy
        OR NEW.code IS DISTINCT FROM OLD.code OR NEW.record IS DISTINCT FROM OLD.record OR NEW.content IS DISTINCT FROM OLD.content
        OR OLD.tail IS NOT NULL AND NEW.tail IS DISTINCT FROM OLD.tail
        OR OLD.document_hash IS NOT NULL AND NEW.document_hash IS DISTINCT FROM OLD.document_hash
        OR NEW.prepared_by <> OLD.prepared_by OR NEW.created_at <> OLD.created_at OR NEW.issued_at IS DISTINCT FROM OLD.issued_at) THEN
        RAISE EXCEPTION 'supportledger:statement_issued: an issued statement is never changed; replace it' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state = 'PRIVACY_CHECKED' AND NEW.cleared IS NULL
       OR NEW.state = 'REVIEWED' AND OLD.state NOT IN ('PRIVACY_CHECKED', 'REVIEWED')
       OR NEW.state = 'ISSUED' AND OLD.state NOT IN ('REVIEWED', 'ISSUED')
       OR NEW.state = 'SENT' AND (OLD.state NOT IN ('ISSUED', 'SENT') OR NEW.tail IS NULL) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: a statement is cleared, reviewed and issued in this order' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state = 'REVIEWED' AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'approve' AND d.user_id <> NEW.prepared_by)
       OR NEW.state = 'ISSUED' AND OLD.state <> 'ISSUED'
          AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'authorise' AND d.user_id <> NEW.prepared_by) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: a statement is reviewed and issued by two others than who prepared it' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER statements_update BEFORE UPDATE ON statements FOR EACH ROW EXECUTE FUNCTION statements_update();

--bun:split

CREATE TRIGGER statements_delete BEFORE DELETE ON statements FOR EACH ROW
EXECUTE FUNCTION refuse('statement_issued', 'a statement is never deleted; withdraw it');
