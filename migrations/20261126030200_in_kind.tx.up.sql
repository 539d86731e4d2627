-- Work and goods given to us: who gave them, how they were valued and by which document.
CREATE TABLE in_kind_contributions (
    id TEXT NOT NULL PRIMARY KEY,
    donor_id TEXT REFERENCES donors (id), -- NULL where the giver is no donor on record
    fund TEXT NOT NULL REFERENCES funds (code),
    given_on TEXT NOT NULL CHECK (length(given_on) = 10),
    category TEXT NOT NULL,
    units TEXT NOT NULL,                  -- hours, pieces
    unit_value BIGINT NOT NULL CHECK (unit_value > 0),
    worth BIGINT NOT NULL CHECK (worth > 0),
    memo TEXT NOT NULL,                   -- number of the valuation memo; '' where a document alone says it
    evidence_id TEXT REFERENCES evidence (id), -- the memo itself
    entry_id TEXT NOT NULL UNIQUE REFERENCES entries (id)
);
