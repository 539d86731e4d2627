-- What the database refuses by itself, whoever asks. The PostgreSQL file beside this one has the same guards under
-- the same names. A message is "supportledger:CODE: text"; the code is what the service answers with.

-- Entries: lines come first, the entry row seals them.

CREATE TRIGGER entries_insert BEFORE INSERT ON entries
BEGIN
    -- INSERT OR REPLACE would delete a posted row without firing DELETE triggers.
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: this entry exists; reverse it instead')
    WHERE EXISTS (SELECT 1 FROM entries WHERE seq = NEW.seq) OR EXISTS (SELECT 1 FROM entries WHERE id = NEW.id)
       OR EXISTS (SELECT 1 FROM entries WHERE fiscal_year = NEW.fiscal_year AND number = NEW.number)
       OR EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.reverses) OR EXISTS (SELECT 1 FROM entries WHERE corrects = NEW.corrects)
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

--bun:split

-- Sealing adds the lines to the balances, so that balances cannot part from lines, and looks whether a fund's bank
-- stays above zero, on the day and on every later one (RULES 55).
CREATE TRIGGER entries_seal AFTER INSERT ON entries
BEGIN
    INSERT INTO balances (account, fund, currency, date, amount, base)
    SELECT account, fund, currency, NEW.date, amount, base FROM entry_lines WHERE entry_seq = NEW.seq
    ON CONFLICT (account, fund, currency, date) DO UPDATE SET amount = amount + excluded.amount, base = base + excluded.base;
    INSERT INTO bank_totals (account, fund, currency, amount, last_date)
    SELECT l.account, l.fund, l.currency, l.amount, NEW.date FROM entry_lines l JOIN accounts a ON a.number = l.account
    WHERE l.entry_seq = NEW.seq AND a.type = 'asset' AND (a.path LIKE 'assets:bank:___' OR a.path LIKE 'assets:bank:___:%')
    ON CONFLICT (account, fund, currency) DO UPDATE SET amount = amount + excluded.amount, last_date = MAX(last_date, excluded.last_date);
    SELECT RAISE(ABORT, 'supportledger:fund_overdrawn: a fund''s money in a bank account would stand below zero')
    WHERE EXISTS (SELECT 1 FROM entry_lines l JOIN bank_totals t ON t.account = l.account AND t.fund = l.fund AND t.currency = l.currency
                  WHERE l.entry_seq = NEW.seq AND l.amount < 0 AND (t.amount < 0 OR t.last_date > NEW.date AND EXISTS (
                      SELECT 1 FROM (SELECT SUM(b.amount) OVER (ORDER BY b.date DESC) AS later FROM balances b
                                     WHERE b.account = l.account AND b.fund = l.fund AND b.currency = l.currency AND b.date > NEW.date)
                      WHERE later > t.amount)));
END;

--bun:split

CREATE TRIGGER entry_lines_insert BEFORE INSERT ON entry_lines
WHEN EXISTS (SELECT 1 FROM entries WHERE seq >= NEW.entry_seq)
BEGIN
    -- Entries have no gap, so a line that is not beyond the last one would join one of them.
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: no line joins a posted entry');
END;

--bun:split

CREATE TRIGGER entries_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'supportledger:entry_is_posted: a posted entry is never changed; reverse it'); END;

--bun:split

CREATE TRIGGER entries_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'supportledger:entry_is_posted: a posted entry is never deleted; reverse it'); END;

--bun:split

CREATE TRIGGER entry_lines_update BEFORE UPDATE ON entry_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:entry_is_posted: a posted line is never changed; reverse the entry'); END;

--bun:split

CREATE TRIGGER entry_lines_delete BEFORE DELETE ON entry_lines
BEGIN SELECT RAISE(ABORT, 'supportledger:entry_is_posted: a posted line is never deleted; reverse the entry'); END;

--bun:split

-- Duties: append-only, and a decision needs a request to decide on.

CREATE TRIGGER duties_insert BEFORE INSERT ON duties
BEGIN
    SELECT RAISE(ABORT, 'supportledger:maker_cannot_approve: nobody acts twice on the same request')
    WHERE EXISTS (SELECT 1 FROM duties WHERE subject = NEW.subject AND round = NEW.round AND user_id = NEW.user_id);
    SELECT RAISE(ABORT, 'supportledger:request_missing: there is no request to decide on, or it asked for something else')
    WHERE NEW.step <> 'request'
      AND NOT EXISTS (SELECT 1 FROM duties WHERE subject = NEW.subject AND round = NEW.round AND step = 'request' AND payload = NEW.payload);
END;

--bun:split

CREATE TRIGGER duties_update BEFORE UPDATE ON duties
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a duty is never changed'); END;

--bun:split

CREATE TRIGGER duties_delete BEFORE DELETE ON duties
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a duty is never deleted'); END;

--bun:split

CREATE TRIGGER audit_events_insert BEFORE INSERT ON audit_events
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this event exists')
    WHERE EXISTS (SELECT 1 FROM audit_events WHERE id = NEW.id);
END;

--bun:split

CREATE TRIGGER audit_events_update BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an audit event is never changed'); END;

--bun:split

CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: an audit event is never deleted'); END;

--bun:split

-- Disbursements: the state follows the duties, and what was asked for stays as it was asked for.

CREATE TRIGGER disbursements_insert BEFORE INSERT ON disbursements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a disbursement starts as a draft')
    WHERE NEW.state <> 'draft' OR NEW.entry_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM disbursements WHERE id = NEW.id OR number = NEW.number);
END;

--bun:split

CREATE TRIGGER disbursements_update BEFORE UPDATE ON disbursements
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: this state needs the approval of another person than the one who asked')
    WHERE NEW.state IN ('approved', 'authorised', 'evidenced')
      AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id
                      WHERE r.subject = NEW.id AND r.round = NEW.round AND r.step = 'request'
                        AND d.step = 'approve' AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: this state needs a third person to authorise it')
    WHERE NEW.state IN ('authorised', 'evidenced')
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'authorise' AND d.payload = NEW.payload);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first')
    WHERE OLD.state <> 'draft'
      AND (NEW.plan_id <> OLD.plan_id OR NEW.partner_id <> OLD.partner_id OR NEW.line <> OLD.line OR NEW.units <> OLD.units
           OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR NEW.shares <> OLD.shares OR NEW.payload <> OLD.payload);
    SELECT RAISE(ABORT, 'supportledger:state_conflict: what is settled stays settled')
    WHERE OLD.state = 'evidenced' AND NEW.state <> 'evidenced';
END;

--bun:split

CREATE TRIGGER transfers_insert BEFORE INSERT ON transfers
BEGIN
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a transfer starts as a request')
    WHERE NEW.state <> 'requested' OR NEW.entry_id IS NOT NULL
       OR EXISTS (SELECT 1 FROM transfers WHERE id = NEW.id OR number = NEW.number);
END;

--bun:split

CREATE TRIGGER transfers_update BEFORE UPDATE ON transfers
BEGIN
    SELECT RAISE(ABORT, 'supportledger:authorisation_missing: money moves after a second person authorised it')
    WHERE NEW.state = 'authorised'
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.step = 'authorise');
    SELECT RAISE(ABORT, 'supportledger:state_conflict: a requested transfer is not changed; request another')
    WHERE NEW.partner_id <> OLD.partner_id OR NEW.plan_id <> OLD.plan_id OR NEW.account <> OLD.account OR NEW.date <> OLD.date
       OR NEW.sent <> OLD.sent OR NEW.sending_fee <> OLD.sending_fee OR NEW.rate <> OLD.rate OR NEW.receiving_fee <> OLD.receiving_fee;
END;

--bun:split

-- A year of a plan is committed only after its version was approved by someone who did not write it.

CREATE TRIGGER plan_items_update BEFORE UPDATE ON plan_items
BEGIN
    SELECT RAISE(ABORT, 'supportledger:approval_missing: the plan version is not approved by a second person')
    WHERE NEW.committed_year <> OLD.committed_year AND NEW.committed_year <> 0
      AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.version_id AND d.step = 'approve');
END;

--bun:split

CREATE TRIGGER statements_update BEFORE UPDATE ON statements
BEGIN SELECT RAISE(ABORT, 'supportledger:statement_issued: an issued statement is never changed; replace it'); END;

--bun:split

CREATE TRIGGER statements_delete BEFORE DELETE ON statements
BEGIN SELECT RAISE(ABORT, 'supportledger:statement_issued: an issued statement is never deleted'); END;
