-- Support given in every way it is settled; payments as attempts; what the bank says; money paid ahead.

CREATE TABLE prepayments (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- RET-1, PC-1
    kind TEXT NOT NULL CHECK (kind IN ('retainer', 'petty_cash')),
    fund TEXT NOT NULL REFERENCES funds (code),
    payee TEXT NOT NULL,                  -- of a retainer; '' for petty cash
    plan_id TEXT REFERENCES plans (id),
    account TEXT NOT NULL REFERENCES accounts (number),
    date TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),         -- base currency
    state TEXT NOT NULL CHECK (state IN ('requested', 'authorised', 'cancelled')),
    entry_id TEXT REFERENCES entries (id),
    version BIGINT NOT NULL
);

--bun:split

-- SQLite cannot alter a CHECK or take a NOT NULL away, so the table is written anew.
CREATE TABLE disbursements_wide (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- D-2026-0001
    settlement TEXT NOT NULL CHECK (settlement IN ('partner', 'payment', 'invoice', 'retainer', 'petty_cash', 'netting')),
    plan_id TEXT REFERENCES plans (id),
    partner_id TEXT REFERENCES partners (id),
    prepayment_id TEXT REFERENCES prepayments (id),
    line TEXT NOT NULL,                   -- of the plan; '' for what stands beside it
    units BIGINT NOT NULL CHECK (units >= 0),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    overpaid BIGINT NOT NULL CHECK (overpaid >= 0),    -- what a partner paid twice, on top
    payee TEXT NOT NULL,
    category TEXT NOT NULL,               -- of cost beside a plan's lines
    account TEXT NOT NULL,                -- our bank account that pays; '' where none does
    spot TEXT NOT NULL,                   -- the day's rate, for what is paid in another currency
    items TEXT NOT NULL,                  -- of an invoice, or the receipts of a float
    shares TEXT NOT NULL,                 -- the split, as submitted: G1=60,G2=40
    own_shares BOOLEAN NOT NULL,          -- a split of its own instead of the plan's: such cost relieves no commitment
    date TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'info_requested', 'submitted', 'approved', 'authorised', 'on_hold', 'released', 'paid',
        'evidenced', 'verified', 'rejected', 'cancelled', 'returned', 'disallowed')),
    round BIGINT NOT NULL,                -- a return to draft starts the next round of duties
    payload BYTEA NOT NULL,               -- SHA-256 of what is asked for; approvals bind it
    entry_id TEXT REFERENCES entries (id), -- of its cost
    version BIGINT NOT NULL
);

--bun:split

INSERT INTO disbursements_wide (id, number, settlement, plan_id, partner_id, line, units, amount, currency, overpaid, payee, category, account, spot, items,
    shares, own_shares, date, text, state, round, payload, entry_id, version)
SELECT id, number, 'partner', plan_id, partner_id, line, units, amount, currency, 0, '', '', '', '', '',
    shares, own_shares, date, text, state, round, payload, entry_id, version FROM disbursements;

--bun:split

DROP TABLE disbursements;

--bun:split

ALTER TABLE disbursements_wide RENAME TO disbursements;

--bun:split

CREATE INDEX disbursements_plan ON disbursements (plan_id, state);

--bun:split

CREATE INDEX disbursements_state ON disbursements (state, settlement);

--bun:split

-- One attempt to pay. What the bank sends back is paid again by another row.
CREATE TABLE payments (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- PMT-311
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    reissue_of TEXT REFERENCES payments (id),
    account TEXT NOT NULL REFERENCES accounts (number),
    payee TEXT NOT NULL,
    date TEXT NOT NULL,                   -- wanted day
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('planned', 'in_file', 'sent', 'confirmed', 'failed', 'returned', 'recalled')),
    payload BYTEA NOT NULL,               -- SHA-256 of what is paid to whom; the second person behind a re-issue binds it
    entry_id TEXT REFERENCES entries (id), -- of the money leaving
    version BIGINT NOT NULL
);

--bun:split

CREATE INDEX payments_disbursement ON payments (disbursement_id);

--bun:split

CREATE INDEX payments_reissue ON payments (reissue_of);

--bun:split

CREATE INDEX payments_state ON payments (state, date);

--bun:split

-- What the bank says: one booked line of an account.
CREATE TABLE bank_lines (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (number),
    date TEXT NOT NULL CHECK (length(date) = 10),
    amount BIGINT NOT NULL CHECK (amount <> 0),        -- in the account's currency; out is negative
    currency TEXT NOT NULL,
    reference TEXT NOT NULL,              -- the bank's, without names
    created_at TEXT NOT NULL
);

--bun:split

CREATE INDEX bank_lines_account ON bank_lines (account, date);

--bun:split

-- What a bank line, or a part of it, proves.
CREATE TABLE bank_matches (
    id TEXT NOT NULL PRIMARY KEY,
    line_id TEXT NOT NULL REFERENCES bank_lines (id),
    payment_id TEXT NOT NULL REFERENCES payments (id),
    proves TEXT NOT NULL CHECK (proves IN ('payment', 'return', 'fee')),
    amount BIGINT NOT NULL CHECK (amount <> 0),        -- of the line, with its sign
    entry_id TEXT REFERENCES entries (id),
    undone BOOLEAN NOT NULL               -- its entry was reversed: the line waits for another match
);

--bun:split

CREATE INDEX bank_matches_line ON bank_matches (line_id);

--bun:split

CREATE INDEX bank_matches_payment ON bank_matches (payment_id, proves);

--bun:split

CREATE INDEX bank_matches_entry ON bank_matches (entry_id);
