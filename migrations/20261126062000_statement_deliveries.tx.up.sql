-- Statements that are sent: asked for by a person, done by a job, every attempt on record. No address stands here.

CREATE TABLE statement_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    statement_id TEXT NOT NULL REFERENCES statements (id),
    donor_id TEXT NOT NULL REFERENCES donors (id),
    asked_by TEXT NOT NULL,
    token_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    asked_at TEXT NOT NULL
);

--bun:split

CREATE INDEX statement_deliveries_statement ON statement_deliveries (statement_id);

--bun:split

-- What the link of a mail carries, as a hash: who reads the database cannot follow it.
CREATE TABLE statement_delivery_links (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES statement_deliveries (id),
    expires_at TEXT NOT NULL
);

--bun:split

CREATE TABLE statement_delivery_attempts (
    delivery_id TEXT NOT NULL REFERENCES statement_deliveries (id),
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'deferred', 'refused')),
    code BIGINT NOT NULL,                 -- what the mail server answered; 0 where it did not
    attempted_at TEXT NOT NULL,
    PRIMARY KEY (delivery_id, attempt)
);
