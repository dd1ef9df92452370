"""Pictures of faces: CK+, SFEW 2.0, RAF-DB, FERPlus, AffectNet."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.samples import MediaKind
from workbench.importers.files.annotation_tables import LIST_SUFFIXES, SourceColumn
from workbench.importers.files.media_paths import AS_LISTED, PICTURE_SUFFIXES, MediaForm, MediaForms
from workbench.importers.import_options import Splits
from workbench.importers.layouts.label_files import LabelFileLayout, beside, code_in_array, code_in_text, last_frames
from workbench.importers.layouts.label_lists import ListLayout
from workbench.importers.layouts.label_rules import CodedLabels, majority_of, numbered
from workbench.importers.layouts.labelled_paths import PathLayout, uncropped
from workbench.importers.sets.dataset_reader import DatasetReader

_CKPLUS_CODES: Final = numbered("neutral anger contempt disgust fear happy sadness surprise", start=0)
_RAFDB_CODES: Final = numbered("Surprise Fear Disgust Happiness Sadness Anger Neutral", start=1)
_AFFECTNET_CODES: Final = numbered("Neutral Happy Sad Surprise Fear Disgust Anger Contempt", start=0)

_FERPLUS_EMOTIONS: Final = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
_FERPLUS_OTHERS: Final = ("unknown", "NF")
_FERPLUS_VOTES: Final = tuple(
    SourceColumn(word, (word.lower(),), at) for at, word in enumerate((*_FERPLUS_EMOTIONS, *_FERPLUS_OTHERS), start=-10)
)

_FACES: Final = "angry|anger|contempt|disgust(?:ed)?|fear(?:ful)?|happy|happiness|neutral|sad(?:ness)?|surprised?"
_FROM_FOLDERS: Final = "labels from the folders of a repackaged copy"

ROWS: Final[Mapping[str, DatasetReader]] = MappingProxyType(
    {
        "ckplus": DatasetReader(
            "Emotion/S005/001/S005_001_00000011_emotion.txt and cohn-kanade-images/S005/001/S005_001_00000011.png",
            (*PICTURE_SUFFIXES, ".txt"),
            LabelFileLayout(
                files=("*_emotion.txt", "Emotion/*/*/*_emotion.txt", "Emotion_labels/Emotion/*/*/*_emotion.txt"),
                pattern=re.compile(
                    r"(?P<subject>S\d+)_(?P<clip>\d+)_(?P<peak>\d+)_emotion\.txt$", re.IGNORECASE | re.ASCII
                ),
                code=code_in_text,
                labels=CodedLabels(_CKPLUS_CODES),
                pictures=last_frames(3),
                sample_id="{subject}/{clip}/{name}",
                cluster="{subject}",
            ),
            other_layouts=(
                PathLayout(
                    pattern=re.compile(
                        rf"(?:^|/)(?P<label>{_FACES})/(?P<stem>(?P<subject>S\d+)_(?P<clip>\d+)_\d+)\.(?:png|jpe?g)$",
                        re.IGNORECASE | re.ASCII,
                    ),
                    sample_id="{label}/{stem}",
                    cluster="{subject}",
                    media=MediaKind.IMAGE,
                    note=_FROM_FOLDERS,
                ),
            ),
            options=("frames_root",),
        ),
        "sfew2": DatasetReader(
            "Val/Angry/*.png (the pictures themselves, or Val_Aligned_Faces)",
            PICTURE_SUFFIXES,
            PathLayout(
                pattern=re.compile(
                    r"(?:^|/)(?P<split>train|val)(?P<cropped>_aligned[^/]*)?/"
                    r"(?P<label>angry|disgust|fear|happy|neutral|sad|surprise)/(?:(?P=label)/)?"
                    r"(?P<stem>(?P<movie>[^/]+)_\d{9}_\d{8})\.(?:png|jpe?g)$",
                    re.IGNORECASE | re.ASCII,
                ),
                sample_id="{label}/{stem}",  # one file name stands in two class folders
                cluster="{movie}",
                media=MediaKind.IMAGE,
                splits=Splits({"val": "Val", "train": "Train"}),
                select=uncropped,
            ),
            options=("split",),
        ),
        "rafdb": DatasetReader(
            "EmoLabel/list_patition_label.txt and Image/original/test_0001.jpg (or Image/aligned), "
            "or test_labels.csv and test/1/test_0001_aligned.jpg",
            (*PICTURE_SUFFIXES, *LIST_SUFFIXES),
            ListLayout(
                tables=(
                    "basic/EmoLabel/list_pa*tition_label.txt",  # the compound half has a list of the same name
                    "EmoLabel/list_patition_label.txt",  # the owner's spelling
                    "list_patition_label.txt",
                    "EmoLabel/list_partition_label.txt",
                    "list_partition_label.txt",
                    "{split}_labels.csv",
                ),
                columns=(SourceColumn("name", ("image", "name"), 0), SourceColumn("label", ("label",), 1)),
                label=CodedLabels(_RAFDB_CODES),
                splits=Splits({"test": "test", "train": "train"}),
                only="{split}_",
                media=MediaForms(
                    (
                        AS_LISTED,
                        MediaForm(
                            MediaKind.IMAGE, "{0.stem}_aligned{0.suffix}", "of which only the aligned picture is there"
                        ),
                    )
                ),
                stem_without="_aligned",
            ),
            other_layouts=(
                PathLayout(
                    pattern=re.compile(
                        rf"(?:^|/)(?P<label>\d|{_FACES})/(?P<stem>(?P<split>train|test)_\d+)(?:_aligned)?"
                        r"\.(?:png|jpe?g)$",
                        re.IGNORECASE | re.ASCII,
                    ),
                    labels=CodedLabels(_RAFDB_CODES),
                    counts_codes=True,
                    sample_id="{stem}",
                    media=MediaKind.IMAGE,
                    splits=Splits({"test": "test", "train": "train"}),
                    note=_FROM_FOLDERS,
                ),
            ),
            options=("split", "frames_root"),
        ),
        "ferplus": DatasetReader(
            "fer2013new.csv and FER2013Test/fer0000000.png (or fer2013.csv with the pixels), or FER2013Test/label.csv",
            (*PICTURE_SUFFIXES, ".csv"),
            ListLayout(
                tables=("fer2013new.csv", "*fer*new*.csv"),
                columns=(
                    SourceColumn("split", ("usage",), 0),
                    SourceColumn("name", ("imagename",), 1),
                    *_FERPLUS_VOTES,
                ),
                label=majority_of(_FERPLUS_EMOTIONS, _FERPLUS_OTHERS),
                splits=Splits({"test": "PrivateTest", "valid": "PublicTest", "train": "Training"}),
                pixels=("fer2013.csv", "icml_face_data.csv"),
            ),
            other_layouts=(
                ListLayout(
                    tables=("FER2013{split}/label.csv", "FER2013{split}/*.csv"),
                    columns=(SourceColumn("name", ("imagename",), 0), *_FERPLUS_VOTES),
                    label=majority_of(_FERPLUS_EMOTIONS, _FERPLUS_OTHERS),
                    splits=Splits({"test": "Test", "valid": "Valid", "train": "Train"}),
                    media=MediaForms((AS_LISTED,), prefer=("fer2013{split}/",)),
                ),
                PathLayout(
                    pattern=re.compile(
                        rf"(?:^|/)(?:fer2013)?(?P<split>test|valid|train)[^/]*/(?P<label>{_FACES})/(?P<stem>fer\d{{7}})\.png$",
                        re.IGNORECASE | re.ASCII,
                    ),
                    sample_id="{stem}",
                    media=MediaKind.IMAGE,
                    splits=Splits({"test": "test", "valid": "valid", "train": "train"}),
                    note=_FROM_FOLDERS,
                ),
            ),
            options=("split", "majority", "frames_root"),
        ),
        "affectnet": DatasetReader(
            "Manually_Annotated_file_lists/validation.csv and Manually_Annotated_Images/1/*.jpg, "
            "or val_set/annotations/0_exp.npy and val_set/images/0.jpg",
            (*PICTURE_SUFFIXES, ".csv", ".npy"),
            ListLayout(
                tables=("Manually_Annotated_file_lists/{split}*.csv", "{split}*.csv"),
                columns=(
                    SourceColumn("name", ("subdirectory*", "filepath", "image*"), 0),
                    SourceColumn("label", ("expression",), 6),
                ),
                label=CodedLabels(_AFFECTNET_CODES, {"8": "none", "9": "uncertain", "10": "no face"}),
                splits=Splits({"validation": "validation", "training": "training"}),
                media=MediaForms((AS_LISTED,), n_parts=2),
            ),
            other_layouts=(
                LabelFileLayout(
                    files=("{split}*_set/annotations/*_exp.npy", "{split}*/annotations/*_exp.npy"),
                    pattern=re.compile(
                        r"(?P<split>[^/]+)/annotations/(?P<stem>\d+)_exp\.npy$", re.IGNORECASE | re.ASCII
                    ),
                    code=code_in_array,
                    labels=CodedLabels(_AFFECTNET_CODES),
                    splits=Splits({"validation": "val", "training": "train"}),
                    pictures=beside("images"),
                    sample_id="{name}",
                    note="the release of March 2021, whose pictures have other names than the first release's",
                ),
                LabelFileLayout(
                    files=("annotations/*_exp.npy",),
                    pattern=re.compile(r"(?:^|/)annotations/(?P<stem>\d+)_exp\.npy$", re.IGNORECASE | re.ASCII),
                    code=code_in_array,
                    labels=CodedLabels(_AFFECTNET_CODES),
                    pictures=beside("images"),
                    sample_id="{name}",
                    note="its folders do not say whether this is the validation or the training part",
                ),
                PathLayout(
                    pattern=re.compile(
                        rf"(?:^|/)(?P<split>val|train)(?:id|idation|ing)?(?:_set|_class)?/(?P<label>{_FACES})/"
                        r"(?P<stem>[^/]+)\.(?:png|jpe?g)$",
                        re.IGNORECASE | re.ASCII,
                    ),
                    sample_id="{label}/{stem}",
                    media=MediaKind.IMAGE,
                    splits=Splits({"validation": "val", "training": "train"}),
                    note=_FROM_FOLDERS,
                ),
            ),
            options=("split", "frames_root"),
        ),
    }
)
