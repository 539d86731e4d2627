-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER identities_insert BEFORE INSERT ON identities
BEGIN
    SELECT RAISE(ABORT, 'supportledger:erased: who was erased is not written down again')
    WHERE EXISTS (SELECT 1 FROM vault_erasures WHERE subject = NEW.beneficiary_id);
END;

CREATE TRIGGER duplicate_decisions_insert BEFORE INSERT ON duplicate_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who found the likeness does not decide on it')
    WHERE EXISTS (SELECT 1 FROM duplicates WHERE id = NEW.duplicate_id AND found_by = NEW.decided_by);
END;

CREATE TRIGGER plans_update BEFORE UPDATE ON plans
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.state IN ('approved', 'active', 'suspended', 'completed')
      AND NOT EXISTS (SELECT 1 FROM plan_versions v WHERE v.plan_id = NEW.id AND v.version = NEW.current_version
        AND v.state = 'approved');
END;

CREATE TRIGGER plan_versions_update BEFORE UPDATE ON plan_versions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.state = 'approved'
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round
        AND d.user_id <> r.user_id AND d.payload = r.payload WHERE r.subject = NEW.id AND r.step = 'request'
        AND d.step = 'approve' AND d.user_id <> NEW.created_by);
END;

CREATE TRIGGER plan_shares_insert BEFORE INSERT ON plan_shares
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft');
END;

CREATE TRIGGER plan_goals_insert BEFORE INSERT ON plan_goals
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft');
END;

CREATE TRIGGER plan_lines_insert BEFORE INSERT ON plan_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft');
END;

CREATE TRIGGER plan_items_update BEFORE UPDATE ON plan_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.committed_year <> OLD.committed_year AND NEW.committed_year <> 0
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.version_id AND d.step = 'approve');
END;

CREATE TRIGGER plan_items_insert BEFORE INSERT ON plan_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.committed_year <> 0
      OR EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft');
END;

CREATE TRIGGER plan_milestones_insert BEFORE INSERT ON plan_milestones
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft');
END;

CREATE TRIGGER plan_gates_insert BEFORE INSERT ON plan_gates
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft');
END;

CREATE TRIGGER milestone_decisions_insert BEFORE INSERT ON milestone_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who wrote a plan does not decide on its milestones')
    WHERE EXISTS (SELECT 1 FROM plan_versions v JOIN plans p ON p.id = v.plan_id AND p.current_version = v.version
      WHERE p.id = NEW.plan_id AND v.created_by = NEW.decided_by);
END;
