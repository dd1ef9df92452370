"""How many samples were answered and how many refused: by the first attempt, and after all retries.

Retries send only samples without an answer, which is a selection, so the two are counted apart. Where a later attempt
answered, only the status of the first one is kept: it has these rates and no accuracy. A first attempt is mostly one
of a whole batch: where the model refuses the request, all of its samples count as refused by the first attempt.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.domain.predictions import PredictionStatus
from workbench.domain.scoring.protocols import Answer
from workbench.storage.runs.results import count_statuses
from workbench.storage.workspace.database import Database

StatusPair = tuple[PredictionStatus | None, PredictionStatus | None]
"""A sample's status after the first attempt that sent it, and its final status; None while there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Answers and refusals in one group of planned samples. A word outside the labels is a (wrong) answer."""

    label: str
    planned: int
    first_answered: int
    first_refused: int
    answered: int
    refused: int
    refusals_known: bool = True
    """False for predictions that were made elsewhere: what is missing there may have been refused. Refusals then count
    as none, and their rates are None."""

    @property
    def first_coverage(self) -> float | None:
        """The share that the first attempt answered. All four shares are None for an empty group."""
        return self._share(self.first_answered)

    @property
    def first_refusal_rate(self) -> float | None:
        """The share that the first attempt refused."""
        return self._share(self.first_refused) if self.refusals_known else None

    @property
    def coverage(self) -> float | None:
        """The share that is answered after all retries."""
        return self._share(self.answered)

    @property
    def refusal_rate(self) -> float | None:
        """The share that is refused after all retries."""
        return self._share(self.refused) if self.refusals_known else None

    def _share(self, count: int) -> float | None:
        return count / self.planned if self.planned else None

    def as_json(self) -> dict[str, Any]:
        """Counts, and rates as fractions."""
        rates = ("first_coverage", "first_refusal_rate", "coverage", "refusal_rate")
        return asdict(self) | {name: getattr(self, name) for name in rates}


def run_rates(db: Database, run_id: int) -> Rates:
    """The rates of all planned samples of a run."""
    return rates_of("all", count_statuses(db, run_id))


def rates_of(label: str, counts: Mapping[StatusPair, int]) -> Rates:
    """The rates of a group, given the number of its samples with each pair of statuses."""

    first, final = Counter[PredictionStatus | None](), Counter[PredictionStatus | None]()
    for (first_status, status), n in counts.items():
        first[first_status] += n
        final[status] += n
    answers = [status for status in PredictionStatus if status.is_answer]
    return Rates(
        label=label,
        planned=final.total(),
        first_answered=sum(first[status] for status in answers),
        first_refused=first[PredictionStatus.REFUSED],
        answered=sum(final[status] for status in answers),
        refused=final[PredictionStatus.REFUSED],
    )


def rates_by(answers: Iterable[Answer], group: Callable[[Answer], str | None]) -> dict[str, Rates]:
    """The rates of each group, sorted by name. Samples for which `group` gives None are left out."""
    groups: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if (label := group(answer)) is not None:
            groups[label].append(answer)
    return {label: rates_of(label, statuses_of(groups[label])) for label in sorted(groups)}


def statuses_of(answers: Iterable[Answer]) -> Counter[StatusPair]:
    """How many samples have each pair of statuses."""
    counts = Counter[StatusPair]()
    for answer in answers:
        counts[answer.first_status, answer.status] += answer.count
    return counts


def most_refused(rates: Iterable[Rates], most: int) -> list[Rates]:
    """The groups with refusals, those with the highest rate after all retries first, then by the first attempt."""
    some = [one for one in rates if one.refused or one.first_refused]
    return sorted(some, key=lambda one: (-(one.refusal_rate or 0.0), -(one.first_refusal_rate or 0.0)))[:most]
