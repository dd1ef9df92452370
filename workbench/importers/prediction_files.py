"""Predictions made elsewhere: tables with the name of a sample and the labels that a model ranked, best first.

The files of the ancestor, the GPT-4V study that emowb continues, have the columns `name,gt,gpt4v` and commas between
the labels of a ranking. Its `results/` hold a folder for each data set: `<set>/label.csv` is gold, `label-gpt4v.csv`,
`label-gpt4v-grey.csv`, `label-gpt4v-3.csv` or `label-five-gpt4v.csv` are predictions. Twitter I has a gold file for
each agreement. emowb's own tables have `sample,gold,ranking` and `|` between the labels. Columns may come in any
order, with others between them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.published_folders import set_of_folder
from workbench.domain.visible import visible
from workbench.errors import DataError
from workbench.importers.files.text_rows import json_rows, text_rows

NAMES: Final = (
    *(
        "name",
        "sample",
        "id",
        "image",
        "file",
        "filename",
        "file_name",
        "path",
        "pth",
        "img",
        "image_name",
        "image_path",
    ),
    *("file_path", "video", "video_name", "clip", "sample_id"),
)
GOLDS: Final = (
    *("gt", "gold", "label", "true_label", "ground_truth", "groundtruth", "true", "target", "actual", "y_true"),
    *("gold_label", "emotion"),
)
RANKINGS: Final = (
    *("gpt4v", "ranking", "prediction", "predictions", "predicted", "top1", "pred", "preds", "predicted_label"),
    *("pred_label", "prediction_label", "predicted_emotion", "y_pred", "answer", "response", "output"),
)
"""Headings, the best first. Case, and what stands between words, do not count."""
_BETWEEN: Final = re.compile(r"(?<!\\)\|")
_MOST_LABELS: Final = 200
_HEADINGS_SHOWN: Final = 3

_PREDICTIONS: Final = re.compile(
    r"label(?:[-_](?P<before>[a-z0-9]+))?[-_]gpt4v(?:[-_](?P<after>[a-z0-9=]+))?\.csv", re.IGNORECASE
)
_CONDITIONS: Final = MappingProxyType(
    {"five": "agree5", "four": "agree4", "three": "agree3", "gray": "grey", "color": "rgb", "colour": "rgb"}
)
_GOLD: Final = "label.csv"
_AGREED_GOLD: Final = MappingProxyType(
    {
        "agree5": "label_five_agree.csv",
        "agree4": "label_at_least_four_agree.csv",
        "agree3": "label_at_least_three_agree.csv",
    }
)


@dataclass(frozen=True, slots=True)
class PredictedRow:
    """One sample of a file."""

    name: str
    gold: str
    """As written; empty where the file has no such column."""
    ranking: tuple[str, ...]
    """As written, best first; empty where the cell is empty."""


def read_predictions(path: Path, *, needs_ranking: bool = True) -> Iterator[PredictedRow]:
    """The rows of a file, in its order. Rows without a name are left out.

    With `needs_ranking=False` the file may hold gold labels alone. Raises DataError for a file that cannot be read or
    lacks a column; the message names the columns that it has.
    """
    rows = json_rows(path) or text_rows(path)
    header = next((row for row in rows if any(row)), None)
    if header is None:
        raise DataError(f"{visible(str(path))} is empty; it should begin with the columns name,gt,gpt4v")
    at_name = _required(path, header, NAMES)
    at_gold = _place(header, GOLDS)
    at_ranking = _required(path, header, RANKINGS) if needs_ranking else _place(header, RANKINGS)
    for row in rows:
        if name := _cell(row, at_name):
            yield PredictedRow(name, _cell(row, at_gold), _ranking(_cell(row, at_ranking)))


def _place(header: Sequence[str], known: Sequence[str]) -> int | None:
    folded = [_folded(cell) for cell in header]
    return next((folded.index(_folded(name)) for name in known if _folded(name) in folded), None)


def _folded(heading: str) -> str:
    return "".join(mark for mark in heading.casefold() if mark.isalnum())


def _required(path: Path, header: Sequence[str], known: Sequence[str]) -> int:
    place = _place(header, known)
    if place is None:
        found = ", ".join(visible(cell) for cell in header[:20])
        raise DataError(
            f"{visible(str(path))} has no column {' or '.join(known[:_HEADINGS_SHOWN])}; it has: {found}; "
            f"rename the right one to {known[0]}"
        )
    return place


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _ranking(cell: str) -> tuple[str, ...]:
    words = _BETWEEN.split(cell) if "|" in cell else cell.split(",")
    unescaped = (word.replace("\\|", "|").replace("\\\\", "\\").strip() for word in words[:_MOST_LABELS])
    return tuple(dict.fromkeys(word for word in unescaped if word))


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """One file of predictions, with its data set and condition."""

    dataset: str
    condition: str
    """As in the published tables: `grey`, `frames=3`, `multi`, `agree5`; empty where the file's name has none."""
    path: Path
    gold_path: Path | None
    """The file of the data set's gold labels; None where there is none."""


def find_prediction_files(folder: Path) -> list[PredictionFile]:
    """All files of predictions under `folder`: a `results/`, a folder that holds one, or the folder of one data set.

    Raises DataError for a folder that does not exist or holds no such file.
    """
    if not folder.is_dir():
        raise DataError(f"{visible(str(folder))} is no folder; name one laid out as <set>/label-gpt4v.csv")
    for place in (folder, folder / "results"):
        if place.is_dir() and (found := list(_in_sets(place))):
            return found
    if (key := set_of_folder(folder.resolve().name)) and (found := list(_in_set(key, folder))):
        return found
    raise DataError(
        f"{visible(str(folder))} holds no file <set>/label-gpt4v.csv of a known data set; "
        "name the folder that holds abstract, casme1, sims and the like"
    )


def _in_sets(folder: Path) -> Iterator[PredictionFile]:
    for place in sorted(folder.iterdir()):
        if place.is_dir() and (key := set_of_folder(place.name)):
            yield from _in_set(key, place)


def _in_set(key: str, folder: Path) -> Iterator[PredictionFile]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and (name := _PREDICTIONS.fullmatch(path.name)):
            condition = _condition(name["before"] or name["after"] or "")
            gold = folder / _AGREED_GOLD.get(condition, _GOLD)
            yield PredictionFile(key, condition, path, gold if gold.is_file() else None)


def _condition(word: str) -> str:
    word = word.casefold()
    return f"frames={word}" if word.isdigit() else _CONDITIONS.get(word, word)
