-- What is erased stays erased. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER vault_keys_insert BEFORE INSERT ON vault_keys
BEGIN
    SELECT RAISE(ABORT, 'supportledger:erased: who was erased gets no key again')
    WHERE EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.subject);
END;

--bun:split

-- Only the wrapping changes, when the master key does.
CREATE TRIGGER vault_keys_update BEFORE UPDATE ON vault_keys
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a key stays with its subject')
    WHERE NEW.subject <> OLD.subject OR NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at;
END;

--bun:split

CREATE TRIGGER vault_erasures_insert BEFORE INSERT ON vault_erasures
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this subject is erased already')
    WHERE EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.subject);
    SELECT RAISE(ABORT, 'supportledger:key_remains: the key goes before the tombstone comes')
    WHERE EXISTS (SELECT 1 FROM vault_keys WHERE subject = NEW.subject);
END;

--bun:split

CREATE TRIGGER vault_erasures_update BEFORE UPDATE ON vault_erasures
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an erasure is never changed'); END;

--bun:split

CREATE TRIGGER vault_erasures_delete BEFORE DELETE ON vault_erasures
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an erasure is never taken back'); END;
