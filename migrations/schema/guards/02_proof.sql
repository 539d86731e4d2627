CREATE TRIGGER proof_head_update BEFORE UPDATE ON proof_head
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the tree only grows')
    WHERE NEW.size < OLD.size;
END;
