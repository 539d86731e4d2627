-- Gifts, awards and how a grant ends.

CREATE TABLE gifts (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- GIFT-1
    donor_id TEXT NOT NULL REFERENCES donors (id),
    fund TEXT NOT NULL REFERENCES funds (code),
    received_on TEXT NOT NULL,
    gross BIGINT NOT NULL CHECK (gross > 0),
    fee BIGINT NOT NULL CHECK (fee >= 0 AND fee < gross), -- withheld on the way in, borne by the general fund
    account TEXT NOT NULL REFERENCES accounts (number),
    entry_id TEXT NOT NULL REFERENCES entries (id),
    refunded_on TEXT NOT NULL,            -- '' unless given back as a mistake
    refund_entry_id TEXT REFERENCES entries (id)
);

--bun:split

CREATE INDEX gifts_donor ON gifts (donor_id, received_on);

--bun:split

-- What reached us on a grant that was recognised when it was awarded.
CREATE TABLE grant_award_receipts (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    received_on TEXT NOT NULL,
    received BIGINT NOT NULL CHECK (received > 0),
    withheld BIGINT NOT NULL CHECK (withheld >= 0),
    base BIGINT NOT NULL,                 -- of both
    rate TEXT NOT NULL,
    entry_id TEXT NOT NULL REFERENCES entries (id)
);

--bun:split

CREATE TABLE grant_findings (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number TEXT NOT NULL,                 -- F-1, the auditor's
    found_on TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    entry_id TEXT NOT NULL REFERENCES entries (id),
    UNIQUE (grant_id, number)
);

--bun:split

-- A grant's final account. Whoever draws it up does not pay it out: the duties are on its id.
CREATE TABLE grant_final_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE REFERENCES grants (id),
    date TEXT NOT NULL,
    refund BIGINT NOT NULL CHECK (refund >= 0), -- in the grant's currency
    base BIGINT NOT NULL CHECK (base >= 0),
    entry_id TEXT REFERENCES entries (id),
    paid_entry_id TEXT REFERENCES entries (id)
);
