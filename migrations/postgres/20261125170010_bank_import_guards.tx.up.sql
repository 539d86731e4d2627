-- What the database refuses by itself about statements of the bank. The SQLite file beside this one has the same guards under
-- the same names.

CREATE FUNCTION bank_imports_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'previewed' THEN
        RAISE EXCEPTION 'supportledger:bank_import_state: a bank statement begins as a preview, once' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER bank_imports_insert BEFORE INSERT ON bank_imports FOR EACH ROW EXECUTE FUNCTION bank_imports_insert();

--bun:split

CREATE FUNCTION bank_imports_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.account <> OLD.account OR NEW.sha256 <> OLD.sha256 OR NEW.currency <> OLD.currency
       OR NEW.opening IS DISTINCT FROM OLD.opening OR NEW.closing IS DISTINCT FROM OLD.closing OR NEW.bank_account <> OLD.bank_account
       OR OLD.state || '>' || NEW.state NOT IN ('previewed>committed', 'committed>undone') THEN
        RAISE EXCEPTION 'supportledger:bank_import_state: a bank statement is previewed, committed, undone, in this order, and never changes' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER bank_imports_update BEFORE UPDATE ON bank_imports FOR EACH ROW EXECUTE FUNCTION bank_imports_update();

--bun:split

CREATE FUNCTION bank_imports_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'supportledger:append_only: a bank statement is undone, never deleted' USING ERRCODE = 'SL001';
    RETURN OLD;
END $$;

--bun:split

CREATE TRIGGER bank_imports_delete BEFORE DELETE ON bank_imports FOR EACH ROW EXECUTE FUNCTION bank_imports_delete();

--bun:split

CREATE FUNCTION bank_import_lines_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.import_id <> OLD.import_id OR NEW.no <> OLD.no OR NEW.date <> OLD.date OR NEW.amount <> OLD.amount OR NEW.reference <> OLD.reference
       OR NOT EXISTS (SELECT 1 FROM bank_imports WHERE id = NEW.import_id AND (state = 'previewed' OR state = 'committed' AND NEW.line_id IS NULL)) THEN
        RAISE EXCEPTION 'supportledger:append_only: what the bank said is never changed' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER bank_import_lines_update BEFORE UPDATE ON bank_import_lines FOR EACH ROW EXECUTE FUNCTION bank_import_lines_update();

--bun:split

CREATE FUNCTION bank_import_lines_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'supportledger:append_only: what the bank said is never changed' USING ERRCODE = 'SL001';
    RETURN OLD;
END $$;

--bun:split

CREATE TRIGGER bank_import_lines_delete BEFORE DELETE ON bank_import_lines FOR EACH ROW EXECUTE FUNCTION bank_import_lines_delete();

--bun:split

CREATE FUNCTION bank_import_parts_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'supportledger:append_only: what the bank said is never changed' USING ERRCODE = 'SL001';
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER bank_import_parts_update BEFORE UPDATE ON bank_import_parts FOR EACH ROW EXECUTE FUNCTION bank_import_parts_update();

--bun:split

CREATE FUNCTION bank_import_parts_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'supportledger:append_only: what the bank said is never changed' USING ERRCODE = 'SL001';
    RETURN OLD;
END $$;

--bun:split

CREATE TRIGGER bank_import_parts_delete BEFORE DELETE ON bank_import_parts FOR EACH ROW EXECUTE FUNCTION bank_import_parts_delete();
