"""The lines over the list of batches: how the run stands, how much of each limit is used, the states of its batches."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from workbench.domain.run_status import BatchState, RunSnapshot
from workbench.tui.queue.queue_words import (
    BATCH_HEADING,
    counts_line,
    limit_line,
    limit_uses,
    money_line,
    progress_line,
    state_line,
    subject_line,
)
from workbench.tui.widgets.painting import TONE_CLASSES, TONE_CSS, Painter, Piece

_OTHER_LINES: Final = 10
"""Lines of the screen that are neither meters nor batches."""
_FEWEST_BATCHES: Final = 8
_FEWEST_METERS: Final = 3


class PaintedLines(Widget):
    """Some lines, drawn again only when they change. The widget is at least `least` lines high."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONE_CLASSES)
    DEFAULT_CSS = f"PaintedLines {{ height: auto; {TONE_CSS} }}"

    def __init__(self, *, id: str, least: int = 1) -> None:  # noqa: A002  # Textual's form
        super().__init__(id=id)
        self._least = least
        self._lines: Sequence[Sequence[Piece]] = []
        self._painter = Painter(self)

    def show(self, lines: Sequence[Sequence[Piece]]) -> None:
        """Show these lines."""
        if lines != self._lines:
            has_height = max(len(lines), self._least) == max(len(self._lines), self._least)
            self._lines = lines
            self.refresh(layout=not has_height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        return max(len(self._lines), self._least)

    def render_line(self, y: int) -> Strip:
        return self._painter.strip(self._lines[y] if y < len(self._lines) else [], self.size.width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter.forget()


class RunHeading(Vertical):
    """Shows one snapshot of a run."""

    DEFAULT_CSS = """
    RunHeading {
        height: auto;
        & > #head { background: $panel; }
        & > #meters { margin-top: 1; }
        & > #batches { margin-top: 1; }
    }
    """

    def __init__(self, title: str) -> None:
        """`title` is the data set's."""
        super().__init__()
        self._title = title
        self._head = PaintedLines(id="head", least=4)
        self._meters = PaintedLines(id="meters")
        self._meters.display = False
        self._batches = PaintedLines(id="batches", least=2)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._meters
        yield self._batches

    def show(
        self, snapshot: RunSnapshot | None, state: BatchState | None, error: str, *, is_starting: bool, screen: Size
    ) -> None:
        """Show how the run stands; None: not known yet.

        `state` is that of the batches in the list, `error` says why the workspace could not be read the last time.
        """
        if snapshot is None or not screen.width:
            self._head.show([[(f" {error or 'reading the workspace …'}", "wrong" if error else "soft")]])
            return
        head = [
            subject_line(self._title, snapshot),
            state_line(snapshot, is_starting=is_starting),
            progress_line(snapshot, screen.width),
            money_line(snapshot),
        ]
        if error:
            head.append([(f" {error}", "wrong")])
        self._head.show(head)
        meters = _meter_lines(snapshot, screen)
        if self._meters.display != bool(meters):
            self._meters.display = bool(meters)
        self._meters.show(meters)
        self._batches.show([counts_line(snapshot.totals, state), [(BATCH_HEADING, "soft")]])


def _meter_lines(snapshot: RunSnapshot, screen: Size) -> list[list[Piece]]:
    """As many as leave room for some batches."""
    before, lines = "", list[list[Piece]]()
    for use in limit_uses(snapshot, _seconds_since(snapshot.meter_at)):
        lines.append(limit_line(use, screen.width, is_named=use.name != before))
        before = use.name
    most = max(screen.height - _OTHER_LINES - _FEWEST_BATCHES, _FEWEST_METERS)
    if len(lines) > most:
        lines = [*lines[: most - 1], [(f" and {len(lines) - most + 1} more", "soft")]]
    return lines


def _seconds_since(at: str | None) -> float | None:
    return None if at is None else (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()
