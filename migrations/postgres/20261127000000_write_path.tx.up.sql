-- The write path, cheaper still. What is refused stays as it was.

-- An entry reverses or corrects another one, or has a name elsewhere, once in a hundred times; the others need no place in these
-- indexes, each of which every entry had to be put into.
ALTER TABLE entries DROP CONSTRAINT entries_reverses_key;

--bun:split

CREATE UNIQUE INDEX entries_reverses_key ON entries (reverses) WHERE reverses IS NOT NULL;

--bun:split

ALTER TABLE entries DROP CONSTRAINT entries_corrects_key;

--bun:split

CREATE UNIQUE INDEX entries_corrects_key ON entries (corrects) WHERE corrects IS NOT NULL;

--bun:split

ALTER TABLE entries DROP CONSTRAINT entries_external_id_key;

--bun:split

CREATE UNIQUE INDEX entries_external_id_key ON entries (external_id) WHERE external_id IS NOT NULL;

--bun:split

-- Every batch rewrites rows of these; room in their pages keeps the versions there, out of the indexes.
ALTER TABLE balances SET (fillfactor = 70);

--bun:split

ALTER TABLE bank_totals SET (fillfactor = 50);

--bun:split

ALTER TABLE book SET (fillfactor = 10);

--bun:split

ALTER TABLE proof_head SET (fillfactor = 10);
