"""Reads a reply: the prediction of every sample asked, the next step, and all that is to be stored.

Single requests and jobs both come here; there is no other way from a reply to a prediction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.domain.batches import Batch, Decision, History, RetryPolicy, Step, next_step, split_batch
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.events import AttemptSaved
from workbench.domain.messages import Fault, Outcome, Reply, Usage
from workbench.domain.predictions import RankedPrediction, judge
from workbench.domain.prompts import PAPER, refs
from workbench.domain.replies.matching import MatchBy
from workbench.domain.replies.parsing import parse_reply
from workbench.pipeline.sending.prepared_batch import PreparedSample
from workbench.storage.runs.attempts import Received, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRules:
    """What decides how the replies of one run are read."""

    card: DatasetCard
    prompt: str
    policy: RetryPolicy
    price: Callable[[str | None, Usage | None], float | None]
    """Cost of a reply, by the model that answered and the tokens it used."""


@dataclass(frozen=True, slots=True)
class ReadReply:
    """What a reply means: what is to be stored, and the event that is yielded then."""

    batch: Batch
    """With this attempt in its history."""
    received: Received
    event: AttemptSaved
    wait_s: float
    """Time to wait before the batch, or what follows it, is sent again."""
    asks_again: bool
    """Whether the batch itself is sent again, unchanged."""


def read_reply(rules: ReplyRules, batch: Batch, shown: Sequence[PreparedSample], reply: Reply) -> ReadReply:
    """Read a reply to a request about the samples `shown`, which are those of `batch` or some of them. Pure."""
    batch = _counted(batch, reply)
    match = MatchBy.POSITION if rules.prompt == PAPER else MatchBy.ID
    parsed = parse_reply(reply, refs(len(shown)), rules.card.labels, match)
    said = dict(zip((one.sample.id for one in shown), parsed.predictions, strict=True))
    left = [name for name, prediction in said.items() if not prediction.status.is_answer]
    history = History(
        left=len(left),
        settled=len(said) - len(left),
        answers_tried=batch.answers_tried,
        faults=batch.faults,
        depth=batch.depth,
    )
    decision = next_step(parsed.outcome, reply.fault, history, rules.policy, retry_after_s=reply.retry_after_s)
    counts = reply.outcome is not Outcome.FAILED or decision.step is Step.GIVE_UP
    follow = _follow(decision, left, whole=len(left) == len(shown))
    received = Received(
        reply=reply,
        outcome=parsed.outcome,
        cost_usd=rules.price(reply.model, reply.usage),
        step=decision.step,
        said={name: prediction.status for name, prediction in said.items()} if counts else {},
        settled=_settled(rules, shown, said, [] if decision.step is Step.GIVE_UP else left),
        follow=follow,
    )
    event = AttemptSaved(
        batch_id=batch.id,
        number=batch.attempts,
        samples=len(shown),
        outcome=parsed.outcome,
        step=decision.step,
        settled=tuple((one.sample_id, one.prediction.status) for one in received.settled),
        fault=reply.fault,
        error=reply.error,
        cost_usd=received.cost_usd,
    )
    return ReadReply(batch, received, event, decision.wait_s, decision.step is Step.REPEAT and not follow)


def _counted(batch: Batch, reply: Reply) -> Batch:
    failed = reply.outcome is Outcome.FAILED
    return replace(
        batch,
        attempts=batch.attempts + 1,
        answers_tried=batch.answers_tried + (not failed),
        faults=batch.faults
        + (failed and not reply.is_busy and reply.fault not in (Fault.RATE_LIMITED, Fault.DIALECT, Fault.STOP)),
    )


def _follow(decision: Decision, left: list[str], *, whole: bool) -> list[tuple[str, ...]]:
    """The batches that take over; none where the batch itself is asked again or is settled."""
    if decision.step is Step.SPLIT:
        return list(split_batch(left, decision.parts))
    if decision.step is Step.REPEAT and not whole:
        return [tuple(left)]
    return []


def _settled(
    rules: ReplyRules, shown: Sequence[PreparedSample], said: dict[str, RankedPrediction], left: Sequence[str]
) -> list[Settled]:
    settled = []
    for place, one in enumerate(shown):
        sample_id = one.sample.id
        if sample_id not in left:
            judgement = judge(rules.card, one.sample.gold, said[sample_id])
            settled.append(
                Settled(
                    sample_id=sample_id,
                    prediction=said[sample_id],
                    gold_rank=judgement.gold_rank,
                    failure=judgement.failure,
                    place=place,
                    note=one.media.note,
                )
            )
    return settled
