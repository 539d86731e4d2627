-- How people sign in. Nothing here opens a door by itself: passwords are argon2id, all secrets are hashes, and the secret of a second
-- factor is sealed with a key that only the password gives.

CREATE TABLE credentials (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    password TEXT NOT NULL,               -- $argon2id$v=19$m=…,t=…,p=…$salt$hash
    second BYTEA,                         -- the sealed secret of the second factor
    confirmed BOOLEAN NOT NULL,           -- the second factor has shown a code
    last_step BIGINT NOT NULL,            -- of the last code: none is taken twice
    changed_at TEXT NOT NULL
);

--bun:split

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    hash BYTEA NOT NULL,
    used_at TEXT,
    PRIMARY KEY (user_id, hash)
);

--bun:split

-- Failed attempts: of each device that signed in before, and of all others together (an empty hash). A stranger's failures
-- make strangers wait, and not the person whose account it is. The sheet is the user's id, or one of 256 for handles that are
-- nobody's, so that a door that leads nowhere closes like the others.
CREATE TABLE sign_in_devices (
    sheet TEXT NOT NULL,
    hash BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    wait_until TEXT NOT NULL,
    PRIMARY KEY (sheet, hash)
);

--bun:split

-- One-time words by which a person sets a password.
CREATE TABLE invitations (
    hash BYTEA NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    expires_at TEXT NOT NULL,
    used_at TEXT
);

--bun:split

-- Who somebody is at an identity provider; linked by the person, never by a mail address.
CREATE TABLE sign_in_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    linked_at TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

--bun:split

-- What a browser's cookie leads to, under the SHA-256 of the cookie.
CREATE TABLE http_sessions (
    token TEXT NOT NULL PRIMARY KEY,
    data BYTEA NOT NULL,
    expires_at TEXT NOT NULL
);

--bun:split

CREATE INDEX http_sessions_expiry ON http_sessions (expires_at);
