"""From a screen about one run to the others about it: metrics, comparison, export, queue.

Each is loaded when it is opened: the first lines of a review do not wait for them.
"""

import asyncio
from collections.abc import Awaitable, Callable

from workbench.application.run_views import RunViews
from workbench.domain.cases import CaseFilter
from workbench.domain.runs import Run
from workbench.tui.base.background import run_blocking
from workbench.tui.base.review_opener import ChangedFrom
from workbench.tui.base.screen_table import new_screen
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.widgets.line_list import ListLine


async def open_metrics(
    screen: WorkbenchScreen, views: RunViews, show: Callable[[CaseFilter], Awaitable[None]], *, is_matrix: bool
) -> None:
    """Show the figures or the confusion matrix; `show` is called with the samples of a cell that is chosen there."""
    from workbench.tui.metrics.confusion_pane import ConfusionTable, confusion_table
    from workbench.tui.metrics.metrics_screen import FIGURES, MATRIX

    counting = asyncio.create_task(run_blocking(views.confusion))

    async def counted() -> ConfusionTable:
        return confusion_table(views.card, await counting)

    async def chosen(wanted: CaseFilter | None) -> None:
        if wanted is not None:
            await show(wanted)

    await screen.app.push_screen(new_screen("metrics", views, counted(), MATRIX if is_matrix else FIGURES), chosen)


async def open_export(screen: WorkbenchScreen, views: RunViews) -> None:
    """Choose what is written."""
    await screen.app.push_screen(new_screen("export", views))


async def open_queue(screen: WorkbenchScreen, views: RunViews) -> None:
    """Show how the run is sent."""
    with screen.errors_as_notices():
        await screen.app.push_screen(new_screen("queue", await run_blocking(views.queue)))


async def open_comparison(
    screen: WorkbenchScreen, views: RunViews, other: Run, show: Callable[[ChangedFrom], Awaitable[None]]
) -> None:
    """Show two runs side by side; `show` is called with a sample that is chosen there."""

    async def chosen(changed: ChangedFrom | None) -> None:
        if changed is not None:
            await show(changed)

    await screen.app.push_screen(new_screen("compare", views, other), chosen)


def choose_run(screen: WorkbenchScreen, views: RunViews, about: str, take: Callable[[Run], Awaitable[None]]) -> None:
    """Have another run of the data set chosen, and hand it to `take`."""

    async def choose() -> None:
        with screen.errors_as_notices():
            others = await run_blocking(views.others)
            if not others:
                key = views.card.key
                screen.notice(f"{key} has no other run; `emowb run {key}` with other flags makes one")
                return
            await screen.app.push_screen(ChoiceScreen(about, others, [_run_line(run) for run in others]), chosen)

    async def chosen(run: Run | None) -> None:
        if run is not None:
            await take(run)

    screen.run_worker(choose(), group="others", exclusive=True)


def _run_line(run: Run) -> ListLine:
    return ListLine(((f"{run.name}  ", "bold"), (run.spec.model, "soft")), ((f"{run.state} ", "soft"),))
