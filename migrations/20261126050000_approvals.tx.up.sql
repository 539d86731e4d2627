-- How many people of which roles a disbursement needs, who stands in for whom, who is related to whom, and what is said about it.

-- A set of bands, in force from a day until a later one is. Two people make one: who proposes it does not confirm it.
CREATE TABLE approval_policies (
    id TEXT NOT NULL PRIMARY KEY,
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    emergency_limit BIGINT NOT NULL CHECK (emergency_limit >= 0),      -- base currency; 0 is no emergency path
    emergency_per_quarter BIGINT NOT NULL CHECK (emergency_per_quarter BETWEEN 0 AND 9), -- of one plan
    emergency_days BIGINT NOT NULL CHECK (emergency_days BETWEEN 1 AND 30), -- working days until the approval has to be there
    remind_days BIGINT NOT NULL CHECK (remind_days BETWEEN 1 AND 90),  -- working days until somebody is reminded; twice that, and it is escalated
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,            -- '' came with the program
    proposed_at TEXT NOT NULL,
    decided_at TEXT
);

--bun:split

CREATE INDEX approval_policies_from ON approval_policies (state, from_on);

--bun:split

-- One row wants so many people of some roles for a step, from an amount on, and where it says so only for a fund, a payee who was
-- never paid, or cash. All rows that fit a disbursement hold.
CREATE TABLE approval_bands (
    policy_id TEXT NOT NULL REFERENCES approval_policies (id),
    position BIGINT NOT NULL CHECK (position > 0),
    above BIGINT NOT NULL CHECK (above >= 0),          -- base currency; more than this
    fund TEXT NOT NULL,                   -- '' is every fund
    new_payee BOOLEAN NOT NULL,
    cash BOOLEAN NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('approve', 'authorise')),
    roles TEXT NOT NULL,                  -- 'caseworker|programme_lead': one of them
    people BIGINT NOT NULL CHECK (people BETWEEN 1 AND 9),
    PRIMARY KEY (policy_id, position)
);

--bun:split

INSERT INTO approval_policies (id, from_on, state, emergency_limit, emergency_per_quarter, emergency_days, remind_days, reason, proposed_by, proposed_at, decided_at)
VALUES ('apo_default', '2000-01-01', 'confirmed', 150000, 2, 5, 3, 'Comes with the program', '', '2026-11-26T00:00:00.000000Z', '2026-11-26T00:00:00.000000Z');

--bun:split

INSERT INTO approval_bands (policy_id, position, above, fund, new_payee, cash, step, roles, people) VALUES
    ('apo_default', 1, 0, '', FALSE, FALSE, 'approve', 'caseworker|programme_lead', 1),
    ('apo_default', 2, 0, '', FALSE, FALSE, 'authorise', 'finance_officer|treasurer', 1),
    ('apo_default', 3, 250000, '', FALSE, FALSE, 'approve', 'programme_lead', 1),
    ('apo_default', 4, 2500000, '', FALSE, FALSE, 'authorise', 'treasurer', 1),
    ('apo_default', 5, 0, '', TRUE, FALSE, 'authorise', 'treasurer', 1),
    ('apo_default', 6, 0, '', FALSE, TRUE, 'authorise', 'treasurer', 1);

--bun:split

ALTER TABLE disbursements ADD COLUMN created_by TEXT NOT NULL DEFAULT '';

--bun:split

-- Who wrote what it says now: neither of the two decides on it.
ALTER TABLE disbursements ADD COLUMN written_by TEXT NOT NULL DEFAULT '';

--bun:split

-- The version of the plan that it was asked for under; another one voids what was decided.
ALTER TABLE disbursements ADD COLUMN plan_version TEXT NOT NULL DEFAULT '';

--bun:split

-- Documents that it was asked for with, 'evd_1,evd_2' in order; '' is none.
ALTER TABLE disbursements ADD COLUMN evidence TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE disbursements ADD COLUMN policy_id TEXT NOT NULL DEFAULT '';

--bun:split

-- What the policy wanted when it was asked for: 'approve:1:programme_lead;authorise:1:finance_officer|treasurer'.
ALTER TABLE disbursements ADD COLUMN needs TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE disbursements ADD COLUMN approvals_needed BIGINT NOT NULL DEFAULT 1 CHECK (approvals_needed >= 1);

--bun:split

-- In base currency when it was asked for, for bands and for what is split below them; 0 is not known.
ALTER TABLE disbursements ADD COLUMN base_amount BIGINT NOT NULL DEFAULT 0;

--bun:split

ALTER TABLE disbursements ADD COLUMN submitted_on TEXT NOT NULL DEFAULT '';

--bun:split

-- Paid first and approved after. A plan has so many places for it in a quarter, and the key holds that.
ALTER TABLE disbursements ADD COLUMN emergency BOOLEAN NOT NULL DEFAULT FALSE;

--bun:split

ALTER TABLE disbursements ADD COLUMN emergency_slot TEXT;

--bun:split

CREATE UNIQUE INDEX disbursements_emergency ON disbursements (emergency_slot);

--bun:split

CREATE INDEX disbursements_payee ON disbursements (payee, date);

--bun:split

-- With which roles somebody approved or authorised, and for whom. Its duty is the decision itself.
CREATE TABLE disbursement_approvals (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    round BIGINT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('approve', 'authorise', 'release')),
    user_id TEXT NOT NULL REFERENCES users (id),
    on_behalf_of TEXT NOT NULL,           -- '' is nobody
    roles TEXT NOT NULL,                  -- 'programme_lead|treasurer'
    at TEXT NOT NULL,
    PRIMARY KEY (disbursement_id, round, user_id)
);

--bun:split

CREATE TABLE disbursement_comments (
    id TEXT NOT NULL PRIMARY KEY,
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    text TEXT NOT NULL,                   -- no person's name
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

--bun:split

CREATE INDEX disbursement_comments_of ON disbursement_comments (disbursement_id, id);

--bun:split

-- Who decides for somebody who is away, from a day to a day.
CREATE TABLE delegations (
    id TEXT NOT NULL PRIMARY KEY,
    from_user TEXT NOT NULL REFERENCES users (id),
    to_user TEXT NOT NULL REFERENCES users (id),
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    to_on TEXT NOT NULL CHECK (length(to_on) = 10),
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL,             -- '' stands
    CHECK (from_user <> to_user),
    CHECK (from_on <= to_on)
);

--bun:split

CREATE INDEX delegations_to ON delegations (to_user, from_on);

--bun:split

-- A user or a donor has to do with a payee or a person: such a user decides on nothing for them, such a donor shows.
CREATE TABLE relations (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    donor_id TEXT NOT NULL,
    payee TEXT NOT NULL,                  -- code
    beneficiary_id TEXT NOT NULL,
    nature TEXT NOT NULL CHECK (nature IN ('family', 'household', 'employment', 'ownership', 'other')),
    declared_by TEXT NOT NULL,
    declared_at TEXT NOT NULL,
    ended_on TEXT NOT NULL,               -- the last day; '' goes on
    CHECK ((user_id = '') <> (donor_id = '')),
    CHECK ((payee = '') <> (beneficiary_id = ''))
);

--bun:split

CREATE INDEX relations_user ON relations (user_id);
