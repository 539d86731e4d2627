-- Nobody widens a role past the two people who have to agree. The PostgreSQL file beside this one has the same guards under the
-- same names.

CREATE TRIGGER account_changes_insert BEFORE INSERT ON account_changes
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this change exists')
    WHERE EXISTS (SELECT 1 FROM account_changes WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a change of an account starts as a request')
    WHERE NEW.kind <> 'first' AND NEW.state <> 'requested';
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an account has first roles once, when it is made')
    WHERE NEW.kind = 'first' AND (EXISTS (SELECT 1 FROM account_changes WHERE user_id = NEW.user_id)
       OR EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id));
    SELECT RAISE(ABORT, 'supportledger:own_rights: nobody asks for rights of their own')
    WHERE NEW.created_by = NEW.user_id;
END;

--bun:split

CREATE TRIGGER account_changes_update BEFORE UPDATE ON account_changes
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what was asked for an account is not changed, and is decided once')
    WHERE OLD.state <> 'requested' OR NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.kind <> OLD.kind OR NEW.grants <> OLD.grants
       OR NEW.revokes <> OLD.revokes OR NEW.other_id IS NOT OLD.other_id OR NEW.reason <> OLD.reason OR NEW.payload <> OLD.payload
       OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at;
    -- To give a role that acts, to join two accounts, or to let somebody sign in anew takes two people, and not the one it is about.
    SELECT RAISE(ABORT, 'supportledger:approval_missing: this change of an account needs another person who approves it')
    WHERE NEW.state = 'applied'
      AND (NEW.kind <> 'roles' OR NEW.grants LIKE '%,caseworker,%' OR NEW.grants LIKE '%,programme_lead,%' OR NEW.grants LIKE '%,finance_officer,%'
           OR NEW.grants LIKE '%,treasurer,%' OR NEW.grants LIKE '%,privacy_officer,%' OR NEW.grants LIKE '%,admin,%')
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id
                      WHERE r.subject = NEW.id AND r.step = 'request' AND r.payload = NEW.payload AND r.user_id <> NEW.user_id
                        AND d.step = 'approve' AND d.payload = NEW.payload AND d.user_id <> NEW.user_id);
END;

--bun:split

CREATE TRIGGER account_changes_delete BEFORE DELETE ON account_changes
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a change of an account is never deleted'); END;

--bun:split

CREATE TRIGGER user_roles_insert BEFORE INSERT ON user_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this role is held already')
    WHERE EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id AND role = NEW.role);
    SELECT RAISE(ABORT, 'supportledger:incompatible_roles: these two roles are not for one person')
    WHERE EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id
      AND (role IN ('admin', 'auditor', 'donor') OR NEW.role IN ('admin', 'auditor', 'donor')
        OR role = 'caseworker' AND NEW.role IN ('finance_officer', 'treasurer', 'privacy_officer')
        OR NEW.role = 'caseworker' AND role IN ('finance_officer', 'treasurer', 'privacy_officer')
        OR role = 'programme_lead' AND NEW.role = 'privacy_officer' OR NEW.role = 'programme_lead' AND role = 'privacy_officer'));
    SELECT RAISE(ABORT, 'supportledger:approval_missing: no approved change of the account grants this role')
    WHERE NOT EXISTS (SELECT 1 FROM account_changes c WHERE c.id = NEW.change_id AND c.user_id = NEW.user_id AND c.state = 'applied'
      AND c.grants LIKE '%,' || NEW.role || ',%'
      AND NOT EXISTS (SELECT 1 FROM account_changes l WHERE l.user_id = NEW.user_id AND l.state = 'applied' AND l.decided_at > c.decided_at
                      AND l.revokes LIKE '%,' || NEW.role || ',%'));
END;

--bun:split

CREATE TRIGGER user_roles_update BEFORE UPDATE ON user_roles
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a role is revoked and granted, never changed'); END;

--bun:split

CREATE TRIGGER user_roles_delete BEFORE DELETE ON user_roles
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: no change of the account revokes this role')
    WHERE NOT EXISTS (SELECT 1 FROM account_changes c WHERE c.user_id = OLD.user_id AND c.state = 'applied' AND c.revokes LIKE '%,' || OLD.role || ',%'
      AND c.decided_at >= COALESCE((SELECT g.decided_at FROM account_changes g WHERE g.id = OLD.change_id), ''));
END;

--bun:split

CREATE TRIGGER users_insert BEFORE INSERT ON users
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this account exists')
    WHERE EXISTS (SELECT 1 FROM users WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'supportledger:append_only: an account is joined to another by a change that two people agree on')
    WHERE NEW.person <> '';
END;

--bun:split

CREATE TRIGGER users_update BEFORE UPDATE ON users
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: an account keeps its id, its handle and its beginning')
    WHERE NEW.id <> OLD.id OR NEW.handle <> OLD.handle OR NEW.created_at <> OLD.created_at;
    SELECT RAISE(ABORT, 'supportledger:account_ended: what has ended stays ended, and an end is never put off; make another account')
    WHERE OLD.disabled_at IS NOT NULL AND NEW.disabled_at IS NOT OLD.disabled_at
       OR OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: no approved change joins this account to that one')
    WHERE NEW.person <> OLD.person AND (OLD.person <> ''
       OR NOT EXISTS (SELECT 1 FROM account_changes c JOIN users o ON o.id = c.other_id WHERE c.user_id = OLD.id AND c.kind = 'same_person'
                      AND c.state = 'applied' AND NEW.person = COALESCE(NULLIF(o.person, ''), o.id)));
END;

--bun:split

CREATE TRIGGER users_delete BEFORE DELETE ON users
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an account is disabled, never deleted'); END;

--bun:split

CREATE TRIGGER tokens_insert BEFORE INSERT ON tokens
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this token exists')
    WHERE EXISTS (SELECT 1 FROM tokens WHERE id = NEW.id OR hash = NEW.hash);
END;

--bun:split

CREATE TRIGGER tokens_update BEFORE UPDATE ON tokens
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a token is revoked, never changed')
    WHERE NEW.id <> OLD.id OR NEW.user_id <> OLD.user_id OR NEW.hash <> OLD.hash OR NEW.created_at <> OLD.created_at OR NEW.expires_at <> OLD.expires_at
       OR NEW.kind <> OLD.kind OR NEW.name <> OLD.name OR NEW.scopes <> OLD.scopes OR NEW.factors <> OLD.factors
       OR OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at;
END;

--bun:split

CREATE TRIGGER tokens_delete BEFORE DELETE ON tokens
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a token is revoked, never deleted'); END;

--bun:split

-- Two accounts of one person are one person.
CREATE TRIGGER duties_person BEFORE INSERT ON duties
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: nobody acts twice on the same request, with another account neither')
    WHERE EXISTS (SELECT 1 FROM duties d JOIN users du ON du.id = d.user_id JOIN users nu ON nu.id = NEW.user_id
                  WHERE d.subject = NEW.subject AND d.round = NEW.round AND d.user_id <> NEW.user_id
                    AND COALESCE(NULLIF(du.person, ''), du.id) = COALESCE(NULLIF(nu.person, ''), nu.id));
END;
