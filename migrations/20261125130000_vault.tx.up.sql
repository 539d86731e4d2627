-- The keys of the vault. What they open stands sealed in the columns of other tables; what opens them lies outside of
-- the database: the master key, and a half per key in the file of halves (docs/VAULT.md).

-- One key per subject: a beneficiary, a donor, a payee. The row goes when the subject is erased.
CREATE TABLE vault_keys (
    subject TEXT NOT NULL PRIMARY KEY,    -- id of whom it is about
    id TEXT NOT NULL UNIQUE,              -- names the half in the file
    wrapped BYTEA NOT NULL,               -- the key, sealed by its half and then by the master key
    created_at TEXT NOT NULL
);

--bun:split

-- A tombstone: the subject was erased then, and never gets a key again.
CREATE TABLE vault_erasures (
    subject TEXT NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,                 -- whose half goes from the file after the commit; '' had no key
    erased_by TEXT NOT NULL,
    erased_at TEXT NOT NULL
);
