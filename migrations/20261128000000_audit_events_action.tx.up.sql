-- Who looks for what was done - a role given, a document attached - finds it here. Entries are posted by the million, each with an
-- event of its own, and are found by their subject: they have no place in this index, and cost it nothing.
CREATE INDEX audit_events_action ON audit_events (action, id) WHERE action <> 'entry.posted';
