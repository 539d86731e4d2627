-- What reports read. The PostgreSQL file beside this one has the same tables, indexes and views under the same names.

-- Balances per month, kept by triggers on the balances per day: the balance of any day is the months before its own and
-- the days within it. The table is clustered by its key (WITHOUT ROWID), which is why it stands here and not in the portable text.
CREATE TABLE balance_months (
    account TEXT NOT NULL REFERENCES accounts (number),
    fund TEXT NOT NULL REFERENCES funds (code),
    currency TEXT NOT NULL,
    month TEXT NOT NULL,
    amount INTEGER NOT NULL,
    base INTEGER NOT NULL,
    PRIMARY KEY (account, fund, currency, month)
) STRICT, WITHOUT ROWID;

--bun:split

INSERT INTO balance_months (account, fund, currency, month, amount, base)
SELECT account, fund, currency, substr(date, 1, 7), SUM(amount), SUM(base) FROM balances GROUP BY account, fund, currency, substr(date, 1, 7);

--bun:split

CREATE TRIGGER balances_insert_months AFTER INSERT ON balances
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    VALUES (NEW.account, NEW.fund, NEW.currency, substr(NEW.date, 1, 7), NEW.amount, NEW.base)
    ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = amount + EXCLUDED.amount, base = base + EXCLUDED.base;
END;

--bun:split

CREATE TRIGGER balances_update_months AFTER UPDATE OF amount, base ON balances
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    VALUES (NEW.account, NEW.fund, NEW.currency, substr(NEW.date, 1, 7), NEW.amount - OLD.amount, NEW.base - OLD.base)
    ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = amount + EXCLUDED.amount, base = base + EXCLUDED.base;
END;

--bun:split

CREATE TRIGGER balances_delete_months AFTER DELETE ON balances
BEGIN
    INSERT INTO balance_months (account, fund, currency, month, amount, base)
    VALUES (OLD.account, OLD.fund, OLD.currency, substr(OLD.date, 1, 7), -OLD.amount, -OLD.base)
    ON CONFLICT (account, fund, currency, month) DO UPDATE SET amount = amount + EXCLUDED.amount, base = base + EXCLUDED.base;
END;

--bun:split

-- What the books said at an instant: the last entry posted until then.
CREATE INDEX entries_created ON entries (created_at, seq);

--bun:split

-- Year-end entries, which reports on what was earned and spent leave out (RULES 63).
CREATE INDEX entries_closing ON entries (date) WHERE act = 'year-closing';

--bun:split

-- Currencies whose minor unit is not a hundredth (ISO 4217), for the views below; the program has its own table, and a test
-- holds this one against it.
CREATE TABLE currency_digits (
    currency TEXT NOT NULL PRIMARY KEY,
    digits INTEGER NOT NULL,
    units INTEGER NOT NULL                    -- minor units in one: 1 for JPY, 1000 for KWD
) STRICT;

--bun:split

INSERT INTO currency_digits (currency, digits, units)
SELECT code, digits, CASE digits WHEN 0 THEN 1 WHEN 3 THEN 1000 WHEN 4 THEN 10000 ELSE 100 END
FROM (WITH listed (code, digits) AS (VALUES ('JPY', 0), ('BHD', 3), ('BIF', 0), ('CLF', 4), ('CLP', 0), ('DJF', 0), ('GNF', 0), ('IQD', 3), ('ISK', 0), ('JOD', 3), ('KMF', 0), ('KRW', 0), ('KWD', 3),
    ('LYD', 3), ('OMR', 3), ('PYG', 0), ('RWF', 0), ('TND', 3), ('UGX', 0), ('UYI', 0), ('UYW', 4), ('VND', 0), ('VUV', 0), ('XAF', 0), ('XOF', 0), ('XPF', 0)) SELECT code, digits FROM listed) AS l;

--bun:split

-- Views for spreadsheets and BI tools (docs/BI.md). Debit is positive. Decimals are REAL, the nearest there is on SQLite: to show, not to sum.
-- The columns that end in _minor are whole minor units and sum exactly.

CREATE VIEW v_journal_lines AS
SELECT e.seq AS entry_seq, l.line, e.id AS entry_id, e.fiscal_year, e.number AS entry_number, e.date, substr(e.date, 1, 7) AS month, e.book,
       e.act, e.text, e.created_at, l.account, a.path AS account_path, a.type AS account_type, a.name_en, a.name_da,
       l.fund, f.restriction, l.currency, l.amount / CAST(COALESCE(c.units, 100) AS REAL) AS amount, l.amount AS amount_minor,
       b.base_currency, l.base / CAST(COALESCE(d.units, 100) AS REAL) AS base_amount, l.base AS base_amount_minor,
       CASE WHEN l.base < 0 OR l.amount < 0 THEN 'credit' ELSE 'debit' END AS direction,
       l.category, l.plan, l.payee, l.partner, l.lot,
       CASE WHEN e.act = 'year-closing' OR e.reverses IN (SELECT id FROM entries WHERE act = 'year-closing') THEN 1 ELSE 0 END AS closing
FROM entry_lines l
JOIN entries e ON e.seq = l.entry_seq
JOIN accounts a ON a.number = l.account
JOIN funds f ON f.code = l.fund
CROSS JOIN book b
LEFT JOIN currency_digits c ON c.currency = l.currency
LEFT JOIN currency_digits d ON d.currency = b.base_currency;

--bun:split

-- One row per account, fund, currency and day on which something moved, with the balance at the end of that day.
CREATE VIEW v_balances AS
SELECT s.account, a.path AS account_path, a.type AS account_type, s.fund, f.restriction, s.currency, s.date,
       s.amount / CAST(COALESCE(c.units, 100) AS REAL) AS movement, s.amount AS movement_minor,
       s.balance / CAST(COALESCE(c.units, 100) AS REAL) AS balance, s.balance AS balance_minor, b.base_currency,
       s.base / CAST(COALESCE(d.units, 100) AS REAL) AS base_movement, s.base AS base_movement_minor,
       s.base_balance / CAST(COALESCE(d.units, 100) AS REAL) AS base_balance, s.base_balance AS base_balance_minor
FROM (SELECT account, fund, currency, date, amount, base,
             CAST(SUM(amount) OVER (PARTITION BY account, fund, currency ORDER BY date) AS INTEGER) AS balance,
             CAST(SUM(base) OVER (PARTITION BY account, fund, currency ORDER BY date) AS INTEGER) AS base_balance
      FROM balances) s
JOIN accounts a ON a.number = s.account
JOIN funds f ON f.code = s.fund
CROSS JOIN book b
LEFT JOIN currency_digits c ON c.currency = s.currency
LEFT JOIN currency_digits d ON d.currency = b.base_currency;

--bun:split

-- The trial balance of all that is posted, in base currency. For an earlier day, sum base_movement of v_balances up to it.
CREATE VIEW v_trial_balance AS
SELECT a.number AS account, a.path AS account_path, a.type AS account_type, a.name_en, a.name_da,
       CASE WHEN a.type = 'budgetary' THEN 'budgetary' ELSE 'actual' END AS book, b.base_currency,
       CASE WHEN s.base > 0 THEN s.base / CAST(COALESCE(d.units, 100) AS REAL) END AS debit, CASE WHEN s.base > 0 THEN s.base END AS debit_minor,
       CASE WHEN s.base < 0 THEN -s.base / CAST(COALESCE(d.units, 100) AS REAL) END AS credit, CASE WHEN s.base < 0 THEN -s.base END AS credit_minor
FROM (SELECT account, CAST(SUM(base) AS INTEGER) AS base FROM balance_months GROUP BY account HAVING SUM(base) <> 0) s
JOIN accounts a ON a.number = s.account
CROSS JOIN book b
LEFT JOIN currency_digits d ON d.currency = b.base_currency;

--bun:split

-- What was earned and spent per month, account and fund, year-end closing entries apart. Income is positive, expense negative.
CREATE VIEW v_activities AS
SELECT s.month, s.account, a.path AS account_path, a.type AS account_type, a.name_en, a.name_da, s.fund, f.restriction,
       CASE WHEN f.restriction = 'none' THEN 'unrestricted' ELSE 'restricted' END AS column_name, b.base_currency,
       -s.base / CAST(COALESCE(d.units, 100) AS REAL) AS amount, -s.base AS amount_minor
FROM (SELECT substr(e.date, 1, 7) AS month, l.account, l.fund, CAST(SUM(l.base) AS INTEGER) AS base
      FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq
      WHERE e.act <> 'year-closing' AND (e.reverses IS NULL OR e.reverses NOT IN (SELECT id FROM entries WHERE act = 'year-closing'))
      GROUP BY substr(e.date, 1, 7), l.account, l.fund) s
JOIN accounts a ON a.number = s.account AND a.type IN ('income', 'expense')
JOIN funds f ON f.code = s.fund
CROSS JOIN book b
LEFT JOIN currency_digits d ON d.currency = b.base_currency;
