-- The tree that proves the books: a leaf per entry, audit event, duty and changed row of every other table, in order of
-- writing. docs/PROOF.md has the bytes.

-- One row: size of the tree, and the roots of its complete subtrees, largest first, 32 bytes each. Whoever appends
-- holds it.
CREATE TABLE proof_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    roots BYTEA                           -- empty while the tree is
);

INSERT INTO proof_head (id, size) VALUES (1, 0);

CREATE TABLE proof_leaves (
    position BIGINT NOT NULL PRIMARY KEY, -- from 0, without a gap
    kind TEXT NOT NULL CHECK (kind IN ('entry', 'event', 'duty', 'row')),
    ref TEXT NOT NULL,                    -- id of the entry or event; subject/round/user of the duty; table/key of the row
    hash BYTEA NOT NULL,
    -- salt of its texts' commitments; all that ever changes, when a text is erased
    seal BYTEA NOT NULL
);

CREATE INDEX proof_leaves_ref ON proof_leaves (ref, kind);

-- Which leaf says what a row says now, and the salt of its commitment; the salts of earlier leaves are gone.
CREATE TABLE proof_rows (
    ref TEXT NOT NULL PRIMARY KEY,        -- table/key
    position BIGINT NOT NULL,             -- of its newest leaf
    seal BYTEA NOT NULL                   -- 16 bytes; one, of zero: the row is gone
); -- in the order of its key

-- Inner nodes of every eighth level: those between are computed when they are asked for.
CREATE TABLE proof_nodes (
    level BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, position)
); -- in the order of its key

-- Checkpoints as signed, outside of this database, by a key that it never sees.
CREATE TABLE proof_checkpoints (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT NOT NULL
);
