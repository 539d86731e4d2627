-- What the database refuses by itself about deliveries. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER statement_deliveries_insert BEFORE INSERT ON statement_deliveries
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a delivery is written once') WHERE EXISTS (SELECT 1 FROM statement_deliveries WHERE NEW.id = id); END;

--bun:split

CREATE TRIGGER statement_deliveries_update BEFORE UPDATE ON statement_deliveries
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a delivery is never changed'); END;

--bun:split

CREATE TRIGGER statement_deliveries_delete BEFORE DELETE ON statement_deliveries
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a delivery is never deleted'); END;

--bun:split

CREATE TRIGGER statement_delivery_links_insert BEFORE INSERT ON statement_delivery_links
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a link is written once') WHERE EXISTS (SELECT 1 FROM statement_delivery_links WHERE NEW.secret_hash = secret_hash); END;

--bun:split

CREATE TRIGGER statement_delivery_links_update BEFORE UPDATE ON statement_delivery_links
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a link is never changed'); END;

--bun:split

CREATE TRIGGER statement_delivery_links_delete BEFORE DELETE ON statement_delivery_links
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a link is never deleted'); END;

--bun:split

CREATE TRIGGER statement_delivery_attempts_insert BEFORE INSERT ON statement_delivery_attempts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an attempt is written once') WHERE EXISTS (SELECT 1 FROM statement_delivery_attempts WHERE NEW.delivery_id = delivery_id AND NEW.attempt = attempt); END;

--bun:split

CREATE TRIGGER statement_delivery_attempts_update BEFORE UPDATE ON statement_delivery_attempts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an attempt is never changed'); END;

--bun:split

CREATE TRIGGER statement_delivery_attempts_delete BEFORE DELETE ON statement_delivery_attempts
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an attempt is never deleted'); END;
