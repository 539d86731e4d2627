-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER users_insert BEFORE INSERT ON users
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:append_only: an account is joined to another by a change that two people agree on')
    WHERE NEW.person <> '';
END;

CREATE TRIGGER users_update BEFORE UPDATE ON users
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:account_ended: what has ended stays ended, and an end is never put off; make another account')
    WHERE OLD.disabled_at IS NOT NULL AND NEW.disabled_at IS DISTINCT FROM OLD.disabled_at
       OR OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: no approved change joins this account to that one')
    WHERE NEW.person <> OLD.person
      AND (OLD.person <> ''
        OR NOT EXISTS (SELECT 1 FROM account_changes c JOIN users o ON o.id = c.other_id WHERE c.user_id = OLD.id
          AND c.kind = 'same_person' AND c.state = 'applied' AND NEW.person = COALESCE(NULLIF(o.person, ''), o.id)));
END;

CREATE TRIGGER user_roles_delete BEFORE DELETE ON user_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: no change of the account revokes this role')
    WHERE NOT EXISTS (SELECT 1 FROM account_changes c JOIN account_change_roles r ON r.change_id = c.id
      WHERE c.user_id = OLD.user_id AND c.state = 'applied' AND r.role = OLD.role AND NOT r.given
      AND c.decided_at >= COALESCE((SELECT g.decided_at FROM account_changes g WHERE g.id = OLD.change_id), ''));
END;

CREATE TRIGGER user_roles_insert BEFORE INSERT ON user_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:incompatible_roles: these two roles are not for one person')
    WHERE EXISTS (SELECT 1 FROM user_roles h WHERE h.user_id = NEW.user_id AND (
            h.role IN ('admin', 'auditor', 'donor')
         OR NEW.role IN ('admin', 'auditor', 'donor')
         OR h.role = 'caseworker' AND NEW.role IN ('finance_officer', 'treasurer', 'privacy_officer')
         OR NEW.role = 'caseworker' AND h.role IN ('finance_officer', 'treasurer', 'privacy_officer')
         OR h.role = 'programme_lead' AND NEW.role = 'privacy_officer'
         OR NEW.role = 'programme_lead' AND h.role = 'privacy_officer'));
    SELECT RAISE(ABORT, 'supportledger:approval_missing: no approved change of the account grants this role')
    WHERE NOT EXISTS (SELECT 1 FROM account_changes c JOIN account_change_roles r ON r.change_id = c.id
      WHERE c.id = NEW.change_id AND c.user_id = NEW.user_id
      AND c.state = 'applied' AND r.role = NEW.role AND r.given
      AND NOT EXISTS (SELECT 1 FROM account_changes l JOIN account_change_roles t ON t.change_id = l.id
        WHERE l.user_id = NEW.user_id AND l.state = 'applied'
        AND l.decided_at > c.decided_at AND t.role = NEW.role AND NOT t.given));
END;

CREATE TRIGGER account_changes_insert BEFORE INSERT ON account_changes
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a change of an account starts as a request')
    WHERE NEW.kind <> 'first' AND NEW.state <> 'requested';
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an account has first roles once, when it is made')
    WHERE NEW.kind = 'first'
      AND (EXISTS (SELECT 1 FROM account_changes WHERE user_id = NEW.user_id)
        OR EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id));
    SELECT RAISE(ABORT, 'supportledger:own_rights: nobody asks for rights of their own')
    WHERE NEW.created_by = NEW.user_id;
END;

CREATE TRIGGER account_changes_update BEFORE UPDATE ON account_changes
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:approval_missing: this change of an account needs another person who approves it')
    WHERE NEW.state = 'applied'
      AND (NEW.kind <> 'roles' OR EXISTS (SELECT 1 FROM account_change_roles r WHERE r.change_id = NEW.id AND r.given
        AND r.role NOT IN ('auditor', 'donor')))
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round
        AND d.user_id <> r.user_id WHERE r.subject = NEW.id AND r.step = 'request' AND r.payload = NEW.payload
        AND r.user_id <> NEW.user_id AND d.step = 'approve' AND d.payload = NEW.payload AND d.user_id <> NEW.user_id);
END;

CREATE TRIGGER tokens_insert BEFORE INSERT ON tokens
BEGIN
    SELECT RAISE(ABORT, 'supportledger:account_ended: an account that has ended gets no token')
    WHERE EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id
      AND (disabled_at IS NOT NULL OR ends_at <= NEW.created_at));
END;

CREATE TRIGGER credentials_delete BEFORE DELETE ON credentials
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a password is forgotten when another invitation is used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = OLD.user_id AND i.used_at >= OLD.changed_at
      AND i.hash IS DISTINCT FROM OLD.invitation);
END;

CREATE TRIGGER credentials_insert BEFORE INSERT ON credentials
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a password is set with an invitation that was just used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.hash = NEW.invitation AND i.user_id = NEW.user_id
      AND i.used_at = NEW.changed_at);
END;

CREATE TRIGGER invitations_insert BEFORE INSERT ON invitations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an invitation begins unused')
    WHERE NEW.used_at IS NOT NULL;
    SELECT RAISE(ABORT,
        'supportledger:approval_missing: a new way in for an account that acts takes an approved change of it')
    WHERE EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id AND role NOT IN ('auditor', 'donor'))
      AND NOT EXISTS (SELECT 1 FROM account_changes c WHERE c.id = NEW.change_id AND c.user_id = NEW.user_id
        AND c.kind = 'invitation' AND c.state = 'applied');
    SELECT RAISE(ABORT, 'supportledger:append_only: a change of an account gives one invitation')
    WHERE NEW.change_id <> '' AND EXISTS (SELECT 1 FROM invitations WHERE change_id = NEW.change_id);
END;

CREATE TRIGGER sign_in_identities_delete BEFORE DELETE ON sign_in_identities
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: an identity is forgotten when another invitation is used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = OLD.user_id AND i.used_at >= OLD.linked_at
      AND i.hash IS DISTINCT FROM OLD.invitation);
END;

CREATE TRIGGER sign_in_identities_insert BEFORE INSERT ON sign_in_identities
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an identity is linked with an invitation that was just used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.hash = NEW.invitation AND i.user_id = NEW.user_id
      AND i.used_at = NEW.linked_at);
END;

CREATE TRIGGER passkeys_insert BEFORE INSERT ON passkeys
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a passkey is added by a person who has set a password')
    WHERE NOT EXISTS (SELECT 1 FROM credentials c WHERE c.user_id = NEW.user_id AND c.changed_at <= NEW.created_at);
END;

CREATE TRIGGER duties_insert BEFORE INSERT ON duties
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:maker_cannot_approve: who took a step on a payment does not release its batch')
    WHERE NEW.step = 'release'
      AND EXISTS (SELECT 1 FROM payment_batch_items i JOIN disbursements d ON d.id = i.disbursement_id
        JOIN duties u ON u.subject = d.id AND u.round = d.round AND u.step <> 'release'
        LEFT JOIN users a ON a.id = u.user_id LEFT JOIN users b ON b.id = NEW.user_id WHERE i.batch_id = NEW.subject
        AND i.live
        AND (u.user_id = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT,
        'supportledger:maker_cannot_approve: who asked for a payment to be made again does not release its batch')
    WHERE NEW.step = 'release'
      AND EXISTS (SELECT 1 FROM payment_batch_items i JOIN duties u ON u.subject = i.payment_id
        LEFT JOIN users a ON a.id = u.user_id LEFT JOIN users b ON b.id = NEW.user_id WHERE i.batch_id = NEW.subject
        AND i.live
        AND (u.user_id = NEW.user_id OR COALESCE(NULLIF(a.person, ''), a.id) = COALESCE(NULLIF(b.person, ''), b.id)));
    SELECT RAISE(ABORT,
        'supportledger:payee_unverified: bank details of the batch are not verified, too new, or replaced')
    WHERE NEW.step = 'release'
      AND EXISTS (SELECT 1 FROM payment_batch_items i WHERE i.batch_id = NEW.subject AND i.live
        AND (EXISTS (SELECT 1 FROM payee_details d WHERE d.payee_id = i.payee_id AND d.version > i.details)
          OR NOT EXISTS (SELECT 1 FROM payee_verifications v WHERE v.payee_id = i.payee_id AND v.version = i.details
            AND v.usable_from <= NEW.at)));
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: nobody acts twice on the same request')
    WHERE EXISTS (SELECT 1 FROM duties WHERE subject = NEW.subject AND round = NEW.round AND user_id = NEW.user_id);
    SELECT RAISE(ABORT,
        'supportledger:request_missing: there is no request to decide on, or it asked for something else')
    WHERE NEW.step <> 'request'
      AND NOT EXISTS (SELECT 1 FROM duties WHERE subject = NEW.subject AND round = NEW.round AND step = 'request'
        AND payload = NEW.payload)
      AND NOT EXISTS (SELECT 1 FROM payment_batches b WHERE b.id = NEW.subject AND b.round = NEW.round
        AND b.state = 'locked' AND b.lock_hash = NEW.payload AND NEW.step = 'release');
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: nobody decides on what they wrote')
    WHERE NEW.step <> 'request'
      AND EXISTS (SELECT 1 FROM users m
        JOIN users o ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)
        WHERE m.id = NEW.user_id
        AND o.id IN (SELECT d.created_by FROM disbursements d WHERE d.id = NEW.subject
          UNION SELECT d.written_by FROM disbursements d WHERE d.id = NEW.subject));
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: somebody else acted for them on this request')
    WHERE EXISTS (SELECT 1 FROM users m
      JOIN users o ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)
      WHERE m.id = NEW.user_id
      AND o.id IN (SELECT a.on_behalf_of FROM disbursement_approvals a WHERE a.disbursement_id = NEW.subject
        AND a.round = NEW.round));
    SELECT RAISE(ABORT, 'supportledger:related_party: nobody decides for a payee or a person whom they are related to')
    WHERE NEW.step <> 'request'
      AND EXISTS (SELECT 1 FROM relations l JOIN users o ON o.id = l.user_id JOIN users m ON m.id = NEW.user_id
        WHERE COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)
        AND (l.ended_on = '' OR l.ended_on >= substr(NEW.at, 1, 10))
        AND (l.payee <> '' AND l.payee IN (SELECT d.payee FROM disbursements d WHERE d.id = NEW.subject
            UNION SELECT a.payee FROM prepayments a WHERE a.id = NEW.subject
            UNION SELECT y.payee FROM payments y WHERE y.id = NEW.subject)
          OR l.beneficiary_id <> '' AND l.beneficiary_id IN (SELECT p.beneficiary_id FROM plans p WHERE p.id IN (
            SELECT d.plan_id FROM disbursements d WHERE d.id = NEW.subject
            UNION SELECT a.plan_id FROM prepayments a WHERE a.id = NEW.subject
            UNION SELECT v.plan_id FROM plan_versions v WHERE v.id = NEW.subject
            UNION SELECT d.plan_id FROM payments y JOIN disbursements d ON d.id = y.disbursement_id
              WHERE y.id = NEW.subject))));
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who wrote a version of a plan does not approve it')
    WHERE NEW.step = 'approve'
      AND EXISTS (SELECT 1 FROM plan_versions v LEFT JOIN users o ON o.id = v.created_by
        LEFT JOIN users m ON m.id = NEW.user_id WHERE v.id = NEW.subject AND (v.created_by = NEW.user_id
          OR COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id)));
    SELECT RAISE(ABORT,
        'supportledger:payee_unverified: a transfer goes to the bank details that it was asked for with')
    WHERE NEW.step = 'release'
      AND EXISTS (SELECT 1 FROM disbursements d WHERE d.id = NEW.subject AND d.paid_by = 'transfer')
      AND NOT EXISTS (SELECT 1 FROM payee_bindings k WHERE k.subject = NEW.subject AND k.round = NEW.round);
    SELECT RAISE(ABORT,
        'supportledger:payee_unverified: its bank details are not verified, too new, or replaced')
    WHERE NEW.step = 'release'
      AND EXISTS (SELECT 1 FROM payee_bindings k WHERE k.subject = NEW.subject AND k.round = NEW.round
        AND (EXISTS (SELECT 1 FROM payee_details d WHERE d.payee_id = k.payee_id AND d.version > k.version)
          OR NOT EXISTS (SELECT 1 FROM payee_verifications v WHERE v.payee_id = k.payee_id AND v.version = k.version
            AND v.usable_from <= NEW.at)));
    SELECT RAISE(ABORT,
        'supportledger:maker_cannot_approve: nobody acts twice on the same request, with another account neither')
    WHERE EXISTS (SELECT 1 FROM duties d JOIN users du ON du.id = d.user_id JOIN users nu ON nu.id = NEW.user_id
      WHERE d.subject = NEW.subject AND d.round = NEW.round AND d.user_id <> NEW.user_id
      AND COALESCE(NULLIF(du.person, ''), du.id) = COALESCE(NULLIF(nu.person, ''), nu.id));
END;

CREATE TRIGGER delegations_insert BEFORE INSERT ON delegations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:own_rights: everybody names their own deputy')
    WHERE NEW.created_by <> NEW.from_user;
    SELECT RAISE(ABORT, 'supportledger:append_only: a delegation stands until it is revoked')
    WHERE NEW.revoked_at <> '';
END;

CREATE TRIGGER vault_keys_insert BEFORE INSERT ON vault_keys
BEGIN
    SELECT RAISE(ABORT, 'supportledger:erased: who was erased gets no key again')
    WHERE EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.subject);
END;

CREATE TRIGGER vault_erasures_insert BEFORE INSERT ON vault_erasures
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this subject is erased already')
    WHERE EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.subject);
    SELECT RAISE(ABORT, 'supportledger:key_remains: the key goes before the tombstone comes')
    WHERE EXISTS (SELECT 1 FROM vault_keys WHERE subject = NEW.subject);
END;

CREATE TRIGGER webhook_endpoints_update BEFORE UPDATE ON webhook_endpoints
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:approval_missing: a receiver of events needs another person who approves it')
    WHERE OLD.state = 'requested' AND NEW.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round
        AND d.user_id <> r.user_id WHERE r.subject = NEW.id AND r.step = 'request' AND r.payload = NEW.payload
        AND d.step = 'approve' AND d.payload = NEW.payload);
END;
