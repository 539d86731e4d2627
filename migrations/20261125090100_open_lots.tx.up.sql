-- Most lines name no lot. They need no place in the index of those that do, and every post was paying for two.
DROP INDEX entry_lines_lot;

--bun:split

CREATE INDEX entry_lines_lot ON entry_lines (lot) WHERE lot IS NOT NULL;
