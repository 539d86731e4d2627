-- Exchange rates that people bring in: published ones from files, others by hand with evidence. Nothing is fetched.

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

--bun:split

-- Which issued statement stands on which rate. Such a rate is locked for good.
CREATE TABLE fx_rate_uses (
    rate_id TEXT NOT NULL REFERENCES fx_rates (id),
    used_by TEXT NOT NULL,                -- id of the statement
    used_at TEXT NOT NULL,
    PRIMARY KEY (rate_id, used_by)
);
