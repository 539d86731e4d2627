-- What the database refuses by itself about exchange rates. The PostgreSQL file beside this one has the same guards under
-- the same names.

CREATE TRIGGER fx_rates_insert BEFORE INSERT ON fx_rates
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this rate is on record')
    WHERE EXISTS (SELECT 1 FROM fx_rates WHERE id = NEW.id OR source = NEW.source AND num = NEW.num AND den = NEW.den AND date = NEW.date);
END;

--bun:split

CREATE TRIGGER fx_rates_update BEFORE UPDATE ON fx_rates
BEGIN
    SELECT RAISE(ABORT, 'supportledger:rate_locked: a locked rate is never changed') WHERE OLD.state = 'locked';
    SELECT RAISE(ABORT, 'supportledger:append_only: a rate keeps its source, pair and day')
    WHERE NEW.id <> OLD.id OR NEW.source <> OLD.source OR NEW.kind <> OLD.kind OR NEW.date <> OLD.date OR NEW.num <> OLD.num OR NEW.den <> OLD.den;
END;

--bun:split

CREATE TRIGGER fx_rates_delete BEFORE DELETE ON fx_rates
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a rate is never deleted'); END;

--bun:split

CREATE TRIGGER fx_rate_uses_insert BEFORE INSERT ON fx_rate_uses
BEGIN
    SELECT RAISE(ABORT, 'supportledger:rate_provisional: a statement stands on locked rates only')
    WHERE NOT EXISTS (SELECT 1 FROM fx_rates WHERE id = NEW.rate_id AND state = 'locked');
    SELECT RAISE(ABORT, 'supportledger:append_only: this use is on record')
    WHERE EXISTS (SELECT 1 FROM fx_rate_uses WHERE rate_id = NEW.rate_id AND used_by = NEW.used_by);
END;

--bun:split

CREATE TRIGGER fx_rate_uses_update BEFORE UPDATE ON fx_rate_uses
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: the use of a rate is never changed'); END;

--bun:split

CREATE TRIGGER fx_rate_uses_delete BEFORE DELETE ON fx_rate_uses
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: the use of a rate is never deleted'); END;
