-- Reminders of the office, guarded. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER office_reminders_insert BEFORE INSERT ON office_reminders
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a reminder is on record already')
    WHERE EXISTS (SELECT 1 FROM office_reminders WHERE id = NEW.id OR kind = NEW.kind AND subject = NEW.subject AND due_on = NEW.due_on);
END;

--bun:split

CREATE TRIGGER office_reminders_update BEFORE UPDATE ON office_reminders
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a reminder is never changed'); END;

--bun:split

CREATE TRIGGER office_reminders_delete BEFORE DELETE ON office_reminders
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a reminder is never deleted'); END;
