"""Micro-expression sets: a coding sheet with a span of frames for each clip, and a folder of frames for each clip."""

import re
from dataclasses import dataclass
from typing import Final

from workbench.domain.datasets.samples import ClipSpan, MediaKind, Sample
from workbench.importers.files.annotation_tables import Row, SourceColumn, sheets_rows, table_rows
from workbench.importers.files.dataset_tree import DatasetTree
from workbench.importers.files.media_paths import MediaPaths
from workbench.importers.import_options import ImportOptions
from workbench.importers.import_result import SampleCollector, Unusable

_NUMBER: Final = re.compile(r"\D*(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """Where a coding sheet lies and how its subjects' folders are called."""

    sheets: tuple[str, ...]
    """Patterns of the sheet's file, the best first (see `DatasetTree.annotation`)."""
    columns: tuple[SourceColumn, ...]
    """With the fields subject, clip, onset, apex, offset and emotion; `apex2` is read where `apex` holds no number."""
    subject: str
    """The form of a subject's folder: `sub{:02d}`."""
    sample_id: str = "{subject}/{clip}"
    """May hold `{apex}` where a clip shows several expressions."""
    every_sheet: bool = False
    """Whether several sheets of the workbook hold rows; else the first does, and others are about other things."""
    prefer: tuple[str, ...] = ()
    """Words in the path of the better copy of a clip, the best first."""
    avoid: tuple[str, ...] = ()
    """Words in the path of the worse copy."""


def read_coding_sheet(
    layout: SheetLayout, tree: DatasetTree, collector: SampleCollector, options: ImportOptions
) -> None:
    """Read every coded clip whose folder `<subject>/<clip>` lies anywhere in the tree."""
    sheet = tree.annotation(*layout.sheets)
    places = MediaPaths(tree.root, tree.folders, n_parts=2, prefer=layout.prefer, avoid=layout.avoid)
    rows_of = sheets_rows if layout.every_sheet else table_rows
    for row in rows_of(sheet, layout.columns):
        with collector.row(f"{row['subject']}/{row['clip']}"):
            _add(layout, row, places, collector, options)


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
    """The folder's name for `1`, `01` or `sub01`."""
    number = _NUMBER.fullmatch(text)
    if number is None or len(number[1]) > 4:
        raise Unusable("its subject is no number")
    return layout.subject.format(int(number[1]))


def _span(row: Row) -> tuple[ClipSpan, bool]:
    """The span of a row, and whether its apex had to be replaced by the middle of onset and offset.

    Without a usable onset or offset there is no middle: the apex stays as it is, or None for the clip's own middle.
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
    """The number in a cell; owners write `/` or -1 where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
