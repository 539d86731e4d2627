-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER payee_details_insert BEFORE INSERT ON payee_details
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: bank details are written anew, each version once')
    WHERE NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM payee_details WHERE payee_id = NEW.payee_id);
END;

CREATE TRIGGER payee_verifications_insert BEFORE INSERT ON payee_verifications
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version is verified once')
    WHERE EXISTS (SELECT 1 FROM payee_verifications WHERE payee_id = NEW.payee_id AND version = NEW.version);
    SELECT RAISE(ABORT,
        'supportledger:maker_cannot_approve: nobody verifies bank details that they entered, with another account neither')
    WHERE NEW.verified_by = ''
      OR EXISTS (SELECT 1 FROM payee_details d LEFT JOIN users a ON a.id = d.entered_by
        LEFT JOIN users b ON b.id = NEW.verified_by WHERE d.payee_id = NEW.payee_id AND d.version = NEW.version
        AND (d.entered_by = NEW.verified_by
          OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT, 'supportledger:related_party: nobody verifies bank details of a payee whom they are related to')
    WHERE EXISTS (SELECT 1 FROM relations l JOIN payees y ON y.code = l.payee JOIN users o ON o.id = l.user_id
      JOIN users m ON m.id = NEW.verified_by WHERE y.id = NEW.payee_id
      AND COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)
      AND (l.ended_on = '' OR l.ended_on >= substr(NEW.verified_at, 1, 10)));
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only the newest bank details are verified')
    WHERE EXISTS (SELECT 1 FROM payee_details WHERE payee_id = NEW.payee_id AND version > NEW.version);
END;

CREATE TRIGGER own_accounts_insert BEFORE INSERT ON own_accounts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: an account of ours is written anew, each version once')
    WHERE NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM own_accounts WHERE account = NEW.account);
END;

CREATE TRIGGER payments_update BEFORE UPDATE ON payments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:release_missing: a payment goes into a file with a batch that was released')
    WHERE NEW.state = 'in_file' AND OLD.state <> 'in_file'
      AND NOT EXISTS (SELECT 1 FROM payment_batch_items i JOIN payment_batches b ON b.id = i.batch_id
        WHERE i.payment_id = NEW.id AND i.live AND b.state IN ('released', 'exported'));
    SELECT RAISE(ABORT, 'supportledger:bank_evidence_missing: a payment is confirmed by a line of the bank')
    WHERE NEW.state IN ('confirmed', 'returned')
      AND NOT EXISTS (SELECT 1 FROM bank_matches m WHERE m.payment_id = NEW.id AND m.proves = 'payment'
        AND NOT m.undone);
    SELECT RAISE(ABORT, 'supportledger:bank_evidence_missing: a payment is returned by a line of the bank')
    WHERE NEW.state = 'returned'
      AND NOT EXISTS (SELECT 1 FROM bank_matches m WHERE m.payment_id = NEW.id AND m.proves = 'return'
        AND NOT m.undone);
    SELECT RAISE(ABORT,
        'supportledger:release_missing: a payment that is made again needs a second person to release it')
    WHERE NEW.reissue_of IS NOT NULL AND NEW.state IN ('in_file', 'sent', 'confirmed')
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round
        AND d.user_id <> r.user_id WHERE r.subject = NEW.id AND r.step = 'request' AND d.step = 'release'
        AND d.payload = NEW.payload);
END;

CREATE TRIGGER payments_insert BEFORE INSERT ON payments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only what came back or never left is paid again')
    WHERE NEW.reissue_of IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM payments WHERE id = NEW.reissue_of AND state IN ('failed', 'returned', 'recalled'));
END;

CREATE TRIGGER payment_batches_update BEFORE UPDATE ON payment_batches
BEGIN
    SELECT RAISE(ABORT, 'supportledger:request_missing: a locked batch is what somebody locked')
    WHERE NEW.state = 'locked' AND (NEW.locked_by = '' OR length(NEW.lock_hash) <> 32);
    SELECT RAISE(ABORT, 'supportledger:release_missing: a batch leaves after somebody released exactly what was locked')
    WHERE NEW.state IN ('released', 'exported', 'reconciled', 'closed')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'release'
        AND d.payload = NEW.lock_hash);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was exported is not changed')
    WHERE OLD.file_sha256 <> '' AND (NEW.file_sha256 <> OLD.file_sha256 OR NEW.format <> OLD.format)
      OR NEW.state IN ('exported', 'reconciled', 'closed') AND NEW.file_sha256 = '';
END;

CREATE TRIGGER payment_batch_items_insert BEFORE INSERT ON payment_batch_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only an open batch takes payments')
    WHERE NOT NEW.live OR NOT EXISTS (SELECT 1 FROM payment_batches b WHERE b.id = NEW.batch_id AND b.state = 'open');
END;

CREATE TRIGGER payment_batch_items_update BEFORE UPDATE ON payment_batch_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was locked is not taken out; unlock or abort the batch')
    WHERE OLD.live AND NOT NEW.live
      AND NOT EXISTS (SELECT 1 FROM payment_batches b WHERE b.id = NEW.batch_id AND b.state IN ('open', 'aborted'));
END;

CREATE TRIGGER bank_lines_delete BEFORE DELETE ON bank_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a bank line that proves something is never deleted')
    WHERE EXISTS (SELECT 1 FROM bank_matches WHERE line_id = OLD.id);
END;

CREATE TRIGGER bank_import_lines_update BEFORE UPDATE ON bank_import_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what the bank said is never changed')
    WHERE NOT EXISTS (SELECT 1 FROM bank_imports
                      WHERE id = NEW.import_id AND (state = 'previewed' OR state = 'committed'
                          AND (NEW.line_id IS NULL OR NEW.line_id = OLD.same_as)));
END;
