"""A run under one protocol: metrics, classes, the confusion matrix, published methods, places and refusals."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from workbench.application.scores import RunScores, confusion_counts, score_run
from workbench.domain.scoring.protocols import Protocol
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.preferences import preferences_of
from workbench.tui.base.shown_run import ShownRun
from workbench.tui.base.workbench_screen import WorkbenchScreen
from workbench.tui.metrics.confusion_pane import ConfusionGrid, ConfusionPane, confusion_table
from workbench.tui.metrics.metrics_pages import classes_page, figures_page, places_page, published_page
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.run_line import RunLine

FIGURES: Final = "figures"
MATRIX: Final = "matrix"
_PAGES: Final = {
    FIGURES: figures_page,
    "classes": classes_page,
    "published": published_page,
    "places and refusals": places_page,
}
_VIEWS: Final = (FIGURES, "classes", MATRIX, "published", "places and refusals")


class ViewsLine(Widget):
    """`figures  [classes]  matrix`."""

    DEFAULT_CSS = "ViewsLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    @dataclass
    class Clicked(Message):
        """A name was clicked."""

        name: str

    def __init__(self, names: Sequence[str], chosen: str) -> None:
        super().__init__()
        self._names = tuple(names)
        self._chosen = chosen

    def choose(self, name: str) -> None:
        """Mark another one."""
        self._chosen = name
        self.refresh()

    def render(self) -> Content:
        return Content("").join(
            [
                Content.styled(f"[{name}]", "bold $text-accent")
                if name == self._chosen
                else Content.styled(f" {name} ", "$foreground-muted")
                for name in self._names
            ]
        )

    def on_click(self, event: events.Click) -> None:
        """Say which one was clicked."""
        right = 1
        for name in self._names:
            right += cell_len(name) + 2
            if event.x < right:
                self.post_message(self.Clicked(name))
                return


class MetricsScreen(WorkbenchScreen):
    """Ends with the filter of a cell of the matrix, or None. The run is scored when a page with scores is shown."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.METRICS,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.METRICS)
    DEFAULT_CSS = """
    MetricsScreen {
        & ContentSwitcher { height: 1fr; padding: 1 2 0 2; }
        & .page { height: 1fr; scrollbar-size-vertical: 1; }
        & .page > Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, shown: ShownRun, *, is_matrix: bool) -> None:
        """Opens with the figures, or with the matrix, which is counted while the screen is laid out."""
        super().__init__()
        self._shown = shown
        self._view = MATRIX if is_matrix else FIGURES
        self._counting = asyncio.create_task(run_blocking(lambda: confusion_counts(shown.context, shown.run)))
        self._scores: RunScores | None = None
        self._protocol = Protocol.STRICT
        self._scored_by: Protocol | None = None
        """The protocol by which the run was scored last, or is being scored."""
        self._status = RunLine(shown.card, shown.run)
        self._views = ViewsLine(_VIEWS, self._view)
        self._matrix: ConfusionPane | None = None
        self._texts = {name: Static("scoring …", markup=False) for name in _PAGES}

    def compose(self) -> ComposeResult:
        yield self._status
        yield self._views
        with ContentSwitcher(initial=_id(self._view)):
            for name in _VIEWS:
                with VerticalScroll(id=_id(name), classes="page", can_focus=False):
                    if name != MATRIX:
                        yield self._texts[name]
        yield KeysLine()

    async def on_mount(self) -> None:
        self._show_protocol(preferences_of(self.app).protocol)
        with self.errors_as_notices():
            card = self._shown.card
            self._matrix = ConfusionPane(confusion_table(card, await self._counting), folds=bool(card.folds))
            await self.query_one(f"#{_id(MATRIX)}").mount(self._matrix)
            self.set_focus(self._matrix.grid)

    def on_resize(self) -> None:
        self._draw()

    def action_view(self, by: int) -> None:
        self._show_view(_VIEWS[(_VIEWS.index(self._view) + by) % len(_VIEWS)])

    @on(ViewsLine.Clicked)
    def _clicked(self, message: ViewsLine.Clicked) -> None:
        self._show_view(message.name)

    def action_walk(self, rows: int, columns: int) -> None:
        if self._matrix is not None and self._view == MATRIX:
            self._matrix.walk(rows, columns)
        elif rows:
            self._page.scroll_relative(y=rows, animate=False)
        else:
            self.action_view(columns)

    def action_page(self, pages: int) -> None:
        self._page.scroll_relative(y=pages * max(self._page.size.height - 1, 1), animate=False)

    def action_protocol(self) -> None:
        self._show_protocol(preferences_of(self.app).next_protocol())

    def action_shares(self) -> None:
        if self._matrix is not None:
            self._matrix.turn()

    @on(ConfusionGrid.Clicked)
    def action_choose(self) -> None:
        if self._matrix is not None and self._view == MATRIX:
            self.dismiss(self._matrix.wanted)
        else:
            self._show_view(MATRIX)

    def action_close(self) -> None:
        self.dismiss(None)

    @property
    def _page(self) -> VerticalScroll:
        return self.query_one(f"#{_id(self._view)}", VerticalScroll)

    def _show_view(self, name: str) -> None:
        self._view = name
        self._views.choose(name)
        self.query_one(ContentSwitcher).current = _id(name)
        self._score_what_is_seen()

    def _show_protocol(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._status.show(f"protocol {protocol}")
        self._score_what_is_seen()

    def _score_what_is_seen(self) -> None:
        if self._view != MATRIX and self._scored_by is not self._protocol:
            self._scored_by = self._protocol
            self._score(self._protocol)

    @work(group="scores", exclusive=True)
    async def _score(self, protocol: Protocol) -> None:
        with self.errors_as_notices():
            self._scores = await run_blocking(
                lambda: score_run(self._shown.context, self._shown.run, protocol), "scores"
            )
            self._draw()

    def _draw(self) -> None:
        if self._scores is None or self._scores.protocol is not self._protocol:
            return
        width = max(self.size.width - 6, 20)
        for name, page in _PAGES.items():
            self._texts[name].update(page(self._scores, width))


def _id(view: str) -> str:
    return view.replace(" ", "-")
