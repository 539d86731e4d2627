-- Files that donors and gifts were read from. A file names people, so it stands here sealed, in parts, under a key of its own, only
-- while it is looked at: a commit or a discard takes the parts and the key away.
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

--bun:split

-- The same file stands once, until it is undone or discarded.
CREATE UNIQUE INDEX donor_imports_file ON donor_imports (kind, profile, fingerprint) WHERE state IN ('previewed', 'committed');

--bun:split

CREATE TABLE donor_import_parts (
    import_id TEXT NOT NULL REFERENCES donor_imports (id),
    part BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (import_id, part)
);

--bun:split

-- What a commit made: ids of donors or of gifts. No key leads to them, since undoing takes donors away.
CREATE TABLE donor_import_items (
    import_id TEXT NOT NULL REFERENCES donor_imports (id),
    position BIGINT NOT NULL,
    item_id TEXT NOT NULL UNIQUE,
    PRIMARY KEY (import_id, position)
);
