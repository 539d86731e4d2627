-- Findings and their answers stay. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER audit_findings_insert BEFORE INSERT ON audit_findings
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this finding exists')
    WHERE EXISTS (SELECT 1 FROM audit_findings WHERE id = NEW.id OR grant_id = NEW.grant_id AND number = NEW.number);
END;

--bun:split

CREATE TRIGGER audit_findings_update BEFORE UPDATE ON audit_findings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a finding is never changed'); END;

--bun:split

CREATE TRIGGER audit_findings_delete BEFORE DELETE ON audit_findings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a finding is never taken away'); END;

--bun:split

CREATE TRIGGER audit_finding_answers_insert BEFORE INSERT ON audit_finding_answers
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: answers come one after another')
    WHERE NEW.position <> 1 + (SELECT COUNT(*) FROM audit_finding_answers WHERE finding_id = NEW.finding_id);
END;

--bun:split

CREATE TRIGGER audit_finding_answers_update BEFORE UPDATE ON audit_finding_answers
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an answer is never changed'); END;

--bun:split

CREATE TRIGGER audit_finding_answers_delete BEFORE DELETE ON audit_finding_answers
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an answer is never taken away'); END;
