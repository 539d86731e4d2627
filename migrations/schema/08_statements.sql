-- Statements from draft to sent: what was collected, what the privacy check cleared of it, what was issued, and the
-- proof.

CREATE TABLE letterheads (
    id TEXT NOT NULL PRIMARY KEY,
    registration TEXT NOT NULL,           -- "CVR 12345678", '' for none
    address TEXT NOT NULL,
    -- for questions, complaints and data protection: of the organisation, of no person
    contact TEXT NOT NULL,
    tax_approval TEXT NOT NULL,           -- by which its gifts may be deducted, '' for none
    account TEXT NOT NULL DEFAULT '',     -- our bank account, for instalments
    binds TEXT NOT NULL DEFAULT '',       -- who may bind the organisation, as the public register names them
    auditor TEXT NOT NULL DEFAULT '',     -- the firm
    set_by TEXT NOT NULL REFERENCES users (id),
    set_at TEXT NOT NULL
);

-- What letters and mails to donors say, in one language. It names nobody.
CREATE TABLE letter_texts (
    id TEXT NOT NULL PRIMARY KEY,
    lang TEXT NOT NULL CHECK (lang IN ('da', 'en')),
    display_name TEXT NOT NULL,           -- of the sender of mails, '' for none
    greeting TEXT NOT NULL,               -- of mails
    salutation TEXT NOT NULL,             -- of letters: {name} is filled in when one is printed
    thanks TEXT NOT NULL,
    signature TEXT NOT NULL,
    set_by TEXT NOT NULL REFERENCES users (id),
    set_at TEXT NOT NULL
);

-- The second person who has read a text. Until then it is not used.
CREATE TABLE letter_text_approvals (
    text_id TEXT NOT NULL PRIMARY KEY REFERENCES letter_texts (id),
    approved_by TEXT NOT NULL REFERENCES users (id),
    approved_at TEXT NOT NULL
);

CREATE TABLE statements (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('grant_financial', 'donor_annual', 'fund')),
    subject TEXT NOT NULL,                -- code of the grant, donor or fund
    from_date TEXT NOT NULL,
    to_date TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('da', 'en')),
    state TEXT NOT NULL
        CHECK (state IN ('DRAFT', 'PRIVACY_CHECKED', 'REVIEWED', 'ISSUED', 'SENT', 'SUPERSEDED', 'WITHDRAWN')),
    round BIGINT NOT NULL,                -- of the duties on it; a new privacy check starts the next one
    number TEXT,                          -- S-2026-0001, from issuing on; all versions have the same
    version BIGINT NOT NULL,
    replaces TEXT,                        -- id of the version that this one corrects
    cutoff_seq BIGINT NOT NULL,           -- the last entry that was read
    value BYTEA NOT NULL,                 -- JSON of the statement as collected
    data_hash TEXT NOT NULL,              -- of value
    cleared BYTEA,                        -- JSON of what may leave the organisation, and when issued, has left
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

CREATE INDEX statements_document ON statements (document_hash) WHERE document_hash IS NOT NULL;
CREATE INDEX statements_subject ON statements (subject, from_date, to_date);
-- One statement of a kind for a subject and period in each version, however many callers draft it at the same time.
CREATE UNIQUE INDEX statements_one ON statements (kind, subject, from_date, to_date, version)
    WHERE state <> 'WITHDRAWN';

CREATE TABLE statement_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    statement_id TEXT NOT NULL REFERENCES statements (id),
    donor_id TEXT NOT NULL REFERENCES donors (id),
    asked_by TEXT NOT NULL,
    token_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    asked_at TEXT NOT NULL
);

CREATE INDEX statement_deliveries_statement ON statement_deliveries (statement_id, id);
CREATE INDEX statement_deliveries_donor ON statement_deliveries (donor_id);

-- What the link of a mail carries, as a hash: who reads the database cannot follow it.
CREATE TABLE statement_delivery_links (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES statement_deliveries (id),
    expires_at TEXT NOT NULL
);

CREATE INDEX statement_delivery_links_delivery ON statement_delivery_links (delivery_id);

-- The copies of statements that were locked with a donor's passphrase, so that anyone can be told that one is genuine.
CREATE TABLE statement_locked_copies (
    document_hash TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the copy; each attempt makes another
    delivery_id TEXT NOT NULL REFERENCES statement_deliveries (id),
    locked_at TEXT NOT NULL
);

CREATE INDEX statement_locked_copies_delivery ON statement_locked_copies (delivery_id);

CREATE TABLE statement_delivery_attempts (
    delivery_id TEXT NOT NULL REFERENCES statement_deliveries (id),
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'deferred', 'refused')),
    code BIGINT NOT NULL,                 -- what the mail server answered; 0 where it did not
    attempted_at TEXT NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);

CREATE TABLE statement_runs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('grant_financial', 'donor_annual', 'fund')),
    from_date TEXT NOT NULL,              -- '' is the start of each subject
    to_date TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('', 'da', 'en')), -- '' is each reader's own
    cutoff TEXT NOT NULL,                 -- number of the last entry that all of them read
    whole BOOLEAN NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- Whose statements a run makes, each subject once.
CREATE TABLE statement_run_subjects (
    run_id TEXT NOT NULL REFERENCES statement_runs (id),
    position BIGINT NOT NULL,
    subject TEXT NOT NULL,                -- code of the grant, donor or fund
    PRIMARY KEY (run_id, position),
    UNIQUE (run_id, subject)
);

-- Who asked for a step, and is put down for it on every statement.
CREATE TABLE statement_run_steps (
    run_id TEXT NOT NULL REFERENCES statement_runs (id),
    step TEXT NOT NULL CHECK (step IN ('prepare', 'review', 'issue', 'seal', 'deliver', 'print')),
    asked_by TEXT NOT NULL,
    token_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (run_id, step)
);

-- What became of a subject in a step. The key makes it happen once, however many workers try: the row is written in the
-- transaction that does it.
CREATE TABLE statement_run_outcomes (
    run_id TEXT NOT NULL,
    step TEXT NOT NULL,
    position BIGINT NOT NULL,
    statement_id TEXT,                    -- of the statement; none where it was refused
    refusal TEXT NOT NULL,                -- why; '' where it was done
    finished_at TEXT NOT NULL,
    PRIMARY KEY (run_id, step, position),
    FOREIGN KEY (run_id, step) REFERENCES statement_run_steps (run_id, step)
);

-- What was refused in a step: mostly nothing.
CREATE INDEX statement_run_outcomes_refused ON statement_run_outcomes (run_id, step, position) WHERE refusal <> '';

CREATE TABLE released_atoms (
    atom TEXT NOT NULL,                   -- the line, whose gift paid it, when: 12/1|D-77|2026-09-15
    ours BOOLEAN NOT NULL,                -- of the cut by sums that are ours to show; else of the one by sums of right
    block TEXT NOT NULL,
    person TEXT NOT NULL,                 -- id of the beneficiary; '' for cost of the organisation itself
    amount MONEY NOT NULL,
    threshold BIGINT NOT NULL CHECK (threshold > 0), -- the strictest rules under which a sum over it was shown
    dominance BIGINT NOT NULL CHECK (dominance > 0),
    statement_id TEXT NOT NULL,           -- the last that cut its block
    PRIMARY KEY (atom, ours)
);

CREATE INDEX released_atoms_block ON released_atoms (block);

CREATE TABLE disclosure_thresholds (
    subject TEXT NOT NULL PRIMARY KEY,    -- code of the donor or grant
    people BIGINT NOT NULL CHECK (people >= 5)
);
