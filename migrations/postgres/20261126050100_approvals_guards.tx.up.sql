-- What the database refuses by itself about approvals. The SQLite file beside this one has the same guards under the same names.

-- The guard of disbursements once more: the number of approvals is that of the policy, and a state is followed by those that may follow it.
CREATE OR REPLACE FUNCTION disbursements_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state IN ('approved', 'authorised', 'on_hold', 'released', 'paid', 'evidenced', 'verified', 'returned', 'disallowed')
      AND NOT (NEW.emergency AND NEW.state NOT IN ('approved', 'verified', 'disallowed'))
      AND (SELECT COUNT(*) FROM duties d JOIN duties r ON r.subject = d.subject AND r.round = d.round AND r.user_id <> d.user_id
           WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'approve' AND d.payload = NEW.payload AND r.step = 'request')
          < NEW.approvals_needed THEN
        RAISE EXCEPTION 'supportledger:approval_missing: this state needs the approval of as many other people as its policy wants' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state IN ('authorised', 'released', 'paid', 'evidenced', 'verified', 'returned', 'disallowed')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'authorise' AND d.payload = NEW.payload) THEN
        RAISE EXCEPTION 'supportledger:authorisation_missing: this state needs a third person to authorise it' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state IN ('released', 'paid', 'returned')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'release' AND d.payload = NEW.payload) THEN
        RAISE EXCEPTION 'supportledger:release_missing: this state needs another person to release the payment' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state = 'paid'
      AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.disbursement_id = NEW.id AND p.state = 'confirmed') THEN
        RAISE EXCEPTION 'supportledger:bank_evidence_missing: paid is what the bank says was paid' USING ERRCODE = 'SL001';
    END IF;
    IF OLD.state <> 'draft'
      AND (NEW.settlement <> OLD.settlement
           OR NEW.line <> OLD.line
           OR NEW.units <> OLD.units
           OR NEW.amount <> OLD.amount
           OR NEW.currency <> OLD.currency
           OR NEW.overpaid <> OLD.overpaid
           OR NEW.payee <> OLD.payee
           OR NEW.category <> OLD.category
           OR NEW.account <> OLD.account
           OR NEW.spot <> OLD.spot
           OR NEW.items <> OLD.items
           OR NEW.shares <> OLD.shares
           OR NEW.payload <> OLD.payload
           OR NEW.plan_version <> OLD.plan_version
           OR NEW.evidence <> OLD.evidence
           OR NEW.policy_id <> OLD.policy_id
           OR NEW.needs <> OLD.needs
           OR NEW.approvals_needed <> OLD.approvals_needed
           OR NEW.base_amount <> OLD.base_amount
           OR NEW.emergency <> OLD.emergency
           OR NEW.plan_id IS DISTINCT FROM OLD.plan_id
           OR NEW.partner_id IS DISTINCT FROM OLD.partner_id
           OR NEW.prepayment_id IS DISTINCT FROM OLD.prepayment_id) THEN
        RAISE EXCEPTION 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first' USING ERRCODE = 'SL001';
    END IF;
    IF OLD.state IN ('evidenced', 'verified', 'disallowed') AND NEW.state NOT IN ('evidenced', 'verified', 'disallowed') THEN
        RAISE EXCEPTION 'supportledger:state_conflict: what is settled stays settled' USING ERRCODE = 'SL001';
    END IF;
    IF OLD.state <> NEW.state AND NOT (
           OLD.state = 'draft' AND NEW.state IN ('submitted', 'cancelled')
           OR OLD.state = 'submitted' AND NEW.state IN ('draft', 'info_requested', 'rejected', 'approved', 'authorised', 'cancelled')
           OR OLD.state = 'info_requested' AND NEW.state IN ('submitted', 'draft', 'rejected', 'cancelled')
           OR OLD.state = 'approved' AND NEW.state IN ('authorised', 'draft', 'rejected', 'cancelled')
           OR OLD.state = 'authorised' AND NEW.state IN ('on_hold', 'released', 'evidenced', 'cancelled')
           OR OLD.state = 'on_hold' AND NEW.state IN ('authorised', 'cancelled')
           OR OLD.state = 'released' AND NEW.state IN ('paid')
           OR OLD.state = 'paid' AND NEW.state IN ('released', 'evidenced', 'returned')
           OR OLD.state = 'returned' AND NEW.state IN ('paid')
           OR OLD.state = 'evidenced' AND NEW.state IN ('verified', 'disallowed')
           OR OLD.state = 'verified' AND NEW.state IN ('disallowed')) THEN
        RAISE EXCEPTION 'supportledger:state_conflict: a disbursement does not go from this state to that one' USING ERRCODE = 'SL001';
    END IF;
    IF OLD.state = 'submitted' AND NEW.state = 'authorised' AND NOT NEW.emergency THEN
        RAISE EXCEPTION 'supportledger:state_conflict: only an emergency is authorised before it is approved' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.created_by <> OLD.created_by THEN
        RAISE EXCEPTION 'supportledger:append_only: who wrote a disbursement stays on record' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

DROP TRIGGER disbursements_update ON disbursements;

--bun:split

CREATE TRIGGER disbursements_update BEFORE UPDATE ON disbursements FOR EACH ROW EXECUTE FUNCTION disbursements_update();

--bun:split

-- Who wrote it, for whom somebody acted already, and who is related, does not decide.
CREATE FUNCTION duties_of_disbursements() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.step <> 'request'
      AND EXISTS (SELECT 1 FROM users m JOIN users o ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id) WHERE m.id = NEW.user_id AND o.id IN (
          SELECT d.created_by FROM disbursements d WHERE d.id = NEW.subject UNION SELECT d.written_by FROM disbursements d WHERE d.id = NEW.subject)) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: nobody decides on what they wrote' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM users m JOIN users o ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id) WHERE m.id = NEW.user_id AND o.id IN (
          SELECT a.on_behalf_of FROM disbursement_approvals a WHERE a.disbursement_id = NEW.subject AND a.round = NEW.round)) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: somebody else acted for them on this request' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.step <> 'request'
      AND EXISTS (SELECT 1 FROM relations l JOIN users o ON o.id = l.user_id JOIN users m ON m.id = NEW.user_id
                  JOIN disbursements d ON d.id = NEW.subject LEFT JOIN plans p ON p.id = d.plan_id
                  WHERE COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id) AND (l.ended_on = '' OR l.ended_on >= substr(NEW.at, 1, 10))
                    AND (l.payee <> '' AND l.payee = d.payee OR l.beneficiary_id <> '' AND l.beneficiary_id = p.beneficiary_id)) THEN
        RAISE EXCEPTION 'supportledger:related_party: nobody decides for a payee or a person whom they are related to' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER duties_of_disbursements BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION duties_of_disbursements();

--bun:split

CREATE FUNCTION disbursement_approvals_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.disbursement_id AND d.round = NEW.round AND d.step = NEW.step AND d.user_id = NEW.user_id) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: an approval is somebody''s duty' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.on_behalf_of <> '' AND EXISTS (SELECT 1 FROM users m JOIN users o ON COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id) WHERE m.id = NEW.on_behalf_of AND o.id IN (
          SELECT d.user_id FROM duties d WHERE d.subject = NEW.disbursement_id AND d.round = NEW.round
          UNION SELECT a.on_behalf_of FROM disbursement_approvals a WHERE a.disbursement_id = NEW.disbursement_id AND a.round = NEW.round
          UNION SELECT x.created_by FROM disbursements x WHERE x.id = NEW.disbursement_id
          UNION SELECT x.written_by FROM disbursements x WHERE x.id = NEW.disbursement_id)) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: whom somebody acts for took a step on this request' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.on_behalf_of <> '' AND NOT EXISTS (SELECT 1 FROM delegations g WHERE g.from_user = NEW.on_behalf_of AND g.to_user = NEW.user_id
      AND g.from_on <= substr(NEW.at, 1, 10) AND g.to_on >= substr(NEW.at, 1, 10) AND g.revoked_at = '') THEN
        RAISE EXCEPTION 'supportledger:delegation_missing: nobody acts for another without a delegation' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.on_behalf_of <> ''
      AND EXISTS (SELECT 1 FROM relations l JOIN users o ON o.id = l.user_id JOIN users m ON m.id = NEW.on_behalf_of
                  JOIN disbursements d ON d.id = NEW.disbursement_id LEFT JOIN plans p ON p.id = d.plan_id
                  WHERE COALESCE(NULLIF(m.person, ''), m.id) = COALESCE(NULLIF(o.person, ''), o.id) AND (l.ended_on = '' OR l.ended_on >= substr(NEW.at, 1, 10))
                    AND (l.payee <> '' AND l.payee = d.payee OR l.beneficiary_id <> '' AND l.beneficiary_id = p.beneficiary_id)) THEN
        RAISE EXCEPTION 'supportledger:related_party: nobody decides for a payee or a person whom they are related to' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER disbursement_approvals_insert BEFORE INSERT ON disbursement_approvals FOR EACH ROW EXECUTE FUNCTION disbursement_approvals_insert();

--bun:split

CREATE TRIGGER disbursement_approvals_update BEFORE UPDATE ON disbursement_approvals FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an approval is never changed');

--bun:split

CREATE TRIGGER disbursement_approvals_delete BEFORE DELETE ON disbursement_approvals FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an approval is never deleted');

--bun:split

CREATE TRIGGER disbursement_approvals_truncate BEFORE TRUNCATE ON disbursement_approvals FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'approvals are never deleted');

--bun:split

CREATE FUNCTION approval_policies_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'proposed' THEN
        RAISE EXCEPTION 'supportledger:approval_missing: an approval policy starts as a proposal' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER approval_policies_insert BEFORE INSERT ON approval_policies FOR EACH ROW EXECUTE FUNCTION approval_policies_insert();

--bun:split

CREATE FUNCTION approval_policies_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.state <> 'proposed'
           OR NEW.id <> OLD.id
           OR NEW.from_on <> OLD.from_on
           OR NEW.emergency_limit <> OLD.emergency_limit
           OR NEW.emergency_per_quarter <> OLD.emergency_per_quarter
           OR NEW.emergency_days <> OLD.emergency_days
           OR NEW.remind_days <> OLD.remind_days
           OR NEW.reason <> OLD.reason
           OR NEW.proposed_by <> OLD.proposed_by
           OR NEW.proposed_at <> OLD.proposed_at THEN
        RAISE EXCEPTION 'supportledger:append_only: a policy is decided on once and never changed; propose another' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state = 'confirmed'
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id AND d.payload = r.payload
                      WHERE r.subject = NEW.id AND r.step = 'request' AND d.step = 'approve') THEN
        RAISE EXCEPTION 'supportledger:approval_missing: a policy is confirmed by another person than the one who proposed it' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER approval_policies_update BEFORE UPDATE ON approval_policies FOR EACH ROW EXECUTE FUNCTION approval_policies_update();

--bun:split

CREATE TRIGGER approval_policies_delete BEFORE DELETE ON approval_policies FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a policy is never deleted');

--bun:split

CREATE TRIGGER approval_policies_truncate BEFORE TRUNCATE ON approval_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'policies are never deleted');

--bun:split

CREATE FUNCTION approval_bands_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM approval_policies p WHERE p.id = NEW.policy_id AND p.state = 'proposed')
       OR EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.policy_id) THEN
        RAISE EXCEPTION 'supportledger:append_only: a policy that somebody asked for gets no more bands' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER approval_bands_insert BEFORE INSERT ON approval_bands FOR EACH ROW EXECUTE FUNCTION approval_bands_insert();

--bun:split

CREATE TRIGGER approval_bands_update BEFORE UPDATE ON approval_bands FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a band is never changed');

--bun:split

CREATE TRIGGER approval_bands_delete BEFORE DELETE ON approval_bands FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a band is never deleted');

--bun:split

CREATE TRIGGER approval_bands_truncate BEFORE TRUNCATE ON approval_bands FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'bands are never deleted');

--bun:split

CREATE FUNCTION delegations_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.revoked_at <> ''
           OR NEW.id <> OLD.id
           OR NEW.from_user <> OLD.from_user
           OR NEW.to_user <> OLD.to_user
           OR NEW.from_on <> OLD.from_on
           OR NEW.to_on <> OLD.to_on
           OR NEW.reason <> OLD.reason
           OR NEW.created_by <> OLD.created_by
           OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'supportledger:append_only: a delegation is revoked, never changed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER delegations_update BEFORE UPDATE ON delegations FOR EACH ROW EXECUTE FUNCTION delegations_update();

--bun:split

CREATE FUNCTION delegations_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.created_by <> NEW.from_user THEN
        RAISE EXCEPTION 'supportledger:own_rights: everybody names their own deputy' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.revoked_at <> '' THEN
        RAISE EXCEPTION 'supportledger:append_only: a delegation stands until it is revoked' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER delegations_insert BEFORE INSERT ON delegations FOR EACH ROW EXECUTE FUNCTION delegations_insert();

--bun:split

CREATE TRIGGER delegations_delete BEFORE DELETE ON delegations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a delegation is never deleted');

--bun:split

CREATE TRIGGER delegations_truncate BEFORE TRUNCATE ON delegations FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'delegations are never deleted');

--bun:split

CREATE FUNCTION relations_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.ended_on <> ''
           OR NEW.id <> OLD.id
           OR NEW.user_id <> OLD.user_id
           OR NEW.donor_id <> OLD.donor_id
           OR NEW.payee <> OLD.payee
           OR NEW.beneficiary_id <> OLD.beneficiary_id
           OR NEW.nature <> OLD.nature
           OR NEW.declared_by <> OLD.declared_by
           OR NEW.declared_at <> OLD.declared_at THEN
        RAISE EXCEPTION 'supportledger:append_only: a relation ends, and is never changed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER relations_update BEFORE UPDATE ON relations FOR EACH ROW EXECUTE FUNCTION relations_update();

--bun:split

CREATE TRIGGER relations_delete BEFORE DELETE ON relations FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a relation is never deleted');

--bun:split

CREATE TRIGGER relations_truncate BEFORE TRUNCATE ON relations FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'relations are never deleted');

--bun:split

CREATE TRIGGER disbursement_comments_update BEFORE UPDATE ON disbursement_comments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a comment is never changed');

--bun:split

CREATE TRIGGER disbursement_comments_delete BEFORE DELETE ON disbursement_comments FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a comment is never deleted');

--bun:split

CREATE TRIGGER disbursement_comments_truncate BEFORE TRUNCATE ON disbursement_comments FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'comments are never deleted');
