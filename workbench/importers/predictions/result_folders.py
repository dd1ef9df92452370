"""The ancestor's `results/`: a folder per data set, with gold labels and a file of predictions for each condition.

`<set>/label.csv` holds gold; `label-gpt4v.csv`, `label-gpt4v-grey.csv`, `label-gpt4v-3.csv` or `label-five-gpt4v.csv`
the predictions. Twitter I has a gold file for each agreement.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from workbench.domain.datasets.published_folders import set_of_folder
from workbench.domain.visible import visible
from workbench.errors import DataError

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
class PredictionFile:
    """One file of predictions, and what it is of."""

    dataset: str
    condition: str
    """As the published tables call it: `grey`, `frames=3`, `multi`, `agree5`; empty where the name says none."""
    path: Path
    gold_path: Path | None
    """The data set's gold labels; None where they are not there."""


def find_prediction_files(folder: Path) -> list[PredictionFile]:
    """All files of predictions under `folder`: a `results/`, what holds one, or the folder of one data set.

    Raises DataError for a folder that is not there, or in which nothing is found.
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
