-- The books. Debit is positive, credit negative.

-- One row: what the books are kept in, and the head that whoever posts must hold (it orders the entries).
CREATE TABLE book (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    base_currency TEXT NOT NULL,
    general_fund TEXT NOT NULL,           -- the unrestricted fund that bears what no other fund bears
    organisation TEXT NOT NULL,
    last_seq BIGINT NOT NULL
);

-- Currencies whose minor unit is not a hundredth (ISO 4217), for the views; the program has its own table, and a test
-- compares the two.
CREATE TABLE currency_digits (
    currency TEXT NOT NULL PRIMARY KEY,
    digits BIGINT NOT NULL,
    units BIGINT NOT NULL                 -- minor units in one: 1 for JPY, 1000 for KWD
);

INSERT INTO currency_digits (currency, digits, units)
SELECT code, digits, CASE digits WHEN 0 THEN 1 WHEN 3 THEN 1000 WHEN 4 THEN 10000 ELSE 100 END
FROM (WITH listed (code, digits) AS (VALUES
    ('JPY', 0), ('BHD', 3), ('BIF', 0), ('CLF', 4), ('CLP', 0), ('DJF', 0), ('GNF', 0), ('IQD', 3), ('ISK', 0),
    ('JOD', 3), ('KMF', 0), ('KRW', 0), ('KWD', 3), ('LYD', 3), ('OMR', 3), ('PYG', 0), ('RWF', 0), ('TND', 3),
    ('UGX', 0), ('UYI', 0), ('UYW', 4), ('VND', 0), ('VUV', 0), ('XAF', 0), ('XOF', 0), ('XPF', 0)
) SELECT code, digits FROM listed) AS l;

CREATE TABLE accounts (
    number TEXT NOT NULL PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,            -- assets:bank:dkk; the name in every export
    type TEXT NOT NULL CHECK (type IN ('asset', 'liability', 'net_assets', 'income', 'expense', 'budgetary')),
    name_en TEXT NOT NULL,
    name_da TEXT NOT NULL
);

CREATE TABLE funds (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    restriction TEXT NOT NULL CHECK (restriction IN ('none', 'purpose', 'time', 'endowment', 'grant')),
    opened_on TEXT NOT NULL
);

CREATE TABLE periods (
    month TEXT NOT NULL PRIMARY KEY,      -- 2026-01
    state TEXT NOT NULL CHECK (state IN ('open', 'soft_closed', 'closed')),
    -- How often a month was reopened. A closed month moves only together with this number (see the guards).
    reopenings BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE fiscal_years (
    year BIGINT NOT NULL PRIMARY KEY,
    last_number BIGINT NOT NULL           -- entry numbers run 1..last_number without a gap
);

-- A lot is a quantity with its cost in base currency: foreign money in a bank or at a partner, money received in
-- advance on a grant in another currency, a commitment at a budget rate. What is open is the sum of the lines that name
-- the lot; the two columns keep it at hand.
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
    quantity MONEY NOT NULL,
    cost MONEY NOT NULL,
    open_quantity MONEY NOT NULL,
    open_cost MONEY NOT NULL
);

CREATE INDEX lots_pool ON lots (account, holder, fund, currency, opened_on, opened_seq);
-- An entry's leaf holds the lots that it opened.
CREATE INDEX lots_opened ON lots (opened_seq);

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
    reverses TEXT REFERENCES entries (id), -- a full reversal; an entry has at most one
    corrects TEXT REFERENCES entries (id), -- posted in place of a reversed entry
    reason TEXT NOT NULL,                 -- of a reversal or correction; no person's name
    external_id TEXT,                     -- what another system calls it
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (fiscal_year, number)
);

-- An entry reverses or corrects another one, or has a name elsewhere, once in a hundred times: the others need no place
-- in these indexes.
CREATE UNIQUE INDEX entries_reverses_key ON entries (reverses) WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX entries_corrects_key ON entries (corrects) WHERE corrects IS NOT NULL;
CREATE UNIQUE INDEX entries_external_id_key ON entries (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX entries_date ON entries (date, seq);
-- What an act did to one thing: reliefs of a disbursement, the closings of a year, a pair of funds' loans.
CREATE INDEX entries_source ON entries (source, act) WHERE source <> '';
-- What the books said at an instant: the last entry posted until then.
CREATE INDEX entries_created ON entries (created_at, seq);
-- Year-end entries, which reports on what was earned and spent leave out (RULES 63).
CREATE INDEX entries_closing ON entries (date) WHERE act = 'year-closing';

CREATE TABLE entry_lines (
    entry_seq BIGINT NOT NULL REFERENCES entries (seq) DEFERRABLE INITIALLY DEFERRED,
    line BIGINT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    fund TEXT NOT NULL REFERENCES funds (code),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    amount MONEY NOT NULL,
    base MONEY NOT NULL,
    category TEXT NOT NULL,
    plan TEXT NOT NULL,
    payee TEXT NOT NULL,
    partner TEXT NOT NULL,
    lot TEXT REFERENCES lots (id),
    PRIMARY KEY (entry_seq, line),
    CHECK (amount <> 0 OR base <> 0)
); -- in the order of its key

CREATE INDEX entry_lines_account ON entry_lines (account, fund, entry_seq);
CREATE INDEX entry_lines_lot ON entry_lines (lot) WHERE lot IS NOT NULL;

-- Per account, fund, currency and day: an as-of balance costs by the days, not by the lines. Sealing an entry adds its
-- lines here; nothing else writes. Account and fund exist, since the lines name them.
CREATE TABLE balances (
    account TEXT NOT NULL,
    fund TEXT NOT NULL,
    currency TEXT NOT NULL,
    date TEXT NOT NULL,
    amount MONEY NOT NULL,
    base MONEY NOT NULL,
    PRIMARY KEY (account, fund, currency, date)
); -- in the order of its key

-- Balances per month, which triggers keep from the balances per day: the balance of any day is the months before its
-- own and the days within it.
CREATE TABLE balance_months (
    account TEXT NOT NULL REFERENCES accounts (number),
    fund TEXT NOT NULL REFERENCES funds (code),
    currency TEXT NOT NULL,
    month TEXT NOT NULL,
    amount MONEY NOT NULL,
    base MONEY NOT NULL,
    PRIMARY KEY (account, fund, currency, month)
); -- in the order of its key

-- What a fund holds in a bank account over all days, and the last day on which it moved: with it, the question whether
-- a fund's money stays above zero costs by the days after an entry, of which there are mostly none.
CREATE TABLE bank_totals (
    account TEXT NOT NULL,
    fund TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount MONEY NOT NULL,
    last_date TEXT NOT NULL,
    PRIMARY KEY (account, fund, currency)
); -- in the order of its key

-- A draft is scratch paper: it may be unbalanced, is changed and thrown away, and has no number. Posting makes an entry
-- of it; from then on the draft is as frozen as the entry.
CREATE TABLE entry_drafts (
    id TEXT NOT NULL PRIMARY KEY,
    date TEXT NOT NULL CHECK (length(date) = 10),
    text TEXT NOT NULL,
    external_id TEXT,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version BIGINT NOT NULL,              -- of the row, for concurrent changes
    entry_id TEXT UNIQUE REFERENCES entries (id) -- what it became
);

CREATE INDEX entry_drafts_date ON entry_drafts (date, id);

-- Drafts are in base currency: foreign money moves by its lots, through the acts.
CREATE TABLE entry_draft_lines (
    draft_id TEXT NOT NULL REFERENCES entry_drafts (id),
    line BIGINT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    fund TEXT NOT NULL REFERENCES funds (code),
    amount MONEY NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (draft_id, line)
);

-- Asked for by one person, approved by another: who, is in duties under the reopening's id.
CREATE TABLE period_reopenings (
    id TEXT NOT NULL PRIMARY KEY,
    month TEXT NOT NULL REFERENCES periods (month),
    round BIGINT NOT NULL,                -- 1 for the month's first reopening
    reason TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TEXT NOT NULL,
    UNIQUE (month, round)
);

-- A check that the books cannot pass by themselves, answered for by a person. It holds for the round of closing it was
-- given in, and for no more findings than there were.
CREATE TABLE period_signoffs (
    month TEXT NOT NULL,
    check_key TEXT NOT NULL,
    round BIGINT NOT NULL,                -- reopenings of the month so far
    findings BIGINT NOT NULL,
    reason TEXT NOT NULL,
    signed_by TEXT NOT NULL,
    signed_at TEXT NOT NULL,
    PRIMARY KEY (month, check_key, round, findings)
);

-- Files that entries and opening balances were read from. The file itself is kept: it is what the entries came from.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('entries', 'opening-balances')),
    profile TEXT NOT NULL CHECK (profile IN ('rfc4180', 'da-excel', 'xlsx')),
    name TEXT NOT NULL,                   -- of the file, without a path
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    content BYTEA NOT NULL,
    row_count BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('uploaded', 'previewed', 'committed', 'undone')),
    reason TEXT NOT NULL,                 -- of the undoing; no person's name
    uploaded_by TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    committed_by TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    undone_by TEXT NOT NULL,
    undone_at TEXT NOT NULL
);

-- The same file stands once, until it is undone.
CREATE UNIQUE INDEX imports_file ON imports (kind, profile, sha256) WHERE state <> 'undone';

CREATE TABLE import_entries (
    import_id TEXT NOT NULL REFERENCES imports (id),
    entry_id TEXT NOT NULL UNIQUE REFERENCES entries (id),
    PRIMARY KEY (import_id, entry_id)
);

-- One row per document. Its content lies encrypted outside, under its SHA-256 and its id.
CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), -- of the content as kept, hexadecimal
    media_type TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    bytes BIGINT NOT NULL CHECK (bytes > 0), -- of the content as kept, before encryption
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'invoice', 'attendance', 'results', 'agreement', 'bank', 'other')),
    taken_on TEXT NOT NULL CHECK (length(taken_on) = 10), -- date of the document
    -- kept at least until then; all that ever changes, and only grows
    retention_until TEXT NOT NULL CHECK (length(retention_until) = 10),
    stored_by TEXT NOT NULL,
    stored_at TEXT NOT NULL
);

-- What proves what. A link is never taken back: a wrong one is said to be wrong by a reversal of the entry.
CREATE TABLE entry_evidence (
    entry_id TEXT NOT NULL REFERENCES entries (id),
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    attached_by TEXT NOT NULL,
    attached_at TEXT NOT NULL,
    PRIMARY KEY (entry_id, evidence_id)
);

CREATE INDEX entry_evidence_evidence ON entry_evidence (evidence_id);

-- A cost is a document, or one line of it. Its amount is what the document says.
CREATE TABLE evidence_costs (
    id TEXT NOT NULL PRIMARY KEY,
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    line TEXT NOT NULL,                   -- '' for the whole document
    amount MONEY NOT NULL CHECK (amount > 0), -- base currency
    UNIQUE (evidence_id, line)
);

CREATE TABLE cost_claims (
    id TEXT NOT NULL PRIMARY KEY,
    cost_id TEXT NOT NULL REFERENCES evidence_costs (id),
    fund TEXT NOT NULL REFERENCES funds (code),
    share MONEY NOT NULL CHECK (share > 0), -- base currency
    entry_id TEXT REFERENCES entries (id), -- that put the share on the fund, where it is known
    claimed_by TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    UNIQUE (cost_id, fund)
);

CREATE INDEX cost_claims_fund ON cost_claims (fund);
