-- Accounts end, change what they may do by two people, and may be a second account of one person.

-- An account stops working at this instant by itself, such as an auditor's when the audit is over. It is only ever moved earlier.
ALTER TABLE users ADD COLUMN ends_at TEXT;

--bun:split

-- Id of another account of the same person, '' for none. Duties count both as one.
ALTER TABLE users ADD COLUMN person TEXT NOT NULL DEFAULT '';

--bun:split

-- The change by which the role was granted.
ALTER TABLE user_roles ADD COLUMN change_id TEXT;

--bun:split

-- A session is a token too: it acts for a user until it expires or is ended, and nobody knows a secret for its hash.
ALTER TABLE tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'token' CHECK (kind IN ('token', 'session'));

--bun:split

ALTER TABLE tokens ADD COLUMN name TEXT NOT NULL DEFAULT '';

--bun:split

-- '' is everything the user may do, 'read' what only reads, else names of operations with commas between.
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '';

--bun:split

-- How many factors the session was opened with; a token counts as two, since it was issued by who had them.
ALTER TABLE tokens ADD COLUMN factors BIGINT NOT NULL DEFAULT 2;

--bun:split

CREATE INDEX tokens_user ON tokens (user_id, created_at);

--bun:split

-- For whom the actor acted, where it was for another: '' is for itself.
ALTER TABLE audit_events ADD COLUMN on_behalf_of TEXT NOT NULL DEFAULT '';

--bun:split

CREATE INDEX audit_events_at ON audit_events (at, id);

--bun:split

-- What was asked for an account and what became of it. Who asks and who approves are duties on its id.
CREATE TABLE account_changes (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('first', 'roles', 'same_person', 'invitation')), -- first: roles made with the account
    grants TEXT NOT NULL,                 -- ',treasurer,' or ','
    revokes TEXT NOT NULL,
    other_id TEXT REFERENCES users (id),  -- of same_person: the account that is the same person's
    reason TEXT NOT NULL,
    payload BYTEA NOT NULL,               -- SHA-256 of exactly what is asked for
    state TEXT NOT NULL CHECK (state IN ('requested', 'applied', 'rejected')),
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    decided_at TEXT
);

--bun:split

CREATE INDEX account_changes_user ON account_changes (user_id, created_at);
