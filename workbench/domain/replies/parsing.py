"""What a reply says about each sample of its request: text in, exactly one status per sample out.

    reply text ──records──> entries ──matching──> samples ──rankings──> one status each

Nothing is guessed. An answer goes to a sample only by that sample's id. There are two exceptions: with prompt `paper`,
its place among exactly as many answers as samples decides, and the only answer goes to the only sample. A word is a
label only where the label set knows it. Where a reply contradicts itself about a sample, that sample has no answer.
What cannot be told is missing or unparsed, and the sample is sent again.

The work is bounded: text beyond `PARSED_CHARS` counts as cut off, and time is linear in the rest. Most replies are
to the letter in the form that was asked for; `_read_strictly` reads those in a tenth of the time, and says the same.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.messages import Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.replies.entries import is_flat
from workbench.domain.replies.finish_reasons import is_filter_reason, is_length_reason
from workbench.domain.replies.matching import (
    Found,
    MatchBy,
    entries_in_prose,
    entries_in_scan,
    match_entries,
    unnamed_answers,
)
from workbench.domain.replies.rankings import MOST_WORDS, prediction_of, read_entry
from workbench.domain.replies.records import scan
from workbench.domain.replies.refusals import is_refusal

PARSED_CHARS: Final = 200_000
"""Twenty rankings of eight labels take four thousand characters."""

_PADDING: Final = re.compile(r"([ \t\r\n\u00a0\u200b])[ \t\r\n\u00a0\u200b]{30,}+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A reply, read."""

    outcome: Outcome
    """The reply's own; where that is `answered`, the text may show it to be refused, filtered or empty."""
    predictions: tuple[RankedPrediction, ...]
    """Exactly one for each sample of the request, in the order of the request."""


def parse_reply(reply: Reply, refs: Sequence[str], labels: LabelSet, match: MatchBy) -> Parsed:
    """Read a reply to a request about samples with these ids. Never raises for anything that the reply says."""
    if reply.outcome is Outcome.FAILED:
        return Parsed(reply.outcome, (RankedPrediction(PredictionStatus.FAILED),) * len(refs))
    text = _without_padding(_without_thoughts(reply.text or ""))
    cut = _is_cut_off(reply) or len(text) > PARSED_CHARS
    predictions = _predictions(text[:PARSED_CHARS], refs, labels, match, cut=cut)
    if _is_declined(reply):
        refused = RankedPrediction(PredictionStatus.REFUSED)
        predictions = tuple(one if one.status.is_answer else refused for one in predictions)
    return Parsed(_outcome(reply, text, predictions), predictions)


def _without_thoughts(text: str) -> str:
    # Thoughts hold drafts of answers that the model does not give. Some servers drop the opening tag.
    thoughts, closed, answer = text.partition("</think>")
    if closed:
        return answer
    return "" if thoughts.lstrip().startswith("<think>") else text


def _without_padding(text: str) -> str:
    """A long text without blanks around it, and without long runs of them in it: some models never stop."""
    return _PADDING.sub(lambda run: run[1].strip("\u200b"), text.strip()) if len(text) > PARSED_CHARS else text


def _is_cut_off(reply: Reply) -> bool:
    reason = reply.finish_reason
    return (
        is_length_reason(reason) or is_filter_reason(reason) or reply.outcome in (Outcome.TRUNCATED, Outcome.FILTERED)
    )


def _is_declined(reply: Reply) -> bool:
    declined = reply.outcome in (Outcome.REFUSED, Outcome.FILTERED) or bool(reply.refusal)
    return declined or is_filter_reason(reply.finish_reason)


def _outcome(reply: Reply, text: str, predictions: Sequence[RankedPrediction]) -> Outcome:
    if reply.outcome is not Outcome.ANSWERED:
        return reply.outcome
    statuses = {one.status for one in predictions}
    if _is_declined(reply) and PredictionStatus.REFUSED in statuses:
        return Outcome.FILTERED if is_filter_reason(reply.finish_reason) else Outcome.REFUSED
    if not text.strip(" \t\r\n\x00\ufeff\u200b"):
        return Outcome.EMPTY
    return Outcome.REFUSED if statuses == {PredictionStatus.REFUSED} else Outcome.ANSWERED


def _predictions(
    text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool
) -> tuple[RankedPrediction, ...]:
    if match is MatchBy.ID and not cut and (strict := _read_strictly(text, refs, labels)) is not None:
        return strict
    return _read_freely(text, refs, labels, match, cut=cut)


def _read_freely(
    text: str, refs: Sequence[str], labels: LabelSet, match: MatchBy, *, cut: bool
) -> tuple[RankedPrediction, ...]:
    scanned = scan(text)
    entries = entries_in_scan(scanned, match)
    found = match_entries(entries, refs, labels, match, cut=cut or scanned.cut)
    if not found and "{" not in text and not scanned.cut:
        entries = entries_in_prose(text[: text.rfind("\n") + 1] if cut else text, refs, labels, match)
        found = match_entries(entries, refs, labels, match, cut=cut)
    if match is MatchBy.ID and not (cut or scanned.cut) and not _answers_any(found, labels):
        found = unnamed_answers(scanned, text, refs, labels) or found
    if found:
        return tuple(prediction_of(found.get(ref, ()), labels) for ref in refs)
    if is_refusal(text):
        return (RankedPrediction(PredictionStatus.REFUSED),) * len(refs)
    readable = any(not is_flat(value) for value in scanned.values) or any(
        read_entry(entry, labels).status is PredictionStatus.RANKED for entry in entries
    )
    status = PredictionStatus.MISSING if readable and not scanned.cut else PredictionStatus.UNPARSED
    return (RankedPrediction(status),) * len(refs)


def _answers_any(found: Found, labels: LabelSet) -> bool:
    statuses = (read_entry(entry, labels).status for entries in found.values() for entry in entries)
    return any(status is not PredictionStatus.MISSING for status in statuses)


_MISSING = RankedPrediction(PredictionStatus.MISSING)


def _read_strictly(text: str, refs: Sequence[str], labels: LabelSet) -> tuple[RankedPrediction, ...] | None:
    """One prediction per sample from `{"answers": [{"id": ..., "ranking": [...]}]}`; None for any other reply.

    Every id must be one of the request and come once, and every word of a ranking must be a name of the label set.
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    entries = document.get("answers") if isinstance(document, dict) and len(document) == 1 else None
    if not isinstance(entries, list) or not entries:
        return None
    expected, names = set(refs), set(labels.names)
    found: dict[str, RankedPrediction] = {}
    for entry in entries:
        if not isinstance(entry, dict) or entry.keys() != {"id", "ranking"}:
            return None
        ref, ranking = entry["id"], entry["ranking"]
        if not isinstance(ref, str) or ref not in expected or ref in found or not _is_ranking(ranking, names):
            return None
        found[ref] = RankedPrediction(PredictionStatus.RANKED, tuple(dict.fromkeys(ranking[:MOST_WORDS])))
    return tuple(found.get(ref, _MISSING) for ref in refs)


def _is_ranking(ranking: object, names: set[str]) -> bool:
    """Whether this is a list that holds labels and nothing else."""
    return (
        isinstance(ranking, list) and bool(ranking) and all(isinstance(word, str) and word in names for word in ranking)
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A record. Raises ValueError for a key that comes twice, since such a record contradicts itself."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key that comes twice")
    return record
