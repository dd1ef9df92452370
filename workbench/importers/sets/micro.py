"""Micro-expressions: CASME, CASME II, SAMM."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workbench.importers.files.annotation_tables import SHEET_SUFFIXES, SourceColumn
from workbench.importers.layouts.coding_sheets import SheetLayout
from workbench.importers.sets.dataset_reader import DatasetReader

_SUBJECT: Final = SourceColumn("subject", ("subject*",), 0)
_CLIP: Final = SourceColumn("clip", ("filename*",), 1)
_ONSET: Final = SourceColumn("onset", ("onset*",), 3)
_APEX: Final = SourceColumn("apex", ("apex*",), 4)
_OFFSET: Final = SourceColumn("offset", ("offset*",), 5)

ROWS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {
        "casme": DatasetReader(
            "CASME's coding sheet (*casme*.xlsx or .csv) and Section A/sub01/EP01_12/EP01_12-81.jpg",
            SHEET_SUFFIXES,
            SheetLayout(
                sheets=(  # never CASME II's, which may lie beside it
                    *("*casme[!2]*.xlsx", "casme.xlsx", "*casme[!2]*.csv", "casme.csv"),
                    *("cod*.xlsx", "cod*.csv", "*casme[!2]*xls", "casme.xls"),
                ),
                columns=(
                    _SUBJECT,
                    _CLIP,
                    _ONSET,
                    SourceColumn("apex", ("apex*1", "apex*"), 4),
                    SourceColumn("apex2", ("apex*2", "apex*"), 5),
                    SourceColumn("offset", ("offset*",), 6),
                    SourceColumn("emotion", ("estimatedemotion", "emotion*"), 9),
                ),
                subject="sub{:02d}",
                sample_id="{subject}/{clip}-{apex}",  # a clip can show several expressions
                every_sheet=True,
                prefer=("selected", "raw"),
                avoid=("crop",),
            ),
            options=("strict_apex", "frames_root"),
        ),
        "casme2": DatasetReader(
            "CASME2-coding-*.xlsx (or .csv) and CASME2_RAW_selected/sub01/EP02_01f/img*.jpg",
            SHEET_SUFFIXES,
            SheetLayout(
                sheets=("*coding*.xlsx", "*coding*.csv", "*casme2*.xlsx", "*casme2*.csv", "*casme2*.xls"),
                columns=(
                    _SUBJECT,
                    _CLIP,
                    _ONSET,
                    _APEX,
                    _OFFSET,
                    SourceColumn("emotion", ("estimatedemotion", "emotion"), 8),
                ),
                subject="sub{:02d}",
                prefer=("selected", "raw", "cropped"),
            ),
            options=("strict_apex", "frames_root"),
        ),
        "samm": DatasetReader(
            "SAMM_Micro_FACS_Codes_v2.xlsx (or .csv) and SAMM/006/006_1_2/006_05562.jpg",
            SHEET_SUFFIXES,
            SheetLayout(
                sheets=("*samm*micro*.xlsx", "*samm*micro*.csv", "*samm*.xlsx", "*samm*.csv", "*samm*.xls"),
                columns=(
                    _SUBJECT,
                    _CLIP,
                    _ONSET,
                    _APEX,
                    _OFFSET,
                    SourceColumn("emotion", ("estimatedemotion*", "emotion*"), 9),
                ),
                subject="{:03d}",
                avoid=("crop",),
            ),
            options=("strict_apex", "frames_root"),
        ),
    }
)
