-- A workspace of schema version 4, brought there from version 3 (see beside), with one more review and a second data set. As SQLite dumps it.
PRAGMA application_id = 1701670775;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE attempt (
    id           INTEGER PRIMARY KEY,
    batch_id     INTEGER NOT NULL REFERENCES batch (id),
    number       INTEGER NOT NULL,       -- from 1
    sent_at      TEXT NOT NULL,
    asked        TEXT NOT NULL,          -- JSON list of the sample names sent, by place in the request
    prompt       TEXT NOT NULL,          -- the words that were sent; pictures are named by their sample
    received_at  TEXT,
    outcome      TEXT,                   -- answered, refused, filtered, empty, truncated, failed
    fault        TEXT,                   -- why it failed
    status_code  INTEGER,
    finish_reason TEXT,
    reply        TEXT,                   -- the answer as it came
    refusal      TEXT,                   -- the refusal field, where the endpoint has one
    model        TEXT,                   -- the model that answered, by its own word
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cost_usd     REAL,                   -- NULL: the price is not known
    latency_s    REAL,
    headers      TEXT,                   -- JSON object: request id and rate limits
    error        TEXT,
    step         TEXT, endpoint TEXT, key_name TEXT, cached_tokens INTEGER, image_tokens INTEGER, estimated_usd REAL, job_id INTEGER REFERENCES job (id),                   -- what followed: keep, repeat, split, give up, stop
    UNIQUE (batch_id, number)
) STRICT;
INSERT INTO "attempt" VALUES(1,1,1,'2026-11-23T10:00:01.000+00:00','["a", "b", "c", "d"]','What do they feel?','2026-11-23T10:00:01.500+00:00','answered',NULL,200,NULL,'{"a": ["happy"]} …',NULL,NULL,900,60,0.0125,0.0,'{"x-request-id": "req_1"}',NULL,'repeat','openai','OPENAI_API_KEY',NULL,NULL,NULL,NULL);
INSERT INTO "attempt" VALUES(2,3,1,'2026-11-23T10:00:02.000+00:00','["c", "d"]','What do they feel?','2026-11-23T10:00:02.500+00:00','refused',NULL,200,NULL,NULL,'I can''t help with that.',NULL,900,60,NULL,0.0,'{}',NULL,'split','openai','OPENAI_API_KEY',NULL,NULL,NULL,NULL);
INSERT INTO "attempt" VALUES(3,4,1,'2026-11-23T10:00:03.000+00:00','["c"]','What do they feel?','2026-11-23T10:00:03.500+00:00','refused',NULL,200,NULL,NULL,'I can''t help with that.',NULL,NULL,NULL,NULL,0.0,'{}',NULL,'give up',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "attempt" VALUES(4,5,1,'2026-11-23T10:00:04.000+00:00','["d"]','What do they feel?','2026-11-23T10:00:04.500+00:00','failed','transient',500,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0.0,'{}',NULL,'repeat',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "attempt" VALUES(5,2,1,'2026-11-23T10:00:05.000+00:00','["e"]','What do they feel?',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "attempt" VALUES(6,6,1,'2026-11-23T11:00:00.000+00:00','["c"]','What do they feel?',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'openai','OPENAI_API_KEY',NULL,NULL,NULL,1);
CREATE TABLE batch (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run (id),
    parent_id    INTEGER REFERENCES batch (id), -- the batch that it is a part of
    step         TEXT                    -- NULL: open; else how it ended: keep, repeat (its rest is a new batch), split, give up
, depth INTEGER NOT NULL DEFAULT 0, activity INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "batch" VALUES(1,1,NULL,'repeat',0,1);
INSERT INTO "batch" VALUES(2,1,NULL,NULL,0,5);
INSERT INTO "batch" VALUES(3,1,1,'split',0,2);
INSERT INTO "batch" VALUES(4,1,3,'give up',0,3);
INSERT INTO "batch" VALUES(5,1,3,NULL,0,4);
INSERT INTO "batch" VALUES(6,1,NULL,NULL,0,6);
CREATE TABLE batch_sample (
    batch_id     INTEGER NOT NULL REFERENCES batch (id),
    place        INTEGER NOT NULL,       -- from 0
    sample_id    INTEGER NOT NULL REFERENCES sample (id),
    PRIMARY KEY (batch_id, place)
) STRICT, WITHOUT ROWID;
INSERT INTO "batch_sample" VALUES(1,0,1);
INSERT INTO "batch_sample" VALUES(1,1,2);
INSERT INTO "batch_sample" VALUES(1,2,3);
INSERT INTO "batch_sample" VALUES(3,0,3);
INSERT INTO "batch_sample" VALUES(4,0,3);
INSERT INTO "batch_sample" VALUES(6,0,3);
INSERT INTO "batch_sample" VALUES(1,3,4);
INSERT INTO "batch_sample" VALUES(3,1,4);
INSERT INTO "batch_sample" VALUES(5,0,4);
INSERT INTO "batch_sample" VALUES(2,0,5);
CREATE TABLE consent (
    dataset      TEXT NOT NULL REFERENCES dataset (key),
    host         TEXT NOT NULL,
    given_at     TEXT NOT NULL,
    PRIMARY KEY (dataset, host)
) STRICT, WITHOUT ROWID;
INSERT INTO "consent" VALUES('rafdb','api.example.org','2026-11-23T10:00:00.000+00:00');
CREATE TABLE dataset (
    key          TEXT PRIMARY KEY,
    card         TEXT,                   -- the card as JSON where it is the user's own; NULL: a built-in one
    root         TEXT NOT NULL,          -- the folder that sample paths are relative to, absolute
    imported_at  TEXT NOT NULL,
    notes        TEXT NOT NULL           -- JSON list: what the selection left out, in words
) STRICT;
INSERT INTO "dataset" VALUES('rafdb',NULL,'/data/rafdb','2026-11-23T10:00:00.000+00:00','["1 listed in another split"]');
INSERT INTO "dataset" VALUES('sfew2',NULL,'/data/sfew2','2026-11-27T09:00:01.000+00:00','[]');
CREATE TABLE job (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run (id),
    endpoint     TEXT NOT NULL,
    key_name     TEXT,
    part         INTEGER NOT NULL,
    file_hash    TEXT NOT NULL,
    n_requests   INTEGER NOT NULL,
    n_bytes      INTEGER NOT NULL,
    state        TEXT NOT NULL,
    input_file   TEXT,
    provider_job TEXT,
    output_file  TEXT,
    error_file   TEXT,
    error        TEXT,
    created_at   TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    UNIQUE (run_id, file_hash)
) STRICT;
INSERT INTO "job" VALUES(1,1,'openai','OPENAI_API_KEY',0,'sha256:00',1,2048,'created','file-1','batch_1',NULL,NULL,NULL,'2026-11-23T11:00:00.000+00:00','2026-11-23T11:00:01.000+00:00');
CREATE TABLE migration (
    version      INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    program      TEXT NOT NULL
) STRICT;
INSERT INTO "migration" VALUES(2,'2026-11-23T12:00:00.000+00:00','0.1.0');
INSERT INTO "migration" VALUES(3,'2026-11-25T08:00:00.000+00:00','0.1.0');
INSERT INTO "migration" VALUES(4,'2026-11-27T08:00:00.000+00:00','0.1.0');
CREATE TABLE prediction (
    run_id       INTEGER NOT NULL REFERENCES run (id),
    sample_id    INTEGER NOT NULL REFERENCES sample (id),
    position     INTEGER NOT NULL,       -- place in the run's planned order, from 0
    status       TEXT,                   -- NULL: no final status yet
    ranking      TEXT,                   -- JSON list, best first
    top1         TEXT,
    gold_rank    INTEGER,                -- place of the first label that counts as right, from 1; NULL: none does
    failure      TEXT,                   -- why it is worth a look; NULL: a correct answer, or none yet
    first_status TEXT,                   -- after the first attempt that asked about it
    attempt_id   INTEGER REFERENCES attempt (id), -- the attempt that decided
    place        INTEGER,                -- place in that attempt's request, from 0
    note         TEXT, gold_label TEXT NOT NULL DEFAULT '',                   -- what had to be done otherwise than asked, or why its media are bad
    PRIMARY KEY (run_id, sample_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "prediction" VALUES(1,1,0,'ranked','["happy", "sad"]','happy',1,NULL,'ranked',1,0,NULL,'happy');
INSERT INTO "prediction" VALUES(1,2,1,'ranked','["happy", "sad"]','happy',2,'wrong','ranked',1,1,NULL,'sad');
INSERT INTO "prediction" VALUES(1,3,2,'refused','[]',NULL,NULL,'refused','refused',3,0,NULL,'happy');
INSERT INTO "prediction" VALUES(1,4,3,NULL,NULL,NULL,NULL,NULL,'refused',NULL,NULL,NULL,'angry');
INSERT INTO "prediction" VALUES(1,5,4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'happy');
CREATE TABLE probe (
    endpoint     TEXT NOT NULL,
    base_url     TEXT NOT NULL,
    model        TEXT NOT NULL,
    probed_at    TEXT NOT NULL,
    record       TEXT NOT NULL,
    PRIMARY KEY (endpoint, model)
) STRICT;
CREATE TABLE review_change (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run (id),
    sample_id    INTEGER NOT NULL REFERENCES sample (id),
    reviewer     TEXT NOT NULL,
    field        TEXT NOT NULL,          -- verdict, label, tags, note
    value        TEXT,                   -- NULL clears the field
    changed_at   TEXT NOT NULL,
    undoes       INTEGER UNIQUE REFERENCES review_change (id)
) STRICT;
INSERT INTO "review_change" VALUES(1,1,2,'ana','verdict','model wrong','2026-11-23T10:00:10.000+00:00',NULL);
INSERT INTO "review_change" VALUES(2,1,2,'ana','verdict',NULL,'2026-11-23T10:00:11.000+00:00',1);
INSERT INTO "review_change" VALUES(3,1,2,'ana','label','sad','2026-11-23T10:00:12.000+00:00',NULL);
INSERT INTO "review_change" VALUES(4,1,3,'ben','note','looks away','2026-11-23T10:00:13.000+00:00',NULL);
INSERT INTO "review_change" VALUES(5,1,5,'ana','tags','dark blurred','2026-11-27T09:00:00.000+00:00',NULL);
CREATE TABLE run (
    id           INTEGER PRIMARY KEY,
    dataset      TEXT NOT NULL REFERENCES dataset (key),
    name         TEXT NOT NULL,
    spec         TEXT NOT NULL,          -- the run spec as JSON
    spec_hash    TEXT NOT NULL,
    state        TEXT NOT NULL,          -- planned, running, paused, done
    reason       TEXT,                   -- why it is paused
    created_at   TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    elapsed_s    REAL NOT NULL DEFAULT 0, -- of all its sessions together
    -- Who is sending it now: a second runner is refused while this one lives.
    holder       TEXT,                   -- host:pid
    held_at      TEXT, estimate TEXT, endpoint_record TEXT,                   -- the last sign of life
    UNIQUE (dataset, name)
) STRICT;
INSERT INTO "run" VALUES(1,'rafdb','main','{"dataset": "rafdb", "endpoint": "scripted", "model": "scripted-model", "prompt": "named/1", "modality": "image", "frames": "all", "labels": ["happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"], "colour": "rgb", "longest_side_px": 1024, "detail": "high", "batch_size": 20, "seed": 0, "limit": null, "temperature": 0.0, "max_tokens": 4000, "structured": true}','sha256:5e85c0985b9822e8','paused','the network is gone','2026-11-23T10:00:00.000+00:00','2026-11-23T10:00:06.000+00:00',5.5,NULL,NULL,NULL,NULL);
CREATE TABLE run_control (
    run_id       INTEGER PRIMARY KEY REFERENCES run (id),
    wanted       TEXT NOT NULL,
    rpm          INTEGER,
    tpm          INTEGER,
    rpd          INTEGER,
    concurrency  INTEGER,
    budget_usd   REAL,
    changed_at   TEXT NOT NULL,
    changed_by   TEXT NOT NULL
) STRICT;
INSERT INTO "run_control" VALUES(1,'go on',60,NULL,NULL,NULL,NULL,'2026-11-25T09:00:00.000+00:00','ana');
CREATE TABLE run_meter (
    run_id       INTEGER PRIMARY KEY REFERENCES run (id),
    holder       TEXT NOT NULL,
    at           TEXT NOT NULL,
    snapshot     TEXT NOT NULL
) STRICT;
CREATE TABLE run_sum (
    run_id       INTEGER NOT NULL REFERENCES run (id),
    what         TEXT NOT NULL,
    amount       REAL NOT NULL,
    PRIMARY KEY (run_id, what)
) STRICT, WITHOUT ROWID;
INSERT INTO "run_sum" VALUES(1,'away',1.0);
INSERT INTO "run_sum" VALUES(1,'batches give up',1.0);
INSERT INTO "run_sum" VALUES(1,'batches open',3.0);
INSERT INTO "run_sum" VALUES(1,'batches repeat',1.0);
INSERT INTO "run_sum" VALUES(1,'batches split',1.0);
INSERT INTO "run_sum" VALUES(1,'completion tokens',120.0);
INSERT INTO "run_sum" VALUES(1,'cost_usd',0.0125);
INSERT INTO "run_sum" VALUES(1,'prompt tokens',1800.0);
INSERT INTO "run_sum" VALUES(1,'requests',6.0);
INSERT INTO "run_sum" VALUES(1,'samples ranked',2.0);
INSERT INTO "run_sum" VALUES(1,'samples refused',1.0);
INSERT INTO "run_sum" VALUES(1,'unpriced',2.0);
INSERT INTO "run_sum" VALUES(1,'unseen',1.0);
CREATE TABLE sample (
    id           INTEGER PRIMARY KEY,
    dataset      TEXT NOT NULL REFERENCES dataset (key),
    name         TEXT NOT NULL,          -- the sample's id: made from its path, unique in its data set
    position     INTEGER NOT NULL,       -- place in the owner's order, from 0; -1: gone from the source, kept for its runs
    gold         TEXT NOT NULL,
    raw_label    TEXT NOT NULL,
    media        TEXT NOT NULL,          -- image, frames (a folder), video, files (several), pixels (a row of a table) or none
    path         TEXT,
    onset        INTEGER,                -- the owner's frame numbers
    apex         INTEGER,
    offset       INTEGER,
    text         TEXT,
    score        REAL,
    cluster      TEXT,
    split        TEXT,
    UNIQUE (dataset, name)
) STRICT;
INSERT INTO "sample" VALUES(1,'rafdb','a',0,'happy','Happy','image','a.jpg',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "sample" VALUES(2,'rafdb','b',1,'sad','Sad','image','b.jpg',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "sample" VALUES(3,'rafdb','c',2,'happy','Happy','image','c.jpg',NULL,NULL,NULL,'«ça va»',NULL,'s1',NULL);
INSERT INTO "sample" VALUES(4,'rafdb','d',3,'angry','Angry','image','d.jpg',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "sample" VALUES(5,'rafdb','e',4,'happy','Happy','image','e.jpg',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "sample" VALUES(6,'sfew2','a',0,'happy','Happy','image','a.png',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE UNIQUE INDEX prediction_by_position ON prediction (run_id, position);
CREATE INDEX prediction_by_failure ON prediction (run_id, failure, position);
CREATE INDEX batch_open ON batch (run_id, id) WHERE step IS NULL;
CREATE INDEX batch_sample_by_sample ON batch_sample (sample_id, batch_id);
CREATE INDEX review_change_by_sample ON review_change (run_id, sample_id, reviewer, field, id);
CREATE VIEW review AS
    SELECT run_id, sample_id, reviewer, field, value, changed_at
    FROM review_change AS change
    WHERE value IS NOT NULL
      AND id = (SELECT MAX(id) FROM review_change AS later
                WHERE later.run_id = change.run_id AND later.sample_id = change.sample_id
                  AND later.reviewer = change.reviewer AND later.field = change.field);
CREATE INDEX attempt_by_lane ON attempt (endpoint, key_name, sent_at);
CREATE INDEX batch_by_activity ON batch (run_id, activity);
CREATE INDEX batch_by_step ON batch (run_id, step, activity);
CREATE TRIGGER prediction_made AFTER INSERT ON prediction WHEN NEW.status IS NOT NULL BEGIN
    INSERT INTO run_sum VALUES (NEW.run_id, 'samples ' || NEW.status, 1)
        ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER prediction_settled AFTER UPDATE OF status ON prediction WHEN NEW.status IS NOT OLD.status BEGIN
    UPDATE run_sum SET amount = amount - 1 WHERE run_id = OLD.run_id AND what = 'samples ' || OLD.status;
    INSERT INTO run_sum SELECT NEW.run_id, 'samples ' || NEW.status, 1 WHERE NEW.status IS NOT NULL
        ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER batch_made AFTER INSERT ON batch BEGIN
    INSERT INTO run_sum VALUES (NEW.run_id, 'batches ' || COALESCE(NEW.step, 'open'), 1)
        ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER batch_ended AFTER UPDATE OF step ON batch WHEN NEW.step IS NOT OLD.step BEGIN
    UPDATE run_sum SET amount = amount - 1
        WHERE run_id = OLD.run_id AND what = 'batches ' || COALESCE(OLD.step, 'open');
    INSERT INTO run_sum VALUES (NEW.run_id, 'batches ' || COALESCE(NEW.step, 'open'), 1)
        ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER attempt_sent AFTER INSERT ON attempt BEGIN
    UPDATE batch SET activity = NEW.id WHERE id = NEW.batch_id;
    INSERT INTO run_sum
        SELECT batch.run_id, said.what, 1 FROM batch
        JOIN (SELECT 'requests' AS what
              UNION ALL SELECT CASE WHEN NEW.job_id IS NULL THEN 'unseen' ELSE 'away' END) AS said
        WHERE batch.id = NEW.batch_id
        ON CONFLICT DO UPDATE SET amount = amount + 1;
END;
CREATE TRIGGER attempt_received AFTER UPDATE OF received_at ON attempt
    WHEN OLD.received_at IS NULL AND NEW.received_at IS NOT NULL BEGIN
    INSERT INTO run_sum
        SELECT batch.run_id, said.what, said.amount FROM batch
        JOIN (SELECT CASE WHEN NEW.job_id IS NULL THEN 'unseen' ELSE 'away' END AS what, -1 AS amount
              UNION ALL SELECT 'prompt tokens', COALESCE(NEW.prompt_tokens, 0)
              UNION ALL SELECT 'completion tokens', COALESCE(NEW.completion_tokens, 0)
              UNION ALL SELECT 'cost_usd', COALESCE(NEW.cost_usd, 0)
              UNION ALL SELECT 'unpriced', NEW.cost_usd IS NULL
                  AND (NEW.prompt_tokens IS NOT NULL OR NEW.outcome NOT IN ('failed', 'filtered'))) AS said
        WHERE batch.id = NEW.batch_id
        ON CONFLICT DO UPDATE SET amount = amount + excluded.amount;
END;
CREATE INDEX prediction_by_answer ON prediction (run_id, gold_label, top1, position);
COMMIT;
