-- What was agreed, received and given stays as it was. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER grant_instalments_update BEFORE UPDATE ON grant_instalments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was received is never changed'); END;

--bun:split

CREATE TRIGGER grant_instalments_delete BEFORE DELETE ON grant_instalments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was received is never changed'); END;

--bun:split

CREATE TRIGGER grant_award_receipts_update BEFORE UPDATE ON grant_award_receipts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was received is never changed'); END;

--bun:split

CREATE TRIGGER grant_award_receipts_delete BEFORE DELETE ON grant_award_receipts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was received is never changed'); END;

--bun:split

CREATE TRIGGER grant_findings_update BEFORE UPDATE ON grant_findings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a disallowance is never changed'); END;

--bun:split

CREATE TRIGGER grant_findings_delete BEFORE DELETE ON grant_findings
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a disallowance is never changed'); END;

--bun:split

CREATE TRIGGER grant_budget_lines_update BEFORE UPDATE ON grant_budget_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a budget changes by a new version'); END;

--bun:split

CREATE TRIGGER grant_budget_lines_delete BEFORE DELETE ON grant_budget_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a budget changes by a new version'); END;

--bun:split

CREATE TRIGGER grant_budget_years_update BEFORE UPDATE ON grant_budget_years
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a budget changes by a new version'); END;

--bun:split

CREATE TRIGGER grant_budget_years_delete BEFORE DELETE ON grant_budget_years
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a budget changes by a new version'); END;

--bun:split

CREATE TRIGGER grant_budget_moves_update BEFORE UPDATE ON grant_budget_moves
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a budget changes by a new version'); END;

--bun:split

CREATE TRIGGER grant_budget_moves_delete BEFORE DELETE ON grant_budget_moves
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a budget changes by a new version'); END;

--bun:split

CREATE TRIGGER grant_planned_instalments_update BEFORE UPDATE ON grant_planned_instalments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was agreed is never changed'); END;

--bun:split

CREATE TRIGGER grant_planned_instalments_delete BEFORE DELETE ON grant_planned_instalments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was agreed is never changed'); END;

--bun:split

CREATE TRIGGER grant_conditions_update BEFORE UPDATE ON grant_conditions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a condition is decided on, never changed'); END;

--bun:split

CREATE TRIGGER grant_conditions_delete BEFORE DELETE ON grant_conditions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a condition is decided on, never changed'); END;

--bun:split

CREATE TRIGGER pledge_instalments_update BEFORE UPDATE ON pledge_instalments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was promised is never changed'); END;

--bun:split

CREATE TRIGGER pledge_instalments_delete BEFORE DELETE ON pledge_instalments
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was promised is never changed'); END;

--bun:split

CREATE TRIGGER in_kind_contributions_update BEFORE UPDATE ON in_kind_contributions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was given is never changed'); END;

--bun:split

CREATE TRIGGER in_kind_contributions_delete BEFORE DELETE ON in_kind_contributions
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was given is never changed'); END;

--bun:split

CREATE TRIGGER grant_budgets_update BEFORE UPDATE ON grant_budgets
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a version of a budget is decided on once and never changes')
    WHERE OLD.state <> 'submitted' OR NEW.state NOT IN ('effective', 'refused') OR NEW.grant_id <> OLD.grant_id OR NEW.version <> OLD.version OR NEW.kind <> OLD.kind
       OR NEW.starts_on <> OLD.starts_on OR NEW.reason <> OLD.reason OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at;
END;

--bun:split

CREATE TRIGGER grant_final_accounts_update BEFORE UPDATE ON grant_final_accounts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a final account is paid once and never changes')
    WHERE OLD.paid_entry_id IS NOT NULL OR NEW.paid_entry_id IS NULL OR NEW.id <> OLD.id OR NEW.grant_id <> OLD.grant_id OR NEW.date <> OLD.date
       OR NEW.refund <> OLD.refund OR NEW.base <> OLD.base;
END;

--bun:split

CREATE TRIGGER gifts_update BEFORE UPDATE ON gifts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a gift is given back once and never changes')
    WHERE OLD.refunded_on <> '' OR NEW.refunded_on = '' OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.donor_id <> OLD.donor_id OR NEW.fund <> OLD.fund
       OR NEW.received_on <> OLD.received_on OR NEW.gross <> OLD.gross OR NEW.fee <> OLD.fee OR NEW.account <> OLD.account OR NEW.entry_id <> OLD.entry_id;
END;

--bun:split

CREATE TRIGGER pledges_update BEFORE UPDATE ON pledges
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a pledge is cancelled and never changes')
    WHERE NEW.cancelled < OLD.cancelled OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.donor_id <> OLD.donor_id OR NEW.fund <> OLD.fund
       OR NEW.pledged_on <> OLD.pledged_on OR NEW.amount <> OLD.amount;
END;

--bun:split

CREATE TRIGGER grants_update BEFORE UPDATE ON grants
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what was agreed of a grant is never changed')
    WHERE NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.donor_id <> OLD.donor_id OR NEW.currency <> OLD.currency OR NEW.amount <> OLD.amount
       OR NEW.version < OLD.version OR OLD.state = 'closed';
END;

--bun:split

CREATE TRIGGER grant_policies_delete BEFORE DELETE ON grant_policies
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a policy is amended, never taken away'); END;

--bun:split

CREATE TRIGGER grant_budgets_delete BEFORE DELETE ON grant_budgets
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a version of a budget is decided on once and never changes'); END;

--bun:split

CREATE TRIGGER grant_final_accounts_delete BEFORE DELETE ON grant_final_accounts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a final account is paid once and never changes'); END;

--bun:split

CREATE TRIGGER gifts_delete BEFORE DELETE ON gifts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a gift is given back once and never changes'); END;

--bun:split

CREATE TRIGGER pledges_delete BEFORE DELETE ON pledges
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a pledge is cancelled and never changes'); END;

--bun:split

CREATE TRIGGER grants_delete BEFORE DELETE ON grants
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what was agreed of a grant is never changed'); END;
