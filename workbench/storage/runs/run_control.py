"""Who sends a run, what others want of it, and how its sender says that it stands.

One process at a time sends a run. It holds a lease under a name (host, process, a random mark) and renews it; every
save checks the lease, so that a process that slept and lost the run cannot store a prediction twice. Other processes
write what they want into `run_control`, which the sender reads twice a second.
"""

import json
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlite_utils import Database

from workbench.domain.run_status import GivenLimits, RunCommand, RunControl, RunMeter
from workbench.domain.runs import Run, RunState
from workbench.errors import DatabaseError
from workbench.storage.rows import json_text, value_of
from workbench.storage.workspace.connections import transaction


class LeaseLost(DatabaseError):
    """Another process has taken the run over."""


LEASE_RENEWAL_S: Final = 30.0
"""How often a sender must renew its lease."""
_EXPIRES_AFTER: Final = timedelta(seconds=4 * LEASE_RENEWAL_S)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send a run."""

    run_id: int
    holder: str
    """`host:pid:mark`."""


def claim_run(db: Database, run: Run, at: str) -> Lease:
    """Become the only sender of a run.

    Raises DatabaseError that says who sends it: a process that exists and renewed its lease in the last two minutes.
    """
    lease = Lease(run.id, f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}")
    with transaction(db):
        sender = load_sender(db, run.id, at)
        if sender is not None:
            raise DatabaseError(f"run {run.name} is being sent by {sender}; wait for it or stop it")
        db.table("run").update(
            run.id,
            {"holder": lease.holder, "held_at": at, "state": RunState.RUNNING, "reason": None, "changed_at": at},
        )
        db.conn.execute("UPDATE run_control SET wanted = ? WHERE run_id = ?", (RunCommand.GO_ON, run.id))
    return lease


def load_sender(db: Database, run_id: int, at: str) -> str | None:
    """Who sends a run now, in words; None: nobody, or a process that has ended."""
    holder, held_at = db.conn.execute("SELECT holder, held_at FROM run WHERE id = ?", (run_id,)).fetchone()
    if holder is None:
        return None
    host, pid, _ = holder.rsplit(":", 2)
    expired = datetime.fromisoformat(at) - datetime.fromisoformat(held_at) > _EXPIRES_AFTER
    if expired or (host == socket.gethostname() and not _is_running(int(pid))):
        return None
    return f"process {pid} on {host}"


def renew_lease(db: Database, lease: Lease, at: str) -> None:
    """Say that the sender still runs. Raises LeaseLost."""
    with transaction(db):
        assert_held(db, lease, at)


def release_run(db: Database, lease: Lease, *, reason: str | None, elapsed_s: float, at: str) -> RunState:
    """Stop being the sender: the run is done when no batch is open, else paused. Harmless after the lease was lost."""
    with transaction(db):
        left = db.table("batch").count_where("run_id = ? AND step IS NULL", [lease.run_id])
        state = RunState.PAUSED if left else RunState.DONE
        db.conn.execute(
            "UPDATE run SET holder = NULL, held_at = NULL, state = ?, reason = ?, changed_at = ?, "
            "elapsed_s = elapsed_s + ? WHERE id = ? AND holder = ?",
            (state, reason if left else None, at, elapsed_s, lease.run_id, lease.holder),
        )
    return state


def assert_held(db: Database, lease: Lease, at: str) -> None:
    """Check the lease and renew it, inside the caller's transaction. Raises LeaseLost."""
    held = db.conn.execute("UPDATE run SET held_at = ? WHERE id = ? AND holder = ?", (at, lease.run_id, lease.holder))
    if held.rowcount != 1:
        raise LeaseLost("another process has taken this run over; this one stops")


def load_control(db: Database, run_id: int) -> RunControl:
    """What is wanted of a run; `go on` where nothing was said."""
    row = _row(db, "run_control", run_id)
    if row is None:
        return RunControl()
    limits = value_of(GivenLimits, row)
    return RunControl(
        wanted=RunCommand(row["wanted"]), limits=limits, changed_at=row["changed_at"], changed_by=row["changed_by"]
    )


def save_wanted(db: Database, run_id: int, wanted: RunCommand, *, at: str, by: str) -> None:
    """Say what the present sender should do. A later sender begins with `go on`."""
    with transaction(db):
        row = {"run_id": run_id, "wanted": wanted, "changed_at": at, "changed_by": by}
        db.table("run_control").upsert(row, pk="run_id")


def save_limits(db: Database, run_id: int, limits: GivenLimits, *, at: str, by: str) -> None:
    """Change the limits that are given, for the present sender and for later ones; the others stay."""
    with transaction(db):
        control = db.table("run_control")
        if _row(db, "run_control", run_id) is None:
            control.insert({"run_id": run_id, "wanted": RunCommand.GO_ON, "changed_at": at, "changed_by": by})
        control.update(run_id, {**limits.as_dict(), "changed_at": at, "changed_by": by})


def forget_limits(db: Database, run_id: int, limits: GivenLimits) -> None:
    """Undo what was changed of the limits that are given: a new command line sets them."""
    with transaction(db):
        if limits.as_dict() and _row(db, "run_control", run_id) is not None:
            db.table("run_control").update(run_id, dict.fromkeys(limits.as_dict()))


def save_meter(db: Database, lease: Lease, meter: RunMeter, at: str) -> None:
    """Say how a run stands, and renew its lease. Raises LeaseLost."""
    with transaction(db):
        assert_held(db, lease, at)
        row = {"run_id": lease.run_id, "holder": lease.holder, "at": at, "snapshot": json_text(meter.as_json())}
        db.table("run_meter").upsert(row, pk="run_id")


def load_meter(db: Database, run_id: int) -> tuple[RunMeter, str] | None:
    """What the sender last said of a run, and when; None: it never said anything."""
    row = _row(db, "run_meter", run_id)
    return None if row is None else (RunMeter.from_json(json.loads(row["snapshot"])), row["at"])


def _row(db: Database, table: str, run_id: int) -> dict[str, Any] | None:
    return next(db.table(table).rows_where("run_id = ?", [run_id]), None)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
