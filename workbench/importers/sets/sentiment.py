"""Pictures that evoke: Twitter I and II, Abstract, ArtPhoto."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.samples import MediaKind
from workbench.importers.files.annotation_tables import LIST_SUFFIXES, SourceColumn
from workbench.importers.files.media_paths import AS_LISTED, PICTURE_SUFFIXES, MediaForm, MediaForms
from workbench.importers.layouts.label_lists import ListLayout
from workbench.importers.layouts.label_rules import CodedLabels, agreed_on, most_voted
from workbench.importers.layouts.labelled_paths import PathLayout
from workbench.importers.sets.dataset_reader import DatasetReader

_EVOKED: Final = ("Amusement", "Anger", "Awe", "Content", "Disgust", "Excitement", "Fear", "Sad")
_POLARITY_CODES: Final = {"1": "positive", "0": "negative", "-1": "negative"} | {
    word: word for polarity in ("positive", "negative") for word in (polarity, polarity.title())
}
_POLARITY: Final = re.compile(r"positive|negative|-1|1|0", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"(?:[^/]+/)*0*[1-9]\d*(?:\.\w+)?")

ROWS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {
        "twitter1": DatasetReader(
            "three_agree.txt, four_agree.txt, five_agree.txt (or amt_result.csv) and Agg_AMT_Candidates/*.jpg",
            (*PICTURE_SUFFIXES, *LIST_SUFFIXES),
            ListLayout(
                tables=("{agreement}_agree*.txt", "*{agreement}_agree*.txt", "*{agreement}*agree*.csv"),
                columns=(SourceColumn("name", ("name", "image*"), 0), SourceColumn("label", ("label",), 1)),
                label=CodedLabels(_POLARITY_CODES),
            ),
            other_layouts=(
                ListLayout(
                    tables=("amt_result*.csv",),
                    columns=(
                        SourceColumn("name", ("name", "image*"), 0),
                        SourceColumn("positive", ("*pos*",), 2),
                        SourceColumn("negative", ("*neg*",), 3),
                    ),
                    label=agreed_on(("positive", "negative")),
                    note="counted from amt_result.csv, since the lists of agreement are not there",
                ),
            ),
            options=("agreement", "frames_root"),
        ),
        "twitter2": DatasetReader(
            "groundTruthLabel.txt with a column of picture numbers, and <topic>/1.jpg",
            (*PICTURE_SUFFIXES, *LIST_SUFFIXES),
            ListLayout(
                tables=("groundTruthLabel*.txt", "groundTruthLabel*.csv", "*ground*truth*.txt"),
                columns=(
                    SourceColumn("label", ("sentiment*", "label", "groundtruth*"), None, _POLARITY),
                    # The order of rows would not do for a name: pictures are numbered with gaps.
                    SourceColumn("name", ("image*", "name", "id"), None, _NUMBERED),
                ),
                label=CodedLabels(_POLARITY_CODES),
                sample_id="{0.number}",
                media=MediaForms(
                    (AS_LISTED, *(MediaForm(MediaKind.IMAGE, f"{{0.number}}{suffix}") for suffix in PICTURE_SUFFIXES))
                ),
            ),
            options=("frames_root",),
        ),
        "abstract": DatasetReader(
            "ABSTRACT_groundTruth.csv and testImages_abstract/abstract_0001.jpg",
            (*PICTURE_SUFFIXES, ".csv"),
            ListLayout(
                tables=("ABSTRACT_groundTruth.csv", "*groundtruth*.csv"),
                columns=(
                    SourceColumn("name", ("name", "image"), 0),
                    *(SourceColumn(word, (f"{word.lower()}*",), at) for at, word in enumerate(_EVOKED, start=1)),
                ),
                label=most_voted(_EVOKED),
                quote="'",
            ),
            options=("frames_root",),
        ),
        "artphoto": DatasetReader(
            "testImages_artphoto/amusement_0001.jpg",
            PICTURE_SUFFIXES,
            PathLayout(
                pattern=re.compile(r"(?:^|/)(?P<stem>(?P<label>[a-z]+)_\d+)\.(?:jpe?g|png)$", re.IGNORECASE | re.ASCII),
                sample_id="{stem}",
                media=MediaKind.IMAGE,
            ),
        ),
    }
)
