-- Versions of a plan have a state of their own: while one is in force the next is written, handed in and decided on.

ALTER TABLE plan_versions ADD COLUMN state TEXT NOT NULL DEFAULT 'draft'
    CHECK (state IN ('draft', 'in_review', 'approved', 'superseded', 'returned', 'rejected'));

--bun:split

UPDATE plan_versions SET state = CASE
    WHEN (SELECT p.state FROM plans p WHERE p.id = plan_versions.plan_id) IN ('draft', 'in_review')
    THEN (SELECT p.state FROM plans p WHERE p.id = plan_versions.plan_id) ELSE 'approved' END;

--bun:split

-- Why there is this version: plan, revision, resumption, top_up, move.
ALTER TABLE plan_versions ADD COLUMN kind TEXT NOT NULL DEFAULT 'plan'
    CHECK (kind IN ('plan', 'revision', 'resumption', 'top_up', 'move'));

--bun:split

-- '' is the plan's currency as it was drafted; a plan that moves to another country goes on in another currency.
ALTER TABLE plan_versions ADD COLUMN currency TEXT NOT NULL DEFAULT '';

--bun:split

UPDATE plan_versions SET currency = (SELECT p.currency FROM plans p WHERE p.id = plan_versions.plan_id);

--bun:split

-- A later version carries over what was settled, at the price and in the currency of its time: 0 and '' are the line's.
ALTER TABLE plan_items ADD COLUMN unit_price BIGINT NOT NULL DEFAULT 0;

--bun:split

ALTER TABLE plan_items ADD COLUMN currency TEXT NOT NULL DEFAULT '';

--bun:split

-- The suspension that holds the item, and the year out of whose commitment it was released; '' and 0 when none.
ALTER TABLE plan_items ADD COLUMN suspended_by TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_items ADD COLUMN released_year BIGINT NOT NULL DEFAULT 0;

--bun:split

-- What became of a plan beside its versions: suspensions, resumptions, returns, exits. Reasons are codes.
CREATE TABLE plan_turns (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    kind TEXT NOT NULL,                   -- year_approved, suspended, resumed, revised, returned, rejected, completed, exited, aftercare
    reason TEXT NOT NULL,                 -- a code; never about a person in words
    day TEXT NOT NULL,                    -- accounting date of the act
    starts_on TEXT NOT NULL,              -- from when it holds
    year BIGINT NOT NULL,                 -- of a year's approval, else 0
    entry_id TEXT NOT NULL,               -- what it posted, '' for nothing
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

--bun:split

CREATE INDEX plan_turns_plan ON plan_turns (plan_id, created_at);
