-- A version is written once; its state follows the duties.
CREATE FUNCTION plan_versions_write() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'supportledger:state_conflict: a version of a plan starts as a draft' USING ERRCODE = 'SL001';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.id <> OLD.id OR NEW.plan_id <> OLD.plan_id OR NEW.version <> OLD.version OR NEW.starts_on <> OLD.starts_on
       OR NEW.budget_rate <> OLD.budget_rate OR NEW.currency <> OLD.currency OR NEW.kind <> OLD.kind
       OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'supportledger:append_only: a version of a plan is never rewritten; write the next' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state = 'approved'
       AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id AND d.payload = r.payload
                       WHERE r.subject = NEW.id AND r.step = 'request' AND d.step = 'approve' AND d.user_id <> NEW.created_by) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: the plan version is not approved by a second person' USING ERRCODE = 'SL001';
    END IF;
    IF (OLD.state IN ('superseded', 'returned', 'rejected') AND NEW.state <> OLD.state)
       OR (OLD.state = 'approved' AND NEW.state NOT IN ('approved', 'superseded')) THEN
        RAISE EXCEPTION 'supportledger:state_conflict: what became of a version is not undone' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER plan_versions_insert BEFORE INSERT ON plan_versions FOR EACH ROW EXECUTE FUNCTION plan_versions_write();

--bun:split

CREATE TRIGGER plan_versions_update BEFORE UPDATE ON plan_versions FOR EACH ROW EXECUTE FUNCTION plan_versions_write();

--bun:split

CREATE TRIGGER plan_versions_delete BEFORE DELETE ON plan_versions FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never deleted');

--bun:split

-- A plan lives on an approved version only.
CREATE FUNCTION plans_write() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'supportledger:state_conflict: a plan starts as a draft' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state IN ('approved', 'active', 'suspended', 'completed')
       AND NOT EXISTS (SELECT 1 FROM plan_versions v WHERE v.plan_id = NEW.id AND v.version = NEW.current_version AND v.state = 'approved') THEN
        RAISE EXCEPTION 'supportledger:approval_missing: the plan version is not approved by a second person' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER plans_insert BEFORE INSERT ON plans FOR EACH ROW EXECUTE FUNCTION plans_write();

--bun:split

CREATE TRIGGER plans_update BEFORE UPDATE ON plans FOR EACH ROW EXECUTE FUNCTION plans_write();

--bun:split

-- Who wrote a version does not approve it, also where somebody else handed it in.
CREATE FUNCTION duties_of_writers() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.step = 'approve' AND EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.subject AND v.created_by = NEW.user_id) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: who wrote a version of a plan does not approve it' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER duties_of_writers BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION duties_of_writers();

--bun:split

CREATE FUNCTION plan_items_write() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.committed_year <> 0 OR EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft') THEN
            RAISE EXCEPTION 'supportledger:approval_missing: the plan version is not approved by a second person' USING ERRCODE = 'SL001';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.version_id <> OLD.version_id OR NEW.line <> OLD.line OR NEW.position <> OLD.position OR NEW.due_on <> OLD.due_on
       OR NEW.unit_price <> OLD.unit_price OR NEW.currency <> OLD.currency THEN
        RAISE EXCEPTION 'supportledger:append_only: a version of a plan is never rewritten; write the next' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER plan_items_insert BEFORE INSERT ON plan_items FOR EACH ROW EXECUTE FUNCTION plan_items_write();

--bun:split

CREATE TRIGGER plan_items_content BEFORE UPDATE ON plan_items FOR EACH ROW EXECUTE FUNCTION plan_items_write();

--bun:split

CREATE TRIGGER plan_items_delete BEFORE DELETE ON plan_items FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_lines_update BEFORE UPDATE ON plan_lines FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_lines_delete BEFORE DELETE ON plan_lines FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_shares_update BEFORE UPDATE ON plan_shares FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_shares_delete BEFORE DELETE ON plan_shares FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_turns_update BEFORE UPDATE ON plan_turns FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'what became of a plan is never changed');

--bun:split

CREATE TRIGGER plan_turns_delete BEFORE DELETE ON plan_turns FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'what became of a plan is never changed');
