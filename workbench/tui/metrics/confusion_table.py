"""The confusion matrix as a table of filters: every cell knows which samples it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from workbench.domain.cases import CaseFilter, CaseKind
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.predictions import counts_as

NO_ANSWER: Final = "no answer"
OTHER_WORDS: Final = "other word"


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """Samples of one gold label with one answer."""

    count: int
    wanted: CaseFilter
    is_right: bool


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """Gold labels down, answers across; the last column is `no answer`."""

    golds: tuple[str, ...]
    answers: tuple[str, ...]
    """The headings of the columns."""
    rows: tuple[tuple[ConfusionCell, ...], ...]


def confusion_table(card: DatasetCard, counts: Mapping[tuple[str, str], int]) -> ConfusionTable:
    """Lay out the counts. Answers outside the label set share one column, which is left out where there are none."""
    known = card.labels.names
    golds = (*card.gold_labels, *sorted({gold for gold, _ in counts} - set(card.gold_labels)))
    has_others = any(answer not in ("", *known) for _, answer in counts)
    answers = (*known, *([OTHER_WORDS] if has_others else []), NO_ANSWER)
    rows = tuple(tuple(_cell(card, counts, gold, answer) for answer in answers) for gold in golds)
    return ConfusionTable(golds, answers, rows)


def _cell(card: DatasetCard, counts: Mapping[tuple[str, str], int], gold: str, answer: str) -> ConfusionCell:
    known = card.labels.names
    if answer in known:
        wanted = CaseFilter(gold=gold, predicted=answer)
        return ConfusionCell(counts.get((gold, answer), 0), wanted, counts_as(card, answer, gold))
    if answer == NO_ANSWER:
        return ConfusionCell(counts.get((gold, ""), 0), CaseFilter(gold=gold, predicted=""), is_right=False)
    others = sum(count for (of, word), count in counts.items() if of == gold and word not in ("", *known))
    return ConfusionCell(others, CaseFilter(CaseKind.OUT_OF_VOCABULARY, gold=gold), is_right=False)
