-- What the database refuses by itself, whoever asks. The SQLite file beside this one has the same guards under the
-- same names. A message is "supportledger:CODE: text", its SQLSTATE SL001; the code is what the service answers with.
-- Functions keep the search_path of the schema they were made in, so that no text names a schema.

-- One function says no for all tables whose rows are never changed or deleted; the trigger names code and text.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    RAISE EXCEPTION 'supportledger:%: %', TG_ARGV[0], TG_ARGV[1] USING ERRCODE = 'SL001';
END $$;

--bun:split

-- The entries of one INSERT are sealed together, at a cost that hardly depends on how many they are: they follow each
-- other without a gap, so everything about them is a range of numbers. What the new rows say is taken out of the
-- transition table first and compared afterwards; nothing joins it with another table. Sealing also adds the lines to
-- the balances, so that balances cannot part from lines, and looks whether a fund's bank stays above zero (RULES 55).
CREATE FUNCTION entries_seal() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    low BIGINT;
    high BIGINT;
    rows_new BIGINT;
    off_year BIGINT;
    months TEXT[];
    books TEXT[];
    wanted BIGINT[];
    found BIGINT[];
    series RECORD;
    held_in RECORD;
BEGIN
    SELECT MIN(seq), MAX(seq), COUNT(*), COUNT(*) FILTER (WHERE fiscal_year <> CAST(substr(date, 1, 4) AS BIGINT)),
           array_agg(DISTINCT substr(date, 1, 7)), array_agg(book ORDER BY seq), array_agg(line_count ORDER BY seq)
    INTO low, high, rows_new, off_year, months, books, wanted FROM posted;
    IF rows_new = 0 THEN
        RETURN NULL;
    END IF;
    IF high - low + 1 <> rows_new OR off_year > 0 OR low <> 1 AND NOT EXISTS (SELECT 1 FROM entries WHERE seq = low - 1) THEN
        RAISE EXCEPTION 'supportledger:entry_out_of_order: entries and their numbers follow each other without a gap' USING ERRCODE = 'SL001';
    END IF;
    FOR series IN
        SELECT fiscal_year, MIN(number) AS first, MIN(number - rank) AS least, MAX(number - rank) AS most
        FROM (SELECT fiscal_year, number, row_number() OVER (PARTITION BY fiscal_year ORDER BY seq) AS rank FROM posted) AS n GROUP BY fiscal_year
    LOOP
        IF series.least <> series.most OR series.first <> 1
           AND NOT EXISTS (SELECT 1 FROM entries WHERE fiscal_year = series.fiscal_year AND number = series.first - 1) THEN
            RAISE EXCEPTION 'supportledger:entry_out_of_order: entries and their numbers follow each other without a gap' USING ERRCODE = 'SL001';
        END IF;
    END LOOP;
    IF (SELECT COUNT(*) FROM periods WHERE month = ANY (months) AND state <> 'closed') <> cardinality(months) THEN
        RAISE EXCEPTION 'supportledger:period_closed: the month of this date is not open' USING ERRCODE = 'SL001';
    END IF;
    SELECT array_agg(n ORDER BY entry_seq) INTO found
    FROM (SELECT entry_seq, COUNT(*) AS n FROM entry_lines WHERE entry_seq BETWEEN low AND high GROUP BY entry_seq) AS counted;
    IF found IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'supportledger:entry_incomplete: the entry names another number of lines than it has' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM entry_lines WHERE entry_seq BETWEEN low AND high GROUP BY entry_seq, fund HAVING SUM(base) <> 0) THEN
        RAISE EXCEPTION 'supportledger:entry_unbalanced: base amounts must sum to zero in every fund' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM entry_lines l JOIN accounts a ON a.number = l.account
               WHERE l.entry_seq BETWEEN low AND high AND (a.type = 'budgetary') <> (books[l.entry_seq - low + 1] = 'budgetary')) THEN
        RAISE EXCEPTION 'supportledger:books_mixed: actual and budgetary lines never stand in one entry' USING ERRCODE = 'SL001';
    END IF;
    INSERT INTO balances (account, fund, currency, date, amount, base)
    SELECT l.account, l.fund, l.currency, e.date, SUM(l.amount), SUM(l.base)
    FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq WHERE l.entry_seq BETWEEN low AND high
    GROUP BY l.account, l.fund, l.currency, e.date ORDER BY l.account, l.fund, l.currency, e.date
    ON CONFLICT (account, fund, currency, date) DO UPDATE SET amount = balances.amount + EXCLUDED.amount, base = balances.base + EXCLUDED.base;
    FOR held_in IN
        WITH moved AS (
            SELECT l.account, l.fund, l.currency, SUM(l.amount) AS amount, MIN(l.amount) AS least, MIN(e.date) AS first, MAX(e.date) AS last
            FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq JOIN accounts a ON a.number = l.account
            WHERE l.entry_seq BETWEEN low AND high AND a.type = 'asset' AND (a.path LIKE 'assets:bank:___' OR a.path LIKE 'assets:bank:___:%')
            GROUP BY l.account, l.fund, l.currency),
        held AS (
            INSERT INTO bank_totals AS t (account, fund, currency, amount, last_date)
            SELECT account, fund, currency, amount, last FROM moved ORDER BY account, fund, currency
            ON CONFLICT (account, fund, currency) DO UPDATE SET amount = t.amount + EXCLUDED.amount, last_date = GREATEST(t.last_date, EXCLUDED.last_date)
            RETURNING account, fund, currency, amount, last_date)
        SELECT h.account, h.fund, h.currency, h.amount, m.first FROM held h JOIN moved m USING (account, fund, currency)
        WHERE m.least < 0 AND (h.amount < 0 OR h.last_date > m.first)
    LOOP
        IF held_in.amount < 0 OR EXISTS (
            SELECT 1 FROM (SELECT SUM(b.amount) OVER (ORDER BY b.date DESC) AS later FROM balances b
                           WHERE b.account = held_in.account AND b.fund = held_in.fund AND b.currency = held_in.currency AND b.date > held_in.first) AS days
            WHERE later > held_in.amount) THEN
            RAISE EXCEPTION 'supportledger:fund_overdrawn: a fund''s money in a bank account would stand below zero' USING ERRCODE = 'SL001';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

--bun:split

CREATE TRIGGER entries_seal AFTER INSERT ON entries REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION entries_seal();

--bun:split

-- Whoever writes lines takes the head row first and holds it until commit: so nobody can slip a line into an entry
-- that another session is about to commit, and the check below sees every entry there is.
CREATE FUNCTION entry_lines_pen() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM book WHERE id = 1 FOR UPDATE;
    RETURN NULL;
END $$;

--bun:split

CREATE TRIGGER entry_lines_pen BEFORE INSERT ON entry_lines FOR EACH STATEMENT EXECUTE FUNCTION entry_lines_pen();

--bun:split

-- Entries have no gap, so a line that is not beyond the last one would join one of them.
CREATE FUNCTION entry_lines_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    low BIGINT;
BEGIN
    SELECT MIN(entry_seq) INTO low FROM written;
    IF low <= (SELECT COALESCE(MAX(seq), 0) FROM entries) THEN
        RAISE EXCEPTION 'supportledger:entry_is_posted: no line joins a posted entry' USING ERRCODE = 'SL001';
    END IF;
    RETURN NULL;
END $$;

--bun:split

CREATE TRIGGER entry_lines_insert AFTER INSERT ON entry_lines REFERENCING NEW TABLE AS written FOR EACH STATEMENT
EXECUTE FUNCTION entry_lines_insert();
--bun:split

-- These rows are rewritten by every batch. Room in their pages keeps the versions there, out of the indexes.
ALTER TABLE book SET (fillfactor = 10);

--bun:split

ALTER TABLE fiscal_years SET (fillfactor = 10);

--bun:split

ALTER TABLE balances SET (fillfactor = 70);

--bun:split

ALTER TABLE bank_totals SET (fillfactor = 50);

--bun:split

CREATE TRIGGER entries_update BEFORE UPDATE ON entries FOR EACH ROW
EXECUTE FUNCTION refuse('entry_is_posted', 'a posted entry is never changed; reverse it');

--bun:split

CREATE TRIGGER entries_delete BEFORE DELETE ON entries FOR EACH ROW
EXECUTE FUNCTION refuse('entry_is_posted', 'a posted entry is never deleted; reverse it');

--bun:split

CREATE TRIGGER entries_truncate BEFORE TRUNCATE ON entries FOR EACH STATEMENT
EXECUTE FUNCTION refuse('entry_is_posted', 'posted entries are never deleted; reverse them');

--bun:split

CREATE TRIGGER entry_lines_update BEFORE UPDATE ON entry_lines FOR EACH ROW
EXECUTE FUNCTION refuse('entry_is_posted', 'a posted line is never changed; reverse the entry');

--bun:split

CREATE TRIGGER entry_lines_delete BEFORE DELETE ON entry_lines FOR EACH ROW
EXECUTE FUNCTION refuse('entry_is_posted', 'a posted line is never deleted; reverse the entry');

--bun:split

CREATE TRIGGER entry_lines_truncate BEFORE TRUNCATE ON entry_lines FOR EACH STATEMENT
EXECUTE FUNCTION refuse('entry_is_posted', 'posted lines are never deleted; reverse the entry');

--bun:split

-- Duties: append-only, and a decision needs a request to decide on.
CREATE FUNCTION duties_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM duties WHERE subject = NEW.subject AND round = NEW.round AND user_id = NEW.user_id) THEN
        RAISE EXCEPTION 'supportledger:maker_cannot_approve: nobody acts twice on the same request' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.step <> 'request'
       AND NOT EXISTS (SELECT 1 FROM duties WHERE subject = NEW.subject AND round = NEW.round AND step = 'request' AND payload = NEW.payload) THEN
        RAISE EXCEPTION 'supportledger:request_missing: there is no request to decide on, or it asked for something else' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER duties_insert BEFORE INSERT ON duties FOR EACH ROW EXECUTE FUNCTION duties_insert();

--bun:split

CREATE TRIGGER duties_update BEFORE UPDATE ON duties FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a duty is never changed');

--bun:split

CREATE TRIGGER duties_delete BEFORE DELETE ON duties FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a duty is never deleted');

--bun:split

CREATE TRIGGER duties_truncate BEFORE TRUNCATE ON duties FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'duties are never deleted');

--bun:split

CREATE TRIGGER audit_events_update BEFORE UPDATE ON audit_events FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'an audit event is never changed');

--bun:split

CREATE TRIGGER audit_events_delete BEFORE DELETE ON audit_events FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'an audit event is never deleted');

--bun:split

CREATE TRIGGER audit_events_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'audit events are never deleted');

--bun:split

-- Disbursements: the state follows the duties, and what was asked for stays as it was asked for.
CREATE FUNCTION disbursements_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'draft' OR NEW.entry_id IS NOT NULL THEN
        RAISE EXCEPTION 'supportledger:state_conflict: a disbursement starts as a draft' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER disbursements_insert BEFORE INSERT ON disbursements FOR EACH ROW EXECUTE FUNCTION disbursements_insert();

--bun:split

CREATE FUNCTION disbursements_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state IN ('approved', 'authorised', 'evidenced')
       AND NOT EXISTS (SELECT 1 FROM duties r JOIN duties d ON d.subject = r.subject AND d.round = r.round AND d.user_id <> r.user_id
                       WHERE r.subject = NEW.id AND r.round = NEW.round AND r.step = 'request'
                         AND d.step = 'approve' AND d.payload = NEW.payload) THEN
        RAISE EXCEPTION 'supportledger:approval_missing: this state needs the approval of another person than the one who asked' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.state IN ('authorised', 'evidenced')
       AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.round = NEW.round AND d.step = 'authorise' AND d.payload = NEW.payload) THEN
        RAISE EXCEPTION 'supportledger:authorisation_missing: this state needs a third person to authorise it' USING ERRCODE = 'SL001';
    END IF;
    IF OLD.state <> 'draft'
       AND (NEW.plan_id <> OLD.plan_id OR NEW.partner_id <> OLD.partner_id OR NEW.line <> OLD.line OR NEW.units <> OLD.units
            OR NEW.amount <> OLD.amount OR NEW.currency <> OLD.currency OR NEW.shares <> OLD.shares OR NEW.payload <> OLD.payload) THEN
        RAISE EXCEPTION 'supportledger:state_conflict: what was submitted is not changed; take it back to draft first' USING ERRCODE = 'SL001';
    END IF;
    IF OLD.state = 'evidenced' AND NEW.state <> 'evidenced' THEN
        RAISE EXCEPTION 'supportledger:state_conflict: what is settled stays settled' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER disbursements_update BEFORE UPDATE ON disbursements FOR EACH ROW EXECUTE FUNCTION disbursements_update();

--bun:split

CREATE FUNCTION transfers_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state <> 'requested' OR NEW.entry_id IS NOT NULL THEN
        RAISE EXCEPTION 'supportledger:state_conflict: a transfer starts as a request' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER transfers_insert BEFORE INSERT ON transfers FOR EACH ROW EXECUTE FUNCTION transfers_insert();

--bun:split

CREATE FUNCTION transfers_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.state = 'authorised'
       AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.id AND d.step = 'authorise') THEN
        RAISE EXCEPTION 'supportledger:authorisation_missing: money moves after a second person authorised it' USING ERRCODE = 'SL001';
    END IF;
    IF NEW.partner_id <> OLD.partner_id OR NEW.plan_id <> OLD.plan_id OR NEW.account <> OLD.account OR NEW.date <> OLD.date
       OR NEW.sent <> OLD.sent OR NEW.sending_fee <> OLD.sending_fee OR NEW.rate <> OLD.rate OR NEW.receiving_fee <> OLD.receiving_fee THEN
        RAISE EXCEPTION 'supportledger:state_conflict: a requested transfer is not changed; request another' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER transfers_update BEFORE UPDATE ON transfers FOR EACH ROW EXECUTE FUNCTION transfers_update();

--bun:split

-- A year of a plan is committed only after its version was approved by someone who did not write it.
CREATE FUNCTION plan_items_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.committed_year <> OLD.committed_year AND NEW.committed_year <> 0
       AND NOT EXISTS (SELECT 1 FROM duties d WHERE d.subject = NEW.version_id AND d.step = 'approve') THEN
        RAISE EXCEPTION 'supportledger:approval_missing: the plan version is not approved by a second person' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER plan_items_update BEFORE UPDATE ON plan_items FOR EACH ROW EXECUTE FUNCTION plan_items_update();

--bun:split

CREATE TRIGGER statements_update BEFORE UPDATE ON statements FOR EACH ROW
EXECUTE FUNCTION refuse('statement_issued', 'an issued statement is never changed; replace it');

--bun:split

CREATE TRIGGER statements_delete BEFORE DELETE ON statements FOR EACH ROW
EXECUTE FUNCTION refuse('statement_issued', 'an issued statement is never deleted');
