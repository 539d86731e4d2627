-- Nobody gets a way into an account past an invitation, nor an invitation into one that acts past two people. The SQLite file
-- beside this one has the same guards under the same names.

CREATE FUNCTION invitations_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.used_at IS NOT NULL THEN
        RAISE EXCEPTION 'supportledger:approval_missing: an invitation begins unused' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM user_roles WHERE user_id = NEW.user_id AND role NOT IN ('auditor', 'donor')) AND NOT EXISTS (SELECT 1 FROM account_changes c WHERE c.id = NEW.change_id AND c.user_id = NEW.user_id AND c.kind = 'invitation' AND c.state = 'applied') THEN
        RAISE EXCEPTION 'supportledger:approval_missing: a new way in for an account that acts takes an approved change of it' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.change_id <> '' AND EXISTS (SELECT 1 FROM invitations WHERE change_id = NEW.change_id) THEN
        RAISE EXCEPTION 'supportledger:append_only: a change of an account gives one invitation' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER invitations_insert BEFORE INSERT ON invitations FOR EACH ROW EXECUTE FUNCTION invitations_insert();

--bun:split

CREATE FUNCTION invitations_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR NEW.used_at > OLD.expires_at OR NEW.hash <> OLD.hash OR NEW.user_id <> OLD.user_id
       OR NEW.expires_at <> OLD.expires_at OR NEW.change_id <> OLD.change_id THEN
        RAISE EXCEPTION 'supportledger:append_only: an invitation is used, once and in time, and never changed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER invitations_update BEFORE UPDATE ON invitations FOR EACH ROW EXECUTE FUNCTION invitations_update();

--bun:split

CREATE TRIGGER invitations_delete BEFORE DELETE ON invitations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an invitation is never deleted');

--bun:split

CREATE FUNCTION credentials_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM invitations i WHERE i.hash = NEW.invitation AND i.user_id = NEW.user_id AND i.used_at = NEW.changed_at) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: a password is set with an invitation that was just used' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER credentials_insert BEFORE INSERT ON credentials FOR EACH ROW EXECUTE FUNCTION credentials_insert();

--bun:split

CREATE FUNCTION credentials_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.user_id <> OLD.user_id OR NEW.password <> OLD.password OR NEW.changed_at <> OLD.changed_at OR NEW.invitation IS DISTINCT FROM OLD.invitation
       OR NEW.last_step < OLD.last_step AND NEW.second IS NOT DISTINCT FROM OLD.second OR NEW.second IS NULL AND OLD.second IS NOT NULL THEN
        RAISE EXCEPTION 'supportledger:append_only: a password is set anew, with another invitation, and no code is taken twice' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER credentials_update BEFORE UPDATE ON credentials FOR EACH ROW EXECUTE FUNCTION credentials_update();

--bun:split

CREATE FUNCTION credentials_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = OLD.user_id AND i.used_at >= OLD.changed_at AND i.hash IS DISTINCT FROM OLD.invitation) THEN
        RAISE EXCEPTION 'supportledger:append_only: a password is forgotten when another invitation is used' USING ERRCODE = 'SL001';
    END IF;
    RETURN OLD;
END $$;

--bun:split

CREATE TRIGGER credentials_delete BEFORE DELETE ON credentials FOR EACH ROW EXECUTE FUNCTION credentials_delete();

--bun:split

CREATE FUNCTION sign_in_identities_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM invitations i WHERE i.hash = NEW.invitation AND i.user_id = NEW.user_id AND i.used_at = NEW.linked_at) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: an identity is linked with an invitation that was just used' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER sign_in_identities_insert BEFORE INSERT ON sign_in_identities FOR EACH ROW EXECUTE FUNCTION sign_in_identities_insert();

--bun:split

CREATE TRIGGER sign_in_identities_update BEFORE UPDATE ON sign_in_identities FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an identity is linked or forgotten, never changed');

--bun:split

CREATE FUNCTION sign_in_identities_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM invitations i WHERE i.user_id = OLD.user_id AND i.used_at >= OLD.linked_at AND i.hash IS DISTINCT FROM OLD.invitation) THEN
        RAISE EXCEPTION 'supportledger:append_only: an identity is forgotten when another invitation is used' USING ERRCODE = 'SL001';
    END IF;
    RETURN OLD;
END $$;

--bun:split

CREATE TRIGGER sign_in_identities_delete BEFORE DELETE ON sign_in_identities FOR EACH ROW EXECUTE FUNCTION sign_in_identities_delete();

--bun:split

CREATE FUNCTION recovery_codes_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR NEW.user_id <> OLD.user_id OR NEW.hash <> OLD.hash THEN
        RAISE EXCEPTION 'supportledger:append_only: a code for emergencies is used once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER recovery_codes_update BEFORE UPDATE ON recovery_codes FOR EACH ROW EXECUTE FUNCTION recovery_codes_update();

--bun:split

CREATE FUNCTION tokens_account() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND (disabled_at IS NOT NULL OR ends_at <= NEW.created_at)) THEN
        RAISE EXCEPTION 'supportledger:account_ended: an account that has ended gets no token' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER tokens_account BEFORE INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION tokens_account();

--bun:split

CREATE TRIGGER invitations_truncate BEFORE TRUNCATE ON invitations FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'an invitation is never deleted');

--bun:split

CREATE TRIGGER credentials_truncate BEFORE TRUNCATE ON credentials FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a password is forgotten when another invitation is used');

--bun:split

CREATE TRIGGER sign_in_identities_truncate BEFORE TRUNCATE ON sign_in_identities FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'an identity is forgotten when another invitation is used');
