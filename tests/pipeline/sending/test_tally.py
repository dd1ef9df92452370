from math import ceil

from workbench.domain.batches import Step
from workbench.domain.events import AttemptSaved, Held, MediaFailed
from workbench.domain.messages import Fault, Outcome
from workbench.domain.predictions import PredictionStatus
from workbench.pipeline.sending.tally import Tally

RANKED, REFUSED = PredictionStatus.RANKED, PredictionStatus.REFUSED


def attempt(
    *statuses: PredictionStatus,
    outcome: Outcome = Outcome.ANSWERED,
    step: Step = Step.KEEP,
    fault: Fault | None = None,
    error: str | None = None,
    cost_usd: float | None = 0.5,
) -> AttemptSaved:
    return AttemptSaved(
        batch_id=1,
        number=1,
        samples=max(len(statuses), 1),
        outcome=outcome,
        step=step,
        settled=tuple((f"s{place}", status) for place, status in enumerate(statuses)),
        fault=fault,
        error=error,
        cost_usd=cost_usd,
    )


def test_samples_requests_and_troubles_are_counted_apart() -> None:
    tally = Tally(10)
    tally.add(attempt(RANKED, RANKED), 0.0)
    tally.add(attempt(outcome=Outcome.REFUSED, step=Step.SPLIT), 1.0)
    tally.add(attempt(outcome=Outcome.FAILED, step=Step.REPEAT, fault=Fault.RATE_LIMITED, error="slow down"), 2.0)
    tally.add(attempt(outcome=Outcome.FAILED, step=Step.REPEAT, fault=Fault.TRANSIENT, error="502"), 3.0)
    tally.add(attempt(REFUSED, outcome=Outcome.REFUSED, step=Step.GIVE_UP), 4.0)
    tally.add(MediaFailed("x", "an empty file"), 5.0)
    tally.add(Held("the disk is full"), 6.0)
    assert (tally.settled, tally.requests, tally.again) == (4, 5, 3)
    assert (tally.refused, tally.limited, tally.faults) == (2, 1, 1)
    assert tally.by_status == {RANKED: 2, REFUSED: 1, PredictionStatus.BAD_MEDIA: 1}
    assert tally.last_trouble == "502"


def test_one_answer_of_unknown_cost_makes_the_cost_unknown_and_a_fault_does_not() -> None:
    tally = Tally(10)
    tally.add(attempt(RANKED, cost_usd=0.25), 0.0)
    tally.add(attempt(outcome=Outcome.FAILED, fault=Fault.TRANSIENT, step=Step.REPEAT, cost_usd=None), 0.0)
    assert (tally.cost_usd, tally.is_cost_known) == (0.25, True)
    tally.add(attempt(RANKED, cost_usd=None), 1.0)
    assert not tally.is_cost_known


def test_the_time_left_follows_what_was_settled_lately() -> None:
    tally = Tally(1_000)
    assert tally.left_s(0.0) is None
    for second in range(101):
        tally.add(attempt(RANKED, RANKED), float(second))
    assert tally.left_s(100.0) == ceil((1_000 - 202) / 2.02)
    assert tally.left_s(10_000.0) is None, "nothing was settled lately, so nobody can tell"


def test_nothing_is_left_of_a_run_that_settled_more_than_was_planned() -> None:
    tally = Tally(2)
    tally.add(attempt(RANKED), 0.0)
    tally.add(attempt(RANKED, RANKED), 10.0)
    assert tally.left_s(10.0) == 0
