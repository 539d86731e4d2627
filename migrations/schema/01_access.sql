-- Who acts, what they may do, and the record of what they did.
--
-- Instants are TEXT in UTC with microseconds, days are TEXT YYYY-MM-DD: the same bytes sort, compare and hash alike on
-- both engines. MONEY is a whole number of minor units of its currency, at most 10,000,000,000,000 of them. In a text
-- that is NOT NULL, '' means none.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,          -- a work name such as "treasurer", never a person's name
    created_at TEXT NOT NULL,
    disabled_at TEXT,
    -- An account stops working at this instant by itself, such as an auditor's when the audit is over. It is only ever
    -- moved earlier.
    ends_at TEXT,
    -- Id of another account of the same person, '' for none. Duties count both as one.
    person TEXT NOT NULL DEFAULT ''
);

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL
        CHECK (role IN ('caseworker', 'programme_lead', 'finance_officer', 'treasurer', 'auditor', 'privacy_officer',
        'donor', 'admin')),
    change_id TEXT,                       -- the change by which the role was granted
    PRIMARY KEY (user_id, role)
);

-- What was asked for an account and what became of it. To ask for it and to approve it are duties on its id.
CREATE TABLE account_changes (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    -- first: roles made with the account
    kind TEXT NOT NULL CHECK (kind IN ('first', 'roles', 'same_person', 'invitation')),
    role_count BIGINT NOT NULL CHECK (role_count >= 0), -- its rows in account_change_roles: none joins later
    other_id TEXT REFERENCES users (id),  -- of same_person: the account that is the same person's
    reason TEXT NOT NULL,
    payload BYTEA NOT NULL,               -- SHA-256 of exactly what is asked for
    state TEXT NOT NULL CHECK (state IN ('requested', 'applied', 'rejected')),
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    decided_at TEXT
);

-- The roles that a change of an account gives or takes away.
CREATE TABLE account_change_roles (
    change_id TEXT NOT NULL REFERENCES account_changes (id),
    role TEXT NOT NULL CHECK (role IN ('caseworker', 'programme_lead', 'finance_officer', 'treasurer', 'auditor',
        'privacy_officer', 'donor', 'admin')),
    given BOOLEAN NOT NULL,               -- else taken away
    PRIMARY KEY (change_id, role)
); -- in the order of its key

CREATE INDEX account_changes_user ON account_changes (user_id, created_at);

-- Only the SHA-256 of a token is kept: a copy of the database opens no door.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    -- A session is a token too: it acts for a user until it expires or is ended. Nobody knows a secret for its hash.
    kind TEXT NOT NULL DEFAULT 'token' CHECK (kind IN ('token', 'session')),
    name TEXT NOT NULL DEFAULT '',
    -- Its rows in token_scopes: none joins later. 0 is everything the user may do.
    scope_count BIGINT NOT NULL DEFAULT 0 CHECK (scope_count >= 0),
    -- How many factors the session was opened with; a token counts as two, since it was issued by who had them.
    factors BIGINT NOT NULL DEFAULT 2
);

CREATE INDEX tokens_user ON tokens (user_id, created_at);

-- What a token may do of what its user may: 'read' is what only reads, else names of operations.
CREATE TABLE token_scopes (
    token_id TEXT NOT NULL REFERENCES tokens (id),
    scope TEXT NOT NULL CHECK (scope <> ''),
    PRIMARY KEY (token_id, scope)
); -- in the order of its key

CREATE TABLE credentials (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    password TEXT NOT NULL,               -- $argon2id$v=19$m=…,t=…,p=…$salt$hash
    second BYTEA,                         -- the sealed secret of the second factor
    confirmed BOOLEAN NOT NULL,           -- the second factor has shown a code
    last_step BIGINT NOT NULL,            -- of the last code: none is taken twice
    changed_at TEXT NOT NULL,
    invitation BYTEA                      -- its hash; none: set before it was noted
);

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL,
    used_at TEXT,
    PRIMARY KEY (user_id, hash)
);

-- Failed attempts: of each device that signed in before, and of all others together (an empty hash). A stranger's
-- failures make strangers wait, and not the person whose account it is. The sheet is the user's id, or one of 256 for
-- handles that are nobody's, so that a door that leads nowhere closes like the others.
CREATE TABLE sign_in_devices (
    sheet TEXT NOT NULL,
    hash BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    wait_until TEXT NOT NULL,
    PRIMARY KEY (sheet, hash)
);

-- One-time words by which a person sets a password.
CREATE TABLE invitations (
    hash BYTEA NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    expires_at TEXT NOT NULL,
    used_at TEXT,
    change_id TEXT NOT NULL DEFAULT ''    -- '' where the account did not act when it was invited
);

CREATE UNIQUE INDEX invitations_change ON invitations (change_id) WHERE change_id <> '';
CREATE INDEX invitations_user ON invitations (user_id);

-- Who somebody is at an identity provider; linked by the person, never by a mail address.
CREATE TABLE sign_in_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    linked_at TEXT NOT NULL,
    invitation BYTEA,
    PRIMARY KEY (issuer, subject)
);

CREATE INDEX sign_in_identities_user ON sign_in_identities (user_id);

-- The public half of a key that never leaves a person's device; the device shows with it who signs in.
CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,                   -- of the device, in the person's words
    credential BYTEA NOT NULL UNIQUE,     -- what the device calls the key
    public_key BYTEA NOT NULL,
    synced BOOLEAN NOT NULL,              -- the device's maker may keep a copy
    uses BIGINT NOT NULL,                 -- the device's own count of signatures
    created_at TEXT NOT NULL,
    used_at TEXT NOT NULL                 -- '' where it never was
);

CREATE INDEX passkeys_user ON passkeys (user_id, id);

-- What a browser's cookie leads to, under the SHA-256 of the cookie.
CREATE TABLE http_sessions (
    token TEXT NOT NULL PRIMARY KEY,
    data BYTEA NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX http_sessions_expiry ON http_sessions (expires_at);

-- A duty is one person's part in one subject: who requested, approved, authorised. The unique key is the rule of two
-- people: within one round of a subject nobody appears twice, whatever the step.
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

-- Who decides for somebody who is away, from a day to a day.
CREATE TABLE delegations (
    id TEXT NOT NULL PRIMARY KEY,
    from_user TEXT NOT NULL REFERENCES users (id),
    to_user TEXT NOT NULL REFERENCES users (id),
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    to_on TEXT NOT NULL CHECK (length(to_on) = 10),
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL,             -- '' stands
    CHECK (from_user <> to_user),
    CHECK (from_on <= to_on)
);

CREATE INDEX delegations_to ON delegations (to_user, from_on);
CREATE INDEX delegations_from ON delegations (from_user, from_on);

CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    at TEXT NOT NULL,
    user_id TEXT NOT NULL,                -- '' is the system itself
    token_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    fields TEXT NOT NULL,                 -- names of what changed, never values
    reason TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL DEFAULT '' -- for whom the actor acted, where it was for another: '' is for itself
); -- in the order of its key

CREATE INDEX audit_events_subject ON audit_events (subject, at, id);
CREATE INDEX audit_events_at ON audit_events (at, id);
CREATE UNIQUE INDEX audit_events_behalf ON audit_events (on_behalf_of, id) WHERE on_behalf_of <> '';
-- Who looks for what was done - a role given, a document attached - finds it here. Entries are posted by the million,
-- each with an event of its own, and are found by their subject: they have no place in this index, and cost it nothing.
CREATE INDEX audit_events_action ON audit_events (action, id) WHERE action <> 'entry.posted';

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
); -- in the order of its key

-- Human numbers (D-2026-0001, B-0007): one row per series.
CREATE TABLE counters (
    series TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- One key per subject: a beneficiary, a donor, a payee. The row goes when the subject is erased.
CREATE TABLE vault_keys (
    subject TEXT NOT NULL PRIMARY KEY,    -- id of whom it is about
    id TEXT NOT NULL UNIQUE,              -- names the half in the file
    wrapped BYTEA NOT NULL,               -- the key, sealed by its half and then by the master key
    created_at TEXT NOT NULL
);

-- A tombstone: the subject was erased then, and never gets a key again.
CREATE TABLE vault_erasures (
    subject TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,                 -- whose half goes from the file after the commit; '' had no key
    erased_by TEXT NOT NULL,
    erased_at TEXT NOT NULL
);

-- Which key of each kind these books are kept with: the fingerprint of a secret that lies outside. Another one, or a
-- copy of it that is older than the books, is refused.
CREATE TABLE book_keys (
    name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('vault', 'evidence', 'proof')),
    fingerprint TEXT NOT NULL CHECK (fingerprint <> ''),
    claimed_by TEXT NOT NULL,
    claimed_at TEXT NOT NULL
);

-- Where somebody else's program is told of events. To ask for it and to approve it are duties on its id; what was asked
-- for never changes.
CREATE TABLE webhook_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    -- Its rows in webhook_families: none joins later. 0 is all that may be told.
    family_count BIGINT NOT NULL CHECK (family_count >= 0),
    reason TEXT NOT NULL,                 -- what it is for; never about a person
    payload BYTEA NOT NULL,               -- SHA-256 of exactly what is asked for
    state TEXT NOT NULL CHECK (state IN ('requested', 'active', 'disabled', 'rejected')),
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

-- What a receiver is told of: families of events, which are the beginning of their types up to the dot.
CREATE TABLE webhook_families (
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
    family TEXT NOT NULL CHECK (family <> ''),
    PRIMARY KEY (endpoint_id, family)
); -- in the order of its key

-- What its calls are signed with. An earlier secret signs beside the newest until it ends.
CREATE TABLE webhook_secrets (
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
    number BIGINT NOT NULL,
    sealed BYTEA NOT NULL,                -- by the vault
    created_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,                -- '' while it is the newest
    PRIMARY KEY (endpoint_id, number)
);

-- How far it has been told, and who is telling it. To go back tells events again, under the same ids.
CREATE TABLE webhook_progress (
    endpoint_id TEXT NOT NULL PRIMARY KEY REFERENCES webhook_endpoints (id),
    position BIGINT NOT NULL,             -- leaves of the tree that are behind it
    replays BIGINT NOT NULL,              -- how often somebody had it told again
    failures BIGINT NOT NULL,             -- of the event that comes next
    failing_since TEXT NOT NULL,          -- '' while it answers well
    next_at TEXT NOT NULL,                -- before that nothing is sent
    claimed_by TEXT NOT NULL,             -- the process that is telling it
    claimed_until TEXT NOT NULL           -- when another one may take over
);

-- What became of each call, for thirty days.
CREATE TABLE webhook_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
    event_id TEXT NOT NULL,
    attempt BIGINT NOT NULL,              -- of this event, from 1
    replay BOOLEAN NOT NULL,              -- somebody asked for it again
    outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed')),
    status BIGINT NOT NULL,               -- of HTTP; 0 where there was no answer
    fault TEXT NOT NULL,                  -- why there was none: timeout, address_refused, …; '' there was one
    took_ms BIGINT NOT NULL,
    at TEXT NOT NULL
); -- in the order of its key

CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint_id, id);
