-- What is known of people, guarded. The PostgreSQL file beside this one has the same guards under the same names.

--bun:split

CREATE TRIGGER caseload_update BEFORE UPDATE ON caseload
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: only the end of a place on a case is set, once')
    WHERE NEW.id <> OLD.id OR NEW.beneficiary_id <> OLD.beneficiary_id OR NEW.user_id <> OLD.user_id OR NEW.from_on <> OLD.from_on OR NEW.admitted <> OLD.admitted
       OR NEW.assigned_by <> OLD.assigned_by OR NEW.assigned_at <> OLD.assigned_at OR OLD.to_on <> '';
END;

--bun:split

CREATE TRIGGER opening_counts_update BEFORE UPDATE ON opening_counts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: openings are only counted up')
    WHERE NEW.user_id <> OLD.user_id OR NEW.day <> OLD.day OR NEW.openings <> OLD.openings + 1;
END;

--bun:split

CREATE TRIGGER privacy_notices_update BEFORE UPDATE ON privacy_notices
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a notice is only reviewed, once')
    WHERE NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.beneficiary_id <> OLD.beneficiary_id OR NEW.user_id <> OLD.user_id OR NEW.reason <> OLD.reason
       OR NEW.at <> OLD.at OR NEW.review_by <> OLD.review_by OR OLD.outcome <> '';
END;

--bun:split

CREATE TRIGGER duplicate_decisions_insert BEFORE INSERT ON duplicate_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who found the likeness does not decide on it')
    WHERE EXISTS (SELECT 1 FROM duplicates WHERE id = NEW.duplicate_id AND found_by = NEW.decided_by);
END;

--bun:split

CREATE TRIGGER identities_insert BEFORE INSERT ON identities
BEGIN
    SELECT RAISE(ABORT, 'supportledger:erased: who was erased is not written down again')
    WHERE EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.beneficiary_id);
END;

--bun:split

CREATE TRIGGER consents_update BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a consent is never changed; it is revoked'); END;

--bun:split

CREATE TRIGGER consent_revocations_update BEFORE UPDATE ON consent_revocations
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a revocation is never changed'); END;

--bun:split

CREATE TRIGGER households_update BEFORE UPDATE ON households
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was known of a household is never changed; write it anew'); END;

--bun:split

CREATE TRIGGER duplicates_update BEFORE UPDATE ON duplicates
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a likeness that was found is never changed'); END;

--bun:split

CREATE TRIGGER duplicate_decisions_update BEFORE UPDATE ON duplicate_decisions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a decision is never changed'); END;

--bun:split

CREATE TRIGGER beneficiary_endings_update BEFORE UPDATE ON beneficiary_endings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an ending is never changed'); END;

--bun:split

CREATE TRIGGER consents_delete BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a consent is never taken away'); END;

--bun:split

CREATE TRIGGER consent_revocations_delete BEFORE DELETE ON consent_revocations
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a revocation is never taken back'); END;

--bun:split

CREATE TRIGGER households_delete BEFORE DELETE ON households
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was known of a household is never taken away'); END;

--bun:split

CREATE TRIGGER duplicates_delete BEFORE DELETE ON duplicates
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a likeness that was found is never taken away'); END;

--bun:split

CREATE TRIGGER duplicate_decisions_delete BEFORE DELETE ON duplicate_decisions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a decision is never taken back'); END;

--bun:split

CREATE TRIGGER beneficiary_endings_delete BEFORE DELETE ON beneficiary_endings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an ending is never taken back'); END;

--bun:split

CREATE TRIGGER caseload_delete BEFORE DELETE ON caseload
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: who was on a case stays known'); END;

--bun:split

CREATE TRIGGER privacy_notices_delete BEFORE DELETE ON privacy_notices
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a notice is never taken away'); END;

--bun:split

CREATE TRIGGER opening_counts_delete BEFORE DELETE ON opening_counts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: openings stay counted'); END;
