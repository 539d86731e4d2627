-- What the ledger asks on SQLite, which has row triggers alone and one writer.

-- Lines come first; the entry row seals them.
CREATE TRIGGER entries_insert BEFORE INSERT ON entries
BEGIN
    -- INSERT OR REPLACE would delete a posted row without firing DELETE triggers.
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: this entry exists; reverse it instead')
    WHERE EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq) OR EXISTS (SELECT 1 FROM entries WHERE id = NEW.id)
       OR EXISTS (SELECT 1 FROM entries WHERE fiscal_year = NEW.fiscal_year AND number = NEW.number)
       OR EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.reverses)
       OR EXISTS (SELECT 1 FROM entries WHERE corrects = NEW.corrects)
       OR EXISTS (SELECT 1 FROM entries WHERE external_id = NEW.external_id);
    SELECT RAISE(ABORT, 'supportledger:entry_out_of_order: entries and their numbers follow each other without a gap')
    WHERE NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM entries)
       OR NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM entries WHERE fiscal_year = NEW.fiscal_year)
       OR NEW.fiscal_year <> CAST(substr(NEW.date, 1, 4) AS INTEGER);
    SELECT RAISE(ABORT, 'supportledger:period_closed: the month of this date is not open')
    WHERE NOT EXISTS (SELECT 1 FROM periods WHERE month = substr(NEW.date, 1, 7) AND state <> 'closed');
    SELECT RAISE(ABORT, 'supportledger:entry_incomplete: the entry names another number of lines than it has')
    WHERE NEW.line_count <> (SELECT COUNT(*) FROM entry_lines WHERE entry_seq = NEW.seq);
    SELECT RAISE(ABORT, 'supportledger:entry_unbalanced: base amounts must sum to zero in every fund')
    WHERE EXISTS (SELECT 1 FROM entry_lines WHERE entry_seq = NEW.seq GROUP BY fund HAVING SUM(base) <> 0);
    SELECT RAISE(ABORT, 'supportledger:books_mixed: actual and budgetary lines never stand in one entry')
    WHERE EXISTS (SELECT 1 FROM entry_lines l JOIN accounts a ON a.number = l.account
                  WHERE l.entry_seq = NEW.seq AND (a.type = 'budgetary') <> (NEW.book = 'budgetary'));
END;

-- Sealing adds the lines to the balances, so that balances cannot part from lines, and looks whether a fund's bank
-- stays above zero, on the day and on every later one (RULES 55).
CREATE TRIGGER entries_seal AFTER INSERT ON entries
BEGIN
    INSERT INTO balances (account, fund, currency, date, amount, base)
    SELECT account, fund, currency, NEW.date, amount, base FROM entry_lines WHERE entry_seq = NEW.seq
    ON CONFLICT (account, fund, currency, date) DO UPDATE SET amount = amount + excluded.amount,
        base = base + excluded.base;
    INSERT INTO bank_totals (account, fund, currency, amount, last_date)
    SELECT l.account, l.fund, l.currency, l.amount, NEW.date FROM entry_lines l JOIN accounts a ON a.number = l.account
    WHERE l.entry_seq = NEW.seq AND a.type = 'asset' AND (a.path LIKE 'assets:bank:___'
        OR a.path LIKE 'assets:bank:___:%')
    ON CONFLICT (account, fund, currency) DO UPDATE SET amount = amount + excluded.amount,
        last_date = MAX(last_date, excluded.last_date);
    SELECT RAISE(ABORT, 'supportledger:fund_overdrawn: a fund''s money in a bank account would stand below zero')
    WHERE EXISTS (SELECT 1 FROM entry_lines l JOIN bank_totals t ON t.account = l.account AND t.fund = l.fund
        AND t.currency = l.currency
                  WHERE l.entry_seq = NEW.seq AND l.amount < 0 AND (t.amount < 0 OR t.last_date > NEW.date AND EXISTS (
                      SELECT 1 FROM (SELECT SUM(b.amount) OVER (ORDER BY b.date DESC) AS later FROM balances b
                                     WHERE b.account = l.account AND b.fund = l.fund AND b.currency = l.currency
                                         AND b.date > NEW.date)
                      WHERE later > t.amount)));
END;

CREATE TRIGGER entry_lines_insert BEFORE INSERT ON entry_lines
WHEN EXISTS (SELECT 1 FROM entries WHERE seq >= NEW.entry_seq)
BEGIN
    -- Entries have no gap, so a line that is not beyond the last one would join one of them.
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: no line joins a posted entry');
END;

-- INSERT OR REPLACE on a closed month. One that is not closed is written over by its own act.
CREATE TRIGGER periods_insert BEFORE INSERT ON periods
BEGIN
    SELECT RAISE(ABORT, 'supportledger:reopening_missing: a closed month is reopened by two people, with a reason')
    WHERE EXISTS (SELECT 1 FROM periods WHERE month = NEW.month AND state = 'closed');
END;

CREATE TRIGGER balances_insert_months AFTER INSERT ON balances
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    VALUES (NEW.account, NEW.fund, NEW.currency, substr(NEW.date, 1, 7), NEW.amount, NEW.base)
    ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = amount + EXCLUDED.amount,
        base = base + EXCLUDED.base;
END;

CREATE TRIGGER balances_update_months AFTER UPDATE OF amount, base ON balances
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    VALUES (NEW.account, NEW.fund, NEW.currency, substr(NEW.date, 1, 7), NEW.amount - OLD.amount, NEW.base - OLD.base)
    ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = amount + EXCLUDED.amount,
        base = base + EXCLUDED.base;
END;

CREATE TRIGGER balances_delete_months AFTER DELETE ON balances
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    VALUES (OLD.account, OLD.fund, OLD.currency, substr(OLD.date, 1, 7), -OLD.amount, -OLD.base)
    ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = amount + EXCLUDED.amount,
        base = base + EXCLUDED.base;
END;

-- UPDATE OR REPLACE would delete the row whose key it takes. Other tables that keep their rows never change a key.
CREATE TRIGGER statements_onto BEFORE UPDATE OF code, from_date, id, kind, number, subject, to_date,
    version ON statements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a statement is never deleted; withdraw it')
    WHERE EXISTS (SELECT 1 FROM statements WHERE id = NEW.id AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM statements WHERE code = NEW.code AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM statements WHERE number = NEW.number AND version = NEW.version AND rowid <> OLD.rowid)
       OR EXISTS (SELECT 1 FROM statements WHERE kind = NEW.kind AND subject = NEW.subject
           AND from_date = NEW.from_date AND to_date = NEW.to_date AND version = NEW.version AND state <> 'WITHDRAWN'
           AND rowid <> OLD.rowid);
END;

CREATE TRIGGER grant_policies_onto BEFORE UPDATE OF grant_id, starts_on ON grant_policies
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a policy is amended, never taken away')
    WHERE EXISTS (SELECT 1 FROM grant_policies
                  WHERE grant_id = NEW.grant_id AND starts_on = NEW.starts_on AND rowid <> OLD.rowid);
END;

CREATE TRIGGER periods_onto BEFORE UPDATE OF month ON periods
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a month is never deleted')
    WHERE EXISTS (SELECT 1 FROM periods WHERE month = NEW.month AND rowid <> OLD.rowid);
END;
