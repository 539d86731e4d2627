-- Runs: statements of one kind and period for many subjects, taken through their life together, one step at a time.

CREATE TABLE statement_runs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('grant_financial', 'donor_annual', 'fund')),
    from_date TEXT NOT NULL,              -- '' is the start of each subject
    to_date TEXT NOT NULL,
    lang TEXT NOT NULL CHECK (lang IN ('da', 'en')),
    cutoff TEXT NOT NULL,                 -- number of the last entry that all of them read
    whole BOOLEAN NOT NULL,
    created_by TEXT NOT NULL,
    created_at TEXT NOT NULL
);

--bun:split

-- Whose statements a run makes, each subject once.
CREATE TABLE statement_run_subjects (
    run_id TEXT NOT NULL REFERENCES statement_runs (id),
    position BIGINT NOT NULL,
    subject TEXT NOT NULL,                -- code of the grant, donor or fund
    PRIMARY KEY (run_id, position),
    UNIQUE (run_id, subject)
);

--bun:split

-- Who asked for a step, and is put down for it on every statement.
CREATE TABLE statement_run_steps (
    run_id TEXT NOT NULL REFERENCES statement_runs (id),
    step TEXT NOT NULL CHECK (step IN ('prepare', 'review', 'issue', 'seal', 'deliver')),
    asked_by TEXT NOT NULL,
    token_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    PRIMARY KEY (run_id, step)
);

--bun:split

-- What became of a subject in a step. The key makes it happen once, however many workers try: the row is written in the
-- transaction that does it.
CREATE TABLE statement_run_outcomes (
    run_id TEXT NOT NULL,
    step TEXT NOT NULL,
    position BIGINT NOT NULL,
    statement_id TEXT,                    -- of the statement; none where it was refused
    refusal TEXT NOT NULL,                -- why; '' where it was done
    finished_at TEXT NOT NULL,
    PRIMARY KEY (run_id, step, position),
    FOREIGN KEY (run_id, step) REFERENCES statement_run_steps (run_id, step)
);
