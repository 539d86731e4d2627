-- Donors, and grants with their rules as data.

CREATE TABLE donors (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('institution', 'person', 'legacy')),
    name TEXT NOT NULL,                   -- of an institution; a person's name is never here
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    created_at TEXT NOT NULL,
    CHECK (kind = 'institution' OR name = '')
);

--bun:split

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- G1; also the code of its fund
    donor_id TEXT NOT NULL REFERENCES donors (id),
    title TEXT NOT NULL,
    currency TEXT NOT NULL,               -- of the agreement, and of the report
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'active', 'suspended', 'ended', 'final_reported', 'closed', 'terminated')),
    signed_on TEXT NOT NULL,
    period_from TEXT NOT NULL,            -- '' where the agreement names none
    period_to TEXT NOT NULL,
    version BIGINT NOT NULL
);

--bun:split

-- The policy in force on a day is the last one that starts on or before it.
CREATE TABLE grant_policies (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    starts_on TEXT NOT NULL,
    recognition TEXT NOT NULL CHECK (recognition IN ('deferred', 'immediate')),
    rate_method TEXT NOT NULL CHECK (rate_method IN ('own', 'receipt')),
    fee_bearer TEXT NOT NULL CHECK (fee_bearer IN ('grant', 'general')),
    fx_bearer TEXT NOT NULL CHECK (fx_bearer IN ('grant', 'general')),
    indirect_rate TEXT NOT NULL,          -- percent; '0' is none
    indirect_excludes TEXT NOT NULL,      -- categories, comma separated
    interest TEXT NOT NULL CHECK (interest IN ('grantor', 'charity')),
    ineligible TEXT NOT NULL,             -- kinds of cost, comma separated
    refund_de_minimis BIGINT NOT NULL,
    PRIMARY KEY (grant_id, starts_on)
);

--bun:split

CREATE TABLE grant_budget_lines (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    line_no TEXT NOT NULL,                -- the funder's own number
    text TEXT NOT NULL,
    categories TEXT NOT NULL,             -- comma separated; '*' takes what no other line takes
    amount BIGINT NOT NULL,
    PRIMARY KEY (grant_id, version, position),
    UNIQUE (grant_id, version, line_no)
);

--bun:split

CREATE TABLE grant_instalments (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    received_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    base BIGINT NOT NULL,
    rate TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    entry_id TEXT NOT NULL REFERENCES entries (id)
);

--bun:split

CREATE INDEX grant_instalments_grant ON grant_instalments (grant_id, received_on);
