-- What is never deleted row by row is not emptied at once either. (SQLite, whose file beside this one keeps rows from being
-- replaced, has no TRUNCATE; PostgreSQL has no REPLACE.)
CREATE TRIGGER bank_import_lines_truncate BEFORE TRUNCATE ON bank_import_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what the bank said is never changed');

--bun:split

CREATE TRIGGER bank_import_parts_truncate BEFORE TRUNCATE ON bank_import_parts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what the bank said is never changed');

--bun:split

CREATE TRIGGER bank_imports_truncate BEFORE TRUNCATE ON bank_imports FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a bank statement is undone, never deleted');

--bun:split

CREATE TRIGGER bank_lines_truncate BEFORE TRUNCATE ON bank_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a bank line that proves something is never deleted');

--bun:split

CREATE TRIGGER bank_matches_truncate BEFORE TRUNCATE ON bank_matches FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a match is undone, never deleted');

--bun:split

CREATE TRIGGER entry_draft_lines_truncate BEFORE TRUNCATE ON entry_draft_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'the draft is posted; reverse its entry');

--bun:split

CREATE TRIGGER entry_drafts_truncate BEFORE TRUNCATE ON entry_drafts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'the draft is posted; reverse its entry');

--bun:split

CREATE TRIGGER milestone_decisions_truncate BEFORE TRUNCATE ON milestone_decisions FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a decision on a milestone is never deleted');

--bun:split

CREATE TRIGGER payments_truncate BEFORE TRUNCATE ON payments FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a payment is never deleted');

--bun:split

CREATE TRIGGER plan_gates_truncate BEFORE TRUNCATE ON plan_gates FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_items_truncate BEFORE TRUNCATE ON plan_items FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_lines_truncate BEFORE TRUNCATE ON plan_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_milestones_truncate BEFORE TRUNCATE ON plan_milestones FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_shares_truncate BEFORE TRUNCATE ON plan_shares FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never rewritten; write the next');

--bun:split

CREATE TRIGGER plan_turns_truncate BEFORE TRUNCATE ON plan_turns FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what became of a plan is never deleted');

--bun:split

CREATE TRIGGER plan_versions_truncate BEFORE TRUNCATE ON plan_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a plan is never deleted');

--bun:split

CREATE TRIGGER plan_words_truncate BEFORE TRUNCATE ON plan_words FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a word of the plans is never deleted');

--bun:split

CREATE TRIGGER proof_checkpoints_truncate BEFORE TRUNCATE ON proof_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a checkpoint is never deleted');

--bun:split

CREATE TRIGGER proof_head_truncate BEFORE TRUNCATE ON proof_head FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'the head is never deleted');

--bun:split

CREATE TRIGGER reminders_truncate BEFORE TRUNCATE ON reminders FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a reminder is never deleted');

--bun:split

CREATE TRIGGER statements_truncate BEFORE TRUNCATE ON statements FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a statement is never deleted; withdraw it');
