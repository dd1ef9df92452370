"""The fields of a form: lines of text and choices, each with its title and, beside it, what is wrong with it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from workbench.domain.visible import visible
from workbench.tui.dialogs.text_screen import PlainInput

_LONGEST: Final = 80


def whole_number(text: str) -> int:
    """Read a whole number from 0, with or without commas. Raises ValueError."""
    number = int(text.replace(",", "").replace("_", ""))
    if number < 0:
        raise ValueError
    return number


def number_from_one(text: str) -> int:
    """Read a whole number from 1. Raises ValueError."""
    number = whole_number(text)
    if not number:
        raise ValueError
    return number


def dollar_amount(text: str) -> float:
    """Read US dollars, with or without the sign. Raises ValueError."""
    number = float(text.lstrip("$").replace(",", ""))
    if not 0 <= number < math.inf:
        raise ValueError
    return number


class FormField(Horizontal):
    """A title, a value, and a fault beside it. The screen moves the focus from field to field."""

    DEFAULT_CSS = """
    FormField {
        height: 1;
        & > .title { width: 14; color: $foreground-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .fault { width: auto; max-width: 60%; color: $text-error; text-wrap: nowrap; text-overflow: ellipsis; }
        & > PlainInput, & > ChoiceLine { width: 1fr; }
        & > PlainInput:focus, & > ChoiceLine:focus { background: $primary 25%; }
        &:focus-within > .title { color: $foreground; text-style: bold; }
        &.-wrong > .title { color: $text-error; }
    }
    """

    @dataclass
    class Changed(Message):
        """A field has another value."""

        field: "FormField"

    def __init__(self, title: str, line: Widget) -> None:
        super().__init__()
        self.title = title
        self.line = line
        """What has the focus while the field is changed."""
        self._fault = Static(classes="fault", markup=False)

    def compose(self) -> ComposeResult:
        yield Static(self.title, classes="title", markup=False)
        yield self.line
        yield self._fault

    @property
    def value(self) -> str:
        """What is written or chosen; empty: nothing."""
        raise NotImplementedError

    def complain(self, words: str) -> None:
        """Say what is wrong, in a few words; empty: nothing is."""
        self.set_class(bool(words), "-wrong")
        self._fault.update(f" ✗ {visible(words, longest=_LONGEST)}" if words else "")


class TextField(FormField):
    """A line to write in. The placeholder is what holds where it is empty."""

    def __init__(self, title: str, placeholder: str = "", value: str = "") -> None:
        self.input = PlainInput(visible(value), placeholder=placeholder, select_on_focus=False)
        super().__init__(title, self.input)

    @property
    def value(self) -> str:
        return self.input.value.strip()

    def suggest(self, words: str) -> None:
        """Say what holds where nothing is written."""
        self.input.placeholder = visible(words, longest=_LONGEST)

    def on_input_changed(self, event: PlainInput.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self))


class ChoiceLine(Widget, can_focus=True):
    """The chosen one of several things, `◂ rgb ▸`. A click asks for the list of all."""

    DEFAULT_CSS = "ChoiceLine { height: 1; text-wrap: nowrap; text-overflow: ellipsis; padding: 0 1; }"

    @dataclass
    class Clicked(Message):
        """It was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Content("")

    def render(self) -> Content:
        return self.words

    def show(self, words: Content) -> None:
        """Show other words."""
        self.words = words
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.focus()
        self.post_message(self.Clicked())


class ChoiceField(FormField):
    """One of several values. The arrow keys go through them; with many, a list shows them all."""

    @dataclass
    class ListWanted(Message):
        """The list of all values is asked for."""

        field: "ChoiceField"

    def __init__(self, title: str, choices: Sequence[str] = (), chosen: str = "", empty: str = "none") -> None:
        self._line = ChoiceLine()
        super().__init__(title, self._line)
        self._empty = empty
        self.choices: tuple[str, ...] = ()
        self._chosen = ""
        self.offer(choices, chosen)

    @property
    def value(self) -> str:
        return self._chosen

    def offer(self, choices: Sequence[str], chosen: str = "", *, empty: str | None = None) -> None:
        """Offer other choices; `empty` is said where nothing is chosen."""
        self.choices = tuple(choices)
        self._empty = self._empty if empty is None else empty
        self._chosen = chosen
        self._draw()

    def choose(self, value: str) -> None:
        """Choose a value, which need not be one of the choices."""
        if value != self._chosen:
            self._chosen = value
            self._draw()
            self.post_message(self.Changed(self))

    def step(self, by: int) -> None:
        """Choose the next one or the one before, around the ends."""
        if self.choices:
            known = self._chosen in self.choices
            at = self.choices.index(self._chosen) + by if known else (0 if by > 0 else -1)
            self.choose(self.choices[at % len(self.choices)])

    def on_choice_line_clicked(self, event: ChoiceLine.Clicked) -> None:
        event.stop()
        self.post_message(self.ListWanted(self))

    def _draw(self) -> None:
        words = visible(self._chosen or self._empty, longest=_LONGEST)
        tone = "" if self._chosen else "$foreground-muted"
        ends = ("◂ ", " ▸") if len(self.choices) > 1 else ("  ", "")
        self._line.show(Content.assemble((ends[0], "$text-accent"), (words, tone), (ends[1], "$text-accent")))
