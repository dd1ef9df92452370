"""Changing limits: a form with a line for each. An empty line leaves its limit as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from workbench.domain.run_status import GivenLimits
from workbench.domain.visible import visible
from workbench.tui.base.commands import Scope, bindings
from workbench.tui.dialogs.text_screen import PlainInput, all_typed
from workbench.tui.forms.form_fields import dollar_amount, whole_number
from workbench.tui.widgets.keys_line import KeysLine


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    title: str
    read: Callable[[str], float]
    wanted: str


_FIELDS: Final = (
    _Field("rpm", "requests a minute", whole_number, "a whole number"),
    _Field("tpm", "tokens a minute", whole_number, "a whole number"),
    _Field("rpd", "requests a day", whole_number, "a whole number"),
    _Field("concurrency", "requests in flight", whole_number, "a whole number"),
    _Field("budget_usd", "budget in US dollars", dollar_amount, "dollars"),
)


class LimitsScreen(ModalScreen[GivenLimits | None]):
    """Ends with the limits that change, or None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.LIMITS)
    DEFAULT_CSS = """
    LimitsScreen {
        align: center middle;
        & > #box { width: 66; max-width: 95%; height: auto; padding: 1 2; background: $panel; }
        & Horizontal { height: 1; }
        & .title { width: 24; }
        & PlainInput { width: 1fr; }
        & PlainInput:focus { background: $primary 25%; }
        & #said { color: $foreground-muted; margin-top: 1; height: auto; }
        & #said.-wrong { color: $text-error; }
    }
    """

    def __init__(self, present: GivenLimits) -> None:
        super().__init__()
        known = present.as_dict()
        self._lines = {
            field.name: PlainInput(placeholder=_present(known.get(field.name)), select_on_focus=False)
            for field in _FIELDS
        }
        self._said = Static(
            "For each API key. An empty line changes nothing; 0 lifts the limit.", id="said", markup=False
        )

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            for field in _FIELDS:
                with Horizontal():
                    yield Static(field.title, classes="title", markup=False)
                    yield self._lines[field.name]
            yield self._said
        yield KeysLine()

    def on_mount(self) -> None:
        self.set_focus(self._lines[_FIELDS[0].name])

    def action_field(self, by: int) -> None:
        names = list(self._lines)
        at = next((place for place, name in enumerate(names) if self._lines[name] is self.focused), 0)
        self.set_focus(self._lines[names[(at + by) % len(names)]])

    async def action_keep(self) -> None:
        await all_typed(*self._lines.values())
        given: dict[str, Any] = {}
        for field in _FIELDS:
            text = self._lines[field.name].value.strip()
            if not text:
                continue
            try:
                given[field.name] = field.read(text)
            except ValueError:
                self._said.update(f"{field.title}: {visible(text, longest=40)} is not {field.wanted}")
                self._said.add_class("-wrong")
                return self.set_focus(self._lines[field.name])
        limits = GivenLimits(**given)
        self.dismiss(limits if limits.as_dict() else None)
        return None

    def action_cancel(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the form changes nothing."""
        event.stop()


def _present(value: float | None) -> str:
    if value is None:
        return "none is given"
    return f"{value:,}" if value else "lifted"
