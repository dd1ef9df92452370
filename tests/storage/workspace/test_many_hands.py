"""A runner and reviewers write into one workspace at the same time, each from a thread and a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from sqlite_utils import Database

from tests.building import at, exchange, plan, ranked, received, sample, store
from tests.waiting import PATIENCE_S
from workbench.domain.reviews import ReviewChange, ReviewField
from workbench.storage.cases.review_log import load_changes, save_change
from workbench.storage.runs.batch_rows import load_totals
from workbench.storage.runs.plans import open_batches
from workbench.storage.runs.run_control import claim_run
from workbench.storage.workspace.database import open_workspace

NAMES = [f"face_{number}" for number in range(40)]


def test_no_change_of_a_reviewer_and_no_reply_is_lost_while_all_write(db: Database, path: Path) -> None:
    store(db, [sample(name) for name in NAMES])
    run = plan(db, *([name] for name in NAMES))
    together = Barrier(3, timeout=PATIENCE_S)

    def send(own: Database) -> None:
        lease = claim_run(own, run, at())
        for batch in open_batches(own, run.id):
            exchange(own, lease, batch, received({batch.sample_ids[0]: ranked("happy")}))

    def review_as(reviewer: str) -> Callable[[Database], None]:
        def review(own: Database) -> None:
            for seconds, name in enumerate(NAMES):
                save_change(
                    own,
                    run.id,
                    ReviewChange(
                        sample_id=name,
                        reviewer=reviewer,
                        field=ReviewField.NOTE,
                        value=f"{reviewer} on {name}",
                        changed_at=at(seconds),
                        undoes=None,
                    ),
                )

        return review

    def work(what: Callable[[Database], None]) -> None:
        with closing(open_workspace(path)) as own:
            together.wait()
            what(own)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(work, (send, review_as("ana"), review_as("ben"))))
    changes = {(one.reviewer, one.sample_id): one.value for one in load_changes(db, run.id)}
    assert changes == {(who, name): f"{who} on {name}" for who in ("ana", "ben") for name in NAMES}
    progress = load_totals(db, run.id)
    assert (progress.requests, progress.unseen, progress.by_status) == (40, 0, {"ranked": 40})
