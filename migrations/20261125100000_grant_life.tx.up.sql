-- The life of a grant: its states with who moved it and why, what is promised and when, what it asks of us, what its
-- auditors found.

ALTER TABLE grants ADD COLUMN report_due_on TEXT NOT NULL DEFAULT '';  -- the last day on which cost of the period is paid; '' where none is agreed

--bun:split

-- grants.state is the state of the last move.
CREATE TABLE grant_moves (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    position BIGINT NOT NULL CHECK (position > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'signed', 'active', 'suspended', 'ended', 'final_reported', 'closed', 'terminated')),
    moved_on TEXT NOT NULL CHECK (length(moved_on) = 10),
    reason TEXT NOT NULL,                 -- no person's name
    through BIGINT NOT NULL,              -- the last entry of the books at the move
    moved_by TEXT NOT NULL,
    moved_at TEXT NOT NULL,
    PRIMARY KEY (grant_id, position)
);

--bun:split

-- What the agreement promises and when. What came in stands in grant_instalments and grant_award_receipts.
CREATE TABLE grant_planned_instalments (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number BIGINT NOT NULL CHECK (number > 0),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    amount BIGINT NOT NULL CHECK (amount > 0),    -- in the grant's currency
    PRIMARY KEY (grant_id, number)
);

--bun:split

-- What the grantor takes back of a promise. The award stays what it was.
CREATE TABLE grant_cancellations (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    cancelled_on TEXT NOT NULL CHECK (length(cancelled_on) = 10),
    amount BIGINT NOT NULL CHECK (amount > 0),    -- in the grant's currency
    reason TEXT NOT NULL
);

--bun:split

CREATE INDEX grant_cancellations_grant ON grant_cancellations (grant_id, cancelled_on);

--bun:split

CREATE TABLE grant_conditions (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number TEXT NOT NULL,                 -- the funder's own, or C1
    kind TEXT NOT NULL CHECK (kind IN ('purpose', 'time', 'geography', 'population', 'report', 'matching', 'ceiling', 'other')),
    text TEXT NOT NULL,
    due_on TEXT NOT NULL,                 -- '' where it has no day
    instalment BIGINT NOT NULL CHECK (instalment >= 0),       -- that it holds back; 0 is none
    disbursements BIGINT NOT NULL CHECK (disbursements IN (0, 1)),  -- 1 where it holds back what is paid out of the grant
    UNIQUE (grant_id, number)
);

--bun:split

-- The state of a condition is its last decision; without one it is open.
CREATE TABLE grant_condition_decisions (
    condition_id TEXT NOT NULL REFERENCES grant_conditions (id),
    position BIGINT NOT NULL CHECK (position > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'met', 'waived', 'missed')),
    decided_on TEXT NOT NULL CHECK (length(decided_on) = 10),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (condition_id, position)
);
