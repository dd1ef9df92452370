"""A workspace with two runs of CASME II, opened at home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace

from tests.building import ranked
from tests.export.worked_run import answer
from tests.tui.driving import Driver
from tests.tui.review_run import ReviewRun
from workbench.domain.runs import Run
from workbench.storage.cases.cases import load_rows
from workbench.storage.runs.run_records import create_run, load_run
from workbench.storage.workspace.database import open_workspace
from workbench.tui.base.preferences import Preferences
from workbench.tui.workbench_app import WorkbenchApp


def with_other_run(review: ReviewRun, name: str = "other") -> Run:
    """Beside the run, one that has only the first of five samples wrong."""
    with closing(open_workspace(review.path)) as db:
        rows = load_rows(db, review.run.id, range(5), "ana")
        gold = {row.sample_id: row.gold for row in rows}
        spec = replace(review.run.spec, batch_size=5, seed=1)
        other = create_run(db, name, spec, [tuple(gold)], review.run.created_at)
        fates = {one: ranked(label) for one, label in gold.items()} | {rows[0].sample_id: ranked("others", "happy")}
        answer(db, review.card, other, fates)
        return load_run(db, review.card.key, name)


@asynccontextmanager
async def at_home(
    review: ReviewRun, *, size: tuple[int, int] = (80, 24), preferences: Preferences | None = None
) -> AsyncIterator[Driver]:
    """Open the workbench at home; its runs are listed."""
    async with WorkbenchApp(review.parts.context, preferences=preferences).run_test(
        size=size, notifications=True
    ) as pilot:
        driver = Driver(pilot)
        await driver.until_seen("CASME II")
        yield driver
