-- Views for spreadsheets and BI tools (docs/BI.md). Debit is positive. DECIMAL_OF(x, c) is x minor units as a decimal
-- number of the currency whose row is c: exact on PostgreSQL, and REAL on SQLite, the nearest there is: to show, not to
-- sum. The columns that end in _minor are whole minor units and sum exactly.

CREATE VIEW v_journal_lines AS
SELECT e.seq AS entry_seq, l.line, e.id AS entry_id, e.fiscal_year, e.number AS entry_number, e.date, substr(e.date,
    1, 7) AS month, e.book,
       e.act, e.text, e.created_at, l.account, a.path AS account_path, a.type AS account_type, a.name_en, a.name_da,
       l.fund, f.restriction, l.currency, DECIMAL_OF(l.amount, c) AS amount, l.amount AS amount_minor,
       b.base_currency, DECIMAL_OF(l.base, d) AS base_amount, l.base AS base_amount_minor,
       CASE WHEN l.base < 0 OR l.amount < 0 THEN 'credit' ELSE 'debit' END AS direction,
       l.category, l.plan, l.payee, l.partner, l.lot,
       CASE WHEN e.act = 'year-closing' OR e.reverses IN (SELECT id FROM entries
           WHERE act = 'year-closing') THEN 1 ELSE 0 END AS closing
FROM entry_lines l
JOIN entries e ON e.seq = l.entry_seq
JOIN accounts a ON a.number = l.account
JOIN funds f ON f.code = l.fund
CROSS JOIN book b
LEFT JOIN currency_digits c ON c.currency = l.currency
LEFT JOIN currency_digits d ON d.currency = b.base_currency;

-- One row per account, fund, currency and day on which something moved, with the balance at the end of that day.
CREATE VIEW v_balances AS
SELECT s.account, a.path AS account_path, a.type AS account_type, s.fund, f.restriction, s.currency, s.date,
       DECIMAL_OF(s.amount, c) AS movement, s.amount AS movement_minor,
       DECIMAL_OF(s.balance, c) AS balance, s.balance AS balance_minor, b.base_currency,
       DECIMAL_OF(s.base, d) AS base_movement, s.base AS base_movement_minor,
       DECIMAL_OF(s.base_balance, d) AS base_balance, s.base_balance AS base_balance_minor
FROM (SELECT account, fund, currency, date, amount, base,
             CAST(SUM(amount) OVER (PARTITION BY account, fund, currency ORDER BY date) AS BIGINT) AS balance,
             CAST(SUM(base) OVER (PARTITION BY account, fund, currency ORDER BY date) AS BIGINT) AS base_balance
      FROM balances) s
JOIN accounts a ON a.number = s.account
JOIN funds f ON f.code = s.fund
CROSS JOIN book b
LEFT JOIN currency_digits c ON c.currency = s.currency
LEFT JOIN currency_digits d ON d.currency = b.base_currency;

-- The trial balance of all that is posted, in base currency. An account whose base has come to nothing stands here with a
-- debit of 0 as long as it holds a foreign amount. For an earlier day, sum base_movement of v_balances up to it.
CREATE VIEW v_trial_balance AS
SELECT a.number AS account, a.path AS account_path, a.type AS account_type, a.name_en, a.name_da,
       CASE WHEN a.type = 'budgetary' THEN 'budgetary' ELSE 'actual' END AS book, b.base_currency,
       CASE WHEN s.base >= 0 THEN DECIMAL_OF(s.base, d) END AS debit,
           CASE WHEN s.base >= 0 THEN s.base END AS debit_minor,
       CASE WHEN s.base < 0 THEN DECIMAL_OF(-s.base, d) END AS credit,
           CASE WHEN s.base < 0 THEN -s.base END AS credit_minor
FROM (SELECT m.account, CAST(SUM(m.base) AS BIGINT) AS base
      FROM (SELECT account, currency, SUM(amount) AS amount, SUM(base) AS base
            FROM balance_months GROUP BY account, currency) m
      CROSS JOIN book k GROUP BY m.account
      HAVING SUM(m.base) <> 0 OR SUM(CASE WHEN m.amount <> 0 AND m.currency <> k.base_currency THEN 1 ELSE 0 END) > 0) s
JOIN accounts a ON a.number = s.account
CROSS JOIN book b
LEFT JOIN currency_digits d ON d.currency = b.base_currency;

-- What was earned and spent per month, account and fund, year-end closing entries apart. Income is positive, expense
-- negative.
CREATE VIEW v_activities AS
SELECT s.month, s.account, a.path AS account_path, a.type AS account_type, a.name_en, a.name_da, s.fund, f.restriction,
       CASE WHEN f.restriction = 'none' THEN 'unrestricted' ELSE 'restricted' END AS column_name, b.base_currency,
       DECIMAL_OF(-s.base, d) AS amount, -s.base AS amount_minor
FROM (SELECT substr(e.date, 1, 7) AS month, l.account, l.fund, CAST(SUM(l.base) AS BIGINT) AS base
      FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq
      WHERE e.act <> 'year-closing' AND (e.reverses IS NULL OR e.reverses NOT IN (SELECT id FROM entries
          WHERE act = 'year-closing'))
      GROUP BY substr(e.date, 1, 7), l.account, l.fund) s
JOIN accounts a ON a.number = s.account AND a.type IN ('income', 'expense')
JOIN funds f ON f.code = s.fund
CROSS JOIN book b
LEFT JOIN currency_digits d ON d.currency = b.base_currency;
