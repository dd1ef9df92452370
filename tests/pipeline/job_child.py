"""A run by jobs in a process of its own, which ends itself with SIGKILL at a named point: nothing is tidied up."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import aclosing, closing
from pathlib import Path

from tests.pipeline.faces_set import CARD, run_parts
from tests.pipeline.job_place import KEY, JobPlace
from tests.provider.jobs.batch_server import BatchServer
from tests.waiting import PATIENCE_S
from workbench.domain.endpoints import Endpoint
from workbench.pipeline.jobs.job_runner import run_jobs
from workbench.pipeline.jobs.job_target import JobTarget
from workbench.pipeline.sending.run_parts import Stop
from workbench.provider.jobs.batch_api import BatchApi
from workbench.provider.jobs.job_files import FileLimits
from workbench.storage.runs.run_records import load_run
from workbench.storage.workspace.database import open_workspace

TOP = Path(__file__).parents[2]


def run_and_kill(place: JobPlace, server: BatchServer, point: str, nth: int) -> int:
    """Run in a child that is killed when `point` is reached for the n-th time; returns how it ended."""
    words = [str(place.path), str(place.root), str(place.folder), server.base_url, point, str(nth)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.job_child", *words],
        cwd=TOP,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


async def _run(db: str, root: str, folder: str, base_url: str, point: str, nth: str) -> None:
    left = int(nth)

    def reach(name: str) -> None:
        nonlocal left
        left -= name == point
        if name == point and left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with closing(open_workspace(Path(db))) as workspace:
        run = load_run(workspace, CARD.key, "main")
    endpoint = Endpoint(name="batches", base_url=base_url, batch_api=True)
    parts = run_parts(Path(db), Path(root), run, cost_usd=0.005, reached=reach)
    target = JobTarget(
        endpoint=endpoint,
        answered_by="batches",
        key_name=KEY.name,
        key=KEY,
        folder=Path(folder),
        limits=FileLimits(lines=2, n_bytes=10**9),
    )
    async with BatchApi(endpoint, KEY) as api, aclosing(run_jobs(parts, target, api, Stop())) as events:
        async for _ in events:
            pass


if __name__ == "__main__":
    asyncio.run(_run(*sys.argv[1:]))
