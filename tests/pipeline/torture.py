"""A runner that is killed: `python -m tests.pipeline.torture` reads one session a line and tells how each ended.

Every session is a process of its own, with a database, a client and lanes of its own. It is forked from this one,
which has loaded the program and opened nothing, so that two hundred of them can be killed while somebody waits.
"""

import asyncio
import itertools
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.pipeline.faces_set import CARD, run_parts
from tests.waiting import PATIENCE_S
from workbench.domain.batches import RetryPolicy
from workbench.domain.endpoints import Endpoint
from workbench.domain.events import RunEvent
from workbench.domain.messages import Reply, ReplySource, Request
from workbench.errors import WorkbenchError
from workbench.pipeline.sending.channels import Channel
from workbench.pipeline.sending.run_parts import Stop
from workbench.pipeline.sending.sender import send_run
from workbench.provider.api_keys import NO_KEY
from workbench.provider.client import EndpointClient
from workbench.provider.limits.lane import Lane, Limits
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import open_workspace

BEFORE_SEND: Final = "before send"
AFTER_SEND: Final = "after send"
AFTER_RECEIVE: Final = "after receive"
INSIDE: Final = "inside the transaction"
AFTER_COMMIT: Final = "after commit"
POINTS: Final = (BEFORE_SEND, AFTER_SEND, AFTER_RECEIVE, INSIDE, AFTER_COMMIT)
QUICK: Final = RetryPolicy(first_wait_s=0.01, longest_wait_s=0.05)
_ON_ITS_WAY_S: Final = 0.003
"""So long after its sending began a request has left this process."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """What one process is to do, and when it is to die."""

    db: str
    root: str
    run: str
    base_url: str
    heard: str
    """A file to which every event is written as it is heard, one line each."""
    concurrency: int
    point: str | None = None
    """It kills itself when it passes this point ..."""
    nth: int = 1
    """... for the n-th time."""
    after_s: float | None = None
    """It is killed from outside so long after it was started."""


class Points:
    """Counts how often the one point is passed, in whichever thread, and ends the process there."""

    def __init__(self, point: str | None, nth: int) -> None:
        self._point = point
        self._nth = nth
        self._counts = itertools.count(1)
        self._lock = threading.Lock()

    def reached(self, point: str) -> None:
        """The process is at this point."""
        with self._lock:
            if point == self._point and next(self._counts) == self._nth:
                os.kill(os.getpid(), signal.SIGKILL)


class Pointed:
    """A source with points around it."""

    def __init__(self, source: ReplySource, points: Points) -> None:
        self._source = source
        self._points = points

    async def send(self, request: Request) -> Reply:
        """Send, past the points."""
        self._points.reached(BEFORE_SEND)
        sending = asyncio.create_task(self._source.send(request))
        try:
            await asyncio.wait([sending], timeout=_ON_ITS_WAY_S)
            self._points.reached(AFTER_SEND)
            reply = await sending
        finally:
            sending.cancel()
        self._points.reached(AFTER_RECEIVE)
        return reply


async def send(session: Session, hear: Callable[[RunEvent], None]) -> None:
    """Send what is open of the run, and tell of every event."""
    path, points = Path(session.db), Points(session.point, session.nth)
    db = open_workspace(path)
    run = load_run(db, CARD.key, session.run)
    db.close()
    endpoint = Endpoint(name="counting", base_url=session.base_url)
    async with EndpointClient(endpoint, NO_KEY, timeout_s=PATIENCE_S) as client:
        lane = Lane("counting", Limits(concurrency=session.concurrency), asyncio.get_running_loop().time())
        channel = Channel(lane=lane, source=Pointed(client, points), endpoint="counting")
        root = Path(session.root)
        parts = run_parts(path, root, run, cost_usd=0.001, channels=[channel], policy=QUICK, reached=points.reached)
        async for event in send_run(parts, Stop()):
            hear(event)


def ended(session: Session) -> int:
    """Run a session in a process of its own; returns how that ended: 0, an exit code, or minus a signal's number."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    while signal.sigtimedwait([signal.SIGCHLD], 0) is not None:
        pass  # of an earlier session
    pid = os.fork()
    if pid == 0:
        os._exit(_code(session))
    if session.after_s is not None and signal.sigtimedwait([signal.SIGCHLD], session.after_s) is None:
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _code(session: Session) -> int:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    try:
        with Path(session.heard).open("a", encoding="utf-8", buffering=1) as heard:
            asyncio.run(send(session, lambda event: print(json.dumps(asdict(event)), file=heard)))
    except WorkbenchError as error:
        traceback.print_exc()
        return error.exit_code
    except BaseException:  # noqa: BLE001  (it would go on as if it were the process that it was forked from)
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    """One session a line on stdin, how it ended on stdout."""
    for line in sys.stdin:
        sys.stdout.write(f"{ended(Session(**json.loads(line)))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
