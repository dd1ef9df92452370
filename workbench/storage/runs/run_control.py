"""What is wanted of a run, and how its sender says that it stands: how two processes speak about one run."""

import json

from sqlite_utils import Database

from workbench.domain.run_status import GivenLimits, RunCommand, RunControl, RunMeter
from workbench.storage.runs.leases import Lease, assert_held
from workbench.storage.workspace.database import transaction

_LIMITS = ("rpm", "tpm", "rpd", "concurrency", "budget_usd")


def load_control(db: Database, run_id: int) -> RunControl:
    """What is wanted of a run; to go on, where nobody said anything."""
    row = db.conn.execute(
        f"SELECT wanted, changed_at, changed_by, {', '.join(_LIMITS)} FROM run_control WHERE run_id = ?", (run_id,)
    ).fetchone()
    if row is None:
        return RunControl()
    wanted, at, by, *limits = row
    given = GivenLimits(**dict(zip(_LIMITS, limits, strict=True)))
    return RunControl(wanted=RunCommand(wanted), limits=given, changed_at=at, changed_by=by)


def save_wanted(db: Database, run_id: int, wanted: RunCommand, *, at: str, by: str) -> None:
    """Ask whoever sends the run now. Nobody who begins to send it later is asked."""
    with transaction(db):
        db.conn.execute(
            "INSERT INTO run_control (run_id, wanted, changed_at, changed_by) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET wanted = excluded.wanted, changed_at = excluded.changed_at, "
            "changed_by = excluded.changed_by",
            (run_id, wanted, at, by),
        )


def save_limits(db: Database, run_id: int, limits: GivenLimits, *, at: str, by: str) -> None:
    """Change those limits of which something is said: for whoever sends the run, now or later."""
    said = limits.said()
    with transaction(db):
        db.conn.execute(
            "INSERT INTO run_control (run_id, wanted, changed_at, changed_by) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET changed_at = excluded.changed_at, changed_by = excluded.changed_by",
            (run_id, RunCommand.GO_ON, at, by),
        )
        for name in (name for name in _LIMITS if name in said):
            db.conn.execute(f"UPDATE run_control SET {name} = ? WHERE run_id = ?", (said[name], run_id))


def forget_limits(db: Database, run_id: int, limits: GivenLimits) -> None:
    """Forget what was changed of these: somebody has said anew what they are to be."""
    with transaction(db):
        for name in (name for name in _LIMITS if name in limits.said()):
            db.conn.execute(f"UPDATE run_control SET {name} = NULL WHERE run_id = ?", (run_id,))


def save_meter(db: Database, hold: Lease, meter: RunMeter, at: str) -> None:
    """Say how a run stands, with a sign of life. Raises LeaseLost."""
    with transaction(db):
        assert_held(db, hold, at)
        db.conn.execute(
            "INSERT INTO run_meter (run_id, holder, at, snapshot) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET holder = excluded.holder, at = excluded.at, snapshot = excluded.snapshot",
            (hold.run_id, hold.holder, at, json.dumps(meter.as_json())),
        )


def load_meter(db: Database, run_id: int) -> tuple[RunMeter, str] | None:
    """How a run stood by its sender's last word, and when that was; None: nobody ever said."""
    row = db.conn.execute("SELECT snapshot, at FROM run_meter WHERE run_id = ?", (run_id,)).fetchone()
    return None if row is None else (RunMeter.from_json(json.loads(row[0])), row[1])
