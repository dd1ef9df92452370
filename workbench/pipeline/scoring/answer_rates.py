"""How many samples were answered and how many refused: at the first attempt, and after all retries.

Retries ask again only where there was no answer, which is a selection; so the two are told apart. Of a first attempt
only the status is kept where a later one answered: it has these rates, and no accuracy. A first attempt is mostly a
batch's: where the model refuses the whole of a request, all of its samples count as refused at first.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.domain.predictions import PredictionStatus
from workbench.domain.scoring.protocols import Answer
from workbench.storage.runs.results import count_statuses
from workbench.storage.workspace.database import Database

Fate = tuple[PredictionStatus | None, PredictionStatus | None]
"""A sample's status after the first attempt that asked about it, and its final one; None while there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Of one group of planned samples. A word outside the labels is an answer, too; it is wrong."""

    label: str
    planned: int
    first_answered: int
    first_refused: int
    answered: int
    refused: int

    @property
    def first_coverage(self) -> float | None:
        """The share that the first attempt answered; None for an empty group, here as below."""
        return self._share(self.first_answered)

    @property
    def first_refusal_rate(self) -> float | None:
        """The share that the first attempt refused."""
        return self._share(self.first_refused)

    @property
    def coverage(self) -> float | None:
        """The share that is answered after all retries."""
        return self._share(self.answered)

    @property
    def refusal_rate(self) -> float | None:
        """The share that is refused after all retries."""
        return self._share(self.refused)

    def _share(self, count: int) -> float | None:
        return count / self.planned if self.planned else None

    def as_json(self) -> dict[str, Any]:
        """Counts, and rates as fractions."""
        rates = ("first_coverage", "first_refusal_rate", "coverage", "refusal_rate")
        return asdict(self) | {name: getattr(self, name) for name in rates}


def run_rates(db: Database, run_id: int) -> Rates:
    """Of all planned samples of a run."""
    return rates_of("all", count_statuses(db, run_id))


def rates_of(label: str, fates: Mapping[Fate, int]) -> Rates:
    """Of a group with so many samples of each fate."""

    def count(meets: Callable[[PredictionStatus], bool], place: int) -> int:
        return sum(n for fate, n in fates.items() if (status := fate[place]) is not None and meets(status))

    return Rates(
        label=label,
        planned=sum(fates.values()),
        first_answered=count(_is_answer, 0),
        first_refused=count(_is_refusal, 0),
        answered=count(_is_answer, 1),
        refused=count(_is_refusal, 1),
    )


def rates_by(answers: Iterable[Answer], group: Callable[[Answer], str | None]) -> dict[str, Rates]:
    """Of each group; samples of none are left out. The groups come by name."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if (label := group(answer)) is not None:
            groups[label].append(answer)
    return {label: rates_of(label, fates_of(groups[label])) for label in sorted(groups)}


def fates_of(answers: Iterable[Answer]) -> Counter[Fate]:
    """How many samples have each fate."""
    fates = Counter[Fate]()
    for answer in answers:
        fates[answer.first_status, answer.status] += answer.count
    return fates


def most_refused(rates: Iterable[Rates], most: int) -> list[Rates]:
    """The groups with the highest refusal rate after all retries, then at the first attempt; none without any."""
    some = [one for one in rates if one.refused or one.first_refused]
    return sorted(some, key=lambda one: (-(one.refusal_rate or 0.0), -(one.first_refusal_rate or 0.0)))[:most]


def _is_answer(status: PredictionStatus) -> bool:
    return status.is_answer


def _is_refusal(status: PredictionStatus) -> bool:
    return status is PredictionStatus.REFUSED
