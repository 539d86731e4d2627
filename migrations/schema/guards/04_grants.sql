-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER fx_rates_update BEFORE UPDATE ON fx_rates
BEGIN
    SELECT RAISE(ABORT, 'supportledger:rate_locked: a locked rate is never changed')
    WHERE OLD.state = 'locked';
END;

CREATE TRIGGER fx_rate_uses_insert BEFORE INSERT ON fx_rate_uses
BEGIN
    SELECT RAISE(ABORT, 'supportledger:rate_provisional: a statement stands on locked rates only')
    WHERE NOT EXISTS (SELECT 1 FROM fx_rates WHERE id = NEW.rate_id AND state = 'locked');
END;

CREATE TRIGGER donor_imports_update BEFORE UPDATE ON donor_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: the file is taken away before its import is decided')
    WHERE EXISTS (SELECT 1 FROM donor_import_parts WHERE import_id = OLD.id);
END;

CREATE TRIGGER donor_import_parts_insert BEFORE INSERT ON donor_import_parts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: a file belongs to an import that is looked at')
    WHERE NOT EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.import_id AND state = 'previewed');
END;

CREATE TRIGGER donor_import_items_insert BEFORE INSERT ON donor_import_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: what an import makes joins it when it is committed')
    WHERE NOT EXISTS (SELECT 1 FROM donor_imports WHERE id = NEW.import_id AND state = 'previewed');
END;

CREATE TRIGGER grant_moves_insert BEFORE INSERT ON grant_moves
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the moves of a grant come one after another')
    WHERE NEW.position <> 1 + (SELECT COUNT(*) FROM grant_moves WHERE grant_id = NEW.grant_id);
END;

CREATE TRIGGER grant_condition_decisions_insert BEFORE INSERT ON grant_condition_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: decisions come one after another')
    WHERE NEW.position <> 1 + (SELECT COUNT(*) FROM grant_condition_decisions WHERE condition_id = NEW.condition_id);
END;

CREATE TRIGGER audit_finding_answers_insert BEFORE INSERT ON audit_finding_answers
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: answers come one after another')
    WHERE NEW.position <> 1 + (SELECT COUNT(*) FROM audit_finding_answers WHERE finding_id = NEW.finding_id);
END;

CREATE TRIGGER grants_amount_update BEFORE UPDATE ON grants
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the amount of a grant is what an addendum says that was decided on')
    WHERE NEW.amount <> OLD.amount AND NOT EXISTS (SELECT 1 FROM grant_addenda AS a
        JOIN grant_budgets AS b ON b.grant_id = a.grant_id AND b.version = a.version
        WHERE a.grant_id = NEW.id AND b.state = 'effective' AND a.amount = NEW.amount);
END;
