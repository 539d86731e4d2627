-- Support given: partners abroad and money moved to them, money paid ahead, requests, and who has to approve them.

CREATE TABLE partners (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- NG-01
    currency TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    country TEXT NOT NULL DEFAULT ''      -- where a partner spends: cost is held against the countries of a grant
);

CREATE TABLE transfers (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- T-001; also the name of its lots
    partner_id TEXT NOT NULL REFERENCES partners (id),
    plan_id TEXT NOT NULL REFERENCES plans (id),
    account TEXT NOT NULL REFERENCES accounts (number),
    date TEXT NOT NULL,
    sent MONEY NOT NULL CHECK (sent > 0), -- base currency
    sending_fee MONEY NOT NULL CHECK (sending_fee >= 0),
    rate TEXT NOT NULL,
    receiving_fee MONEY NOT NULL CHECK (receiving_fee >= 0), -- partner's currency
    state TEXT NOT NULL CHECK (state IN ('requested', 'authorised')),
    entry_id TEXT REFERENCES entries (id),
    version BIGINT NOT NULL
);

CREATE INDEX transfers_partner ON transfers (partner_id, date);
CREATE INDEX transfers_plan ON transfers (plan_id);

CREATE TABLE prepayments (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- RET-1, PC-1
    kind TEXT NOT NULL CHECK (kind IN ('retainer', 'petty_cash')),
    fund TEXT NOT NULL REFERENCES funds (code),
    payee TEXT NOT NULL,                  -- of a retainer; '' for petty cash
    paid_by TEXT NOT NULL CHECK (paid_by IN ('transfer', 'card', 'cash')), -- as a disbursement's
    plan_id TEXT REFERENCES plans (id),
    account TEXT NOT NULL REFERENCES accounts (number),
    date TEXT NOT NULL,
    amount MONEY NOT NULL CHECK (amount > 0), -- base currency
    state TEXT NOT NULL CHECK (state IN ('requested', 'authorised', 'cancelled')),
    entry_id TEXT REFERENCES entries (id),
    version BIGINT NOT NULL
);

CREATE INDEX prepayments_plan ON prepayments (plan_id) WHERE plan_id IS NOT NULL;

-- A set of bands, in force from a day until a later one is. Two people make one: who proposes it does not confirm it.
CREATE TABLE approval_policies (
    id TEXT NOT NULL PRIMARY KEY,
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected')),
    emergency_limit MONEY NOT NULL CHECK (emergency_limit >= 0), -- base currency; 0 is no emergency path
    emergency_per_quarter BIGINT NOT NULL CHECK (emergency_per_quarter BETWEEN 0 AND 9), -- of one plan
    -- working days until the approval has to be there
    emergency_days BIGINT NOT NULL CHECK (emergency_days BETWEEN 1 AND 30),
    -- base currency; the most that leaves by card or in cash, without verified bank details; 0 is nothing
    card_limit MONEY NOT NULL CHECK (card_limit >= 0),
    -- working days until somebody is reminded; twice that, and it is escalated
    remind_days BIGINT NOT NULL CHECK (remind_days BETWEEN 1 AND 90),
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,            -- '' came with the program
    proposed_at TEXT NOT NULL,
    decided_at TEXT
);

CREATE UNIQUE INDEX approval_policies_listed ON approval_policies (from_on, proposed_at, id);
CREATE UNIQUE INDEX approval_policies_from ON approval_policies (state, from_on, proposed_at, id);

INSERT INTO approval_policies (id, from_on, state, emergency_limit, emergency_per_quarter, emergency_days,
    card_limit, remind_days, reason, proposed_by, proposed_at, decided_at)
VALUES ('apo_default', '2000-01-01', 'confirmed', 150000, 2, 5, 250000, 3, 'Comes with the program', '',
    '2026-11-26T00:00:00.000000Z', '2026-11-26T00:00:00.000000Z');

-- One row wants so many people of some roles for a step, from an amount on, and where it says so only for a fund, a
-- payee who was never paid, or cash. All rows that fit a disbursement hold.
CREATE TABLE approval_bands (
    policy_id TEXT NOT NULL REFERENCES approval_policies (id),
    position BIGINT NOT NULL CHECK (position > 0),
    above MONEY NOT NULL CHECK (above >= 0), -- base currency; more than this
    fund TEXT NOT NULL,                   -- '' is every fund
    new_payee BOOLEAN NOT NULL,
    cash BOOLEAN NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('approve', 'authorise')),
    people BIGINT NOT NULL CHECK (people BETWEEN 1 AND 9),
    PRIMARY KEY (policy_id, position)
);

-- One of these roles is what each of a row's people has.
CREATE TABLE approval_band_roles (
    policy_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('caseworker', 'programme_lead', 'finance_officer', 'treasurer')),
    PRIMARY KEY (policy_id, position, role),
    FOREIGN KEY (policy_id, position) REFERENCES approval_bands (policy_id, position)
); -- in the order of its key

INSERT INTO approval_bands (policy_id, position, above, fund, new_payee, cash, step, people) VALUES
    ('apo_default', 1, 0, '', FALSE, FALSE, 'approve', 1),
    ('apo_default', 2, 0, '', FALSE, FALSE, 'authorise', 1),
    ('apo_default', 3, 250000, '', FALSE, FALSE, 'approve', 1),
    ('apo_default', 4, 2500000, '', FALSE, FALSE, 'authorise', 1),
    ('apo_default', 5, 0, '', TRUE, FALSE, 'authorise', 1),
    ('apo_default', 6, 0, '', FALSE, TRUE, 'authorise', 1);

INSERT INTO approval_band_roles (policy_id, position, role) VALUES
    ('apo_default', 1, 'caseworker'), ('apo_default', 1, 'programme_lead'),
    ('apo_default', 2, 'finance_officer'), ('apo_default', 2, 'treasurer'),
    ('apo_default', 3, 'programme_lead'), ('apo_default', 4, 'treasurer'),
    ('apo_default', 5, 'treasurer'), ('apo_default', 6, 'treasurer');

-- What somebody asks to be paid or accounted for, from draft to evidence.
CREATE TABLE disbursements (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- D-2026-0001
    settlement TEXT NOT NULL
        CHECK (settlement IN ('partner', 'payment', 'invoice', 'retainer', 'petty_cash', 'netting')),
    plan_id TEXT REFERENCES plans (id),
    partner_id TEXT REFERENCES partners (id),
    prepayment_id TEXT REFERENCES prepayments (id),
    line TEXT NOT NULL,                   -- of the plan; '' for what stands beside it
    units BIGINT NOT NULL CHECK (units >= 0),
    amount MONEY NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    overpaid MONEY NOT NULL CHECK (overpaid >= 0), -- what a partner paid twice, on top
    payee TEXT NOT NULL,
    -- How money leaves our bank: a transfer goes to verified bank details; the others have a limit and owe a receipt.
    paid_by TEXT NOT NULL DEFAULT '' CHECK (paid_by IN ('', 'transfer', 'card', 'cash')),
    reference TEXT NOT NULL,              -- what the payee knows the bill by: +71<...+...<, RF..., a number; '' for none
    category TEXT NOT NULL,               -- of cost beside a plan's lines
    account TEXT NOT NULL,                -- our bank account that pays; '' where none does
    spot TEXT NOT NULL,                   -- the day's rate, for what is paid in another currency
    own_shares BOOLEAN NOT NULL,          -- a split of its own instead of the plan's: such cost relieves no commitment
    date TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'info_requested', 'submitted', 'approved', 'authorised', 'on_hold', 'released',
        'paid', 'evidenced', 'verified', 'rejected', 'cancelled', 'returned', 'disallowed')),
    round BIGINT NOT NULL,                -- a return to draft starts the next round of duties
    payload BYTEA NOT NULL,               -- SHA-256 of what is asked for; approvals bind it
    entry_id TEXT REFERENCES entries (id), -- of its cost
    version BIGINT NOT NULL,
    created_by TEXT NOT NULL DEFAULT '',
    written_by TEXT NOT NULL DEFAULT '',  -- who wrote what it says now: neither of the two decides on it
    -- The version of the plan that it was asked for under; another one voids what was decided.
    plan_version TEXT NOT NULL DEFAULT '',
    policy_id TEXT NOT NULL DEFAULT '',
    -- Nobody who sees all cases could approve it: casework may see it and approve it, where it stands on no plan.
    to_casework BOOLEAN NOT NULL DEFAULT FALSE,
    approvals_needed BIGINT NOT NULL DEFAULT 1 CHECK (approvals_needed >= 1),
    -- In base currency when it was asked for, for bands and for what is split below them; 0 is not known.
    base_amount MONEY NOT NULL DEFAULT 0,
    submitted_on TEXT NOT NULL DEFAULT '',
    -- Paid first and approved after. A plan has so many places for it in a quarter, and the key holds that.
    emergency BOOLEAN NOT NULL DEFAULT FALSE,
    emergency_slot TEXT
);

CREATE INDEX disbursements_plan ON disbursements (plan_id, state);
CREATE INDEX disbursements_state ON disbursements (state, number);
CREATE UNIQUE INDEX disbursements_emergency ON disbursements (emergency_slot);
CREATE INDEX disbursements_payee ON disbursements (payee, date);
CREATE INDEX disbursements_partner ON disbursements (partner_id, state) WHERE partner_id IS NOT NULL;
CREATE INDEX disbursements_prepayment ON disbursements (prepayment_id) WHERE prepayment_id IS NOT NULL;

-- The split over funds, as submitted. Its payload binds it, in the order of position.
CREATE TABLE disbursement_shares (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    position BIGINT NOT NULL,
    fund TEXT NOT NULL REFERENCES funds (code),
    percent TEXT NOT NULL,
    PRIMARY KEY (disbursement_id, position),
    UNIQUE (disbursement_id, fund)
);

-- The lines of an invoice, or the receipts of a float. Its payload binds them, in the order of position.
CREATE TABLE disbursement_items (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    position BIGINT NOT NULL,
    line TEXT NOT NULL,                   -- of the plan, on an invoice
    kind TEXT NOT NULL,                   -- '' is support given
    units BIGINT NOT NULL CHECK (units >= 0),
    unit_price MONEY,                     -- base currency; NULL where it has no units
    fund TEXT REFERENCES funds (code),    -- of a receipt
    category TEXT NOT NULL,
    amount MONEY NOT NULL,                -- base currency
    PRIMARY KEY (disbursement_id, position)
); -- in the order of its key

-- What the policy wanted when it was asked for: so many people for a step, each with one of the roles.
CREATE TABLE disbursement_needs (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    position BIGINT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('approve', 'authorise')),
    people BIGINT NOT NULL CHECK (people BETWEEN 1 AND 9),
    PRIMARY KEY (disbursement_id, position)
); -- in the order of its key

CREATE TABLE disbursement_need_roles (
    disbursement_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('caseworker', 'programme_lead', 'finance_officer', 'treasurer')),
    PRIMARY KEY (disbursement_id, position, role),
    FOREIGN KEY (disbursement_id, position) REFERENCES disbursement_needs (disbursement_id, position)
); -- in the order of its key

-- What a disbursement will book, from its approval until it is booked: what its funds have less for others to promise.
CREATE TABLE disbursement_promises (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('cost', 'draw')), -- in base currency; out of the lots of an account, in theirs
    fund TEXT NOT NULL REFERENCES funds (code),
    category TEXT NOT NULL,
    account TEXT NOT NULL,
    holder TEXT NOT NULL,                 -- of lots
    beside BOOLEAN NOT NULL,              -- beside a plan's lines: no commitment holds it
    currency TEXT NOT NULL,
    amount MONEY NOT NULL,
    PRIMARY KEY (disbursement_id, position)
);

CREATE INDEX disbursement_promises_fund
    ON disbursement_promises (fund, kind, category, account, holder, beside, currency, disbursement_id, amount);

-- The documents that a disbursement is asked for with. Its payload binds them, in the order of their ids.
CREATE TABLE disbursement_evidence (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    PRIMARY KEY (disbursement_id, evidence_id)
); -- in the order of its key

CREATE INDEX disbursement_evidence_evidence ON disbursement_evidence (evidence_id);

-- That another cost is meant although another disbursement claims the same document: by a second person, with a reason.
CREATE TABLE document_liftings (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    other_id TEXT NOT NULL REFERENCES disbursements (id),
    reason TEXT NOT NULL,
    lifted_by TEXT NOT NULL,
    lifted_at TEXT NOT NULL,
    PRIMARY KEY (disbursement_id, other_id),
    CHECK (disbursement_id <> other_id)
);

-- That somebody approved or authorised, and for whom. Its duty is the decision itself.
CREATE TABLE disbursement_approvals (
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    round BIGINT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('approve', 'authorise', 'release')),
    user_id TEXT NOT NULL REFERENCES users (id),
    on_behalf_of TEXT NOT NULL,           -- '' is nobody
    role_count BIGINT NOT NULL CHECK (role_count >= 0), -- its rows in disbursement_approval_roles: none joins later
    at TEXT NOT NULL,
    PRIMARY KEY (disbursement_id, round, user_id)
);

-- The roles in which it was given.
CREATE TABLE disbursement_approval_roles (
    disbursement_id TEXT NOT NULL,
    round BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('caseworker', 'programme_lead', 'finance_officer', 'treasurer', 'auditor',
        'privacy_officer', 'donor', 'admin')),
    PRIMARY KEY (disbursement_id, round, user_id, role),
    FOREIGN KEY (disbursement_id, round, user_id) REFERENCES disbursement_approvals (disbursement_id, round, user_id)
); -- in the order of its key

CREATE TABLE disbursement_comments (
    id TEXT NOT NULL PRIMARY KEY,
    disbursement_id TEXT NOT NULL REFERENCES disbursements (id),
    text TEXT NOT NULL,                   -- no person's name
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX disbursement_comments_of ON disbursement_comments (disbursement_id, id);

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

CREATE INDEX relations_user ON relations (user_id);

-- What the office has to see to, written down once: approvals that wait too long, what partners have not accounted for,
-- and what they owe back. By numbers alone.
CREATE TABLE office_reminders (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL
        CHECK (kind IN ('approval_overdue', 'approval_escalated', 'partner_report_due', 'recoverable_due',
        'receipt_due')),
    subject TEXT NOT NULL,                -- number of the disbursement and the step, or partner and transfer
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    noted_at TEXT NOT NULL,
    UNIQUE (kind, subject, due_on)
);

-- What somebody complains of. The privacy officer and the people named in complaint_people may know of it, nobody else.
CREATE TABLE complaints (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- C-2026-0001
    kind TEXT NOT NULL CHECK (kind IN ('not_received', 'received_with_issue', 'service', 'conduct', 'safety',
        'privacy', 'other')),
    channel TEXT NOT NULL CHECK (channel IN ('receipt', 'paper', 'conversation', 'telephone', 'post', 'other')),
    anonymous BOOLEAN NOT NULL,
    beneficiary_id TEXT REFERENCES beneficiaries (id), -- NULL of an anonymous one
    disbursement_id TEXT REFERENCES disbursements (id),
    holds BOOLEAN NOT NULL,               -- the disbursement is not paid while this is open
    received_on TEXT NOT NULL CHECK (length(received_on) = 10),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10 AND due_on >= received_on),
    state TEXT NOT NULL CHECK (state IN ('open', 'in_progress', 'closed')),
    owner TEXT NOT NULL,                  -- '' is nobody yet
    outcome TEXT NOT NULL CHECK (outcome IN ('', 'upheld', 'partly_upheld', 'reissued', 'not_upheld', 'withdrawn',
        'referred')),
    reissue TEXT NOT NULL,                -- of the payment or disbursement that made the support again
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    closed_at TEXT NOT NULL,
    version BIGINT NOT NULL,
    CHECK (NOT anonymous OR beneficiary_id IS NULL),
    CHECK (NOT holds OR disbursement_id IS NOT NULL),
    CHECK ((state = 'closed') = (outcome <> '')),
    CHECK ((outcome = 'reissued') = (reissue <> ''))
);

CREATE UNIQUE INDEX complaints_due ON complaints (due_on, id);
CREATE INDEX complaints_disbursement ON complaints (disbursement_id) WHERE disbursement_id IS NOT NULL;

CREATE TABLE complaint_people (
    complaint_id TEXT NOT NULL REFERENCES complaints (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    named_by TEXT NOT NULL,
    named_at TEXT NOT NULL,
    PRIMARY KEY (complaint_id, user_id)
);

CREATE INDEX complaint_people_user ON complaint_people (user_id, complaint_id);

-- What was said and what was found out, sealed, one after the other.
CREATE TABLE complaint_texts (
    complaint_id TEXT NOT NULL REFERENCES complaints (id),
    position BIGINT NOT NULL CHECK (position > 0),
    sealed BYTEA NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (complaint_id, position)
);

-- Who of the staff worked when for which line of which grant, by code: what stands behind a salary line.
CREATE TABLE time_sheets (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- TS-2026-0001
    worker TEXT NOT NULL,                 -- code of who worked
    month TEXT NOT NULL CHECK (length(month) = 7),
    state TEXT NOT NULL CHECK (state IN ('submitted', 'approved', 'rejected')),
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    entry_id TEXT REFERENCES entries (id), -- of the salary
    version BIGINT NOT NULL,
    CHECK (entry_id IS NULL OR state = 'approved'),
    CHECK ((state = 'submitted') = (decided_by = '')),
    CHECK (decided_by = '' OR decided_by <> created_by)
);

CREATE INDEX time_sheets_worker ON time_sheets (worker, month);

CREATE TABLE time_sheet_days (
    sheet_id TEXT NOT NULL REFERENCES time_sheets (id),
    position BIGINT NOT NULL CHECK (position > 0),
    on_day TEXT NOT NULL CHECK (length(on_day) = 10),
    minutes BIGINT NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
    kilometres BIGINT NOT NULL CHECK (kilometres BETWEEN 0 AND 2000),
    fund TEXT NOT NULL REFERENCES funds (code),
    line TEXT NOT NULL,                   -- number of the grant's budget line; '' of a fund without one
    PRIMARY KEY (sheet_id, position)
);

CREATE INDEX time_sheet_days_fund ON time_sheet_days (fund, on_day);
