-- What was decided about a grant stays decided. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER grant_moves_insert BEFORE INSERT ON grant_moves
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the moves of a grant come one after another')
    WHERE NEW.position <> 1 + (SELECT COUNT(*) FROM grant_moves WHERE grant_id = NEW.grant_id);
END;

--bun:split

CREATE TRIGGER grant_moves_update BEFORE UPDATE ON grant_moves
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a move of a grant is never changed'); END;

--bun:split

CREATE TRIGGER grant_moves_delete BEFORE DELETE ON grant_moves
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a move of a grant is never taken away'); END;

--bun:split

CREATE TRIGGER grant_cancellations_insert BEFORE INSERT ON grant_cancellations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this cancellation exists')
    WHERE EXISTS (SELECT 1 FROM grant_cancellations WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_cancellations_update BEFORE UPDATE ON grant_cancellations
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a cancellation is never changed'); END;

--bun:split

CREATE TRIGGER grant_cancellations_delete BEFORE DELETE ON grant_cancellations
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a cancellation is never taken away'); END;

--bun:split

CREATE TRIGGER grant_condition_decisions_insert BEFORE INSERT ON grant_condition_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: decisions come one after another')
    WHERE NEW.position <> 1 + (SELECT COUNT(*) FROM grant_condition_decisions WHERE condition_id = NEW.condition_id);
END;

--bun:split

CREATE TRIGGER grant_condition_decisions_update BEFORE UPDATE ON grant_condition_decisions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a decision is never changed'); END;

--bun:split

CREATE TRIGGER grant_condition_decisions_delete BEFORE DELETE ON grant_condition_decisions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a decision is never taken away'); END;
