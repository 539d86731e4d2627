-- No cost is claimed for more than its document says. The PostgreSQL file beside this one has the same guards under the
-- same names.

CREATE TRIGGER evidence_costs_insert BEFORE INSERT ON evidence_costs
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this cost exists')
    WHERE EXISTS (SELECT 1 FROM evidence_costs WHERE id = NEW.id OR evidence_id = NEW.evidence_id AND line = NEW.line);
END;

--bun:split

CREATE TRIGGER evidence_costs_update BEFORE UPDATE ON evidence_costs
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what a document costs is never changed'); END;

--bun:split

CREATE TRIGGER evidence_costs_delete BEFORE DELETE ON evidence_costs
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: what a document costs is never taken away'); END;

--bun:split

CREATE TRIGGER cost_claims_insert BEFORE INSERT ON cost_claims
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this claim exists')
    WHERE EXISTS (SELECT 1 FROM cost_claims WHERE id = NEW.id OR cost_id = NEW.cost_id AND fund = NEW.fund);
    SELECT RAISE(ABORT, 'supportledger:evidence_overclaimed: the shares of a cost are more than the document says')
    WHERE NEW.share + (SELECT COALESCE(SUM(share), 0) FROM cost_claims WHERE cost_id = NEW.cost_id)
        > (SELECT amount FROM evidence_costs WHERE id = NEW.cost_id);
END;

--bun:split

CREATE TRIGGER cost_claims_update BEFORE UPDATE ON cost_claims
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a claim is never changed'); END;

--bun:split

CREATE TRIGGER cost_claims_delete BEFORE DELETE ON cost_claims
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a claim is never taken away'); END;
