-- The closed vocabulary that plans are written in: categories of support, each with the account that bears its cost, and goals.
-- It grows by rows, which only say what a code means; what is about a person is never written in words.
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

--bun:split

INSERT INTO plan_words (kind, code, account, name_en, name_da, added_by, added_at) VALUES
    ('category', 'tuition', '5100', 'Tuition', 'Undervisningsafgift', '', ''),
    ('category', 'stipend', '5110', 'Stipend', 'Stipendium', '', ''),
    ('category', 'study-materials', '5120', 'Study materials', 'Studiematerialer', '', ''),
    ('category', 'therapy', '5200', 'Therapy', 'Terapi', '', ''),
    ('category', 'medical', '5200', 'Medical care', 'Lægehjælp', '', ''),
    ('category', 'legal-aid', '5300', 'Legal aid', 'Retshjælp', '', ''),
    ('category', 'emergency-aid', '5400', 'Emergency aid', 'Nødhjælp', '', ''),
    ('category', 'housing', '5400', 'Housing', 'Bolig', '', ''),
    ('category', 'accompaniment', '5600', 'Accompaniment to court, police or hospital', 'Ledsagelse til ret, politi eller hospital', '', ''),
    ('category', 'staff', '5600', 'Programme staff', 'Projektløn', '', ''),
    ('goal', 'safe_housing', '', 'A safe place to live', 'Et sikkert sted at bo', '', ''),
    ('goal', 'recovery', '', 'Recovery', 'At komme sig', '', ''),
    ('goal', 'legal_status', '', 'A settled legal status', 'Afklaret retsstilling', '', ''),
    ('goal', 'finish_school', '', 'Finish school', 'Afslutte skolen', '', ''),
    ('goal', 'finish_training', '', 'Finish vocational training', 'Afslutte en erhvervsuddannelse', '', ''),
    ('goal', 'finish_degree', '', 'Finish a degree', 'Afslutte en videregående uddannelse', '', ''),
    ('goal', 'own_income', '', 'An income of one''s own', 'Egen indtægt', '', ''),
    ('goal', 'own_network', '', 'People to turn to', 'Et netværk', '', '');

--bun:split

-- Goals as codes, one space between them. Why a version tops up or moves a plan, as a code. Where the person lives now, as a
-- country's two letters. Whether the support is still the plan's or follows its end.
ALTER TABLE plan_versions ADD COLUMN goals TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_versions ADD COLUMN reason TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_versions ADD COLUMN country TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_versions ADD COLUMN phase TEXT NOT NULL DEFAULT 'support' CHECK (phase IN ('support', 'aftercare'));

--bun:split

-- The code of the plan's category, where the books call it otherwise; who is paid, by code; the rule that its days came from.
ALTER TABLE plan_lines ADD COLUMN kind TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_lines ADD COLUMN payee TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_lines ADD COLUMN rule TEXT NOT NULL DEFAULT '';

--bun:split

ALTER TABLE plan_lines ADD COLUMN rule_from TEXT NOT NULL DEFAULT '';

--bun:split

-- A share by priority is turned into percent when the version is written; its cap is in base currency, 0 for none.
ALTER TABLE plan_shares ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;

--bun:split

ALTER TABLE plan_shares ADD COLUMN cap BIGINT NOT NULL DEFAULT 0;

--bun:split

-- What has to be shown before money goes on.
CREATE TABLE plan_milestones (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    code TEXT NOT NULL,                   -- term_1_passed
    kind TEXT NOT NULL CHECK (kind IN ('term_passed', 'attendance', 'other')),
    at_least TEXT NOT NULL,               -- percent of an attendance, '' of others
    due_on TEXT NOT NULL,
    PRIMARY KEY (version_id, code)
);

--bun:split

-- Which milestone holds the money of a line back (position -1), or of one of its items.
CREATE TABLE plan_gates (
    version_id TEXT NOT NULL REFERENCES plan_versions (id),
    line TEXT NOT NULL,
    position BIGINT NOT NULL,
    milestone TEXT NOT NULL,
    PRIMARY KEY (version_id, line, position, milestone)
);

--bun:split

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

--bun:split

CREATE INDEX milestone_decisions_plan ON milestone_decisions (plan_id, decided_at);

--bun:split

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
