-- Donors and what they give: grants with their rules as data, budgets in versions, gifts, pledges, exchange rates.

CREATE TABLE donors (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('institution', 'person', 'legacy')),
    name TEXT NOT NULL,                   -- of an institution; a person's name is never here
    language TEXT NOT NULL CHECK (language IN ('da', 'en')),
    created_at TEXT NOT NULL,
    delivery TEXT NOT NULL DEFAULT 'none' CHECK (delivery IN ('none', 'email', 'post', 'portal')),
    CHECK (kind = 'institution' OR name = '')
);

CREATE TABLE donor_secrets (
    donor_id TEXT NOT NULL REFERENCES donors (id),
    field TEXT NOT NULL CHECK (field IN ('tax_id', 'name', 'email', 'address', 'passphrase')),
    sealed BYTEA NOT NULL,
    sealed_by TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    digest BYTEA,                         -- blind index, of what is searched for
    PRIMARY KEY (donor_id, field)
);
CREATE INDEX donor_secrets_by_digest ON donor_secrets (digest);

-- The accounts from which donors gave before, by their fingerprints: whose gift the next line is.
CREATE TABLE donor_payers (
    payer TEXT NOT NULL,                  -- hexadecimal
    donor_id TEXT NOT NULL REFERENCES donors (id),
    noted_at TEXT NOT NULL,
    PRIMARY KEY (payer, donor_id)
);

CREATE INDEX donor_payers_donor ON donor_payers (donor_id);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- G1; also the code of its fund
    donor_id TEXT NOT NULL REFERENCES donors (id),
    title TEXT NOT NULL,
    currency TEXT NOT NULL,               -- of the agreement, and of the report
    amount MONEY NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'signed', 'active', 'suspended', 'ended', 'final_reported', 'closed',
        'terminated')),
    signed_on TEXT NOT NULL,
    period_from TEXT NOT NULL,            -- '' where the agreement names none
    period_to TEXT NOT NULL,
    version BIGINT NOT NULL,
    report_due_on TEXT NOT NULL DEFAULT '' -- the last day on which cost of the period is paid; '' where none is agreed
);

CREATE INDEX grants_donor ON grants (donor_id, code);

-- grants.state is the state of the last move.
CREATE TABLE grant_moves (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    position BIGINT NOT NULL CHECK (position > 0),
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'signed', 'active', 'suspended', 'ended', 'final_reported', 'closed',
        'terminated')),
    moved_on TEXT NOT NULL CHECK (length(moved_on) = 10),
    reason TEXT NOT NULL,                 -- no person's name
    through BIGINT NOT NULL,              -- the last entry of the books at the move
    moved_by TEXT NOT NULL,
    moved_at TEXT NOT NULL,
    PRIMARY KEY (grant_id, position)
);

-- The policy in force on a day is the last one that starts on or before it.
CREATE TABLE grant_policies (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    starts_on TEXT NOT NULL,
    recognition TEXT NOT NULL CHECK (recognition IN ('deferred', 'immediate')),
    rate_method TEXT NOT NULL CHECK (rate_method IN ('own', 'receipt', 'ecb_average', 'inforeuro', 'budget')),
    budget_rate TEXT NOT NULL,            -- '7.5 DKK/EUR', for the method of that name
    fee_bearer TEXT NOT NULL CHECK (fee_bearer IN ('grant', 'general')),
    fx_bearer TEXT NOT NULL CHECK (fx_bearer IN ('grant', 'general')),
    indirect_rate TEXT NOT NULL,          -- percent; '0' is none
    indirect_cap MONEY NOT NULL CHECK (indirect_cap >= 0), -- in the grant's currency; 0 is none
    interest TEXT NOT NULL CHECK (interest IN ('grantor', 'charity')),
    refund_de_minimis MONEY NOT NULL,
    virement_percent TEXT NOT NULL,       -- '0' with no absolute limit either: every move waits for the funder
    virement_absolute MONEY NOT NULL CHECK (virement_absolute >= 0),
    virement_of TEXT NOT NULL CHECK (virement_of IN ('line', 'main_line', 'budget')),
    salary_locked BOOLEAN NOT NULL,
    audit_above MONEY NOT NULL CHECK (audit_above >= 0), -- registered auditor; 0 is never
    performance_above MONEY NOT NULL CHECK (performance_above >= 0), -- performance audit as well; 0 is never
    eligible_from TEXT NOT NULL,          -- '' is the grant's period
    eligible_to TEXT NOT NULL,
    agreement TEXT NOT NULL DEFAULT '',   -- the funder's own number of the agreement
    our_reference TEXT NOT NULL DEFAULT '',
    layout TEXT NOT NULL DEFAULT ''       -- of the reports; '' is ours
        CHECK (layout IN ('', 'eu', 'state_pool', 'cisu', 'danida', 'foundation')),
    whole_units BOOLEAN NOT NULL DEFAULT FALSE, -- reports are in whole units
    transactions BOOLEAN NOT NULL DEFAULT FALSE, -- reports list transactions
    PRIMARY KEY (grant_id, starts_on)
);

-- The lists of a policy. A list without rows is any country, any category, all of the base, or nothing taken out.
CREATE TABLE grant_policy_lists (
    grant_id TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    -- Categories of cost and countries (ISO 3166) that the grant pays, categories in and out of the base of indirect
    -- cost, kinds of cost that are not paid.
    list TEXT NOT NULL
        CHECK (list IN ('categories', 'countries', 'indirect_base', 'indirect_excludes', 'ineligible')),
    position BIGINT NOT NULL,
    code TEXT NOT NULL CHECK (code <> ''),
    PRIMARY KEY (grant_id, starts_on, list, position),
    FOREIGN KEY (grant_id, starts_on) REFERENCES grant_policies (grant_id, starts_on),
    CHECK (list <> 'countries' OR length(code) = 2)
); -- in the order of its key

-- A version of a grant's budget. Version 1 is the one that was signed. A version that waits for the funder is not in
-- force.
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

CREATE TABLE grant_budget_lines (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    line_no TEXT NOT NULL,                -- the funder's own number
    text TEXT NOT NULL,
    category_count BIGINT NOT NULL CHECK (category_count >= 0), -- its rows in grant_budget_categories: none joins later
    amount MONEY NOT NULL,
    unit TEXT NOT NULL DEFAULT '',
    quantity TEXT NOT NULL DEFAULT '',
    unit_price MONEY NOT NULL DEFAULT 0,
    salary BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (grant_id, version, position),
    UNIQUE (grant_id, version, line_no)
);

-- The categories of cost that a line takes. A category stands on one line of a version.
CREATE TABLE grant_budget_categories (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    category TEXT NOT NULL CHECK (category <> ''), -- '*' is what no other line takes
    line BIGINT NOT NULL,                 -- the position of the line
    position BIGINT NOT NULL,
    PRIMARY KEY (grant_id, version, category),
    FOREIGN KEY (grant_id, version, line) REFERENCES grant_budget_lines (grant_id, version, position)
); -- in the order of its key

-- What of a line belongs to which year.
CREATE TABLE grant_budget_years (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    line_no TEXT NOT NULL,
    year BIGINT NOT NULL,
    amount MONEY NOT NULL,
    PRIMARY KEY (grant_id, version, line_no, year)
);

-- What a version moves, from line to line and year to year.
CREATE TABLE grant_budget_moves (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    from_line TEXT NOT NULL,
    from_year BIGINT NOT NULL,            -- 0 where the line has no years
    to_line TEXT NOT NULL,
    to_year BIGINT NOT NULL,
    amount MONEY NOT NULL CHECK (amount > 0),
    PRIMARY KEY (grant_id, version, position),
    FOREIGN KEY (grant_id, version) REFERENCES grant_budgets (grant_id, version)
);

-- What the grantor's letter changed of the agreement: a version of the budget, with the terms before and after it.
CREATE TABLE grant_addenda (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,              -- of the budget
    amount_before MONEY NOT NULL CHECK (amount_before > 0), -- in the grant's currency
    amount MONEY NOT NULL CHECK (amount > 0),
    to_before TEXT NOT NULL,              -- last day of the period; '' where none was agreed
    period_to TEXT NOT NULL,
    due_before TEXT NOT NULL,             -- of the report
    report_due_on TEXT NOT NULL,
    narrows BOOLEAN NOT NULL,             -- its categories say from the day on what the grant pays; none is any
    category_count BIGINT NOT NULL CHECK (category_count >= 0), -- its rows in grant_addendum_categories: none joins later
    evidence_id TEXT REFERENCES evidence (id), -- the letter
    PRIMARY KEY (grant_id, version),
    FOREIGN KEY (grant_id, version) REFERENCES grant_budgets (grant_id, version)
);

CREATE TABLE grant_addendum_categories (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    category TEXT NOT NULL CHECK (category <> ''),
    PRIMARY KEY (grant_id, version, position),
    FOREIGN KEY (grant_id, version) REFERENCES grant_addenda (grant_id, version)
); -- in the order of its key

-- Conditions and instalments that an addendum brings; they join the grant's when it is decided on.
CREATE TABLE grant_addendum_conditions (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    number TEXT NOT NULL,                 -- '' where we give one
    kind TEXT NOT NULL
        CHECK (kind IN ('purpose', 'time', 'geography', 'population', 'report', 'matching', 'ceiling', 'other')),
    text TEXT NOT NULL,
    due_on TEXT NOT NULL,
    instalment BIGINT NOT NULL CHECK (instalment >= 0),
    disbursements BOOLEAN NOT NULL,
    PRIMARY KEY (grant_id, version, position),
    FOREIGN KEY (grant_id, version) REFERENCES grant_addenda (grant_id, version)
);

CREATE TABLE grant_addendum_instalments (
    grant_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    amount MONEY NOT NULL CHECK (amount > 0), -- in the grant's currency
    PRIMARY KEY (grant_id, version, position),
    FOREIGN KEY (grant_id, version) REFERENCES grant_addenda (grant_id, version)
);

-- What the agreement promises and when. What came in stands in grant_instalments and grant_award_receipts.
CREATE TABLE grant_planned_instalments (
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number BIGINT NOT NULL CHECK (number > 0),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    amount MONEY NOT NULL CHECK (amount > 0), -- in the grant's currency
    PRIMARY KEY (grant_id, number)
);

CREATE TABLE grant_instalments (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    received_on TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount MONEY NOT NULL CHECK (amount > 0),
    base MONEY NOT NULL,
    rate TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (number),
    entry_id TEXT NOT NULL REFERENCES entries (id)
);

CREATE INDEX grant_instalments_grant ON grant_instalments (grant_id, received_on);

-- What reached us on a grant that was recognised when it was awarded.
CREATE TABLE grant_award_receipts (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    received_on TEXT NOT NULL,
    received MONEY NOT NULL CHECK (received > 0),
    withheld MONEY NOT NULL CHECK (withheld >= 0),
    base MONEY NOT NULL,                 -- of both
    rate TEXT NOT NULL,
    entry_id TEXT NOT NULL REFERENCES entries (id)
);

CREATE INDEX grant_award_receipts_grant ON grant_award_receipts (grant_id, received_on);

-- What the grantor takes back of a promise. The award stays what it was.
CREATE TABLE grant_cancellations (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    cancelled_on TEXT NOT NULL CHECK (length(cancelled_on) = 10),
    amount MONEY NOT NULL CHECK (amount > 0), -- in the grant's currency
    reason TEXT NOT NULL
);

CREATE INDEX grant_cancellations_grant ON grant_cancellations (grant_id, cancelled_on);

CREATE TABLE grant_conditions (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number TEXT NOT NULL,                 -- the funder's own, or C1
    kind TEXT NOT NULL
        CHECK (kind IN ('purpose', 'time', 'geography', 'population', 'report', 'matching', 'ceiling', 'other')),
    text TEXT NOT NULL,
    due_on TEXT NOT NULL,                 -- '' where it has no day
    instalment BIGINT NOT NULL CHECK (instalment >= 0), -- that it holds back; 0 is none
    -- 1 where it holds back what is paid out of the grant
    disbursements BIGINT NOT NULL CHECK (disbursements IN (0, 1)),
    UNIQUE (grant_id, number)
);

-- The state of a condition is its last decision; without one it is open.
CREATE TABLE grant_condition_decisions (
    condition_id TEXT NOT NULL REFERENCES grant_conditions (id),
    position BIGINT NOT NULL CHECK (position > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'met', 'waived', 'missed')),
    decided_on TEXT NOT NULL CHECK (length(decided_on) = 10),
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (condition_id, position)
);

-- What an auditor or grantor questions, and what became of each part of it.
CREATE TABLE audit_findings (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number TEXT NOT NULL,                 -- F-1, the auditor's
    raised_on TEXT NOT NULL CHECK (length(raised_on) = 10),
    questioned MONEY NOT NULL CHECK (questioned > 0), -- base currency
    text TEXT NOT NULL,                   -- no person's name
    raised_by TEXT NOT NULL,
    raised_at TEXT NOT NULL,
    UNIQUE (grant_id, number)
);

-- The parts add up to no more than was questioned; what they leave is pending. The part disallowed has its entry in
-- grant_findings.
CREATE TABLE audit_finding_answers (
    finding_id TEXT NOT NULL REFERENCES audit_findings (id),
    position BIGINT NOT NULL CHECK (position > 0),
    outcome TEXT NOT NULL CHECK (outcome IN ('documented', 'justified', 'written_off', 'disallowed')),
    amount MONEY NOT NULL CHECK (amount > 0), -- base currency
    answered_on TEXT NOT NULL CHECK (length(answered_on) = 10),
    reason TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    PRIMARY KEY (finding_id, position)
);

CREATE TABLE grant_findings (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number TEXT NOT NULL,                 -- F-1, the auditor's
    found_on TEXT NOT NULL,
    amount MONEY NOT NULL CHECK (amount > 0),
    entry_id TEXT NOT NULL REFERENCES entries (id),
    UNIQUE (grant_id, number)
);

-- A grant's final account. Whoever draws it up does not pay it out: the duties are on its id.
CREATE TABLE grant_final_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE REFERENCES grants (id),
    date TEXT NOT NULL,
    refund MONEY NOT NULL CHECK (refund >= 0), -- in the grant's currency
    base MONEY NOT NULL CHECK (base >= 0),
    entry_id TEXT REFERENCES entries (id),
    paid_entry_id TEXT REFERENCES entries (id)
);

-- A rate as it is quoted: so many num for one den. It is provisional, and may be corrected, until it is locked.
CREATE TABLE fx_rates (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('ecb', 'inforeuro', 'manual')),
    kind TEXT NOT NULL CHECK (kind IN ('daily', 'monthly')),
    date TEXT NOT NULL CHECK (length(date) = 10), -- the day; of a monthly rate the first of the month
    num TEXT NOT NULL,
    den TEXT NOT NULL,
    rate TEXT NOT NULL,                   -- decimal, as published
    state TEXT NOT NULL CHECK (state IN ('provisional', 'locked')),
    evidence TEXT NOT NULL,               -- id of the document that a manual rate stands in
    file_sha256 TEXT NOT NULL,            -- of the file that a published rate came in
    entered_by TEXT NOT NULL,
    entered_at TEXT NOT NULL,
    UNIQUE (source, num, den, date),
    CHECK (source <> 'manual' OR evidence <> ''),
    CHECK (num <> den)
);

-- Which issued statement stands on which rate. Such a rate is locked for good.
CREATE TABLE fx_rate_uses (
    rate_id TEXT NOT NULL REFERENCES fx_rates (id),
    used_by TEXT NOT NULL,                -- id of the statement
    used_at TEXT NOT NULL,
    PRIMARY KEY (rate_id, used_by)
);

CREATE TABLE pledges (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- PL-1
    donor_id TEXT NOT NULL REFERENCES donors (id),
    fund TEXT NOT NULL REFERENCES funds (code),
    pledged_on TEXT NOT NULL CHECK (length(pledged_on) = 10),
    amount MONEY NOT NULL CHECK (amount > 0), -- base currency
    cancelled MONEY NOT NULL CHECK (cancelled >= 0 AND cancelled <= amount) -- what will not come any more
);

CREATE INDEX pledges_donor ON pledges (donor_id, pledged_on);
CREATE INDEX pledges_fund ON pledges (fund);

CREATE TABLE pledge_instalments (
    pledge_id TEXT NOT NULL REFERENCES pledges (id),
    number BIGINT NOT NULL CHECK (number > 0),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    amount MONEY NOT NULL CHECK (amount > 0),
    PRIMARY KEY (pledge_id, number)
);

CREATE TABLE gifts (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- GIFT-1
    donor_id TEXT NOT NULL REFERENCES donors (id),
    fund TEXT NOT NULL REFERENCES funds (code),
    received_on TEXT NOT NULL,
    gross MONEY NOT NULL CHECK (gross > 0),
    fee MONEY NOT NULL CHECK (fee >= 0 AND fee < gross), -- withheld on the way in, borne by the general fund
    account TEXT NOT NULL REFERENCES accounts (number),
    entry_id TEXT NOT NULL REFERENCES entries (id),
    refunded_on TEXT NOT NULL,            -- '' unless given back as a mistake
    refund_entry_id TEXT REFERENCES entries (id),
    anonymous BIGINT NOT NULL DEFAULT 0 CHECK (anonymous IN (0, 1)), -- the gift is shown without its donor
    pledge_id TEXT NOT NULL DEFAULT ''    -- the pledge that it fulfils; '' for none
);

CREATE INDEX gifts_donor ON gifts (donor_id, received_on);
CREATE INDEX gifts_fund ON gifts (fund, received_on);
CREATE INDEX gifts_pledge ON gifts (pledge_id) WHERE pledge_id <> '';

-- Work and goods given to us: who gave them, how they were valued and by which document.
CREATE TABLE in_kind_contributions (
    id TEXT NOT NULL PRIMARY KEY,
    donor_id TEXT REFERENCES donors (id), -- NULL where the giver is no donor on record
    fund TEXT NOT NULL REFERENCES funds (code),
    given_on TEXT NOT NULL CHECK (length(given_on) = 10),
    category TEXT NOT NULL,
    units TEXT NOT NULL,                  -- hours, pieces
    unit_value MONEY NOT NULL CHECK (unit_value > 0),
    worth MONEY NOT NULL CHECK (worth > 0),
    memo TEXT NOT NULL,                   -- number of the valuation memo; '' where a document alone says it
    evidence_id TEXT REFERENCES evidence (id), -- the memo itself
    entry_id TEXT NOT NULL UNIQUE REFERENCES entries (id)
);

CREATE INDEX in_kind_contributions_fund ON in_kind_contributions (fund, given_on);

-- Files that donors and gifts were read from. A file names people, so it stands here sealed, in parts, under a key of
-- its own, only while it is looked at: a commit or a discard takes the parts and the key away.
CREATE TABLE donor_imports (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('donors', 'gifts')),
    profile TEXT NOT NULL CHECK (profile IN ('rfc4180', 'da-excel', 'xlsx')),
    name TEXT NOT NULL,                   -- of the file, without a path; no person's name
    fingerprint BYTEA NOT NULL,           -- keyed, so that nobody can try files of one row
    row_count BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('previewed', 'committed', 'undone', 'discarded')),
    reason TEXT NOT NULL,                 -- of the undoing; no person's name
    uploaded_by TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    committed_by TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    ended_by TEXT NOT NULL,               -- who undid or discarded it
    ended_at TEXT NOT NULL
);

-- The same file stands once, until it is undone or discarded.
CREATE UNIQUE INDEX donor_imports_file ON donor_imports (kind, profile, fingerprint)
    WHERE state IN ('previewed', 'committed');

CREATE TABLE donor_import_parts (
    import_id TEXT NOT NULL REFERENCES donor_imports (id),
    part BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (import_id, part)
);

-- What a commit made: ids of donors or of gifts. No key leads to them, since undoing takes donors away.
CREATE TABLE donor_import_items (
    import_id TEXT NOT NULL REFERENCES donor_imports (id),
    position BIGINT NOT NULL,
    item_id TEXT NOT NULL UNIQUE,
    PRIMARY KEY (import_id, position)
);
