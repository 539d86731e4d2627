-- People by code, and their plans. No column here can hold who somebody is.

CREATE TABLE beneficiaries (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- B-0042
    status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'ended', 'erased')),
    created_at TEXT NOT NULL
);

--bun:split

CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- P-101
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'approved', 'active', 'suspended', 'completed', 'exited')),
    current_version BIGINT NOT NULL,      -- of the content: versions supersede, never rewrite
    version BIGINT NOT NULL               -- of the row, for If-Match
);

--bun:split

CREATE TABLE plan_versions (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    version BIGINT NOT NULL,
    starts_on TEXT NOT NULL,
    budget_rate TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (plan_id, version)
);

--bun:split

CREATE TABLE plan_shares (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    position BIGINT NOT NULL,
    fund TEXT NOT NULL REFERENCES funds (code),
    percent TEXT NOT NULL,
    PRIMARY KEY (version_id, position),
    UNIQUE (version_id, fund)
);

--bun:split

CREATE TABLE plan_lines (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    position BIGINT NOT NULL,
    line TEXT NOT NULL,
    category TEXT NOT NULL,
    unit_price BIGINT NOT NULL CHECK (unit_price > 0),
    PRIMARY KEY (version_id, position),
    UNIQUE (version_id, line)
);

--bun:split

-- One row per unit of support: what falls due, the year whose commitment holds it, the disbursement that settled it.
CREATE TABLE plan_items (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    line TEXT NOT NULL,
    position BIGINT NOT NULL,
    due_on TEXT NOT NULL,                 -- '' where the plan counts units without dates
    committed_year BIGINT NOT NULL,       -- 0 until a year's approval
    settled_by TEXT NOT NULL,             -- '' until a disbursement settles it
    PRIMARY KEY (version_id, line, position)
);
