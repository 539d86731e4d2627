-- What joins the tree stays in it. The PostgreSQL file beside this one has the same guards under the same names.

CREATE TRIGGER proof_leaves_insert BEFORE INSERT ON proof_leaves
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this leaf exists')
    WHERE EXISTS (SELECT 1 FROM proof_leaves WHERE position = NEW.position);
END;

--bun:split

CREATE TRIGGER proof_leaves_update BEFORE UPDATE ON proof_leaves
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: a leaf is never changed; only what opens its texts is')
    WHERE NEW.position <> OLD.position OR NEW.kind <> OLD.kind OR NEW.ref <> OLD.ref OR NEW.hash <> OLD.hash;
END;

--bun:split

CREATE TRIGGER proof_leaves_delete BEFORE DELETE ON proof_leaves
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a leaf is never deleted'); END;

--bun:split

CREATE TRIGGER proof_nodes_update BEFORE UPDATE ON proof_nodes
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a node is never changed'); END;

--bun:split

CREATE TRIGGER proof_nodes_delete BEFORE DELETE ON proof_nodes
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a node is never deleted'); END;

--bun:split

CREATE TRIGGER proof_head_delete BEFORE DELETE ON proof_head
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: the head is never deleted'); END;

--bun:split

CREATE TRIGGER proof_head_update BEFORE UPDATE ON proof_head
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: the tree only grows')
    WHERE NEW.size < OLD.size;
END;

--bun:split

CREATE TRIGGER proof_checkpoints_insert BEFORE INSERT ON proof_checkpoints
BEGIN
    SELECT RAISE(ABORT, 'supportledger:append_only: this checkpoint exists')
    WHERE EXISTS (SELECT 1 FROM proof_checkpoints WHERE size = NEW.size);
END;

--bun:split

CREATE TRIGGER proof_checkpoints_update BEFORE UPDATE ON proof_checkpoints
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a checkpoint is never changed'); END;

--bun:split

CREATE TRIGGER proof_checkpoints_delete BEFORE DELETE ON proof_checkpoints
BEGIN SELECT RAISE(ABORT, 'supportledger:append_only: a checkpoint is never deleted'); END;
