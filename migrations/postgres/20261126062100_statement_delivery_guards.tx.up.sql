-- What the database refuses by itself about deliveries. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER statement_deliveries_update BEFORE UPDATE ON statement_deliveries FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a delivery is never changed');

--bun:split

CREATE TRIGGER statement_deliveries_delete BEFORE DELETE ON statement_deliveries FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a delivery is never deleted');

--bun:split

CREATE TRIGGER statement_deliveries_truncate BEFORE TRUNCATE ON statement_deliveries FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'deliveries are never deleted');

--bun:split

CREATE TRIGGER statement_delivery_links_update BEFORE UPDATE ON statement_delivery_links FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a link is never changed');

--bun:split

CREATE TRIGGER statement_delivery_links_delete BEFORE DELETE ON statement_delivery_links FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a link is never deleted');

--bun:split

CREATE TRIGGER statement_delivery_links_truncate BEFORE TRUNCATE ON statement_delivery_links FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'links are never deleted');

--bun:split

CREATE TRIGGER statement_delivery_attempts_update BEFORE UPDATE ON statement_delivery_attempts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an attempt is never changed');

--bun:split

CREATE TRIGGER statement_delivery_attempts_delete BEFORE DELETE ON statement_delivery_attempts FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'an attempt is never deleted');

--bun:split

CREATE TRIGGER statement_delivery_attempts_truncate BEFORE TRUNCATE ON statement_delivery_attempts FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'attempts are never deleted');
