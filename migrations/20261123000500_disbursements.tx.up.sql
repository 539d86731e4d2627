-- Partners abroad, money moved to them, and support given.

CREATE TABLE partners (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- NG-01
    currency TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number)
);

--bun:split

CREATE TABLE transfers (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- T-001; also the name of its lots
    partner_id TEXT NOT NULL REFERENCES partners (id),
    plan_id TEXT NOT NULL REFERENCES plans (id),
    account TEXT NOT NULL REFERENCES accounts (number),
    date TEXT NOT NULL,
    sent BIGINT NOT NULL CHECK (sent > 0),             -- base currency
    sending_fee BIGINT NOT NULL CHECK (sending_fee >= 0),
    rate TEXT NOT NULL,
    receiving_fee BIGINT NOT NULL CHECK (receiving_fee >= 0), -- partner's currency
    state TEXT NOT NULL CHECK (state IN ('requested', 'authorised')),
    entry_id TEXT REFERENCES entries (id),
    version BIGINT NOT NULL
);

--bun:split

CREATE TABLE disbursements (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- D-2026-0001
    plan_id TEXT NOT NULL REFERENCES plans (id),
    partner_id TEXT NOT NULL REFERENCES partners (id),
    line TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units > 0),
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    shares TEXT NOT NULL,                 -- the split, as submitted: G1=60,G2=40
    own_shares BOOLEAN NOT NULL,          -- a split of its own instead of the plan's: such cost relieves no commitment
    date TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'authorised', 'evidenced', 'rejected', 'cancelled')),
    round BIGINT NOT NULL,                -- a return to draft starts the next round of duties
    payload BYTEA NOT NULL,               -- SHA-256 of what is asked for; approvals bind it
    entry_id TEXT REFERENCES entries (id),
    version BIGINT NOT NULL
);

--bun:split

CREATE INDEX disbursements_plan ON disbursements (plan_id, state);
