"""One batch in full: its samples, its parent and its children, and every attempt with prompt and reply."""

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from workbench.application.runs import BatchDetails
from workbench.domain.run_status import BatchState
from workbench.domain.visible import visible
from workbench.tui.attempts.attempts_screen import AttemptsScreen
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.painting import SOFT

_SAMPLES_CHARS: Final = 2_000


class BatchScreen(AttemptsScreen):
    """The attempts, under some lines about the batch. Two more keys lead to its parent and to its first child."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.BATCH)
    DEFAULT_CSS = """
    BatchScreen {
        & > #batch { height: auto; max-height: 6; padding: 0 2; background: $panel; }
    }
    """

    def __init__(self, batch: BatchDetails, show: Callable[[int], object]) -> None:
        """`show` shows another batch in place of this one."""
        super().__init__("its requests", batch.attempts)
        self._batch = batch
        self._show_other = show

    def compose(self) -> ComposeResult:
        yield Static(batch_words(self._batch), id="batch", markup=False)
        yield from super().compose()

    def action_relative(self, direction: int) -> None:
        if direction < 0:
            other = self._batch.row.parent_id
        else:
            other = self._batch.children[0] if self._batch.children else None
        if other is None:
            words = (
                "it was planned so: it is a part of no other" if direction < 0 else "no other batch took over from it"
            )
            self.notify(words, timeout=2, markup=False)
        else:
            self.dismiss(None)
            self._show_other(other)


def batch_words(batch: BatchDetails) -> Content:
    """The lines about a batch: its state, parent, children and samples."""
    row = batch.row
    facts = [f"batch {row.id}", str(row.state), "1 sample" if row.samples == 1 else f"{row.samples} samples"]
    if row.parent_id is not None:
        facts.append(f"part of {row.parent_id}")
    if batch.children:
        facts.append(f"followed by {', '.join(map(str, batch.children[:8]))}{' …' if len(batch.children) > 8 else ''}")
    if row.state is BatchState.WAITING and batch.attempts and batch.attempts[-1].received_at is None:
        facts.append("its last reply was not seen")
    named = ", ".join(f"{sample_id} ({status})" if status else sample_id for sample_id, status in batch.samples)
    return Content.assemble(("  ".join(facts), "bold"), "\n", (visible(named, longest=_SAMPLES_CHARS), SOFT))
