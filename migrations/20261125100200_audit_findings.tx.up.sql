-- What an auditor or grantor questions, and what became of each part of it.
CREATE TABLE audit_findings (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number TEXT NOT NULL,                 -- F-1, the auditor's
    raised_on TEXT NOT NULL CHECK (length(raised_on) = 10),
    questioned BIGINT NOT NULL CHECK (questioned > 0),    -- base currency
    text TEXT NOT NULL,                   -- no person's name
    raised_by TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    UNIQUE (grant_id, number)
);

--bun:split

-- The parts add up to no more than was questioned; what they leave is pending. The part disallowed has its entry in
-- grant_findings.
CREATE TABLE audit_finding_answers (
    finding_id TEXT NOT NULL REFERENCES audit_findings (id),
    position BIGINT NOT NULL CHECK (position > 0),
    outcome TEXT NOT NULL CHECK (outcome IN ('documented', 'justified', 'written_off', 'disallowed')),
    amount BIGINT NOT NULL CHECK (amount > 0),            -- base currency
    answered_on TEXT NOT NULL CHECK (length(answered_on) = 10),
    reason TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    PRIMARY KEY (finding_id, position)
);
