-- What was decided about a grant stays decided. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER grant_moves_update BEFORE UPDATE ON grant_moves FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a move of a grant is never changed');

--bun:split

CREATE TRIGGER grant_moves_delete BEFORE DELETE ON grant_moves FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a move of a grant is never taken away');

--bun:split

CREATE TRIGGER grant_moves_truncate BEFORE TRUNCATE ON grant_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a move of a grant is never taken away');

--bun:split

CREATE TRIGGER grant_cancellations_update BEFORE UPDATE ON grant_cancellations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a cancellation is never changed');

--bun:split

CREATE TRIGGER grant_cancellations_delete BEFORE DELETE ON grant_cancellations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a cancellation is never taken away');

--bun:split

CREATE TRIGGER grant_cancellations_truncate BEFORE TRUNCATE ON grant_cancellations FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a cancellation is never taken away');

--bun:split

CREATE TRIGGER grant_condition_decisions_update BEFORE UPDATE ON grant_condition_decisions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a decision is never changed');

--bun:split

CREATE TRIGGER grant_condition_decisions_delete BEFORE DELETE ON grant_condition_decisions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a decision is never taken away');

--bun:split

CREATE TRIGGER grant_condition_decisions_truncate BEFORE TRUNCATE ON grant_condition_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a decision is never taken away');
