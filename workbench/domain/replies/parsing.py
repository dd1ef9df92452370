"""What a reply says of each sample that was asked about: text in, exactly one status per sample out.

    reply text ──records──> entries ──matching──> samples ──rankings──> one status each

Nothing is guessed. An answer goes to a sample only by that sample's id (or, for prompt `paper`, by its place among
exactly as many answers as questions; or as the only answer about the only sample); a word is a label only where the
label set knows it; where a reply contradicts itself about a sample, that sample has no answer. What cannot be told is
missing or unparsed, and is asked again.
The work is bounded: text beyond `PARSED_CHARS` counts as cut off, and time is linear in what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.messages import Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.replies.entries import is_flat
from workbench.domain.replies.matching import Found, MatchBy, line_entries, matched, scanned_entries
from workbench.domain.replies.rankings import agreed, read_entry
from workbench.domain.replies.records import scan
from workbench.domain.replies.refusals import is_refusal
from workbench.domain.replies.strict_reply import read_strictly
from workbench.domain.replies.unnamed_answers import unnamed_answers

__all__ = ["MatchBy", "Parsed", "parse_reply"]

PARSED_CHARS: Final = 200_000
"""Twenty rankings of eight labels take four thousand characters."""
_CUT_REASONS: Final = frozenset({"length", "max_tokens", "model_length", "content_filter"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reply, read."""

    outcome: Outcome
    """The reply's own; where that is `answered`, the text may show it to be refused, filtered or empty."""
    predictions: tuple[RankedPrediction, ...]
    """Exactly one per sample asked about, in the order asked."""


def parse_reply(reply: Reply, asked_refs: Sequence[str], labels: LabelSet, match: MatchBy) -> Parsed:
    """Read a reply. Never raises for anything that it says."""
    if reply.outcome is Outcome.FAILED:
        return Parsed(reply.outcome, (RankedPrediction(PredictionStatus.FAILED),) * len(asked_refs))
    text = _without_thoughts(reply.text or "")
    cut = _is_cut_off(reply) or len(text) > PARSED_CHARS
    predictions = _predictions(text[:PARSED_CHARS], asked_refs, labels, match, cut=cut)
    if _is_declined(reply):
        refused = RankedPrediction(PredictionStatus.REFUSED)
        predictions = tuple(said if said.status.is_answer else refused for said in predictions)
    return Parsed(_outcome(reply, text, predictions), predictions)


def _without_thoughts(text: str) -> str:
    # A model that thinks aloud drafts answers that it does not give. Some servers drop the opening tag.
    thoughts, closed, answer = text.partition("</think>")
    if closed:
        return answer
    return "" if thoughts.lstrip().startswith("<think>") else text


def _is_cut_off(reply: Reply) -> bool:
    reason = (reply.finish_reason or "").casefold()
    return reason in _CUT_REASONS or reply.outcome in (Outcome.TRUNCATED, Outcome.FILTERED)


def _is_declined(reply: Reply) -> bool:
    declined = reply.outcome in (Outcome.REFUSED, Outcome.FILTERED) or bool(reply.refusal)
    return declined or reply.finish_reason == "content_filter"


def _outcome(reply: Reply, text: str, predictions: Sequence[RankedPrediction]) -> Outcome:
    if reply.outcome is not Outcome.ANSWERED:
        return reply.outcome
    statuses = {said.status for said in predictions}
    if _is_declined(reply) and PredictionStatus.REFUSED in statuses:
        return Outcome.FILTERED if reply.finish_reason == "content_filter" else Outcome.REFUSED
    if not text.strip(" \t\r\n\x00\ufeff\u200b"):
        return Outcome.EMPTY
    return Outcome.REFUSED if statuses == {PredictionStatus.REFUSED} else Outcome.ANSWERED


def _predictions(
    text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool
) -> tuple[RankedPrediction, ...]:
    if match is MatchBy.ID and not cut and (plain := read_strictly(text, refs, labels)) is not None:
        return plain
    return _at_length(text, refs, labels, match, cut=cut)


def _at_length(
    text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool
) -> tuple[RankedPrediction, ...]:
    seen = scan(text)
    entries = scanned_entries(seen, match)
    found = matched(entries, refs, labels, match, cut=cut or seen.cut)
    if not found and "{" not in text and not seen.cut:
        entries = line_entries(text[: text.rfind("\n") + 1] if cut else text, refs, labels, match)
        found = matched(entries, refs, labels, match, cut=cut)
    if match is MatchBy.ID and not (cut or seen.cut) and not _answers_any(found, labels):
        found = unnamed_answers(seen, text, refs, labels) or found
    if found:
        return tuple(agreed(found.get(ref, ()), labels) for ref in refs)
    if is_refusal(text):
        return (RankedPrediction(PredictionStatus.REFUSED),) * len(refs)
    readable = any(not is_flat(value) for value in seen.values) or any(
        read_entry(entry, labels).status is PredictionStatus.RANKED for entry in entries
    )
    status = PredictionStatus.MISSING if readable and not seen.cut else PredictionStatus.UNPARSED
    return (RankedPrediction(status),) * len(refs)


def _answers_any(found: Found, labels: LabelSet) -> bool:
    said = (read_entry(entry, labels).status for entries in found.values() for entry in entries)
    return any(status is not PredictionStatus.MISSING for status in said)
