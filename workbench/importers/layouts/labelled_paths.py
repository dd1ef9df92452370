"""Data sets whose labels stand in the names of files or folders."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.importers.choices import Choices, Part, Parts
from workbench.importers.files.dataset_tree import NotThere, Tree
from workbench.importers.files.natural_order import natural
from workbench.importers.files.path_guard import PathGuard
from workbench.importers.layouts.label_rules import word_of_code
from workbench.importers.ledger import Ledger, Unusable

Match = re.Match[str]
_FOLDERS_ABOVE: Final = 3
"""Folders of the root's own path that a pattern may speak of, where the root is one of the folders with labels."""


def _all(matches: Sequence[Match], _ledger: Ledger) -> Sequence[Match]:
    return matches


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLayout:
    """What paths say."""

    pattern: re.Pattern[str]
    """Searched in paths; its group `label` is the owner's code or word, its group `part` (if any) the owner's part."""
    sample_id: str
    """Made of the pattern's groups: `Actor_{actor}/{stem}`."""
    media: MediaKind
    words: Mapping[str, str] | None = None
    """Code to the owner's word; None where paths hold words."""
    parts: Parts | None = None
    cluster: str | None = None
    """Made of the pattern's groups, as `sample_id`."""
    select: Callable[[Sequence[Match], Ledger], Sequence[Match]] = _all
    """Which of the files that match are samples; it counts those that are not."""


def read_paths(layout: PathLayout, tree: Tree, ledger: Ledger, choices: Choices) -> None:
    """Read every file whose path matches, in the order of ids (2 before 10).

    Raises NotThere where none matches.
    """
    above = "".join(f"{folder}/" for folder in tree.root.parts[1:][-_FOLDERS_ABOVE:])
    matches = [match for path in tree.files if (match := layout.pattern.search(above + path))]
    if not matches:
        raise NotThere("no file with such a name")
    part = layout.parts.chosen(choices) if layout.parts else None
    if part:
        matches = _of_part(matches, part, ledger)
    ids = {match.string: layout.sample_id.format(**match.groupdict()) for match in matches}
    reach = PathGuard(tree.root)
    for match in sorted(layout.select(matches, ledger), key=lambda match: natural(ids[match.string])):
        path = match.string.removeprefix(above)
        with ledger.row(path):
            gold, word = _label(layout, match, ledger)
            reason = reach.why_unusable(path, folder=False)
            if reason:
                raise Unusable(reason)
            groups = match.groupdict()
            ledger.add(
                Sample(
                    id=ids[match.string],
                    gold=gold,
                    raw_label=word,
                    media=layout.media,
                    path=path,
                    cluster=layout.cluster.format(**groups) if layout.cluster else None,
                    split=part.name if part else None,
                )
            )


def _of_part(matches: Sequence[Match], part: Part, ledger: Ledger) -> list[Match]:
    wanted = [match for match in matches if match["part"].casefold() == part.word.casefold()]
    for _ in range(len(matches) - len(wanted)):
        ledger.leave_out(f"not of the part {part.name}")
    return wanted


def _label(layout: PathLayout, match: Match, ledger: Ledger) -> tuple[str, str]:
    """The gold label and the owner's word for it."""
    word = match["label"] if layout.words is None else word_of_code(match["label"], layout.words)
    return ledger.gold(word), word


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
            ledger.remark("with sound, since there are no silent copies (02-01-…)", match["stem"])
    return chosen


def uncropped(matches: Sequence[Match], ledger: Ledger) -> Sequence[Match]:
    """Of pictures of which there are crops too, in folders whose names end in the group `cropped`, the whole ones."""
    whole = [match for match in matches if not match["cropped"]]
    for match in matches:
        if match["cropped"] and whole:
            ledger.leave_out("cropped, of which the whole pictures are taken")
        elif match["cropped"]:
            ledger.remark("cropped, since the whole pictures are not there", match["stem"])
    return whole or matches


def without_subject(number: int, why: str) -> Callable[[Sequence[Match], Ledger], Sequence[Match]]:
    """All clips but those of one subject; needs the group `subject`."""

    def select(matches: Sequence[Match], ledger: Ledger) -> Sequence[Match]:
        kept = [match for match in matches if int(match["subject"]) != number]
        for _ in range(len(matches) - len(kept)):
            ledger.leave_out(f"of subject {number}, {why}")
        return kept

    return select
