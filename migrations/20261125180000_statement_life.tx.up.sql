-- Statements from draft to sent: what was collected, what the privacy check cleared of it, what was issued, and the proof.

CREATE TABLE statements_next (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('grant_financial', 'donor_annual', 'fund')),
    subject TEXT NOT NULL,                -- code of the grant, donor or fund
    from_date TEXT NOT NULL,
    to_date TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('da', 'en')),
    state TEXT NOT NULL CHECK (state IN ('DRAFT', 'PRIVACY_CHECKED', 'REVIEWED', 'ISSUED', 'SENT', 'SUPERSEDED', 'WITHDRAWN')),
    round BIGINT NOT NULL,                -- of the duties on it; a new privacy check starts the next one
    number TEXT,                          -- S-2026-0001, from issuing on; all versions have the same
    version BIGINT NOT NULL,
    replaces TEXT,                        -- id of the version that this one corrects
    cutoff_seq BIGINT NOT NULL,           -- the last entry that was read
    value BYTEA NOT NULL,                 -- JSON of the statement as collected
    data_hash TEXT NOT NULL,              -- of value
    cleared BYTEA,                        -- JSON of what may leave the house, and when issued, has left
    cleared_hash TEXT,
    privacy BYTEA,                        -- JSON of the privacy report
    code TEXT UNIQUE,                     -- by which anyone may ask for its status
    record BYTEA,                         -- JSON of what issuing fixed; its SHA-256 is in a leaf of the tree
    content BYTEA,                        -- the PDF without its attachments
    tail BYTEA,                           -- figures and proof, from sealing on; content and tail are the document
    document_hash TEXT,                   -- SHA-256 of the document
    prepared_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    issued_at TEXT,
    reason TEXT NOT NULL,                 -- why it was withdrawn; '' else
    UNIQUE (number, version)
);

--bun:split

INSERT INTO statements_next (id, kind, subject, from_date, to_date, lang, state, round, number, version, cutoff_seq, value, data_hash,
    cleared, cleared_hash, prepared_by, created_at, issued_at, reason)
SELECT id, kind, subject, from_date, to_date, 'en', 'ISSUED', 1, number, 1, cutoff_seq, value, data_hash,
    value, data_hash, prepared_by, created_at, created_at, '' FROM statements;

--bun:split

DROP TABLE statements;

--bun:split

ALTER TABLE statements_next RENAME TO statements;

--bun:split

CREATE INDEX statements_subject ON statements (subject, from_date, to_date);

--bun:split

-- One statement of a kind for a subject and period in each version, whoever asks for it at the same time.
CREATE UNIQUE INDEX statements_one ON statements (kind, subject, from_date, to_date, version) WHERE state <> 'WITHDRAWN';
