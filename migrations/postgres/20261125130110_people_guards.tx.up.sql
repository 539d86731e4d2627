-- What is known of people, guarded. The SQLite file beside this one has the same guards under the same names.

--bun:split

CREATE FUNCTION caseload_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.beneficiary_id <> OLD.beneficiary_id OR NEW.user_id <> OLD.user_id OR NEW.from_on <> OLD.from_on OR NEW.admitted <> OLD.admitted
       OR NEW.assigned_by <> OLD.assigned_by OR NEW.assigned_at <> OLD.assigned_at OR OLD.to_on <> '' THEN
        RAISE EXCEPTION 'supportledger:append_only: only the end of a place on a case is set, once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER caseload_update BEFORE UPDATE ON caseload FOR EACH ROW EXECUTE FUNCTION caseload_update();

--bun:split

CREATE FUNCTION opening_counts_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.user_id <> OLD.user_id OR NEW.day <> OLD.day OR NEW.openings <> OLD.openings + 1 THEN
        RAISE EXCEPTION 'supportledger:append_only: openings are only counted up' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER opening_counts_update BEFORE UPDATE ON opening_counts FOR EACH ROW EXECUTE FUNCTION opening_counts_update();

--bun:split

CREATE FUNCTION privacy_notices_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.beneficiary_id <> OLD.beneficiary_id OR NEW.user_id <> OLD.user_id OR NEW.reason <> OLD.reason
       OR NEW.at <> OLD.at OR NEW.review_by <> OLD.review_by OR OLD.outcome <> '' THEN
        RAISE EXCEPTION 'supportledger:append_only: a notice is only reviewed, once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER privacy_notices_update BEFORE UPDATE ON privacy_notices FOR EACH ROW EXECUTE FUNCTION privacy_notices_update();

--bun:split

CREATE FUNCTION duplicate_decisions_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM duplicates WHERE id = NEW.duplicate_id AND found_by = NEW.decided_by) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: who found the likeness does not decide on it' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER duplicate_decisions_insert BEFORE INSERT ON duplicate_decisions FOR EACH ROW EXECUTE FUNCTION duplicate_decisions_insert();

--bun:split

CREATE FUNCTION identities_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.beneficiary_id) THEN
        RAISE EXCEPTION 'supportledger:erased: who was erased is not written down again' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER identities_insert BEFORE INSERT ON identities FOR EACH ROW EXECUTE FUNCTION identities_insert();

--bun:split

CREATE TRIGGER consents_update BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a consent is never changed; it is revoked');

--bun:split

CREATE TRIGGER consent_revocations_update BEFORE UPDATE ON consent_revocations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a revocation is never changed');

--bun:split

CREATE TRIGGER households_update BEFORE UPDATE ON households FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was known of a household is never changed; write it anew');

--bun:split

CREATE TRIGGER duplicates_update BEFORE UPDATE ON duplicates FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a likeness that was found is never changed');

--bun:split

CREATE TRIGGER duplicate_decisions_update BEFORE UPDATE ON duplicate_decisions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a decision is never changed');

--bun:split

CREATE TRIGGER beneficiary_endings_update BEFORE UPDATE ON beneficiary_endings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an ending is never changed');

--bun:split

CREATE TRIGGER consents_delete BEFORE DELETE ON consents FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a consent is never taken away');

--bun:split

CREATE TRIGGER consents_truncate BEFORE TRUNCATE ON consents FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a consent is never taken away');

--bun:split

CREATE TRIGGER consent_revocations_delete BEFORE DELETE ON consent_revocations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a revocation is never taken back');

--bun:split

CREATE TRIGGER consent_revocations_truncate BEFORE TRUNCATE ON consent_revocations FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a revocation is never taken back');

--bun:split

CREATE TRIGGER households_delete BEFORE DELETE ON households FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was known of a household is never taken away');

--bun:split

CREATE TRIGGER households_truncate BEFORE TRUNCATE ON households FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was known of a household is never taken away');

--bun:split

CREATE TRIGGER duplicates_delete BEFORE DELETE ON duplicates FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a likeness that was found is never taken away');

--bun:split

CREATE TRIGGER duplicates_truncate BEFORE TRUNCATE ON duplicates FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a likeness that was found is never taken away');

--bun:split

CREATE TRIGGER duplicate_decisions_delete BEFORE DELETE ON duplicate_decisions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a decision is never taken back');

--bun:split

CREATE TRIGGER duplicate_decisions_truncate BEFORE TRUNCATE ON duplicate_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a decision is never taken back');

--bun:split

CREATE TRIGGER beneficiary_endings_delete BEFORE DELETE ON beneficiary_endings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an ending is never taken back');

--bun:split

CREATE TRIGGER beneficiary_endings_truncate BEFORE TRUNCATE ON beneficiary_endings FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'an ending is never taken back');

--bun:split

CREATE TRIGGER caseload_delete BEFORE DELETE ON caseload FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'who was on a case stays known');

--bun:split

CREATE TRIGGER caseload_truncate BEFORE TRUNCATE ON caseload FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'who was on a case stays known');

--bun:split

CREATE TRIGGER privacy_notices_delete BEFORE DELETE ON privacy_notices FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a notice is never taken away');

--bun:split

CREATE TRIGGER privacy_notices_truncate BEFORE TRUNCATE ON privacy_notices FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a notice is never taken away');

--bun:split

CREATE TRIGGER opening_counts_delete BEFORE DELETE ON opening_counts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'openings stay counted');

--bun:split

CREATE TRIGGER opening_counts_truncate BEFORE TRUNCATE ON opening_counts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'openings stay counted');
