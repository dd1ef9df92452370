"""How many gold labels are wrong or doubtful, estimated from reviews.

Reviewers look at failures first, and gold is doubted more often there, so the share of doubted samples among the
reviewed ones is too high. The plan is therefore divided into strata by the model's answer: right, wrong, none. With N_h
samples in stratum h, W_h = N_h / N, n_h of them decided by reviewers and d_h of these doubted, p_h = d_h / n_h:

    estimate   p  = sum of W_h p_h
    interval   p - sqrt(sum of W_h^2 (p_h - l_h)^2)  to  p + sqrt(sum of W_h^2 (u_h - p_h)^2)

Sources: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, sections 5.3 and 5.10, for the stratified estimator;
C. J. Clopper and E. S. Pearson 1934 for l_h and u_h, which lie sqrt(1 - n_h / N_h) times as far from p_h as for a
draw from endlessly many (the finite population correction, Cochran section 2.6: a stratum that was reviewed in full
leaves nothing to chance); G. Y. Zou and A. Donner 2008 (MOVER) for the sum, since the normal interval has no width
where p_h is 0 or 1.

It estimates what these reviewers would say of the whole plan, and assumes that within a stratum the reviewed samples
are like the others. For a stratum without any decided sample nothing can be assumed: the estimate becomes a range, with
p_h = 0 at one end and 1 at the other (bounds after C. Manski).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from workbench.domain.reviews import Verdict
from workbench.domain.scoring.consensus import Consensus
from workbench.domain.scoring.intervals import proportion


class Stratum(StrEnum):
    """Samples by the model's answer."""

    RIGHT = "right"
    WRONG = "wrong"
    """Also answers outside the labels."""
    NO_ANSWER = "no answer"
    """Refused, unparsed and the like, or not answered yet."""


@dataclass(frozen=True, slots=True)
class GoldOpinion:
    """What is known of the gold label of one planned sample."""

    stratum: Stratum
    reviewed: bool
    """Whether a reviewer gave it a verdict or a label."""
    doubted: bool | None
    """None: reviewers have not decided, or there is no review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StratumNoise:
    """One stratum. `share` is a fraction of `decided`; without any it is None, and the interval is 0 to 1."""

    stratum: Stratum
    planned: int
    reviewed: int
    decided: int
    doubted: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNoise:
    """The share of gold labels in doubt, as a fraction of the plan."""

    planned: int
    reviewed: int
    decided: int
    """Reviewed samples for which reviewers agree that gold is right, or that it is not."""
    doubted: int
    value: float | None
    """None where a stratum has no decided sample, and for an empty plan."""
    least: float | None
    """The estimate if such strata have no doubted sample; `value` where there is no such stratum."""
    most: float | None
    """The estimate if every sample of such strata is doubted."""
    low: float | None
    """The lower end of the 95 % interval around `least`."""
    high: float | None
    """The upper end of the 95 % interval around `most`."""
    strata: tuple[StratumNoise, ...]
    """Those that hold samples."""

    @property
    def naive(self) -> float | None:
        """The share among the decided samples alone, which is biased; None without decided samples."""
        return self.doubted / self.decided if self.decided else None


def is_doubted(consensus: Consensus, gold: str) -> bool | None:
    """Whether reviewers find a gold label wrong or doubtful; None where they have not decided.

    It is doubted if their label is another one, or if they agree on no label and their verdict doubts gold. Bad media,
    unsure reviewers and ties say nothing about gold: such samples are left out, and do not count as right.
    """
    if consensus.label is not None:
        return consensus.label != gold
    return True if consensus.verdict is Verdict.GOLD_DOUBTFUL else None


def estimate_noise(opinions: Iterable[GoldOpinion]) -> LabelNoise:
    """Estimate the share of doubted gold labels in a plan, given all its samples. The module has the formulas."""
    plan = list(opinions)
    parts = [[one for one in plan if one.stratum is stratum] for stratum in Stratum]
    strata = tuple(_stratum(part) for part in parts if part)
    least = _weighted(strata, missing=0.0)
    most = _weighted(strata, missing=1.0)
    known = all(one.share is not None for one in strata)
    return LabelNoise(
        planned=len(plan),
        reviewed=sum(one.reviewed for one in strata),
        decided=sum(one.decided for one in strata),
        doubted=sum(one.doubted for one in strata),
        value=least if known else None,
        least=least,
        most=most,
        low=None if least is None else max(0.0, least - _half_width(strata, upwards=False)),
        high=None if most is None else min(1.0, most + _half_width(strata, upwards=True)),
        strata=strata,
    )


def _stratum(part: Sequence[GoldOpinion]) -> StratumNoise:
    decided = [one.doubted for one in part if one.doubted is not None]
    doubted = sum(decided)
    whole = proportion(doubted, len(decided))
    share, low, high = whole.value, 0.0, 1.0
    if share is not None and whole.low is not None and whole.high is not None:
        left = sqrt(1 - len(decided) / len(part))
        low, high = share - left * (share - whole.low), share + left * (whole.high - share)
    return StratumNoise(
        stratum=part[0].stratum,
        planned=len(part),
        reviewed=sum(one.reviewed for one in part),
        decided=len(decided),
        doubted=doubted,
        share=share,
        low=low,
        high=high,
    )


def _weighted(strata: Sequence[StratumNoise], *, missing: float) -> float | None:
    """The estimate with `missing` as the share of strata without decided samples; None for an empty plan."""
    planned = sum(one.planned for one in strata)
    if not planned:
        return None
    return sum(one.planned * (missing if one.share is None else one.share) for one in strata) / planned


def _half_width(strata: Sequence[StratumNoise], *, upwards: bool) -> float:
    """The distance of one end of the interval from the estimate, by the strata whose share is known."""
    planned = sum(one.planned for one in strata)
    ends = ((one.planned, one.share, one.high if upwards else one.low) for one in strata)
    return sqrt(sum((size / planned * (share - end)) ** 2 for size, share, end in ends if share is not None))
