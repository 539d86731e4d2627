-- What issued statements have shown, as a cut of the cost in the books into blocks: any sum that was ever shown has a block whole
-- or not at all. And how many people a sum shown to a certain donor has at least, where that is more than the house asks for.

CREATE TABLE released_atoms (
    atom TEXT NOT NULL PRIMARY KEY,       -- the line, whose gift paid it, when: 12/1|D-77|2026-09-15
    block TEXT NOT NULL,
    person TEXT NOT NULL,                 -- id of the beneficiary; '' for cost of the house
    amount BIGINT NOT NULL,
    threshold BIGINT NOT NULL CHECK (threshold > 0), -- the strictest rules under which a sum over it was shown
    dominance BIGINT NOT NULL CHECK (dominance > 0),
    statement_id TEXT NOT NULL            -- the last that cut its block
);

--bun:split

CREATE INDEX released_atoms_block ON released_atoms (block);

--bun:split

CREATE TABLE disclosure_thresholds (
    subject TEXT NOT NULL PRIMARY KEY,    -- code of the donor or grant
    people BIGINT NOT NULL CHECK (people >= 5)
);
