-- The books. Amounts are minor units of their currency; debit is positive, credit negative.

-- One row: what the books are kept in, and the head that whoever posts must hold (it orders the entries).
CREATE TABLE book (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    base_currency TEXT NOT NULL,
    general_fund TEXT NOT NULL,           -- the unrestricted fund that bears what no other fund bears
    organisation TEXT NOT NULL,
    last_seq BIGINT NOT NULL
);

--bun:split

CREATE TABLE accounts (
    number TEXT NOT NULL PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,            -- assets:bank:dkk; the name in every export
    type TEXT NOT NULL CHECK (type IN ('asset', 'liability', 'net_assets', 'income', 'expense', 'budgetary')),
    name_en TEXT NOT NULL,
    name_da TEXT NOT NULL
);

--bun:split

CREATE TABLE funds (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    restriction TEXT NOT NULL CHECK (restriction IN ('none', 'purpose', 'time', 'endowment', 'grant')),
    opened_on TEXT NOT NULL
);

--bun:split

CREATE TABLE periods (
    month TEXT NOT NULL PRIMARY KEY,      -- 2026-01
    state TEXT NOT NULL CHECK (state IN ('open', 'soft_closed', 'closed'))
);

--bun:split

CREATE TABLE fiscal_years (
    year BIGINT NOT NULL PRIMARY KEY,
    last_number BIGINT NOT NULL           -- entry numbers run 1..last_number without a gap
);

--bun:split

-- A lot is a quantity with its cost in base currency: foreign money in a bank or at a partner, money received in
-- advance on a grant in another currency, a commitment at a budget rate. What is open is the sum of the lines that
-- name the lot; the two columns keep it at hand.
CREATE TABLE lots (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('currency', 'deferred', 'commitment')),
    account TEXT NOT NULL REFERENCES accounts (number),
    holder TEXT NOT NULL,                 -- partner, plan or '' for our own bank
    fund TEXT NOT NULL REFERENCES funds (code),
    currency TEXT NOT NULL,
    rate TEXT NOT NULL,                   -- as quoted: 226 NGN/DKK
    opened_on TEXT NOT NULL,
    opened_seq BIGINT NOT NULL,           -- the entry that opened it
    name TEXT NOT NULL,                   -- T-001
    quantity BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    open_quantity BIGINT NOT NULL,
    open_cost BIGINT NOT NULL
);

--bun:split

CREATE INDEX lots_pool ON lots (account, holder, fund, currency, opened_on, opened_seq);

--bun:split

-- Lines are written first; the entry row, written last, seals them.
CREATE TABLE entries (
    seq BIGINT NOT NULL PRIMARY KEY,      -- order of posting, without a gap over all years
    id TEXT NOT NULL UNIQUE,
    fiscal_year BIGINT NOT NULL REFERENCES fiscal_years (year),
    number BIGINT NOT NULL,
    date TEXT NOT NULL CHECK (length(date) = 10),
    book TEXT NOT NULL CHECK (book IN ('actual', 'budgetary')),
    text TEXT NOT NULL,
    act TEXT NOT NULL,                    -- transfer, liquidation, instalment ...
    source TEXT NOT NULL,                 -- id of what the act was done to
    line_count BIGINT NOT NULL CHECK (line_count >= 2),
    reverses TEXT UNIQUE REFERENCES entries (id),   -- a full reversal; an entry has at most one
    corrects TEXT UNIQUE REFERENCES entries (id),   -- posted in place of a reversed entry
    reason TEXT NOT NULL,                 -- of a reversal or correction; no person's name
    external_id TEXT UNIQUE,              -- what another system calls it
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (fiscal_year, number)
);

--bun:split

CREATE INDEX entries_date ON entries (date, seq);

--bun:split

CREATE TABLE entry_lines (
    entry_seq BIGINT NOT NULL REFERENCES entries (seq) DEFERRABLE INITIALLY DEFERRED,
    line BIGINT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    fund TEXT NOT NULL REFERENCES funds (code),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    amount BIGINT NOT NULL,
    base BIGINT NOT NULL,
    category TEXT NOT NULL,
    plan TEXT NOT NULL,
    payee TEXT NOT NULL,
    partner TEXT NOT NULL,
    lot TEXT REFERENCES lots (id),
    PRIMARY KEY (entry_seq, line),
    CHECK (amount <> 0 OR base <> 0)
);

--bun:split

CREATE INDEX entry_lines_account ON entry_lines (account, fund, entry_seq);

--bun:split

CREATE INDEX entry_lines_lot ON entry_lines (lot);

--bun:split

-- Per account, fund, currency and day: an as-of balance costs by the days, not by the lines. Sealing an entry adds its
-- lines here; nothing else writes. Account and fund exist, since the lines name them.
CREATE TABLE balances (
    account TEXT NOT NULL,
    fund TEXT NOT NULL,
    currency TEXT NOT NULL,
    date TEXT NOT NULL,
    amount BIGINT NOT NULL,
    base BIGINT NOT NULL,
    PRIMARY KEY (account, fund, currency, date)
);

--bun:split

-- What a fund holds in a bank account over all days, and the last day on which it moved: with it, the question whether a
-- fund's money stays above zero costs by the days after an entry, of which there are mostly none.
CREATE TABLE bank_totals (
    account TEXT NOT NULL,
    fund TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    last_date TEXT NOT NULL,
    PRIMARY KEY (account, fund, currency)
);
