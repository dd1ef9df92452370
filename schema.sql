-- The workspace: one SQLite file. Each table says what one row of it means.
-- Times are UTC ISO 8601 text in ..._at columns. Text from outside is stored as it came; screens make it visible.
-- The schema's version stands in `PRAGMA user_version`, the program's mark in `PRAGMA application_id`.

-- One row: a data set that has been imported, by the key of its card.
CREATE TABLE dataset (
    key          TEXT PRIMARY KEY,
    card         TEXT,                   -- the card as JSON where it is the user's own; NULL: a built-in one
    root         TEXT NOT NULL,          -- the folder that sample paths are relative to, absolute
    imported_at  TEXT NOT NULL,
    notes        TEXT NOT NULL           -- JSON list: what the selection left out, in words
) STRICT;

-- One row: somebody has agreed that a data set's pictures are sent to a host outside this machine.
CREATE TABLE consent (
    dataset      TEXT NOT NULL REFERENCES dataset (key),
    host         TEXT NOT NULL,
    given_at     TEXT NOT NULL,
    PRIMARY KEY (dataset, host)
) STRICT, WITHOUT ROWID;

-- One row: a sample as its owner gave it.
CREATE TABLE sample (
    no           INTEGER PRIMARY KEY,    -- by which the other tables know it
    dataset      TEXT NOT NULL REFERENCES dataset (key),
    id           TEXT NOT NULL,          -- made from its path, unique in its data set
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
    UNIQUE (dataset, id)
) STRICT;

-- One row: a run, which is one data set x one run spec.
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
    held_at      TEXT,                   -- the last sign of life
    estimate     TEXT,                   -- JSON: what it was expected to take when it was planned
    endpoint_record TEXT,                -- JSON: what a probe had found out about the endpoint when it was first sent
    UNIQUE (dataset, name)
) STRICT;

-- One row: a sample planned in a run, and its result. The primary key keeps a sample from having two predictions.
CREATE TABLE prediction (
    run_id       INTEGER NOT NULL REFERENCES run (id),
    sample_no    INTEGER NOT NULL REFERENCES sample (no),
    position     INTEGER NOT NULL,       -- place in the run's planned order, from 0
    status       TEXT,                   -- NULL: no final status yet
    ranking      TEXT,                   -- JSON list, best first
    top1         TEXT,
    gold_rank    INTEGER,                -- place of the first label that counts as right, from 1; NULL: none does
    failure      TEXT,                   -- why it is worth a look; NULL: a correct answer, or none yet
    first_status TEXT,                   -- after the first attempt that asked about it
    attempt_id   INTEGER REFERENCES attempt (id), -- the attempt that decided
    place        INTEGER,                -- place in that attempt's request, from 0
    note         TEXT,                   -- what had to be done otherwise than asked, or why its media are bad
    gold_label   TEXT NOT NULL DEFAULT '', -- the sample's; here too, so that gold beside answer is read from one index
    PRIMARY KEY (run_id, sample_no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX prediction_by_position ON prediction (run_id, position);
CREATE INDEX prediction_by_failure ON prediction (run_id, failure, position);
CREATE INDEX prediction_by_answer ON prediction (run_id, gold_label, top1, position);

-- One row: several samples of a run that are asked about in ONE request, as often as it takes.
CREATE TABLE batch (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run (id),
    parent_id    INTEGER REFERENCES batch (id), -- the batch that it is a part of
    step         TEXT,                   -- NULL: open; else how it ended: keep, repeat (its rest is a new batch), split, give up
    depth        INTEGER NOT NULL DEFAULT 0, -- how often it was split: 0 as planned
    activity     INTEGER NOT NULL DEFAULT 0 -- its last attempt's id; below 0, its own: not tried yet
) STRICT;
CREATE INDEX batch_open ON batch (run_id, id) WHERE step IS NULL;
CREATE INDEX batch_by_activity ON batch (run_id, activity);
CREATE INDEX batch_by_step ON batch (run_id, step, activity);

-- One row: a sample's place in a batch.
CREATE TABLE batch_sample (
    batch_id     INTEGER NOT NULL REFERENCES batch (id),
    place        INTEGER NOT NULL,       -- from 0
    sample_no    INTEGER NOT NULL REFERENCES sample (no),
    PRIMARY KEY (batch_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_sample_by_sample ON batch_sample (sample_no, batch_id);

-- One row: the n-th sending of a batch. Written before the request is sent, completed before the next step is taken;
-- a row without received_at is a request whose answer was never seen (the program was killed, or is waiting now).
CREATE TABLE attempt (
    id           INTEGER PRIMARY KEY,
    batch_id     INTEGER NOT NULL REFERENCES batch (id),
    number       INTEGER NOT NULL,       -- from 1
    sent_at      TEXT NOT NULL,
    asked        TEXT NOT NULL,          -- JSON list of the ids of the samples sent, by place in the request
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
    step         TEXT,                   -- what followed: keep, repeat, split, give up, stop
    endpoint     TEXT,                   -- the name of the endpoint that was asked; NULL: from before schema 2
    key_name     TEXT,                   -- the variable that held the key, never the key; NULL: none, or from before
    cached_tokens INTEGER,               -- of the prompt's
    image_tokens INTEGER,                -- of the prompt's
    estimated_usd REAL,                  -- reserved before it was sent; NULL: not known
    job_id       INTEGER REFERENCES job (id), -- the upload it travelled in; NULL: a request of its own
    reasoning    TEXT,                   -- the model's thoughts, where the endpoint keeps them apart
    UNIQUE (batch_id, number)
) STRICT;
-- Requests per day are counted by it, over all runs.
CREATE INDEX attempt_by_lane ON attempt (endpoint, key_name, sent_at);

-- One row: an upload to an offline Batch API: many requests in one file, answered within a day.
CREATE TABLE job (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run (id),
    endpoint     TEXT NOT NULL,
    key_name     TEXT,                   -- the variable that held the key, never the key; NULL: none
    part         INTEGER NOT NULL,       -- place among the files that the run's requests were cut into, from 0
    file_hash    TEXT NOT NULL,          -- of the JSONL: the same requests are never uploaded twice
    n_requests   INTEGER NOT NULL,
    n_bytes      INTEGER NOT NULL,
    state        TEXT NOT NULL,          -- planned, uploaded, created, completed, expired, failed, cancelled, done (fetched and joined)
    input_file   TEXT,                   -- the provider's names of the three files and of the job
    provider_job TEXT,
    output_file  TEXT,
    error_file   TEXT,
    error        TEXT,
    created_at   TEXT NOT NULL,
    changed_at   TEXT NOT NULL,
    UNIQUE (run_id, file_hash)
) STRICT;

-- One row: what was last found out about a model at an endpoint by asking.
CREATE TABLE probe (
    endpoint     TEXT NOT NULL,
    base_url     TEXT NOT NULL,
    model        TEXT NOT NULL,
    probed_at    TEXT NOT NULL,
    record       TEXT NOT NULL,          -- JSON object
    PRIMARY KEY (endpoint, model)
) STRICT;

-- One row: a change that a reviewer made to one field of a sample in a run. Undo is one more row.
CREATE TABLE review_change (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run (id),
    sample_no    INTEGER NOT NULL REFERENCES sample (no),
    reviewer     TEXT NOT NULL,
    field        TEXT NOT NULL,          -- verdict, label, tags, note
    value        TEXT,                   -- NULL clears the field
    changed_at   TEXT NOT NULL,
    undoes       INTEGER UNIQUE REFERENCES review_change (id)
) STRICT;
CREATE INDEX review_change_by_sample ON review_change (run_id, sample_no, reviewer, field, id);

-- One row: what a reviewer says now about one field of a sample in a run.
CREATE VIEW review AS
    SELECT run_id, sample_no, reviewer, field, value, changed_at
    FROM review_change AS change
    WHERE value IS NOT NULL
      AND id = (SELECT MAX(id) FROM review_change AS later
                WHERE later.run_id = change.run_id AND later.sample_no = change.sample_no
                  AND later.reviewer = change.reviewer AND later.field = change.field);

-- One row: what a person wants of a run while it is sent, also from another process. The sender reads it twice a second.
CREATE TABLE run_control (
    run_id       INTEGER PRIMARY KEY REFERENCES run (id),
    wanted       TEXT NOT NULL,          -- go on, pause, cancel; a new sender begins with `go on`
    rpm          INTEGER,                -- limits instead of those it was started with; NULL: those, 0: none
    tpm          INTEGER,
    rpd          INTEGER,
    concurrency  INTEGER,
    budget_usd   REAL,
    changed_at   TEXT NOT NULL,
    changed_by   TEXT NOT NULL
) STRICT;

-- One row: how the lanes of a run stood when its sender last said so, about once a second.
CREATE TABLE run_meter (
    run_id       INTEGER PRIMARY KEY REFERENCES run (id),
    holder       TEXT NOT NULL,          -- host:pid:mark, as in run
    at           TEXT NOT NULL,
    snapshot     TEXT NOT NULL           -- JSON object
) STRICT;

-- One row: how much of one thing a run has. Triggers keep it: a display that is renewed every second cannot count a million rows.
CREATE TABLE run_sum (
    run_id       INTEGER NOT NULL REFERENCES run (id),
    what         TEXT NOT NULL,          -- samples STATUS, batches STEP (or open), requests, unseen, away (in jobs, unanswered),
                                         -- prompt tokens, completion tokens, cost_usd, unpriced (replies of unknown cost)
    amount       REAL NOT NULL,
    PRIMARY KEY (run_id, what)
) STRICT, WITHOUT ROWID;
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

-- One row: this file has reached a schema version. A new file begins with the version it was made in.
CREATE TABLE migration (
    version      INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    program      TEXT NOT NULL           -- emowb's version
) STRICT;
