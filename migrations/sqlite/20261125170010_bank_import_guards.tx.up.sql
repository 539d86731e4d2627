-- What the database refuses by itself about statements of the bank. The PostgreSQL file beside this one has the same guards under
-- the same names.

CREATE TRIGGER bank_imports_insert BEFORE INSERT ON bank_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:bank_import_state: a bank statement begins as a preview, once')
    WHERE NEW.state <> 'previewed' OR EXISTS (SELECT 1 FROM bank_imports WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER bank_imports_update BEFORE UPDATE ON bank_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:bank_import_state: a bank statement is previewed, committed, undone, in this order, and never changes')
    WHERE NEW.id <> OLD.id OR NEW.account <> OLD.account OR NEW.sha256 <> OLD.sha256 OR NEW.currency <> OLD.currency
       OR NEW.opening IS NOT OLD.opening OR NEW.closing IS NOT OLD.closing OR NEW.bank_account <> OLD.bank_account
       OR OLD.state || '>' || NEW.state NOT IN ('previewed>committed', 'committed>undone');
END;

--bun:split

CREATE TRIGGER bank_imports_delete BEFORE DELETE ON bank_imports
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a bank statement is undone, never deleted');
END;

--bun:split

CREATE TRIGGER bank_import_lines_update BEFORE UPDATE ON bank_import_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what the bank said is never changed')
    WHERE NEW.import_id <> OLD.import_id OR NEW.no <> OLD.no OR NEW.date <> OLD.date OR NEW.amount <> OLD.amount OR NEW.reference <> OLD.reference
       OR NOT EXISTS (SELECT 1 FROM bank_imports WHERE id = NEW.import_id AND (state = 'previewed' OR state = 'committed' AND NEW.line_id IS NULL));
END;

--bun:split

CREATE TRIGGER bank_import_lines_delete BEFORE DELETE ON bank_import_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what the bank said is never changed');
END;

--bun:split

CREATE TRIGGER bank_import_parts_update BEFORE UPDATE ON bank_import_parts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what the bank said is never changed');
END;

--bun:split

CREATE TRIGGER bank_import_parts_delete BEFORE DELETE ON bank_import_parts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: what the bank said is never changed');
END;
