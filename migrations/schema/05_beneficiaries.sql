-- People by code, who works with them, what is known of them, and their plans. Fields that say who somebody is are
-- sealed (docs/VAULT.md); docs/DATA.md says what each column holds.

CREATE TABLE beneficiaries (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,            -- B-0042
    status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'ended', 'erased')),
    created_at TEXT NOT NULL
);

-- The end of somebody's support, from which the clock of their identity runs.
CREATE TABLE beneficiary_endings (
    beneficiary_id TEXT NOT NULL PRIMARY KEY REFERENCES beneficiaries (id),
    ended_on TEXT NOT NULL CHECK (length(ended_on) = 10),
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL
);

-- Who is on whose case. A row is never taken away: that somebody was on a case stays known.
CREATE TABLE caseload (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    to_on TEXT NOT NULL,                  -- the last day; '' goes on
    -- put on the case by admitting the person; any other is put there by somebody else
    admitted BOOLEAN NOT NULL,
    assigned_by TEXT NOT NULL,
    assigned_at TEXT NOT NULL,
    CHECK (to_on = '' OR to_on >= from_on),
    CHECK (admitted OR user_id <> assigned_by)
);

CREATE INDEX caseload_user ON caseload (user_id, beneficiary_id);
CREATE INDEX caseload_beneficiary ON caseload (beneficiary_id, from_on, id);

CREATE TABLE identities (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    field TEXT NOT NULL CHECK (field IN ('names', 'birth_date', 'contact', 'bank', 'notes')),
    version BIGINT NOT NULL CHECK (version > 0), -- part of the place that the text is sealed for
    sealed BYTEA NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (beneficiary_id, field)
);

-- Keyed fingerprints, by which the same person or the same account is found without being read.
CREATE TABLE identity_indexes (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'contact', 'bank')),
    digest BYTEA NOT NULL,
    PRIMARY KEY (beneficiary_id, kind)
);

CREATE INDEX identity_indexes_digest ON identity_indexes (kind, digest);

-- How many identities a user opened on a day.
CREATE TABLE opening_counts (
    user_id TEXT NOT NULL REFERENCES users (id),
    day TEXT NOT NULL CHECK (length(day) = 10),
    openings BIGINT NOT NULL CHECK (openings > 0),
    PRIMARY KEY (user_id, day)
);

-- What the privacy officer has to look at.
CREATE TABLE privacy_notices (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('emergency_opening', 'budget_used_up', 'referral')),
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    user_id TEXT NOT NULL,                -- who opened
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    review_by TEXT NOT NULL,              -- 72 hours later
    outcome TEXT NOT NULL CHECK (outcome IN ('', 'justified', 'unjustified')),
    reviewed_by TEXT NOT NULL,
    reviewed_at TEXT NOT NULL,
    CHECK (outcome = '' OR reviewed_by <> user_id)
);

CREATE INDEX privacy_notices_user ON privacy_notices (user_id, at);
CREATE INDEX privacy_notices_review ON privacy_notices (outcome, review_by, id);

CREATE TABLE consents (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('support', 'payment', 'statement_text', 'photo', 'research', 'sharing')),
    donor TEXT NOT NULL,                  -- code of a donor; '' is for every donor
    given_on TEXT NOT NULL CHECK (length(given_on) = 10),
    expires_on TEXT NOT NULL CHECK (length(expires_on) = 10), -- the last day
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    CHECK (expires_on >= given_on)
);

CREATE INDEX consents_beneficiary ON consents (beneficiary_id, purpose);
CREATE INDEX consents_given ON consents (beneficiary_id, given_on, id);
CREATE UNIQUE INDEX consents_expiring ON consents (expires_on, id);

CREATE TABLE consent_revocations (
    consent_id TEXT NOT NULL PRIMARY KEY REFERENCES consents (id),
    revoked_on TEXT NOT NULL CHECK (length(revoked_on) = 10), -- the first day without it
    revoked_by TEXT NOT NULL,
    revoked_at TEXT NOT NULL
);

-- Who lives with a person, in bands: no row describes one child.
CREATE TABLE households (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    version BIGINT NOT NULL CHECK (version > 0),
    size TEXT NOT NULL CHECK (size IN ('1', '2', '3-4', '5+')),
    children TEXT NOT NULL CHECK (children IN ('0', '1', '2-3', '4+')),
    youngest TEXT NOT NULL CHECK (youngest IN ('', '0-5', '6-12', '13-17')),
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (beneficiary_id, version)
);

-- Two people on record whose fingerprints are equal. Found when an identity is written, decided by somebody else.
CREATE TABLE duplicates (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id), -- whose identity was written
    other_id TEXT NOT NULL REFERENCES beneficiaries (id), -- who was there
    kind TEXT NOT NULL CHECK (kind IN ('person', 'contact', 'bank')),
    found_by TEXT NOT NULL,
    found_at TEXT NOT NULL,
    UNIQUE (beneficiary_id, other_id, kind)
);

CREATE TABLE duplicate_decisions (
    duplicate_id TEXT NOT NULL PRIMARY KEY REFERENCES duplicates (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('same', 'different')),
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
);

CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,          -- P-101
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    currency TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'in_review', 'approved', 'active', 'suspended', 'completed', 'exited')),
    current_version BIGINT NOT NULL,      -- of the content: versions supersede, never rewrite
    version BIGINT NOT NULL               -- of the row, for If-Match
);

CREATE INDEX plans_beneficiary ON plans (beneficiary_id, number);

CREATE TABLE plan_versions (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    version BIGINT NOT NULL,
    starts_on TEXT NOT NULL,
    budget_rate TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'in_review', 'approved', 'superseded', 'returned', 'rejected')),
    -- Why there is this version: plan, revision, resumption, top_up, move.
    kind TEXT NOT NULL DEFAULT 'plan' CHECK (kind IN ('plan', 'revision', 'resumption', 'top_up', 'move')),
    -- '' is the plan's currency as it was drafted; a plan that moves to another country goes on in another currency.
    currency TEXT NOT NULL DEFAULT '',
    -- Why a version tops up or moves a plan, as a code. Where the person lives now, as a country's two letters. Whether
    -- the support is still the plan's or follows its end.
    reason TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    phase TEXT NOT NULL DEFAULT 'support' CHECK (phase IN ('support', 'aftercare')),
    UNIQUE (plan_id, version)
);

-- The closed vocabulary that plans are written in: categories of support, each with the account that bears its cost,
-- and goals. It grows by rows, which only say what a code means; what is about a person is never written in words.
CREATE TABLE plan_words (
    kind TEXT NOT NULL CHECK (kind IN ('category', 'goal')),
    code TEXT NOT NULL,                   -- housing, finish_degree
    account TEXT NOT NULL,                -- of a category: the cost account; '' of a goal
    name_en TEXT NOT NULL,
    name_da TEXT NOT NULL,
    added_by TEXT NOT NULL,               -- '' of those that books start with
    added_at TEXT NOT NULL,
    PRIMARY KEY (kind, code)
);

INSERT INTO plan_words (kind, code, account, name_en, name_da, added_by, added_at) VALUES
    ('category', 'tuition', '5100', 'Tuition', 'Studieafgift', '', ''),
    ('category', 'stipend', '5110', 'Stipend', 'Stipendium', '', ''),
    ('category', 'study-materials', '5120', 'Study materials', 'Studiematerialer', '', ''),
    ('category', 'therapy', '5200', 'Therapy', 'Terapi', '', ''),
    ('category', 'medical', '5200', 'Medical care', 'Lægehjælp', '', ''),
    ('category', 'legal-aid', '5300', 'Legal aid', 'Retshjælp', '', ''),
    ('category', 'emergency-aid', '5400', 'Emergency aid', 'Nødhjælp', '', ''),
    ('category', 'housing', '5400', 'Housing', 'Bolig', '', ''),
    ('category', 'accompaniment', '5600', 'Accompaniment to court, police or hospital',
        'Ledsagelse til ret, politi eller hospital', '', ''),
    ('category', 'transport', '5600', 'Transport', 'Transport', '', ''),
    ('category', 'interpreter', '5600', 'Interpreter', 'Tolk', '', ''),
    ('category', 'staff', '5600', 'Programme staff', 'Projektløn', '', ''),
    ('goal', 'safe_housing', '', 'A safe place to live', 'Et sikkert sted at bo', '', ''),
    ('goal', 'recovery', '', 'Recovery', 'At komme sig', '', ''),
    ('goal', 'legal_status', '', 'A settled legal status', 'Afklaret retsstilling', '', ''),
    ('goal', 'finish_school', '', 'Finish school', 'Afslutte skolen', '', ''),
    ('goal', 'finish_training', '', 'Finish vocational training', 'Afslutte en erhvervsuddannelse', '', ''),
    ('goal', 'finish_degree', '', 'Finish a degree', 'Afslutte en videregående uddannelse', '', ''),
    ('goal', 'own_income', '', 'An income of one''s own', 'Egen indtægt', '', ''),
    ('goal', 'own_network', '', 'People to turn to', 'Et netværk', '', '');

-- What a version is for: words of the plans.
CREATE TABLE plan_goals (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'goal' CHECK (kind = 'goal'),
    goal TEXT NOT NULL,
    PRIMARY KEY (version_id, position),
    UNIQUE (version_id, goal),
    FOREIGN KEY (kind, goal) REFERENCES plan_words (kind, code)
);

CREATE TABLE plan_shares (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    position BIGINT NOT NULL,
    fund TEXT NOT NULL REFERENCES funds (code),
    percent TEXT NOT NULL,
    -- A share by priority is turned into percent when the version is written; its cap is in base currency, 0 for none.
    priority BIGINT NOT NULL DEFAULT 0,
    cap MONEY NOT NULL DEFAULT 0,
    PRIMARY KEY (version_id, position),
    UNIQUE (version_id, fund)
);

CREATE TABLE plan_lines (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    position BIGINT NOT NULL,
    line TEXT NOT NULL,
    category TEXT NOT NULL,
    unit_price MONEY NOT NULL CHECK (unit_price > 0),
    -- The code of the plan's category, where the books call it otherwise; who is paid, by code; the rule that its days
    -- came from.
    kind TEXT NOT NULL DEFAULT '',
    payee TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    rule_from TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (version_id, position),
    UNIQUE (version_id, line)
);

-- One row per unit of support: what falls due, the year whose commitment holds it, the disbursement that settled it.
CREATE TABLE plan_items (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    line TEXT NOT NULL,
    position BIGINT NOT NULL,
    due_on TEXT NOT NULL,                 -- '' where the plan counts units without dates
    committed_year BIGINT NOT NULL,       -- 0 until a year's approval
    settled_by TEXT NOT NULL,             -- '' until a disbursement settles it
    -- A later version carries over what was settled, at the price and in the currency of its time: 0 and '' are the
    -- line's.
    unit_price MONEY NOT NULL DEFAULT 0,
    currency TEXT NOT NULL DEFAULT '',
    -- The suspension that holds the item, and the year out of whose commitment it was released; '' and 0 when none.
    suspended_by TEXT NOT NULL DEFAULT '',
    released_year BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (version_id, line, position)
);

CREATE INDEX plan_items_due ON plan_items (due_on);

-- What has to be shown before money goes on.
CREATE TABLE plan_milestones (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    code TEXT NOT NULL,                   -- term_1_passed
    kind TEXT NOT NULL CHECK (kind IN ('term_passed', 'attendance', 'other')),
    at_least TEXT NOT NULL,               -- percent of an attendance, '' of others
    due_on TEXT NOT NULL,
    PRIMARY KEY (version_id, code)
);

CREATE UNIQUE INDEX plan_milestones_due ON plan_milestones (due_on, version_id, code);

-- Which milestone holds the money of a line back (position -1), or of one of its items.
CREATE TABLE plan_gates (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    line TEXT NOT NULL,
    position BIGINT NOT NULL,
    milestone TEXT NOT NULL,
    PRIMARY KEY (version_id, line, position, milestone)
);

-- What became of a plan beside its versions: suspensions, resumptions, returns, exits. Reasons are codes.
CREATE TABLE plan_turns (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    -- year_approved, suspended, resumed, revised, returned, rejected, completed, exited, aftercare
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,                 -- a code; never about a person in words
    day TEXT NOT NULL,                    -- accounting date of the act
    starts_on TEXT NOT NULL,              -- from when it holds
    year BIGINT NOT NULL,                 -- of a year's approval, else 0
    entry_id TEXT NOT NULL,               -- what it posted, '' for nothing
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

CREATE INDEX plan_turns_plan ON plan_turns (plan_id, created_at);

-- What somebody found of a milestone, with the document that shows it. The newest counts.
CREATE TABLE milestone_decisions (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    milestone TEXT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('met', 'missed')),
    attained TEXT NOT NULL,               -- percent of an attendance, '' of others
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    decided_by TEXT NOT NULL REFERENCES users (id),
    decided_at TEXT NOT NULL
);

CREATE INDEX milestone_decisions_plan ON milestone_decisions (plan_id, decided_at, id);

-- What somebody has to think of, once per kind, subject and day.
CREATE TABLE reminders (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('milestone_due', 'consent_expiring', 'plan_ending')),
    subject TEXT NOT NULL,                -- plan and milestone, consent, plan
    due_on TEXT NOT NULL,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    noted_at TEXT NOT NULL,
    UNIQUE (kind, subject, due_on)
);

CREATE INDEX reminders_beneficiary ON reminders (beneficiary_id, due_on);

-- What somebody on the case wrote down, for a purpose, sealed.
CREATE TABLE case_notes (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    plan_id TEXT REFERENCES plans (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('contact', 'plan', 'payment', 'safety', 'referral', 'other')),
    on_day TEXT NOT NULL CHECK (length(on_day) = 10),
    sealed BYTEA NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL
);

CREATE UNIQUE INDEX case_notes_beneficiary ON case_notes (beneficiary_id, on_day, id);

-- A person passed on to somebody who helps otherwise: under a consent to sharing, or with the reason why without.
CREATE TABLE referrals (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    to_whom TEXT NOT NULL CHECK (to_whom IN ('police', 'health', 'municipality', 'shelter', 'lawyer', 'partner',
        'authority', 'other')),
    consent_id TEXT REFERENCES consents (id),
    override_reason TEXT NOT NULL,
    made_on TEXT NOT NULL CHECK (length(made_on) = 10),
    sealed BYTEA,                         -- what was told
    answer TEXT NOT NULL CHECK (answer IN ('', 'accepted', 'declined', 'done')),
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CHECK ((consent_id IS NULL) = (override_reason <> ''))
);

CREATE UNIQUE INDEX referrals_beneficiary ON referrals (beneficiary_id, made_on, id);

-- Who depends on a person, and who may collect support in the person's place. Who they are is sealed.
CREATE TABLE close_people (
    id TEXT NOT NULL PRIMARY KEY,
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    kind TEXT NOT NULL CHECK (kind IN ('dependant', 'collector')),
    relation TEXT NOT NULL CHECK (relation IN ('child', 'parent', 'sibling', 'partner', 'friend', 'other')),
    age_band TEXT NOT NULL CHECK (age_band IN ('', '0-5', '6-12', '13-17', '18+')),
    from_on TEXT NOT NULL CHECK (length(from_on) = 10),
    to_on TEXT NOT NULL,                  -- the last day; '' goes on
    sealed BYTEA,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    CHECK (to_on = '' OR to_on >= from_on)
);

CREATE UNIQUE INDEX close_people_beneficiary ON close_people (beneficiary_id, from_on, id);

-- How a person may safely be reached, over time; the newest version holds until its review.
CREATE TABLE safe_contacts (
    beneficiary_id TEXT NOT NULL REFERENCES beneficiaries (id),
    version BIGINT NOT NULL CHECK (version > 0),
    way TEXT NOT NULL CHECK (way IN ('telephone', 'message', 'mail', 'in_person', 'through_other', 'none')),
    safe BOOLEAN NOT NULL,
    review_on TEXT NOT NULL CHECK (length(review_on) = 10),
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    PRIMARY KEY (beneficiary_id, version)
);

-- How the goals of a plan come on, as codes, and when each is looked at again.
CREATE TABLE goal_reviews (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    goal TEXT NOT NULL,
    reviewed_on TEXT NOT NULL CHECK (length(reviewed_on) = 10),
    result TEXT NOT NULL CHECK (result IN ('set', 'on_track', 'behind', 'reached', 'given_up')),
    next_on TEXT NOT NULL,                -- '' after the last
    reviewed_by TEXT NOT NULL,
    reviewed_at TEXT NOT NULL
);

CREATE UNIQUE INDEX goal_reviews_plan ON goal_reviews (plan_id, reviewed_on, id);
