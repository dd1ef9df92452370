"""Choosing which samples are listed: by status, gold label and answer."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.datasets.cards import DatasetCard
from workbench.errors import WorkbenchError
from workbench.tui.base.background import Outdated
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.choice_column import ChoiceColumn
from workbench.tui.widgets.keys_line import KeysLine

_KINDS = tuple(CaseKind)


class FilterScreen(ModalScreen[CaseFilter | None]):
    """Ends with a filter, or None to keep the present one. The search stays as it is."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.FILTER)
    DEFAULT_CSS = """
    FilterScreen {
        align: center middle;
        & > #box { width: 90%; max-width: 84; height: auto; max-height: 90%; padding: 1 2; background: $panel; }
        & .column { width: 1fr; height: auto; }
        & .column:first-child { width: 26; }
        & .title { color: $text-muted; margin-bottom: 1; }
        & Horizontal { height: auto; }
    }
    """

    def __init__(self, count: Callable[[CaseFilter], Awaitable[int]], card: DatasetCard, wanted: CaseFilter) -> None:
        super().__init__()
        self._count_of = count
        self._wanted = wanted
        self._golds = (None, *card.gold_labels)
        self._answers = (None, *card.labels.names, "")
        self._columns = (
            ChoiceColumn(_KINDS, _KINDS.index(wanted.kind)),
            ChoiceColumn([gold or "any" for gold in self._golds], _place(self._golds, wanted.gold)),
            ChoiceColumn(["any", *card.labels.names, "no answer"], _place(self._answers, wanted.predicted)),
        )
        self._active = 0

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="box", can_focus=False), Horizontal():
            for title, column in zip(("show", "gold", "answer"), self._columns, strict=True):
                with Vertical(classes="column"):
                    yield Static(title, classes="title", markup=False)
                    yield column
        yield KeysLine()

    def on_mount(self) -> None:
        self.action_column(0)
        self._count()

    @on(ChoiceColumn.Clicked)
    def _clicked(self, message: ChoiceColumn.Clicked) -> None:
        self.action_column(self._columns.index(message.column) - self._active)

    def action_column(self, by: int) -> None:
        self._active = (self._active + by) % len(self._columns)
        for place, column in enumerate(self._columns):
            column.set_class(place == self._active, "-active")

    def action_move(self, by: int) -> None:
        self._columns[self._active].move(by)

    def action_choose(self) -> None:
        kind, gold, answer = (column.cursor for column in self._columns)
        self.dismiss(replace(self._wanted, kind=_KINDS[kind], gold=self._golds[gold], predicted=self._answers[answer]))

    def action_clear(self) -> None:
        self.dismiss(CaseFilter(search=self._wanted.search))

    def action_close(self) -> None:
        self.dismiss(None)

    @work(group="counts")
    async def _count(self) -> None:
        with suppress(Outdated, WorkbenchError):  # the list itself will say it; the counts are an extra
            for place, kind in enumerate(_KINDS):
                wanted = CaseFilter(kind, changed_from=self._wanted.changed_from, unscored=self._wanted.unscored)
                count = await self._count_of(wanted)
                self._columns[0].show_aside(place, f"{count:,}")


def _place(values: tuple[str | None, ...], value: str | None) -> int:
    return values.index(value) if value in values else 0
