-- Files that entries and opening balances were read from. The file itself is kept: it is what the entries came from.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('entries', 'opening-balances')),
    profile TEXT NOT NULL CHECK (profile IN ('rfc4180', 'da-excel', 'xlsx')),
    name TEXT NOT NULL,                   -- of the file, without a path
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    content BYTEA NOT NULL,
    row_count BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('uploaded', 'previewed', 'committed', 'undone')),
    reason TEXT NOT NULL,                 -- of the undoing; no person's name
    uploaded_by TEXT NOT NULL,
    uploaded_at TEXT NOT NULL,
    committed_by TEXT NOT NULL,
    committed_at TEXT NOT NULL,
    undone_by TEXT NOT NULL,
    undone_at TEXT NOT NULL
);

--bun:split

-- The same file stands once, until it is undone.
CREATE UNIQUE INDEX imports_file ON imports (kind, profile, sha256) WHERE state <> 'undone';

--bun:split

CREATE TABLE import_entries (
    import_id TEXT NOT NULL REFERENCES imports (id),
    entry_id TEXT NOT NULL UNIQUE REFERENCES entries (id),
    PRIMARY KEY (import_id, entry_id)
);
