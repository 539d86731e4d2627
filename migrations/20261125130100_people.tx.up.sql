-- Who works with whom, what is known of them, and who looked. Fields that say who somebody is are sealed (docs/VAULT.md);
-- what each column holds is written in docs/DATA.md.

-- Who is on whose case. A row is never taken away: that somebody was on a case stays known.
CREATE TABLE caseload (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    to_on TEXT NOT NULL,                  -- the last day; '' goes on
    admitted BOOLEAN NOT NULL,            -- put on the case by admitting the person; any other is put there by somebody else
    assigned_by TEXT NOT NULL,
    assigned_at TEXT NOT NULL,
    CHECK (to_on = '' OR to_on >= from_on),
    CHECK (admitted OR user_id <> assigned_by)
);

--bun:split

CREATE INDEX caseload_user ON caseload (user_id, beneficiary_id);

--bun:split

CREATE INDEX caseload_beneficiary ON caseload (beneficiary_id);

--bun:split

CREATE TABLE identities (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    field TEXT NOT NULL CHECK (field IN ('names', 'birth_date', 'contact', 'bank', 'notes')),
    version BIGINT NOT NULL CHECK (version > 0),   -- part of the place that the text is sealed for
    sealed BYTEA NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (beneficiary_id, field)
);

--bun:split

-- Keyed fingerprints, by which the same person or the same account is found without being read.
CREATE TABLE identity_indexes (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'contact', 'bank')),
    digest BYTEA NOT NULL,
    PRIMARY KEY (beneficiary_id, kind)
);

--bun:split

CREATE INDEX identity_indexes_digest ON identity_indexes (kind, digest);

--bun:split

-- How many identities a user opened on a day.
CREATE TABLE opening_counts (
    user_id TEXT NOT NULL REFERENCES users (id),
    day TEXT NOT NULL CHECK (length(day) = 10),
    openings BIGINT NOT NULL CHECK (openings > 0),
    PRIMARY KEY (user_id, day)
);

--bun:split

-- What the privacy officer has to look at.
CREATE TABLE privacy_notices (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('emergency_opening', 'budget_used_up')),
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    user_id TEXT NOT NULL,                -- who opened
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    review_by TEXT NOT NULL,              -- 72 hours later
    outcome TEXT NOT NULL CHECK (outcome IN ('', 'justified', 'unjustified')),
    reviewed_by TEXT NOT NULL,
    reviewed_at TEXT NOT NULL,
    CHECK (outcome = '' OR reviewed_by <> user_id)
);

--bun:split

CREATE TABLE consents (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('support', 'payment', 'statement_text', 'photo', 'research', 'sharing')),
    donor TEXT NOT NULL,                  -- code of a donor; '' is for every donor
    given_on TEXT NOT NULL CHECK (length(given_on) = 10),
    expires_on TEXT NOT NULL CHECK (length(expires_on) = 10),   -- the last day
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    CHECK (expires_on >= given_on)
);

--bun:split

CREATE INDEX consents_beneficiary ON consents (beneficiary_id, purpose);

--bun:split

CREATE TABLE consent_revocations (
    consent_id TEXT NOT NULL PRIMARY KEY REFERENCES consents (id),
    revoked_on TEXT NOT NULL CHECK (length(revoked_on) = 10),   -- the first day without it
    revoked_by TEXT NOT NULL,
    revoked_at TEXT NOT NULL
);

--bun:split

-- Who lives with a person, in bands: no row describes one child.
CREATE TABLE households (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    version BIGINT NOT NULL CHECK (version > 0),
    size TEXT NOT NULL CHECK (size IN ('1', '2', '3-4', '5+')),
    children TEXT NOT NULL CHECK (children IN ('0', '1', '2-3', '4+')),
    youngest TEXT NOT NULL CHECK (youngest IN ('', '0-5', '6-12', '13-17')),
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (beneficiary_id, version)
);

--bun:split

-- Two people on record whose fingerprints are equal. Found when an identity is written, decided by somebody else.
CREATE TABLE duplicates (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),   -- whose identity was written
    other_id TEXT NOT NULL REFERENCES beneficiaries (id),         -- who was there
    kind TEXT NOT NULL CHECK (kind IN ('person', 'contact', 'bank')),
    found_by TEXT NOT NULL,
    found_at TEXT NOT NULL,
    UNIQUE (beneficiary_id, other_id, kind)
);

--bun:split

CREATE TABLE duplicate_decisions (
    duplicate_id TEXT NOT NULL PRIMARY KEY REFERENCES duplicates (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different')),
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
);

--bun:split

-- The end of somebody's support, from which the clock of their identity runs.
CREATE TABLE beneficiary_endings (
    beneficiary_id TEXT NOT NULL PRIMARY KEY REFERENCES beneficiaries (id),
    ended_on TEXT NOT NULL CHECK (length(ended_on) = 10),
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL
);
