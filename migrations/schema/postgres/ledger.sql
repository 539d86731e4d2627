-- What the ledger asks on PostgreSQL: once per statement what SQLite asks per row, and who writes next.

-- Whoever writes lines holds the head of the books, so that entries get their numbers one after another.
CREATE FUNCTION entry_lines_alone() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM book WHERE id = 1 FOR UPDATE;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_lines_alone BEFORE INSERT ON entry_lines FOR EACH STATEMENT EXECUTE FUNCTION entry_lines_alone();

-- A foreign key asks once per row. Lines come by the hundred and name a handful of accounts and funds, so these are
-- looked for once per statement, below. What a line names cannot be taken away later: sealing puts it into
-- balance_months, whose foreign keys hold it.
ALTER TABLE entry_lines DROP CONSTRAINT entry_lines_account_fkey;

ALTER TABLE entry_lines DROP CONSTRAINT entry_lines_fund_fkey;

CREATE FUNCTION entry_lines_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    low BIGINT;
    named TEXT[];
BEGIN
    SELECT MIN(entry_seq) INTO low FROM written;
    IF low <= (SELECT COALESCE(MAX(seq), 0) FROM entries) THEN
        RAISE EXCEPTION 'supportledger:entry_is_posted: no line joins a posted entry' USING ERRCODE = 'SL001';
    END IF;
    SELECT array_agg(DISTINCT account) INTO named FROM written;
    IF (SELECT COUNT(*) FROM accounts WHERE number = ANY (named)) <> cardinality(named) THEN
        RAISE EXCEPTION 'a line names an account that does not exist' USING ERRCODE = '23503';
    END IF;
    SELECT array_agg(DISTINCT fund) INTO named FROM written;
    IF (SELECT COUNT(*) FROM funds WHERE code = ANY (named)) <> cardinality(named) THEN
        RAISE EXCEPTION 'a line names a fund that does not exist' USING ERRCODE = '23503';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_lines_insert AFTER INSERT ON entry_lines REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION entry_lines_insert();

-- Sealing adds up the lines once, for the balances of the days, those of the months and the banks together.
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
    IF high - low + 1 <> rows_new OR off_year > 0 OR low <> 1 AND NOT EXISTS (SELECT 1 FROM entries
        WHERE seq = low - 1) THEN
        RAISE EXCEPTION 'supportledger:entry_out_of_order: entries and their numbers follow each other without a gap'
            USING ERRCODE = 'SL001';
    END IF;
    FOR series IN
        SELECT fiscal_year, MIN(number) AS first, MIN(number - rank) AS least, MAX(number - rank) AS most
        FROM (SELECT fiscal_year, number, row_number() OVER (PARTITION BY fiscal_year ORDER BY seq) AS rank
            FROM posted) AS n GROUP BY fiscal_year
    LOOP
        IF series.least <> series.most OR series.first <> 1
           AND NOT EXISTS (SELECT 1 FROM entries WHERE fiscal_year = series.fiscal_year
               AND number = series.first - 1) THEN
            RAISE EXCEPTION 'supportledger:entry_out_of_order: entries and their numbers follow each other without a gap' USING ERRCODE = 'SL001';
        END IF;
    END LOOP;
    IF (SELECT COUNT(*) FROM periods WHERE month = ANY (months) AND state <> 'closed') <> cardinality(months) THEN
        RAISE EXCEPTION 'supportledger:period_closed: the month of this date is not open' USING ERRCODE = 'SL001';
    END IF;
    SELECT array_agg(n ORDER BY entry_seq) INTO found
    FROM (SELECT entry_seq, COUNT(*) AS n FROM entry_lines WHERE entry_seq BETWEEN low AND high
        GROUP BY entry_seq) AS counted;
    IF found IS DISTINCT FROM wanted THEN
        RAISE EXCEPTION 'supportledger:entry_incomplete: the entry names another number of lines than it has'
            USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM entry_lines WHERE entry_seq BETWEEN low AND high
        GROUP BY entry_seq, fund HAVING SUM(base) <> 0) THEN
        RAISE EXCEPTION 'supportledger:entry_unbalanced: base amounts must sum to zero in every fund'
            USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM entry_lines l JOIN accounts a ON a.number = l.account
               WHERE l.entry_seq BETWEEN low AND high
                   AND (a.type = 'budgetary') <> (books[l.entry_seq - low + 1] = 'budgetary')) THEN
        RAISE EXCEPTION 'supportledger:books_mixed: actual and budgetary lines never stand in one entry'
            USING ERRCODE = 'SL001';
    END IF;
    FOR held_in IN
        WITH moved AS MATERIALIZED (
            SELECT l.account, l.fund, l.currency, e.date, CAST(SUM(l.amount) AS BIGINT) AS amount,
                CAST(SUM(l.base) AS BIGINT) AS base, MIN(l.amount) AS least
            FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq WHERE l.entry_seq BETWEEN low AND high
            GROUP BY l.account, l.fund, l.currency, e.date),
        days AS (
            INSERT INTO balances AS t (account, fund, currency, date, amount, base)
            SELECT account, fund, currency, date, amount, base FROM moved ORDER BY account, fund, currency, date
            ON CONFLICT (account, fund, currency, date) DO UPDATE SET amount = t.amount + EXCLUDED.amount,
                base = t.base + EXCLUDED.base),
        months AS (
            INSERT INTO balance_months AS t (account, fund, currency, month, amount, base)
            SELECT account, fund, currency, substr(date, 1, 7), CAST(SUM(amount) AS BIGINT), CAST(SUM(base) AS BIGINT)
                FROM moved
            GROUP BY account, fund, currency, substr(date, 1, 7) ORDER BY account, fund, currency, substr(date, 1, 7)
            ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = t.amount + EXCLUDED.amount,
                base = t.base + EXCLUDED.base),
        banks AS (
            SELECT m.account, m.fund, m.currency, CAST(SUM(m.amount) AS BIGINT) AS amount, MIN(m.least) AS least,
                MIN(m.date) AS first, MAX(m.date) AS last
            FROM moved m JOIN accounts a ON a.number = m.account
            WHERE a.type = 'asset' AND (a.path LIKE 'assets:bank:___' OR a.path LIKE 'assets:bank:___:%')
            GROUP BY m.account, m.fund, m.currency),
        held AS (
            INSERT INTO bank_totals AS t (account, fund, currency, amount, last_date)
            SELECT account, fund, currency, amount, last FROM banks ORDER BY account, fund, currency
            ON CONFLICT (account, fund, currency) DO UPDATE SET amount = t.amount + EXCLUDED.amount,
                last_date = GREATEST(t.last_date, EXCLUDED.last_date)
            RETURNING account, fund, currency, amount, last_date)
        SELECT h.account, h.fund, h.currency, h.amount, b.first FROM held h JOIN banks b USING (account, fund, currency)
        WHERE b.least < 0 AND (h.amount < 0 OR h.last_date > b.first)
    LOOP
        IF held_in.amount < 0 OR EXISTS (
            SELECT 1 FROM (SELECT SUM(b.amount) OVER (ORDER BY b.date DESC) AS later FROM balances b
                           WHERE b.account = held_in.account AND b.fund = held_in.fund
                               AND b.currency = held_in.currency AND b.date > held_in.first) AS days
            WHERE later > held_in.amount) THEN
            RAISE EXCEPTION 'supportledger:fund_overdrawn: a fund''s money in a bank account would stand below zero'
                USING ERRCODE = 'SL001';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER entries_seal AFTER INSERT ON entries REFERENCING NEW TABLE AS posted
FOR EACH STATEMENT EXECUTE FUNCTION entries_seal();

-- Balances that are written otherwise than by sealing: by a repair, or by an import of books.
CREATE FUNCTION balances_insert_months() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    SELECT account, fund, currency, substr(date, 1, 7), CAST(SUM(amount) AS BIGINT), CAST(SUM(base) AS BIGINT)
        FROM added
    GROUP BY account, fund, currency, substr(date, 1, 7) ORDER BY account, fund, currency, substr(date, 1, 7)
    ON CONFLICT (account, fund, currency, month) DO UPDATE
    SET amount = balance_months.amount + EXCLUDED.amount, base = balance_months.base + EXCLUDED.base;
    RETURN NULL;
END $$;

CREATE TRIGGER balances_insert_months AFTER INSERT ON balances REFERENCING NEW TABLE AS added
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION balances_insert_months();

CREATE FUNCTION balances_update_months() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    SELECT account, fund, currency, substr(date, 1, 7), CAST(SUM(amount) AS BIGINT), CAST(SUM(base) AS BIGINT)
        FROM (SELECT account, fund, currency, date, amount, base FROM added
          UNION ALL SELECT account, fund, currency, date, -amount AS amount, -base AS base FROM gone) AS moved
    GROUP BY account, fund, currency, substr(date, 1, 7) ORDER BY account, fund, currency, substr(date, 1, 7)
    ON CONFLICT (account, fund, currency, month) DO UPDATE
    SET amount = balance_months.amount + EXCLUDED.amount, base = balance_months.base + EXCLUDED.base;
    RETURN NULL;
END $$;

CREATE TRIGGER balances_update_months AFTER UPDATE ON balances REFERENCING OLD TABLE AS gone NEW TABLE AS added
FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION balances_update_months();

CREATE FUNCTION balances_delete_months() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    SELECT account, fund, currency, substr(date, 1, 7), CAST(SUM(amount) AS BIGINT), CAST(SUM(base) AS BIGINT)
        FROM (SELECT account, fund, currency, date, -amount AS amount, -base AS base FROM gone) AS moved
    GROUP BY account, fund, currency, substr(date, 1, 7) ORDER BY account, fund, currency, substr(date, 1, 7)
    ON CONFLICT (account, fund, currency, month) DO UPDATE
    SET amount = balance_months.amount + EXCLUDED.amount, base = balance_months.base + EXCLUDED.base;
    RETURN NULL;
END $$;

CREATE TRIGGER balances_delete_months AFTER DELETE ON balances REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION balances_delete_months();

-- Two claims of one cost wait for each other.
CREATE FUNCTION cost_claims_alone() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM 1 FROM evidence_costs WHERE id = NEW.cost_id FOR UPDATE;
    RETURN NEW;
END $$;

CREATE TRIGGER cost_claims_alone BEFORE INSERT ON cost_claims FOR EACH ROW EXECUTE FUNCTION cost_claims_alone();

-- Every batch rewrites rows of these; room in their pages keeps the versions there, out of the indexes.
ALTER TABLE balance_months SET (fillfactor = 50);
ALTER TABLE balances SET (fillfactor = 70);
ALTER TABLE bank_totals SET (fillfactor = 50);
ALTER TABLE book SET (fillfactor = 10);
ALTER TABLE fiscal_years SET (fillfactor = 10);
ALTER TABLE proof_head SET (fillfactor = 10);
