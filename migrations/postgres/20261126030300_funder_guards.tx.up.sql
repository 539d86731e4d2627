-- What was agreed, received and given stays as it was. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER grant_instalments_update BEFORE UPDATE ON grant_instalments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was received is never changed');

--bun:split

CREATE TRIGGER grant_instalments_delete BEFORE DELETE ON grant_instalments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was received is never changed');

--bun:split

CREATE TRIGGER grant_instalments_truncate BEFORE TRUNCATE ON grant_instalments FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was received is never changed');

--bun:split

CREATE TRIGGER grant_award_receipts_update BEFORE UPDATE ON grant_award_receipts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was received is never changed');

--bun:split

CREATE TRIGGER grant_award_receipts_delete BEFORE DELETE ON grant_award_receipts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was received is never changed');

--bun:split

CREATE TRIGGER grant_award_receipts_truncate BEFORE TRUNCATE ON grant_award_receipts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was received is never changed');

--bun:split

CREATE TRIGGER grant_findings_update BEFORE UPDATE ON grant_findings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a disallowance is never changed');

--bun:split

CREATE TRIGGER grant_findings_delete BEFORE DELETE ON grant_findings FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a disallowance is never changed');

--bun:split

CREATE TRIGGER grant_findings_truncate BEFORE TRUNCATE ON grant_findings FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a disallowance is never changed');

--bun:split

CREATE TRIGGER grant_budget_lines_update BEFORE UPDATE ON grant_budget_lines FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_lines_delete BEFORE DELETE ON grant_budget_lines FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_lines_truncate BEFORE TRUNCATE ON grant_budget_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_years_update BEFORE UPDATE ON grant_budget_years FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_years_delete BEFORE DELETE ON grant_budget_years FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_years_truncate BEFORE TRUNCATE ON grant_budget_years FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_moves_update BEFORE UPDATE ON grant_budget_moves FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_moves_delete BEFORE DELETE ON grant_budget_moves FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_budget_moves_truncate BEFORE TRUNCATE ON grant_budget_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a budget changes by a new version');

--bun:split

CREATE TRIGGER grant_planned_instalments_update BEFORE UPDATE ON grant_planned_instalments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was agreed is never changed');

--bun:split

CREATE TRIGGER grant_planned_instalments_delete BEFORE DELETE ON grant_planned_instalments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was agreed is never changed');

--bun:split

CREATE TRIGGER grant_planned_instalments_truncate BEFORE TRUNCATE ON grant_planned_instalments FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was agreed is never changed');

--bun:split

CREATE TRIGGER grant_conditions_update BEFORE UPDATE ON grant_conditions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a condition is decided on, never changed');

--bun:split

CREATE TRIGGER grant_conditions_delete BEFORE DELETE ON grant_conditions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a condition is decided on, never changed');

--bun:split

CREATE TRIGGER grant_conditions_truncate BEFORE TRUNCATE ON grant_conditions FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a condition is decided on, never changed');

--bun:split

CREATE TRIGGER pledge_instalments_update BEFORE UPDATE ON pledge_instalments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was promised is never changed');

--bun:split

CREATE TRIGGER pledge_instalments_delete BEFORE DELETE ON pledge_instalments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was promised is never changed');

--bun:split

CREATE TRIGGER pledge_instalments_truncate BEFORE TRUNCATE ON pledge_instalments FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was promised is never changed');

--bun:split

CREATE TRIGGER in_kind_contributions_update BEFORE UPDATE ON in_kind_contributions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was given is never changed');

--bun:split

CREATE TRIGGER in_kind_contributions_delete BEFORE DELETE ON in_kind_contributions FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was given is never changed');

--bun:split

CREATE TRIGGER in_kind_contributions_truncate BEFORE TRUNCATE ON in_kind_contributions FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was given is never changed');

--bun:split

CREATE FUNCTION grant_budgets_kept() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.state <> 'submitted' OR NEW.state NOT IN ('effective', 'refused') OR NEW.grant_id <> OLD.grant_id OR NEW.version <> OLD.version OR NEW.kind <> OLD.kind
       OR NEW.starts_on <> OLD.starts_on OR NEW.reason <> OLD.reason OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'supportledger:append_only: a version of a budget is decided on once and never changes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER grant_budgets_update BEFORE UPDATE ON grant_budgets FOR EACH ROW EXECUTE FUNCTION grant_budgets_kept();

--bun:split

CREATE FUNCTION grant_final_accounts_kept() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.paid_entry_id IS NOT NULL OR NEW.paid_entry_id IS NULL OR NEW.id <> OLD.id OR NEW.grant_id <> OLD.grant_id OR NEW.date <> OLD.date
       OR NEW.refund <> OLD.refund OR NEW.base <> OLD.base THEN
        RAISE EXCEPTION 'supportledger:append_only: a final account is paid once and never changes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER grant_final_accounts_update BEFORE UPDATE ON grant_final_accounts FOR EACH ROW EXECUTE FUNCTION grant_final_accounts_kept();

--bun:split

CREATE FUNCTION gifts_kept() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.refunded_on <> '' OR NEW.refunded_on = '' OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.donor_id <> OLD.donor_id OR NEW.fund <> OLD.fund
       OR NEW.received_on <> OLD.received_on OR NEW.gross <> OLD.gross OR NEW.fee <> OLD.fee OR NEW.account <> OLD.account OR NEW.entry_id <> OLD.entry_id THEN
        RAISE EXCEPTION 'supportledger:append_only: a gift is given back once and never changes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER gifts_update BEFORE UPDATE ON gifts FOR EACH ROW EXECUTE FUNCTION gifts_kept();

--bun:split

CREATE FUNCTION pledges_kept() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.cancelled < OLD.cancelled OR NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.donor_id <> OLD.donor_id OR NEW.fund <> OLD.fund
       OR NEW.pledged_on <> OLD.pledged_on OR NEW.amount <> OLD.amount THEN
        RAISE EXCEPTION 'supportledger:append_only: a pledge is cancelled and never changes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER pledges_update BEFORE UPDATE ON pledges FOR EACH ROW EXECUTE FUNCTION pledges_kept();

--bun:split

CREATE FUNCTION grants_kept() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.donor_id <> OLD.donor_id OR NEW.currency <> OLD.currency OR NEW.amount <> OLD.amount
       OR NEW.version < OLD.version OR OLD.state = 'closed' THEN
        RAISE EXCEPTION 'supportledger:append_only: what was agreed of a grant is never changed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER grants_update BEFORE UPDATE ON grants FOR EACH ROW EXECUTE FUNCTION grants_kept();

--bun:split

CREATE TRIGGER grant_policies_delete BEFORE DELETE ON grant_policies FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a policy is amended, never taken away');

--bun:split

CREATE TRIGGER grant_policies_truncate BEFORE TRUNCATE ON grant_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a policy is amended, never taken away');

--bun:split

CREATE TRIGGER grant_budgets_delete BEFORE DELETE ON grant_budgets FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a version of a budget is decided on once and never changes');

--bun:split

CREATE TRIGGER grant_budgets_truncate BEFORE TRUNCATE ON grant_budgets FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a version of a budget is decided on once and never changes');

--bun:split

CREATE TRIGGER grant_final_accounts_delete BEFORE DELETE ON grant_final_accounts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a final account is paid once and never changes');

--bun:split

CREATE TRIGGER grant_final_accounts_truncate BEFORE TRUNCATE ON grant_final_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a final account is paid once and never changes');

--bun:split

CREATE TRIGGER gifts_delete BEFORE DELETE ON gifts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a gift is given back once and never changes');

--bun:split

CREATE TRIGGER gifts_truncate BEFORE TRUNCATE ON gifts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a gift is given back once and never changes');

--bun:split

CREATE TRIGGER pledges_delete BEFORE DELETE ON pledges FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a pledge is cancelled and never changes');

--bun:split

CREATE TRIGGER pledges_truncate BEFORE TRUNCATE ON pledges FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a pledge is cancelled and never changes');

--bun:split

CREATE TRIGGER grants_delete BEFORE DELETE ON grants FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what was agreed of a grant is never changed');

--bun:split

CREATE TRIGGER grants_truncate BEFORE TRUNCATE ON grants FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what was agreed of a grant is never changed');
