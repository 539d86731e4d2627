-- A version is written once; its state follows the duties.
CREATE TRIGGER plan_versions_insert BEFORE INSERT ON plan_versions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a version of a plan starts as a draft')
    WHERE NEW.state <> 'draft' OR EXISTS (SELECT 1 FROM plan_versions WHERE id = NEW.id OR (plan_id = NEW.plan_id AND version = NEW.version));
END;

--bun:split

CREATE TRIGGER plan_versions_update BEFORE UPDATE ON plan_versions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE NEW.id <> OLD.id OR NEW.plan_id <> OLD.plan_id OR NEW.version <> OLD.version OR NEW.starts_on <> OLD.starts_on
       OR NEW.budget_rate <> OLD.budget_rate OR NEW.currency <> OLD.currency OR NEW.kind <> OLD.kind
       OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at;
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.state = 'approved'
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id AND d.payload = r.payload
                      WHERE r.subject = NEW.id AND r.step = 'request' AND d.step = 'approve' AND d.user_id <> NEW.created_by);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what became of a version is not undone')
    WHERE (OLD.state IN ('superseded', 'returned', 'rejected') AND NEW.state <> OLD.state)
       OR (OLD.state = 'approved' AND NEW.state NOT IN ('approved', 'superseded'));
END;

--bun:split

CREATE TRIGGER plan_versions_delete BEFORE DELETE ON plan_versions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never deleted'); END;

--bun:split

-- A plan lives on an approved version only.
CREATE TRIGGER plans_update BEFORE UPDATE ON plans
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.state IN ('approved', 'active', 'suspended', 'completed')
      AND NOT EXISTS (SELECT 1 FROM plan_versions v WHERE v.plan_id = NEW.id AND v.version = NEW.current_version AND v.state = 'approved');
END;

--bun:split

CREATE TRIGGER plans_insert BEFORE INSERT ON plans
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a plan starts as a draft')
    WHERE NEW.state <> 'draft' OR EXISTS (SELECT 1 FROM plans WHERE id = NEW.id OR number = NEW.number);
END;

--bun:split

-- Who wrote a version does not approve it, also where somebody else handed it in.
CREATE TRIGGER duties_of_writers BEFORE INSERT ON duties
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who wrote a version of a plan does not approve it')
    WHERE NEW.step = 'approve' AND EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.subject AND v.created_by = NEW.user_id);
END;

--bun:split

CREATE TRIGGER plan_items_insert BEFORE INSERT ON plan_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.committed_year <> 0 OR EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft')
       OR EXISTS (SELECT 1 FROM plan_items i WHERE i.version_id = NEW.version_id AND i.line = NEW.line AND i.position = NEW.position);
END;

--bun:split

CREATE TRIGGER plan_items_content BEFORE UPDATE ON plan_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE NEW.version_id <> OLD.version_id OR NEW.line <> OLD.line OR NEW.position <> OLD.position OR NEW.due_on <> OLD.due_on
       OR NEW.unit_price <> OLD.unit_price OR NEW.currency <> OLD.currency;
END;

--bun:split

CREATE TRIGGER plan_items_delete BEFORE DELETE ON plan_items
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_lines_update BEFORE UPDATE ON plan_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_lines_delete BEFORE DELETE ON plan_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_shares_update BEFORE UPDATE ON plan_shares
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_shares_delete BEFORE DELETE ON plan_shares
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_turns_insert BEFORE INSERT ON plan_turns
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what became of a plan is on record already')
    WHERE EXISTS (SELECT 1 FROM plan_turns WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER plan_turns_update BEFORE UPDATE ON plan_turns
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what became of a plan is never changed'); END;

--bun:split

CREATE TRIGGER plan_turns_delete BEFORE DELETE ON plan_turns
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what became of a plan is never deleted'); END;
