-- What the database refuses by itself about exchange rates. The SQLite file beside this one has the same guards under the
-- same names.

CREATE FUNCTION fx_rates_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.state = 'locked' THEN
        RAISE EXCEPTION 'supportledger:rate_locked: a locked rate is never changed' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.id <> OLD.id OR NEW.source <> OLD.source OR NEW.kind <> OLD.kind OR NEW.date <> OLD.date OR NEW.num <> OLD.num OR NEW.den <> OLD.den THEN
        RAISE EXCEPTION 'supportledger:append_only: a rate keeps its source, pair and day' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER fx_rates_update BEFORE UPDATE ON fx_rates FOR EACH ROW EXECUTE FUNCTION fx_rates_update();

--bun:split

CREATE TRIGGER fx_rates_delete BEFORE DELETE ON fx_rates FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a rate is never deleted');

--bun:split

CREATE TRIGGER fx_rates_truncate BEFORE TRUNCATE ON fx_rates FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'rates are never deleted');

--bun:split

CREATE FUNCTION fx_rate_uses_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM fx_rates WHERE id = NEW.rate_id AND state = 'locked') THEN
        RAISE EXCEPTION 'supportledger:rate_provisional: a statement stands on locked rates only' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER fx_rate_uses_insert BEFORE INSERT ON fx_rate_uses FOR EACH ROW EXECUTE FUNCTION fx_rate_uses_insert();

--bun:split

CREATE TRIGGER fx_rate_uses_update BEFORE UPDATE ON fx_rate_uses FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'the use of a rate is never changed');

--bun:split

CREATE TRIGGER fx_rate_uses_delete BEFORE DELETE ON fx_rate_uses FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'the use of a rate is never deleted');

--bun:split

CREATE TRIGGER fx_rate_uses_truncate BEFORE TRUNCATE ON fx_rate_uses FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'the uses of rates are never deleted');
