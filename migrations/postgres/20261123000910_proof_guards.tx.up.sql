-- What joins the tree stays in it. The SQLite file beside this one has the same guards under the same names.

CREATE FUNCTION proof_leaves_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.position <> OLD.position OR NEW.kind <> OLD.kind OR NEW.ref <> OLD.ref OR NEW.hash <> OLD.hash THEN
        RAISE EXCEPTION 'supportledger:append_only: a leaf is never changed; only what opens its texts is' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER proof_leaves_update BEFORE UPDATE ON proof_leaves FOR EACH ROW EXECUTE FUNCTION proof_leaves_update();

--bun:split

CREATE TRIGGER proof_leaves_delete BEFORE DELETE ON proof_leaves FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a leaf is never deleted');

--bun:split

CREATE TRIGGER proof_leaves_truncate BEFORE TRUNCATE ON proof_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'leaves are never deleted');

--bun:split

CREATE TRIGGER proof_nodes_update BEFORE UPDATE ON proof_nodes FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a node is never changed');

--bun:split

CREATE TRIGGER proof_nodes_delete BEFORE DELETE ON proof_nodes FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a node is never deleted');

--bun:split

CREATE TRIGGER proof_nodes_truncate BEFORE TRUNCATE ON proof_nodes FOR EACH STATEMENT EXECUTE FUNCTION refuse('append_only', 'nodes are never deleted');

--bun:split

CREATE TRIGGER proof_head_delete BEFORE DELETE ON proof_head FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'the head is never deleted');

--bun:split

CREATE FUNCTION proof_head_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.size < OLD.size THEN
        RAISE EXCEPTION 'supportledger:append_only: the tree only grows' USING ERRCODE = 'SL001';
    END IF;
    RETURN NEW;
END $$;

--bun:split

CREATE TRIGGER proof_head_update BEFORE UPDATE ON proof_head FOR EACH ROW EXECUTE FUNCTION proof_head_update();

--bun:split

CREATE TRIGGER proof_checkpoints_update BEFORE UPDATE ON proof_checkpoints FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a checkpoint is never changed');

--bun:split

CREATE TRIGGER proof_checkpoints_delete BEFORE DELETE ON proof_checkpoints FOR EACH ROW EXECUTE FUNCTION refuse('append_only', 'a checkpoint is never deleted');
