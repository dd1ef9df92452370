"""Clips of faces: DFEW, FERV39k, RAVDESS, eNTERFACE'05."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.samples import MediaKind
from workbench.importers.files.annotation_tables import LIST_SUFFIXES, SourceColumn
from workbench.importers.files.media_paths import PICTURE_SUFFIXES, VIDEO_SUFFIXES, MediaForm, MediaForms
from workbench.importers.import_options import Splits
from workbench.importers.layouts.label_lists import ListLayout
from workbench.importers.layouts.label_rules import CodedLabels, folder_above, numbered, worded
from workbench.importers.layouts.labelled_paths import PathLayout, silent_speech, without_subject
from workbench.importers.sets.dataset_reader import DatasetReader

_TEST_OR_TRAIN: Final = Splits({"test": "test", "train": "train"})
_DFEW_CODES: Final = numbered("Happy Sad Neutral Angry Surprise Disgust Fear", start=1)
_RAVDESS_CODES: Final = numbered("neutral calm happy sad angry fearful disgust surprised", start=1, digits=2)

_DFEW_CODES_FROM_0: Final = numbered("Happy Sad Neutral Angry Surprise Disgust Fear", start=0)
_DFEW_MEDIA: Final = MediaForms(
    (
        MediaForm(MediaKind.VIDEO, "{0.number}.mp4"),
        MediaForm(MediaKind.VIDEO, "{0.number:05}.mp4"),
        MediaForm(MediaKind.VIDEO, "{0.number:05}.avi"),
        MediaForm(MediaKind.VIDEO, "{0.number}.avi"),
        MediaForm(MediaKind.FRAMES, "{0.number:05}"),
        MediaForm(MediaKind.FRAMES, "{0.number}"),
    ),
    avoid=("_16f",),  # sixteen frames of each clip
)

ROWS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {
        "dfew": DatasetReader(
            "EmoLabel_DataSplit/test(single-labeled)/set_1.csv and Clip/original/1.mp4 "
            "(or clip_224x224_avi/00001.avi, clip_224x224/00001)",
            (".mp4", ".avi", *LIST_SUFFIXES),
            ListLayout(
                tables=("{split}*/set_1.csv", "EmoLabel*/{split}*/set_1.csv", "*{split}*set_1.csv"),
                columns=(SourceColumn("name", ("video*", "name"), 0), SourceColumn("label", ("label",), 1)),
                label=CodedLabels(_DFEW_CODES),
                splits=_TEST_OR_TRAIN,
                sample_id="{0.number}",
                media=_DFEW_MEDIA,
            ),
            other_layouts=(
                ListLayout(
                    tables=("DFEW*set_1*{split}*.txt", "*set*1*{split}*.txt"),
                    columns=(SourceColumn("name", ("path", "video*", "name"), 0), SourceColumn("label", ("label",), 2)),
                    label=CodedLabels(_DFEW_CODES_FROM_0),
                    splits=_TEST_OR_TRAIN,
                    last_parts=1,
                    sample_id="{0.number}",
                    media=_DFEW_MEDIA,
                    note="from a list of path, frames and class, whose classes are counted from 0",
                ),
            ),
            options=("split", "frames_root"),
        ),
        "ferv39k": DatasetReader(
            "4_setups/All_scenes/test_All.csv and 3_ClipsforScenImages/Action/Happy/0001/*.jpg (or 2_ClipsforFaceCrop)",
            LIST_SUFFIXES,
            ListLayout(
                tables=tuple(
                    f"{list_name}{suffix}"
                    for list_name in (
                        "{split}_All*",
                        "4_setups/All_scenes/{split}*",
                        "EmoLabel/{split}*",
                        "EmoLabel/EmoLabel/{split}*",
                    )
                    for suffix in (".csv", ".txt")
                ),
                columns=(
                    SourceColumn("name", ("name", "path", "video*"), 0),
                    SourceColumn("label", ("label", "emotion"), 1),
                ),
                label=worded,
                splits=_TEST_OR_TRAIN,
                cluster="{0.top}",
                media=MediaForms(
                    (MediaForm(MediaKind.FRAMES, "{0.stem}"),), n_parts=3, prefer=("3_", "original", "2_", "crop")
                ),
            ),
            other_layouts=(
                ListLayout(
                    tables=("FERV39k*{split}*.txt",),
                    columns=(SourceColumn("name", ("path", "video*", "name"), 0),),
                    label=folder_above,
                    splits=_TEST_OR_TRAIN,
                    last_parts=3,
                    cluster="{0.top}",
                    media=MediaForms((MediaForm(MediaKind.FRAMES, "{0.stem}"),), n_parts=3, prefer=("3_", "2_")),
                    note="from a list of path, frames and class; the label is that of the folder",
                ),
            ),
            options=("split", "frames_root"),
        ),
        "ravdess": DatasetReader(
            "Actor_01/02-01-01-01-01-01-01.mp4",
            (".mp4", *PICTURE_SUFFIXES),
            PathLayout(
                pattern=re.compile(
                    r"(?:^|/)(?P<stem>(?P<modality>0[12])-(?P<channel>\d\d)-(?P<label>\d\d)"
                    r"-\d\d-\d\d-\d\d-(?P<actor>\d\d))\.mp4$",
                    re.IGNORECASE | re.ASCII,
                ),
                sample_id="Actor_{actor}/{stem}",
                cluster="Actor_{actor}",
                media=MediaKind.VIDEO,
                labels=CodedLabels(_RAVDESS_CODES),
                select=silent_speech,
            ),
            other_layouts=(
                PathLayout(
                    pattern=re.compile(
                        r"(?:^|/)(?P<stem>(?P<modality>0[12])-(?P<channel>\d\d)-(?P<label>\d\d)"
                        r"-\d\d-\d\d-\d\d-(?P<actor>\d\d))$",
                        re.ASCII,
                    ),
                    sample_id="Actor_{actor}/{stem}",
                    cluster="Actor_{actor}",
                    media=MediaKind.FRAMES,
                    labels=CodedLabels(_RAVDESS_CODES),
                    select=silent_speech,
                ),
            ),
        ),
        "enterface05": DatasetReader(
            "enterface database/subject 1/anger/sentence 1/s1_an_1.avi",
            (*VIDEO_SUFFIXES, *PICTURE_SUFFIXES),
            PathLayout(
                # The label is the folder's: names of files are wrong in places.
                pattern=re.compile(
                    r"(?:^|/)(?P<stem>subject[ _]?(?P<subject>\d+)/(?P<label>[a-z]+)/(?:[^/]+/)?[^/]+)"
                    r"\.(?:avi|mp4|mkv|flv)$",
                    re.IGNORECASE | re.ASCII,
                ),
                sample_id="{stem}",
                cluster="subject {subject}",
                media=MediaKind.VIDEO,
                select=without_subject(6, "whose files are not parted into sentences"),
            ),
            other_layouts=(
                PathLayout(
                    pattern=re.compile(
                        r"(?:^|/)(?P<stem>subject[ _]?(?P<subject>\d+)/(?P<label>[a-z]+)/(?:[^/]+/)?[^/]+)$",
                        re.IGNORECASE | re.ASCII,
                    ),
                    sample_id="{stem}",
                    cluster="subject {subject}",
                    media=MediaKind.FRAMES,
                    select=without_subject(6, "whose files are not parted into sentences"),
                ),
            ),
        ),
    }
)
