-- No double funding: which fund claims which share of which cost on which document.

-- A cost is a document, or one line of it. Its amount is what the document says.
CREATE TABLE evidence_costs (
    id TEXT NOT NULL PRIMARY KEY,
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    line TEXT NOT NULL,                   -- '' for the whole document
    amount BIGINT NOT NULL CHECK (amount > 0),    -- base currency
    UNIQUE (evidence_id, line)
);

--bun:split

CREATE TABLE cost_claims (
    id TEXT NOT NULL PRIMARY KEY,
    cost_id TEXT NOT NULL REFERENCES evidence_costs (id),
    fund TEXT NOT NULL REFERENCES funds (code),
    share BIGINT NOT NULL CHECK (share > 0),      -- base currency
    entry_id TEXT REFERENCES entries (id),        -- that put the share on the fund, where it is known
    claimed_by TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    UNIQUE (cost_id, fund)
);
