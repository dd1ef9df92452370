"""From a screen about one run to the others about it: metrics, comparison, export, queue, help.

Each is loaded when it is gone to: the first lines of a review do not wait for them.
"""

import asyncio
from collections.abc import Awaitable, Callable

from textual import work

from workbench.application.run_views import RunViews
from workbench.domain.cases import CaseFilter
from workbench.domain.runs import Run
from workbench.tui.base.background import run_blocking
from workbench.tui.base.review_opener import ChangedFrom
from workbench.tui.base.screen_table import new_screen
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.dialogs.choice_screen import ChoiceScreen
from workbench.tui.widgets.line_list import ListLine


class Navigation(WorkbenchScreen):
    """The ways between screens. A screen says which run it is about, and what it does with what the others end with."""

    def desk(self) -> RunViews | None:
        """The run that the screen is about now; None, and a notice why, where there is none."""
        raise NotImplementedError

    async def show_samples(self, desk: RunViews, wanted: CaseFilter) -> None:
        """Review samples of a run."""
        raise NotImplementedError

    async def show_changed(self, desk: RunViews, chosen: ChangedFrom) -> None:
        """Review what changed sides between two runs."""
        raise NotImplementedError

    async def action_metrics(self) -> None:
        """Show the figures."""
        await self._show_metrics(is_matrix=False)

    async def action_confusion(self) -> None:
        """Show the confusion matrix."""
        await self._show_metrics(is_matrix=True)

    async def action_export(self) -> None:
        """Choose what is written."""
        if (desk := self.desk()) is not None:
            await self.app.push_screen(new_screen("export", desk))

    def compare(self, desk: RunViews, other: Run) -> None:
        """Show two runs side by side."""

        async def chosen(changed: ChangedFrom | None) -> None:
            if changed is not None:
                await self.show_changed(desk, changed)

        self.app.push_screen(new_screen("compare", desk, other), chosen)

    async def action_queue(self) -> None:
        """Show how the run is sent."""
        if (desk := self.desk()) is not None:
            with self.noticing():
                await self.app.push_screen(new_screen("queue", await run_blocking(desk.queue)))

    @work(group="others", exclusive=True)
    async def choose_run(self, desk: RunViews, about: str, take: Callable[[Run], Awaitable[None] | None]) -> None:
        """Choose another run of the data set and hand it to `take`."""
        with self.noticing():
            others = await run_blocking(desk.others)
            if not others:
                key = desk.card.key
                self.notice(f"{key} has no other run; `emowb run {key}` with other flags makes one")
                return

            async def chosen(run: Run | None) -> None:
                if run is not None and (taken := take(run)) is not None:
                    await taken

            await self.app.push_screen(ChoiceScreen(about, others, [_run_line(run) for run in others]), chosen)

    async def _show_metrics(self, *, is_matrix: bool) -> None:
        from workbench.tui.metrics.confusion_table import ConfusionTable, confusion_table
        from workbench.tui.metrics.metrics_screen import FIGURES, MATRIX, MetricsScreen

        desk = self.desk()
        if desk is None:
            return
        with self.noticing():
            counting = asyncio.create_task(run_blocking(desk.confusion))

            async def counted() -> ConfusionTable:
                return confusion_table(desk.card, await counting)

            async def chosen(wanted: CaseFilter | None) -> None:
                if wanted is not None:
                    await self.show_samples(desk, wanted)

            await self.app.push_screen(MetricsScreen(desk, counted(), MATRIX if is_matrix else FIGURES), chosen)


def _run_line(run: Run) -> ListLine:
    return ListLine(((f"{run.name}  ", "bold"), (run.spec.model, "soft")), ((f"{run.state} ", "soft"),))
