"""From a screen about one run to the others about it: metrics, comparison, export, queue.

Each is loaded when it is opened: the first lines of a review do not wait for them.
"""

from collections.abc import Awaitable, Callable

from workbench.application.runs import list_runs
from workbench.domain.cases import CaseFilter
from workbench.domain.runs import Run
from workbench.tui.base.background import run_blocking
from workbench.tui.base.screen_table import new_screen
from workbench.tui.base.shown_run import ChangedFrom, ShownRun
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.widgets.line_list import ListLine


async def open_metrics(
    screen: WorkbenchScreen, shown: ShownRun, show: Callable[[CaseFilter], Awaitable[None]], *, is_matrix: bool
) -> None:
    """Show the figures or the confusion matrix; `show` is called with the samples of a cell that is chosen there."""

    async def chosen(wanted: CaseFilter | None) -> None:
        if wanted is not None:
            await show(wanted)

    await screen.app.push_screen(new_screen("metrics", shown, is_matrix=is_matrix), chosen)


async def open_export(screen: WorkbenchScreen, shown: ShownRun) -> None:
    """Choose what is written."""
    await screen.app.push_screen(new_screen("export", shown))


async def open_queue(screen: WorkbenchScreen, shown: ShownRun) -> None:
    """Show how the run is sent."""
    from workbench.application.run_actions import run_actions  # the first paint does not wait for what sends

    with screen.errors_as_notices():
        actions = await run_blocking(lambda: run_actions(shown.context, shown.run.dataset, shown.run.name))
        await screen.app.push_screen(new_screen("queue", actions))


async def open_comparison(
    screen: WorkbenchScreen, shown: ShownRun, other: Run, show: Callable[[ChangedFrom], Awaitable[None]]
) -> None:
    """Show two runs side by side; `show` is called with a sample that is chosen there."""

    async def chosen(changed: ChangedFrom | None) -> None:
        if changed is not None:
            await show(changed)

    await screen.app.push_screen(new_screen("compare", shown, other), chosen)


def choose_run(screen: WorkbenchScreen, shown: ShownRun, about: str, take: Callable[[Run], Awaitable[None]]) -> None:
    """Have another run of the data set chosen, and hand it to `take`."""

    async def choose() -> None:
        key = shown.run.dataset
        with screen.errors_as_notices():
            runs = await run_blocking(lambda: list_runs(shown.context, key))
            others = [run for run in runs if run.id != shown.run.id]
            if not others:
                screen.notice(f"{key} has no other run; `emowb run {key}` with other flags makes one")
                return
            await screen.app.push_screen(ChoiceScreen(about, others, [_run_line(run) for run in others]), chosen)

    async def chosen(run: Run | None) -> None:
        if run is not None:
            await take(run)

    screen.run_worker(choose(), group="others", exclusive=True)


def _run_line(run: Run) -> ListLine:
    return ListLine(((f"{run.name}  ", "bold"), (run.spec.model, "soft")), ((f"{run.state} ", "soft"),))
