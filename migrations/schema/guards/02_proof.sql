-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER proof_head_update BEFORE UPDATE ON proof_head
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the tree only grows')
    WHERE NEW.size < OLD.size;
END;
