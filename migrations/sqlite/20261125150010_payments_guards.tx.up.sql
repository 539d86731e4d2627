-- The guards of disbursements once more, since the table was written anew, and those of payments and what the bank says.

CREATE TRIGGER disbursements_insert BEFORE INSERT ON disbursements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a disbursement starts as a draft')
    WHERE NEW.state <> 'draft' OR NEW.entry_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.id OR number = NEW.number);
END;

--bun:split

CREATE TRIGGER disbursements_update BEFORE UPDATE ON disbursements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: this state needs the approval of another person than the one who asked')
    WHERE NEW.state IN ('approved', 'authorised', 'on_hold', 'released', 'paid', 'evidenced', 'verified', 'returned', 'disallowed')
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id
                      WHERE r.subject = NEW.id AND r.round = NEW.round AND r.step = 'request'
                        AND d.step = 'approve' AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: this state needs a third person to authorise it')
    WHERE NEW.state IN ('authorised', 'released', 'paid', 'evidenced', 'verified', 'returned', 'disallowed')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'authorise' AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:release_missing: this state needs another person to release the payment')
    WHERE NEW.state IN ('released', 'paid', 'returned')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'release' AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:bank_evidence_missing: paid is what the bank says was paid')
    WHERE NEW.state = 'paid'
      AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.disbursement_id = NEW.id AND p.state = 'confirmed');
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE OLD.state <> 'draft'
      AND (NEW.settlement <> OLD.settlement OR NEW.plan_id IS NOT OLD.plan_id OR NEW.partner_id IS NOT OLD.partner_id
           OR NEW.prepayment_id IS NOT OLD.prepayment_id OR NEW.line <> OLD.line OR NEW.units <> OLD.units
           OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR NEW.overpaid <> OLD.overpaid OR NEW.payee <> OLD.payee
           OR NEW.category <> OLD.category OR NEW.account <> OLD.account OR NEW.spot <> OLD.spot OR NEW.items <> OLD.items
           OR NEW.shares <> OLD.shares OR NEW.payload <> OLD.payload);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what is settled stays settled')
    WHERE OLD.state IN ('evidenced', 'verified', 'disallowed') AND NEW.state NOT IN ('evidenced', 'verified', 'disallowed');
END;

--bun:split

CREATE TRIGGER payments_insert BEFORE INSERT ON payments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a payment starts as planned')
    WHERE NEW.state <> 'planned' OR NEW.entry_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM payments WHERE id = NEW.id OR number = NEW.number);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only what came back or never left is paid again')
    WHERE NEW.reissue_of IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM payments WHERE id = NEW.reissue_of AND state IN ('failed', 'returned', 'recalled'));
END;

--bun:split

CREATE TRIGGER payments_update BEFORE UPDATE ON payments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:bank_evidence_missing: a payment is confirmed by a line of the bank')
    WHERE NEW.state IN ('confirmed', 'returned')
      AND NOT EXISTS (SELECT 1 FROM bank_matches m WHERE m.payment_id = NEW.id AND m.proves = 'payment' AND NOT m.undone);
    SELECT RAISE(ABORT, 'supportledger:bank_evidence_missing: a payment is returned by a line of the bank')
    WHERE NEW.state = 'returned'
      AND NOT EXISTS (SELECT 1 FROM bank_matches m WHERE m.payment_id = NEW.id AND m.proves = 'return' AND NOT m.undone);
    SELECT RAISE(ABORT, 'supportledger:release_missing: a payment that is made again needs a second person to release it')
    WHERE NEW.reissue_of IS NOT NULL AND NEW.state IN ('in_file', 'sent', 'confirmed')
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id
                      WHERE r.subject = NEW.id AND r.step = 'request' AND d.step = 'release' AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a payment is not changed; make another')
    WHERE NEW.disbursement_id <> OLD.disbursement_id OR NEW.reissue_of IS NOT OLD.reissue_of OR NEW.account <> OLD.account
       OR NEW.payee <> OLD.payee OR NEW.date <> OLD.date OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency
       OR NEW.payload <> OLD.payload;
END;

--bun:split

CREATE TRIGGER payments_delete BEFORE DELETE ON payments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a payment is never deleted'); END;

--bun:split

CREATE TRIGGER bank_lines_update BEFORE UPDATE ON bank_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what the bank said is never changed'); END;

--bun:split

CREATE TRIGGER bank_lines_delete BEFORE DELETE ON bank_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a bank line that proves something is never deleted')
    WHERE EXISTS (SELECT 1 FROM bank_matches WHERE line_id = OLD.id);
END;

--bun:split

CREATE TRIGGER bank_matches_update BEFORE UPDATE ON bank_matches
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a match is undone, never changed')
    WHERE NEW.line_id <> OLD.line_id OR NEW.payment_id <> OLD.payment_id OR NEW.proves <> OLD.proves OR NEW.amount <> OLD.amount
       OR OLD.undone AND NOT NEW.undone OR OLD.entry_id IS NOT NULL AND NEW.entry_id IS NOT OLD.entry_id;
END;

--bun:split

CREATE TRIGGER bank_matches_delete BEFORE DELETE ON bank_matches
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a match is undone, never deleted'); END;

--bun:split

CREATE TRIGGER prepayments_insert BEFORE INSERT ON prepayments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: money paid ahead starts as a request')
    WHERE NEW.state <> 'requested' OR NEW.entry_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM prepayments WHERE id = NEW.id OR number = NEW.number);
END;

--bun:split

CREATE TRIGGER prepayments_update BEFORE UPDATE ON prepayments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: money moves after a second person authorised it')
    WHERE NEW.state = 'authorised'
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.step = 'authorise');
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was requested is not changed; request another')
    WHERE NEW.kind <> OLD.kind OR NEW.fund <> OLD.fund OR NEW.payee <> OLD.payee OR NEW.plan_id IS NOT OLD.plan_id
       OR NEW.account <> OLD.account OR NEW.date <> OLD.date OR NEW.amount <> OLD.amount;
END;
