-- Words only grow in number.
CREATE TRIGGER plan_words_insert BEFORE INSERT ON plan_words
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a word of the plans is on record already')
    WHERE EXISTS (SELECT 1 FROM plan_words WHERE kind = NEW.kind AND code = NEW.code);
END;

--bun:split

CREATE TRIGGER plan_words_update BEFORE UPDATE ON plan_words
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a word of the plans is never changed; add another'); END;

--bun:split

CREATE TRIGGER plan_words_delete BEFORE DELETE ON plan_words
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a word of the plans is never deleted'); END;

--bun:split

CREATE TRIGGER plan_versions_words BEFORE UPDATE ON plan_versions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE NEW.goals <> OLD.goals OR NEW.reason <> OLD.reason OR NEW.country <> OLD.country OR NEW.phase <> OLD.phase;
END;

--bun:split

-- Lines, shares, milestones and gates join a version while it is a draft.
CREATE TRIGGER plan_lines_insert BEFORE INSERT ON plan_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft')
       OR EXISTS (SELECT 1 FROM plan_lines l WHERE l.version_id = NEW.version_id AND (l.position = NEW.position OR l.line = NEW.line));
END;

--bun:split

CREATE TRIGGER plan_shares_insert BEFORE INSERT ON plan_shares
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft')
       OR EXISTS (SELECT 1 FROM plan_shares s WHERE s.version_id = NEW.version_id AND (s.position = NEW.position OR s.fund = NEW.fund));
END;

--bun:split

CREATE TRIGGER plan_milestones_insert BEFORE INSERT ON plan_milestones
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft')
       OR EXISTS (SELECT 1 FROM plan_milestones m WHERE m.version_id = NEW.version_id AND m.code = NEW.code);
END;

--bun:split

CREATE TRIGGER plan_milestones_update BEFORE UPDATE ON plan_milestones
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_milestones_delete BEFORE DELETE ON plan_milestones
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_gates_insert BEFORE INSERT ON plan_gates
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next')
    WHERE EXISTS (SELECT 1 FROM plan_versions v WHERE v.id = NEW.version_id AND v.state <> 'draft')
       OR EXISTS (SELECT 1 FROM plan_gates g WHERE g.version_id = NEW.version_id AND g.line = NEW.line AND g.position = NEW.position AND g.milestone = NEW.milestone);
END;

--bun:split

CREATE TRIGGER plan_gates_update BEFORE UPDATE ON plan_gates
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

CREATE TRIGGER plan_gates_delete BEFORE DELETE ON plan_gates
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a plan is never rewritten; write the next'); END;

--bun:split

-- Who wrote the version in force does not say that its milestones are met.
CREATE TRIGGER milestone_decisions_insert BEFORE INSERT ON milestone_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a decision on a milestone is on record already')
    WHERE EXISTS (SELECT 1 FROM milestone_decisions WHERE id = NEW.id);
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: who wrote a plan does not decide on its milestones')
    WHERE EXISTS (SELECT 1 FROM plan_versions v JOIN plans p ON p.id = v.plan_id AND p.current_version = v.version
                  WHERE p.id = NEW.plan_id AND v.created_by = NEW.decided_by);
END;

--bun:split

CREATE TRIGGER milestone_decisions_update BEFORE UPDATE ON milestone_decisions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a decision on a milestone is never changed; decide again'); END;

--bun:split

CREATE TRIGGER milestone_decisions_delete BEFORE DELETE ON milestone_decisions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a decision on a milestone is never deleted'); END;

--bun:split

CREATE TRIGGER reminders_insert BEFORE INSERT ON reminders
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a reminder is on record already')
    WHERE EXISTS (SELECT 1 FROM reminders WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER reminders_update BEFORE UPDATE ON reminders
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a reminder is never changed'); END;

--bun:split

CREATE TRIGGER reminders_delete BEFORE DELETE ON reminders
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a reminder is never deleted'); END;
