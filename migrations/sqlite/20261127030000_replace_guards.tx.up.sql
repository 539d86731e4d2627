-- INSERT OR REPLACE and UPDATE OR REPLACE delete the row whose key they take without asking DELETE triggers, in a session that
-- does not set recursive_triggers as ours do. No row that stays is replaced: neither by its id nor by any other key of its own.
CREATE TRIGGER bank_import_lines_twin_insert BEFORE INSERT ON bank_import_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what the bank said is never changed')
    WHERE EXISTS (SELECT 1 FROM bank_import_lines WHERE import_id = NEW.import_id AND no = NEW.no)
       OR EXISTS (SELECT 1 FROM bank_import_lines WHERE line_id = NEW.line_id);
END;

--bun:split

CREATE TRIGGER bank_import_parts_twin_insert BEFORE INSERT ON bank_import_parts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what the bank said is never changed')
    WHERE EXISTS (SELECT 1 FROM bank_import_parts WHERE import_id = NEW.import_id AND line_no = NEW.line_no AND payment_id = NEW.payment_id);
END;

--bun:split

CREATE TRIGGER bank_imports_twin_insert BEFORE INSERT ON bank_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a bank statement is undone, never deleted')
    WHERE EXISTS (SELECT 1 FROM bank_imports WHERE account = NEW.account AND sha256 = NEW.sha256 AND state <> 'undone');
END;

--bun:split

CREATE TRIGGER bank_matches_twin_insert BEFORE INSERT ON bank_matches
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a match is undone, never deleted')
    WHERE EXISTS (SELECT 1 FROM bank_matches WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER beneficiary_endings_twin_insert BEFORE INSERT ON beneficiary_endings
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: an ending is never taken back')
    WHERE EXISTS (SELECT 1 FROM beneficiary_endings WHERE beneficiary_id = NEW.beneficiary_id);
END;

--bun:split

CREATE TRIGGER caseload_twin_insert BEFORE INSERT ON caseload
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: who was on a case stays known')
    WHERE EXISTS (SELECT 1 FROM caseload WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER consent_revocations_twin_insert BEFORE INSERT ON consent_revocations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a revocation is never taken back')
    WHERE EXISTS (SELECT 1 FROM consent_revocations WHERE consent_id = NEW.consent_id);
END;

--bun:split

CREATE TRIGGER consents_twin_insert BEFORE INSERT ON consents
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a consent is never taken away')
    WHERE EXISTS (SELECT 1 FROM consents WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER disbursement_comments_twin_insert BEFORE INSERT ON disbursement_comments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a comment is never deleted')
    WHERE EXISTS (SELECT 1 FROM disbursement_comments WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER donor_imports_twin_insert BEFORE INSERT ON donor_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: an import is never deleted')
    WHERE EXISTS (SELECT 1 FROM donor_imports WHERE kind = NEW.kind AND profile = NEW.profile AND fingerprint = NEW.fingerprint AND state IN ('previewed', 'committed'));
END;

--bun:split

CREATE TRIGGER duplicate_decisions_twin_insert BEFORE INSERT ON duplicate_decisions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a decision is never taken back')
    WHERE EXISTS (SELECT 1 FROM duplicate_decisions WHERE duplicate_id = NEW.duplicate_id);
END;

--bun:split

CREATE TRIGGER duplicates_twin_insert BEFORE INSERT ON duplicates
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a likeness that was found is never taken away')
    WHERE EXISTS (SELECT 1 FROM duplicates WHERE beneficiary_id = NEW.beneficiary_id AND other_id = NEW.other_id AND kind = NEW.kind)
       OR EXISTS (SELECT 1 FROM duplicates WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER entry_drafts_twin_insert BEFORE INSERT ON entry_drafts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: the draft is posted; reverse its entry')
    WHERE EXISTS (SELECT 1 FROM entry_drafts WHERE entry_id = NEW.entry_id AND entry_id IS NOT NULL)
       OR EXISTS (SELECT 1 FROM entry_drafts WHERE id = NEW.id AND entry_id IS NOT NULL);
END;

--bun:split

CREATE TRIGGER gifts_twin_insert BEFORE INSERT ON gifts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a gift is given back once and never changes')
    WHERE EXISTS (SELECT 1 FROM gifts WHERE number = NEW.number)
       OR EXISTS (SELECT 1 FROM gifts WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_award_receipts_twin_insert BEFORE INSERT ON grant_award_receipts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was received is never changed')
    WHERE EXISTS (SELECT 1 FROM grant_award_receipts WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_budget_lines_twin_insert BEFORE INSERT ON grant_budget_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a budget changes by a new version')
    WHERE EXISTS (SELECT 1 FROM grant_budget_lines WHERE grant_id = NEW.grant_id AND version = NEW.version AND line_no = NEW.line_no)
       OR EXISTS (SELECT 1 FROM grant_budget_lines WHERE grant_id = NEW.grant_id AND version = NEW.version AND position = NEW.position);
END;

--bun:split

CREATE TRIGGER grant_budget_moves_twin_insert BEFORE INSERT ON grant_budget_moves
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a budget changes by a new version')
    WHERE EXISTS (SELECT 1 FROM grant_budget_moves WHERE grant_id = NEW.grant_id AND version = NEW.version AND position = NEW.position);
END;

--bun:split

CREATE TRIGGER grant_budget_years_twin_insert BEFORE INSERT ON grant_budget_years
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a budget changes by a new version')
    WHERE EXISTS (SELECT 1 FROM grant_budget_years WHERE grant_id = NEW.grant_id AND version = NEW.version AND line_no = NEW.line_no AND year = NEW.year);
END;

--bun:split

CREATE TRIGGER grant_budgets_twin_insert BEFORE INSERT ON grant_budgets
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a version of a budget is decided on once and never changes')
    WHERE EXISTS (SELECT 1 FROM grant_budgets WHERE grant_id = NEW.grant_id AND version = NEW.version);
END;

--bun:split

CREATE TRIGGER grant_conditions_twin_insert BEFORE INSERT ON grant_conditions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a condition is decided on, never changed')
    WHERE EXISTS (SELECT 1 FROM grant_conditions WHERE grant_id = NEW.grant_id AND number = NEW.number)
       OR EXISTS (SELECT 1 FROM grant_conditions WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_final_accounts_twin_insert BEFORE INSERT ON grant_final_accounts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a final account is paid once and never changes')
    WHERE EXISTS (SELECT 1 FROM grant_final_accounts WHERE grant_id = NEW.grant_id)
       OR EXISTS (SELECT 1 FROM grant_final_accounts WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_findings_twin_insert BEFORE INSERT ON grant_findings
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a disallowance is never changed')
    WHERE EXISTS (SELECT 1 FROM grant_findings WHERE grant_id = NEW.grant_id AND number = NEW.number)
       OR EXISTS (SELECT 1 FROM grant_findings WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_instalments_twin_insert BEFORE INSERT ON grant_instalments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was received is never changed')
    WHERE EXISTS (SELECT 1 FROM grant_instalments WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER grant_planned_instalments_twin_insert BEFORE INSERT ON grant_planned_instalments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was agreed is never changed')
    WHERE EXISTS (SELECT 1 FROM grant_planned_instalments WHERE grant_id = NEW.grant_id AND number = NEW.number);
END;

--bun:split

CREATE TRIGGER grants_twin_insert BEFORE INSERT ON grants
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was agreed of a grant is never changed')
    WHERE EXISTS (SELECT 1 FROM grants WHERE code = NEW.code)
       OR EXISTS (SELECT 1 FROM grants WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER households_twin_insert BEFORE INSERT ON households
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was known of a household is never taken away')
    WHERE EXISTS (SELECT 1 FROM households WHERE beneficiary_id = NEW.beneficiary_id AND version = NEW.version);
END;

--bun:split

CREATE TRIGGER imports_twin_insert BEFORE INSERT ON imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: an import is never deleted')
    WHERE EXISTS (SELECT 1 FROM imports WHERE kind = NEW.kind AND profile = NEW.profile AND sha256 = NEW.sha256 AND state <> 'undone');
END;

--bun:split

CREATE TRIGGER in_kind_contributions_twin_insert BEFORE INSERT ON in_kind_contributions
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was given is never changed')
    WHERE EXISTS (SELECT 1 FROM in_kind_contributions WHERE entry_id = NEW.entry_id)
       OR EXISTS (SELECT 1 FROM in_kind_contributions WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER invitations_twin_insert BEFORE INSERT ON invitations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: an invitation is never deleted')
    WHERE EXISTS (SELECT 1 FROM invitations WHERE change_id = NEW.change_id AND change_id <> '');
END;

--bun:split

CREATE TRIGGER opening_counts_twin_insert BEFORE INSERT ON opening_counts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: openings stay counted')
    WHERE EXISTS (SELECT 1 FROM opening_counts WHERE user_id = NEW.user_id AND day = NEW.day);
END;

--bun:split

CREATE TRIGGER payment_evidence_twin_insert BEFORE INSERT ON payment_evidence
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what proves a payment stays')
    WHERE EXISTS (SELECT 1 FROM payment_evidence WHERE payment_id = NEW.payment_id AND evidence_id = NEW.evidence_id);
END;

--bun:split

CREATE TRIGGER period_reopenings_twin_insert BEFORE INSERT ON period_reopenings
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a reopening is never deleted')
    WHERE EXISTS (SELECT 1 FROM period_reopenings WHERE month = NEW.month AND round = NEW.round);
END;

--bun:split

CREATE TRIGGER pledge_instalments_twin_insert BEFORE INSERT ON pledge_instalments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: what was promised is never changed')
    WHERE EXISTS (SELECT 1 FROM pledge_instalments WHERE pledge_id = NEW.pledge_id AND number = NEW.number);
END;

--bun:split

CREATE TRIGGER pledges_twin_insert BEFORE INSERT ON pledges
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a pledge is cancelled and never changes')
    WHERE EXISTS (SELECT 1 FROM pledges WHERE number = NEW.number)
       OR EXISTS (SELECT 1 FROM pledges WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER privacy_notices_twin_insert BEFORE INSERT ON privacy_notices
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a notice is never taken away')
    WHERE EXISTS (SELECT 1 FROM privacy_notices WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER proof_head_twin_insert BEFORE INSERT ON proof_head
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: the head is never deleted')
    WHERE EXISTS (SELECT 1 FROM proof_head WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER proof_leaves_twin_insert BEFORE INSERT ON proof_leaves
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a leaf is never deleted')
    WHERE EXISTS (SELECT 1 FROM proof_leaves WHERE ref = NEW.ref AND kind = NEW.kind);
END;

--bun:split

CREATE TRIGGER proof_nodes_twin_insert BEFORE INSERT ON proof_nodes
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a node is never deleted')
    WHERE EXISTS (SELECT 1 FROM proof_nodes WHERE level = NEW.level AND position = NEW.position);
END;

--bun:split

CREATE TRIGGER relations_twin_insert BEFORE INSERT ON relations
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a relation is never deleted')
    WHERE EXISTS (SELECT 1 FROM relations WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER reminders_twin_insert BEFORE INSERT ON reminders
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a reminder is never deleted')
    WHERE EXISTS (SELECT 1 FROM reminders WHERE kind = NEW.kind AND subject = NEW.subject AND due_on = NEW.due_on);
END;

--bun:split

CREATE TRIGGER statements_twin_insert BEFORE INSERT ON statements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: a statement is never deleted; withdraw it')
    WHERE EXISTS (SELECT 1 FROM statements WHERE kind = NEW.kind AND subject = NEW.subject AND from_date = NEW.from_date AND to_date = NEW.to_date AND version = NEW.version AND state <> 'WITHDRAWN')
       OR EXISTS (SELECT 1 FROM statements WHERE number = NEW.number AND version = NEW.version)
       OR EXISTS (SELECT 1 FROM statements WHERE code = NEW.code);
END;

--bun:split

CREATE TRIGGER users_twin_insert BEFORE INSERT ON users
BEGIN
    SELECT RAISE(ABORT, 'supportledger:row_exists: an account is disabled, never deleted')
    WHERE EXISTS (SELECT 1 FROM users WHERE handle = NEW.handle);
END;

--bun:split

CREATE TRIGGER proof_head_onto BEFORE UPDATE OF id ON proof_head
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the head is never deleted')
    WHERE EXISTS (SELECT 1 FROM proof_head WHERE id = NEW.id AND rowid <> OLD.rowid);
END;

--bun:split

CREATE TRIGGER periods_onto BEFORE UPDATE OF month ON periods
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a month is never deleted')
    WHERE EXISTS (SELECT 1 FROM periods WHERE month = NEW.month AND rowid <> OLD.rowid);
END;

--bun:split

CREATE TRIGGER grant_policies_onto BEFORE UPDATE OF grant_id, starts_on ON grant_policies
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a policy is amended, never taken away')
    WHERE EXISTS (SELECT 1 FROM grant_policies WHERE grant_id = NEW.grant_id AND starts_on = NEW.starts_on AND rowid <> OLD.rowid);
END;

--bun:split

CREATE TRIGGER payments_onto BEFORE UPDATE OF id, number ON payments
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a payment is never deleted')
    WHERE EXISTS (SELECT 1 FROM payments WHERE id = NEW.id AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM payments WHERE number = NEW.number AND rowid <> OLD.rowid);
END;

--bun:split

CREATE TRIGGER bank_matches_onto BEFORE UPDATE OF id ON bank_matches
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a match is undone, never deleted')
    WHERE EXISTS (SELECT 1 FROM bank_matches WHERE id = NEW.id AND rowid <> OLD.rowid);
END;

--bun:split

CREATE TRIGGER statements_onto BEFORE UPDATE OF code, from_date, id, kind, number, subject, to_date, version ON statements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a statement is never deleted; withdraw it')
    WHERE EXISTS (SELECT 1 FROM statements WHERE id = NEW.id AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM statements WHERE code = NEW.code AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM statements WHERE number = NEW.number AND version = NEW.version AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM statements WHERE kind = NEW.kind AND subject = NEW.subject AND from_date = NEW.from_date AND to_date = NEW.to_date AND version = NEW.version AND state <> 'WITHDRAWN' AND rowid <> OLD.rowid);
END;
