"""Compares runs of one data set, every two of them, over the samples that both planned.

A run that is not done can be compared too: under protocol `strict`, samples without an answer yet count as wrong.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.json_values import json_value
from workbench.domain.runs import Run, spec_difference
from workbench.domain.scoring.comparison import Comparison, Pair, compare_pairs, holm
from workbench.domain.scoring.counting import Counted, classes_of, has_answer, place_answer
from workbench.domain.scoring.metrics import ACCURACY
from workbench.domain.scoring.protocols import Against, Answer, Neutral, Protocol, Rules, is_scored, rules_of
from workbench.domain.scoring.repeat_agreement import SameAnswers, same_answers
from workbench.pipeline.scoring.run_scores import answer_against, reviewed_gold
from workbench.storage.runs.plans import count_planned
from workbench.storage.runs.run_answers import SharedSample, read_shared
from workbench.storage.workspace.database import Database

_PLACED_KEPT: Final = 50_000
_AGAINST_REVIEWS: Final = (
    " Against reviews: gold labels are as the reviewers of either run agree, the others as they were."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPair:
    """Two runs side by side."""

    a: str
    b: str
    differs: tuple[str, ...]
    """What differs between their specs, one line each, from A to B."""
    shared: int
    """Samples that both runs planned."""
    left_out: int
    """Shared samples that the rules do not count in both runs, or whose gold label is not scored."""
    only_a: int
    """Samples that A alone planned."""
    only_b: int
    comparison: Comparison
    answers: SameAnswers
    p_holm: float | None = None
    """McNemar's p, adjusted by Holm for all pairs of the comparison."""
    permutation_p_holm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """Two runs or more under one protocol."""

    dataset: str
    protocol: Protocol
    against: Against
    rule: str
    """The rules in words."""
    runs: tuple[str, ...]
    pairs: tuple[RunPair, ...]
    """Every two of them, the earlier one as A."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSample:
    """A sample that exactly one of two runs has right."""

    sample: str
    gold: str
    a: str | None
    """A's first choice, else its status; None while there is no final status."""
    b: str | None
    right: str
    """`a` or `b`."""


def compare_runs(
    db: Database,
    card: DatasetCard,
    runs: Sequence[Run],
    protocol: Protocol = Protocol.STRICT,
    *,
    neutral: Neutral | None = None,
    against: Against = Against.GOLD,
) -> RunComparison:
    """Compare every two of two or more runs of a data set, with Holm's adjustment over all pairs.

    Raises UsageError for a neutral rule where the data set is not scored by sign.
    """
    rules = rules_of(protocol, card, neutral)
    pairs = [compare_two(db, card, a, b, rules, against) for a, b in combinations(runs, 2)]
    return RunComparison(
        dataset=card.key,
        protocol=protocol,
        against=against,
        rule=rules.in_words(card) + (_AGAINST_REVIEWS if against is Against.REVIEWS else ""),
        runs=tuple(run.name for run in runs),
        pairs=tuple(with_holm(pairs)),
    )


def compare_two(
    db: Database, card: DatasetCard, a: Run, b: Run, rules: Rules, against: Against = Against.GOLD
) -> RunPair:
    """Compare two runs of a data set under these rules."""
    counts = Counter(sample.answers for sample in _read_two(db, card, a, b, rules, against))
    shared = counts.total()
    classes = classes_of(card, rules, {one.gold for one, _ in counts if is_scored(card, one.gold)})
    comparison = compare_pairs(
        classes,
        _pairs(card, rules, classes, counts),
        metrics=card.metrics,
        clustered_by=card.cluster,
    )
    return RunPair(
        a=a.name,
        b=b.name,
        differs=tuple(spec_difference(a.spec, b.spec)),
        shared=shared,
        left_out=shared - comparison.n,
        only_a=count_planned(db, a.id) - shared,
        only_b=count_planned(db, b.id) - shared,
        comparison=comparison,
        answers=_same_answers(card, counts),
    )


def same_answers_of(db: Database, card: DatasetCard, a: Run, b: Run) -> SameAnswers:
    """How often the first choices of two runs are the same."""
    return _same_answers(card, Counter(sample.answers for sample in read_shared(db, (a.id, b.id))))


def with_holm(pairs: Sequence[RunPair]) -> list[RunPair]:
    """The pairs with p values that are adjusted for the number of pairs."""
    exact = holm([pair.comparison.mcnemar.p for pair in pairs])
    permuted = holm([None if (one := pair.comparison.permutation) is None else one.p for pair in pairs])
    return [
        replace(pair, p_holm=p, permutation_p_holm=other) for pair, p, other in zip(pairs, exact, permuted, strict=True)
    ]


def _read_two(
    db: Database, card: DatasetCard, a: Run, b: Run, rules: Rules, against: Against, *, in_order: bool = False
) -> Iterator[SharedSample]:
    """The samples that both runs planned. Against reviews, both are judged by what the reviewers of either agree on."""
    golds = {} if against is Against.GOLD else reviewed_gold(db, card, b) | reviewed_gold(db, card, a)
    for one in read_shared(db, (a.id, b.id), whole_rankings=rules.needs_rankings(card), in_order=in_order):
        gold = golds.get(one.sample_id)
        if gold is None:
            yield one
            continue
        judged = [answer_against(db, card, run, one.sample_id, gold) for run in (a, b)]
        yield SharedSample(one.sample_id, tuple(answer for answer in judged if answer is not None))


def changed_sides(
    db: Database, card: DatasetCard, a: Run, b: Run, rules: Rules, against: Against = Against.GOLD
) -> Iterator[ChangedSample]:
    """The samples that exactly one of two runs has right, of those that count in both, in A's planned order."""

    @lru_cache(_PLACED_KEPT)
    def is_right(answer: Answer) -> bool | None:
        placed = _placed(card, rules, classes_of(card, rules, [answer.gold]), answer)
        return None if placed is None else placed.predicted == placed.gold

    for sample, (one, other) in _read_two(db, card, a, b, rules, against, in_order=True):
        sides = is_right(one), is_right(other)
        if sides in ((True, False), (False, True)):
            yield ChangedSample(
                sample=sample,
                gold=one.gold,
                a=_outcome(one),
                b=_outcome(other),
                right="a" if sides[0] else "b",
            )


def comparison_json(found: RunComparison) -> dict[str, Any]:
    """A comparison as values for JSON, ratios as fractions. That of two runs has its fields at the top."""
    head = {
        "dataset": found.dataset,
        "runs": list(found.runs),
        "protocol": found.protocol.value,
        "rule": found.rule,
        "against": found.against.value,
    }
    if len(found.pairs) == 1:
        return head | pair_json(found.pairs[0])
    return head | {
        "pairs": [
            {"runs": [pair.a, pair.b]}
            | pair_json(pair)
            | {"p_holm": pair.p_holm, "permutation_p_holm": pair.permutation_p_holm}
            for pair in found.pairs
        ]
    }


def pair_json(pair: RunPair) -> dict[str, Any]:
    """A comparison of two runs as values for JSON. Differences are A minus B."""
    compared = pair.comparison
    return {
        "n": compared.n,
        "difference": json_value(compared.headline),
        "differences": json_value(compared.differences),
        "interval": compared.interval,
        "robust": None if compared.robust is None else {"metric": ACCURACY.name, **json_value(compared.robust)},
        "mcnemar": json_value(compared.mcnemar),
        "permutation": json_value(compared.permutation),
        "answers": {
            **json_value(pair.answers),
            "flip_rate": json_value(pair.answers.flip_rate),
        },
        "spec_difference": list(pair.differs),
        "shared": pair.shared,
        "left_out": pair.left_out,
        "only": [pair.only_a, pair.only_b],
    }


def _pairs(
    card: DatasetCard, rules: Rules, classes: Sequence[str], counts: Counter[tuple[Answer, ...]]
) -> Iterator[Pair]:
    for (one, other), times in counts.items():
        a, b = _placed(card, rules, classes, one), _placed(card, rules, classes, other)
        if a is not None and b is not None:
            yield Pair(a.gold, a.predicted, b.predicted, a.cluster, times)


def _placed(card: DatasetCard, rules: Rules, classes: Sequence[str], answer: Answer) -> Counted | None:
    """What an answer counts as; None where it does not count."""
    return place_answer(card, rules, classes, answer) if is_scored(card, answer.gold) else None


def _same_answers(card: DatasetCard, counts: Counter[tuple[Answer, ...]]) -> SameAnswers:
    choices = Counter[tuple[str, str, str | None]]()
    for (one, other), times in counts.items():
        if has_answer(one) and has_answer(other) and one.top1 is not None and other.top1 is not None:
            choices[one.top1, other.top1, one.cluster if card.cluster else None] += times
    return same_answers(choices)


def _outcome(answer: Answer) -> str | None:
    if has_answer(answer):
        return answer.top1
    return None if answer.status is None else str(answer.status)
