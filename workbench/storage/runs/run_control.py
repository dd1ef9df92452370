"""Who is sending a run now: one runner at a time, and a dead one hinders nobody.

A runner holds a run by name (host, process, a random mark) and gives signs of life; every save checks that it still
holds the run, so that a runner that slept and was taken for dead cannot double a prediction.

What is wanted of a run, and how its sender says that it stands: how two processes speak about one run.
"""

import json
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from workbench.domain.run_status import GivenLimits, RunCommand, RunControl, RunMeter
from workbench.domain.runs import Run, RunState
from workbench.errors import DatabaseError
from workbench.storage.workspace.database import transaction


class LeaseLost(DatabaseError):
    """Another runner has taken the run over."""


SIGN_OF_LIFE_S: Final = 30.0
"""How often a runner must say that it lives."""
_DEAD_AFTER: Final = timedelta(seconds=4 * SIGN_OF_LIFE_S)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send a run."""

    run_id: int
    holder: str
    """`host:pid:mark`."""


def claim_run(db: Database, run: Run, at: str) -> Lease:
    """Become the one runner of a run.

    Raises DatabaseError that says who holds it while another runner lives: its process is there, and it gave a sign
    of life in the last two minutes.
    """
    hold = Lease(run.id, f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}")
    with transaction(db):
        holder, held_at = db.conn.execute("SELECT holder, held_at FROM run WHERE id = ?", (run.id,)).fetchone()
        if holder is not None and _lives(holder, held_at, at):
            raise DatabaseError(f"run {run.name} is being sent by {_words(holder)}; wait for it or stop it")
        db.conn.execute(
            "UPDATE run SET holder = ?, held_at = ?, state = ?, reason = NULL, changed_at = ? WHERE id = ?",
            (hold.holder, at, RunState.RUNNING, at, run.id),
        )
        db.conn.execute("UPDATE run_control SET wanted = ? WHERE run_id = ?", (RunCommand.GO_ON, run.id))
    return hold


def load_sender(db: Database, run_id: int, at: str) -> str | None:
    """Who sends a run now, in words; None: nobody, or nobody who lives."""
    holder, held_at = db.conn.execute("SELECT holder, held_at FROM run WHERE id = ?", (run_id,)).fetchone()
    return _words(holder) if holder is not None and _lives(holder, held_at, at) else None


def keep_alive(db: Database, hold: Lease, at: str) -> None:
    """Give a sign of life. Raises DatabaseError when another runner has taken over meanwhile."""
    with transaction(db):
        assert_held(db, hold, at)


def release_run(db: Database, hold: Lease, *, reason: str | None, elapsed_s: float, at: str) -> RunState:
    """Let go of a run: done when no batch is open, paused otherwise. Harmless when it was lost to another runner."""
    with transaction(db):
        left = db.conn.execute(
            "SELECT 1 FROM batch WHERE run_id = ? AND step IS NULL LIMIT 1", (hold.run_id,)
        ).fetchone()
        state = RunState.PAUSED if left else RunState.DONE
        db.conn.execute(
            "UPDATE run SET holder = NULL, held_at = NULL, state = ?, reason = ?, changed_at = ?, "
            "elapsed_s = elapsed_s + ? WHERE id = ? AND holder = ?",
            (state, reason if left else None, at, elapsed_s, hold.run_id, hold.holder),
        )
    return state


def assert_held(db: Database, hold: Lease, at: str) -> None:
    """Inside a transaction: check the hold and renew it. Raises LeaseLost."""
    held = db.conn.execute("UPDATE run SET held_at = ? WHERE id = ? AND holder = ?", (at, hold.run_id, hold.holder))
    if held.rowcount != 1:
        raise LeaseLost("another process has taken this run over; this one stops")


def _words(holder: str) -> str:
    host, pid, _ = holder.rsplit(":", 2)
    return f"process {pid} on {host}"


def _lives(holder: str, held_at: str, now: str) -> bool:
    host, pid, _ = holder.rsplit(":", 2)
    if datetime.fromisoformat(now) - datetime.fromisoformat(held_at) > _DEAD_AFTER:
        return False
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
