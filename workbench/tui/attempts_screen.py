"""Every attempt that asked about a sample: what was asked, what came back, what followed."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from workbench.domain.replies import Attempt
from workbench.domain.visible import visible
from workbench.tui.case_words import SOFT, attempt_facts
from workbench.tui.commands import Scope, bindings
from workbench.tui.scrolling import Scrolling


class AttemptsScreen(Scrolling, ModalScreen[None]):
    """Shows one attempt in full under a list of all; begins with the last."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.ATTEMPTS)
    DEFAULT_CSS = """
    AttemptsScreen {
        align: center middle;
        & > VerticalScroll { width: 100%; height: 1fr; padding: 0 2; background: $panel; }
        & > #all { height: auto; max-height: 8; padding: 1 2; background: $panel; text-wrap: nowrap; }
    }
    """

    def __init__(self, sample_id: str, attempts: Sequence[Attempt]) -> None:
        super().__init__()
        self._about = visible(sample_id, longest=200)
        self._attempts = attempts
        self._chosen = max(len(attempts) - 1, 0)
        self._all = Static(id="all", markup=False)
        self._one = Static(markup=False)

    def compose(self) -> ComposeResult:
        """The list over the one that is chosen."""
        yield self._all
        with VerticalScroll(classes="scrolled"):
            yield self._one
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the last."""
        self.action_attempt(0)

    def action_attempt(self, by: int) -> None:
        """Show the one before or after."""
        if self._attempts:
            self._chosen = max(0, min(self._chosen + by, len(self._attempts) - 1))
            self._all.update(self._listed())
            self._one.update(attempt_page(self._attempts[self._chosen]))
            self._page.scroll_home(animate=False)
        else:
            self._all.update(Content.assemble((self._about, "bold"), "\nnobody has been asked about it yet"))

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


def attempt_page(attempt: Attempt) -> Content:
    """One attempt in full: when, what came back, what was asked."""
    received = attempt.received_at or "no reply seen"
    facts = [f"sent {attempt.sent_at}", f"received {received}"]
    if attempt.status_code is not None:
        facts.append(f"status {attempt.status_code}")
    if attempt.finish_reason:
        facts.append(visible(f"finish reason {attempt.finish_reason}", longest=80))
    if attempt.cost_usd is not None:
        facts.append(f"{attempt.cost_usd:.4f} USD")
    named = (
        ("error", attempt.error),
        ("refusal", attempt.refusal),
        ("reply", attempt.reply),
        ("prompt", attempt.prompt),
    )
    blocks = [Content.styled("  ".join(facts), SOFT)]
    for name, text in named:
        if text:
            blocks.append(Content.assemble((name, "bold $text-accent"), "\n", visible(text, lines=True)))
    return Content("\n\n").join(blocks)
