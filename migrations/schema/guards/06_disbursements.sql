-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER transfers_update BEFORE UPDATE ON transfers
BEGIN
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: money moves after a second person authorised it')
    WHERE NEW.state = 'authorised'
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.step = 'authorise');
END;

CREATE TRIGGER prepayments_update BEFORE UPDATE ON prepayments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:payee_unverified: a transfer goes to the verified bank details of its payee')
    WHERE NEW.state = 'authorised' AND OLD.state = 'requested' AND NEW.paid_by = 'transfer'
      AND NOT EXISTS (SELECT 1 FROM payees y JOIN payee_verifications v ON v.payee_id = y.id WHERE y.code = NEW.payee
        AND v.version = (SELECT MAX(d.version) FROM payee_details d WHERE d.payee_id = y.id));
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: money moves after a second person authorised it')
    WHERE NEW.state = 'authorised'
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.step = 'authorise');
END;

CREATE TRIGGER approval_policies_update BEFORE UPDATE ON approval_policies
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:approval_missing: a policy is confirmed by another person than the one who proposed it')
    WHERE NEW.state = 'confirmed'
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round
        AND d.user_id <> r.user_id AND d.payload = r.payload WHERE r.subject = NEW.id AND r.step = 'request'
        AND d.step = 'approve');
END;

CREATE TRIGGER approval_bands_insert BEFORE INSERT ON approval_bands
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a policy that somebody asked for gets no more bands')
    WHERE NOT EXISTS (SELECT 1 FROM approval_policies p WHERE p.id = NEW.policy_id AND p.state = 'proposed')
      OR EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.policy_id);
END;

CREATE TRIGGER approval_band_roles_insert BEFORE INSERT ON approval_band_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a policy that somebody asked for gets no more roles')
    WHERE NOT EXISTS (SELECT 1 FROM approval_policies p WHERE p.id = NEW.policy_id AND p.state = 'proposed')
      OR EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.policy_id);
END;

CREATE TRIGGER disbursements_update BEFORE UPDATE ON disbursements
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:approval_missing: this state needs the approval of as many other people as its policy wants')
    WHERE NEW.state IN ('approved', 'authorised', 'on_hold', 'released', 'paid', 'evidenced', 'verified',
        'returned', 'disallowed')
      AND NOT (NEW.emergency AND NEW.state NOT IN ('approved', 'verified', 'disallowed'))
      AND (SELECT COUNT(*) FROM duties d JOIN duties r ON r.subject = d.subject AND r.round = d.round
        AND r.user_id <> d.user_id WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'approve'
        AND d.payload = NEW.payload AND r.step = 'request') < NEW.approvals_needed;
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: this state needs a third person to authorise it')
    WHERE NEW.state IN ('authorised', 'released', 'paid', 'evidenced', 'verified', 'returned', 'disallowed')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'authorise'
        AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:release_missing: this state needs another person to release the payment')
    WHERE NEW.state IN ('released', 'paid', 'returned')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'release'
        AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:bank_evidence_missing: paid is what the bank says was paid')
    WHERE NEW.state = 'paid'
      AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.disbursement_id = NEW.id AND p.state = 'confirmed');
    SELECT RAISE(ABORT, 'supportledger:held_for_review: it is held until somebody has looked into it')
    WHERE NEW.state IN ('authorised', 'released') AND OLD.state IN ('submitted', 'approved', 'authorised', 'on_hold')
      AND NEW.state <> OLD.state
      AND EXISTS (SELECT 1 FROM complaints c WHERE c.disbursement_id = NEW.id AND c.holds AND c.state <> 'closed');
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what is settled stays settled')
    WHERE OLD.state IN ('evidenced', 'verified', 'disallowed')
      AND NEW.state NOT IN ('evidenced', 'verified', 'disallowed');
    SELECT RAISE(ABORT, 'supportledger:state_conflict: only an emergency is authorised before it is approved')
    WHERE OLD.state = 'submitted' AND NEW.state = 'authorised' AND NOT NEW.emergency;
END;

CREATE TRIGGER disbursement_shares_insert BEFORE INSERT ON disbursement_shares
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_shares_delete BEFORE DELETE ON disbursement_shares
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = OLD.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_items_insert BEFORE INSERT ON disbursement_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_items_delete BEFORE DELETE ON disbursement_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = OLD.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_needs_insert BEFORE INSERT ON disbursement_needs
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_needs_delete BEFORE DELETE ON disbursement_needs
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = OLD.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_need_roles_insert BEFORE INSERT ON disbursement_need_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_need_roles_delete BEFORE DELETE ON disbursement_need_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = OLD.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_evidence_insert BEFORE INSERT ON disbursement_evidence
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_evidence_delete BEFORE DELETE ON disbursement_evidence
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE EXISTS (SELECT 1 FROM disbursements WHERE id = OLD.disbursement_id AND state <> 'draft');
END;

CREATE TRIGGER disbursement_approvals_insert BEFORE INSERT ON disbursement_approvals
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an approval is somebody''s duty')
    WHERE NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.disbursement_id AND d.round = NEW.round
      AND d.step = NEW.step AND d.user_id = NEW.user_id);
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: whom somebody acts for took a step on this request')
    WHERE NEW.on_behalf_of <> ''
      AND EXISTS (SELECT 1 FROM users m
        JOIN users o ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)
        WHERE m.id = NEW.on_behalf_of
        AND o.id IN (SELECT d.user_id FROM duties d WHERE d.subject = NEW.disbursement_id AND d.round = NEW.round
          UNION SELECT a.on_behalf_of FROM disbursement_approvals a WHERE a.disbursement_id = NEW.disbursement_id
          AND a.round = NEW.round UNION SELECT x.created_by FROM disbursements x WHERE x.id = NEW.disbursement_id
          UNION SELECT x.written_by FROM disbursements x WHERE x.id = NEW.disbursement_id));
    SELECT RAISE(ABORT, 'supportledger:delegation_missing: nobody acts for another without a delegation')
    WHERE NEW.on_behalf_of <> ''
      AND NOT EXISTS (SELECT 1 FROM delegations g WHERE g.from_user = NEW.on_behalf_of AND g.to_user = NEW.user_id
        AND g.from_on <= substr(NEW.at, 1, 10) AND g.to_on >= substr(NEW.at, 1, 10) AND g.revoked_at = '');
    SELECT RAISE(ABORT, 'supportledger:related_party: nobody decides for a payee or a person whom they are related to')
    WHERE NEW.on_behalf_of <> ''
      AND EXISTS (SELECT 1 FROM relations l JOIN users o ON o.id = l.user_id JOIN users m ON m.id = NEW.on_behalf_of
        JOIN disbursements d ON d.id = NEW.disbursement_id LEFT JOIN plans p ON p.id = d.plan_id
        WHERE COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)
        AND (l.ended_on = '' OR l.ended_on >= substr(NEW.at, 1, 10))
        AND (l.payee <> '' AND l.payee = d.payee OR l.beneficiary_id <> '' AND l.beneficiary_id = p.beneficiary_id));
END;
