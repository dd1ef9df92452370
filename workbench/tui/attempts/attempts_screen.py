"""All attempts about a sample: what was sent, what came back, and what was done then."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.messages import Attempt
from workbench.domain.visible import visible
from workbench.tui.attempts.case_words import attempt_facts
from workbench.tui.attempts.long_text import LongText, TextBlock
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.widgets.keys_line import KeysLine
from workbench.tui.widgets.painting import SOFT


class AttemptsScreen(ModalScreen[None]):
    """Shows one attempt in full under a list of all, the last one first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ATTEMPTS)
    DEFAULT_CSS = """
    AttemptsScreen {
        align: center middle;
        & > LongText { width: 100%; height: 1fr; padding: 0 2; background: $panel; }
        & > #all { height: auto; max-height: 8; padding: 1 2; background: $panel; text-wrap: nowrap; }
    }
    """

    def __init__(self, sample_id: str, attempts: Sequence[Attempt]) -> None:
        super().__init__()
        self._about = visible(sample_id, longest=200)
        self._attempts = attempts
        self._chosen = max(len(attempts) - 1, 0)
        self._all = Static(id="all", markup=False)
        self._one = LongText()

    def compose(self) -> ComposeResult:
        yield self._all
        yield self._one
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self._one)
        self.action_attempt(0)

    def action_attempt(self, by: int) -> None:
        if self._attempts:
            self._chosen = max(0, min(self._chosen + by, len(self._attempts) - 1))
            self._all.update(self._listed())
            self._one.show(attempt_blocks(self._attempts[self._chosen]))
        else:
            self._all.update(Content.assemble((self._about, "bold"), "\nno model has been asked about it yet"))

    def action_move(self, by: int) -> None:
        self._one.move(by)

    def action_page(self, pages: float) -> None:
        self._one.move_by_page(pages)

    def action_edge(self, bottom: bool) -> None:  # noqa: FBT001  # Textual passes actions' arguments by position
        self._one.move_to_edge(bottom=bottom)

    def action_close(self) -> None:
        self.dismiss(None)

    def _listed(self) -> Content:
        """A few lines around the chosen one."""
        first = max(0, min(self._chosen - 2, len(self._attempts) - 5))
        lines = [
            Content.styled(f"{'▸' if place == self._chosen else ' '} {attempt_line(place + 1, attempt)}", tone)
            for place, attempt in list(enumerate(self._attempts))[first : first + 5]
            for tone in ("bold" if place == self._chosen else SOFT,)
        ]
        about = Content.assemble(
            (self._about, "bold"), (f"  attempt {self._chosen + 1} of {len(self._attempts)}", SOFT)
        )
        return Content("\n").join([about, *lines])


def attempt_line(number: int, attempt: Attempt) -> str:
    """One attempt in one line."""
    parts = [*attempt_facts(attempt), f"asked about {len(attempt.asked)}"]
    if attempt.step:
        parts.append(f"then {attempt.step}")
    if attempt.error:
        parts.append(visible(attempt.error, longest=120))
    return f"{number:>2}  {'  '.join(parts)}"


def attempt_blocks(attempt: Attempt) -> Iterator[TextBlock]:
    """One attempt in full: its times, the reply, and the prompt."""
    facts = [f"sent {attempt.sent_at}", f"received {attempt.received_at or 'no reply seen'}"]
    if attempt.status_code is not None:
        facts.append(f"status {attempt.status_code}")
    if attempt.finish_reason:
        facts.append(f"finish reason {attempt.finish_reason}")
    if attempt.cost_usd is not None:
        facts.append(f"{attempt.cost_usd:.4f} USD")
    yield "", "  ".join(facts)
    named = (
        ("error", attempt.error),
        ("refusal", attempt.refusal),
        ("reasoning", attempt.reasoning),
        ("reply", attempt.reply),
        ("prompt", attempt.prompt),
    )
    yield from ((name, text) for name, text in named if text)
