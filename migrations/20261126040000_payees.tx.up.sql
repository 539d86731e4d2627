-- Who is paid. A payee goes by a code inside the house and by an alias outside of it; where its account is, is sealed
-- (docs/VAULT.md), in versions that are never changed.

CREATE TABLE payees (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- CLI-01
    kind TEXT NOT NULL CHECK (kind IN ('clinic', 'lawyer', 'university', 'partner', 'person')),
    alias TEXT NOT NULL,                  -- what a bank and a receipt read; tells nothing of the support
    cvr TEXT NOT NULL,                    -- of a Danish company; '' for others
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

--bun:split

CREATE TABLE payee_details (
    payee_id TEXT NOT NULL REFERENCES payees (id),
    version BIGINT NOT NULL CHECK (version > 0),
    country TEXT NOT NULL CHECK (length(country) = 2),   -- of the account: it decides which way money goes
    iban BOOLEAN NOT NULL,                -- whether the account has an IBAN
    warnings TEXT NOT NULL,               -- codes of what did not fit and may still be right
    sealed BYTEA NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    PRIMARY KEY (payee_id, version)
);

--bun:split

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

--bun:split

-- Which version a disbursement, or a payment that is made again, was asked for with. Newer details make it void.
CREATE TABLE payee_bindings (
    subject TEXT NOT NULL,                -- of a disbursement or a payment
    round BIGINT NOT NULL,                -- of the disbursement's approvals; 1 of a payment
    payee_id TEXT NOT NULL REFERENCES payees (id),
    version BIGINT NOT NULL CHECK (version >= 0),        -- 0: there were no details yet
    bound_by TEXT NOT NULL,
    bound_at TEXT NOT NULL,
    PRIMARY KEY (subject, round)
);

--bun:split

CREATE INDEX payee_bindings_payee ON payee_bindings (payee_id);
