"""Data sets with labels in the names of files or folders."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import MediaKind, Sample
from workbench.domain.visible import visible
from workbench.importers.files.dataset_tree import DatasetTree, LayoutNotFound, natural
from workbench.importers.files.media_paths import PICTURE_SUFFIXES
from workbench.importers.files.path_guard import PathGuard
from workbench.importers.import_options import ImportOptions, Split, Splits
from workbench.importers.import_result import SampleCollector, Unusable
from workbench.importers.layouts.label_rules import CodedLabels

Match = re.Match[str]
_FOLDERS_ABOVE: Final = 3
"""Folders of the root's own path that a pattern sees, in case the root is one of the folders with labels."""


def _all(matches: Sequence[Match], _collector: SampleCollector) -> Sequence[Match]:
    return matches


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLayout:
    """How paths are read."""

    pattern: re.Pattern[str]
    """Searched in paths. Group `label` is the owner's code or word, group `split` (if any) the owner's split."""
    sample_id: str
    """A format with the pattern's groups: `Actor_{actor}/{stem}`."""
    media: MediaKind
    labels: CodedLabels | None = None
    """None where paths hold the owner's words."""
    counts_codes: bool = False
    """Whether the codes of all paths together must be the set's own, as those of class folders must."""
    note: str = ""
    """What users of this layout should know."""
    splits: Splits | None = None
    cluster: str | None = None
    """A format as `sample_id`."""
    select: Callable[[Sequence[Match], SampleCollector], Sequence[Match]] = _all
    """Chooses samples among the matching files and counts the others."""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Read every file whose path matches, in the order of ids (2 before 10).

        Raises LayoutNotFound where none matches.
        """
        above = "".join(f"{folder}/" for folder in tree.root.parts[1:][-_FOLDERS_ABOVE:])
        is_clip = self.media is MediaKind.FRAMES
        paths = _leaves(tree) if is_clip else tree.files
        matches = [match for path in paths if (match := self.pattern.search(above + path))]
        if not matches:
            raise LayoutNotFound("no file with such a name")
        if self.labels and self.counts_codes:
            codes = (match["label"] for match in matches)
            self.labels.require_own_codes(f"the folders below {visible(str(tree.root))}", codes, collector.kept)
        if self.note:
            collector.note(self.note)
        split = self.splits.chosen(options) if self.splits else None
        if split:
            matches = _of_split(matches, split, collector)
        ids = {match.string: self.sample_id.format(**match.groupdict()) for match in matches}
        guard = PathGuard(tree.root)
        for match in sorted(self.select(matches, collector), key=lambda match: natural(ids[match.string])):
            path = match.string.removeprefix(above)
            with collector.row(path):
                gold, word = _label(self, match, collector)
                reason = guard.why_unusable(path, folder=is_clip)
                if reason:
                    raise Unusable(reason)
                groups = match.groupdict()
                collector.add(
                    Sample(
                        id=ids[match.string],
                        gold=gold,
                        raw_label=word,
                        media=self.media,
                        path=path,
                        cluster=self.cluster.format(**groups) if self.cluster else None,
                        split=split.name if split else None,
                    )
                )


def _leaves(tree: DatasetTree) -> Sequence[str]:
    """The folders that hold pictures and no other folder."""
    above = {folder.rpartition("/")[0] for folder in tree.folders}
    pictured = {path.rpartition("/")[0] for path in tree.files if path.casefold().endswith(PICTURE_SUFFIXES)}
    return [folder for folder in tree.folders if folder in pictured and folder not in above]


def _of_split(matches: Sequence[Match], split: Split, collector: SampleCollector) -> list[Match]:
    wanted = [match for match in matches if match["split"].casefold() == split.word.casefold()]
    for _ in range(len(matches) - len(wanted)):
        collector.leave_out(split.others)
    return wanted


def _label(layout: PathLayout, match: Match, collector: SampleCollector) -> tuple[str, str]:
    """The gold label and the owner's word for it."""
    word = match["label"] if layout.labels is None else layout.labels.word(match["label"])
    return collector.gold(word), word


def silent_speech(matches: Sequence[Match], collector: SampleCollector) -> Sequence[Match]:
    """The spoken clips without sound, or with sound where there are no silent copies.

    Needs the groups `modality` (01 with sound, 02 without) and `channel` (01 speech, 02 song). Both modalities show
    the same performances: with both, each would count twice.
    """
    speech = [match for match in matches if match["channel"] == "01"]
    silent = [match for match in speech if match["modality"] == "02"]
    chosen = silent or speech
    for match in matches:
        if match["channel"] != "01":
            collector.leave_out("song")
        elif silent and match["modality"] != "02":
            collector.leave_out("with sound, of which the silent copies are taken")
        elif not silent:
            collector.remark("with sound, since there are no silent copies (02-01-…)", match["stem"])
    return chosen


def uncropped(matches: Sequence[Match], collector: SampleCollector) -> Sequence[Match]:
    """The whole pictures, or the crops where there are no others. Needs the group `cropped`, empty for whole ones."""
    whole = [match for match in matches if not match["cropped"]]
    for match in matches:
        if match["cropped"] and whole:
            collector.leave_out("cropped, of which the whole pictures are taken")
        elif match["cropped"]:
            collector.remark("cropped, since the whole pictures are not there", match["stem"])
    return whole or matches


def without_subject(number: int, why: str) -> Callable[[Sequence[Match], SampleCollector], Sequence[Match]]:
    """All clips except those of one subject. Needs the group `subject`."""

    def select(matches: Sequence[Match], collector: SampleCollector) -> Sequence[Match]:
        kept = [match for match in matches if int(match["subject"]) != number]
        for _ in range(len(matches) - len(kept)):
            collector.leave_out(f"of subject {number}, {why}")
        return kept

    return select
