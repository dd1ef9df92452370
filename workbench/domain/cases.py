"""The samples of a run as a person looks at them: which ones, a line of the list, and everything about one."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.domain.datasets.samples import Sample
from workbench.domain.predictions import PredictionStatus, RankedPrediction


class CaseKind(StrEnum):
    """Which samples of a run a reviewer looks at."""

    ALL = "all"
    FAILURES = "failures"
    WRONG = "wrong"
    REFUSED = "refused"
    UNPARSED = "unparsed"
    MISSING = "missing"
    BAD_MEDIA = "bad media"
    OUT_OF_VOCABULARY = "out of vocabulary"
    FAILED = "failed"
    FLAGGED = "flagged"
    UNREVIEWED = "unreviewed"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """The samples of a run that are in the list; every part that is set must hold."""

    kind: CaseKind = CaseKind.ALL
    gold: str | None = None
    predicted: str | None = None
    """The top-1; the empty string stands for no answer."""
    search: str = ""
    """Found in the id, the labels, the words said or a note, whatever its case."""
    changed_from: str | None = None
    """Another run of the data set, by name: samples that exactly one of the two has right."""
    unscored: tuple[str, ...] = ()
    """With `changed_from`: gold labels whose samples no run is right or wrong about."""

    def __str__(self) -> str:
        parts = [str(self.kind)]
        if self.gold is not None:
            parts.append(f"gold {self.gold}")
        if self.predicted is not None:
            parts.append(f"predicted {self.predicted or 'no answer'}")
        if self.changed_from is not None:
            parts.append(f"changed from {self.changed_from}")
        if self.search:
            parts.append(f"“{self.search}”")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One line of the list."""

    position: int
    """Place in the run's planned order: the same under every filter."""
    sample_id: str
    gold: str
    status: str | None = None
    """None: no final status yet."""
    top1: str | None = None
    gold_rank: int | None = None
    failure: str | None = None
    verdict: str | None = None
    """The reviewer's, where given."""
    cluster: str | None = None
    """Of a sample outside a run: its cluster, shown in place of an answer; empty where it has none. None: in a run."""


@dataclass(frozen=True, slots=True)
class Result:
    """One planned sample of a run, with what has become of it."""

    sample: Sample
    position: int
    """Place in the planned order, from 0."""
    prediction: RankedPrediction | None
    """None: no final status yet."""
    gold_rank: int | None
    failure: str | None
    first_status: PredictionStatus | None
    attempts: int
    """Requests that asked about it."""
    place: int | None
    """Its place in the deciding request, from 0."""
    note: str | None

    @property
    def status(self) -> PredictionStatus | None:
        """None: no final status yet."""
        return None if self.prediction is None else self.prediction.status

    @property
    def top1(self) -> str | None:
        """The answer."""
        return None if self.prediction is None else self.prediction.top1
