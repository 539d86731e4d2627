-- Words only grow in number; versions of plans are written once, with their lines, shares, milestones and gates.
CREATE FUNCTION plan_versions_words() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.goals <> OLD.goals OR NEW.reason <> OLD.reason OR NEW.country <> OLD.country OR NEW.phase <> OLD.phase THEN
        RAISE EXCEPTION 'supportledger:append_only: a version of a plan is never rewritten; write the next' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER plan_versions_words BEFORE UPDATE ON plan_versions FOR EACH ROW EXECUTE FUNCTION plan_versions_words();

--bun:split

-- Lines, shares, milestones and gates join a version while it is a draft.
CREATE FUNCTION plan_parts_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft') THEN
        RAISE EXCEPTION 'supportledger:append_only: a version of a plan is never rewritten; write the next' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER plan_lines_insert BEFORE INSERT ON plan_lines FOR EACH ROW EXECUTE FUNCTION plan_parts_insert();

--bun:split

CREATE TRIGGER plan_shares_insert BEFORE INSERT ON plan_shares FOR EACH ROW EXECUTE FUNCTION plan_parts_insert();

--bun:split

CREATE TRIGGER plan_milestones_insert BEFORE INSERT ON plan_milestones FOR EACH ROW EXECUTE FUNCTION plan_parts_insert();

--bun:split

CREATE TRIGGER plan_gates_insert BEFORE INSERT ON plan_gates FOR EACH ROW EXECUTE FUNCTION plan_parts_insert();

--bun:split

-- Who wrote the plan's version in force does not say that its milestones are met.
CREATE FUNCTION milestone_decisions_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM plan_versions v JOIN plans p ON p.id = v.plan_id AND p.current_version = v.version
               WHERE p.id = NEW.plan_id AND v.created_by = NEW.decided_by) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: who wrote a plan does not decide on its milestones' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER milestone_decisions_insert BEFORE INSERT ON milestone_decisions FOR EACH ROW EXECUTE FUNCTION milestone_decisions_insert();

--bun:split

CREATE TRIGGER plan_words_update BEFORE UPDATE ON plan_words FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a word of the plans is never changed; add another');

--bun:split

CREATE TRIGGER plan_words_delete BEFORE DELETE ON plan_words FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a word of the plans is never deleted');

--bun:split

CREATE TRIGGER plan_milestones_update BEFORE UPDATE ON plan_milestones FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_milestones_delete BEFORE DELETE ON plan_milestones FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_gates_update BEFORE UPDATE ON plan_gates FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_gates_delete BEFORE DELETE ON plan_gates FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER milestone_decisions_update BEFORE UPDATE ON milestone_decisions FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a decision on a milestone is never changed; decide again');

--bun:split

CREATE TRIGGER milestone_decisions_delete BEFORE DELETE ON milestone_decisions FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a decision on a milestone is never deleted');

--bun:split

CREATE TRIGGER reminders_update BEFORE UPDATE ON reminders FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a reminder is never changed');

--bun:split

CREATE TRIGGER reminders_delete BEFORE DELETE ON reminders FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a reminder is never deleted');
