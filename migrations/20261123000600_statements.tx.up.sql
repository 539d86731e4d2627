-- Statements as issued: the value and its hash, frozen.

CREATE TABLE statements (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- S-2026-0001
    kind TEXT NOT NULL CHECK (kind IN ('grant_financial')),
    subject TEXT NOT NULL,                -- code of the grant
    from_date TEXT NOT NULL,
    to_date TEXT NOT NULL,
    cutoff_seq BIGINT NOT NULL,           -- the last entry that was read
    value BYTEA NOT NULL,                 -- canonical JSON of the statement
    data_hash TEXT NOT NULL,
    prepared_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

--bun:split

CREATE INDEX statements_subject ON statements (subject, from_date, to_date);
