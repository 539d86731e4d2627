-- What statements say of the organisation beside its name. The newest holds for statements made from then on.

CREATE TABLE letterheads (
    id TEXT NOT NULL PRIMARY KEY,
    registration TEXT NOT NULL,           -- "CVR 12345678", '' for none
    address TEXT NOT NULL,
    contact TEXT NOT NULL,                -- for questions, complaints and data protection: of the organisation, of no person
    tax_approval TEXT NOT NULL,           -- by which its gifts may be deducted, '' for none
    set_by TEXT NOT NULL REFERENCES users (id),
    set_at TEXT NOT NULL
);
