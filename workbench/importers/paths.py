"""Data sets whose labels stand in the names of files or folders."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.domain.samples import MediaKind, Sample
from workbench.importers.choices import Choices
from workbench.importers.found import Ledger, LeftOut, Unusable
from workbench.importers.trees import NotThere, Tree, why_unusable

Match = re.Match[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLayout:
    """What paths say."""

    pattern: re.Pattern[str]
    """Searched in paths relative to the root; its group `label` is the owner's code or word."""
    sample_id: str
    """Made of the pattern's groups: `Actor_{actor}/{stem}`."""
    media: MediaKind
    words: Mapping[str, str] | None = None
    """Code to the owner's word; None where paths hold words."""
    cluster: str | None = None
    """Made of the pattern's groups, as `sample_id`."""
    select: Callable[[Sequence[Match], Ledger], Sequence[Match]] = lambda matches, _ledger: matches
    """Which of the files that match are samples; it counts those that are not."""


def read_paths(layout: PathLayout, tree: Tree, ledger: Ledger, _choices: Choices) -> None:
    """Read every file whose path matches, in the order of ids (2 before 10).

    Raises NotThere where none matches.
    """
    matches = [match for path in tree.files if (match := layout.pattern.search(path))]
    if not matches:
        raise NotThere("no file with such a name")
    ids = {match.string: layout.sample_id.format(**match.groupdict()) for match in matches}
    for match in sorted(layout.select(matches, ledger), key=lambda match: _natural(ids[match.string])):
        with ledger.row(match.string):
            _add(layout, match, tree, ledger)


def _add(layout: PathLayout, match: Match, tree: Tree, ledger: Ledger) -> None:
    word = match["label"]
    if layout.words is not None:
        if word not in layout.words:
            raise LeftOut(f"unknown label code {word!r:.40}")
        word = layout.words[word]
    gold = ledger.gold(word)
    reason = why_unusable(tree.root, match.string, folder=False)
    if reason:
        raise Unusable(reason)
    groups = match.groupdict()
    ledger.add(
        Sample(
            id=layout.sample_id.format(**groups),
            gold=gold,
            raw_label=word,
            media=layout.media,
            path=match.string,
            cluster=layout.cluster.format(**groups) if layout.cluster else None,
        )
    )


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sorting key in which numbers count as numbers."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text))


def silent_speech(matches: Sequence[Match], ledger: Ledger) -> Sequence[Match]:
    """Of clips made in several modalities and channels, the spoken ones without sound (or else with sound).

    Needs the groups `modality` (01 with sound, 02 without) and `channel` (01 speech, 02 song). Both modalities show
    the same performances, so that taking both would count each twice.
    """
    speech = [match for match in matches if match["channel"] == "01"]
    silent = [match for match in speech if match["modality"] == "02"]
    chosen = silent or speech
    for match in matches:
        if match["channel"] != "01":
            ledger.leave_out("song")
        elif silent and match["modality"] != "02":
            ledger.leave_out("with sound, of which the silent copies are taken")
        elif not silent:
            ledger.remark("with sound, since there are no silent copies (02-01-…)", match.string)
    return chosen
