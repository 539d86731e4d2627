-- A donor may agree on a passphrase with the organisation: statements then come by mail themselves, locked with it.

CREATE TABLE donor_secrets_next (
    donor_id TEXT NOT NULL REFERENCES donors (id),
    field TEXT NOT NULL CHECK (field IN ('tax_id', 'name', 'email', 'address', 'passphrase')),
    sealed BYTEA NOT NULL,
    sealed_by TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    PRIMARY KEY (donor_id, field)
);

--bun:split

INSERT INTO donor_secrets_next (donor_id, field, sealed, sealed_by, sealed_at) SELECT donor_id, field, sealed, sealed_by, sealed_at FROM donor_secrets;

--bun:split

DROP TABLE donor_secrets;

--bun:split

ALTER TABLE donor_secrets_next RENAME TO donor_secrets;
