"""Micro-expression sets: a coding sheet that gives each clip's span of frames, and a folder of frames for each clip."""

import re
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.domain.visible import visible
from workbench.importers.files.annotation_tables import Row, SourceColumn, sheets_rows, table_rows
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.media_paths import MediaPaths
from workbench.importers.import_options import ImportOptions
from workbench.importers.import_result import SampleCollector, Unusable

_NUMBER: Final = re.compile(r"\D*(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """Where the coding sheet lies and what its subjects' folders are called."""

    sheets: tuple[str, ...]
    """Patterns of the sheet's file, the best first (see `DatasetTree.annotation`)."""
    columns: tuple[SourceColumn, ...]
    """The fields subject, clip, onset, apex, offset and emotion; `apex2` is used where `apex` is no number."""
    subject: str
    """A format for a subject's folder: `sub{:02d}`."""
    sample_id: str = "{subject}/{clip}"
    """A format; it may use `{apex}` where a clip shows several expressions."""
    every_sheet: bool = False
    """Whether all fitting sheets of the workbook are read, or only the first sheet."""
    prefer: tuple[str, ...] = ()
    """Words in the path of a better copy of a clip, the best first."""
    avoid: tuple[str, ...] = ()
    """Words in the path of a worse copy."""

    def read(self, tree: DatasetTree, collector: SampleCollector, options: ImportOptions) -> None:
        """Read every coded clip whose folder `<subject>/<clip>` lies anywhere in the tree."""
        sheet = tree.annotation(*self.sheets)
        collector.note(f"labels from {visible(sheet.name)}")
        places = MediaPaths(tree.root, tree.folders, n_parts=2, prefer=self.prefer, avoid=self.avoid)
        rows_of = sheets_rows if self.every_sheet else table_rows
        for row in rows_of(sheet, self.columns):
            with collector.row(f"{row['subject']}/{row['clip']}"):
                _add(self, row, places, collector, options)


def _add(layout: SheetLayout, row: Row, places: MediaPaths, collector: SampleCollector, options: ImportOptions) -> None:
    gold = collector.gold(row["emotion"])
    subject = _subject(layout, row["subject"])
    span, replaced = _span(row)
    sample_id = layout.sample_id.format(subject=subject, clip=row["clip"], apex=span.apex or "middle")
    with collector.row(sample_id):
        path = places.folder((subject, row["clip"]))
        if replaced and options.strict_apex:
            raise Unusable(f"its apex {row['apex']!r:.20} is missing or outside its span")
        collector.add(
            Sample(
                id=sample_id,
                gold=gold,
                raw_label=row["emotion"],
                media=MediaKind.FRAMES,
                path=path,
                span=span,
                cluster=subject,
            )
        )
        if replaced:
            about = "with an apex that is missing or outside its span, where the middle of the span is taken"
            collector.remark(about, f"{sample_id} ({row['apex']!r:.20} → {span.apex or 'middle of the clip'})")


def _subject(layout: SheetLayout, text: str) -> str:
    """The name of the folder for `1`, `01` or `sub01`."""
    number = _NUMBER.fullmatch(text)
    if number is None or len(number[1]) > 4:
        raise Unusable("its subject is no number")
    return layout.subject.format(int(number[1]))


def _span(row: Row) -> tuple[ClipSpan, bool]:
    """The span of a row, and whether its apex was replaced by the middle of onset and offset.

    Without a usable onset and offset there is no middle: the apex stays as it is; None means the middle of the clip.
    """
    onset, apex, offset = (_frame_number(row[field]) for field in ("onset", "apex", "offset"))
    if apex is None:
        apex = _frame_number(row.get("apex2", ""))
    if onset is None or offset is None or onset > offset:
        return ClipSpan(onset, apex, offset), apex is None
    if apex is not None and onset <= apex <= offset:
        return ClipSpan(onset, apex, offset), False
    return ClipSpan(onset, (onset + offset) // 2, offset), True


def _frame_number(text: str) -> int | None:
    """The number in a cell; owners write `/` or -1 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
