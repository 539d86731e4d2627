-- Nobody gets a way into an account past an invitation, nor an invitation into one that acts past two people. The PostgreSQL file
-- beside this one has the same guards under the same names.

CREATE TRIGGER invitations_insert BEFORE INSERT ON invitations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this invitation exists')
    WHERE EXISTS (SELECT 1 FROM invitations WHERE hash = NEW.hash);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an invitation begins unused')
    WHERE NEW.used_at IS NOT NULL;
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a new way in for an account that acts takes an approved change of it')
    WHERE EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id AND role NOT IN ('auditor', 'donor')) AND NOT EXISTS (SELECT 1 FROM account_changes c WHERE c.id = NEW.change_id AND c.user_id = NEW.user_id AND c.kind = 'invitation' AND c.state = 'applied');
    SELECT RAISE(ABORT, 'supportledger:append_only: a change of an account gives one invitation')
    WHERE NEW.change_id <> '' AND EXISTS (SELECT 1 FROM invitations WHERE change_id = NEW.change_id);
END;

--bun:split

CREATE TRIGGER invitations_update BEFORE UPDATE ON invitations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: an invitation is used, once and in time, and never changed')
    WHERE OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR NEW.used_at > OLD.expires_at OR NEW.hash <> OLD.hash OR NEW.user_id <> OLD.user_id
       OR NEW.expires_at <> OLD.expires_at OR NEW.change_id <> OLD.change_id;
END;

--bun:split

CREATE TRIGGER invitations_delete BEFORE DELETE ON invitations
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an invitation is never deleted'); END;

--bun:split

CREATE TRIGGER credentials_insert BEFORE INSERT ON credentials
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this account has a password')
    WHERE EXISTS (SELECT 1 FROM credentials WHERE user_id = NEW.user_id);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a password is set with an invitation that was just used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.hash = NEW.invitation AND i.user_id = NEW.user_id AND i.used_at = NEW.changed_at);
END;

--bun:split

CREATE TRIGGER credentials_update BEFORE UPDATE ON credentials
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a password is set anew, with another invitation, and no code is taken twice')
    WHERE NEW.user_id <> OLD.user_id OR NEW.password <> OLD.password OR NEW.changed_at <> OLD.changed_at OR NEW.invitation IS NOT OLD.invitation
       OR NEW.last_step < OLD.last_step AND NEW.second IS OLD.second OR NEW.second IS NULL AND OLD.second IS NOT NULL;
END;

--bun:split

CREATE TRIGGER credentials_delete BEFORE DELETE ON credentials
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a password is forgotten when another invitation is used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = OLD.user_id AND i.used_at >= OLD.changed_at AND i.hash IS NOT OLD.invitation);
END;

--bun:split

CREATE TRIGGER sign_in_identities_insert BEFORE INSERT ON sign_in_identities
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this identity is linked')
    WHERE EXISTS (SELECT 1 FROM sign_in_identities WHERE issuer = NEW.issuer AND subject = NEW.subject);
    SELECT RAISE(ABORT, 'supportledger:approval_missing: an identity is linked with an invitation that was just used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.hash = NEW.invitation AND i.user_id = NEW.user_id AND i.used_at = NEW.linked_at);
END;

--bun:split

CREATE TRIGGER sign_in_identities_update BEFORE UPDATE ON sign_in_identities
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an identity is linked or forgotten, never changed'); END;

--bun:split

CREATE TRIGGER sign_in_identities_delete BEFORE DELETE ON sign_in_identities
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: an identity is forgotten when another invitation is used')
    WHERE NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = OLD.user_id AND i.used_at >= OLD.linked_at AND i.hash IS NOT OLD.invitation);
END;

--bun:split

CREATE TRIGGER recovery_codes_update BEFORE UPDATE ON recovery_codes
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a code for emergencies is used once')
    WHERE OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR NEW.user_id <> OLD.user_id OR NEW.hash <> OLD.hash;
END;

--bun:split

CREATE TRIGGER tokens_account BEFORE INSERT ON tokens
BEGIN
    SELECT RAISE(ABORT, 'supportledger:account_ended: an account that has ended gets no token')
    WHERE EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND (disabled_at IS NOT NULL OR ends_at <= NEW.created_at));
END;
