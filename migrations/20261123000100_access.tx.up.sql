-- Who acts, what they may do, and the record of what they did.
-- Instants are TEXT in UTC with microseconds, dates are TEXT YYYY-MM-DD: the same bytes sort, compare and hash
-- alike on both engines.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,          -- a work name such as "treasurer", never a person's name
    created_at TEXT NOT NULL,
    disabled_at TEXT
);

--bun:split

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('caseworker', 'programme_lead', 'finance_officer', 'treasurer', 'auditor', 'privacy_officer', 'donor', 'admin')),
    PRIMARY KEY (user_id, role)
);

--bun:split

-- Only the SHA-256 of a token is kept: a copy of the database opens no door.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT
);

--bun:split

-- A duty is one person's part in one subject: who requested, approved, authorised. The unique key is the
-- rule of two people: within one round of a subject nobody appears twice, whatever the step.
CREATE TABLE duties (
    subject TEXT NOT NULL,                -- id of the transfer, disbursement or plan version
    round BIGINT NOT NULL,                -- a change of content voids what was decided and starts the next round
    step TEXT NOT NULL CHECK (step IN ('request', 'approve', 'authorise', 'release')),
    user_id TEXT NOT NULL REFERENCES users (id),
    token_id TEXT NOT NULL,
    payload BYTEA NOT NULL,               -- SHA-256 of exactly what was decided on
    at TEXT NOT NULL,
    PRIMARY KEY (subject, round, user_id)
);

--bun:split

CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    user_id TEXT NOT NULL,                -- '' is the system itself
    token_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    fields TEXT NOT NULL,                 -- names of what changed, never values
    reason TEXT NOT NULL
);

--bun:split

CREATE INDEX audit_events_subject ON audit_events (subject, at);

--bun:split

-- What was answered to a key, stored by the act itself. Bodies hold no personal data.
CREATE TABLE idempotency_keys (
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    route TEXT NOT NULL,
    status BIGINT NOT NULL,
    body BYTEA NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
);

--bun:split

-- Human numbers (D-2026-0001, B-0007): one row per series.
CREATE TABLE counters (
    series TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
