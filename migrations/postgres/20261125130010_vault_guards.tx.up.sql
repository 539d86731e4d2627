-- What is erased stays erased. The SQLite file beside this one has the same guards under the same names.

CREATE FUNCTION vault_keys_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.subject) THEN
        RAISE EXCEPTION 'supportledger:erased: who was erased gets no key again' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER vault_keys_insert BEFORE INSERT ON vault_keys FOR EACH ROW EXECUTE FUNCTION vault_keys_insert();

--bun:split

-- Only the wrapping changes, when the master key does.
CREATE FUNCTION vault_keys_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.subject <> OLD.subject OR NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'supportledger:append_only: a key stays with its subject' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER vault_keys_update BEFORE UPDATE ON vault_keys FOR EACH ROW EXECUTE FUNCTION vault_keys_update();

--bun:split

CREATE FUNCTION vault_erasures_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.subject) THEN
        RAISE EXCEPTION 'supportledger:append_only: this subject is erased already' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM vault_keys WHERE subject = NEW.subject) THEN
        RAISE EXCEPTION 'supportledger:key_remains: the key goes before the tombstone comes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER vault_erasures_insert BEFORE INSERT ON vault_erasures FOR EACH ROW EXECUTE FUNCTION vault_erasures_insert();

--bun:split

CREATE TRIGGER vault_erasures_update BEFORE UPDATE ON vault_erasures FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an erasure is never changed');

--bun:split

CREATE TRIGGER vault_erasures_delete BEFORE DELETE ON vault_erasures FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an erasure is never taken back');

--bun:split

CREATE TRIGGER vault_erasures_truncate BEFORE TRUNCATE ON vault_erasures FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'erasures are never taken back');
