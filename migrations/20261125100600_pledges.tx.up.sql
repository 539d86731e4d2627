-- What donors are, want and promise. What is personal about a donor is only here sealed, under a key of the donor's own.

ALTER TABLE donors ADD COLUMN delivery TEXT NOT NULL DEFAULT 'none' CHECK (delivery IN ('none', 'email', 'post', 'portal'));

--bun:split

ALTER TABLE gifts ADD COLUMN anonymous BIGINT NOT NULL DEFAULT 0 CHECK (anonymous IN (0, 1)); -- the gift is shown without its donor

--bun:split

ALTER TABLE gifts ADD COLUMN pledge_id TEXT NOT NULL DEFAULT '';    -- the pledge that it fulfils; '' for none

--bun:split

CREATE TABLE donor_secrets (
    donor_id TEXT NOT NULL REFERENCES donors (id),
    field TEXT NOT NULL CHECK (field IN ('tax_id', 'name', 'email', 'address')),
    sealed BYTEA NOT NULL,
    sealed_by TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    PRIMARY KEY (donor_id, field)
);

--bun:split

CREATE TABLE pledges (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- PL-1
    donor_id TEXT NOT NULL REFERENCES donors (id),
    fund TEXT NOT NULL REFERENCES funds (code),
    pledged_on TEXT NOT NULL CHECK (length(pledged_on) = 10),
    amount BIGINT NOT NULL CHECK (amount > 0),    -- base currency
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0 AND cancelled <= amount)  -- what will not come any more
);

--bun:split

CREATE INDEX pledges_donor ON pledges (donor_id, pledged_on);

--bun:split

CREATE TABLE pledge_instalments (
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    number BIGINT NOT NULL CHECK (number > 0),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (pledge_id, number)
);
