-- Evidence: what documents prove, and which entries they prove. The documents themselves are not in the database.

-- One row per document. Its content lies encrypted outside, under its SHA-256 and its id.
CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),   -- of the content as kept, hexadecimal
    media_type TEXT NOT NULL CHECK (media_type IN ('application/pdf', 'image/png', 'image/jpeg')),
    bytes BIGINT NOT NULL CHECK (bytes > 0),                   -- of the content as kept, before encryption
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'invoice', 'attendance', 'results', 'agreement', 'bank', 'other')),
    taken_on TEXT NOT NULL CHECK (length(taken_on) = 10),      -- date of the document
    retention_until TEXT NOT NULL CHECK (length(retention_until) = 10),   -- kept at least until then; all that ever changes, and only grows
    stored_by TEXT NOT NULL,
    stored_at TEXT NOT NULL
);

--bun:split

-- What proves what. A link is never taken back: a wrong one is said to be wrong by a reversal of the entry.
CREATE TABLE entry_evidence (
    entry_id TEXT NOT NULL REFERENCES entries (id),
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    attached_by TEXT NOT NULL,
    attached_at TEXT NOT NULL,
    PRIMARY KEY (entry_id, evidence_id)
);

--bun:split

CREATE INDEX entry_evidence_evidence ON entry_evidence (evidence_id);
