-- Findings and their answers stay. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER audit_findings_update BEFORE UPDATE ON audit_findings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a finding is never changed');

--bun:split

CREATE TRIGGER audit_findings_delete BEFORE DELETE ON audit_findings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a finding is never taken away');

--bun:split

CREATE TRIGGER audit_findings_truncate BEFORE TRUNCATE ON audit_findings FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a finding is never taken away');

--bun:split

CREATE TRIGGER audit_finding_answers_update BEFORE UPDATE ON audit_finding_answers FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an answer is never changed');

--bun:split

CREATE TRIGGER audit_finding_answers_delete BEFORE DELETE ON audit_finding_answers FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an answer is never taken away');

--bun:split

CREATE TRIGGER audit_finding_answers_truncate BEFORE TRUNCATE ON audit_finding_answers FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'an answer is never taken away');
