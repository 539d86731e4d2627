-- Payees, payments in batches, and what the bank says of them. A payee goes by a code in these books and by an alias
-- outside of them; where its account is, is sealed (docs/VAULT.md), in versions that are never changed.

CREATE TABLE payees (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- CLI-01
    kind TEXT NOT NULL CHECK (kind IN ('clinic', 'lawyer', 'university', 'partner', 'person')),
    alias TEXT NOT NULL,                  -- what a bank and a receipt read; tells nothing of the support
    cvr TEXT NOT NULL,                    -- of a Danish company; '' for others
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE payee_details (
    payee_id TEXT NOT NULL REFERENCES payees (id),
    version BIGINT NOT NULL CHECK (version > 0),
    country TEXT NOT NULL CHECK (length(country) = 2), -- of the account: it decides which way money goes
    iban BOOLEAN NOT NULL,                -- whether the account has an IBAN
    warning_count BIGINT NOT NULL CHECK (warning_count >= 0), -- its rows in payee_warnings: none joins later
    sealed BYTEA NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    PRIMARY KEY (payee_id, version)
);

-- What did not fit and may still be right, as codes.
CREATE TABLE payee_warnings (
    payee_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    warning TEXT NOT NULL CHECK (warning <> ''),
    PRIMARY KEY (payee_id, version, warning),
    FOREIGN KEY (payee_id, version) REFERENCES payee_details (payee_id, version)
); -- in the order of its key

-- The second person's word that the details are the payee's own.
CREATE TABLE payee_verifications (
    payee_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    how TEXT NOT NULL CHECK (how IN ('callback', 'letter', 'meeting')),
    note TEXT NOT NULL,
    verified_by TEXT NOT NULL,
    verified_at TEXT NOT NULL,
    usable_from TEXT NOT NULL,            -- the end of the cool-off
    PRIMARY KEY (payee_id, version),
    FOREIGN KEY (payee_id, version) REFERENCES payee_details (payee_id, version),
    CHECK (usable_from > verified_at)
);

-- Which version a disbursement, or a payment that is made again, was asked for with. Newer details make it void.
CREATE TABLE payee_bindings (
    subject TEXT NOT NULL,                -- of a disbursement or a payment
    round BIGINT NOT NULL,                -- of the disbursement's approvals; 1 of a payment
    payee_id TEXT NOT NULL REFERENCES payees (id),
    version BIGINT NOT NULL CHECK (version >= 0), -- 0: there were no details yet
    bound_by TEXT NOT NULL,
    bound_at TEXT NOT NULL,
    PRIMARY KEY (subject, round)
);

CREATE INDEX payee_bindings_payee ON payee_bindings (payee_id);

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

-- One attempt to pay. What the bank sends back is paid again by another row.
CREATE TABLE payments (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- PMT-311
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    reissue_of TEXT REFERENCES payments (id),
    account TEXT NOT NULL REFERENCES accounts (number),
    payee TEXT NOT NULL,
    date TEXT NOT NULL,                   -- wanted day
    amount MONEY NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'in_file', 'sent', 'confirmed', 'failed', 'returned', 'recalled')),
    -- SHA-256 of what is paid to whom; the second person behind a re-issue binds it
    payload BYTEA NOT NULL,
    entry_id TEXT REFERENCES entries (id), -- of the money leaving
    version BIGINT NOT NULL
);

CREATE INDEX payments_disbursement ON payments (disbursement_id);
CREATE INDEX payments_reissue ON payments (reissue_of);
CREATE INDEX payments_state ON payments (state, date);
CREATE INDEX payments_number ON payments (UPPER(number)); -- banks write it in other letters
CREATE INDEX payments_state_number ON payments (state, number);

-- What shows that a payment was given to the bank by hand, such as a picture of the receipt.
CREATE TABLE payment_evidence (
    payment_id TEXT NOT NULL REFERENCES payments (id),
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    attached_by TEXT NOT NULL,
    attached_at TEXT NOT NULL,
    PRIMARY KEY (payment_id, evidence_id)
);

CREATE TABLE payment_batches (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- B-2026-0001; also the name of its file
    account TEXT NOT NULL REFERENCES accounts (number),
    currency TEXT NOT NULL,
    date TEXT NOT NULL CHECK (length(date) = 10), -- wanted day
    charges TEXT NOT NULL CHECK (charges IN ('SHAR', 'DEBT', 'CRED')), -- across borders
    one_sum BOOLEAN NOT NULL,             -- the bank is asked to book each part as one sum
    state TEXT NOT NULL CHECK (state IN ('open', 'locked', 'released', 'exported', 'reconciled', 'closed', 'aborted')),
    round BIGINT NOT NULL,                -- an unlocking starts the next
    own_version BIGINT NOT NULL,          -- of our account, from the lock on; 0 before
    item_count BIGINT NOT NULL,           -- at the lock
    total MONEY NOT NULL,                -- at the lock
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

CREATE TABLE payment_batch_items (
    id TEXT NOT NULL PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES payment_batches (id),
    position BIGINT NOT NULL CHECK (position > 0),
    subject TEXT NOT NULL,                -- of the payment that is there already, or else of the disbursement
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    payment_id TEXT REFERENCES payments (id), -- from the release on at the latest
    number TEXT NOT NULL,                 -- of the payment: the bank's end-to-end id
    uetr TEXT NOT NULL,
    payee_id TEXT NOT NULL REFERENCES payees (id),
    details BIGINT NOT NULL,              -- version of the payee's bank details
    kind TEXT NOT NULL CHECK (kind IN ('domestic', 'sepa', 'cross_border')),
    amount MONEY NOT NULL CHECK (amount > 0),
    payload BYTEA NOT NULL,               -- SHA-256 of what was asked for, approved and authorised
    live BOOLEAN NOT NULL,                -- not taken out again
    added_by TEXT NOT NULL,
    added_at TEXT NOT NULL,
    UNIQUE (batch_id, position),
    FOREIGN KEY (payee_id, details) REFERENCES payee_details (payee_id, version)
);

-- What is in one batch is in no other.
CREATE UNIQUE INDEX payment_batch_items_subject ON payment_batch_items (subject) WHERE live;
CREATE INDEX payment_batch_items_payment ON payment_batch_items (payment_id);
CREATE INDEX payment_batch_items_disbursement ON payment_batch_items (disbursement_id);

-- What the bank says: one booked line of an account.
CREATE TABLE bank_lines (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (number),
    date TEXT NOT NULL CHECK (length(date) = 10),
    amount MONEY NOT NULL CHECK (amount <> 0), -- in the account's currency; out is negative
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,              -- the bank's, without names
    created_at TEXT NOT NULL
);

CREATE INDEX bank_lines_account ON bank_lines (account, date);
CREATE INDEX bank_lines_date ON bank_lines (date, id);

-- What a bank line, or a part of it, proves: something of a payment, or what else it was. A line that nothing explains
-- yet stands in suspense.
CREATE TABLE bank_matches (
    id TEXT NOT NULL PRIMARY KEY,
    line_id TEXT NOT NULL REFERENCES bank_lines (id),
    payment_id TEXT REFERENCES payments (id), -- NULL where the line is of no payment
    proves TEXT NOT NULL CHECK (proves IN ('payment', 'return', 'fee', 'suspense', 'gift', 'instalment', 'award',
        'interest', 'charge', 'transfer', 'entry')),
    amount MONEY NOT NULL CHECK (amount <> 0), -- of the line, with its sign
    entry_id TEXT REFERENCES entries (id),
    about TEXT NOT NULL,                  -- of what is no payment: the gift's number, the grant's code, an account
    reason TEXT NOT NULL,                 -- code of why it stands in suspense; '' for others
    undone BOOLEAN NOT NULL,              -- its entry was reversed: the line waits for another match
    CHECK ((payment_id IS NULL) = (proves NOT IN ('payment', 'return', 'fee')))
);

CREATE INDEX bank_matches_line ON bank_matches (line_id);
CREATE INDEX bank_matches_payment ON bank_matches (payment_id, proves);
CREATE INDEX bank_matches_entry ON bank_matches (entry_id);
CREATE INDEX bank_matches_suspense ON bank_matches (proves) WHERE proves = 'suspense' AND NOT undone;

-- Rules of the organisation: what a line is whose text contains some words. A text is looked at when a file is read and
-- never kept.
CREATE TABLE bank_rules (
    id TEXT NOT NULL PRIMARY KEY,
    contains TEXT NOT NULL CHECK (contains <> ''), -- without regard to case
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    account TEXT NOT NULL,                -- of ours that it holds for; '' for all
    kind TEXT NOT NULL CHECK (kind IN ('gift', 'instalment', 'award', 'interest', 'charge', 'transfer')),
    fund TEXT NOT NULL,                   -- '' for the general fund
    about TEXT NOT NULL,                  -- donor, grant or other account of ours, by its code
    state TEXT NOT NULL CHECK (state IN ('active', 'ended')),
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- Statements of the bank read from a file. The file is not kept and neither are its texts, which may name people: what
-- stays are days, amounts, the bank's references and our own payment numbers.
CREATE TABLE bank_imports (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (number),
    format TEXT NOT NULL CHECK (format IN ('camt', 'mt940', 'danske-erhverv', 'nordea', 'lunar', 'jyske', 'sydbank',
        'arbejdernes', 'nykredit', 'bankdata', 'generic')),
    advice BOOLEAN NOT NULL,              -- it tells of lines before the statement does: camt.054
    bank_account TEXT NOT NULL,           -- what the bank calls our account; empty where the file does not say
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    currency TEXT NOT NULL,
    opening MONEY,                        -- NULL where the file does not say
    opening_on TEXT NOT NULL,
    closing MONEY,
    closing_on TEXT NOT NULL,
    pending BIGINT NOT NULL,              -- lines that the bank announced and did not book: left out
    state TEXT NOT NULL CHECK (state IN ('previewed', 'committed', 'undone')),
    reason TEXT NOT NULL,                 -- of the undoing; no person's name
    created_at TEXT NOT NULL
);

-- The same file stands once per account, until it is undone.
CREATE UNIQUE INDEX bank_imports_file ON bank_imports (account, sha256) WHERE state <> 'undone';

CREATE TABLE bank_import_lines (
    import_id TEXT NOT NULL REFERENCES bank_imports (id),
    no BIGINT NOT NULL,                   -- in the file, from 1
    date TEXT NOT NULL CHECK (length(date) = 10),
    amount MONEY NOT NULL CHECK (amount <> 0),
    reference TEXT NOT NULL,              -- the bank's; empty where it is no reference
    stranger BOOLEAN NOT NULL,            -- it names a payment, and none of ours
    kind TEXT NOT NULL,                   -- what a rule, a number of ours or the payer's account says that it is; ''
    fund TEXT NOT NULL,
    about TEXT NOT NULL,
    because TEXT NOT NULL CHECK (because IN ('', 'rule', 'number', 'payer')),
    rule_id TEXT REFERENCES bank_rules (id),
    payer BYTEA,                          -- fingerprint of the account on the other side, by a key of ours
    line_id TEXT UNIQUE REFERENCES bank_lines (id), -- what a commit made of it; NULL for what was there before
    same_as TEXT REFERENCES bank_lines (id), -- the line that was there before
    PRIMARY KEY (import_id, no)
);

-- The payments of ours that a line names.
CREATE TABLE bank_import_parts (
    import_id TEXT NOT NULL REFERENCES bank_imports (id),
    line_no BIGINT NOT NULL,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    returned BOOLEAN NOT NULL,            -- the bank says that it came back
    PRIMARY KEY (import_id, line_no, payment_id)
);

CREATE INDEX bank_import_lines_same ON bank_import_lines (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX bank_import_parts_payment ON bank_import_parts (payment_id);

-- What somebody noted of something that is due, by codes alone: who sees to it, and whether it is done. The newest note
-- of a kind, subject and day holds.
CREATE TABLE calendar_marks (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    owner TEXT NOT NULL,                  -- a user; '' for nobody by name
    done BOOLEAN NOT NULL,
    reason TEXT NOT NULL,                 -- no person's name
    marked_by TEXT NOT NULL,
    marked_at TEXT NOT NULL
);

-- How many days ahead a kind is shown in the calendar.
CREATE TABLE calendar_leads (
    kind TEXT NOT NULL PRIMARY KEY,
    days BIGINT NOT NULL CHECK (days >= 0),
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
);
