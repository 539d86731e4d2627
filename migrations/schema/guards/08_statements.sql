-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER statements_update BEFORE UPDATE ON statements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: a statement is cleared, reviewed and issued in this order')
    WHERE NEW.state = 'PRIVACY_CHECKED' AND NEW.cleared IS NULL
       OR NEW.state = 'REVIEWED' AND OLD.state NOT IN ('PRIVACY_CHECKED', 'REVIEWED')
       OR NEW.state = 'ISSUED' AND OLD.state NOT IN ('REVIEWED', 'ISSUED')
       OR NEW.state = 'SENT' AND (OLD.state NOT IN ('ISSUED', 'SENT') OR NEW.tail IS NULL);
    SELECT RAISE(ABORT,
        'supportledger:approval_missing: a statement is reviewed and issued by two others than who prepared it')
    WHERE NEW.state = 'REVIEWED'
          AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round
                          AND d.step = 'approve' AND d.user_id <> NEW.prepared_by)
       OR NEW.state = 'ISSUED' AND OLD.state <> 'ISSUED'
          AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round
                          AND d.step = 'authorise' AND d.user_id <> NEW.prepared_by);
END;
