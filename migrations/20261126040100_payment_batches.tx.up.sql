-- Many payments that leave in one file. The file itself is never kept: it is made again from what was locked.

-- Where our own accounts are, as banks and payees may read it. Versions, so that a file can be made again as it was.
CREATE TABLE own_accounts (
    account TEXT NOT NULL REFERENCES accounts (number),
    version BIGINT NOT NULL CHECK (version > 0),
    name TEXT NOT NULL,                   -- of us, as the bank knows it; tells nothing of the support
    iban TEXT NOT NULL,
    bic TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    PRIMARY KEY (account, version)
);

--bun:split

CREATE TABLE payment_batches (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- B-2026-0001; also the name of its file
    account TEXT NOT NULL REFERENCES accounts (number),
    currency TEXT NOT NULL,
    date TEXT NOT NULL CHECK (length(date) = 10),        -- wanted day
    charges TEXT NOT NULL CHECK (charges IN ('SHAR', 'DEBT', 'CRED')),   -- across borders
    state TEXT NOT NULL CHECK (state IN ('open', 'locked', 'released', 'exported', 'reconciled', 'closed', 'aborted')),
    round BIGINT NOT NULL,                -- an unlocking starts the next
    own_version BIGINT NOT NULL,          -- of our account, from the lock on; 0 before
    item_count BIGINT NOT NULL,           -- at the lock
    total BIGINT NOT NULL,                -- at the lock
    lock_hash BYTEA NOT NULL,             -- SHA-256 of exactly what is paid to whom; empty while open
    locked_by TEXT NOT NULL,
    locked_at TEXT NOT NULL,
    released_by TEXT NOT NULL,
    released_at TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('', 'pain.001', 'csv')),
    file_sha256 TEXT NOT NULL,
    exported_by TEXT NOT NULL,
    exported_at TEXT NOT NULL,
    reason TEXT NOT NULL,                 -- of the last unlocking, or of the end
    version BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

--bun:split

CREATE TABLE payment_batch_items (
    id TEXT NOT NULL PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES payment_batches (id),
    position BIGINT NOT NULL CHECK (position > 0),
    subject TEXT NOT NULL,                -- of the payment that is there already, or else of the disbursement
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    payment_id TEXT REFERENCES payments (id),            -- from the release on at the latest
    number TEXT NOT NULL,                 -- of the payment: the bank's end-to-end id
    uetr TEXT NOT NULL,
    payee_id TEXT NOT NULL REFERENCES payees (id),
    details BIGINT NOT NULL,              -- version of the payee's bank details
    kind TEXT NOT NULL CHECK (kind IN ('domestic', 'sepa', 'cross_border')),
    amount BIGINT NOT NULL CHECK (amount > 0),
    payload BYTEA NOT NULL,               -- SHA-256 of what was asked for, approved and authorised
    live BOOLEAN NOT NULL,                -- not taken out again
    added_by TEXT NOT NULL,
    added_at TEXT NOT NULL,
    UNIQUE (batch_id, position),
    FOREIGN KEY (payee_id, details) REFERENCES payee_details (payee_id, version)
);

--bun:split

-- What is in one batch is in no other.
CREATE UNIQUE INDEX payment_batch_items_subject ON payment_batch_items (subject) WHERE live;

--bun:split

CREATE INDEX payment_batch_items_payment ON payment_batch_items (payment_id);

--bun:split

CREATE INDEX payment_batch_items_disbursement ON payment_batch_items (disbursement_id);

--bun:split

-- What shows that a payment was given to the bank by hand, such as a picture of the receipt.
CREATE TABLE payment_evidence (
    payment_id TEXT NOT NULL REFERENCES payments (id),
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    attached_by TEXT NOT NULL,
    attached_at TEXT NOT NULL,
    PRIMARY KEY (payment_id, evidence_id)
);
