"""After an import: what came in, and what was left out and why."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from workbench.application.importing import ImportReport
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.line_list import LineList, ListLine, ListScreen
from workbench.tui.widgets.painting import Piece, wrapped

_MOST_SKIPPED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Imported:
    """A data set that was imported, and what came in."""

    card: DatasetCard
    report: ImportReport


class ImportReportScreen(ListScreen):
    """Lines to scroll through. Ends with the data set's key where its samples are to be looked at, or None."""

    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.IMPORT_REPORT,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.IMPORT_REPORT)
    DEFAULT_CSS = """
    ImportReportScreen {
        & > #head { height: 1; background: $panel; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > LineList { height: 1fr; margin-top: 1; }
    }
    """

    def __init__(self, imported: Imported) -> None:
        super().__init__()
        self._card = imported.card
        self._report = imported.report
        self.rows = LineList()

    def compose(self) -> ComposeResult:
        title = visible(self._card.title, longest=60)
        yield Static(Content.assemble((title, "bold"), f"  {self._report.imported:,} samples imported"), id="head")
        yield self.rows
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self.rows)

    def on_resize(self) -> None:
        self.rows.renew([*report_lines(self._card, self._report, self.size.width - 4)])

    @on(LineList.Chosen)
    def action_samples(self) -> None:
        self.dismiss(self._report.dataset)

    def action_close(self) -> None:
        self.dismiss(None)


def report_lines(card: DatasetCard, report: ImportReport, width: int) -> Iterator[ListLine]:
    """The report in lines, the doubts first."""
    for doubt in report.doubts:
        yield from _broken("doubt: ", doubt, "doubt", width)
    expected = "" if report.expected in (None, report.imported) else f" (Table 1 of the paper has {report.expected:,})"
    yield from _broken("", f"{report.imported:,} samples{expected}", "bold", width)
    for label, count in report.by_label.items():
        yield ListLine(((f"  {count:>7,}  {label}", "plain"),))
    for note in report.notes:
        yield from _broken("note: ", note, "plain", width)
    if report.skipped:
        yield from _broken("", f"{len(report.skipped):,} skipped", "wrong", width)
        for reason, count in Counter(one.reason for one in report.skipped).most_common():
            yield from _broken(f"  {count:>7,}  ", reason, "plain", width)
        for one in report.skipped[:_MOST_SKIPPED]:
            yield from _broken("    ", f"{one.path}: {one.reason}", "soft", width)
    yield from _broken("licence: ", card.licence, "soft", width)


def _broken(before: str, words: str, tone: str, width: int) -> Iterator[ListLine]:
    lines: list[Piece] = wrapped(before, words, tone, width)
    return (ListLine((line,)) for line in lines)
