-- No cost is claimed for more than its document says. The SQLite file beside this one has the same guards under the
-- same names.

CREATE FUNCTION cost_claims_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    whole BIGINT;
BEGIN
    SELECT amount INTO whole FROM evidence_costs WHERE id = NEW.cost_id FOR UPDATE; -- two claims of one cost wait for each other
    IF NEW.share + (SELECT COALESCE(SUM(share), 0) FROM cost_claims WHERE cost_id = NEW.cost_id) > whole THEN
        RAISE EXCEPTION 'supportledger:evidence_overclaimed: the shares of a cost are more than the document says' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER cost_claims_insert BEFORE INSERT ON cost_claims FOR EACH ROW EXECUTE FUNCTION cost_claims_insert();

--bun:split

CREATE TRIGGER evidence_costs_update BEFORE UPDATE ON evidence_costs FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what a document costs is never changed');

--bun:split

CREATE TRIGGER evidence_costs_delete BEFORE DELETE ON evidence_costs FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'what a document costs is never taken away');

--bun:split

CREATE TRIGGER evidence_costs_truncate BEFORE TRUNCATE ON evidence_costs FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'what a document costs is never taken away');

--bun:split

CREATE TRIGGER cost_claims_update BEFORE UPDATE ON cost_claims FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a claim is never changed');

--bun:split

CREATE TRIGGER cost_claims_delete BEFORE DELETE ON cost_claims FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a claim is never taken away');

--bun:split

CREATE TRIGGER cost_claims_truncate BEFORE TRUNCATE ON cost_claims FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'a claim is never taken away');
