"""The sample under the cursor: its frames, its words, and what its owner says about it."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.datasets.samples import Sample
from workbench.domain.visible import visible
from workbench.tui.pictures.frame_loader import FrameLoader
from workbench.tui.pictures.frame_pane import FramePane
from workbench.tui.review.case_pane import SaidPane
from workbench.tui.review.prediction_pane import Fact

_LONGEST_CHARS = 200


class SamplePane(Vertical):
    """Shows one sample, or nothing."""

    DEFAULT_CSS = """
    SamplePane {
        width: 1fr;
        padding: 0 1;
        & > #shown { height: 1fr; min-height: 6; }
        & FramePane { width: 1fr; height: 1fr; }
        & > #facts { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, card: DatasetCard, loader: FrameLoader) -> None:
        super().__init__()
        self.sample: Sample | None = None
        self.frames = FramePane(loader)
        self.words = SaidPane()
        self._card = card
        self._facts = {name: Fact(name, classes="line") for name in ("gold", "score", "cluster", "split", "file")}

    def compose(self) -> ComposeResult:
        yield Container(self.frames, self.words, id="shown")
        with Vertical(id="facts"):
            yield from self._facts.values()

    def show(self, sample: Sample) -> None:
        """Show a sample."""
        self.sample = sample
        for name, words in sample_facts(self._card, sample).items():
            self._facts[name].show(Content(words))
        self.words.show(sample)
        self.frames.show(sample)

    def clear(self) -> None:
        """Show nothing: the list is empty."""
        self.sample = None
        for fact in self._facts.values():
            fact.display = False
        self.words.clear()
        self.frames.clear()

    def prefetch(self, samples: Iterable[Sample]) -> None:
        """Draw the frames of these samples while nothing else is to be drawn."""
        self.frames.prefetch(samples)


def sample_facts(card: DatasetCard, sample: Sample) -> dict[str, str]:
    """What the owner says about a sample, by the name of the fact; empty where it says nothing."""
    counted = card.scored_as(sample.gold)
    gold = [sample.gold]
    if sample.raw_label != sample.gold:
        gold[0] += f" (owner: {sample.raw_label})"
    if sample.gold in card.unscored_gold:
        gold.append("not scored")
    elif counted != sample.gold:
        gold.append(f"counts as {counted}")
    kind = card.cluster or "subject"
    facts = {
        "gold": ", ".join(gold),
        "score": "" if sample.score is None else f"{sample.score:g}",
        "cluster": f"{sample.cluster} ({kind})" if sample.cluster else "",
        "split": sample.split or "",
        "file": sample.path or "",
    }
    return {name: visible(words, longest=_LONGEST_CHARS) for name, words in facts.items()}
