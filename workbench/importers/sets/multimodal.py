"""Clips of people who say something: MER2023, CH-SIMS, CMU-MOSI."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.samples import MediaKind
from workbench.importers.files.annotation_tables import SourceColumn
from workbench.importers.files.media_paths import VIDEO_SUFFIXES, MediaForm, MediaForms
from workbench.importers.import_options import Splits
from workbench.importers.layouts.label_lists import ListLayout
from workbench.importers.layouts.label_rules import worded
from workbench.importers.layouts.sentiment_segments import OpinionLayout, SegmentLayout
from workbench.importers.sets.dataset_reader import DatasetReader

_CHINESE: Final = ("text", "chinese", "sentence", "english")
_ENGLISH: Final = ("text", "english", "sentence", "chinese")
_OPTIONS: Final = ("split", "transcripts", "frames_root")

ROWS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {
        "mer2023": DatasetReader(
            "test-labels/test1-label.csv and test1/sample_00000001.avi (or .mp4)",
            (".avi", ".mp4", ".csv"),
            ListLayout(
                tables=("{split}-label.csv", "test-labels/{split}-label.csv", "{split}*label*.csv"),
                columns=(
                    SourceColumn("name", ("name",), 0),
                    SourceColumn("label", ("discrete", "emotion", "label"), 1),
                ),
                label=worded,
                splits=Splits({part: part for part in ("test1", "test2", "test3", "train")}),
                media=MediaForms(
                    (MediaForm(MediaKind.VIDEO, "{0.stem}.avi"), MediaForm(MediaKind.VIDEO, "{0.stem}.mp4")),
                    prefer=("{split}/",),
                ),
                languages=_CHINESE,
            ),
            options=_OPTIONS,
        ),
        "chsims": DatasetReader(
            "label.csv (or metadata/sentiment/label_M.csv, metadata/test_index.csv and metadata/Translation.csv) "
            "and Raw/video_0001/0001.mp4",
            (*VIDEO_SUFFIXES, ".csv"),
            SegmentLayout(clip_digits=4, languages=_CHINESE),
            options=_OPTIONS,
        ),
        "cmumosi": DatasetReader(
            "label.csv and Raw/<video>/<clip>.mp4, or CMU_MOSI_Opinion_Labels.csd, "
            "Raw/Transcript/Segmented/<video>.annotprocessed and Raw/Video/Segmented/<video>_<clip>.mp4",
            (*VIDEO_SUFFIXES, ".csv", ".csd", ".annotprocessed", ".py"),
            SegmentLayout(clip_digits=0, languages=_ENGLISH),
            other_layouts=(
                OpinionLayout(
                    labels=("CMU_MOSI_Opinion_Labels.csd", "*opinion*label*.csd"),
                    transcripts=("Segmented/*.annotprocessed", "*.annotprocessed"),
                    languages=_ENGLISH,
                ),
            ),
            options=_OPTIONS,
        ),
    }
)
