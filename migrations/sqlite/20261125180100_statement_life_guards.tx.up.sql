-- A statement's life, held by the database. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER statements_insert BEFORE INSERT ON statements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:statement_issued: a statement begins as a draft')
    WHERE NEW.state <> 'DRAFT' OR NEW.number IS NOT NULL OR EXISTS (SELECT 1 FROM statements WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER statements_update BEFORE UPDATE ON statements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:statement_issued: an issued statement is never changed; replace it')
    WHERE OLD.state IN ('ISSUED', 'SENT', 'SUPERSEDED', 'WITHDRAWN') AND (
        NEW.state NOT IN ('ISSUED', 'SENT', 'SUPERSEDED', 'WITHDRAWN')
        OR OLD.state IN ('SUPERSEDED', 'WITHDRAWN') AND NEW.state <> OLD.state
        OR OLD.state = 'SENT' AND NEW.state = 'ISSUED'
        OR NEW.kind <> OLD.kind OR NEW.subject <> OLD.subject OR NEW.from_date <> OLD.from_date OR NEW.to_date <> OLD.to_date
        OR NEW.lang <> OLD.lang OR NEW.round <> OLD.round OR NEW.number IS NOT OLD.number OR NEW.version <> OLD.version
        OR NEW.replaces IS NOT OLD.replaces OR NEW.cutoff_seq <> OLD.cutoff_seq OR NEW.value <> OLD.value OR NEW.data_hash <> OLD.data_hash
        OR NEW.cleared IS NOT OLD.cleared OR NEW.cleared_hash IS NOT OLD.cleared_hash OR NEW.privacy IS NOT OLD.privacy
        OR NEW.code IS NOT OLD.code OR NEW.record IS NOT OLD.record OR NEW.content IS NOT OLD.content
        OR OLD.tail IS NOT NULL AND NEW.tail IS NOT OLD.tail OR OLD.document_hash IS NOT NULL AND NEW.document_hash IS NOT OLD.document_hash
        OR NEW.prepared_by <> OLD.prepared_by OR NEW.created_at <> OLD.created_at OR NEW.issued_at IS NOT OLD.issued_at);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a statement is cleared, reviewed and issued in this order')
    WHERE NEW.state = 'PRIVACY_CHECKED' AND NEW.cleared IS NULL
       OR NEW.state = 'REVIEWED' AND OLD.state NOT IN ('PRIVACY_CHECKED', 'REVIEWED')
       OR NEW.state = 'ISSUED' AND OLD.state NOT IN ('REVIEWED', 'ISSUED')
       OR NEW.state = 'SENT' AND (OLD.state NOT IN ('ISSUED', 'SENT') OR NEW.tail IS NULL);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a statement is reviewed and issued by two others than who prepared it')
    WHERE NEW.state = 'REVIEWED' AND NOT EXISTS (SELECT 1 FROM duties WHERE subject = NEW.id AND round = NEW.round AND step = 'approve' AND user_id <> NEW.prepared_by)
       OR NEW.state = 'ISSUED' AND OLD.state <> 'ISSUED'
          AND NOT EXISTS (SELECT 1 FROM duties WHERE subject = NEW.id AND round = NEW.round AND step = 'authorise' AND user_id <> NEW.prepared_by);
END;

--bun:split

CREATE TRIGGER statements_delete BEFORE DELETE ON statements
BEGIN SELECT RAISE(ABORT, 'supportledger:statement_issued: a statement is never deleted; withdraw it'); END;
