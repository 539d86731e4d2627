-- What the database refuses by more than a glance at the row itself: duties of several people, states that need proof.
-- The simple guards stand in guards.go and states.go.

CREATE TRIGGER periods_update BEFORE UPDATE ON periods WHEN OLD.state = 'closed'
BEGIN
    SELECT RAISE(ABORT, 'supportledger:reopening_missing: a closed month is reopened by two people, with a reason')
    WHERE NEW.month <> OLD.month
       OR (NEW.state <> 'closed' OR NEW.reopenings <> OLD.reopenings)
          AND (NEW.state <> 'soft_closed' OR NEW.reopenings <> OLD.reopenings + 1
               OR NOT EXISTS (SELECT 1 FROM period_reopenings r
                              JOIN duties q ON q.subject = r.id AND q.round = 1 AND q.step = 'request'
                              JOIN duties a ON a.subject = r.id AND a.round = 1 AND a.step = 'approve'
                                           AND a.user_id <> q.user_id AND a.payload = q.payload
                              WHERE r.month = NEW.month AND r.round = NEW.reopenings));
END;

CREATE TRIGGER entry_drafts_delete BEFORE DELETE ON entry_drafts
BEGIN
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: the draft is posted; reverse its entry')
    WHERE OLD.entry_id IS NOT NULL;
END;

CREATE TRIGGER entry_draft_lines_delete BEFORE DELETE ON entry_draft_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: the draft is posted; reverse its entry')
    WHERE EXISTS (SELECT 1 FROM entry_drafts WHERE id = OLD.draft_id AND entry_id IS NOT NULL);
END;

CREATE TRIGGER entry_draft_lines_insert BEFORE INSERT ON entry_draft_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: the draft is posted; reverse its entry')
    WHERE EXISTS (SELECT 1 FROM entry_drafts WHERE id = NEW.draft_id AND entry_id IS NOT NULL);
END;

CREATE TRIGGER entry_draft_lines_update BEFORE UPDATE ON entry_draft_lines
BEGIN
    SELECT RAISE(ABORT, 'supportledger:entry_is_posted: the draft is posted; reverse its entry')
    WHERE EXISTS (SELECT 1 FROM entry_drafts WHERE id IN (OLD.draft_id, NEW.draft_id) AND entry_id IS NOT NULL);
END;

CREATE TRIGGER import_entries_insert BEFORE INSERT ON import_entries
BEGIN
    SELECT RAISE(ABORT, 'supportledger:import_state: entries join an import when it is committed')
    WHERE NOT EXISTS (SELECT 1 FROM imports WHERE id = NEW.import_id AND state = 'previewed');
END;

CREATE TRIGGER entries_correction BEFORE INSERT ON entries WHEN NEW.corrects IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'supportledger:correction_without_reversal: what is corrected is reversed first')
    WHERE NOT EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.corrects);
END;

CREATE TRIGGER entries_reversal BEFORE INSERT ON entries WHEN NEW.reverses IS NOT NULL
BEGIN
    SELECT RAISE(ABORT,
        'supportledger:reversal_of_reversal: a reversal is not reversed; post the entry again instead')
    WHERE EXISTS (SELECT 1 FROM entries WHERE id = NEW.reverses AND reverses IS NOT NULL);
    SELECT RAISE(ABORT, 'supportledger:already_reversed: the entry is reversed already')
    WHERE EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.reverses);
    SELECT RAISE(ABORT, 'supportledger:reversal_not_whole: a reversal negates every line of an earlier entry')
    WHERE NOT EXISTS (SELECT 1 FROM entries o
                      WHERE o.id = NEW.reverses AND o.line_count = NEW.line_count AND o.date <= NEW.date)
       OR EXISTS (SELECT 1 FROM entries o JOIN entry_lines a ON a.entry_seq = o.seq
                  LEFT JOIN entry_lines b ON b.entry_seq = NEW.seq AND b.line = a.line
                  WHERE o.id = NEW.reverses
                    AND (b.line IS NULL OR b.account <> a.account OR b.fund <> a.fund OR b.currency <> a.currency
                      OR b.amount <> -a.amount OR b.base <> -a.base OR COALESCE(b.lot, '') <> COALESCE(a.lot, '')));
END;

CREATE TRIGGER cost_claims_insert BEFORE INSERT ON cost_claims
BEGIN
    SELECT RAISE(ABORT, 'supportledger:evidence_overclaimed: the shares of a cost are more than the document says')
    WHERE NEW.share + (SELECT COALESCE(SUM(share), 0) FROM cost_claims WHERE cost_id = NEW.cost_id)
        > (SELECT amount FROM evidence_costs WHERE id = NEW.cost_id);
END;
