-- Payees, guarded. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER payees_update BEFORE UPDATE ON payees FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a payee is never changed; its bank details have versions');

--bun:split

CREATE TRIGGER payees_delete BEFORE DELETE ON payees FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a payee is never deleted');

--bun:split

CREATE TRIGGER payees_truncate BEFORE TRUNCATE ON payees FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a payee is never deleted');

--bun:split

CREATE FUNCTION payee_details_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM payee_details WHERE payee_id = NEW.payee_id) THEN
        RAISE EXCEPTION 'supportledger:append_only: bank details are written anew, each version once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER payee_details_insert BEFORE INSERT ON payee_details FOR EACH ROW EXECUTE FUNCTION payee_details_insert();

--bun:split

CREATE TRIGGER payee_details_update BEFORE UPDATE ON payee_details FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'bank details are never changed; enter the next version');

--bun:split

CREATE TRIGGER payee_details_delete BEFORE DELETE ON payee_details FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'bank details are never deleted');

--bun:split

CREATE TRIGGER payee_details_truncate BEFORE TRUNCATE ON payee_details FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'bank details are never deleted');

--bun:split

CREATE FUNCTION payee_verifications_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM payee_verifications WHERE payee_id = NEW.payee_id AND version = NEW.version) THEN
        RAISE EXCEPTION 'supportledger:append_only: a version is verified once' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.verified_by = '' OR EXISTS (SELECT 1 FROM payee_details d LEFT JOIN users a ON a.id = d.entered_by LEFT JOIN users b ON b.id = NEW.verified_by
           WHERE d.payee_id = NEW.payee_id AND d.version = NEW.version AND (d.entered_by = NEW.verified_by OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id))) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: who entered bank details does not verify them, with another account neither' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM payee_details WHERE payee_id = NEW.payee_id AND version > NEW.version) THEN
        RAISE EXCEPTION 'supportledger:state_conflict: only the newest bank details are verified' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER payee_verifications_insert BEFORE INSERT ON payee_verifications FOR EACH ROW EXECUTE FUNCTION payee_verifications_insert();

--bun:split

CREATE TRIGGER payee_verifications_update BEFORE UPDATE ON payee_verifications FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a verification is never changed');

--bun:split

CREATE TRIGGER payee_verifications_delete BEFORE DELETE ON payee_verifications FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a verification is never taken back; enter the details anew');

--bun:split

CREATE TRIGGER payee_verifications_truncate BEFORE TRUNCATE ON payee_verifications FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a verification is never taken back; enter the details anew');

--bun:split

CREATE TRIGGER payee_bindings_update BEFORE UPDATE ON payee_bindings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was asked for stays bound to its bank details');

--bun:split

CREATE TRIGGER payee_bindings_delete BEFORE DELETE ON payee_bindings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was asked for stays bound to its bank details');

--bun:split

CREATE TRIGGER payee_bindings_truncate BEFORE TRUNCATE ON payee_bindings FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was asked for stays bound to its bank details');

--bun:split

-- Who entered the bank details takes no part in what is paid to them; only details that stand and are verified are paid.

CREATE FUNCTION duties_payee() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM payee_bindings k JOIN payee_details d ON d.payee_id = k.payee_id AND d.version = k.version LEFT JOIN users a ON a.id = d.entered_by LEFT JOIN users b ON b.id = NEW.user_id
           WHERE k.subject = NEW.subject AND k.round = NEW.round AND (d.entered_by = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id))) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: who entered the bank details of the payee takes no step in paying it' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.step = 'release' AND EXISTS (SELECT 1 FROM payee_bindings k WHERE k.subject = NEW.subject AND k.round = NEW.round
           AND (EXISTS (SELECT 1 FROM payee_details d WHERE d.payee_id = k.payee_id AND d.version > k.version)
                OR NOT EXISTS (SELECT 1 FROM payee_verifications v WHERE v.payee_id = k.payee_id AND v.version = k.version AND v.usable_from <= NEW.at))) THEN
        RAISE EXCEPTION 'supportledger:payee_unverified: the bank details that this was asked for with are not verified, too new, or replaced' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER duties_payee BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION duties_payee();
