"""How a workspace of an older schema is brought up to date: all steps or none, with a copy kept, and recorded.

A migration that was released is never edited: files of every version exist. `schema.sql` is the schema that all of
them together lead to. Why this is not sqlite-utils' `Migrations`: docs/decisions/012-own-migrations.md.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import chain, count
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlite_utils import Database

from workbench import __version__
from workbench.storage.workspace.connections import connected, pragma, statements, transaction
from workbench.storage.workspace.copies import copy_whole

MIGRATIONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        2: """
ALTER TABLE batch ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN estimate TEXT;
ALTER TABLE run ADD COLUMN endpoint_record TEXT;
ALTER TABLE attempt ADD COLUMN endpoint TEXT;
ALTER TABLE attempt ADD COLUMN key_name TEXT;
ALTER TABLE attempt ADD COLUMN cached_tokens INTEGER;
ALTER TABLE attempt ADD COLUMN image_tokens INTEGER;
ALTER TABLE attempt ADD COLUMN estimated_usd REAL;
ALTER TABLE attempt ADD COLUMN job_id INTEGER REFERENCES job (id);
CREATE INDEX attempt_by_lane ON attempt (endpoint, key_name, sent_at);
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
CREATE TABLE probe (
    endpoint     TEXT NOT NULL,
    base_url     TEXT NOT NULL,
    model        TEXT NOT NULL,
    probed_at    TEXT NOT NULL,
    record       TEXT NOT NULL,
    PRIMARY KEY (endpoint, model)
) STRICT;
CREATE TABLE migration (
    version      INTEGER PRIMARY KEY,
    at           TEXT NOT NULL,
    program      TEXT NOT NULL
) STRICT;
""",
        3: """
ALTER TABLE batch ADD COLUMN activity INTEGER NOT NULL DEFAULT 0;
UPDATE batch SET activity = COALESCE((SELECT MAX(attempt.id) FROM attempt WHERE batch_id = batch.id), -id);
CREATE INDEX batch_by_activity ON batch (run_id, activity);
CREATE INDEX batch_by_step ON batch (run_id, step, activity);
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
INSERT INTO run_sum
    SELECT run_id, 'samples ' || status, COUNT(*) FROM prediction WHERE status IS NOT NULL GROUP BY 1, 2;
INSERT INTO run_sum SELECT run_id, 'batches ' || COALESCE(step, 'open'), COUNT(*) FROM batch GROUP BY 1, 2;
INSERT INTO run_sum
    SELECT run_id, 'requests', COUNT(*) FROM batch JOIN attempt ON batch_id = batch.id GROUP BY 1
    UNION ALL SELECT run_id, CASE WHEN job_id IS NULL THEN 'unseen' ELSE 'away' END, COUNT(*)
    FROM batch JOIN attempt ON batch_id = batch.id WHERE received_at IS NULL GROUP BY 1, 2
    UNION ALL SELECT run_id, 'prompt tokens', SUM(COALESCE(prompt_tokens, 0))
    FROM batch JOIN attempt ON batch_id = batch.id WHERE received_at IS NOT NULL GROUP BY 1
    UNION ALL SELECT run_id, 'completion tokens', SUM(COALESCE(completion_tokens, 0))
    FROM batch JOIN attempt ON batch_id = batch.id WHERE received_at IS NOT NULL GROUP BY 1
    UNION ALL SELECT run_id, 'cost_usd', SUM(COALESCE(cost_usd, 0))
    FROM batch JOIN attempt ON batch_id = batch.id WHERE received_at IS NOT NULL GROUP BY 1
    UNION ALL SELECT run_id, 'unpriced',
        SUM(cost_usd IS NULL AND (prompt_tokens IS NOT NULL OR outcome NOT IN ('failed', 'filtered')))
    FROM batch JOIN attempt ON batch_id = batch.id WHERE received_at IS NOT NULL GROUP BY 1;
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
""",
        4: """
ALTER TABLE prediction ADD COLUMN gold_label TEXT NOT NULL DEFAULT '';
UPDATE prediction SET gold_label = (SELECT gold FROM sample WHERE sample.id = sample_id);
CREATE INDEX prediction_by_answer ON prediction (run_id, gold_label, top1, position);
""",
        5: """
ALTER TABLE sample RENAME COLUMN id TO no;
ALTER TABLE sample RENAME COLUMN name TO id;
ALTER TABLE batch_sample RENAME COLUMN sample_id TO sample_no;
ALTER TABLE prediction RENAME COLUMN sample_id TO sample_no;
ALTER TABLE review_change RENAME COLUMN sample_id TO sample_no;
""",
        6: """
ALTER TABLE attempt ADD COLUMN reasoning TEXT;
""",
    }
)
"""The statements that lead to a version from the one before it."""


def migrate(db: Database, path: Path, say: Callable[[str], None], migrations: Mapping[int, str] = MIGRATIONS) -> None:
    """Bring a workspace to the latest version in one transaction; `say` is told where the copy of the old file lies.

    The copy is for going back to an older emowb, which refuses the new file, and for a mistake of ours: an interrupted
    migration is rolled back and needs no copy. Raises DatabaseError, with the file as it was and without a copy, when
    a statement fails or there is no room for the copy.
    """
    latest = max(migrations)
    copy = None
    try:
        with transaction(db):
            version = pragma(db, "user_version")  # again, now that it is locked: another process may have done it
            if version >= latest:
                return
            copy = _keep_copy(path, version)
            for target in range(version + 1, latest + 1):
                for statement in statements(migrations[target]):
                    db.conn.execute(statement)
                db.conn.execute(f"PRAGMA user_version = {target}")
                record_version(db, target)
    except BaseException:
        if copy is not None:
            copy.unlink(missing_ok=True)
        raise
    say(f"{path} was of schema {version} and is of schema {latest} now; a copy of the old file is {copy}")


def record_version(db: Database, version: int) -> None:
    """Note in the file that it has reached this version; inside the caller's transaction."""
    db.conn.execute(
        "INSERT INTO migration (version, at, program) VALUES (?, strftime('%Y-%m-%dT%H:%M:%f', 'now') || '+00:00', ?)",
        (version, __version__),
    )


def _keep_copy(path: Path, version: int) -> Path:
    """Copy the file as it is, over a connection of its own: SQLite cannot copy from the one with the write lock.

    No earlier copy is overwritten: somebody may have gone back to it and be migrating once more.
    """
    names = chain((f"{path.name}.v{version}.bak",), (f"{path.name}.v{version}.{n}.bak" for n in count(2)))
    target = next(one for one in map(path.with_name, names) if not one.exists())
    with closing(connected(path)) as source:
        copy_whole(source, target)
    return target
