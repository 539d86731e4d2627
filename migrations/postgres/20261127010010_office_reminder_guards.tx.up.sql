-- Reminders of the office, guarded. The SQLite file beside this one has the same guards under the same names.

CREATE TRIGGER office_reminders_update BEFORE UPDATE ON office_reminders FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a reminder is never changed');

--bun:split

CREATE TRIGGER office_reminders_delete BEFORE DELETE ON office_reminders FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a reminder is never deleted');

--bun:split

CREATE TRIGGER office_reminders_truncate BEFORE TRUNCATE ON office_reminders FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'a reminder is never deleted');
