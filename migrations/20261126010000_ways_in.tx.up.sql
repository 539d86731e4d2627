-- By which invitation an account is entered, and which change of the account that invitation rests on. Nobody gets a way in past them:
-- see the guards.

ALTER TABLE invitations ADD COLUMN change_id TEXT NOT NULL DEFAULT ''; -- '' where the account did not act when it was invited

--bun:split

CREATE UNIQUE INDEX invitations_change ON invitations (change_id) WHERE change_id <> '';

--bun:split

ALTER TABLE credentials ADD COLUMN invitation BYTEA; -- its hash; none: set before it was noted

--bun:split

ALTER TABLE sign_in_identities ADD COLUMN invitation BYTEA;
