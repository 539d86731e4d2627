-- Payment batches, guarded. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER own_accounts_insert BEFORE INSERT ON own_accounts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: an account of ours is written anew, each version once')
    WHERE NEW.version <> (SELECT COALESCE(MAX(version), 0) + 1 FROM own_accounts WHERE account = NEW.account);
END;

--bun:split

CREATE TRIGGER own_accounts_update BEFORE UPDATE ON own_accounts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an account of ours is never changed; write the next version'); END;

--bun:split

CREATE TRIGGER own_accounts_delete BEFORE DELETE ON own_accounts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an account of ours is never deleted'); END;

--bun:split

CREATE TRIGGER payment_batches_insert BEFORE INSERT ON payment_batches
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a batch starts open')
    WHERE NEW.state <> 'open' OR NEW.released_by <> '' OR NEW.file_sha256 <> '';
    SELECT RAISE(ABORT, 'supportledger:append_only: this batch exists')
    WHERE EXISTS (SELECT 1 FROM payment_batches WHERE id = NEW.id OR number = NEW.number);
END;

--bun:split

CREATE TRIGGER payment_batches_update BEFORE UPDATE ON payment_batches
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a batch is not changed; make another')
    WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.account <> OLD.account OR NEW.currency <> OLD.currency OR NEW.date <> OLD.date OR NEW.charges <> OLD.charges OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at;
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a batch goes one way')
    WHERE NEW.state <> OLD.state AND (OLD.state || ' ' || NEW.state) NOT IN ('open locked', 'locked open', 'locked released', 'released exported', 'exported reconciled',
           'reconciled closed', 'open aborted', 'locked aborted', 'released aborted');
    SELECT RAISE(ABORT, 'supportledger:request_missing: a locked batch is what somebody locked')
    WHERE NEW.state = 'locked' AND NOT EXISTS (SELECT 1 FROM duties r WHERE r.subject = NEW.id AND r.round = NEW.round AND r.step = 'request' AND r.payload = NEW.lock_hash);
    SELECT RAISE(ABORT, 'supportledger:release_missing: a batch leaves after another person than who locked it released exactly that')
    WHERE NEW.state IN ('released', 'exported', 'reconciled', 'closed') AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round
           AND d.user_id <> r.user_id WHERE r.subject = NEW.id AND r.round = NEW.round AND r.step = 'request' AND d.step = 'release' AND d.payload = NEW.lock_hash);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was locked is not changed; unlock it first')
    WHERE OLD.state <> 'open' AND NEW.state <> 'open' AND (NEW.lock_hash <> OLD.lock_hash OR NEW.own_version <> OLD.own_version OR NEW.item_count <> OLD.item_count OR NEW.total <> OLD.total OR NEW.locked_by <> OLD.locked_by OR NEW.locked_at <> OLD.locked_at OR NEW.round <> OLD.round);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was exported is not changed')
    WHERE OLD.file_sha256 <> '' AND (NEW.file_sha256 <> OLD.file_sha256 OR NEW.format <> OLD.format) OR NEW.state IN ('exported', 'reconciled', 'closed') AND NEW.file_sha256 = '';
END;

--bun:split

CREATE TRIGGER payment_batches_delete BEFORE DELETE ON payment_batches
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a batch is never deleted; it is aborted'); END;

--bun:split

CREATE TRIGGER payment_batch_items_insert BEFORE INSERT ON payment_batch_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only an open batch takes payments')
    WHERE NOT NEW.live OR NOT EXISTS (SELECT 1 FROM payment_batches b WHERE b.id = NEW.batch_id AND b.state = 'open');
    SELECT RAISE(ABORT, 'supportledger:append_only: it is in a batch already')
    WHERE EXISTS (SELECT 1 FROM payment_batch_items WHERE id = NEW.id OR batch_id = NEW.batch_id AND position = NEW.position OR NEW.live AND live AND subject = NEW.subject);
END;

--bun:split

CREATE TRIGGER payment_batch_items_update BEFORE UPDATE ON payment_batch_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what stands in a batch is not changed; take it out')
    WHERE NEW.id <> OLD.id OR NEW.batch_id <> OLD.batch_id OR NEW.position <> OLD.position OR NEW.subject <> OLD.subject OR NEW.disbursement_id <> OLD.disbursement_id OR NEW.number <> OLD.number OR NEW.uetr <> OLD.uetr OR NEW.payee_id <> OLD.payee_id OR NEW.details <> OLD.details OR NEW.kind <> OLD.kind OR NEW.amount <> OLD.amount OR NEW.payload <> OLD.payload OR NEW.added_by <> OLD.added_by OR NEW.added_at <> OLD.added_at OR OLD.payment_id IS NOT NULL AND NEW.payment_id IS NOT OLD.payment_id OR NEW.live AND NOT OLD.live;
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was locked is not taken out; unlock or abort the batch')
    WHERE OLD.live AND NOT NEW.live AND NOT EXISTS (SELECT 1 FROM payment_batches b WHERE b.id = NEW.batch_id AND b.state IN ('open', 'aborted'));
END;

--bun:split

CREATE TRIGGER payment_batch_items_delete BEFORE DELETE ON payment_batch_items
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what stood in a batch stays on record'); END;

--bun:split

CREATE TRIGGER payment_evidence_update BEFORE UPDATE ON payment_evidence
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what proves a payment is not changed'); END;

--bun:split

CREATE TRIGGER payment_evidence_delete BEFORE DELETE ON payment_evidence
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what proves a payment stays'); END;

--bun:split

-- Who did anything on an item of a batch, or entered its bank details, does not release the batch; only a released batch leaves.

CREATE TRIGGER duties_batch BEFORE INSERT ON duties
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who took a step on a payment, or entered its bank details, does not release its batch')
    WHERE NEW.step = 'release' AND EXISTS (SELECT 1 FROM payment_batch_items i JOIN disbursements d ON d.id = i.disbursement_id
           JOIN duties u ON u.subject = d.id AND u.round = d.round AND u.step <> 'release'
           LEFT JOIN users a ON a.id = u.user_id LEFT JOIN users b ON b.id = NEW.user_id
           WHERE i.batch_id = NEW.subject AND i.live AND (u.user_id = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who asked for a payment to be made again does not release its batch')
    WHERE NEW.step = 'release' AND EXISTS (SELECT 1 FROM payment_batch_items i JOIN duties u ON u.subject = i.payment_id
           LEFT JOIN users a ON a.id = u.user_id LEFT JOIN users b ON b.id = NEW.user_id
           WHERE i.batch_id = NEW.subject AND i.live AND (u.user_id = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who entered the bank details of a payee does not release its batch')
    WHERE NEW.step = 'release' AND EXISTS (SELECT 1 FROM payment_batch_items i JOIN payee_details d ON d.payee_id = i.payee_id AND d.version = i.details
           LEFT JOIN users a ON a.id = d.entered_by LEFT JOIN users b ON b.id = NEW.user_id
           WHERE i.batch_id = NEW.subject AND i.live AND (d.entered_by = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT, 'supportledger:payee_unverified: bank details of the batch are not verified, too new, or replaced')
    WHERE NEW.step = 'release' AND EXISTS (SELECT 1 FROM payment_batch_items i WHERE i.batch_id = NEW.subject AND i.live
           AND (EXISTS (SELECT 1 FROM payee_details d WHERE d.payee_id = i.payee_id AND d.version > i.details)
                OR NOT EXISTS (SELECT 1 FROM payee_verifications v WHERE v.payee_id = i.payee_id AND v.version = i.details AND v.usable_from <= NEW.at)));
END;

--bun:split

CREATE TRIGGER payments_in_file BEFORE UPDATE ON payments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:release_missing: a payment goes into a file with a batch that was released')
    WHERE NEW.state = 'in_file' AND OLD.state <> 'in_file' AND NOT EXISTS (SELECT 1 FROM payment_batch_items i JOIN payment_batches b ON b.id = i.batch_id
           WHERE i.payment_id = NEW.id AND i.live AND b.state IN ('released', 'exported'));
END;
