-- Every funder's rules as data: the whole policy by date, budgets in versions, what is moved between their lines, and
-- findings with what became of them.

CREATE TABLE grant_policies_whole (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    starts_on TEXT NOT NULL,
    recognition TEXT NOT NULL CHECK (recognition IN ('deferred', 'immediate')),
    rate_method TEXT NOT NULL CHECK (rate_method IN ('own', 'receipt', 'ecb_average', 'inforeuro', 'budget')),
    budget_rate TEXT NOT NULL,            -- '7.5 DKK/EUR', for the method of that name
    fee_bearer TEXT NOT NULL CHECK (fee_bearer IN ('grant', 'general')),
    fx_bearer TEXT NOT NULL CHECK (fx_bearer IN ('grant', 'general')),
    indirect_rate TEXT NOT NULL,          -- percent; '0' is none
    indirect_base TEXT NOT NULL,          -- categories in the base, comma separated; '' is all
    indirect_excludes TEXT NOT NULL,      -- categories out of it, comma separated
    indirect_cap BIGINT NOT NULL CHECK (indirect_cap >= 0), -- in the grant's currency; 0 is none
    interest TEXT NOT NULL CHECK (interest IN ('grantor', 'charity')),
    ineligible TEXT NOT NULL,             -- kinds of cost, comma separated
    refund_de_minimis BIGINT NOT NULL,
    virement_percent TEXT NOT NULL,       -- '0' with no absolute limit either: every move waits for the funder
    virement_absolute BIGINT NOT NULL CHECK (virement_absolute >= 0),
    virement_of TEXT NOT NULL CHECK (virement_of IN ('line', 'main_line', 'budget')),
    salary_locked BOOLEAN NOT NULL,
    audit_above BIGINT NOT NULL CHECK (audit_above >= 0),             -- registered auditor; 0 is never
    performance_above BIGINT NOT NULL CHECK (performance_above >= 0), -- performance audit as well; 0 is never
    eligible_from TEXT NOT NULL,          -- '' is the grant's period
    eligible_to TEXT NOT NULL,
    countries TEXT NOT NULL,              -- ISO 3166 codes, comma separated; '' is any
    categories TEXT NOT NULL,             -- of cost that the grant pays, comma separated; '' is any
    PRIMARY KEY (grant_id, starts_on)
);

--bun:split

INSERT INTO grant_policies_whole
SELECT grant_id, starts_on, recognition, rate_method, '', fee_bearer, fx_bearer, indirect_rate, '', indirect_excludes, 0, interest, ineligible,
    refund_de_minimis, '0', 0, 'line', 1 = 0, 0, 0, '', '', '', ''
FROM grant_policies;

--bun:split

DROP TABLE grant_policies;

--bun:split

ALTER TABLE grant_policies_whole RENAME TO grant_policies;

--bun:split

-- A version of a grant's budget. Version 1 is the one that was signed. A version that waits for the funder is not in force.
CREATE TABLE grant_budgets (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    version BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('agreed', 'virement', 'amendment')),
    state TEXT NOT NULL CHECK (state IN ('effective', 'submitted', 'refused')),
    approved BOOLEAN NOT NULL,            -- by the funder: the next moves are measured from it
    starts_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    letter TEXT NOT NULL,                 -- the funder's reference
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (grant_id, version)
);

--bun:split

ALTER TABLE grant_budget_lines ADD COLUMN unit TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE grant_budget_lines ADD COLUMN quantity TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE grant_budget_lines ADD COLUMN unit_price BIGINT NOT NULL DEFAULT 0;

--bun:split

ALTER TABLE grant_budget_lines ADD COLUMN salary BIGINT NOT NULL DEFAULT 0;

--bun:split

-- What of a line belongs to which year.
CREATE TABLE grant_budget_years (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    line_no TEXT NOT NULL,
    year BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (grant_id, version, line_no, year)
);

--bun:split

INSERT INTO grant_budgets
SELECT id, 1, 'agreed', 'effective', 1 = 1, signed_on, '', '', '', '' FROM grants;

--bun:split

-- What a version moves, from line to line and year to year.
CREATE TABLE grant_budget_moves (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    from_line TEXT NOT NULL,
    from_year BIGINT NOT NULL,            -- 0 where the line has no years
    to_line TEXT NOT NULL,
    to_year BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (grant_id, version, position),
    FOREIGN KEY (grant_id, version) REFERENCES grant_budgets (grant_id, version)
);

--bun:split

-- Where a partner spends: cost is held against the countries of a grant.
ALTER TABLE partners ADD COLUMN country TEXT NOT NULL DEFAULT '';
