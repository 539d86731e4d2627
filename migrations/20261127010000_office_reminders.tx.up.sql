-- What the office has to see to, written down once: approvals that wait too long, what partners have not accounted for, and what they owe
-- back. By numbers alone.
CREATE TABLE office_reminders (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('approval_overdue', 'approval_escalated', 'partner_report_due', 'recoverable_due')),
    subject TEXT NOT NULL,                -- number of the disbursement and the step, or partner and transfer
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    noted_at TEXT NOT NULL,
    UNIQUE (kind, subject, due_on)
);
