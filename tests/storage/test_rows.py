import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

import workbench.storage
from workbench.domain.predictions import PredictionStatus
from workbench.storage.rows import json_text, ranking_of, status_of, storable, value_of, words


@dataclass(frozen=True, slots=True)
class Point:
    name: str
    labels: tuple[str, ...] | None


def test_a_row_becomes_a_value_and_columns_without_a_field_are_left_out() -> None:
    row = {"name": "a", "labels": '["x", "y"]', "other": 1}
    assert value_of(Point, row, labels=words) == Point("a", ("x", "y"))


def test_null_is_none_and_is_not_read() -> None:
    assert value_of(Point, {"name": "a", "labels": None}, labels=words) == Point("a", None)
    assert (status_of(None), ranking_of(None)) == (None, ())


def test_a_row_without_a_column_of_the_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="labels"):
        value_of(Point, {"name": "a"})


@given(st.lists(st.text(st.characters() | st.just("\ud83d"))))
def test_every_text_comes_back_from_json_as_it_was_and_can_be_stored(texts: list[str]) -> None:
    stored = json_text(texts)
    assert json.loads(stored) == texts
    assert stored.encode("utf-8").decode("utf-8") == stored


def test_half_a_surrogate_pair_is_stored_as_its_escape() -> None:
    assert storable("a\ud83db") == "a\\ud83db"
    assert storable("\U0001f600") == "\U0001f600"
    assert storable(None) is None


def test_a_status_is_read_by_its_word() -> None:
    assert status_of("out of vocabulary") is PredictionStatus.OUT_OF_VOCABULARY


def test_every_table_that_is_written_by_name_is_in_the_schema(db: Database) -> None:
    """sqlite-utils makes a table that is not there, so that a wrong name would go unnoticed."""
    package = Path(workbench.storage.__file__).parent
    named = {name for one in package.rglob("*.py") for name in re.findall(r'\.table\("(\w+)"\)', one.read_text())}
    assert {"run", "dataset", "job", "run_control", "probe"} <= named
    assert named <= set(db.table_names())
