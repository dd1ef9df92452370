"""Gold beside the prediction, and what people say of it."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from workbench.application.reviews import Case
from workbench.domain.datasets.cards import DatasetCard
from workbench.tui.attempts import case_words as words

_GAP: Final = Content("  ")


class Fact(Horizontal):
    """A name and its value; not displayed while there is no value."""

    DEFAULT_CSS = """
    Fact {
        height: auto;
        & > .name { width: 8; color: $text-muted; }
        & > .value { width: 1fr; height: auto; }
        &.line > .value { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, name: str, *, classes: str | None = None) -> None:
        super().__init__(Static(name, classes="name", markup=False), classes=classes)
        self._value = Static(classes="value", markup=False)
        self.display = False

    def compose(self) -> ComposeResult:
        yield self._value

    def show(self, value: Content) -> None:
        """Show another value."""
        self._value.update(value)
        self.display = bool(value.plain)


class Flow(Widget):
    """Short pieces one after the other, broken between pieces; as high as they need at the width it has."""

    DEFAULT_CSS = "Flow { height: auto; text-wrap: nowrap; }"

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._pieces: Sequence[Content] = ()
        self.display = False

    def show(self, pieces: Sequence[Content]) -> None:
        """Show other pieces; the widget is not displayed where there are none."""
        self._pieces = pieces
        self.display = bool(pieces)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's form
        return len(flowed(self._pieces, width))

    def render(self) -> Content:
        return Content("\n").join(flowed(self._pieces, self.content_size.width))


def flowed(pieces: Sequence[Content], width: int) -> list[Content]:
    """Lines of pieces, each line as full as it gets."""
    lines: list[list[Content]] = []
    left = 0
    for piece in pieces:
        needed = piece.cell_length + _GAP.cell_length
        if not lines or needed > left + _GAP.cell_length:
            lines.append([])
            left = width
        lines[-1].append(piece)
        left -= needed
    return [_GAP.join(line) for line in lines]


class PredictionPane(VerticalScroll, can_focus=False):
    """Shows one case in words."""

    DEFAULT_CSS = """
    PredictionPane {
        height: auto;
        max-height: 75%;
        scrollbar-size-vertical: 1;
        & > .under { margin-left: 8; }
    }
    """

    def __init__(self, card: DatasetCard) -> None:
        super().__init__()
        self._card = card
        self._gold, self._model, self._why = Fact("gold"), Fact("model"), Fact("why")
        self._mine, self._others, self._last = Fact("you"), Fact("others"), Fact("last", classes="line")
        self._beside = Fact("beside", classes="line")
        self._ranking, self._labels, self._other_ranking = (Flow(classes="under") for _ in range(3))

    def compose(self) -> ComposeResult:
        yield from (self._gold, self._model, self._ranking, self._beside, self._other_ranking, self._why)
        yield from (self._mine, self._labels, self._others, self._last)

    def show(self, case: Case, *, is_asked: bool) -> None:
        """Show a case. `is_asked`: the model is being asked about it again."""
        result = case.result
        self._gold.show(words.gold_words(self._card, result))
        self._model.show(words.verdict_of_gold(result, is_asked=is_asked))
        self._ranking.show(words.ranking_words(self._card, result))
        other = case.beside and case.beside.result
        self._beside.show(words.beside_words(self._card, case.beside))
        self._other_ranking.show(words.ranking_words(self._card, other) if other else [])
        self._why.show(words.failure_words(case))
        self._mine.show(words.review_words(case.mine))
        self._labels.show(words.label_set_words(self._card.labels.names, case.mine.label))
        self._others.show(words.others_words(case.others))
        self._last.show(words.attempt_words(case.attempts))
        self.display = True
        self.scroll_home(animate=False)
