"""Two runs of a data set: how they differ, how sure that is, and which samples changed sides."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from workbench.application.comparisons import TwoRuns, compare_two
from workbench.domain.runs import Run
from workbench.domain.scoring.protocols import Protocol
from workbench.tui.base.background import run_blocking
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.base.preferences import preferences_of
from workbench.tui.base.shown_run import ChangedFrom, ShownRun
from workbench.tui.compare.compare_pages import changed_line, comparison_page
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListScreen
from workbench.tui.widgets.run_line import RunLine


class CompareScreen(ListScreen):
    """Ends with what is to be reviewed, or None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.COMPARE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.COMPARE)
    DEFAULT_CSS = """
    CompareScreen {
        & > #page { height: auto; max-height: 60%; padding: 1 2 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #changed { height: 2; padding: 1 2 0 2; color: $text-accent; text-wrap: nowrap; text-overflow: ellipsis; }
        & > LineList { height: 1fr; }
    }
    """

    def __init__(self, shown: ShownRun, other: Run) -> None:
        """Compare this run, as A, with another one, as B."""
        super().__init__()
        self._shown = shown
        self._other = other
        self._found: TwoRuns | None = None
        self._protocol = Protocol.STRICT
        self._status = RunLine(shown.card, shown.run, other)
        self._page = Static("comparing …", id="page", markup=False)
        self._changed = Static("", id="changed", markup=False)
        self.rows = LineList(empty="")

    def compose(self) -> ComposeResult:
        yield self._status
        yield self._page
        yield self._changed
        yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.rows)
        self._show_protocol(preferences_of(self.app).protocol)

    def on_resize(self) -> None:
        self._draw()

    def action_protocol(self) -> None:
        self._show_protocol(preferences_of(self.app).next_protocol())

    @on(LineList.Chosen)
    def action_choose(self) -> None:
        if self._found is not None and self.rows.has_choice:
            self.dismiss(ChangedFrom(self._other, self._found.changed[self.rows.cursor].sample))

    def action_close(self) -> None:
        self.dismiss(None)

    def _show_protocol(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._status.show(f"protocol {protocol}")
        self._compare(protocol)

    @work(group="comparison", exclusive=True)
    async def _compare(self, protocol: Protocol) -> None:
        with self.errors_as_notices():
            context, run = self._shown.context, self._shown.run
            self._found = await run_blocking(lambda: compare_two(context, run, self._other, protocol), "comparison")
            self._draw()
            self.rows.renew([changed_line(one) for one in self._found.changed])

    def _draw(self) -> None:
        if self._found is None:
            return
        self._page.update(comparison_page(self._found, max(self.size.width - 5, 20)))
        count, shown = self._found.pair.comparison.mcnemar.changed, len(self._found.changed)
        words = f"{count:,} samples changed sides" if count else "no sample changed sides"
        self._changed.update(words + (f", the first {shown:,} here; the review shows all" if shown < count else ""))
