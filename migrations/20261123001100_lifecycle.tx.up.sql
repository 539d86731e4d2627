-- What becomes of entries and months: drafts, sign-offs of the close checklist, reopenings.

-- A draft is scratch paper: it may be unbalanced, is changed and thrown away, and has no number. Posting makes an
-- entry of it; from then on the draft is as frozen as the entry.
CREATE TABLE entry_drafts (
    id TEXT NOT NULL PRIMARY KEY,
    date TEXT NOT NULL CHECK (length(date) = 10),
    text TEXT NOT NULL,
    external_id TEXT,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    version BIGINT NOT NULL,              -- of the row, for concurrent changes
    entry_id TEXT UNIQUE REFERENCES entries (id)   -- what it became
);

--bun:split

CREATE INDEX entry_drafts_date ON entry_drafts (date, id);

--bun:split

-- Drafts are in base currency: foreign money moves by its lots, through the acts.
CREATE TABLE entry_draft_lines (
    draft_id TEXT NOT NULL REFERENCES entry_drafts (id),
    line BIGINT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    fund TEXT NOT NULL REFERENCES funds (code),
    amount BIGINT NOT NULL,
    category TEXT NOT NULL,
    PRIMARY KEY (draft_id, line)
);

--bun:split

-- How often a month was reopened. A closed month moves only together with this number (see the guards).
ALTER TABLE periods ADD COLUMN reopenings BIGINT NOT NULL DEFAULT 0;

--bun:split

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

--bun:split

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

--bun:split

-- What an act did to one thing: reliefs of a disbursement, the closings of a year, a pair of funds' loans.
CREATE INDEX entries_source ON entries (source, act) WHERE source <> '';
