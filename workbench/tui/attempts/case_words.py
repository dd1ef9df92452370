"""The words that show a case. All text from outside passes `visible`, and none is read as markup."""

from collections.abc import Iterator, Sequence
from typing import Final

from textual.content import Content

from workbench.application.reviews import Beside, Case
from workbench.domain.cases import Result
from workbench.domain.datasets.cards import DatasetCard
from workbench.domain.messages import Attempt
from workbench.domain.predictions import PredictionStatus
from workbench.domain.reviews import Review
from workbench.domain.visible import visible
from workbench.tui.widgets.painting import SOFT
from workbench.tui.widgets.status_marks import ASKING, StatusMark, mark_of

TONES: Final = {
    "right": "$text-success",
    "wrong": "$text-error",
    "doubt": "$text-warning",
    "busy": "$text-primary",
    "soft": SOFT,
}

_LABEL_CHARS: Final = 40
_SNIPPET_CHARS: Final = 240
_NOTE_CHARS: Final = 240
_DIGITS: Final = 9


def label_words(card: DatasetCard, label: str) -> str:
    """A label, with the class that it counts as where that is another word: `amused (positive)`."""
    counted = card.scored_as(label)
    words = visible(label, longest=_LABEL_CHARS)
    return words if counted == label else f"{words} ({counted})"


def gold_words(card: DatasetCard, result: Result) -> Content:
    """The gold label, with the owner's score where there is one."""
    sample = result.sample
    gold = label_words(card, sample.gold)
    if sample.gold in card.unscored_gold:
        gold += ", not scored"
    score = f"  score {sample.score:+g}" if sample.score is not None else ""
    return Content.assemble((gold, "bold"), (score, SOFT))


def verdict_of_gold(result: Result, *, is_asked: bool) -> Content:
    """The outcome, and the rank of gold: `✗ wrong, gold is no. 3 of 5`."""
    status = None if result.prediction is None else result.prediction.status
    mark = mark_of(status, result.failure)
    rank = ""
    if result.prediction is not None and status is not None and status.is_answer:
        of = len(result.prediction.ranking)
        rank = f", gold is no. {result.gold_rank} of {of}" if result.gold_rank else f", gold is not among its {of}"
        rank = "" if result.gold_rank == 1 else rank
    again = Content.styled(f"  {ASKING} asking again", TONES["busy"]) if is_asked else Content("")
    return Content.assemble((f"{mark.character} {mark.word}", _tone(mark)), rank, again)


def ranking_words(card: DatasetCard, result: Result) -> list[Content]:
    """The labels in the model's order; the first that counts as gold is marked."""
    ranking = () if result.prediction is None else result.prediction.ranking
    return [_ranked(card, place, label, result.gold_rank) for place, label in enumerate(ranking[:_DIGITS], start=1)]


def label_set_words(labels: Sequence[str], mine: str | None) -> list[Content]:
    """The labels with the digits that give them; the reviewer's own in brackets."""
    return [
        Content.styled(f"[{digit} {visible(label)}]", "bold $text-accent")
        if label == mine
        else Content.assemble((f"{digit} ", SOFT), visible(label))
        for digit, label in enumerate(labels[:_DIGITS], start=1)
    ]


def review_words(review: Review, *, named: bool = False) -> Content:
    """A reviewer's verdict, label, tags and note in one line."""
    parts = [Content.styled(review.verdict, "$text-accent")] if review.verdict else []
    if review.label:
        parts.append(Content(f"label {visible(review.label)}"))
    if review.tags:
        parts.append(Content(visible(" ".join(f"#{tag}" for tag in review.tags), longest=_NOTE_CHARS)))
    if review.note:
        parts.append(Content(f"“{visible(review.note, longest=_NOTE_CHARS)}”"))
    if not parts:
        return Content.styled("nothing yet", SOFT)
    who = [Content.styled(visible(review.reviewer, longest=_LABEL_CHARS), SOFT)] if named else []
    return Content("  ").join([*who, *parts])


def others_words(reviews: Sequence[Review]) -> Content:
    """What the other reviewers say, one line each."""
    return Content("\n").join([review_words(review, named=True) for review in reviews if not review.is_empty])


def attempt_words(attempts: Sequence[Attempt]) -> Content:
    """The last attempt in one line."""
    if not attempts:
        return Content.styled("no attempt", SOFT)
    last = attempts[-1]
    tried = f"{len(attempts)} attempts" if len(attempts) > 1 else "1 attempt"
    return Content.styled("  ".join([tried, *attempt_facts(last)]), SOFT)


def attempt_facts(attempt: Attempt) -> Iterator[str]:
    """Outcome, time and model of an attempt."""
    yield str(attempt.outcome or "no reply seen")
    if attempt.fault:
        yield str(attempt.fault)
    if attempt.latency_s is not None:
        yield f"{attempt.latency_s:.1f} s"
    if attempt.model:
        yield visible(attempt.model, longest=_LABEL_CHARS)


def failure_words(case: Case) -> Content:
    """Why a sample has no answer, in the words of the model, the endpoint or this program."""
    result = case.result
    if result.prediction is not None and result.prediction.status is PredictionStatus.RANKED:
        return Content(visible(result.note, longest=_SNIPPET_CHARS) if result.note else "")
    words = result.note
    if words is None and case.attempts:
        last = case.attempts[-1]
        words = last.refusal or last.reply or last.error
    return Content(visible(words.strip(), longest=_SNIPPET_CHARS) if words else "")


def beside_words(card: DatasetCard, beside: Beside | None) -> Content:
    """Another run's answer in one line: `grey: sad  ✗ wrong, gold is no. 2 of 7`."""
    if beside is None:
        return Content("")
    name = Content.styled(f"{visible(beside.run, longest=_LABEL_CHARS)}: ", SOFT)
    if beside.result is None:
        return Content.assemble(name, "not planned there")
    prediction = beside.result.prediction
    top1 = None if prediction is None else prediction.top1
    answer = "" if top1 is None else f"{label_words(card, top1)}  "
    return Content.assemble(name, (answer, "bold"), verdict_of_gold(beside.result, is_asked=False))


def _ranked(card: DatasetCard, place: int, label: str, gold_rank: int | None) -> Content:
    words = label_words(card, label)
    if place == gold_rank:
        return Content.styled(f"{place} {words} ◂ gold", f"bold {TONES['right']}")
    return Content.assemble((f"{place} ", SOFT), (words, "bold" if place == 1 else ""))


def _tone(mark: StatusMark) -> str:
    return TONES[mark.tone]
