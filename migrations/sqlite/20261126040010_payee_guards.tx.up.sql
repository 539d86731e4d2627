-- Payees, guarded. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER payees_insert BEFORE INSERT ON payees
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this payee exists')
    WHERE EXISTS (SELECT 1 FROM payees WHERE id = NEW.id OR code = NEW.code);
END;

--bun:split

CREATE TRIGGER payees_update BEFORE UPDATE ON payees
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a payee is never changed; its bank details have versions'); END;

--bun:split

CREATE TRIGGER payees_delete BEFORE DELETE ON payees
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a payee is never deleted'); END;

--bun:split

CREATE TRIGGER payee_details_insert BEFORE INSERT ON payee_details
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: bank details are written anew, each version once')
    WHERE NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM payee_details WHERE payee_id = NEW.payee_id);
END;

--bun:split

CREATE TRIGGER payee_details_update BEFORE UPDATE ON payee_details
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: bank details are never changed; enter the next version'); END;

--bun:split

CREATE TRIGGER payee_details_delete BEFORE DELETE ON payee_details
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: bank details are never deleted'); END;

--bun:split

CREATE TRIGGER payee_verifications_insert BEFORE INSERT ON payee_verifications
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version is verified once')
    WHERE EXISTS (SELECT 1 FROM payee_verifications WHERE payee_id = NEW.payee_id AND version = NEW.version);
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who entered bank details does not verify them, with another account neither')
    WHERE NEW.verified_by = '' OR EXISTS (SELECT 1 FROM payee_details d LEFT JOIN users a ON a.id = d.entered_by LEFT JOIN users b ON b.id = NEW.verified_by
           WHERE d.payee_id = NEW.payee_id AND d.version = NEW.version AND (d.entered_by = NEW.verified_by OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only the newest bank details are verified')
    WHERE EXISTS (SELECT 1 FROM payee_details WHERE payee_id = NEW.payee_id AND version > NEW.version);
END;

--bun:split

CREATE TRIGGER payee_verifications_update BEFORE UPDATE ON payee_verifications
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a verification is never changed'); END;

--bun:split

CREATE TRIGGER payee_verifications_delete BEFORE DELETE ON payee_verifications
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a verification is never taken back; enter the details anew'); END;

--bun:split

CREATE TRIGGER payee_bindings_insert BEFORE INSERT ON payee_bindings
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: it is bound to bank details already')
    WHERE EXISTS (SELECT 1 FROM payee_bindings WHERE subject = NEW.subject AND round = NEW.round);
END;

--bun:split

CREATE TRIGGER payee_bindings_update BEFORE UPDATE ON payee_bindings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was asked for stays bound to its bank details'); END;

--bun:split

CREATE TRIGGER payee_bindings_delete BEFORE DELETE ON payee_bindings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was asked for stays bound to its bank details'); END;

--bun:split

-- Who entered the bank details takes no part in what is paid to them; only details that stand and are verified are paid.

CREATE TRIGGER duties_payee BEFORE INSERT ON duties
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who entered the bank details of the payee takes no step in paying it')
    WHERE EXISTS (SELECT 1 FROM payee_bindings k JOIN payee_details d ON d.payee_id = k.payee_id AND d.version = k.version LEFT JOIN users a ON a.id = d.entered_by LEFT JOIN users b ON b.id = NEW.user_id
           WHERE k.subject = NEW.subject AND k.round = NEW.round AND (d.entered_by = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT, 'supportledger:payee_unverified: the bank details that this was asked for with are not verified, too new, or replaced')
    WHERE NEW.step = 'release' AND EXISTS (SELECT 1 FROM payee_bindings k WHERE k.subject = NEW.subject AND k.round = NEW.round
           AND (EXISTS (SELECT 1 FROM payee_details d WHERE d.payee_id = k.payee_id AND d.version > k.version)
                OR NOT EXISTS (SELECT 1 FROM payee_verifications v WHERE v.payee_id = k.payee_id AND v.version = k.version AND v.usable_from <= NEW.at)));
END;
