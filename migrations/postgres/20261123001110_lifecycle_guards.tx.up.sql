-- What the database refuses by itself about reversals, drafts and months. The SQLite file beside this one has the same
-- guards under the same names.

-- A reversal is whole: line by line the negative of what it reverses, which is no reversal itself and not reversed yet.
CREATE FUNCTION entries_reversal() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM entries WHERE id = NEW.reverses AND reverses IS NOT NULL) THEN
        RAISE EXCEPTION 'supportledger:reversal_of_reversal: a reversal is not reversed; post the entry again instead' USING ERRCODE = 'SL001';
    END IF;
    IF EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.reverses) THEN
        RAISE EXCEPTION 'supportledger:already_reversed: the entry is reversed already' USING ERRCODE = 'SL001';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM entries o WHERE o.id = NEW.reverses AND o.line_count = NEW.line_count AND o.date <= NEW.date)
       OR EXISTS (SELECT 1 FROM entries o JOIN entry_lines a ON a.entry_seq = o.seq
                  LEFT JOIN entry_lines b ON b.entry_seq = NEW.seq AND b.line = a.line
                  WHERE o.id = NEW.reverses
                    AND (b.line IS NULL OR b.account <> a.account OR b.fund <> a.fund OR b.currency <> a.currency
                         OR b.amount <> -a.amount OR b.base <> -a.base OR COALESCE(b.lot, '') <> COALESCE(a.lot, ''))) THEN
        RAISE EXCEPTION 'supportledger:reversal_not_whole: a reversal negates every line of an earlier entry' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER entries_reversal BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.reverses IS NOT NULL) EXECUTE FUNCTION entries_reversal();

--bun:split

CREATE FUNCTION entries_correction() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM entries WHERE reverses = NEW.corrects) THEN
        RAISE EXCEPTION 'supportledger:correction_without_reversal: what is corrected is reversed first' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER entries_correction BEFORE INSERT ON entries FOR EACH ROW WHEN (NEW.corrects IS NOT NULL) EXECUTE FUNCTION entries_correction();

--bun:split

CREATE TRIGGER entry_drafts_update BEFORE UPDATE ON entry_drafts FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL)
EXECUTE FUNCTION refuse('entry_is_posted', 'the draft is posted; reverse its entry');

--bun:split

CREATE TRIGGER entry_drafts_delete BEFORE DELETE ON entry_drafts FOR EACH ROW WHEN (OLD.entry_id IS NOT NULL)
EXECUTE FUNCTION refuse('entry_is_posted', 'the draft is posted; reverse its entry');

--bun:split

CREATE FUNCTION entry_draft_lines_guard() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND EXISTS (SELECT 1 FROM entry_drafts WHERE id = NEW.draft_id AND entry_id IS NOT NULL)
       OR TG_OP <> 'INSERT' AND EXISTS (SELECT 1 FROM entry_drafts WHERE id = OLD.draft_id AND entry_id IS NOT NULL) THEN
        RAISE EXCEPTION 'supportledger:entry_is_posted: the draft is posted; reverse its entry' USING ERRCODE = 'SL001';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER entry_draft_lines_insert BEFORE INSERT ON entry_draft_lines FOR EACH ROW EXECUTE FUNCTION entry_draft_lines_guard();

--bun:split

CREATE TRIGGER entry_draft_lines_update BEFORE UPDATE ON entry_draft_lines FOR EACH ROW EXECUTE FUNCTION entry_draft_lines_guard();

--bun:split

CREATE TRIGGER entry_draft_lines_delete BEFORE DELETE ON entry_draft_lines FOR EACH ROW EXECUTE FUNCTION entry_draft_lines_guard();

--bun:split

-- Months: a closed one opens again by two people, to finance only, and once per approval.
CREATE FUNCTION periods_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.month <> OLD.month
       OR (NEW.state <> 'closed' OR NEW.reopenings <> OLD.reopenings)
          AND (NEW.state <> 'soft_closed' OR NEW.reopenings <> OLD.reopenings + 1
               OR NOT EXISTS (SELECT 1 FROM period_reopenings r
                              JOIN duties q ON q.subject = r.id AND q.round = 1 AND q.step = 'request'
                              JOIN duties a ON a.subject = r.id AND a.round = 1 AND a.step = 'approve' AND a.user_id <> q.user_id AND a.payload = q.payload
                              WHERE r.month = NEW.month AND r.round = NEW.reopenings)) THEN
        RAISE EXCEPTION 'supportledger:reopening_missing: a closed month is reopened by two people, with a reason' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER periods_update BEFORE UPDATE ON periods FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION periods_update();

--bun:split

CREATE TRIGGER periods_delete BEFORE DELETE ON periods FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a month is never deleted');

--bun:split

CREATE TRIGGER periods_truncate BEFORE TRUNCATE ON periods FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'months are never deleted');

--bun:split

CREATE TRIGGER period_reopenings_update BEFORE UPDATE ON period_reopenings FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a reopening is never changed');

--bun:split

CREATE TRIGGER period_reopenings_delete BEFORE DELETE ON period_reopenings FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a reopening is never deleted');

--bun:split

CREATE TRIGGER period_reopenings_truncate BEFORE TRUNCATE ON period_reopenings FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'reopenings are never deleted');

--bun:split

CREATE TRIGGER period_signoffs_update BEFORE UPDATE ON period_signoffs FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a sign-off is never changed');

--bun:split

CREATE TRIGGER period_signoffs_delete BEFORE DELETE ON period_signoffs FOR EACH ROW
EXECUTE FUNCTION refuse('append_only', 'a sign-off is never deleted');

--bun:split

CREATE TRIGGER period_signoffs_truncate BEFORE TRUNCATE ON period_signoffs FOR EACH STATEMENT
EXECUTE FUNCTION refuse('append_only', 'sign-offs are never deleted');
