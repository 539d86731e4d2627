-- Statements of the bank read from a file. The file is not kept and neither are its texts, which may name people: what stays are
-- days, amounts, the bank's references and our own payment numbers.
CREATE TABLE bank_imports (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (number),
    format TEXT NOT NULL CHECK (format IN ('camt', 'danske-erhverv', 'nordea', 'generic')),
    bank_account TEXT NOT NULL,           -- what the bank calls our account; empty where the file does not say
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    currency TEXT NOT NULL,
    opening BIGINT,                       -- NULL where the file does not say
    closing BIGINT,
    pending BIGINT NOT NULL,              -- lines that the bank announced and did not book: left out
    state TEXT NOT NULL CHECK (state IN ('previewed', 'committed', 'undone')),
    reason TEXT NOT NULL,                 -- of the undoing; no person's name
    created_at TEXT NOT NULL
);

--bun:split

-- The same file stands once per account, until it is undone.
CREATE UNIQUE INDEX bank_imports_file ON bank_imports (account, sha256) WHERE state <> 'undone';

--bun:split

CREATE TABLE bank_import_lines (
    import_id TEXT NOT NULL REFERENCES bank_imports (id),
    no BIGINT NOT NULL,                   -- in the file, from 1
    date TEXT NOT NULL CHECK (length(date) = 10),
    amount BIGINT NOT NULL CHECK (amount <> 0),
    reference TEXT NOT NULL,              -- the bank's; empty where it is no reference
    line_id TEXT UNIQUE REFERENCES bank_lines (id), -- what a commit made of it; NULL for what was there before
    PRIMARY KEY (import_id, no)
);

--bun:split

-- The payments of ours that a line names.
CREATE TABLE bank_import_parts (
    import_id TEXT NOT NULL REFERENCES bank_imports (id),
    line_no BIGINT NOT NULL,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    returned BOOLEAN NOT NULL,            -- the bank says that it came back
    PRIMARY KEY (import_id, line_no, payment_id)
);
